"""The last moments of an incoming picture stream, from which each receiver's losses are repaired."""

from typing import Final

from server.media.reception import Reception
from server.media.rtp import Packet

CAPACITY: Final = 512  # packets: 2 s at 2.1 Mbit/s
LIFETIME: Final = 2.0  # seconds; a repair later than this comes after the next key frame
SHORTEST: Final = 0.5  # seconds: what is asked for on a short line is asked for soon
ROUND_TRIPS: Final = 3.0  # of the farthest receiver: its report, a lost repair, and its second report


class Cache:
    """Of one stream at a time. Holds references to payloads that are forwarded anyway; nothing is copied."""

    __slots__ = ("_entries", "stream")

    def __init__(self) -> None:
        self.stream: Reception | None = None
        self._entries: dict[int, tuple[float, Packet]] = {}  # by extended sequence number, as they came

    def put(self, stream: Reception, packet: Packet, now: float) -> None:
        entries = self._entries
        if stream is not self.stream:
            self.stream = stream
            entries.clear()
        entries[packet.ext_seq] = (now, packet)
        if len(entries) > CAPACITY:
            del entries[next(iter(entries))]

    def get(self, ext_seq: int, now: float) -> Packet | None:
        entry = self._entries.get(ext_seq)
        if entry is None or now - entry[0] > LIFETIME:
            return None
        return entry[1]

    def trim(self, now: float, round_trip: float) -> None:
        """Lets go of what nobody will ask for any more: a second of good pictures is 190 kB. ``round_trip`` is the
        longest of those who look."""
        oldest = now - min(LIFETIME, SHORTEST + ROUND_TRIPS * round_trip)
        self._entries = {ext_seq: entry for ext_seq, entry in self._entries.items() if entry[0] >= oldest}

    def __len__(self) -> int:
        return len(self._entries)
