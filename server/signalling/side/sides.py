"""All side web sockets of this process: who may open one, what comes up it, and when it ends.

A socket belongs to a part in a call, which is seen by everyone in the room and journalled (promise 4); it hears and
shows nothing that the part may not, and it ends with it (promise 5).
"""

import asyncio
import logging
from contextlib import suppress
from math import ceil
from typing import Final
from uuid import UUID

import msgspec
from aiohttp import WSCloseCode, WSMsgType, hdrs, web

from server.infra.limits import Buckets, Rate
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, Draining, NotFound, NotSignedIn, TooFast
from server.kernel.identifiers import parse_id
from server.kernel.permissions import Permission
from server.kernel.principal import Principal
from server.media.engine import MediaEngine
from server.media.errors import EngineAway, NoSuchPeer
from server.rooms.access import Rights, check_calling
from server.signalling.calls import Calls
from server.signalling.parts import Part
from server.signalling.side import frames
from server.signalling.side.rules import Side, every_ms, may_see
from server.signalling.side.socket import SideSocket
from server.transport.messages import negotiate
from server.transport.reached import reached
from server.transport.router import refused
from server.transport.web_session import Authenticator, check_origin, token_of, uses_cookie

PATH: Final = "/api/v1/calls/{peer}/side"
TICK_S: Final = 1.0
_OPENS: Final = Rate(per_second=0.5, burst=10)  # of a person: a bad line connects again and again

# Close codes (RFC 6455 section 7.4.2), after the HTTP status that would say the same
MALFORMED, SESSION, OVER, REPLACED, FLOOD = 4400, 4401, 4404, 4409, 4429

log = logging.getLogger(__name__)


class Asked(msgspec.Struct, forbid_unknown_fields=True):
    """The text frame of a client: whether its voices, and those for it, pass through here."""

    voice: bool


