"""From a CONNECT to a connection: who is it, may one more come in, do the capabilities agree."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from math import ceil
from types import MappingProxyType
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from server.infra.limits import Buckets
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, Draining, NotSignedIn, SessionExpired, TooFast
from server.kernel.principal import Principal
from server.transport import payload as payloads
from server.transport.gateway.connection import Connection
from server.transport.gateway.dispatch import told_of
from server.transport.gateway.engine_socket import Socket
from server.transport.gateway.frames import encode_connect
from server.transport.gateway.limits import Limits
from server.transport.gateway.members import Members
from server.transport.messages import known_language
from server.transport.web_session import Authenticator, plausible_token

ConnectionHandler = Callable[[Connection], Awaitable[None]]

MAX_CURSORS = 500  # rooms that a client may bring a cursor for: more than a busy supervisor has pairs
MAX_AUTH_BYTES = 48 * 1024  # of ``auth``: that many cursors under 36-character names, twice over
RETRY_IN_MS = 10_000  # told to who has too many connections: some are ghosts, and soon found out
_ENDED_FOR_S = 60.0  # how long the end of a session is remembered: longer than any connect is under way
_NO_CURSORS: Mapping[str, int] = MappingProxyType({})


class Hello(msgspec.Struct):
    """``auth`` at connect. Unknown members are left alone: newer clients may bring more."""

    token: str | None = None
    cursors: Annotated[dict[str, Annotated[int, Meta(ge=0, le=2**63 - 1)]], Meta(max_length=MAX_CURSORS)] = {}
    compact: bool | Literal[0, 1] = 0
    lang: Annotated[str, Meta(max_length=35)] | None = None  # RFC 5646 section 4.4.1: no tag in use is longer


_HELLO = payloads.decoder(Hello)


class Welcome:
    """``on_connect`` and ``on_disconnect`` are the handlers of the capabilities, in their order."""

    def __init__(self, authenticator: Authenticator, clock: Clock, limits: Limits, members: Members) -> None:
        self.on_connect: list[ConnectionHandler] = []
        self.on_disconnect: list[ConnectionHandler] = []
        self.draining_ms: int | None = None
        self._authenticator = authenticator
        self._clock = clock
        self._limits = limits
        self._members = members
        self._connects = Buckets(clock)
        self._ended: dict[UUID, float] = {}

    def read(self, auth: bytes) -> Hello:
        """Raises BadRequest that names the field."""
        if len(auth) > MAX_AUTH_BYTES:
            raise BadRequest("too_long", field="auth", maximum=MAX_AUTH_BYTES)
        return payloads.decode(auth, _HELLO)

    def language(self, socket: Socket, hello: Hello) -> str:
        """In which language to refuse."""
        return known_language(hello.lang) if hello.lang else socket.handshake.language

    async def connect(self, socket: Socket, hello: Hello) -> None:
        """Makes the connection of ``socket`` and confirms it, or raises what to refuse it with."""
        if socket.connection is not None:
            raise BadRequest(field="namespace")
        if self.draining_ms is not None:
            raise Draining(retry_in_ms=self.draining_ms)
        token = hello.token or socket.handshake.token
        if token is None or not plausible_token(token):
            raise NotSignedIn
        asked_at = self._clock.monotonic()
        principal = await self._authenticator.authenticate(token, socket.handshake.peer)
        self._admit(principal, asked_at)
        if socket.closing:
            return
        connection = Connection(
            socket,
            secrets.token_urlsafe(9),
            principal,
            self._leave,
            peer=socket.handshake.peer,
            compact=bool(hello.compact),
            cursors=hello.cursors,
            language=known_language(hello.lang, principal.language) if hello.lang else None,
        )
        socket.connection = connection
        self._members.add(connection)
        try:
            await self._introduce(connection)
        except BaseException:
            await self.part(socket)
            raise
        connection.cursors = _NO_CURSORS
        socket.signed_in()
        connection.accept(encode_connect(connection.sid))

    async def _introduce(self, connection: Connection) -> None:
        for handler in self.on_connect:
            await handler(connection)
        if not connection.open:  # ended meanwhile
            raise SessionExpired

    def _admit(self, principal: Principal, asked_at: float) -> None:
        for key in (principal.session_id, principal.account_id):
            if self._ended.get(key, -1.0) >= asked_at:  # what was read may be from before
                raise SessionExpired
        wait = self._connects.take(principal.account_id, self._limits.connects)
        if wait > 0:
            raise TooFast(retry_in_ms=ceil(wait * 1000))
        if len(self._members.of_account(principal.account_id)) >= self._limits.connections_per_account:
            raise TooFast(retry_in_ms=RETRY_IN_MS)

    def note_end(self, key: UUID) -> None:
        """A session or an account has just ended: a connect that is reading it does not come in any more."""
        self._ended[key] = self._clock.monotonic()

    def tidy(self) -> None:
        self._connects.forget_full()
        long_ago = self._clock.monotonic() - _ENDED_FOR_S
        self._ended = {key: at for key, at in self._ended.items() if at > long_ago}

    def _leave(self, connection: Connection) -> None:
        connection.open = False
        self._members.remove(connection)

    async def part(self, socket: Socket) -> None:
        """Ends what ``connect`` made, if anything is left of it. Never raises."""
        connection, socket.connection = socket.connection, None
        if connection is None:
            return
        self._leave(connection)
        for handler in self.on_disconnect:
            try:
                await handler(connection)
            except Exception as error:
                told_of(error, "disconnect")
