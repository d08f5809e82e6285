"""Authors are told how their appeals stand, on each of their devices: with the first page, and at once when one is made
or answered, also when the answer changes nothing of the message."""

import logging
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from server.infra.database import Database
from server.moderation.appeals import AppealState, appeals_of
from server.rooms.messages import topic
from server.transport.gateway import Connection
from server.transport.gateway.gateway import Gateway
from server.transport.wire import Timestamp, timestamp

log = logging.getLogger(__name__)


class AppealCard(Struct, frozen=True):
    """The appeal of the message at ``seq``: when it was made, and when it was answered, if it was. ``kept``: what had
    become of the message stays so."""

    seq: int
    at: Timestamp
    decided: Timestamp | UnsetType = UNSET
    kept: bool | UnsetType = UNSET


class AppealTold(AppealCard, frozen=True, kw_only=True):
    room: UUID


def appeal_card(state: AppealState) -> AppealCard:
    return AppealCard(state.seq, *_members(state))


def _members(state: AppealState) -> tuple[Timestamp, Timestamp | UnsetType, bool | UnsetType]:
    decided = UNSET if state.decided_at is None else timestamp(state.decided_at)
    return timestamp(state.at), decided, state.kept or UNSET


class AppealNews:
    def __init__(self, database: Database, gateway: Gateway) -> None:
        self._database = database
        self._gateway = gateway

    async def tell(
        self, organisation_id: UUID, room_id: UUID, seq: int, author_id: UUID, *, skip: Connection | None = None
    ) -> None:
        """After the commit: how the appeal of this message stands, if there is one, to those devices of its author that
        are in the room. Never raises: a device that missed it finds it on the first page."""
        try:
            async with self._database.begin(organisation_id) as conn:
                states = await appeals_of(conn, author_id, [room_id], seq=seq, limit=1)
        except Exception as error:
            log.warning("appeal_not_told", extra={"room": room_id, "seq": seq, "error": type(error).__name__})
            return
        for state in states:
            news = AppealTold(state.seq, *_members(state), room=room_id)
            for connection in self._gateway.topic(topic(room_id)):
                if connection.principal.account_id == author_id and connection is not skip:
                    connection.send("chat:appealed", news)
