"""Calls: people come into one, steer their part, and leave; and what ends a part without being asked.

The right to be in the room is asked at each act. Media and socket live apart, and a part outlives the loss of either
for a while: its person comes back to the same part, under the same name and in the same place, and nobody saw them
leave. Everybody in the room sees who is in the call, also those who are not.
"""

import asyncio
from collections.abc import Callable, Sequence
from uuid import UUID
from weakref import WeakValueDictionary

from server.kernel.clock import Clock
from server.kernel.errors import Draining, NotFound
from server.kernel.identifiers import new_id
from server.media.engine import Joined, Measured, MediaEngine, Pictures, SlotState
from server.rooms.access import Access, Rights
from server.rooms.visits import Visits
from server.signalling import wire
from server.signalling.carried import Carried
from server.signalling.entrance import Door, new_part, shut, wished
from server.signalling.floor import Floor
from server.signalling.parts import Part, Parts
from server.signalling.quality import Quality
from server.signalling.rules import AWAY, CLOSED, GONE, HANGS, UNHEARD, EndCode, check_place
from server.signalling.telling import Telling
from server.signalling.turn import Relays
from server.transport.gateway import Connection, Gateway

WebVoice = Callable[[UUID, UUID, int, bytes], None]  # for whom, whose, its time (48 kHz), an Opus packet


