"""Which packets of an incoming stream are missing, and when to ask for them again (RFC 4585 section 6.2.1).

The same bookkeeping tells a late packet from a repeated one: only what is missing is accepted late, so that nothing
is ever forwarded twice.
"""

from dataclasses import dataclass
from typing import Final

REMEMBERED: Final = 512  # packets: about 2 s of video; a larger hole is an outage, which a key frame ends
LIFETIME: Final = 2.0  # seconds: what comes later is of no use to anybody
LATEST: Final = 5.0  # seconds: voices come late over long queues and are then forwarded all the same
REORDERING_PACKETS: Final = 2  # RFC 4585 leaves it open; what is overtaken by fewer packets is not lost yet
REORDERING_TIME: Final = 0.020  # seconds
REPEAT_AFTER: Final = 1.1  # round trips
MOST_TRIES: Final = 5
LEAST_INTERVAL: Final = 0.030  # seconds between two requests for a packet, where the round trip is very short


@dataclass(slots=True)
class Missing:
    since: float
    tries: int = 0
    asked_at: float = 0.0


class Losses:
    __slots__ = ("_missing",)

    def __init__(self) -> None:
        self._missing: dict[int, Missing] = {}  # by extended sequence number, ascending

    def __bool__(self) -> bool:
        return bool(self._missing)

    def __len__(self) -> int:
        return len(self._missing)

    def add(self, first: int, after: int, now: float) -> None:
        """Packets ``first`` up to, not including, ``after`` were skipped over."""
        missing = self._missing
        for ext_seq in range(max(first, after - REMEMBERED), after):
            missing[ext_seq] = Missing(now)
        while len(missing) > REMEMBERED:
            del missing[next(iter(missing))]

    def take(self, ext_seq: int) -> bool:
        """Whether this late packet was missing; it no longer is."""
        return self._missing.pop(ext_seq, None) is not None

    def forgive(self, before: int) -> None:
        """A key frame started at ``before``: do not ask for older packets, though they may still arrive."""
        for ext_seq, missing in self._missing.items():
            if ext_seq >= before:
                break
            missing.tries = MOST_TRIES

    def trim(self, now: float) -> None:
        """Forgets what nobody waits for any more: of voices, which are not asked for again."""
        missing = self._missing
        for ext_seq in [number for number, lost in missing.items() if now - lost.since > LATEST]:
            del missing[ext_seq]

    def due(self, highest: int, now: float, round_trip: float) -> list[int]:
        """What to ask for now, ascending. Forgets what is too old to be of use."""
        missing = self._missing
        for ext_seq in [number for number, lost in missing.items() if now - lost.since > LIFETIME]:
            del missing[ext_seq]
        wanted = []
        interval = max(LEAST_INTERVAL, REPEAT_AFTER * round_trip)
        for ext_seq, lost in missing.items():
            if lost.tries >= MOST_TRIES:
                continue
            if lost.tries == 0:
                ripe = highest - ext_seq > REORDERING_PACKETS and now - lost.since >= REORDERING_TIME
            else:
                ripe = now - lost.asked_at >= interval
            if ripe:
                lost.tries += 1
                lost.asked_at = now
                wanted.append(ext_seq)
        return wanted
