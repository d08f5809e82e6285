"""One Engine.IO socket: its transport (polling, then maybe a web socket), what waits to be sent, its timers.

Web socket frames are written straight to the asyncio transport, whose buffer is the bounded queue; there is no
writer task, no ping task, no task per message.
"""

import asyncio
from collections.abc import Iterable
from typing import Literal

from aiohttp import WSCloseCode, WSMsgType, web
from aiohttp.http import HttpProcessingError

from server.transport.gateway.connection import Connection
from server.transport.gateway.engine_roles import (
    BINARY_IN_POLLING,
    CLOSE,
    MESSAGE,
    NOOP,
    PING,
    PONG,
    SEPARATOR,
    UPGRADE,
    Engine,
    Handshake,
    WebSocket,
)
from server.transport.gateway.frames import close_frame, pong_frame, web_socket_frame
from server.transport.gateway.libraries import EngineError, EngineSocket, Environ, HttpAnswer

_POLL_WHILE_UPGRADING_S = 0.1  # as socket.io's own server
_PACKETS_A_POLL = 16  # python-engineio's client drops the connection at more
_OVER = (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR)


class Socket(EngineSocket):
    """``closing``: nothing more is taken from the client or sent to it, apart from what is on its way. ``closed``: the
    transport is given up, and the server has forgotten the socket."""

    def __init__(self, server: Engine, sid: str, handshake: Handshake) -> None:
        super().__init__(server, sid)
        self.engine = server
        self.handshake = handshake
        self.connection: Connection | None = None  # the receiver's
        self.strikes = 0  # the receiver's: what was wrong before there was a connection
        self.attachments = 0  # the receiver's: binary messages that must follow
        self.refusal: bytes | None = None  # the receiver's: what it answers after them
        self._tcp: asyncio.Transport | None = None
        self._backlog: list[bytes] = []
        self._backlog_bytes = 0
        self._poll: asyncio.Future[None] | None = None
        self._posting = False
        self._busy = False
        self._parting = False
        self._pinged = False
        self._heard = False
        self._unsigned = True
        self._due = server.now() + server.limits.connect_within_s

    # What the receiver does with a socket

    def write(self, *frames: bytes) -> None:
        """See ``connection.Wire``."""
        if not self.closing:
            self._put(frames)

    def finish(self, *frames: bytes) -> None:
        """See ``connection.Wire``."""
        self._finish(WSCloseCode.OK, frames)

    def fail(self) -> None:
        """For a peer that does not speak the protocol: closes this socket, and it alone."""
        if self._tcp is None:
            self.drop()
        else:
            self._finish(WSCloseCode.PROTOCOL_ERROR, ())

    def drop(self) -> None:
        """Gives the transport up at once, with all that waits in it."""
        if self.closed:
            return
        self.closing = self.closed = True
        self._backlog.clear()
        self._count_unsigned(False)
        if self._tcp is not None:
            self._tcp.abort()
        self._wake_poll()
        self.engine.forget(self)
        self._part()

    def go_away(self) -> None:
        """Closes because the server does."""
        self._finish(WSCloseCode.GOING_AWAY, ())

    def signed_in(self) -> None:
        """From now on the socket is kept alive by pings; before, it had a few seconds in all."""
        self._pinged = False
        self._due = self.engine.now() + self.engine.limits.ping_interval_s
        self._count_unsigned(False)

    def signed_out(self) -> None:
        """The reverse: the client left the namespace."""
        self._due = self.engine.now() + self.engine.limits.connect_within_s
        self._count_unsigned(not self.closed)

    def _count_unsigned(self, unsigned: bool) -> None:
        if unsigned != self._unsigned:
            self._unsigned = unsigned
            self.engine.count_unsigned(self, 1 if unsigned else -1)

    # Time

    def tick(self, now: float) -> None:
        """Called about every second."""
        if now < self._due:
            return
        limits = self.engine.limits
        if self.closing:
            self.drop()
        elif self._busy:  # a pong may wait behind the event in hand
            self._due = now + limits.ping_timeout_s
        elif self.connection is None:
            self._finish(WSCloseCode.POLICY_VIOLATION, ())
        elif not self._pinged:
            if self.engine.receiver.still_welcome(self):
                self._pinged, self._heard = True, False
                self._due = now + limits.ping_timeout_s
                self._put((PING,))
        elif self._heard:  # something came, if not the pong: it may stand behind something long
            self._heard = False
            self._due = now + limits.ping_timeout_s
        else:
            self.drop()

    # Sending

    def _put(self, frames: Iterable[bytes]) -> None:
        waiting = self._backlog_bytes if self._tcp is None else self._tcp.get_write_buffer_size()
        if waiting > self.engine.limits.waiting_bytes:
            self.engine.count_slow_consumer()
            self.drop()
        elif self._tcp is None:
            for frame in frames:
                self._backlog.append(frame)
                self._backlog_bytes += len(frame)
            self._wake_poll()
        elif not self._tcp.is_closing():
            self._tcp.write(b"".join(map(web_socket_frame, frames)))

    def _finish(self, code: int, frames: Iterable[bytes]) -> None:
        if self.closing:
            return
        self._put(frames)
        if self.closed:
            return
        self.closing = True
        self._due = self.engine.now() + self.engine.limits.close_within_s
        if self._tcp is None:
            self._wake_poll()  # what waits, then CLOSE at the next poll: beside it, clients would not look at the rest
        elif not self._tcp.is_closing():
            self._tcp.write(close_frame(code))
        self._part()

    def _part(self) -> None:
        if not self._parting:
            self._parting = True
            if not self._busy:
                self.engine.part(self)

    def _wake_poll(self) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)

    # Receiving

    async def _take(self, packet: bytes) -> None:
        if self.closing:
            if packet == CLOSE:
                self.drop()
            return
        self._heard = True
        kind = packet[:1]
        if kind == MESSAGE:
            await self._deliver(packet)
        elif kind == PONG:
            if self._pinged:
                self._pinged = False
                self._due = self.engine.now() + self.engine.limits.ping_interval_s
            else:
                self.engine.receiver.stray(self)
        elif kind == CLOSE:
            self.drop()
        elif kind == NOOP:
            self.engine.receiver.stray(self)
        else:
            self.fail()

    async def _deliver(self, packet: bytes) -> None:
        if self._busy:  # two polling requests at once, or one beside a web socket: no client may
            self.fail()
            return
        self._busy = True
        try:
            await self.engine.receiver.received(self, packet)
        finally:
            self._busy = False
            if self._parting:
                self.engine.part(self)

    # Polling

    async def handle_get_request(self, environ: Environ) -> HttpAnswer | web.StreamResponse:
        """engineio's hook: a polling GET, or the upgrade to a web socket."""
        if "HTTP_UPGRADE" in environ:
            if self.upgrading:
                raise EngineError("a second upgrade")
            return await self.serve(environ)
        if self._poll is not None:
            self.drop()
            raise EngineError("two polls at once")
        if not self._backlog and not self.closing:
            self._poll = asyncio.get_running_loop().create_future()
            # A client that changes to a web socket waits for its poll to end, and polls on if the change fails
            try:
                await asyncio.wait((self._poll,), timeout=_POLL_WHILE_UPGRADING_S if self.upgrading else None)
            finally:
                self._poll = None
        return polling_answer(self._collect())

    def _collect(self) -> bytes:
        if not self._backlog:
            if not self.closing:
                return NOOP
            self.drop()
            return CLOSE
        packets = self._backlog[:_PACKETS_A_POLL]
        del self._backlog[:_PACKETS_A_POLL]
        self._backlog_bytes -= sum(map(len, packets))
        return SEPARATOR.join(packets)

    async def handle_post_request(self, environ: Environ) -> None:
        """engineio's hook: packets in the body of a POST, one after the other. Raises EngineError for a bad one."""
        if self._posting:
            raise EngineError("two posts at once")
        self._posting = True
        try:
            body = await self._body(environ["aiohttp.request"])
            for packet in body.split(SEPARATOR):
                if packet.startswith(BINARY_IN_POLLING):
                    self.engine.receiver.received_binary(self)
                else:
                    await self._take(packet)
                if self.closing:
                    break
        except EngineError:
            if not self.closed:  # else engineio trips over the session that is gone
                raise
        finally:
            self._posting = False

    async def _body(self, request: web.Request) -> bytes:
        """The whole body: ``StreamReader.read(n)``, which engineio uses, gives whatever has arrived so far."""
        limit = self.engine.limits.frame_bytes
        body = bytearray()
        try:
            async with asyncio.timeout(self.engine.limits.body_within_s):
                async for chunk in request.content.iter_any():
                    self._heard = True
                    body += chunk
                    if len(body) > limit:
                        raise EngineError("too large")
        except (TimeoutError, web.RequestPayloadError, web.PayloadAccessError, HttpProcessingError, ConnectionError):
            raise EngineError("incomplete") from None
        return bytes(body)

    async def close(self, wait: bool = True, abort: bool = False, reason: object = None) -> None:  # noqa: ARG002 - engineio's signature
        """engineio's hook: a bad request."""
        self.drop()

    # The web socket

    async def serve(self, environ: Environ) -> web.StreamResponse:
        """Goes on as a web socket from the start."""
        answer: web.StreamResponse = await self._upgrade_websocket(environ)
        return answer

    async def _websocket_handler(self, web_socket: WebSocket) -> None:
        """engineio's hook: runs as long as ``web_socket`` lives."""
        if self.connected and not await self._upgrade(web_socket):
            return
        self.connected = self.upgraded = True
        self._tcp = web_socket.tcp
        waiting, self._backlog = self._backlog, []
        self._put(waiting)
        try:
            await self._read(web_socket.response)
        finally:
            self._hang_up(web_socket.tcp)

    async def _upgrade(self, web_socket: WebSocket) -> bool:
        """The change from polling (https://socket.io/docs/v4/engine-io-protocol/#upgrade): probe, answer, upgrade."""
        self.upgrading = True
        self._wake_poll()
        try:
            if await self._next_packet(web_socket.response) != PING + b"probe":
                return False
            web_socket.tcp.write(web_socket_frame(PONG + b"probe"))
            return await self._next_packet(web_socket.response) == UPGRADE and not self.closing
        finally:
            self.upgrading = False

    async def _next_packet(self, response: web.WebSocketResponse[Literal[False]]) -> bytes | None:
        try:
            message = await response.receive(self.engine.limits.upgrade_within_s)
        except TimeoutError:
            return None
        return message.data if message.type is WSMsgType.TEXT else None

    async def _read(self, response: web.WebSocketResponse[Literal[False]]) -> None:
        while True:
            message = await response.receive()
            if message.type is WSMsgType.TEXT:
                await self._take(message.data)
            elif message.type in _OVER:
                return
            else:
                self._take_rare(message.type, message.data)
            if self.closing:  # what still comes is thrown away, and there may be thousands at hand
                await asyncio.sleep(0)

    def _take_rare(self, kind: WSMsgType, data: bytes) -> None:
        if self.closing:
            return
        self._heard = True
        if kind is WSMsgType.BINARY:
            self.engine.receiver.received_binary(self)
            return
        if kind is WSMsgType.PING and self._tcp is not None and not self._tcp.is_closing():
            self._tcp.write(pong_frame(data))
        self.engine.receiver.stray(self)

    def _hang_up(self, tcp: asyncio.Transport) -> None:
        """Lets out what still waits, but not for ever: a peer may have stopped reading."""
        if not tcp.is_closing():
            if not self.closing:
                tcp.write(close_frame(WSCloseCode.OK))
            tcp.close()
        if tcp.get_write_buffer_size():
            asyncio.get_running_loop().call_later(self.engine.limits.close_within_s, tcp.abort)
        self._tcp = None
        self.drop()


def polling_answer(body: bytes) -> HttpAnswer:
    """What engineio makes a response of."""
    headers = [("Content-Type", "text/plain; charset=UTF-8"), ("Cache-Control", "no-store")]
    return {"status": "200 OK", "headers": headers, "response": body}
