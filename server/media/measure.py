"""What is told of each peer every two seconds: rates and losses of both directions, from what the legs saw."""

from collections.abc import Iterable
from typing import Final

from server.media.rtcp import ReportBlock

EVERY: Final = 2.0  # seconds
GONE: Final = 3.0  # seconds without anything from a peer, after which its media flows on no path


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
    last stays true until it says something else."""

    __slots__ = ("_before", "fraction")

    def __init__(self) -> None:
        self.fraction = 0.0
        self._before: dict[int, tuple[int, int]] = {}  # highest number and packets lost, by SSRC

    def reported(self, blocks: Iterable[ReportBlock]) -> None:
        expected = lost = 0
        for block in blocks:
            before = self._before.get(block.ssrc)
            self._before[block.ssrc] = block.highest_sequence, block.packets_lost
            if before is not None:
                expected += max(0, block.highest_sequence - before[0])
                lost += max(0, block.packets_lost - before[1])
        if expected > 0:
            self.fraction = min(1.0, lost / expected)
