"""Voices that wait to be sent to one person: of each source the newest, never more than it may be late."""

from typing import Final
from uuid import UUID

from server.signalling.side.opus import duration

KEPT: Final = 0.48 * 48_000  # samples of each source; what is older is left out while the line stands still
_WRAP: Final = 0xFFFFFFFF


class Run:
    """Packets of one source that follow each other without a gap."""

    __slots__ = ("end", "packets", "source", "timestamp")

    def __init__(self, source: UUID, timestamp: int) -> None:
        self.source = source
        self.timestamp = self.end = timestamp
        self.packets: list[bytes] = []

    @property
    def samples(self) -> int:
        return self.end - self.timestamp & _WRAP


class Heap:
    __slots__ = ("_last", "_runs", "skipped")

    def __init__(self) -> None:
        self._runs: list[Run] = []
        self._last: dict[UUID, Run] = {}
        self.skipped = 0

    def __bool__(self) -> bool:
        return bool(self._runs)

    def add(self, source: UUID, timestamp: int, packet: bytes) -> None:
        """What is no Opus packet is left out."""
        samples = duration(packet)
        if samples == 0:
            return
        run = self._last.get(source)
        if run is None or run.end != timestamp:
            run = self._last[source] = Run(source, timestamp)
            self._runs.append(run)
        run.packets.append(packet)
        run.end = run.end + samples & _WRAP

    def trim(self) -> None:
        """Skips ahead."""
        kept: list[Run] = []
        room = dict.fromkeys(self._last, KEPT)
        for run in reversed(self._runs):
            while run.packets and run.samples > room[run.source]:
                run.timestamp = run.timestamp + duration(run.packets.pop(0)) & _WRAP
                self.skipped += 1
            room[run.source] -= run.samples
            if run.packets:
                kept.append(run)
        self._runs = kept[::-1]
        if not self._runs:
            self._last.clear()

    def take(self) -> list[Run]:
        """All that waits, the oldest first."""
        runs, self._runs = self._runs, []
        self._last.clear()
        return runs
