"""What the card of a room says of its pair's life: why it is paused, and when a bridge ends."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.kernel.permissions import Role
from server.pairs.holds_store import open_holds
from server.pairs.rules import State
from server.pairs.saying import Pause, pause_of
from server.pairs.store import pairs_by_id
from server.rooms.store import Room


@dataclass(frozen=True, slots=True)
class PairWords:
    pause: Pause | None
    until: datetime | None


async def pair_words(conn: AsyncConnection, rooms: Collection[Room], role: Role) -> Mapping[UUID, PairWords]:
    """By pair, for a reader of this role, in two queries however many rooms there are."""
    pairs = await pairs_by_id(conn, [room.pair_id for room in rooms])
    paused = [room.pair_id for room in rooms if room.state == State.PAUSED]
    holds = await open_holds(conn, paused)
    told: dict[UUID, PairWords] = {}
    for pair in pairs.values():
        kinds = [(hold.kind, hold.about == pair.mentor_id) for hold in holds.get(pair.id, ())]
        told[pair.id] = PairWords(pause_of(kinds, role) if pair.id in paused else None, pair.until)
    return told
