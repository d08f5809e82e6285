"""One run, second by second: what the line did, and what each side heard, by the browsers' own counters."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

_ENDS = {"inbound-rtp", "outbound-rtp", "candidate-pair"}


@dataclass(slots=True)
class Side:
    """One person in one second. Rates are kbit/s of RTP payloads and headers; None: unknown."""

    phase: str = ""
    out_rung: str | None = None
    in_rung: str | None = None
    reason: str | None = None
    concealed: float | None = None  # share of the voice of this second that was made up, silence left out
    voice_samples: int = 0
    concealed_samples: int = 0
    lost: int = 0
    received: int = 0
    frames: int = 0
    in_kbit: float = 0.0
    out_kbit: float = 0.0
    round_trip: float | None = None
    available_kbit: float | None = None
    path: str | None = None
    heard: bool = False


@dataclass(slots=True)
class Second:
    at: float  # seconds since both were in the call
    line: dict[str, Any] = field(default_factory=dict)  # the shaper's report
    far: Side = field(default_factory=Side)
    near: Side = field(default_factory=Side)
    event: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class Counters:
    """Turns the growing counters of one page into what happened since the last look."""

    def __init__(self) -> None:
        self._before: dict[tuple[int, str], Mapping[str, Any]] = {}
        self._at: float | None = None

    def look(self, statistics: Mapping[str, Any]) -> Side:
        rows = statistics["rows"]
        elapsed = None if self._at is None else max(0.001, statistics["at"] - self._at)
        self._at = statistics["at"]
        side = Side(phase=str(statistics["phase"]))
        locals_ = {(row["connection"], row["id"]): row for row in rows if row["type"] == "local-candidate"}
        for row in rows:
            if row["type"] not in _ENDS:
                continue
            key = (row["connection"], row["id"])
            before = self._before.get(key, {})
            self._before[key] = row
            self._add(side, row, before, elapsed, locals_)
        if side.voice_samples:
            side.concealed = round(side.concealed_samples / side.voice_samples, 4)
        return side

    def _add(
        self,
        side: Side,
        row: Mapping[str, Any],
        before: Mapping[str, Any],
        elapsed: float | None,
        locals_: Mapping[tuple[int, str], Mapping[str, Any]],
    ) -> None:
        def grown(name: str) -> int:
            return max(0, int(row.get(name, 0)) - int(before.get(name, 0)))

        if row["type"] == "inbound-rtp":
            if row.get("kind") == "audio":
                side.voice_samples += grown("totalSamplesReceived")
                side.concealed_samples += max(0, grown("concealedSamples") - grown("silentConcealedSamples"))
                side.lost += int(row.get("packetsLost", 0)) - int(before.get("packetsLost", 0))
                side.received += grown("packetsReceived")
            else:
                side.frames += grown("framesDecoded")
            if elapsed:
                side.in_kbit += grown("bytesReceived") * 8 / 1000 / elapsed
        elif row["type"] == "outbound-rtp":
            if elapsed:
                side.out_kbit += grown("bytesSent") * 8 / 1000 / elapsed
        elif row.get("nominated") and grown("bytesReceived") + grown("bytesSent") > 0:
            if "currentRoundTripTime" in row:
                side.round_trip = row["currentRoundTripTime"]
            if "availableOutgoingBitrate" in row:
                side.available_kbit = row["availableOutgoingBitrate"] / 1000
            local = locals_.get((row["connection"], str(row.get("localCandidateId"))), {})
            side.path = local.get("protocol", side.path)


def concealed(sides: Iterable[Side]) -> float | None:
    """Over a whole stretch: of all voice that was played, the share that was made up."""
    played = made_up = 0
    for side in sides:
        played += side.voice_samples
        made_up += side.concealed_samples
    return round(made_up / played, 4) if played else None
