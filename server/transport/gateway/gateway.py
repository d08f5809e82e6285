"""The gateway as capabilities use it: they declare events, join connections to topics, publish to topics."""

import random
from collections.abc import Collection
from typing import Any
from uuid import UUID

import msgspec
from aiohttp import hdrs, web
from prometheus_client import CollectorRegistry

from server.infra.limits import Rate
from server.kernel.clock import Clock
from server.kernel.errors import NotSignedIn, SessionExpired
from server.kernel.permissions import Permission
from server.transport.gateway import asyncapi
from server.transport.gateway.connection import Connection, Ended
from server.transport.gateway.dispatch import Dispatcher, told_of
from server.transport.gateway.engine_socket import Socket
from server.transport.gateway.frames import EventText, encode_event
from server.transport.gateway.limits import Limits
from server.transport.gateway.members import Members
from server.transport.gateway.metrics import Metrics
from server.transport.gateway.protocol import SocketIo
from server.transport.gateway.registry import DEFAULT_MAX_BYTES, EventHandler, Registry
from server.transport.gateway.welcome import ConnectionHandler, Welcome
from server.transport.web_session import Authenticator

_TIDY_TICKS = 60
_HANDSHAKE = frozenset({"Connection", "Sec-Websocket-Accept", "Upgrade"})  # RFC 6455 section 4.2.2


class Drain(msgspec.Struct):
    """Connect again after this time."""

    reconnect_in_ms: int