class Calls:
    """Listens to ``engine`` (see ``media.engine.MediaListener``), which is started with this as its listener.
    ``relays`` are told to clients: none, as nothing but this server is needed (promise 7). ``door``: asked for each
    professional who comes into a call that others are in; set by whoever lets them announce themselves."""

    def __init__(
        self,
        engine: MediaEngine,
        gateway: Gateway,
        rights: Rights,
        visits: Visits,
        clock: Clock,
        *,
        relays: Relays | None = None,
        away: float = AWAY,
        unheard: float = UNHEARD,
        closed: float = CLOSED,
        gone: float = GONE,
    ) -> None:
        self.parts = Parts()
        self._tell = Telling(gateway, self.parts)
        self.quality = Quality(engine, self.parts, self._tell, clock)
        self._carried = Carried(engine)
        self.floor = Floor(self._carried, self.parts, self._tell)
        self.door: Door = shut
        self._rights = rights
        self._visits = visits
        self._clock = clock
        self._relays = relays or Relays((), "", clock)
        self._away = away
        self._unheard = unheard
        self._closed = closed
        self._gone = gone
        self._draining = False
        self._web_voice: WebVoice | None = None
        self._on_hold: list[Callable[[Part], None]] = []
        self._on_end: list[Callable[[Part], None]] = []
        self._entrances: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()  # one a room
        self._endings: set[asyncio.Task[None]] = set()

    # What people do

    async def join(self, connection: Connection, request: wire.Join) -> wire.JoinAnswer:
        """Raises NotFound, Forbidden, RoomClosed, CallsOff, CallFull, BadSdp, Draining; nothing is changed then. A part
        that the request names, and that is still kept, goes on; any other of the same person ends at the moment in
        which the new one begins. A professional comes to others through the ``door``, and only observes at first."""
        access = await self._rights.calling(request.room, connection)
        entrance = self._entrances.setdefault(access.room_id, asyncio.Lock())
        async with entrance:  # one after the other, so that each is counted
            before = self.parts.of_account(access.room_id, access.account_id)
            if before is not None and before.peer == request.peer:
                part, joined = before, await self._resume(connection, access, before, request)
            elif self._draining:
                raise Draining
            else:
                part, joined = await self._begin(connection, access, before, request)
            self.quality.came(part)
            await self.floor.settle(access.room_id)
        self._tell.people(access.room_id, skip=connection)
        told = part.line.told
        return wire.JoinAnswer(
            peer=part.peer,
            answer=joined.answer,
            offer=joined.offer,
            slots=wire.slots_of(joined.slots),
            rung=told.out,
            voice=wire.voice_of(told.voice),
            ice=self._relays.servers_for(part),
            people=self._tell.everyone(access.room_id),
            every_ms=told.every_ms,
            paused=self._tell.pause_of(access.room_id, self.floor.scene(access.room_id)),
        )

    async def answer(self, connection: Connection, request: wire.Answer) -> None:
        """Raises NotFound when the part is over, BadSdp, and what asking for the right raises."""
        part = await self.part(connection, request.room, request.peer)
        await self._carried.answer(part, request.sdp)

    async def restart(self, connection: Connection, request: wire.Restart) -> wire.RestartAnswer:
        """As ``answer``."""
        part = await self.part(connection, request.room, request.peer)
        return await self._carried.restart(part, request.sdp)

    async def restarted(self, connection: Connection, request: wire.Restarted) -> None:
        """As ``answer``."""
        part = await self.part(connection, request.room, request.peer)
        await self._carried.restarted(part, request.up, request.down)

    async def set_state(self, connection: Connection, request: wire.State) -> None:
        """What is switched off has stopped when this returns. Raises NotFound, and what asking for the right raises."""
        part = await self.part(connection, request.room, request.peer)
        await self.floor.wish(part, wished(request))
        self._tell.people(part.room_id)
        self.quality.wished(part, request.budget)

    def stats(self, connection: Connection, request: wire.Stats) -> None:
        """What a client measured. Costs no look at the database: who has lost the right has no part (``revocation``).
        Raises NotFound when the part is over."""
        part = self.parts.find(request.peer)
        if part is None or part.principal.account_id != connection.principal.account_id:
            raise NotFound
        self.quality.reported(part, request.n)

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
                    self._wait_for(part)

    def arrived(self, connection: Connection, room_id: UUID) -> None:
        """``connection`` came into the room: it is shown the call that there is."""
        if self.parts.of_room(room_id):
            self._tell.people_to(connection, room_id)
            self._tell.paused_to(connection, room_id, self.floor.scene(room_id))

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
            self._tell.slots(part)

    def connected(self, _room: str, peer: str) -> None:
        self._set_connected(peer, connected=True)

    def quiet(self, _room: str, peer: str) -> None:
        self._set_connected(peer, connected=False)

    def lost(self, _room: str, peer: str, reason: str) -> None:
        """The engine has forgotten the peer; its person may still come back to the part."""
        part = self.parts.find(UUID(peer))
        if part is not None and reason == "closed":
            part.carried = False
            self._without_media(part, self._closed if part.connection is not None else self._gone)
        elif part is not None:
            self._without_media(part, self._unheard)

    def failed(self, rooms: Sequence[str]) -> None:
        for part in self.parts.all():
            if str(part.room_id) in rooms:
                self._without_media(part, self._away)

    def measured(self, _room: str, peer: str, measured: Measured) -> None:
        part = self.parts.find(UUID(peer))
        if part is not None:
            self.quality.measured(part, measured)

    def layers(self, _room: str, peer: str, wanted: frozenset[Pictures]) -> None:
        part = self.parts.find(UUID(peer))
        if part is not None:
            self.quality.wanted(part, wanted)

    def web_voice(self, _room: str, peer: str, source: str, timestamp: int, payload: bytes) -> None:
        if self._web_voice is not None:
            self._web_voice(UUID(peer), UUID(source), timestamp, payload)

    # For who carries voices over the web socket

    def on_web_voice(self, deliver: WebVoice) -> None:
        """``deliver`` is called with each packet for a part whose web is open. Must not block or raise."""
        self._web_voice = deliver

    def on_hold(self, held: Callable[[Part], None]) -> None:
        """``held`` is called with each part that begins, or is steered from another socket than before. Must not block
        or raise."""
        self._on_hold.append(held)

    def on_people(self, changed: Callable[[UUID], None]) -> None:
        """``changed`` is called with each room of whose call something else is told now. Must not block or raise."""
        self._tell.on_people.append(changed)

    def on_end(self, ended: Callable[[Part], None]) -> None:
        """``ended`` is called with each part that is over, at once. Must not block or raise."""
        self._on_end.append(ended)

    # Ends

    async def end(self, part: Part, code: EndCode) -> None:
        """The part is over, for whatever reason. Its packets stop before anything else happens. Idempotent."""
        if not self.parts.remove(part):
            return
        part.ended = code
        for ended in self._on_end:
            ended(part)
        leaving = asyncio.ensure_future(self._carried.leave(part))
        await asyncio.wait({leaving}, timeout=HANGS)
        self._tell.over(part, code)
        await self._settle_rest(part.room_id)
        self.quality.went(part)
        await self._leave_journal(part.room_id, part.principal.account_id, part.peer, staff=part.staff)
        await leaving

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
        await self.floor.stop()

    async def _settle_rest(self, room_id: UUID) -> None:
        """Somebody has gone from the call."""
        if self.parts.of_room(room_id):
            await self.floor.settle(room_id, tell=True)
        else:
            self.floor.forget(room_id)
            self._tell.people(room_id)

    async def _begin(
        self, connection: Connection, access: Access, before: Part | None, request: wire.Join
    ) -> tuple[Part, Joined]:
        room_id, peer = access.room_id, new_id()
        others = [part for part in self.parts.of_room(room_id) if part is not before]
        check_place(len(others))
        observing = access.staff and (bool(others) if before is None else before.observing)
        line, now = self.quality.line(request), self._clock.now()
        part = new_part(peer, connection, access, request, line, now, observing=observing)
        if access.staff:  # in the journal before anything can be heard
            if others and before is None:
                await self.door(access)
            await self._visits.enter(access.room.organisation_id, room_id, access.account_id, "call", peer)
        try:
            self.floor.place(part, access.room.pause)
            joined = await self._carried.join(part, request, before)
            if before is not None and self.parts.remove(before):
                before.ended = "replaced"
                for ended in self._on_end:
                    ended(before)
                self.quality.went(before)
                self._tell.over(before, "replaced")
                await self._leave_journal(room_id, access.account_id, before.peer, staff=before.staff)
            part.slots = joined.slots
            for other in others if access.staff else ():
                other.unaware = other.connection is None
            self.parts.add(part)
            self._held(part)
            await self._check_again(connection, part)
        except BaseException:
            await self._leave_journal(room_id, access.account_id, peer, staff=access.staff)
            if not self.parts.of_room(room_id):
                self.floor.forget(room_id)
            raise
        return part, joined

    async def _resume(self, connection: Connection, access: Access, part: Part, request: wire.Join) -> Joined:
        """The same part with new media: nobody sees it end, and the journal goes on."""
        part.wished = wished(request)
        self.floor.place(part, access.room.pause)
        joined = await self._carried.join(part, request, part)
        if self.parts.find(part.peer) is not part:  # it ended while the engine worked
            await self._carried.leave(part)
            raise NotFound
        part.hold(connection)
        self._held(part)
        part.hear()
        part.slots = joined.slots
        part.connected = False
        await self._check_again(connection, part)
        return joined

    async def _check_again(self, connection: Connection, part: Part) -> None:
        """A right or a session that ended while the engine worked was not looked for in this part. Raises NotFound."""
        allowed = False
        try:
            changes = -1
            while changes != self._rights.changes:  # else what was read may be of before
                changes = self._rights.changes
                access = await self._rights.calling(part.room_id, connection)
            await self.floor.pause(part.room_id, access.room.pause)
            allowed = connection.open  # else nobody would learn the name of this part
        finally:
            if not allowed:
                await self.end(part, "removed")
        if not allowed:
            raise NotFound

    async def part(self, connection: Connection, room: str | int, peer: UUID) -> Part:
        """The part of the person at ``connection``, which is steered from there from now on. Raises NotFound."""
        access = await self._rights.calling(room, connection)
        part = self.parts.find(peer)
        if part is None or part.room_id != access.room_id or part.principal.account_id != access.account_id:
            raise NotFound
        if part.connection is not connection:
            part.hold(connection)
            self._held(part)
            self.floor.settle_soon(part.room_id)
            self._tell.slots(part)  # they may have changed while no socket was there to be told
            self._tell.step(part)
        return part

    def _wait_for(self, part: Part) -> None:
        seconds = self._away if part.carried else self._gone
        part.away = asyncio.get_running_loop().call_later(seconds, self._still_away, part)

    def _still_away(self, part: Part) -> None:
        """Nobody came back to the part with a socket. Where its media flows its person is there: a voice takes all of a
        narrow line, and no web socket stands on it for minutes."""
        if self._clock.now() >= part.principal.expires_at:
            self.end_soon(part, "removed")
        elif part.connected:
            self._wait_for(part)
        else:
            self.end_soon(part, "lost")

    def _held(self, part: Part) -> None:
        for held in self._on_hold:
            held(part)

    def _set_connected(self, peer: str, *, connected: bool) -> None:
        part = self.parts.find(UUID(peer))
        if part is not None and part.connected != connected:
            part.connected = connected
            part.carried = part.carried or connected
            self._tell.people(part.room_id)

    def _without_media(self, part: Part, seconds: float) -> None:
        """Keeps the part for ``seconds``, in which its person may join again under its name."""
        part.stop_hearing(asyncio.get_running_loop().call_later(seconds, self.end_soon, part, "lost"))
        if part.connected:
            part.connected = False
            self._tell.people(part.room_id)
        self._tell.renew(part)

    async def _leave_journal(self, room_id: UUID, account_id: UUID, peer: UUID, *, staff: bool) -> None:
        if staff:
            await self._visits.leave(room_id, account_id, "call", peer)
