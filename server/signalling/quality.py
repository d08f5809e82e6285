"""The quality of calls: samples of each line in, rungs out. ``ladder.py`` decides; this fetches and carries out."""

from msgspec import UnsetType

from server.kernel.clock import Clock
from server.media.engine import Measured, MediaEngine, Pictures
from server.signalling import wire
from server.signalling.lines import Line, Told
from server.signalling.parts import Part, Parts
from server.signalling.rules import first_rung
from server.signalling.telling import Telling


class Quality:
    def __init__(self, engine: MediaEngine, parts: Parts, tell: Telling, clock: Clock) -> None:
        self._engine = engine
        self._parts = parts
        self._tell = tell
        self._clock = clock

    def line(self, request: wire.Join) -> Line:
        """What is known of a line when its person comes."""
        caps = request.caps
        return Line(
            Told.at(first_rung(wants_pictures=caps.video, voice_only=request.voice_only, suggested=request.first))
        )

    def came(self, part: Part) -> None: ...

    def went(self, part: Part) -> None: ...

    def wished(self, part: Part, budget: int | UnsetType | None) -> None:
        if not isinstance(budget, UnsetType):
            part.line.budget = budget

    def reported(self, part: Part, numbers: wire.Numbers) -> None:
        part.line.used = numbers.used_kb * 1000

    def measured(self, part: Part, measured: Measured) -> None:
        part.line.measured = measured

    def wanted(self, part: Part, layers: frozenset[Pictures]) -> None: ...