class Gateway:
    """One for the process. Events and handlers are declared before the first connection. ``metrics`` is where the
    counters are registered."""

    def __init__(
        self,
        authenticator: Authenticator,
        clock: Clock,
        limits: Limits | None = None,
        metrics: CollectorRegistry | None = None,
    ) -> None:
        self.registry = Registry()
        limits = limits or Limits()
        self._members = Members()
        self._metrics = Metrics()
        self._limits = limits
        self._dispatcher = Dispatcher(self.registry, clock, limits, self._metrics)
        self._welcome = Welcome(authenticator, clock, limits, self._members)
        self._socket_io = SocketIo(self, clock, limits, self._metrics)
        self._clock = clock
        self._ticks = 0
        self._description: bytes | None = None
        self.declare("server:drain", Drain)
        self.declare("session:ended", Ended)
        self._metrics.connections = self._members.__len__
        self._metrics.sockets = self._socket_io.engine.sockets.__len__
        if metrics is not None:
            metrics.register(self._metrics)

    # What capabilities declare

    def on(
        self,
        event: str,
        payload: Any,
        handler: EventHandler,
        *,
        answer: Any = None,
        permission: Permission | None = None,
        rate: Rate | None,
        max_bytes: int = DEFAULT_MAX_BYTES,
        lenient: bool = False,
    ) -> None:
        """Declares an event of clients. ``payload`` is a type that msgspec decodes (a union of an object and a tuple
        for two forms). ``handler`` is awaited for one event of a connection at a time; what it returns becomes the
        acknowledgement, a BinomeError that it raises the refusal. ``rate`` counts per person over all their
        connections, raised by ``Limits.rate_factor``; None never refuses. ``max_bytes`` bounds the whole frame.
        ``lenient``: nothing is refused over the form of its payload (``payload.gleaned``)."""
        rate = rate and rate.times(self._limits.rate_factor)
        self.registry.on(
            event,
            payload,
            handler,
            answer=answer,
            permission=permission,
            rate=rate,
            max_bytes=max_bytes,
            lenient=lenient,
        )

    def declare(self, event: str, payload: Any) -> None:
        """Declares an event of the server, for the protocol's description."""
        self.registry.declare(event, payload)

    def on_connect(self, handler: ConnectionHandler) -> None:
        """``handler`` is awaited after authentication. What it sends arrives after the connection is confirmed; a
        BinomeError that it raises refuses the connection, and the handlers of ``on_disconnect`` run."""
        self._welcome.on_connect.append(handler)

    def on_disconnect(self, handler: ConnectionHandler) -> None:
        """``handler`` is awaited once for each connection for which the handlers of ``on_connect`` were started, when
        no event of it is being handled any more. It has left its topics by then; ``topics`` still names them."""
        self._welcome.on_disconnect.append(handler)

    def attach(self, app: web.Application) -> None:
        """Serves ``/socket.io/`` in ``app``, and its description at ``/api/asyncapi.json``."""
        self._socket_io.attach(app)
        app.router.add_get("/api/asyncapi.json", self._describe)
        app.on_response_prepare.append(_bare_handshake)
        app.on_shutdown.append(lambda _: self.close())  # else aiohttp waits for each socket until its patience ends

    async def _describe(self, _: web.Request) -> web.Response:
        if self._description is None:  # made at the first request, when all has been declared
            self._description = msgspec.json.encode(asyncapi.describe(self.registry))
        headers = {hdrs.CACHE_CONTROL: "public, max-age=300"}
        return web.Response(body=self._description, content_type="application/json", headers=headers)

    # Topics and people

    def join(self, connection: Connection, topic: str) -> None:
        """Lets ``connection`` receive what is published to ``topic``. A connection that is gone stays gone."""
        if connection.open:
            self._members.join(connection, topic)

    def leave(self, connection: Connection, topic: str) -> None:
        if connection.open:
            self._members.leave(connection, topic)

    def topic(self, topic: str) -> Collection[Connection]:
        """The connections that joined ``topic``, as of now."""
        return self._members.of_topic(topic)

    def of_account(self, account_id: UUID) -> Collection[Connection]:
        return self._members.of_account(account_id)

    def of_session(self, session_id: UUID) -> Collection[Connection]:
        return self._members.of_session(session_id)

    def everyone(self) -> Collection[Connection]:
        return self._members.everyone()

    def publish(self, topic: str, event: str, payload: Any, *, skip: Connection | None = None) -> None:
        """Sends one event to all that joined ``topic``, encoded once."""
        receivers = self._members.of_topic(topic)
        if receivers:
            frame = encode_event(event, payload)
            for connection in receivers:
                if connection is not skip:
                    connection.send_frame(frame)

    def connected(self) -> int:
        """How many connections there are."""
        return len(self._members)

    # Ends

    async def end_session(self, session_id: UUID, code: str = SessionExpired.code) -> None:
        """Ends the connections of a session, also those that are being made at this moment."""
        self._welcome.note_end(session_id)
        for connection in self._members.of_session(session_id):
            connection.end_now(code)

    async def end_account(self, account_id: UUID, code: str = SessionExpired.code) -> None:
        """Ends the connections of a person, also those that are being made at this moment."""
        self._welcome.note_end(account_id)
        for connection in self._members.of_account(account_id):
            connection.end_now(code)

    async def drain(self, reconnect_in_ms: int) -> None:
        """Refuses new connections and asks those there are to come back elsewhere, spread evenly over the time."""
        self._welcome.draining_ms = reconnect_in_ms
        connections = self._members.everyone()
        random.shuffle(connections)
        for place, connection in enumerate(connections, start=1):
            connection.send("server:drain", Drain(reconnect_in_ms * place // len(connections)))

    async def close(self) -> None:
        """Closes all connections, and returns when events in hand and the handlers of ``on_disconnect`` are done."""
        if self._welcome.draining_ms is None:
            self._welcome.draining_ms = 0
        await self._socket_io.engine.close()

    # For the protocol, see protocol.Application

    async def connect(self, socket: Socket, auth: bytes) -> None:
        language = socket.handshake.language
        code = "ok"
        try:
            hello = self._welcome.read(auth)
            language = self._welcome.language(socket, hello)
            await self._welcome.connect(socket, hello)
        except Exception as error:
            told = told_of(error, "connect")
            code = told.code
            self._socket_io.refuse_connect(socket, told, language)
            self.refused(socket)
        self._metrics.connect(code)

    async def disconnect(self, socket: Socket) -> None:
        if socket.connection is not None:
            socket.signed_out()
            await self.parted(socket)

    async def event(self, socket: Socket, text: EventText) -> None:
        if socket.connection is not None:
            await self._dispatcher.dispatch(socket.connection, text)
        else:
            self._socket_io.refuse_event(socket, text.ack, NotSignedIn())
            self.refused(socket)

    def refused(self, socket: Socket) -> None:
        if socket.connection is not None:
            self._dispatcher.count_refusal(socket.connection)
            return
        socket.strikes += 1
        if socket.strikes > self._limits.refusals_before_connect:
            socket.fail()

    def still_welcome(self, socket: Socket) -> bool:
        connection = socket.connection
        if connection is not None and self._clock.now() >= connection.principal.expires_at:
            connection.end_now(SessionExpired.code)
        return not socket.closing

    async def parted(self, socket: Socket) -> None:
        await self._welcome.part(socket)

    def ticked(self) -> None:
        self._ticks += 1
        if self._ticks % _TIDY_TICKS == 0:
            self._dispatcher.tidy()
            self._welcome.tidy()


async def _bare_handshake(_: web.Request, response: web.StreamResponse) -> None:
    """A web socket's 101 needs three headers; on a slow line a reconnect must not carry more."""
    if isinstance(response, web.WebSocketResponse):
        for name in [name for name in response.headers if name.title() not in _HANDSHAKE]:
            response.headers.popall(name, None)
