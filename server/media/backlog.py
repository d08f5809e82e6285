"""What waits to be sent on a TCP connection that is slower than what is sent: the voice goes first, and little waits.

A late voice is worth nothing, a late picture less. So what waited too long is dropped, as the network does with UDP.
"""

import socket
from collections import deque
from time import monotonic
from typing import Final

from server.media.codecs import VIDEO

MOST_PICTURES: Final = 64 * 1024  # bytes: a key frame; the newcomer is dropped, its receiver asks for another
MOST_OTHERS: Final = 32 * 1024  # bytes of voice, reports and checks; the oldest makes room
STALE: Final = 1.0  # seconds
STUCK: Final = 15.0  # seconds in which the other end took nothing at all: the connection is given up
FIRST_RTP: Final = 128  # RFC 7983 section 7
PICTURES: Final = frozenset(number for codec in VIDEO for number in (codec.payload_type, codec.rtx_payload_type))


class Backlog:
    """Frames and sends packets on a non-blocking socket, as fast as it takes them. Raises OSError when the connection
    is broken, or stuck."""

    __slots__ = (
        "_moved_at", "_others", "_others_size", "_pictures", "_pictures_size", "_rest", "_socket", "_stale", "_stuck",
    )  # fmt: skip

    def __init__(self, sock: socket.socket, stuck: float = STUCK, stale: float = STALE) -> None:
        self._socket = sock
        self._stuck, self._stale = stuck, stale
        self._rest = b""  # of a frame that has begun to leave
        self._others: deque[tuple[float, bytes]] = deque()
        self._pictures: deque[tuple[float, bytes]] = deque()
        self._others_size = self._pictures_size = 0
        self._moved_at = 0.0

    def __bool__(self) -> bool:
        return bool(self._rest or self._others or self._pictures)

    def __len__(self) -> int:
        """Bytes that wait."""
        return len(self._rest) + self._others_size + self._pictures_size

    def send(self, packet: bytes) -> int:
        """Returns how many packets were dropped, this one or older ones."""
        frame = len(packet).to_bytes(2, "big") + packet
        if self:
            return self._wait(packet, frame)
        try:
            sent = self._socket.send(frame)
        except (BlockingIOError, InterruptedError):
            sent = 0
        if sent < len(frame):
            self._moved_at = monotonic()
            self._rest = frame[sent:]
        return 0

    def flush(self) -> int:
        """The socket takes more. Returns how many packets were dropped since they had become stale."""
        now = monotonic()
        dropped = 0
        while True:
            while not self._rest and (self._others or self._pictures):
                since, frame = self._pop()
                if now - since <= self._stale:
                    self._rest = frame
                else:
                    dropped += 1
            if not self._rest:
                return dropped
            try:
                sent = self._socket.send(self._rest)
            except (BlockingIOError, InterruptedError):
                return dropped
            self._rest = self._rest[sent:]
            self._moved_at = now

    def _wait(self, packet: bytes, frame: bytes) -> int:
        now = monotonic()
        if now - self._moved_at > self._stuck:
            raise TimeoutError("the other end takes nothing")
        if packet[0] >= FIRST_RTP and packet[1] & 0x7F in PICTURES:
            if self._pictures_size + len(frame) > MOST_PICTURES:
                return 1
            self._pictures.append((now, frame))
            self._pictures_size += len(frame)
            return 0
        dropped = 0
        while self._others and self._others_size + len(frame) > MOST_OTHERS:
            self._others_size -= len(self._others.popleft()[1])
            dropped += 1
        self._others.append((now, frame))
        self._others_size += len(frame)
        return dropped

    def _pop(self) -> tuple[float, bytes]:
        if self._others:
            since, frame = self._others.popleft()
            self._others_size -= len(frame)
        else:
            since, frame = self._pictures.popleft()
            self._pictures_size -= len(frame)
        return since, frame
