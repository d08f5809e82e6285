"""What is on its way to a client. TCP takes kilobytes into buffers that nobody here can see (the kernel's, a proxy's):
on a 2G line ten seconds of voice. So the client acknowledges each message, and what is stuck is known.
"""

from collections import deque
from typing import Final

GRACE: Final = 0.8  # seconds beyond the usual round trip: TCP waits for a lost segment, or the line is too narrow
SOON: Final = 0.4  # seconds beyond it: the other end may wait for 0.2 s before it acknowledges
UNKNOWN: Final = 3.0  # seconds, before the first acknowledgement
NARROW: Final = 0.5  # a round trip from which fewer, longer messages are the better trade
QUIET: Final = 10.0  # seconds without a stall, until short messages are tried again
LONG: Final = 0.24  # seconds of voice in a message: the 60 bytes of headers that each costs, against delay
SHORT: Final = 0.12
_SLOWLY: Final = 0.02  # of the difference, each time: a worse path is believed in after some messages


class Window:
    """Sequence numbers are of one byte, and begin at 1: an acknowledgement of 0 before the first says nothing."""

    __slots__ = ("_careful", "_last", "_stalled_at", "_waiting", "fastest")

    def __init__(self) -> None:
        self.fastest: float | None = None
        self._waiting: deque[float] = deque()  # when each was sent, the oldest first
        self._last = 0
        self._careful = False  # after a stall: one thing at a time, until one is quick
        self._stalled_at = float("-inf")

    def next(self, now: float) -> int:
        """The sequence number of the message that is sent now."""
        self._waiting.append(now)
        self._last = (self._last + 1) & 255
        return self._last

    def acknowledged(self, sequence: int, now: float) -> None:
        """All up to ``sequence`` have arrived. What was never sent, or is older than what was acknowledged, says
        nothing."""
        left = (self._last - sequence) & 255
        if left >= len(self._waiting):
            return
        took = now - self._waiting[-1 - left]
        while len(self._waiting) > left:
            self._waiting.popleft()
        if self.fastest is None or took < self.fastest:
            self.fastest = took
        self._careful = self._careful and took > self.fastest + SOON
        if not self._careful:  # a full line is no farther away
            self.fastest += (took - self.fastest) * _SLOWLY

    @property
    def waiting(self) -> int:
        """Messages that were not acknowledged yet."""
        return len(self._waiting)

    def stalled(self, now: float) -> bool:
        """Whether what is sent now would only wait behind what is stuck."""
        if not self._waiting:
            return False
        bound = UNKNOWN if self.fastest is None else self.fastest + GRACE
        full = len(self._waiting) >= 128  # half of the numbers there are: beyond, they would be ambiguous
        stalled = full or now - self._waiting[0] > bound
        if stalled:
            self._stalled_at = now
            self._careful = True
        return self._careful

    def batch(self, now: float) -> float:
        """How many seconds of voice one message should carry."""
        return LONG if (self.fastest or 0.0) > NARROW or now - self._stalled_at < QUIET else SHORT
