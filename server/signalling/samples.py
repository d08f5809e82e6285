"""What a client says and what the media engine measured, as samples for the ladder. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Protocol

from server.media.engine import Measured, Path
from server.signalling.ladder_state import Sample

TELLING: Final = 15  # packets: a share of fewer says little (a voice in its pauses sends two or three a second)
MURKY: Final = 0.25  # lost ahead of a stretch: what is lost on it cannot be told from it
OLD: Final = 10.0  # seconds: what was counted before says little of now
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
    @property
    def fps(self) -> int: ...


@dataclass(slots=True)
class Tally:
    """Counts packets of a voice until there are enough of them to tell."""

    due: float = 0.0
    missing: float = 0.0
    since: float = float("-inf")

    def loss(self, at: float, due: int | None, lost: float) -> float | None:
        """After ``due`` more, of which the share ``lost`` is missing. ``due`` may be unknown."""
        if due is None:
            return lost
        if at - self.since > OLD or self.due == 0:
            self.due, self.missing, self.since = 0.0, 0.0, at
        self.due += due
        self.missing += due * lost
        if self.due < TELLING:
            return None
        found, self.due = self.missing / self.due, 0.0
        return found


@dataclass(frozen=True, slots=True)
class Company:
    """What the others do: their packets of voice that were due lately, and the share that was lost on *their* way to
    the server, which is no fault of who receives; None when nothing is known of them."""

    voices: int | None
    lost: float
    pictures: bool


def out_sample(
    at: float, span: float, measured: Measured, tally: Tally, numbers: Numbers | None, *, pictures: bool
) -> Sample:
    """What is sent, as it came here in the last ``span`` seconds. ``numbers`` are the client's, unless they are old."""
    return Sample(
        at=at,
        path=measured.path,
        loss=tally.loss(at, measured.voices, measured.out_loss),
        rate=measured.out_rate,
        room=_bits(numbers.available_kbps) if numbers is not None else None,
        trip=_trip(measured, numbers),
        fps=numbers.fps if numbers is not None and numbers.fps > 0 else None,
        span=span,
        gap=measured.gap,
        late=measured.late,
        pictures=pictures,
    )


def in_sample(at: float, measured: Measured, numbers: Numbers, company: Company, *, pictures: bool) -> Sample:
    """What is received, as the client says. It may have been held up for a while: not to be believed at once."""
    return Sample(
        at=at,
        path=measured.path,
        loss=_heard(numbers.in_loss / 1000 if numbers.in_loss >= 0 else None, company),
        rate=_bits(numbers.in_kbps),
        room=measured.in_estimate,
        trip=_trip(measured, numbers),
        concealed=numbers.concealed / 1000 if numbers.concealed >= 0 else None,
        gap=measured.gap,
        offered=measured.in_rate,
        pictures=pictures,
        sure=False,
    )


def sent_sample(at: float, measured: Measured, company: Company, *, pictures: bool, reported: bool) -> Sample:
    """What is received, as far as the server knows: the browser's estimate of its line and, when its receiver reports
    are news (``reported``), what they say of the last seconds."""
    loss = _heard(measured.in_loss, company) if reported else None
    return Sample(
        at=at,
        path=measured.path,
        loss=loss,
        room=measured.in_estimate,
        trip=_trip(measured, None),
        gap=measured.gap,
        offered=measured.in_rate,
        blind=loss is None,
        pictures=pictures,
        sure=loss is None,
    )


def _heard(loss: float | None, company: Company) -> float | None:
    # What they say is of two seconds at least, what is known of the others' voices of one.
    telling = company.voices is None or 2 * company.voices >= TELLING
    return own_loss(loss, company.lost) if loss is not None and telling else None


def own_loss(loss: float, before: float) -> float | None:
    """The part of ``loss`` that happened on the last stretch, when ``before`` was lost ahead of it; None when so much
    was that nothing can be said."""
    return max(0.0, (loss - before) / (1 - before)) if before <= MURKY else None


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
