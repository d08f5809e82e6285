"""What each person sends, given what every line in the call can carry. Pure.

Nothing is transcoded, so a voice is encoded for the weakest who hears it. Pictures that nobody can receive are not
sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from server.media.engine import Pictures, Shape
from server.signalling.rungs import Rung, Voice, better, for_receiver, pictures_of, rank, voice_of, worse

EVERY_MS: Final = 2_000  # between two samples of a client
HURRY_MS: Final = 1_000  # while something changes
LEAN_MS, LEAN_HURRY_MS = 4_000, 2_000  # the same where a sample costs a tenth of the line


@dataclass(frozen=True, slots=True)
class Carries:
    """What one line carries now. ``out_red``: the voice that goes out is sent twice; ``in_red``: there is room for
    that on the way in. ``layers`` are the qualities that the engine has use for."""

    out: Rung
    into: Rung
    out_red: bool = False
    in_red: bool = True
    hurry: bool = False
    layers: frozenset[Pictures] = frozenset({"full"})


@dataclass(frozen=True, slots=True)
class Told:
    """What a person is told of how to send (``call:rung``)."""

    out: Rung
    into: Rung
    voice: Voice
    layers: tuple[Pictures, ...] = ("full",)
    stills: bool = False
    every_ms: int = EVERY_MS

    @classmethod
    def at(cls, rung: Rung) -> "Told":
        """The start of a call."""
        return cls(rung, rung, voice_of(rung), ("full",) if pictures_of(rung) != "none" else ())


def agree(lines: Mapping[UUID, Carries]) -> dict[UUID, Told]:
    return {peer: _told(mine, [line for other, line in lines.items() if other != peer]) for peer, mine in lines.items()}


def _told(mine: Carries, others: list[Carries]) -> Told:
    voice = voice_of(mine.out)
    for other in others:
        voice = for_receiver(voice, voice_of(other.into))
    out = mine.out
    if others and rank(out) < rank("voice"):
        best = others[0].into
        for other in others[1:]:
            best = better(best, other.into)
        out = worse(out, best if rank(best) < rank("voice") else "voice")
    moving = pictures_of(out) != "none"
    lean = rank(worse(mine.out, mine.into)) >= rank("voice-lean")
    return Told(
        out=out,
        into=mine.into,
        voice=Voice(voice.kbps, voice.ptime, mine.out_red, voice.dtx, voice.fec),
        layers=tuple(sorted(mine.layers - {"none"})) if moving else (),
        stills=any(worse(mine.out, other.into) == "stills" for other in others),
        every_ms=(LEAN_HURRY_MS if mine.hurry else LEAN_MS) if lean else HURRY_MS if mine.hurry else EVERY_MS,
    )


def shape_of(mine: Carries, told: Told) -> Shape:
    """What the engine is to do for the same person."""
    return Shape(
        pictures_in=pictures_of(mine.into),
        pictures_out=pictures_of(told.out),
        redundancy=mine.in_red,
        sparing=rank(worse(mine.out, mine.into)) >= rank("voice-lean"),
    )
