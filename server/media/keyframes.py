"""When to ask a publisher for a key frame: often enough for who waits, seldom enough for who sends.

A key frame is many times the size of another picture; on a narrow line each one too many stalls the voice behind it.
"""

from typing import Final

LEAST_INTERVAL: Final = 0.5  # seconds between two requests (galene 0.5, LiveKit 0.5 to 1, mediasoup 1)
ROUND_TRIPS: Final = 1.25  # and no sooner than the answer to the last one can have come


class KeyFrameRequests:
    """The requests for one publisher's pictures, from all who need them."""

    __slots__ = ("_asked_at", "waiting")

    def __init__(self) -> None:
        self._asked_at: float | None = None
        self.waiting = False

    def ask(self, now: float, round_trip: float) -> bool:
        """Somebody needs a key frame. Returns whether to send the request now; if not, ``due_in`` says when."""
        self.waiting = True
        if self.due_in(now, round_trip) > 0:
            return False
        self._asked_at = now
        return True

    def due_in(self, now: float, round_trip: float) -> float:
        """Seconds until the next request may be sent."""
        if self._asked_at is None:
            return 0.0
        return max(0.0, self._asked_at + max(LEAST_INTERVAL, ROUND_TRIPS * round_trip) - now)

    def came(self) -> None:
        """A key frame started."""
        self.waiting = False
