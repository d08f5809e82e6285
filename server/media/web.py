"""The voices of, and for, somebody whose media passes through the web socket: where UDP and ICE-TCP are blocked.

They are bridged where RTP is: a fed voice is a stream like any other on the person's track, and an outlet stands on
the tracks of the others where a slot would.
"""

from collections.abc import Callable, Sequence
from typing import Final

from server.media.codecs import OPUS
from server.media.reception import FIRST_CYCLE, Reception
from server.media.rewrite import Rewriter
from server.media.rtp import MARKER, Packet
from server.media.track import Track

FRAME: Final = 2880  # of the 48 kHz clock: 60 ms, the one length of packet that is fed
MOST_FRAMES: Final = 50  # of one call of ``feed``: three seconds
LONGEST_FRAME: Final = 1275  # bytes: the largest Opus frame (RFC 6716 section 3.2.1)


class FedVoice:
    """A stream made of the packets that come without RTP. Numbers run on whatever is missing: the web socket loses
    nothing, so a step in the time is what the sender left out on purpose."""

    def __init__(self) -> None:
        self.stream = Reception(0, OPUS)
        self._next = FIRST_CYCLE

    def feed(self, track: Track, timestamp: int, frames: Sequence[bytes], now: float) -> None:
        for index, frame in enumerate(frames[:MOST_FRAMES]):
            if not 0 < len(frame) <= LONGEST_FRAME:
                continue
            first = MARKER if self._next == FIRST_CYCLE else 0
            packet = Packet(self._next, timestamp + index * FRAME & 0xFFFFFFFF, 0, first, OPUS, frame)
            self._next += 1
            self.stream.received += 1
            track.publish(self.stream, packet, now)


class WebOutlet:
    """Stands on a voice track for one slot of a person whose web is open. ``deliver`` is told whose voice it is, the
    time (which runs on when the source changes its stream), and the packet."""

    def __init__(self, deliver: Callable[[str, int, bytes], None]) -> None:
        self._deliver = deliver
        self._rewriter = Rewriter(OPUS.clock_rate)
        self._flowing = False
        self._source = ""

    def showing(self, source: str) -> "WebOutlet":
        self._source = source
        return self

    def pause(self) -> None:
        self._flowing = False

    def forward(self, stream: Reception, packet: Packet, now: float) -> None:
        rewriter = self._rewriter
        if not self._flowing or rewriter.stream is not stream:
            rewriter.switch(stream, packet.ext_seq, packet.timestamp, now)
            self._flowing = True
        sequence = rewriter.sequence(packet.ext_seq)
        if sequence < 0:
            return
        timestamp = packet.timestamp + rewriter.timestamp_offset & 0xFFFFFFFF
        rewriter.sent(sequence, timestamp, now)
        self._deliver(self._source, timestamp, packet.payload)

    def skip(self, ext_seq: int) -> bool:
        return not self._flowing or self._rewriter.skip(ext_seq)
