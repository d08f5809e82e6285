"""Voice that TCP held back comes in a heap. What is too late is left out, so that nobody hears with a growing delay."""

from collections import deque
from typing import Final

TOO_LATE: Final = 0.6  # seconds behind the fastest way of the last while: what a receiver's buffer would take at most
MEMORY: Final = 30.0  # seconds: the two clocks drift apart by a millisecond in this time
NEW_CLOCK: Final = 10.0  # seconds: a jump that no stall explains
RATE: Final = 48_000
_WRAP: Final = 2**32


class Lateness:
    def __init__(self) -> None:
        self._best: deque[tuple[float, float]] = deque()  # (when, arrival minus time of the voice), both growing
        self._last: int | None = None
        self._time = 0.0

    def of(self, timestamp: int, now: float) -> float:
        """How many seconds later than the fastest of the last while the voice of ``timestamp`` comes at ``now``."""
        if self._last is not None:
            step = (timestamp - self._last + _WRAP // 2) % _WRAP - _WRAP // 2
            self._time += step / RATE
        self._last = timestamp
        way = now - self._time
        if self._best and abs(way - self._best[0][1]) > NEW_CLOCK:
            self._best.clear()
        while self._best and self._best[-1][1] >= way:
            self._best.pop()
        self._best.append((now, way))
        while now - self._best[0][0] > MEMORY:
            self._best.popleft()
        return way - self._best[0][1]

    def too_late(self, timestamp: int, now: float) -> bool:
        return self.of(timestamp, now) > TOO_LATE
