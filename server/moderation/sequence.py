"""What one author's messages add up to: signs by family, decayed counters, their order and how often they come.

Each message may be harmless by itself; flattery, then a secret, then another place to talk is not. Families, weights
and half-lives are data (data/conversation.json). Pure: states are values, time is given.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import NamedTuple

import msgspec

from server.moderation.data_files import DATA
from server.moderation.policy import MOST, REVIEW
from server.moderation.verdict import Label

DAY = 86_400.0  # seconds
CATEGORY = "conversation"


class Family(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``stage`` is its place on the way from trust (1) to a meeting (5). ``strong``: one clear message of it weighs
    more than two weak families. ``fr`` and ``en`` name it to a professional."""

    half_life_days: float
    stage: int
    fr: str
    en: str
    strong: bool = False


class Course(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``counts_at`` is the counter from which a family counts, ``strong_at`` from which a strong one is. A sign adds
    its entry's score, what is an alarm by itself adds ``full``; of what a young person says the share ``young`` counts.
    Signs come too often when the mean over the author's messages, which halves every ``skew_half_life`` messages,
    reaches ``skew_at``, or those of one family ``insists_at``. ``signs`` says which family a rule is a sign of: by
    category, or by category and the first word of the rule's own name."""

    counts_at: float
    strong_at: float
    full: float
    young: float
    skew_at: float
    insists_at: float
    skew_half_life: float
    families: dict[str, Family]
    signs: dict[str, str]


@cache
def course() -> Course:
    return msgspec.json.decode((DATA / "conversation.json").read_bytes(), type=Course)


class Sign(NamedTuple):
    weight: float
    label: Label


def signs(labels: Iterable[Label]) -> dict[str, Sign]:
    """The heaviest sign of each family among ``labels``."""
    known, found = course(), dict[str, Sign]()
    for label in labels:
        family = family_of(label)
        if family is not None:
            weight = known.full if label.severity >= REVIEW else label.score
            if family not in found or weight > found[family].weight:
                found[family] = Sign(weight, label)
    return found


def family_of(label: Label) -> str | None:
    known = course().signs
    name = label.rule.rpartition(".")[2].partition("_")[0]
    return known.get(f"{label.category}.{name}") or known.get(label.category)


class Counter(msgspec.Struct, array_like=True):
    """``value`` as of the state's time; ``since`` is the number of the sign at which the family came up."""

    value: float
    since: int


class State(msgspec.Struct, array_like=True):
    """What is kept of one author. ``young``: they are the young person. ``signs`` numbers what was found of them,
    ``recent`` is the decayed mean over their messages, ``told`` the families of the last warning and ``severity`` its
    severity."""

    young: bool
    signs: int = 0
    recent: float = 0.0
    severity: int = 0
    told: list[str] = []
    counters: dict[str, Counter] = {}

    def at(self, seconds: float) -> "State":
        """The state when ``seconds`` more have passed. Families that no longer count are no longer told of."""
        known = course()
        counters = {
            name: Counter(value, counter.since)
            for name, counter in self.counters.items()
            if name in known.families
            and (value := counter.value * 0.5 ** (seconds / DAY / known.families[name].half_life_days)) >= 0.01
        }
        faded = {name for name in self.counters if name not in counters or counters[name].value < known.counts_at / 2}
        told = [name for name in self.told if name not in faded]
        if not counters.keys() & set(told):  # what is left of it was the young person's part
            return State(self.young, self.signs, self.recent, 0, [], counters)
        return State(self.young, self.signs, self.recent, self.severity, told, counters)

    def quiet(self, messages: int) -> "State":
        """The state after so many messages without a sign."""
        return msgspec.structs.replace(self, recent=self.recent * _fade() ** messages)

    def adding(self, found: Mapping[str, Sign]) -> "State":
        """The state after a message with these signs."""
        counters = {name: Counter(counter.value, counter.since) for name, counter in self.counters.items()}
        count = self.signs + 1
        for name, sign in found.items():
            before = counters.get(name)
            value = round(sign.weight + (before.value if before else 0.0), 3)
            counters[name] = Counter(value, before.since if before else count)
        weight = min(1.0, sum(sign.weight for sign in found.values()))
        recent = round(self.recent * _fade() + weight * (1.0 - _fade()), 3)
        return State(self.young, count, recent, self.severity, self.told, counters)


def _fade() -> float:
    return float(0.5 ** (1.0 / course().skew_half_life))


class Level(NamedTuple):
    """What a state amounts to: ``severity`` 0 or 2–4, the rule that says so, and the families that count."""

    severity: int
    rule: str
    families: tuple[str, ...]


def level(author: State, heard: Iterable[State] = ()) -> Level:
    """What ``author``, an adult, has come to, together with what the young people of the room said (``heard``)."""
    known = course()
    totals = {name: counter.value for name, counter in author.counters.items()}
    for other in heard:
        for name, counter in other.counters.items():
            totals[name] = totals.get(name, 0.0) + known.young * counter.value
    counted = tuple(name for name in known.families if totals.get(name, 0.0) >= known.counts_at)
    own = [name for name in counted if name in author.counters]
    if not own:
        return Level(0, "", counted)
    strong = [name for name in own if known.families[name].strong and totals[name] >= known.strong_at]
    severity, rule = 0, ""
    if len(counted) == 2:
        severity, rule = 2, "two_weak"
    if len(counted) >= 3:
        severity, rule = 3, "three"
    if strong and len(counted) >= 2:
        severity, rule = (4 if len(strong) >= 2 or len(counted) >= 4 else 3), "strong"
    if steps(author, own) >= 3 and severity < MOST:
        severity, rule = max(3, severity + 1), "order"
    if severity < 3 and (author.recent >= known.skew_at or any(totals[name] >= known.insists_at for name in own)):
        # One faint note that comes often asks for a look; what holds a message is two kinds of the adult's own.
        severity, rule = (3 if len(own) >= 2 else 2), "skew"
    return Level(severity, f"{CATEGORY}.{rule}" if rule else "", counted)


def steps(author: State, counted: Iterable[str]) -> int:
    """How many stages of the course the author took one after another, as in: flattery, secrecy, another place."""
    taken = sorted((author.counters[name].since, course().families[name].stage) for name in counted)
    longest: dict[int, int] = {}
    for _, stage in taken:
        longest[stage] = max(longest.get(stage, 0), 1 + max((n for s, n in longest.items() if s < stage), default=0))
    return max(longest.values(), default=0)


def elapsed(since: datetime, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds())
