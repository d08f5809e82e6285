"""What presences say, as functions of plain values: who was in a call as one, and which presences were one call."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from server.signalling.rules import AWAY

Why = Literal["left", "removed", "consent", "lost", "drained", "stopped", "put_out", "adult", "crashed"]
"""``lost``: their line, and they did not come back; ``crashed``: the process that carried them. The instant is then
when they were last known to be there. ``drained``: the server was stopped."""

CUT: Final[frozenset[Why]] = frozenset({"lost", "crashed", "drained"})  # by no wish: who comes back soon was there
BACK_WITHIN: Final = timedelta(seconds=AWAY)  # as a part is kept for its person (docs/decisions/0118)
BEFORE: Final = timedelta(days=7)  # of the calls that stand in a case: those of the week in which it came to this
AFTER: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Presence:
    """``went_at`` None: they are still there, or nobody has found out yet that they are not."""

    id: UUID
    room_id: UUID
    account_id: UUID
    role: str
    came_at: datetime
    went_at: datetime | None = None
    why: Why | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """``presences`` in the order in which people came; ``id`` is that of the first."""

    room_id: UUID
    presences: Sequence[Presence]

    @property
    def id(self) -> UUID:
        return self.presences[0].id

    @property
    def began_at(self) -> datetime:
        return self.presences[0].came_at

    @property
    def ended_at(self) -> datetime | None:
        """None while somebody is in it."""
        ends = [one.went_at for one in self.presences]
        return None if None in ends else max(end for end in ends if end is not None)


def calls_of(found: Iterable[Presence]) -> list[Call]:
    """A call is a stretch in which somebody is there, whichever processes carried it; the first first."""
    calls: list[list[Presence]] = []
    last: dict[UUID, list[Presence]] = {}  # by room
    for one in _whole(found):
        running = last.get(one.room_id)
        if running is not None and any(_reaches(earlier, one.came_at) for earlier in running):
            running.append(one)
        else:
            last[one.room_id] = [one]
            calls.append(last[one.room_id])
    return [Call(presences[0].room_id, tuple(presences)) for presences in calls]


def stretch(opened_at: datetime, closed_at: datetime | None) -> tuple[datetime, datetime]:
    """From when until when calls stand in a case."""
    until = opened_at + AFTER
    return opened_at - BEFORE, until if closed_at is None else max(opened_at, min(closed_at, until))


def _whole(found: Iterable[Presence]) -> list[Presence]:
    """Each stay of somebody in a room once: presences of the same person that overlap, of two devices or processes, or
    that only a cut lies between, are one."""
    stays: dict[tuple[UUID, UUID], list[Presence]] = {}
    for one in sorted(found, key=lambda one: (one.came_at, one.id)):
        of_person = stays.setdefault((one.room_id, one.account_id), [])
        if of_person and _goes_on(of_person[-1], one):
            of_person[-1] = _joined(of_person[-1], one)
        else:
            of_person.append(one)
    return sorted((one for many in stays.values() for one in many), key=lambda one: (one.came_at, one.id))


def _goes_on(before: Presence, one: Presence) -> bool:
    if _reaches(before, one.came_at):
        return True
    return before.why in CUT and before.went_at is not None and one.came_at - before.went_at <= BACK_WITHIN


def _joined(before: Presence, one: Presence) -> Presence:
    """The end of the two is the later one."""
    if before.went_at is None or (one.went_at is not None and one.went_at <= before.went_at):
        return before
    return replace(before, went_at=one.went_at, why=one.why)


def _reaches(one: Presence, at: datetime) -> bool:
    return one.went_at is None or one.went_at >= at
