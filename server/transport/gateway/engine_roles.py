"""What an Engine.IO socket, the server that holds it and the receiver of its messages expect of each other."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, Protocol

from aiohttp import web

from server.transport.gateway.limits import Limits

if TYPE_CHECKING:
    from server.transport.gateway.engine_socket import Socket

# Engine.IO 4 packets, https://socket.io/docs/v4/engine-io-protocol/#protocol
OPEN, CLOSE, PING, PONG, MESSAGE, UPGRADE, NOOP = b"0", b"1", b"2", b"3", b"4", b"5", b"6"
BINARY_IN_POLLING = b"b"
SEPARATOR = b"\x1e"


class Handshake:
    """What the first request of a socket said."""

    __slots__ = ("language", "peer", "token")

    def __init__(self, token: str | None, language: str, peer: str) -> None:
        self.token = token
        self.language = language
        self.peer = peer


class Receiver(Protocol):
    """Who takes what sockets receive. For one socket, ``received`` and ``parted`` are never called at the same time."""

    async def received(self, socket: "Socket", packet: bytes) -> None:
        """One Engine.IO MESSAGE, its leading ``4`` included."""
        ...

    def received_binary(self, socket: "Socket") -> None:
        """A binary message, whose content nobody wants."""
        ...

    def stray(self, socket: "Socket") -> None:
        """A packet that is allowed but has no use, of which there might be too many."""
        ...

    def still_welcome(self, socket: "Socket") -> bool:
        """Asked before each ping. The receiver ends what is not."""
        ...

    async def parted(self, socket: "Socket") -> None:
        """The last call for ``socket``."""
        ...

    def ticked(self) -> None:
        """Called about every second while there are sockets."""
        ...


class Engine(Protocol):
    """What a socket needs of the server that holds it."""

    limits: Limits
    receiver: Receiver

    now: Callable[[], float]

    def count_unsigned(self, socket: "Socket", difference: int) -> None:
        """One more or one less that nobody signed in to."""
        ...

    def part(self, socket: "Socket") -> None:
        """Has ``receiver.parted`` called."""
        ...

    def forget(self, socket: "Socket") -> None:
        """The transport of ``socket`` is gone."""
        ...

    def count_slow_consumer(self) -> None: ...


class WebSocket(Protocol):
    """A prepared web socket and the TCP or TLS transport below it."""

    response: web.WebSocketResponse[Literal[False]]
    tcp: asyncio.Transport
