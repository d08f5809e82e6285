"""A flag: what a professional is asked to look at, with the evidence. Plain values, and the rule of deciding one."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from server.kernel.errors import Conflict
from server.kernel.identifiers import new_id
from server.moderation.data_files import engine_version
from server.moderation.verdict import Label, Verdict

FlagAction = Literal["deliver", "mask", "hold", "block", "help"]
FlagState = Literal["open", "released", "refused", "acknowledged"]
Decision = Literal["released", "refused", "acknowledged"]

MAX_EXCERPT = 4_000  # code points: a whole message
MAX_LABELS = 50  # of one flag: a message may repeat itself, the evidence need not
HELP: Literal["help"] = "help"  # the category and the action of a call for help


@dataclass(frozen=True, slots=True)
class NewFlag:
    """A flag before it is stored; made by ``flag_of`` or ``help_flag``."""

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


@dataclass(frozen=True, slots=True)
class Flag(NewFlag):
    """A stored flag."""

    state: FlagState
    decided_at: datetime | None
    decided_by: UUID | None
    note: str | None


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
) -> NewFlag:
    """The flag for ``text`` on which ``verdict`` was given."""
    first = verdict.labels[0] if verdict.labels else None
    return NewFlag(
        new_id(),
        organisation_id,
        supervisor_id,
        pair_id,
        room_id,
        seq,
        author_id,
        first.category if first else "policy",
        max(1, verdict.severity),
        verdict.action,
        within(verdict.labels, MAX_EXCERPT),
        storable(text),
        engine_version(),
        at,
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
        new_id(),
        organisation_id,
        supervisor_id,
        pair_id,
        room_id,
        None,
        author_id,
        HELP,
        4,
        HELP,
        (),
        storable(words),
        engine_version(),
        at,
    )


def within(labels: Collection[Label], length: int) -> tuple[Label, ...]:
    """The first labels, those that lie in the first ``length`` code points."""
    return tuple(label for label in labels if label.end <= length)[:MAX_LABELS]


def storable(text: str) -> str:
    """``text`` as evidence that PostgreSQL takes: bounded, of the same length otherwise, what it cannot hold replaced.
    A flag must never fail to be written because of what it is about."""
    bounded = text[:MAX_EXCERPT].replace("\x00", "\ufffd")
    return bounded if bounded.isprintable() else "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in bounded)


def check_decision(action: FlagAction, decision: Decision) -> None:
    """Raises Conflict when ``decision`` is not one for this flag: held messages are released or refused, all else is
    acknowledged."""
    if (action == "hold") != (decision in ("released", "refused")):
        raise Conflict("flag_held" if action == "hold" else "flag_not_held")
