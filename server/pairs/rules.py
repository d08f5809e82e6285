"""What the state of a pair means, and who is who in it. Pure decisions on plain values."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID


class State(StrEnum):
    """The life of a pair, in order; ``paused`` and ``probation`` come and go. What leads where: ``life.py``."""

    PROPOSED = "proposed"
    AGREED = "agreed"  # by the young person; a professional begins it
    ACTIVE = "active"
    PAUSED = "paused"
    PROBATION = "probation"
    CLOSING = "closing"
    CLOSED = "closed"


Kind = Literal["pair", "bridge"]
"""A bridge stands in, until a day, for a pair whose mentor is away."""

# A pair that is closing still has its goodbyes to say; one that is proposed has not been agreed to yet.
_WRITABLE = frozenset({State.ACTIVE, State.PROBATION, State.CLOSING})


@dataclass(frozen=True, slots=True)
class Pair:
    """A mentor, a mentee, and the professional who answers for them."""

    id: UUID
    organisation_id: UUID
    mentor_id: UUID
    mentee_id: UUID
    supervisor_id: UUID
    state: State
    since: datetime | None = field(default=None, compare=False)  # when its row was made; None: now
    kind: Kind = "pair"
    bridge_of: UUID | None = None
    until: datetime | None = None  # of a bridge
    revision: int = field(default=0, compare=False)  # moves with each act of a professional

    @property
    def people(self) -> tuple[UUID, UUID, UUID]:
        return self.mentor_id, self.mentee_id, self.supervisor_id


def writable(state: str) -> bool:
    """Whether the two may write to and call each other."""
    return state in _WRITABLE


def writable_by_staff(state: str) -> bool:
    """Whether the professional who answers for the pair may write to both: also while it is paused, so that nobody is
    left with silence (docs/decisions/0156)."""
    return state in _WRITABLE or state == State.PAUSED


def belongs(pair: Pair, account_id: UUID) -> bool:
    """Whether this person is one of the two."""
    return account_id in (pair.mentor_id, pair.mentee_id)


def answers_for(pair: Pair, account_id: UUID) -> bool:
    """Whether this person is the professional who answers for the pair."""
    return account_id == pair.supervisor_id
