"""Which of a publisher's two qualities a receiver's line takes, when there are several people to look at. Pure.

Down at once when the line is really full, up only after a while without trouble; each climb that fails makes the next
one wait longer. So nobody's pictures flap, and nobody stays small for good on a line that became better.
"""

from typing import Final, Literal

Quality = Literal["small", "full"]

SMALL: Final = 150_000  # bits/s of small pictures, at most: the publisher's encoder is told so
DOWN: Final = 250_000  # bits/s for each picture: below, a full one looks no better than a small one
UP: Final = 400_000  # bits/s for each picture: a full one fits with room to spare
STEADY: Final = 3.0  # seconds in which there must be that room
CALM: Final = 10.0  # seconds without trouble, after which it is tried: who is sent little estimates little
LONGEST: Final = 120.0  # seconds between two tries on a line that goes on refusing
REGRET: Final = 15.0  # seconds in which a climb shows that it failed
SETTLED: Final = 60.0  # seconds after which earlier failures say nothing any more


class Chooser:
    """For one receiver. ``tight`` says that the line was seen to be full a moment ago: an estimate alone may be low
    because little was sent."""

    __slots__ = ("_calm_since", "_changed_at", "_failures", "_roomy_since", "quality")

    def __init__(self) -> None:
        self.quality: Quality = "full"
        self._failures = 0
        self._changed_at = float("-inf")
        self._calm_since = float("-inf")
        self._roomy_since: float | None = None

    def reconsider(self, share: int, tight: bool, now: float) -> bool:
        """With ``share`` bits/s for each picture. Returns whether the choice changed. Called each second."""
        if self.quality == "full":
            if now - self._changed_at > SETTLED:
                self._failures = 0
            if not tight or share >= DOWN:
                return False
            if now - self._changed_at <= REGRET:
                self._failures += 1
            return self._change("small", now)
        if tight:
            self._calm_since, self._roomy_since = now, None
            return False
        if share < UP:
            self._roomy_since = None
        elif self._roomy_since is None:
            self._roomy_since = now
        roomy = self._roomy_since is not None and now - self._roomy_since >= STEADY
        wait = min(LONGEST, CALM * 2**self._failures) if self._failures or not roomy else 0.0
        if now - self._calm_since < wait:
            return False
        return self._change("full", now)

    def _change(self, quality: Quality, now: float) -> bool:
        self.quality = quality
        self._changed_at = self._calm_since = now
        self._roomy_since = None
        return True
