"""How late the packets of one stream are, against the fastest of them: a queue on the way fills before it loses."""

from typing import Final

PERIOD: Final = 5.0  # seconds: the fastest of the last one to two of them is the measure; a device that was held up
# for a moment is late for ever after, and clocks drift apart
LATELY: Final = 0.25  # seconds: the fastest of the last one to two of them tells what is now, whatever the jitter
ROUND: Final = 1 << 32  # RTP timestamps go round


class Lateness:
    __slots__ = ("_at", "_first", "_lately", "_lately_at", "_shortest", "_shortest_at")

    def __init__(self) -> None:
        self._first: int | None = None
        self._shortest = (0.0, 0.0)  # in the period before, and in this one
        self._lately = (0.0, 0.0)
        self._shortest_at = self._lately_at = self._at = 0.0

    def heard(self, transit: int, clock_rate: int, now: float) -> None:
        """A packet that took ``transit`` (arrival minus RTP time, in units of the clock, modulo ``ROUND``)."""
        if self._first is None:
            self._first = transit
            self._shortest_at = self._lately_at = now
        took = (((transit - self._first + ROUND // 2) % ROUND) - ROUND // 2) / clock_rate
        self._at = now
        if now - self._shortest_at > PERIOD:
            self._shortest = (self._shortest[1], took)
            self._shortest_at = now
        elif took < self._shortest[1]:
            self._shortest = (self._shortest[0], took)
        if now - self._lately_at > LATELY:
            self._lately = (self._lately[1], took)
            self._lately_at = now
        elif took < self._lately[1]:
            self._lately = (self._lately[0], took)

    def seconds(self, now: float) -> float | None:
        """How late the stream is now; None when nothing came for a while."""
        if self._first is None or now - self._at > 4 * LATELY:
            return None
        return max(0.0, min(self._lately) - min(self._shortest))
