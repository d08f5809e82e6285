"""A flag: what a professional is asked to look at, with the evidence, and what professionals made of it. Plain values;
what may be decided stands in ``review.py``."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from server.kernel.identifiers import new_id
from server.moderation.data_files import engine_version
from server.moderation.deadlines import due
from server.moderation.verdict import Label, Verdict

FlagAction = Literal["deliver", "mask", "hold", "block", "help"]
FlagState = Literal["open", "second", "escalated", "released", "released_masked", "returned", "refused", "acknowledged"]
MessageState = Literal["none", "delivered", "masked", "held", "blocked", "refused", "returned"]
Decision = Literal["release", "release_masked", "return", "refuse", "acknowledge", "escalate"]
Reason = Literal[
    "harmless",
    "misread",
    "context_ok",
    "personal_detail",
    "unsafe",
    "hurtful",
    "needs_talk",
    "serious",
    "other",
]
Span = tuple[int, int]

MAX_EXCERPT = 4_000  # code points: a whole message
MAX_LABELS = 50  # of one flag: a message may repeat itself, the evidence need not
HELP: Literal["help"] = "help"  # the category and the action of a call for help
APPEAL: Literal["appeal"] = "appeal"  # the category of what was never flagged and its author wants looked at

STATE_AFTER: dict[FlagAction, MessageState] = {
    "deliver": "delivered",
    "mask": "masked",
    "hold": "held",
    "block": "blocked",
    HELP: "none",
}


@dataclass(frozen=True, slots=True)
class NewFlag:
    """A flag before it is stored; made by ``flag_of`` or ``help_flag``. ``changed`` is the number of the message's
    change that it is about, ``message`` the state of the message since then."""

    id: UUID
    organisation_id: UUID
    supervisor_id: UUID
    pair_id: UUID | None
    room_id: UUID | None
    seq: int | None
    author_id: UUID
    category: str
    severity: int
    action: FlagAction
    labels: tuple[Label, ...]
    excerpt: str
    engine: str
    raised_at: datetime
    alert: bool = False
    due_at: datetime | None = None
    rules_version: int | None = None
    changed: int | None = None
    message: MessageState = "none"


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decision as somebody asks for it."""

    decision: Decision
    reason: Reason
    note: str | None = None
    advice: str | None = None
    lift_freeze: bool = False
    spans: tuple[Span, ...] | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A ruling that waits for a second pair of eyes."""

    id: UUID
    ruling: Ruling
    by: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Appeal:
    """The author asks for another look; ``before_…`` is what had been decided until then, if anything."""

    at: datetime
    words: str | None
    before_state: FlagState | None = None
    before_by: UUID | None = None
    before_at: datetime | None = None
    decided_at: datetime | None = None

    @property
    def waits(self) -> bool:
        return self.decided_at is None


@dataclass(frozen=True, slots=True)
class Flag(NewFlag):
    """A stored flag. ``known`` is the last change of the message that it knows of, ``edited`` what the message says at
    that change, where it is not the excerpt; ``shared``: it is or was on the lists of colleagues,
    ``overdue``: they were told that its time has come."""

    known: int | None = None
    edited: str | None = None
    state: FlagState = "open"
    revision: int = 0
    shared: bool = False
    overdue: bool = False
    claimed_by: UUID | None = None
    claimed_until: datetime | None = None
    escalated_by: UUID | None = None
    escalated_at: datetime | None = None
    proposal: Proposal | None = None
    appeal: Appeal | None = None
    decided_at: datetime | None = None
    decided_by: UUID | None = None
    seconded_by: UUID | None = None
    reason: Reason | None = None
    note: str | None = None
    advice: str | None = None

    @property
    def text(self) -> str:
        """What the message says, as far as is known here."""
        return self.excerpt if self.edited is None else self.edited


def as_raised(flag: Flag) -> Flag:
    """``flag`` as if nobody had done anything about it yet."""
    return replace(flag, state="open", message=STATE_AFTER[flag.action], proposal=None)


def needs_flag(verdict: Verdict) -> bool:
    """Whether a professional is to see it: all that is held or blocked, and what policy flags."""
    return verdict.flag or verdict.action in ("hold", "block")


def flag_of(
    verdict: Verdict,
    text: str,
    *,
    organisation_id: UUID,
    supervisor_id: UUID,
    pair_id: UUID | None,
    room_id: UUID,
    seq: int,
    author_id: UUID,
    at: datetime,
    changed: int | None = None,
    rules_version: int | None = None,
) -> NewFlag:
    """The flag for ``text`` on which ``verdict`` was given. ``changed`` is the number under which the text became known
    in its room, when that is not ``seq``; ``rules_version`` that of the organisation's own rules."""
    first = verdict.labels[0] if verdict.labels else None
    severity = max(1, verdict.severity)
    return NewFlag(
        id=new_id(),
        organisation_id=organisation_id,
        supervisor_id=supervisor_id,
        pair_id=pair_id,
        room_id=room_id,
        seq=seq,
        author_id=author_id,
        category=first.category if first else "policy",
        severity=severity,
        action=verdict.action,
        labels=within(verdict.labels, MAX_EXCERPT),
        excerpt=storable(text),
        engine=engine_version(),
        raised_at=at,
        alert=verdict.alert,
        due_at=due(severity, at),
        rules_version=rules_version,
        changed=seq if changed is None else changed,
        message=STATE_AFTER[verdict.action],
    )


def help_flag(
    words: str,
    *,
    organisation_id: UUID,
    supervisor_id: UUID,
    pair_id: UUID | None,
    room_id: UUID | None,
    author_id: UUID,
    at: datetime,
) -> NewFlag:
    """The flag for a call for help: severity 4, with the words that came with it, unjudged."""
    return NewFlag(
        id=new_id(),
        organisation_id=organisation_id,
        supervisor_id=supervisor_id,
        pair_id=pair_id,
        room_id=room_id,
        seq=None,
        author_id=author_id,
        category=HELP,
        severity=4,
        action=HELP,
        labels=(),
        excerpt=storable(words),
        engine=engine_version(),
        raised_at=at,
        alert=True,
        due_at=due(4, at),
    )


def within(labels: Collection[Label], length: int) -> tuple[Label, ...]:
    """The first labels, those that lie in the first ``length`` code points."""
    return tuple(label for label in labels if label.end <= length)[:MAX_LABELS]


def storable(text: str) -> str:
    """``text`` as evidence that PostgreSQL takes: bounded, of the same length otherwise, what it cannot hold replaced.
    A flag must never fail to be written because of what it is about."""
    bounded = text[:MAX_EXCERPT].replace("\x00", "\ufffd")
    return bounded if bounded.isprintable() else "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in bounded)