class Sides:
    def __init__(
        self, calls: Calls, engine: MediaEngine, rights: Rights, authenticator: Authenticator, clock: Clock
    ) -> None:
        self._parts = calls.parts
        self._engine = engine
        self._rights = rights
        self._authenticator = authenticator
        self._clock = clock
        self._open: dict[UUID, SideSocket] = {}  # by peer
        self._rates = Buckets(clock)
        self._decode = msgspec.json.Decoder(Asked).decode
        self._tick: asyncio.TimerHandle | None = None
        self._asking: set[asyncio.Task[None]] = set()
        self._draining = False
        calls.on_web_voice(self.web_voice)
        calls.on_end(self._ended)

    def attach(self, app: web.Application) -> None:
        app.router.add_get(PATH, self._serve)

    def __len__(self) -> int:
        return len(self._open)

    def web_voice(self, peer: UUID, source: UUID, timestamp: int, packet: bytes) -> None:
        """What the engine has for a peer whose web is open."""
        socket = self._open.get(peer)
        if socket is not None and socket.speaks:
            socket.hear(source, timestamp, packet)

    async def stop(self) -> None:
        """Ends all sockets."""
        self._draining = True
        for socket in list(self._open.values()):
            socket.end(WSCloseCode.GOING_AWAY)
        if self._tick is not None:
            self._tick.cancel()
        await asyncio.gather(*self._asking, return_exceptions=True)

    # Opening

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        try:
            principal, part = await self._admit(request)
        except Exception as error:
            return refused(request, error, negotiate(request.headers.get(hdrs.ACCEPT_LANGUAGE)))
        response = web.WebSocketResponse(compress=False, max_msg_size=frames.LONGEST_MESSAGE, timeout=1.0)
        await response.prepare(request)
        transport = request.transport
        if transport is None:
            return response
        socket = SideSocket(part, principal, transport, self._clock)
        if not self._holds(socket):  # it ended while the answer was on its way
            socket.end(OVER)
            return response
        before = self._open.get(part.peer)
        self._open[part.peer] = socket
        self._keep_ticking()
        try:
            if before is not None:
                before.end(REPLACED)
                if before.speaks:
                    await self._engine_web(before, False)
            socket.begin()
            self._want(socket)
            await self._read(socket, response)
        finally:
            socket.open = False
            if not transport.is_closing():
                transport.close()
            if self._open.get(part.peer) is socket:
                del self._open[part.peer]
                if socket.speaks:
                    await self._engine_web(socket, False)
        return response

    async def _admit(self, request: web.Request) -> tuple[Principal, Part]:
        """Raises what HTTP refuses with. Whose part it is, the room, and the session: each must be as it is for any
        act in the call."""
        token = token_of(request)
        if token is None:
            raise NotSignedIn
        check_origin(request, required=uses_cookie(request))
        principal = await self._authenticator.authenticate(token, reached(request).address)
        principal.require(Permission.CALL_JOIN)
        if not web.WebSocketResponse().can_prepare(request):
            raise BadRequest(field="upgrade")
        if self._draining:
            raise Draining
        wait = self._rates.take(("open", principal.account_id), _OPENS)
        if wait > 0:
            raise TooFast(retry_in_ms=ceil(wait * 1000))
        try:
            part = self._parts.find(parse_id(request.match_info["peer"]))
        except ValueError:
            raise NotFound from None
        if part is None or not _is_of(part, principal):
            raise NotFound
        check_calling(await self._rights.access(part.room_id, principal))
        return principal, part

    def _holds(self, socket: SideSocket) -> bool:
        """Whether the part is still there, and steered from the session that opened the socket. The part is watched
        over (``signalling.revocation``), so this is all there is to ask."""
        part = socket.part
        return self._parts.find(part.peer) is part and _is_of(part, socket.principal)

    # What comes

    async def _read(self, socket: SideSocket, response: web.WebSocketResponse) -> None:
        async for message in response:
            if not socket.open:
                await asyncio.sleep(0)  # what still comes is thrown away, and there may be thousands at hand
                continue
            if not self._holds(socket):
                socket.end(SESSION)
            elif socket.messages.take() > 0:
                log.info("flood")
                socket.end(FLOOD)
            else:
                await self._take(socket, message.type, message.data)

    async def _take(self, socket: SideSocket, kind: WSMsgType, data: bytes | str) -> None:
        try:
            if kind is WSMsgType.TEXT:
                await self._engine_web(socket, self._decode(data).voice)
                return
            frame = frames.parse(data if isinstance(data, bytes) else b"")
        except (frames.MalformedError, msgspec.MsgspecError, UnicodeError):
            socket.end(MALFORMED)
            return
        socket.received(frame)
        if isinstance(frame, frames.Voice):
            self._speak(socket, frame)
        elif isinstance(frame, frames.Still):
            self._show(socket, frame.picture)

    def _speak(self, socket: SideSocket, voice: frames.Voice) -> None:
        """The engine hears of what is not muted, in runs without a gap."""
        part = socket.part
        allowed = socket.packets.take(len(voice.packets)) == 0.0
        late = socket.lateness.too_late(voice.timestamp, self._clock.monotonic())
        if not (socket.speaks and part.state.mic and allowed) or late:
            return
        run: list[bytes] = []
        for index, packet in enumerate((*voice.packets, b"")):
            if packet:
                run.append(packet)
            elif run:
                timestamp = voice.timestamp + (index - len(run)) * frames.FRAME & 0xFFFFFFFF
                self._engine.feed(str(part.room_id), str(part.peer), timestamp, run)
                run = []

    def _show(self, socket: SideSocket, picture: bytes) -> None:
        """To each who may see it and has a socket; it is kept nowhere."""
        if socket.pictures.take() > 0:
            return
        part, sender = socket.part, _side(socket.part)
        for other in self._parts.of_room(part.room_id):
            receiver = self._open.get(other.peer)
            if other is not part and receiver is not None and may_see(sender, _side(other)) and self._holds(receiver):
                receiver.show(part.peer, picture)

    def _want(self, socket: SideSocket) -> None:
        part = socket.part
        others = [_side(other) for other in self._parts.of_room(part.room_id) if other is not part]
        socket.tell(every_ms(_side(part), others))

    async def _engine_web(self, socket: SideSocket, speaks: bool) -> None:
        part = socket.part
        act = self._engine.open_web if speaks else self._engine.close_web
        if not speaks:
            socket.listen_no_more()
        socket.speaks = speaks
        with suppress(NoSuchPeer, EngineAway):  # its media is just being made anew; the next tick asks again
            await act(str(part.room_id), str(part.peer))

    # Ends, and time

    def _ended(self, part: Part) -> None:
        socket = self._open.get(part.peer)
        if socket is not None:
            socket.end(OVER)

    def _keep_ticking(self) -> None:
        if self._tick is None:
            self._tick = asyncio.get_running_loop().call_later(TICK_S, self._look_at_all)

    def _look_at_all(self) -> None:
        self._tick = None
        if self._open:
            self._keep_ticking()
        now = self._clock.now()
        for socket in list(self._open.values()):
            if not self._holds(socket) or now >= socket.principal.expires_at:
                socket.end(SESSION)
                continue
            socket.tick()
            self._want(socket)
            if socket.speaks:  # legs that were made anew do not know of it
                self._ask_again(socket)
        self._rates.forget_full()

    def _ask_again(self, socket: SideSocket) -> None:
        task = asyncio.get_running_loop().create_task(self._open_again(socket))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    async def _open_again(self, socket: SideSocket) -> None:
        part = socket.part
        if socket.speaks and self._open.get(part.peer) is socket:  # it may have said otherwise, or gone, meanwhile
            with suppress(NoSuchPeer, EngineAway):
                await self._engine.open_web(str(part.room_id), str(part.peer))


def _is_of(part: Part, principal: Principal) -> bool:
    return part.principal.account_id == principal.account_id and part.principal.session_id == principal.session_id


def _side(part: Part) -> Side:
    told = part.line.told
    return Side(part.state, told.out, told.into)
