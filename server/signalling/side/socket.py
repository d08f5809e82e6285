"""One open side web socket: what goes down it, when, and what is left out when its client reads slowly.

Frames are written straight to the asyncio transport, as those of the gateway are: nothing waits for a task.
"""

import asyncio
from struct import Struct as Layout
from typing import Final
from uuid import UUID

import msgspec
from aiohttp import WSCloseCode

from server.infra.limits import TokenBucket
from server.kernel.clock import Clock
from server.kernel.principal import Principal
from server.signalling.parts import Part
from server.signalling.side import frames
from server.signalling.side.heap import Heap
from server.signalling.side.lateness import Lateness
from server.signalling.side.window import Window
from server.transport.gateway.frames import close_frame, web_socket_frame

BEAT_S: Final = 5.0  # without a word, until one says that the path still stands
SILENCE_S: Final = 20.0  # without a word of the client, who answers every beat
ACK_S: Final = 0.2  # an acknowledgement waits so long for a voice that carries it
BUFFERED: Final = 32 * 1024  # bytes in the transport: a client that acknowledges what it did not read gets no more
CLOSE_WITHIN_S: Final = 2.0
SOURCES: Final = 250  # people of whom one socket tells, over its life

_BINARY: Final = 0x82  # RFC 6455 section 5.2: FIN and the opcode
_LENGTH_16: Final = Layout("!BBH").pack


class Told(msgspec.Struct, frozen=True):
    """Which source is who, by index; and how often stills of this person are wanted, in ms."""

    sources: list[UUID]
    stills: int | None


class SideSocket:
    def __init__(self, part: Part, principal: Principal, transport: asyncio.Transport, clock: Clock) -> None:
        self.part = part
        self.principal = principal
        self.open = True
        self.speaks = False  # whether voices pass through this socket
        self.lateness = Lateness()
        # A voice is 16.7 packets in a second, in 4 to 9 messages; after a stall it comes in a heap.
        self.messages = TokenBucket(40, 200, clock)
        self.packets = TokenBucket(20, 100, clock)
        self.pictures = TokenBucket(0.5, 2, clock)  # twice as often as they are wanted
        self._transport = transport
        self._now = clock.monotonic
        self._window = Window()
        self._voices = Heap()
        self._stills: dict[UUID, bytes] = {}  # of each person, the newest
        self._still_until = 0  # messages that must be acknowledged before the next still
        self._told = Told([], None)
        self._heard = 0  # the sequence number of the last message that came
        self._unacknowledged = 0
        self._flush: asyncio.TimerHandle | None = None
        self._ack: asyncio.TimerHandle | None = None
        self._heard_at = self._sent_at = self._now()

    # What comes

    def received(self, frame: frames.Frame) -> None:
        """Notes what every message carries."""
        now = self._heard_at = self._now()
        before = self._window.waiting
        self._window.acknowledged(frame.ack, now)
        self._still_until = max(0, self._still_until - before + self._window.waiting)
        if not isinstance(frame, frames.Ack):
            self._heard = frame.sequence
            self._unacknowledged += 1
            if self._unacknowledged > 1:
                self._acknowledge()
            elif self._ack is None:
                self._ack = asyncio.get_running_loop().call_later(ACK_S, self._acknowledge)
        if self._flush is None:
            self._send_waiting()

    # What goes

    def hear(self, source: UUID, timestamp: int, packet: bytes) -> None:
        """A packet of somebody's voice for this person."""
        if not self.open:
            return
        self._voices.add(source, timestamp, packet)
        if self._flush is None:
            wait = self._window.batch(self._now())
            self._flush = asyncio.get_running_loop().call_later(wait, self._send_waiting)

    def show(self, source: UUID, picture: bytes) -> None:
        """A still of somebody for this person."""
        if self.open:
            self._stills[source] = picture
            self._send_stills()

    def tell(self, stills: int | None) -> None:
        """How often stills of this person are wanted."""
        if stills != self._told.stills:
            self._say(Told(self._told.sources, stills))

    def begin(self) -> None:
        """The first thing that a client hears."""
        self._say(self._told)

    def listen_no_more(self) -> None:
        """Voices come by RTP again."""
        self.speaks = False
        self._voices.take()

    def tick(self) -> None:
        """About every second."""
        now = self._now()
        if now - self._heard_at > SILENCE_S:
            self.end(4408)
            return
        self._send_waiting()
        if now - self._sent_at >= BEAT_S and not self._stuck(now):
            self._write(frames.beat(self._heard, self._window.next(now)))

    def end(self, code: int) -> None:
        """Nothing goes down any more, and nothing that comes is looked at; the rest is good manners."""
        if not self.open:
            return
        self.open = False
        for timer in (self._flush, self._ack):
            if timer is not None:
                timer.cancel()
        self._voices.take()
        self._stills.clear()
        if not self._transport.is_closing():
            self._transport.write(close_frame(code))
            asyncio.get_running_loop().call_later(CLOSE_WITHIN_S, self._transport.abort)

    def _send_waiting(self) -> None:
        if self._flush is not None:
            self._flush.cancel()
            self._flush = None
        now = self._now()
        if self._voices and self._stuck(now):
            self._voices.trim()
        for run in self._voices.take() if self._voices and not self._stuck(now) else ():
            source = self._index(run.source)
            if source is not None:
                number = self._window.next(now)
                self._write(frames.voice(self._heard, number, source, run.timestamp, run.packets))
        self._send_stills()

    def _send_stills(self) -> None:
        """One at a time, and only while nothing else waits for it: voices are never late for a picture."""
        if not self._stills or self._still_until or self._voices or self._stuck(self._now()):
            return
        peer = next(iter(self._stills))
        picture = self._stills.pop(peer)
        source = self._index(peer)
        if source is not None:
            self._write(frames.still(self._heard, self._window.next(self._now()), source, picture))
            self._still_until = self._window.waiting

    def _stuck(self, now: float) -> bool:
        return self._window.stalled(now) or self._transport.get_write_buffer_size() > BUFFERED

    def _index(self, peer: UUID) -> int | None:
        """The client is told before it hears of an index for the first time."""
        sources = self._told.sources
        if peer in sources:
            return sources.index(peer)
        if len(sources) == SOURCES:
            self.end(WSCloseCode.TRY_AGAIN_LATER)  # it comes back, and counts anew
            return None
        self._say(Told([*sources, peer], self._told.stills))
        return len(sources)

    def _acknowledge(self) -> None:
        if self._unacknowledged and self.open:
            self._write(frames.ack(self._heard))

    def _say(self, told: Told) -> None:
        self._told = told
        if self.open and not self._transport.is_closing():
            self._transport.write(web_socket_frame(msgspec.json.encode(told)))

    def _write(self, message: bytes) -> None:
        self._sent_at = self._now()
        self._unacknowledged = 0
        if self._ack is not None:
            self._ack.cancel()
            self._ack = None
        if not self._transport.is_closing():
            length = len(message)
            header = bytes((_BINARY, length)) if length < 126 else _LENGTH_16(_BINARY, 126, length)
            self._transport.write(header + message)
