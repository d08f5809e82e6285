"""What becomes of a finding: category × direction → action and severity, as data/policy.json says (the table of the
field's own making), tightened or loosened by the organisation where it may be. Pure."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta

from server.kernel.principal import ADULT_AGE
from server.moderation.data_files import DATA
from server.moderation.verdict import ACTIONS, DELIVER, Action, Circumstances, Finding, Label, Speaker, Stage, Verdict

Direction = Literal["adult_to_minor", "minor_to_adult", "adult_to_adult", "young_adult", "professional"]

WAYS: frozenset[str] = frozenset(get_args(Direction))
STAGES: frozenset[str] = frozenset(get_args(Stage))
ADVICE = "model."  # how the rules of the model begin
REVIEW = 2  # the severity from which anything is done
MOST = 4  # the severity that always makes a case
DISCLOSURES = frozenset(("suicide", "self_harm", "ill_being", "abuse", "neglect", "bullied"))
UNASSESSED = "unassessed"  # the category of what could not be assessed
UNDER = "under_"
_AGE = re.compile(rf"{UNDER}[0-9]{{1,2}}")
ORDINARY = Circumstances()


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``flag``: a professional is to see it. ``alert``: with a deadline. ``freeze``: the pair is paused until a person
    decides. ``help``: the author is shown the help card. ``acts_from`` is the severity from which ``action`` is taken;
    what is milder is delivered."""

    action: Action
    severity: int
    flag: bool = False
    alert: bool = False
    freeze: bool = False
    help: bool = False
    acts_from: int = REVIEW


class RulePart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an organisation says otherwise than the table; what it leaves out stays."""

    action: Action | None = None
    severity: Annotated[int, Meta(ge=0, le=4)] | None = None
    flag: bool | None = None
    alert: bool | None = None
    freeze: bool | None = None
    help: bool | None = None


Table = dict[str, dict[Direction, Rule]]


@cache
def table() -> Table:
    return msgspec.json.decode((DATA / "policy.json").read_bytes(), type=Table)


@cache
def protected(category: str) -> bool:
    """Whether no organisation may look away from it: what a minor discloses, and what is of the highest severity
    when a minor tells it."""
    return category in DISCLOSURES or table()[category]["minor_to_adult"].severity == MOST


def direction(speaker: Speaker, circumstances: Circumstances = ORDINARY) -> Direction:
    """Which way the words go. A young person without an age counts as a minor; what professionals write is assessed
    and never held."""
    if speaker.role in ("supervisor", "admin", "prescriber"):
        return "professional"
    grown = _is_grown(speaker, circumstances)
    if speaker.role == "mentee":
        return "young_adult" if grown else "minor_to_adult"
    return "adult_to_adult" if grown else "adult_to_minor"


def _is_grown(speaker: Speaker, circumstances: Circumstances) -> bool:
    age = young_age(speaker, circumstances)
    return age is not None and age >= ADULT_AGE


def young_age(speaker: Speaker, circumstances: Circumstances) -> int | None:
    """The age of the pair's young person, who may be the speaker."""
    if speaker.role == "mentee" and speaker.age is not None:
        return speaker.age
    return circumstances.young_age


def rule_for(category: str, way: Direction, age: int | None, circumstances: Circumstances) -> Rule:
    """What the table says, as the organisation has changed it."""
    rule = table()[category][way]
    own = circumstances.own
    if own is None or category not in own.policy:
        return rule
    return adapted(rule, own.policy[category], category, way, age, circumstances.stage)


def adapted(
    rule: Rule, parts: Mapping[str, RulePart], category: str, way: Direction, age: int | None, stage: Stage
) -> Rule:
    """``rule`` with all ``parts`` whose key holds, those with more conditions last, and never below the floor: what is
    of severity 4 stays so and alerts; what a minor discloses is delivered, looked at, and answered with the help
    card."""
    given: dict[str, Any] = {}
    for key in sorted(parts, key=lambda key: (key.count("."), key)):
        direction, *conditions = key.split(".")
        if direction == way and all(_holds(condition, age, stage) for condition in conditions):
            given |= {name: value for name, value in msgspec.structs.asdict(parts[key]).items() if value is not None}
    made = msgspec.structs.replace(rule, **given)
    if rule.severity == MOST or made.severity == MOST:
        made = msgspec.structs.replace(made, severity=MOST, flag=True, alert=True)
    if way == "minor_to_adult" and category in DISCLOSURES:
        seen = max(made.severity, REVIEW)
        made = msgspec.structs.replace(made, action="deliver", severity=seen, help=rule.help or made.help)
    return made


