"""Who stands on the card of a room, and in which order."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.pairs.store import pairs_by_id
from server.rooms.store import Room
from server.rooms.tables import room_visits

_OWN: Final = 3  # of a pair: the two, and the professional who follows them

Seated = Sequence[tuple[UUID, int]]
"""(account, seat)"""


async def seated(conn: AsyncConnection, rooms: Collection[Room], *, staff: bool) -> Mapping[UUID, Seated]:
    """By room: its own people by their seats, then who stands in for the professional. The two read of those once they
    have come: before, it could tell somebody that a case is about them. Without a query where nobody stands in."""
    shared = [room for room in rooms if len(room.seats) > _OWN]
    pairs = await pairs_by_id(conn, {room.pair_id for room in shared})
    came: set[tuple[UUID, UUID]] = set()
    if shared and not staff:
        visits = select(room_visits.c.room_id, room_visits.c.account_id).distinct()
        rows = await conn.execute(visits.where(room_visits.c.room_id.in_([room.id for room in shared])))
        came = {(row.room_id, row.account_id) for row in rows}
    told: dict[UUID, Seated] = {}
    for room in rooms:
        own = pairs[room.pair_id].people if room.pair_id in pairs else tuple(room.seats)
        mine = [(who, seat) for who, seat in room.seats.items() if who in own]
        others = [(who, seat) for who, seat in room.seats.items() if who not in own]
        told[room.id] = mine + [(who, seat) for who, seat in others if staff or (room.id, who) in came]
    return told
