"""What the card of a room says of its pair's life (why it is paused, when a bridge ends) and of a pause of the room."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType
from sqlalchemy.ext.asyncio import AsyncConnection

from server.kernel.permissions import Role
from server.pairs.holds_store import open_holds
from server.pairs.rules import State
from server.pairs.saying import Pause, pause_of
from server.pairs.store import pairs_by_id
from server.rooms.store import Room
from server.transport.wire import Timestamp, timestamp


class PausedCard(Struct, frozen=True):
    """A professional has paused the room: why (a word of ``supervision.rules``), since when, and who."""

    why: str
    since: Timestamp
    by: UUID


@dataclass(frozen=True, slots=True)
class PairWords:
    pause: Pause | None
    until: datetime | None


_NOTHING = PairWords(None, None)


async def pair_words(conn: AsyncConnection, rooms: Collection[Room], role: Role) -> Mapping[UUID, PairWords]:
    """By pair, for a reader of this role: without a query where nothing is paused and there is no bridge, else in two,
    however many rooms there are."""
    paused = {room.pair_id for room in rooms if room.state == State.PAUSED}
    asked = paused | {room.pair_id for room in rooms if room.kind == "bridge"}
    told = {room.pair_id: _NOTHING for room in rooms}
    if not asked:
        return told
    holds = await open_holds(conn, paused)
    for pair in (await pairs_by_id(conn, asked)).values():
        kinds = [(hold.kind, hold.about == pair.mentor_id) for hold in holds.get(pair.id, ())]
        told[pair.id] = PairWords(pause_of(kinds, role) if pair.id in paused else None, pair.until)
    return told


def paused_card(room: Room) -> PausedCard | None:
    pause = room.pause
    return PausedCard(pause.why, timestamp(pause.since), pause.by) if pause is not None else None


def put_out_of(room: Room, reader: UUID, *, staff: bool) -> list[UUID] | UnsetType:
    """Who is kept out of the calls of the room, for a professional, who may let them in again; others are told of
    themselves."""
    return sorted(who for who in room.put_out if staff or who == reader) or UNSET
