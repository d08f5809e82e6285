"""What an organisation has said about who is on call, as plain values."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Opening:
    """Of the office, each week: ``day`` is 1 (Monday) to 7. An end that is not after the beginning is on the next
    day, here and in ``Shift``; times are those of the clock on the wall."""

    day: int
    begins: time
    ends: time


@dataclass(frozen=True, slots=True)
class Closure:
    """The office is closed on these days, both included."""

    first: date
    last: date
    why: str


@dataclass(frozen=True, slots=True)
class Shift:
    """``people`` are on call from ``begins`` to ``ends`` on these ``days`` of the week, of every ``every``-th week from
    that of ``first`` on; with ``closures``, also on the days on which the office is closed, of each week."""

    id: UUID
    days: frozenset[int]
    begins: time
    ends: time
    first: date
    people: tuple[UUID, ...]
    last: date | None = None
    every: int = 1
    closures: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """Between two instants ``out`` is away, ``into`` is on call as well, or with both, the one instead of the other."""

    begins: datetime
    ends: datetime
    out: UUID | None
    into: UUID | None


@dataclass(frozen=True, slots=True)
class Plan:
    """``changes`` are those that count, in the order in which they were decided. ``revision`` is 0 where nobody has
    planned yet."""

    zone: ZoneInfo
    hours: Sequence[Opening] = ()
    closures: Sequence[Closure] = ()
    shifts: Sequence[Shift] = ()
    changes: Sequence[Change] = ()
    ladder: Sequence[UUID] = ()
    fallback: UUID | None = None
    revision: int = 0

    def closed(self, day: date) -> bool:
        return any(closure.first <= day <= closure.last for closure in self.closures)


@dataclass(frozen=True, slots=True)
class Team:
    """Who can be on call at all: the staff with open accounts, the longest-standing first."""

    supervisors: tuple[UUID, ...]
    admins: tuple[UUID, ...] = ()
    everyone: Collection[UUID] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "everyone", frozenset(self.supervisors + self.admins))

    @property
    def by_default(self) -> tuple[UUID, ...]:
        """Who is asked when no rota says who."""
        return self.supervisors or self.admins
