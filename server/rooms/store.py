"""SQL of rooms and of who belongs to them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.kernel.identifiers import new_id
from server.pairs.rules import Pair, writable, writable_by_staff
from server.rooms.tables import room_members, rooms


@dataclass(frozen=True, slots=True)
class Pause:
    """A professional has paused the room: since when, why (a word of ``supervision.rules``), and who."""

    since: datetime
    why: str
    by: UUID


@dataclass(frozen=True, slots=True)
class Room:
    """A room and the seats of those who belong to it now, by account. ``state`` is that of its pair: rooms of pairs
    are the only kind so far."""

    id: UUID
    number: int
    kind: str
    organisation_id: UUID
    pair_id: UUID
    state: str
    closed: bool
    seats: Mapping[UUID, int]
    pause: Pause | None = None
    put_out: frozenset[UUID] = frozenset()  # of its calls, until somebody lets them in again
    calls_ended: int = 0

    @property
    def writable(self) -> bool:
        """Whether its pair may write and call now. A pause of the room is another matter."""
        return not self.closed and writable(self.state)

    def takes(self, *, staff: bool) -> bool:
        """Whether it takes messages of this kind of person now."""
        if self.pause is not None and not staff:
            return False
        return not self.closed and (writable_by_staff if staff else writable)(self.state)


_ROOM = (
    rooms.c.id,
    rooms.c.number,
    rooms.c.kind,
    rooms.c.organisation_id,
    rooms.c.pair_id,
    rooms.c.pair_state,
    rooms.c.closed_at.is_not(None).label("closed"),
    rooms.c.paused_at,
    rooms.c.paused_why,
    rooms.c.paused_by,
    rooms.c.calls_ended,
)


async def room(conn: AsyncConnection, reference: UUID | int) -> Room | None:
    """The room of this identifier, or of this number."""
    column: ColumnElement[Any] = rooms.c.number if isinstance(reference, int) else rooms.c.id
    found = await _select(conn, column == reference)
    return found[0] if found else None


async def rooms_by_id(conn: AsyncConnection, ids: Collection[UUID]) -> list[Room]:
    """In no particular order."""
    return await _select(conn, rooms.c.id.in_(ids)) if ids else []


async def rooms_of(conn: AsyncConnection, account_id: UUID) -> list[Room]:
    """The rooms that this person belongs to, the oldest first."""
    mine = select(room_members.c.room_id).where(
        room_members.c.account_id == account_id, room_members.c.left_at.is_(None)
    )
    return await _select(conn, rooms.c.id.in_(mine))


async def _select(conn: AsyncConnection, which: ColumnElement[bool]) -> list[Room]:
    query = (
        select(*_ROOM, room_members.c.account_id, room_members.c.seat, room_members.c.put_out_at)
        .outerjoin(room_members, (room_members.c.room_id == rooms.c.id) & room_members.c.left_at.is_(None))
        .where(which, rooms.c.pair_id.is_not(None))
        .order_by(rooms.c.number, room_members.c.seat)
    )
    first: dict[UUID, Row[*tuple[Any, ...]]] = {}
    seats: dict[UUID, dict[UUID, int]] = defaultdict(dict)
    put_out: dict[UUID, set[UUID]] = defaultdict(set)
    for row in await conn.execute(query):
        first.setdefault(row.id, row)
        if row.account_id is not None:
            seats[row.id][row.account_id] = row.seat
            if row.put_out_at is not None:
                put_out[row.id].add(row.account_id)
    return [
        Room(
            row.id,
            row.number,
            row.kind,
            row.organisation_id,
            row.pair_id,
            row.pair_state,
            row.closed,
            seats[row.id],
            Pause(row.paused_at, row.paused_why, row.paused_by) if row.paused_at is not None else None,
            frozenset(put_out[row.id]),
            row.calls_ended,
        )
        for row in first.values()
    ]


async def create_room(conn: AsyncConnection, pair: Pair) -> UUID:
    """Makes the room of ``pair`` in the caller's transaction: the two, and who answers for them, each with a seat."""
    room_id = new_id()
    await conn.execute(
        insert(rooms).values(
            id=room_id,
            organisation_id=pair.organisation_id,
            pair_id=pair.id,
            pair_state=pair.state.value,
            kind=pair.kind,
        )
    )
    await conn.execute(
        insert(room_members),
        [
            {"room_id": room_id, "account_id": account_id, "seat": seat}
            for seat, account_id in enumerate(pair.people, start=1)
        ],
    )
    return room_id


async def hand_over_seat(conn: AsyncConnection, pair_id: UUID, before: UUID, after: UUID, at: datetime) -> None:
    """In the rooms of the pair, the professional ``before`` has no seat any more, and ``after`` has one."""
    for room_id in (await conn.execute(select(rooms.c.id).where(rooms.c.pair_id == pair_id))).scalars().all():
        await end_seat(conn, room_id, before, at)
        await give_seat(conn, room_id, after)


async def give_seat(conn: AsyncConnection, room_id: UUID, account_id: UUID) -> None:
    """Their own of earlier, or a new one: a seat is never given to another, since messages are told by it."""
    rows = room_members.c
    here = rows.room_id == room_id
    back = await conn.execute(update(room_members).where(here, rows.account_id == account_id).values(left_at=None))
    if not back.rowcount:
        last = (await conn.execute(select(func.max(rows.seat)).where(here))).scalar_one()
        await conn.execute(insert(room_members).values(room_id=room_id, account_id=account_id, seat=last + 1))


async def end_seat(conn: AsyncConnection, room_id: UUID, account_id: UUID, at: datetime) -> None:
    rows = room_members.c
    mine = rows.room_id == room_id, rows.account_id == account_id
    await conn.execute(update(room_members).where(*mine).values(left_at=at))


async def end_reading(conn: AsyncConnection, pairs: Collection[Pair], at: datetime) -> None:
    """The two of each of these pairs have no seat in its rooms any more. Nothing that was said is taken away."""
    rows = room_members.c
    of_pairs = select(rooms.c.id).where(rooms.c.pair_id.in_([pair.id for pair in pairs]))
    two = {account_id for pair in pairs for account_id in (pair.mentor_id, pair.mentee_id)}
    await conn.execute(
        update(room_members)
        .where(rows.room_id.in_(of_pairs), rows.account_id.in_(two), rows.left_at.is_(None))
        .values(left_at=at)
    )
