"""The gateway as capabilities use it: they declare events, join connections to topics, publish to topics."""

import logging
import random
from collections.abc import Awaitable, Callable, Collection
from typing import Any
from uuid import UUID

from aiohttp import web

from server.infra.limits import Rate
from server.kernel.clock import Clock
from server.kernel.permissions import Permission
from server.transport.gateway.connection import Connection
from server.transport.gateway.frames import encode_event
from server.transport.gateway.limits import Limits
from server.transport.gateway.registry import DEFAULT_MAX_BYTES, EventHandler, Registry
from server.transport.web_session import Authenticator

ConnectionHandler = Callable[[Connection], Awaitable[None]]

log = logging.getLogger(__name__)


class Gateway:
    """One for the process. Events and handlers are declared before ``attach``."""

    def __init__(self, authenticator: Authenticator, clock: Clock, limits: Limits | None = None) -> None:
        self.registry = Registry()
        self.limits = limits or Limits()
        self.draining = False
        self._authenticator = authenticator
        self._clock = clock
        self._on_connect: list[ConnectionHandler] = []
        self._on_disconnect: list[ConnectionHandler] = []
        self._topics: dict[str, dict[Connection, None]] = {}
        self._accounts: dict[UUID, dict[Connection, None]] = {}
        self._sessions: dict[UUID, dict[Connection, None]] = {}

    def on(
        self,
        event: str,
        payload: Any,
        handler: EventHandler,
        *,
        answer: type | None = None,
        permission: Permission | None = None,
        rate: Rate | None,
        max_bytes: int = DEFAULT_MAX_BYTES,
    ) -> None:
        """Declares an event of clients. ``payload`` is a type that msgspec decodes (a union of an object and a tuple
        for two forms). ``handler`` is awaited for one event of a connection at a time; what it returns becomes the
        acknowledgement, a BinomeError that it raises the refusal. ``rate`` counts per person over all their
        connections; None never refuses. ``max_bytes`` bounds the whole frame."""
        self.registry.on(event, payload, handler, answer=answer, permission=permission, rate=rate, max_bytes=max_bytes)

    def declare(self, event: str, payload: Any) -> None:
        """Declares an event of the server, for the protocol's description."""
        self.registry.declare(event, payload)

    def on_connect(self, handler: ConnectionHandler) -> None:
        """``handler`` is awaited after authentication. What it sends arrives after the connection is confirmed; a
        BinomeError that it raises refuses the connection, and the handlers of ``on_disconnect`` run."""
        self._on_connect.append(handler)

    def on_disconnect(self, handler: ConnectionHandler) -> None:
        """``handler`` is awaited once for each connection for which the handlers of ``on_connect`` were started, when
        no event of it is being handled any more. It has left its topics by then; ``topics`` still names them."""
        self._on_disconnect.append(handler)

    def attach(self, app: web.Application) -> None:
        """Serves ``/socket.io/`` in ``app``."""
        raise NotImplementedError

    def join(self, connection: Connection, topic: str) -> None:
        """Lets ``connection`` receive what is published to ``topic``. A connection that is gone stays gone."""
        if connection.open:
            connection.topics.add(topic)
            self._topics.setdefault(topic, {})[connection] = None

    def leave(self, connection: Connection, topic: str) -> None:
        if connection.open:
            connection.topics.discard(topic)
            _discard(self._topics, topic, connection)

    def topic(self, topic: str) -> Collection[Connection]:
        """The connections that joined ``topic``, as of now."""
        return tuple(self._topics.get(topic, ()))

    def of_account(self, account_id: UUID) -> Collection[Connection]:
        return tuple(self._accounts.get(account_id, ()))

    def of_session(self, session_id: UUID) -> Collection[Connection]:
        return tuple(self._sessions.get(session_id, ()))

    def publish(self, topic: str, event: str, payload: Any, *, skip: Connection | None = None) -> None:
        """Sends one event to all that joined ``topic``, encoded once."""
        receivers = self._topics.get(topic)
        if receivers:
            frame = encode_event(event, payload)
            for connection in tuple(receivers):
                if connection is not skip:
                    connection.send_frame(frame)

    async def drain(self, reconnect_in_ms: int) -> None:
        """Refuses new connections and asks those there are to come back elsewhere, spread evenly over the time."""
        self.draining = True
        connections = [connection for group in self._accounts.values() for connection in group]
        random.shuffle(connections)
        for place, connection in enumerate(connections, start=1):
            connection.send("server:drain", {"reconnect_in_ms": reconnect_in_ms * place // len(connections)})


def _discard(groups: dict[Any, dict[Connection, None]], key: object, connection: Connection) -> None:
    members = groups.get(key)
    if members is not None:
        members.pop(connection, None)
        if not members:
            del groups[key]
