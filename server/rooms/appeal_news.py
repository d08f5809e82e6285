"""Authors are told how their appeals stand, on each of their devices: as they connect, when one is made, and when one
is answered, also when the answer changes nothing of the message."""

import logging
from collections.abc import Iterable
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from server.infra.database import Database
from server.moderation.appeals import AppealState, appeals_of
from server.rooms.messages import topic
from server.rooms.presence import Presence
from server.transport.gateway import Connection
from server.transport.gateway.gateway import Gateway
from server.transport.wire import Timestamp, timestamp

log = logging.getLogger(__name__)

AT_CONNECT = 20  # appeals that are told, the newest: about a kilobyte


class AppealTold(Struct, frozen=True):
    """The appeal of the message at ``seq``: when it was made, and when it was answered, if it was. ``kept``: what had
    become of the message stays so."""

    seq: int
    at: Timestamp
    decided: Timestamp | UnsetType = UNSET
    kept: bool | UnsetType = UNSET


class AppealsTold(Struct, frozen=True):
    room: UUID
    appeals: list[AppealTold]


def told(state: AppealState) -> AppealTold:
    decided = UNSET if state.decided_at is None else timestamp(state.decided_at)
    return AppealTold(state.seq, timestamp(state.at), decided, state.kept or UNSET)


class AppealNews:
    def __init__(self, database: Database, gateway: Gateway, presence: Presence) -> None:
        self._database = database
        self._gateway = gateway
        self._presence = presence

    async def connected(self, connection: Connection) -> None:
        """Tells ``connection`` of the appeals of its person in the rooms that it is in already: one that is made or
        answered from now on is told by ``tell``."""
        rooms = self._presence.rooms_of(connection)
        if not rooms:
            return
        async with self._database.begin() as conn:
            states = await appeals_of(conn, connection.principal.account_id, rooms, limit=AT_CONNECT)
        for room_id in rooms:
            _send(room_id, [told(state) for state in states if state.room_id == room_id], [connection])

    async def tell(self, room_id: UUID, seq: int, author_id: UUID, *, skip: Connection | None = None) -> None:
        """After the commit: how the appeal of this message stands, to its author's devices. Never raises: a device that
        missed it is told when it connects again."""
        try:
            async with self._database.begin() as conn:
                states = await appeals_of(conn, author_id, [room_id], seq=seq, limit=1)
        except Exception as error:
            log.warning("appeal_not_told", extra={"room": room_id, "seq": seq, "error": type(error).__name__})
            return
        there = [one for one in self._gateway.topic(topic(room_id)) if one.principal.account_id == author_id]
        _send(room_id, [told(state) for state in states], [one for one in there if one is not skip])


def _send(room_id: UUID, appeals: list[AppealTold], to: Iterable[Connection]) -> None:
    if appeals:
        for connection in to:
            connection.send("chat:appeals", AppealsTold(room_id, appeals))
