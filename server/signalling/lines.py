"""What is known of one person's line, and what was decided from it: plain bookkeeping, filled by ``quality.py``."""

from dataclasses import dataclass, field
from typing import Final

from server.media.engine import Measured, Pictures, Shape
from server.signalling.rungs import Rung, Voice, voice_of

EVERY_MS: Final = 2_000  # between two samples of a client


@dataclass(frozen=True, slots=True)
class Told:
    """What a person was told last of how to send."""

    out: Rung
    into: Rung
    voice: Voice
    layers: tuple[Pictures, ...] = ("full",)
    stills: bool = False
    every_ms: int = EVERY_MS

    @classmethod
    def at(cls, rung: Rung) -> "Told":
        return cls(rung, rung, voice_of(rung))


@dataclass(slots=True, eq=False)
class Line:
    """``told`` to the person, ``shape`` to the engine. ``used`` and ``budget`` in bytes, None for no limit."""

    told: Told
    shape: Shape = field(default_factory=Shape)
    weak: bool = False
    budget: int | None = None
    used: int = 0
    measured: Measured | None = None
