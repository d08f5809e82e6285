"""What is known of one person's line, and what was decided from it: plain bookkeeping, filled by ``quality.py``."""

from dataclasses import dataclass, field

from server.media.engine import Measured, Pictures, Shape
from server.signalling.agreement import Carries, Told
from server.signalling.budget import CEILING, Spent
from server.signalling.ladder_state import Limits, State
from server.signalling.rungs import Rung, rank, worse
from server.signalling.samples import Numbers, Tally


@dataclass(slots=True, eq=False)
class Line:
    """``out`` and ``into`` are the ladder's; ``told`` to the person, ``shape`` to the engine. ``ceiling``: what the
    device can show. ``counted``: bytes that passed the server; ``budget`` in bytes, None for no limit."""

    out: State
    into: State
    limits: Limits
    ceiling: Rung
    told: Told
    shape: Shape = field(default_factory=Shape)
    layers: frozenset[Pictures] = frozenset({"full"})
    hurry: bool = False
    weak: bool = False
    pinned: bool = False
    heard_from: bool = False  # whether media ever flowed
    came_at: float = 0.0
    measured: Measured | None = None
    tally: Tally = field(default_factory=Tally)
    measured_at: float = float("-inf")
    span: float = 1.0  # seconds that it is of
    numbers: Numbers | None = None
    numbers_at: float = float("-inf")
    said: int | None = None  # bytes used, by the client
    counted: float = 0.0
    budget: int | None = None
    spent: Spent = "none"

    def carries(self) -> Carries:
        """What the line carries, within what the person and their budget allow."""
        top = worse(CEILING[self.spent], worse(self.ceiling, "voice" if self.pinned else "video"))
        into = worse(self.into.rung, top)
        return Carries(
            out=worse(self.out.rung, top),
            into=into,
            out_red=self.out.red,
            in_red=self.into.red or rank(into) < rank("voice-lean"),
            hurry=self.hurry,
            layers=self.layers,
        )

    def is_weak(self) -> bool:
        """Whether the line itself, not a wish, holds a rung down."""
        return self.out.rung != "video" or self.into.rung != "video"
