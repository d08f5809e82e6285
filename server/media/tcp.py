"""Passive ICE-TCP (RFC 6544): the connections that browsers open to the media port where UDP does not pass.

A connection is worth nothing until an authentic STUN request came on it; until then it is one of few, for a short time.
"""

import asyncio
import errno
import ipaddress
import itertools
import socket
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import Final

from server.media.backlog import STUCK
from server.media.connection import Connection
from server.media.counters import Counters
from server.media.ice import Address

ACCEPTED_AT_ONCE: Final = 16
NO_FILES_PAUSE: Final = 1.0  # seconds until the next try when the process has no file descriptor left
# Connections on which nothing authentic came yet. A browser needs one round trip for it, and opens a few at a time; a
# school behind one address has many browsers. When there are too many, the oldest makes room: who cannot authenticate
# within some round trips never will.
MOST_UNKNOWN: Final = 256
MOST_UNKNOWN_OF_ONE: Final = 32
UNKNOWN_FOR: Final = 10.0  # seconds
KEPT_ALIVE: Final = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}  # a path in reserve may be dead
UNSENT: Final = 16 * 1024  # bytes that the kernel takes before it says "later"; what waits beyond waits here, in order
KERNEL_BUFFER: Final = 256 * 1024  # bytes: 2 Mbit/s on a round trip of a second


class TcpListeners:
    """The listening sockets, one for each family, and all connections. ``deliver`` takes each packet, ``on_lost`` is
    told each address whose connection has ended, unless it was ``finish``ed or ``close``d here."""

    def __init__(
        self,
        counters: Counters,
        deliver: Callable[[Connection, bytes, float], None],
        on_lost: Callable[[Address], None],
        *,
        unknown_for: float = UNKNOWN_FOR,
        stuck: float = STUCK,
    ) -> None:
        self.counters = counters
        self.stuck = stuck
        self.deliver = deliver
        self._on_lost = on_lost
        self._unknown_for = unknown_for
        self._listeners: list[socket.socket] = []
        self._connections: dict[Address, Connection] = {}
        self._finishing: set[Connection] = set()
        self._unknown: OrderedDict[Address, asyncio.TimerHandle] = OrderedDict()
        self._unknown_of: Counter[str] = Counter()
        self._numbers = itertools.count(1)

    def open(self, host: str, port: int) -> None:
        """Raises OSError."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections of before a restart linger
            if family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
                sock.setsockopt(socket.SOL_SOCKET, option, KERNEL_BUFFER)  # inherited by what is accepted
            sock.bind((host, port))
            sock.listen(128)
        except OSError:
            sock.close()
            raise
        self._listeners.append(sock)
        asyncio.get_running_loop().add_reader(sock.fileno(), self._accept, sock)

    def close(self) -> None:
        loop = asyncio.get_running_loop()
        for sock in self._listeners:
            loop.remove_reader(sock.fileno())
            sock.close()
        self._listeners.clear()
        for connection in (*self._connections.values(), *self._finishing):
            connection.close()

    def __len__(self) -> int:
        return len(self._connections)

    @property
    def unknown(self) -> int:
        return len(self._unknown)

    def authentic(self, address: Address) -> None:
        """Something authentic came on this connection. Idempotent."""
        timer = self._unknown.pop(address, None)
        if timer is not None:
            timer.cancel()
            self._leave(address)

    def finish(self, address: Address) -> None:
        """No packet comes from this connection any more."""
        connection = self._connections.pop(address, None)
        self.authentic(address)  # no longer among those that are waited for
        if connection is not None and not connection.closed:
            self._finishing.add(connection)
            connection.finish()

    def lost(self, connection: Connection) -> None:
        """Called by the connection itself."""
        self.authentic(connection.address)
        self._finishing.discard(connection)
        if self._connections.pop(connection.address, None) is not None:
            self._on_lost(connection.address)

    def _accept(self, listener: socket.socket) -> None:
        for _ in range(ACCEPTED_AT_ONCE):
            try:
                sock, peer = listener.accept()
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
                    self._pause(listener)
                    return
                continue  # it was gone before we came
            host = _owner_of(peer[0])
            if self._unknown_of[host] >= MOST_UNKNOWN_OF_ONE:
                self.counters.connections_refused += 1
                sock.close()
                continue
            if len(self._unknown) >= MOST_UNKNOWN:
                self.counters.connections_refused += 1
                self._connections[next(iter(self._unknown))].close()
            self._take(sock, (peer[0], peer[1], "tcp", next(self._numbers)), host)

    def _take(self, sock: socket.socket, address: Address, host: str) -> None:
        try:
            _set_options(sock)
        except OSError:
            sock.close()
            return
        self.counters.connections += 1
        connection = self._connections[address] = Connection(self, sock, address)
        self._unknown[address] = asyncio.get_running_loop().call_later(self._unknown_for, connection.close)
        self._unknown_of[host] += 1

    def _leave(self, address: Address) -> None:
        host = _owner_of(address[0])
        self._unknown_of[host] -= 1
        if not self._unknown_of[host]:
            del self._unknown_of[host]

    def _pause(self, listener: socket.socket) -> None:
        """No file descriptor is left: the connection stays in the queue, and the loop must not spin on it."""
        loop = asyncio.get_running_loop()
        loop.remove_reader(listener.fileno())

        def again() -> None:
            if listener in self._listeners:
                loop.add_reader(listener.fileno(), self._accept, listener)

        loop.call_later(NO_FILES_PAUSE, again)


def _set_options(sock: socket.socket) -> None:
    sock.setblocking(False)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in {**KEPT_ALIVE, "TCP_NOTSENT_LOWAT": UNSENT}.items():
        if hasattr(socket, name):  # not every system has all of them
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _owner_of(host: str) -> str:
    """Whom to count a connection for: the address, or of IPv6 the network that one subscriber has."""
    address = ipaddress.ip_address(host.partition("%")[0])
    return host if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))
