"""What becomes of a finding: category × direction → action and severity, as data/policy.json says (the table of the
field's own making; an organisation may later tighten or loosen it). Pure."""

from collections.abc import Sequence
from functools import cache
from typing import Literal

import msgspec

from server.kernel.principal import ADULT_AGE
from server.moderation.data_files import DATA
from server.moderation.verdict import ACTIONS, DELIVER, Action, Finding, Label, Speaker, Verdict

Direction = Literal["adult_to_minor", "minor_to_adult", "adult_to_adult", "young_adult", "professional"]


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``flag``: a professional is to see it. ``alert``: with a deadline. ``freeze``: the pair is paused until a person
    decides. ``help``: the author is shown the help card."""

    action: Action
    severity: int
    flag: bool = False
    alert: bool = False
    freeze: bool = False
    help: bool = False


Table = dict[str, dict[Direction, Rule]]


@cache
def table() -> Table:
    return msgspec.json.decode((DATA / "policy.json").read_bytes(), type=Table)


def direction(speaker: Speaker) -> Direction:
    """Which way the words go. A mentee without an age counts as a minor; a mentor writes to a minor until the pair is
    known to be of adults; what professionals write is assessed and never held."""
    if speaker.role in ("supervisor", "admin", "prescriber"):
        return "professional"
    if speaker.role == "mentee":
        return "young_adult" if speaker.age is not None and speaker.age >= ADULT_AGE else "minor_to_adult"
    return "adult_to_minor"


def decide(findings: Sequence[Finding], speaker: Speaker) -> Verdict:
    """The verdict on ``findings``; the strictest action wins. ``masked_text`` is left to the caller."""
    if not findings:
        return DELIVER
    way = direction(speaker)
    labels: list[Label] = []
    action, flag, show_help = 0, False, False
    for finding in findings:
        rule = table()[finding.category][way]
        severity = rule.severity if finding.severity is None else min(finding.severity, max(rule.severity, 1))
        if finding.disguised and severity >= 2:
            severity = min(4, severity + 1)
        labels.append(Label(finding.category, severity, finding.score, finding.start, finding.end, finding.rule))
        if severity >= 2:  # a weaker entry of a strict category is a note, not a reason to act
            action = max(action, ACTIONS.index(rule.action))
            flag = flag or rule.flag
            show_help = show_help or rule.help
    labels.sort(key=lambda label: (-label.severity, label.start, label.end, label.rule))
    severity = labels[0].severity
    return Verdict(ACTIONS[action], severity, tuple(labels), None, show_help, flag or action >= ACTIONS.index("hold"))


def acts(label: Label, speaker: Speaker) -> Action:
    """What the policy does with this one label."""
    if label.severity < 2:
        return "deliver"
    return table()[label.category][direction(speaker)].action
