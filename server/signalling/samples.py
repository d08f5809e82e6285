"""What a client says and what the media engine measured, as samples for the ladder. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Protocol

from server.media.engine import Measured, Path
from server.signalling.ladder import Sample

TELLING: Final = 20  # packets: a share of fewer says little (a voice in its pauses sends two or three a second)
PATHS: Final[tuple[Path, ...]] = ("none", "udp", "tcp", "web")


class Numbers(Protocol):
    """``wire.Numbers``: -1 is unknown."""

    @property
    def available_kbps(self) -> int: ...
    @property
    def in_kbps(self) -> int: ...
    @property
    def in_loss(self) -> int: ...
    @property
    def concealed(self) -> int: ...
    @property
    def rtt_ms(self) -> int: ...
    @property
    def socket_rtt_ms(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Company:
    """What the others do: their packets of voice that were due lately, and the share that was lost on *their* way to
    the server, which is no fault of who receives; None when nothing is known of them."""

    voices: int | None
    lost: float
    pictures: bool


def out_sample(at: float, measured: Measured, numbers: Numbers | None, *, pictures: bool) -> Sample:
    """What is sent, as it came here. ``numbers`` are the client's, unless they are old."""
    telling = measured.voices is None or measured.voices >= TELLING
    return Sample(
        at=at,
        path=measured.path,
        loss=measured.out_loss if telling else None,
        rate=measured.out_rate,
        room=_bits(numbers.available_kbps) if numbers is not None else None,
        trip=_trip(measured, numbers),
        gap=measured.gap,
        pictures=pictures,
    )


def in_sample(at: float, measured: Measured, numbers: Numbers | None, company: Company, *, pictures: bool) -> Sample:
    """What is received: as the client says, or, without it, by its receiver reports."""
    loss: float | None = measured.in_loss
    if numbers is not None:
        loss = numbers.in_loss / 1000 if numbers.in_loss >= 0 else None
    telling = company.voices is None or company.voices >= TELLING
    return Sample(
        at=at,
        path=measured.path,
        loss=own_loss(loss, company.lost) if loss is not None and telling else None,
        rate=_bits(numbers.in_kbps) if numbers is not None else measured.in_rate,
        room=measured.in_estimate,
        trip=_trip(measured, numbers),
        concealed=numbers.concealed / 1000 if numbers is not None and numbers.concealed >= 0 else None,
        gap=measured.gap,
        pictures=pictures,
        sure=numbers is None,
    )


def own_loss(loss: float, before: float) -> float:
    """The part of ``loss`` that happened on the last stretch, when ``before`` was lost ahead of it."""
    return max(0.0, (loss - before) / (1 - before)) if before < 1 else 0.0


def upstream_loss(voices: Iterable[tuple[int, float, bool]]) -> float:
    """What receivers miss because it never reached the server: (packets due, share lost, sent twice) of each voice.
    What was sent twice is repaired before it is forwarded."""
    due = missing = 0.0
    for packets, lost, twice in voices:
        due += packets
        missing += packets * (lost * lost if twice else lost)
    return missing / due if due else 0.0


def _bits(kbps: int) -> float | None:
    return kbps * 1000.0 if kbps >= 0 else None


def _trip(measured: Measured, numbers: Numbers | None) -> float | None:
    if measured.path == "web":
        return numbers.socket_rtt_ms / 1000 if numbers is not None and numbers.socket_rtt_ms >= 0 else None
    if measured.round_trip is not None:
        return measured.round_trip
    return numbers.rtt_ms / 1000 if numbers is not None and numbers.rtt_ms >= 0 else None
