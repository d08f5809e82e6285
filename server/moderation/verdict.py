"""What goes into an assessment beside the text, and what comes out of it. Plain values, shared by every part."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:  # own_rules stands on policy and lexicon, which stand on this
    from server.moderation.own_rules import OwnRules

Action = Literal["deliver", "mask", "hold", "block"]
SpeakerRole = Literal["mentor", "mentee", "guardian", "prescriber", "supervisor", "admin"]
Stage = Literal["new", "active", "probation", "closing"]

ACTIONS: tuple[Action, ...] = ("deliver", "mask", "hold", "block")  # from mild to strict


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who writes. ``age`` is in whole years; a mentee without one counts as a minor. ``key`` tells the speakers of
    one conversation apart and is needed where two of them share a role."""

    role: SpeakerRole
    age: int | None = None
    key: Hashable = None

    @property
    def author(self) -> Hashable:
        return self.role if self.key is None else self.key


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Of the pair and its organisation. ``young_age`` is the age of the pair's young person in whole years; without
    one they count as a minor. ``own`` is what the organisation changes of the rules."""

    young_age: int | None = None
    stage: Stage = "active"
    own: "OwnRules | None" = None


@dataclass(frozen=True, slots=True)
class Label:
    """One reason. ``start`` and ``end`` are code points of the raw text; ``rule`` names the detector or entry,
    ``version`` the lexicon file, detectors, model or organisation's rules that gave it. ``families`` is what a whole
    conversation has come to hold, where that is the reason (data/conversation.json)."""

    category: str
    severity: int
    score: float
    start: int
    end: int
    rule: str
    version: str = ""
    families: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a message and why. ``flag`` asks for a professional's eye, ``alert`` for it by a deadline,
    ``freeze`` pauses the pair until a person decides; ``masked_text`` is what others read when ``action`` is ``mask``;
    ``show_help`` shows the help card to the author."""

    action: Action
    severity: int
    labels: tuple[Label, ...]
    masked_text: str | None = None
    show_help: bool = False
    flag: bool = False
    alert: bool = False
    freeze: bool = False


DELIVER = Verdict(action="deliver", severity=0, labels=())


@dataclass(frozen=True, slots=True)
class Finding:
    """What a detector saw, before policy: spans in code points of the raw text, ``disguised`` when it was hidden."""

    category: str
    score: float
    start: int
    end: int
    rule: str
    severity: int | None = None  # a finer severity than the policy's own
    disguised: bool = False
    version: str = ""
    families: tuple[str, ...] = ()


class Settled(NamedTuple):
    """At word ``at`` a rule saw ``category`` and knows that it is nothing: a lesson, a play, a game, good advice."""

    at: int
    category: str


class Overtime(Exception):
    """An assessment took longer than it may; the message is treated as one that could not be assessed."""
