"""Rights that end, end at once: who has lost a room is taken out of it, and all there are told how it stands now.

Who has gained a room while being connected is brought into it. Works from notices, so in every process alike.
"""

from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from server.infra.notices import Notices
from server.infra.rechecks import Rechecks
from server.kernel.errors import NotFound
from server.rooms.access import Rights
from server.rooms.catchup import is_synced
from server.rooms.messages import topic
from server.rooms.pauses import PausedCard, paused_card, put_out_of
from server.rooms.presence import Presence
from server.rooms.rules import is_staff
from server.rooms.store import Room
from server.rooms.visits import Visits
from server.transport.gateway.gateway import Gateway


class RoomRights(Struct, frozen=True):
    """How a room stands for who is told. ``member`` false: it is not theirs any more, and they have left it. ``calls``
    is there, and false, where consent to calls is not there; ``paused`` while a professional has paused the room;
    ``put_out`` where somebody is kept out of its calls: for a professional, and for that person."""

    room: UUID
    member: bool
    state: str
    writable: bool
    calls: bool | UnsetType = UNSET
    paused: PausedCard | UnsetType = UNSET
    put_out: list[UUID] | UnsetType = UNSET


class Removal:
    def __init__(self, gateway: Gateway, notices: Notices, rights: Rights, presence: Presence, visits: Visits) -> None:
        self._gateway = gateway
        self._rights = rights
        self._presence = presence
        self._visits = visits
        self.checks = Rechecks(self._check, "rooms")
        rights.watch(self.changed)
        notices.on_gap(self._gap)

    async def changed(self, room_id: UUID) -> None:
        """The rights to a room have changed, or may have."""
        self.checks.ask([room_id])

    async def stop(self) -> None:
        await self.checks.stop()

    async def _gap(self) -> None:
        self.checks.ask(self._presence.rooms())

    async def _check(self, room_id: UUID) -> None:
        try:
            place = await self._rights.place(room_id, None)
            room: Room | None = place.room
            calls = UNSET if place.consented_calls else False
        except NotFound:
            room, calls = None, UNSET
        lost = [
            connection
            for connection in self._gateway.topic(topic(room_id))
            if room is None or connection.principal.account_id not in room.seats
        ]
        for connection in lost:
            connection.send("room:rights", RoomRights(room_id, False, room.state if room else "closed", False))
            self._presence.depart(connection, room_id)
        if room is not None:
            paused = paused_card(room) or UNSET
            for account_id, seat in room.seats.items():
                for connection in self._gateway.of_account(account_id):
                    if is_synced(connection):  # else it reads its rooms just now, and finds that they have changed
                        if not is_staff(connection.principal.role):
                            self._presence.arrive(connection, room_id, seat)
                        staff = is_staff(connection.principal.role)
                        writable, out = room.takes(staff=staff), put_out_of(room, account_id, staff=staff)
                        told = RoomRights(room_id, True, room.state, writable, calls, paused, out)
                        connection.send("room:rights", told)
        for connection in lost:  # last, as it may have to wait for the database
            await self._visits.leave(room_id, connection.principal.account_id, "read", connection)
