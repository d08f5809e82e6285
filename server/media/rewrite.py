"""One outgoing RTP stream made of a succession of incoming ones, without a seam.

A receiver sees one SSRC whose numbers only grow, whoever is behind it. Two different packets must never leave under
the same SSRC and number: with AES-GCM that would give the key stream away (RFC 7714 section 8.1).
"""

import random
from collections import deque
from typing import Final

from server.media.reception import Reception

MOST_INTERVALS: Final = 64  # offsets remembered for packets that come late
SEQUENCE_START: Final = 1 << 15  # exclusive: so that a lost first packet cannot make the receiver guess a round more


class Rewriter:
    """Numbers and times of one outgoing stream. ``stream`` is the incoming one it now shows."""

    __slots__ = (
        "_clock_rate", "_first", "_intervals",
        "last_at", "last_sequence", "last_timestamp", "offset", "start", "stream", "timestamp_offset",
    )  # fmt: skip

    def __init__(self, clock_rate: int, *, sequence_start: int | None = None, timestamp_start: int | None = None):
        self._clock_rate = clock_rate
        self.stream: Reception | None = None
        self.last_sequence = random.randrange(SEQUENCE_START) if sequence_start is None else sequence_start  # noqa: S311 (not a secret)
        self.last_timestamp = random.getrandbits(32) if timestamp_start is None else timestamp_start
        self.last_at: float | None = None
        self.timestamp_offset = 0
        self._first = 0  # nothing older than this of the stream goes out
        self.start = 0  # from here on ``offset`` holds; before, what ``_intervals`` say
        self.offset = 0
        self._intervals: deque[tuple[int, int, int]] = deque(maxlen=MOST_INTERVALS)  # from, to (exclusive), offset

    def switch(self, stream: Reception, ext_seq: int, timestamp: int, now: float) -> bool:
        """From this packet on, ``stream`` goes out, right behind what went before. Returns whether its time line is a
        new one: a stream that was only interrupted keeps its own, which went on meanwhile."""
        self._first = self.start = ext_seq
        self.offset = self.last_sequence + 1 - ext_seq
        self._intervals.clear()
        if stream is self.stream:
            return False
        elapsed = 0 if self.last_at is None else max(1, int((now - self.last_at) * self._clock_rate))
        self.timestamp_offset = (self.last_timestamp + elapsed - timestamp) & 0xFFFFFFFF
        self.stream = stream
        return True

    def sequence(self, ext_seq: int) -> int:
        """The extended number under which a packet of ``stream`` goes out; -1 for one from before the switch, or
        skipped."""
        if ext_seq >= self.start:
            return ext_seq + self.offset
        if ext_seq >= self._first:
            for start, end, offset in reversed(self._intervals):
                if start <= ext_seq < end:
                    return ext_seq + offset
        return -1

    def sent(self, sequence: int, timestamp: int, now: float) -> None:
        """Called with what went out (extended number, outgoing timestamp)."""
        if sequence > self.last_sequence:
            self.last_sequence = sequence
            self.last_timestamp = timestamp
            self.last_at = now

    def skip(self, ext_seq: int) -> bool:
        """The packet is kept back for good: those behind it close the gap. False when one behind it went out
        already, so that the gap is there to stay."""
        if ext_seq < self.start or ext_seq + self.offset <= self.last_sequence:
            return False
        if ext_seq > self.start:
            self._intervals.append((self.start, ext_seq, self.offset))
        self.start = ext_seq + 1
        self.offset -= 1
        return True

    def source_of(self, sequence_number: int) -> int | None:
        """The extended number in ``stream`` of what went out under a 16-bit number; None when it is not of it."""
        last = self.last_sequence
        sequence = last + (((sequence_number - last) + 0x8000) & 0xFFFF) - 0x8000
        if sequence > last:
            return None
        if sequence - self.offset >= self.start:
            return sequence - self.offset
        for start, end, offset in reversed(self._intervals):
            if start <= sequence - offset < end:
                return sequence - offset
        return None
