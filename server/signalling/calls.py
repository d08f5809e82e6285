"""Calls: people come into one, steer their part, and leave; and what ends a part without being asked.

The right to be in the room is asked at each act. Media and socket live apart: a socket that is cut leaves the media
flowing, and its person comes back to the same part; whether the device still listens, the media engine knows best
(consent, RFC 7675). Everybody in the room sees who is in the call, also those who are not.
"""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID
from weakref import WeakValueDictionary

from server.kernel.clock import Clock
from server.kernel.errors import BadSdp, CallFull, Draining, NotFound
from server.kernel.identifiers import new_id
from server.media.engine import Joined, MediaEngine, PeerState, SlotState
from server.media.errors import NoSuchPeer, RoomFull, UnusableDescription
from server.rooms.access import Access, Rights
from server.rooms.messages import topic
from server.rooms.visits import Visits
from server.signalling import wire
from server.signalling.parts import Part, Parts
from server.signalling.rules import CAPACITY, EndCode, check_place, rung
from server.transport.gateway import Connection, Gateway

AWAY: Final = 120.0  # seconds that a part is kept whose socket is gone: as long as an outage may last

log = logging.getLogger(__name__)


class Calls:
    """Listens to ``engine`` (see ``media.engine.MediaListener``), which is started with this as its listener.
    ``ice_servers`` is told to clients as it is: empty, as nothing but this server is needed (promise 7)."""

    def __init__(
        self,
        engine: MediaEngine,
        gateway: Gateway,
        rights: Rights,
        visits: Visits,
        clock: Clock,
        *,
        ice_servers: tuple[wire.IceServer, ...] = (),
        away: float = AWAY,
    ) -> None:
        self.parts = Parts()
        self._engine = engine
        self._gateway = gateway
        self._rights = rights
        self._visits = visits
        self._clock = clock
        self._ice_servers = ice_servers
        self._away = away
        self._draining = False
        self._entrances: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()  # one a room
        self._endings: set[asyncio.Task[None]] = set()

    # What people do

    async def join(self, connection: Connection, request: wire.Join) -> wire.JoinAnswer:
        """Raises NotFound, Forbidden, RoomClosed, CallFull, BadSdp, Draining; nothing is changed then. An earlier part
        of the same person ends at the moment in which the new one begins."""
        if self._draining:
            raise Draining
        access = await self._rights.writing(request.room, connection)
        entrance = self._entrances.setdefault(access.room_id, asyncio.Lock())
        async with entrance:  # one after the other, so that each is counted
            check_place(self._others(access))
            peer = new_id()
            if access.staff:  # in the journal before anything can be heard
                await self._visits.enter(access.room_id, access.account_id, "call", peer)
            try:
                joined = await self._enter(connection, access, peer, request)
            except BaseException:
                await self._leave_journal(access.room_id, access.account_id, peer, staff=access.staff)
                raise
        self._tell_people(access.room_id, skip=connection)
        return wire.JoinAnswer(
            peer=peer,
            answer=joined.answer,
            offer=joined.offer,
            slots=wire.slots_of(joined.slots),
            rung=rung(wants_pictures=request.caps.video, voice_only=request.voice_only),
            ice=list(self._ice_servers),
            people=self._people(access.room_id),
        )

    async def answer(self, connection: Connection, request: wire.Answer) -> None:
        """Raises NotFound when the part is over, BadSdp, and what asking for the right raises."""
        part = await self._part(connection, request.room, request.peer)
        with _refusals():
            await self._engine.answer(str(part.room_id), str(part.peer), request.sdp)

    async def restart(self, connection: Connection, request: wire.Restart) -> wire.RestartAnswer:
        """As ``answer``."""
        part = await self._part(connection, request.room, request.peer)
        with _refusals():
            restarted = await self._engine.restart(str(part.room_id), str(part.peer), request.sdp)
        return wire.RestartAnswer(restarted.answer, restarted.offer)

    async def set_state(self, connection: Connection, request: wire.State) -> None:
        """What is switched off has stopped when this returns. Raises NotFound, and what asking for the right raises."""
        part = await self._part(connection, request.room, request.peer)
        state = PeerState(request.mic, request.camera, request.voice_only)
        with _refusals():
            await self._engine.set_state(str(part.room_id), str(part.peer), state)
        part.state = state
        self._tell_people(part.room_id)

    async def leave(self, connection: Connection, request: wire.Leave) -> None:
        """Idempotent, and asks for no right: whoever wants to go, goes."""
        part = self.parts.find(request.peer)
        if part is not None and part.principal.account_id == connection.principal.account_id:
            part.hold(connection)
            await self.end(part, "left")

    # What happens to sockets

    async def disconnected(self, connection: Connection) -> None:
        """The media goes on; the part waits for its person to come back, but not for a session that has run out."""
        for part in self.parts.all():
            if part.connection is connection:
                part.connection = None
                if self._clock.now() >= connection.principal.expires_at:
                    await self.end(part, "removed")
                else:
                    loop = asyncio.get_running_loop()
                    part.away = loop.call_later(self._away, self.end_soon, part, "lost")

    def arrived(self, connection: Connection, room_id: UUID) -> None:
        """``connection`` came into the room: it is shown the call that there is."""
        if self.parts.of_room(room_id):
            connection.send("call:people", wire.People(room_id, self._people(room_id)))

    def departed(self, connection: Connection, room_id: UUID) -> None:
        """``connection`` left the room, or was taken out of it. A professional who is not seen in the room any more is
        not in its call either (promise 4). When the socket is gone, it was cut, which is not leaving."""
        for part in self.parts.of_room(room_id):
            if part.staff and part.connection is connection and connection.open:
                self.end_soon(part, "left")

    # What the engine tells

    def slots_changed(self, _room: str, peer: str, slots: tuple[SlotState, ...]) -> None:
        part = self.parts.find(UUID(peer))
        if part is not None:
            part.slots = slots
            self._tell_slots(part)

    def connected(self, _room: str, peer: str) -> None:
        self._set_connected(peer, connected=True)

    def quiet(self, _room: str, peer: str) -> None:
        self._set_connected(peer, connected=False)

    def lost(self, _room: str, peer: str, _reason: str) -> None:
        part = self.parts.find(UUID(peer))
        if part is not None:
            self.end_soon(part, "lost")

    # Ends

    async def end(self, part: Part, code: EndCode) -> None:
        """The part is over, for whatever reason. Its packets stop before anything else happens. Idempotent."""
        if not self.parts.remove(part):
            return
        await self._engine.leave(str(part.room_id), str(part.peer))
        self._say_over(part, code)
        self._tell_people(part.room_id)
        await self._leave_journal(part.room_id, part.principal.account_id, part.peer, staff=part.staff)

    def end_soon(self, part: Part, code: EndCode) -> None:
        """``end`` for callers that cannot wait."""
        task = asyncio.get_running_loop().create_task(self.end(part, code), name="call-end")
        self._endings.add(task)
        task.add_done_callback(self._endings.discard)

    def drain(self) -> None:
        """No call begins here any more; those that are go on."""
        self._draining = True

    async def stop(self) -> None:
        """Ends all calls."""
        self._draining = True
        for part in self.parts.all():
            await self.end(part, "drained")
        await asyncio.gather(*self._endings)

    async def _enter(self, connection: Connection, access: Access, peer: UUID, request: wire.Join) -> Joined:
        room_id = access.room_id
        state = PeerState(request.mic, request.camera, request.voice_only)
        before = self.parts.of_account(room_id, access.account_id)
        with _refusals():
            joined = await self._engine.join(
                str(room_id),
                str(peer),
                request.sdp,
                state,
                video=request.caps.video,
                capacity=CAPACITY,
                replaces=str(before.peer) if before is not None else None,
            )
        if before is not None and self.parts.remove(before):
            self._say_over(before, "replaced")
            await self._leave_journal(room_id, access.account_id, before.peer, staff=before.staff)
        part = Part(
            peer,
            room_id,
            connection.principal,
            access.seat,
            access.staff,
            self._clock.now(),
            state,
            connection,
            joined.slots,
        )
        self.parts.add(part)
        # A right or a session that ended while the engine worked was not looked for in this part.
        allowed = False
        try:
            await self._rights.writing(room_id, connection)
            allowed = connection.open  # else nobody would learn the name of this part
        finally:
            if not allowed:
                await self.end(part, "removed")
        if not allowed:
            raise NotFound
        return joined

    async def _part(self, connection: Connection, room: str | int, peer: UUID) -> Part:
        """The part of the person at ``connection``, which is steered from there from now on. Raises NotFound."""
        access = await self._rights.writing(room, connection)
        part = self.parts.find(peer)
        if part is None or part.room_id != access.room_id or part.principal.account_id != access.account_id:
            raise NotFound
        if part.connection is not connection:
            part.hold(connection)
            self._tell_slots(part)  # they may have changed while no socket was there to be told
        return part

    def _others(self, access: Access) -> int:
        return sum(part.principal.account_id != access.account_id for part in self.parts.of_room(access.room_id))

    def _set_connected(self, peer: str, *, connected: bool) -> None:
        part = self.parts.find(UUID(peer))
        if part is not None and part.connected != connected:
            part.connected = connected
            self._tell_people(part.room_id)

    def _people(self, room_id: UUID) -> list[wire.Person]:
        return [wire.person_of(part) for part in self.parts.of_room(room_id)]

    def _tell_people(self, room_id: UUID, *, skip: Connection | None = None) -> None:
        self._gateway.publish(topic(room_id), "call:people", wire.People(room_id, self._people(room_id)), skip=skip)

    def _tell_slots(self, part: Part) -> None:
        if part.connection is not None:
            part.connection.send("call:slots", wire.Slots(part.room_id, part.peer, wire.slots_of(part.slots)))

    def _say_over(self, part: Part, code: EndCode) -> None:
        log.info("call_part_ended", extra={"code": code, "room": part.room_id, "peer": part.peer})
        if part.connection is not None:
            part.connection.send("call:ended", wire.Ended(part.room_id, part.peer, code))

    async def _leave_journal(self, room_id: UUID, account_id: UUID, peer: UUID, *, staff: bool) -> None:
        if staff:
            await self._visits.leave(room_id, account_id, "call", peer)


@contextmanager
def _refusals() -> Iterator[None]:
    """The engine's refusals in the words of the protocol."""
    try:
        yield
    except UnusableDescription as error:
        raise BadSdp(field="sdp") from error
    except RoomFull as error:
        raise CallFull from error
    except NoSuchPeer as error:
        raise NotFound from error
