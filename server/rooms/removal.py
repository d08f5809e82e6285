"""Rights that end, end at once: who has lost a room is taken out of it, and all there are told how it stands now.

Who has gained a room while being connected is brought into it. Works from notices, so in every process alike.
"""

import asyncio
import logging
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from server.infra.notices import Notices
from server.kernel.errors import NotFound
from server.rooms.access import Rights
from server.rooms.catchup import is_synced
from server.rooms.messages import topic
from server.rooms.presence import Presence
from server.rooms.rules import is_staff
from server.rooms.store import Room
from server.rooms.visits import Visits
from server.transport.gateway.gateway import Gateway

log = logging.getLogger(__name__)

RETRY_S = (0.1, 0.5, 1.0, 2.0)  # between attempts to read a room while the database is away; the last one repeats


class RoomRights(Struct, frozen=True):
    """How a room stands for who is told. ``member`` false: it is not theirs any more, and they have left it. ``calls``
    is there, and false, where consent to calls is not there."""

    room: UUID
    member: bool
    state: str
    writable: bool
    calls: bool | UnsetType = UNSET


class Removal:
    def __init__(self, gateway: Gateway, notices: Notices, rights: Rights, presence: Presence, visits: Visits) -> None:
        self._gateway = gateway
        self._rights = rights
        self._presence = presence
        self._visits = visits
        self._checks: dict[UUID, asyncio.Task[None]] = {}
        self._again: set[UUID] = set()
        rights.watch(self.changed)
        notices.on_gap(self._gap)

    async def changed(self, room_id: UUID) -> None:
        """The rights to a room have changed, or may have."""
        if room_id in self._checks:
            self._again.add(room_id)
        else:
            self._checks[room_id] = asyncio.create_task(self._check(room_id), name="rights")

    async def stop(self) -> None:
        for task in self._checks.values():
            task.cancel()
        await asyncio.gather(*self._checks.values(), return_exceptions=True)

    async def _gap(self) -> None:
        for room_id in self._presence.rooms():
            await self.changed(room_id)

    async def _check(self, room_id: UUID) -> None:
        failures = 0
        try:
            while True:
                self._again.discard(room_id)
                try:
                    await self._apply(room_id)
                except Exception as error:
                    log.warning("rights_not_read", extra={"room": room_id, "error": type(error).__name__})
                    await asyncio.sleep(RETRY_S[min(failures, len(RETRY_S) - 1)])
                    failures += 1
                else:
                    if room_id not in self._again:
                        return
        finally:
            del self._checks[room_id]  # no await since nothing new was seen

    async def _apply(self, room_id: UUID) -> None:
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
            for account_id, seat in room.seats.items():
                for connection in self._gateway.of_account(account_id):
                    if is_synced(connection):  # else it reads its rooms just now, and finds that they have changed
                        if not is_staff(connection.principal.role):
                            self._presence.arrive(connection, room_id, seat)
                        writable = room.takes(staff=is_staff(connection.principal.role))
                        connection.send("room:rights", RoomRights(room_id, True, room.state, writable, calls))
        for connection in lost:  # last, as it may have to wait for the database
            await self._visits.leave(room_id, connection.principal.account_id, "read", connection)
