"""What goes into an assessment beside the text, and what comes out of it. Plain values, shared by every part."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Literal

Action = Literal["deliver", "mask", "hold", "block"]
SpeakerRole = Literal["mentor", "mentee", "guardian", "prescriber", "supervisor", "admin"]

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
class Label:
    """One reason. ``start`` and ``end`` are code points of the raw text; ``rule`` names the detector or entry."""

    category: str
    severity: int
    score: float
    start: int
    end: int
    rule: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a message and why. ``flag`` asks for a professional's eye; ``masked_text`` is what others read
    when ``action`` is ``mask``; ``show_help`` shows the help card to the author."""

    action: Action
    severity: int
    labels: tuple[Label, ...]
    masked_text: str | None = None
    show_help: bool = False
    flag: bool = False


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
