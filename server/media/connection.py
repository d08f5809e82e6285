"""One TCP connection to the media port: the framing of RFC 4571 (two bytes of length before each packet), as many
packets as one person may send, and no more waiting for them than a backlog holds.
"""

import asyncio
import socket
from time import monotonic
from typing import Final, Protocol

from server.media.backlog import Backlog
from server.media.counters import Counters
from server.media.ice import Address

LARGEST_FRAME: Final = 2048  # bytes; browsers keep to 1,200, as over UDP
READ: Final = 16 * 1024  # bytes in one go, then others have their turn
MOST_REFUSED: Final = 8  # messages refused on a connection before it is closed
# What one connection may bring in a second; TCP makes its sender wait for the rest. Little more than its leg may bring
# (leg.ALLOWANCE), counted alike.
PACE: Final = 1_200_000  # bytes a second, and that many at once
FRAME: Final = 200  # bytes that each frame counts for on top
LINGER: Final = 1.0  # seconds for goodbyes to leave once a leg is gone


class Owner(Protocol):
    """Who accepted it. ``stuck`` is for its backlog."""

    counters: Counters
    stuck: float

    def deliver(self, connection: "Connection", packet: bytes, now: float) -> None: ...
    def lost(self, connection: "Connection") -> None: ...


class Frames:
    """Takes a stream apart, however it was cut."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The packets completed by ``data``, without empty ones. Raises ValueError for one that is too long."""
        buffer = self._rest + data
        packets = []
        position, end = 0, len(buffer)
        while position + 2 <= end:
            length = buffer[position] << 8 | buffer[position + 1]
            if length > LARGEST_FRAME:
                raise ValueError("frame is too long")
            after = position + 2 + length
            if after > end:
                break
            if length:
                packets.append(buffer[position + 2 : after])
            position = after
        self._rest = buffer[position:]
        return packets


class Connection:
    """One accepted connection. Its ``address`` is unique in the life of the process."""

    def __init__(self, owner: Owner, sock: socket.socket, address: Address) -> None:
        self.address = address
        self._owner = owner
        self._socket = sock
        self._loop = asyncio.get_running_loop()
        self._frames = Frames()
        self._backlog = Backlog(sock, owner.stuck)
        self._refused = 0
        self._pace = float(PACE)
        self._paced_at = monotonic()
        self._timer: asyncio.TimerHandle | None = None
        self._reading = self._writing = False
        self._broken = False
        self.closed = False
        self._read_again()

    def sendto(self, datagram: bytes, _address: Address) -> None:
        """Sends, keeps for later, or drops; never raises."""
        if self._broken:
            self._owner.counters.packets_unsent += 1
            return
        try:
            dropped = self._backlog.send(datagram)
        except OSError:
            self._broken = True
            self._loop.call_soon(self.close)  # not now: whoever sends is in the middle of something
            dropped = 1
        self._owner.counters.packets_unsent += dropped
        if self._backlog and not self._writing and not self._broken:
            self._writing = True
            self._loop.add_writer(self._socket.fileno(), self._writable)

    def refuse(self) -> None:
        """Something came that is worth nothing."""
        self._refused += 1
        if self._refused >= MOST_REFUSED:
            self.close()

    def finish(self) -> None:
        """Nothing is read any more; what waits may still leave for a moment."""
        self._stop_reading()
        self._timer = self._loop.call_later(LINGER, self.close)

    def close(self) -> None:
        """Idempotent; the owner is told."""
        if self.closed:
            return
        self.closed = self._broken = True
        self._stop_reading()
        if self._writing:
            self._loop.remove_writer(self._socket.fileno())
        self._socket.close()
        self._owner.lost(self)

    def _readable(self) -> None:
        try:
            data = self._socket.recv(READ)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        try:
            packets = self._frames.feed(data)
        except ValueError:
            self._owner.counters.packets_refused += 1
            data = b""
        if not data:
            self.close()
            return
        now = monotonic()
        for packet in packets:
            self._owner.deliver(self, packet, now)
            if self.closed:
                return
        self._pace = min(PACE, self._pace + (now - self._paced_at) * PACE) - len(data) - FRAME * len(packets)
        self._paced_at = now
        if self._pace < 0 and self._reading:
            self._stop_reading()
            self._timer = self._loop.call_later(-self._pace / PACE, self._read_again)

    def _read_again(self) -> None:
        if not self.closed and not self._reading:
            self._reading = True
            self._loop.add_reader(self._socket.fileno(), self._readable)

    def _stop_reading(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._reading:
            self._reading = False
            self._loop.remove_reader(self._socket.fileno())

    def _writable(self) -> None:
        try:
            self._owner.counters.packets_unsent += self._backlog.flush()
        except OSError:
            self.close()
            return
        if not self._backlog:
            self._writing = False
            self._loop.remove_writer(self._socket.fileno())
