"""Who is typing. Never stored: it is told to whoever is there, or to no one."""

from uuid import UUID

from msgspec import Struct

from server.rooms.access import Access, Rights
from server.rooms.messages import topic
from server.transport.gateway import Connection
from server.transport.gateway.gateway import Gateway

_STATE = "rooms.typing"


class TypingTold(Struct, frozen=True):
    room: UUID
    seat: int
    typing: bool


class Typing:
    def __init__(self, gateway: Gateway, rights: Rights) -> None:
        self._gateway = gateway
        self._rights = rights

    async def set(self, connection: Connection, room: str | int, *, typing: bool) -> None:
        """Tells the others in the room. Raises NotFound, Forbidden, RoomClosed."""
        access = await self._rights.speaking(room, connection)
        started: dict[UUID, int] = connection.state.setdefault(_STATE, {})
        if typing:
            started[access.room_id] = access.seat
        else:
            started.pop(access.room_id, None)
        self._tell(access, connection, typing=typing)

    def stopped(self, connection: Connection) -> None:
        """``connection`` is gone: whatever it had begun to type is not being typed any more."""
        started: dict[UUID, int] = connection.state.pop(_STATE, {})
        for room_id, seat in started.items():
            self._gateway.publish(topic(room_id), "chat:typing", TypingTold(room_id, seat, False), skip=connection)

    def _tell(self, access: Access, connection: Connection, *, typing: bool) -> None:
        told = TypingTold(access.room_id, access.seat, typing)
        self._gateway.publish(access.topic, "chat:typing", told, skip=connection)