def _holds(condition: str, age: int | None, stage: Stage) -> bool:
    """``new``, ``active`` … are stages of the pair; ``under_15`` an age of its young person, which holds too where the
    age of a minor is not known."""
    if condition.startswith(UNDER):
        return age is None or age < int(condition.removeprefix(UNDER))
    return condition == stage


def is_condition(name: str) -> bool:
    """Whether ``name`` may stand behind a direction in an organisation's policy."""
    return name in STAGES or _AGE.fullmatch(name) is not None


def below_floor(category: str, way: Direction, part: RulePart) -> bool:
    """Whether ``part`` asks for less than no organisation may go below, so that it would not be heeded."""
    rule = table()[category][way]
    severity = rule.severity if part.severity is None else part.severity
    hidden = part.action not in (None, "deliver") or (rule.help and part.help is False) or severity < REVIEW
    if hidden and way == "minor_to_adult" and category in DISCLOSURES:
        return True
    if rule.severity == MOST or severity == MOST:
        return severity < MOST or part.flag is False or part.alert is False
    return False


def decide(findings: Sequence[Finding], speaker: Speaker, circumstances: Circumstances = ORDINARY) -> Verdict:
    """The verdict on ``findings``; the strictest action wins. ``masked_text`` is left to the caller."""
    if not findings:
        return DELIVER
    way, age = direction(speaker, circumstances), young_age(speaker, circumstances)
    labels: list[Label] = []
    action, flag, show_help, alert, freeze = 0, False, False, False, False
    for finding in findings:
        rule = rule_for(finding.category, way, age, circumstances)
        severity = rule.severity if finding.severity is None else min(finding.severity, max(rule.severity, 1))
        if finding.disguised and severity >= REVIEW:
            severity = min(MOST, severity + 1)
        labels.append(
            Label(
                finding.category,
                severity,
                finding.score,
                finding.start,
                finding.end,
                finding.rule,
                finding.version,
                finding.families,
            )
        )
        if severity < REVIEW:  # a weaker entry of a strict category is a note, not a reason to act
            continue
        show_help = show_help or rule.help
        if is_advice(finding.rule):
            flag = flag or way != "professional"
        else:
            action = max(action, ACTIONS.index(rule.action) if severity >= rule.acts_from else 0)
            flag = flag or rule.flag
            freeze = freeze or rule.freeze
            alert = alert or rule.alert or (severity == MOST and way != "professional")
    labels.sort(key=lambda label: (-label.severity, label.start, label.end, label.rule))
    flag = flag or alert or action >= ACTIONS.index("hold")
    return Verdict(ACTIONS[action], labels[0].severity, tuple(labels), None, show_help, flag, alert, freeze)


def is_advice(rule: str) -> bool:
    """Whether ``rule`` is of the model, which asks for a look and never holds anything."""
    return rule.startswith(ADVICE)


def is_hidden(label: Label) -> bool:
    """Whether it is hidden where a professional hides what was found: no mere note, and not the sentence at which the
    model asked for a look."""
    return label.severity >= REVIEW and not is_advice(label.rule)


def acts(label: Label, speaker: Speaker, circumstances: Circumstances = ORDINARY) -> Action:
    """What the policy does with this one label; nothing with what the model alone has told."""
    if is_advice(label.rule):
        return "deliver"
    way, age = direction(speaker, circumstances), young_age(speaker, circumstances)
    rule = rule_for(label.category, way, age, circumstances)
    return rule.action if label.severity >= max(REVIEW, rule.acts_from) else "deliver"


def unassessed(text: str, speaker: Speaker, circumstances: Circumstances = ORDINARY) -> Verdict:
    """What is done with a message that could not be assessed. An adult's waits for a professional; a minor's goes
    through with the help card, since a disclosure must never be lost to a fault of ours; what professionals write is
    never held. All are flagged."""
    label = Label(UNASSESSED, 3, 1.0, 0, len(text), "assess.failed")
    way = direction(speaker, circumstances)
    through, help_card = way in ("minor_to_adult", "professional"), way == "minor_to_adult"
    return Verdict("deliver" if through else "hold", 3, (label,), show_help=help_card, flag=True)
