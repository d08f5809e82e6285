"""The rungs of a call, best first, and what each one is made of (DESIGN promise 6, docs/ladder.md)."""

from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

from server.media.engine import Pictures

Rung = Literal["video", "video-small", "stills", "voice", "voice-lean", "voice-web", "notes", "text"]
RUNGS: Final[tuple[Rung, ...]] = get_args(Rung)

_RANK: Final = {rung: rank for rank, rung in enumerate(RUNGS)}


@dataclass(frozen=True, slots=True)
class Voice:
    """How a microphone is encoded. ``ptime`` in milliseconds; ``red``: each packet carries the one before once more
    (RFC 2198); ``dtx`` and ``fec`` as in RFC 7587."""

    kbps: int
    ptime: int
    red: bool
    dtx: bool = True
    fec: bool = True


# On the wire, packets of 20 ms cost 20 kbit/s before the first bit of voice, of 60 ms a third of that (MEDIA.md).
LEANEST: Final = Voice(6, 60, red=False)
_VOICES: Final[dict[Rung, Voice]] = {
    "video": Voice(32, 20, red=False),
    "video-small": Voice(24, 20, red=False),
    "stills": Voice(16, 40, red=False),
    "voice": Voice(16, 40, red=False),
    "voice-lean": LEANEST,
    "voice-web": Voice(8, 60, red=False),
    "notes": LEANEST,
    "text": LEANEST,
}


def rank(rung: Rung) -> int:
    """0 is the best."""
    return _RANK[rung]


def worse(one: Rung, other: Rung) -> Rung:
    return one if _RANK[one] >= _RANK[other] else other


def better(one: Rung, other: Rung) -> Rung:
    return one if _RANK[one] <= _RANK[other] else other


def voice_of(rung: Rung) -> Voice:
    return _VOICES[rung]


def pictures_of(rung: Rung) -> Pictures:
    """The pictures that move by RTP on this rung."""
    return "full" if rung == "video" else "small" if rung == "video-small" else "none"


def for_receiver(voice: Voice, receiver: Voice) -> Voice:
    """``voice`` brought down to what ``receiver`` can take: nothing is transcoded on the way."""
    return replace(voice, kbps=min(voice.kbps, receiver.kbps), ptime=max(voice.ptime, receiver.ptime))
