"""What is told of each peer every second: rates and losses of both directions, from what the legs saw."""

from typing import Final

from server.media.engine import Kind
from server.media.rtcp import ReportBlock

EVERY: Final = 1.0  # seconds: a line that collapses is to be known within two
GONE: Final = 3.0  # seconds without anything from a peer, after which its media flows on no path
VALID: Final = 12.0  # seconds for which a report on a stream tells what is lost now
MOST_EXPECTED: Final = 1 << 16  # packets between two reports; more is a stream that began anew


class Rate:
    """Bits a second of a growing number of octets."""

    __slots__ = ("_at", "_octets")

    def __init__(self, now: float) -> None:
        self._at, self._octets = now, 0

    def since(self, octets: int, now: float) -> int:
        """Since the last call."""
        rate = int(8 * (octets - self._octets) / max(0.1, now - self._at))
        self._at, self._octets = now, octets
        return rate


class ReportedLoss:
    """What a receiver lost, by its reports. Its browser reports on a voice every five seconds or so, so what it said
    last stays true for a while."""

    __slots__ = ("_heard",)

    def __init__(self) -> None:
        # By SSRC: its kind, when it was reported last, the highest number then, and packets expected and lost in it.
        self._heard: dict[int, tuple[Kind, float, int, float, float]] = {}

    def reported(self, block: ReportBlock, kind: Kind, now: float) -> None:
        before = self._heard.get(block.ssrc)
        expected = block.highest_sequence - before[2] if before is not None else 1
        if not 0 < expected < MOST_EXPECTED:
            expected = 1
        lost = expected * block.fraction_lost / 256
        self._heard[block.ssrc] = kind, now, block.highest_sequence, expected, lost

    def fraction(self, now: float, kind: Kind | None = None) -> float:
        """0 to 1: of all streams, or of those of one kind."""
        recent = [heard for heard in self._heard.values() if now - heard[1] <= VALID and kind in (None, heard[0])]
        expected = sum(heard[3] for heard in recent)
        return sum(heard[4] for heard in recent) / expected if expected else 0.0
