"""How much each receiver can take, and so how much each publisher's pictures may cost. Pure."""

from collections.abc import Iterable
from typing import Final

MOST: Final = 3_000_000  # bits/s that we believe of a receiver before it says anything
LEAST: Final = 30_000  # bits/s: below it a browser stops pictures by itself
VOICE: Final = 40_000  # bits/s kept free for each voice: Opus at its default rate, with what wraps it
REPORT_LIFETIME: Final = 10.0  # seconds: an estimate of a stream that stopped says nothing about the next
# A browser that is given little estimates little: its figure starts at what happens to come and grows by 8 % a second,
# whatever the line could take. While the figure does not fall, the line is not full, and we go ahead of it.
AHEAD: Final = 2
START: Final = 300_000  # bits/s: where browsers start to send
FALL: Final = 0.95  # of the figure before: less is a line that is full (browsers go to 0.85 of what came)
CAREFUL: Final = 10.0  # seconds after a fall in which the figure is taken as it is
LOW_LOSS: Final = 0.02  # below: grow; loss control as in galene and in Google's congestion control
HIGH_LOSS: Final = 0.10  # above: shrink
GROWTH: Final = 1.05
CAP_FOR_TWO: Final = 1_500_000  # bits/s of one person's pictures in a call of two
CAP_FOR_MORE: Final = 700_000  # bits/s, each, in a larger call: small pictures side by side


class Capacity:
    """What one receiver can take, from its own estimate (REMB) and from the loss that it reports."""

    __slots__ = ("_by_loss", "_fell_at", "_lost_at", "_reported", "_reported_at")

    def __init__(self) -> None:
        self._by_loss = float(MOST)
        self._reported = MOST
        self._reported_at = float("-inf")
        self._fell_at = float("-inf")
        self._lost_at = float("-inf")

    def reported(self, bits_per_second: int, now: float) -> None:
        if self._is_recent(now) and bits_per_second < FALL * self._reported:
            self._fell_at = now
        self._reported = bits_per_second
        self._reported_at = now

    def lost(self, fraction: float, sent: float, now: float) -> None:
        """A receiver report: ``fraction`` of what we sent, at ``sent`` bits/s, did not arrive."""
        if fraction > HIGH_LOSS:
            self._lost_at = now
            self._by_loss = max(LEAST, min(self._by_loss, sent) * (1 - fraction / 2))
        elif fraction < LOW_LOSS:
            self._by_loss = min(MOST, self._by_loss * GROWTH)

    def bits_per_second(self, now: float) -> int:
        if not self._is_recent(now):
            reported = MOST
        elif now - self._fell_at <= CAREFUL:
            reported = self._reported
        else:
            reported = max(START, AHEAD * self._reported)
        return int(min(reported, self._by_loss))

    def tight(self, now: float) -> bool:
        """Whether the line was seen to be full a moment ago."""
        return now - max(self._fell_at, self._lost_at) <= CAREFUL

    def estimate(self, now: float) -> int | None:
        """What the receiver itself said last, if it is not too long ago."""
        return self._reported if self._is_recent(now) else None

    def _is_recent(self, now: float) -> bool:
        return now - self._reported_at <= REPORT_LIFETIME


def share(capacity: int, voices: int, pictures: int) -> int:
    """What one of ``pictures`` streams may take of a receiver's capacity, after the voices have theirs."""
    return max(LEAST, (capacity - VOICE * voices) // max(1, pictures))


def picture_rate(shares: Iterable[int], people: int) -> int:
    """What a publisher is asked to send: no more than the weakest of those who look can take."""
    cap = CAP_FOR_TWO if people <= 2 else CAP_FOR_MORE
    return max(LEAST, min([cap, *shares]))
