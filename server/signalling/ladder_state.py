"""What the ladder knows: samples and limits that come in, the state between them, the decision that goes out."""

from dataclasses import dataclass, replace
from typing import Literal

from server.media.engine import Path
from server.signalling.rungs import Rung, rank

WAIT, LONGEST_WAIT, LONGER = 10.0, 120.0, 1.5  # seconds after a failed climb; times this after each further one
NOTHING = (0.0, float("-inf"))  # proven, and never

Cause = Literal["weak", "better", "no_voice", "no_path", "path_web", "path_tcp"]


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at one direction. Shares are 0 to 1, rates bits/s on the wire, times seconds; None is unknown."""

    at: float
    path: Path
    loss: float | None = None  # of the voice before repair; None too when too few packets were due to tell
    rate: float | None = None  # that arrived
    room: float | None = None  # that the browser believes the line can take
    trip: float | None = None
    fps: float | None = None  # frames a second that were sent
    concealed: float | None = None  # of the voices, after repair
    span: float = 1.0  # the time that this sample is of
    gap: float = 0.0  # the longest time in it in which nothing at all came
    late: float | None = None  # that packets are later than the fastest: what they wait in queues
    offered: float | None = None  # the rate that was sent, where it is known
    blind: bool = False  # nobody has said lately what came: no news is not good news
    pictures: bool = False  # whether pictures move, or would
    sure: bool = True  # whether a collapse in this one sample can be believed


@dataclass(frozen=True, slots=True)
class Limits:
    """What the device can do."""

    stills: bool = False
    web: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """A climb that failed: not again before ``until``, nor for ``wait`` after it fails again."""

    until: float
    wait: float


@dataclass(frozen=True, slots=True)
class State:
    rung: Rung
    red: bool = False
    since: float = 0.0
    at: float | None = None  # of the last sample
    loss: float = 0.0  # smoothed
    fresh: bool = False  # whether that is of this rung alone
    rate: float = 0.0  # smoothed
    full: float = 0.0  # the rate that came when the line was full last, since the last climb
    full_at: float = float("-inf")  # when it was full last
    room: float | None = None  # in the sample before
    lossy_at: float = float("-inf")  # when there was loss last
    climbed: bool = False  # whether this rung was reached by a climb
    unproven: bool = False  # or by the fall from one that failed
    floor: float = 0.0  # what the line loses at any rate
    trips: tuple[float, float, float] | None = None  # shortest in the period before, in this one; when it began
    bad_since: float | None = None
    good_since: float | None = None
    hopeless_since: float | None = None
    doubted: bool = False  # the last sample was a collapse that was not sure
    trial_from: Rung | None = None
    red_from: tuple[float, float] | None = None  # redundancy on trial: since when, and the loss before
    bars: tuple[tuple[str, Bar], ...] = ()
    fell: tuple[Rung, float, float] | None = None  # by loss: from which rung, its loss, and the rate that arrived
    proven: tuple[float, float] = NOTHING  # the best rate that arrived with no more than the floor; when
    path: Path = "udp"
    pathless_since: float | None = None
    before: Rung | None = None  # the rung before the path was lost


@dataclass(frozen=True, slots=True)
class Decision:
    rung: Rung
    red: bool
    cause: Cause | None = None  # of a change, when there is one
    hurry: bool = False  # whether the next samples should come soon


def move(state: State, rung: Rung, at: float) -> State:
    """To ``rung``; what was proven of the line holds no longer when it is a worse one."""
    if rung == state.rung:
        return state
    return replace(
        state,
        rung=rung,
        since=at,
        fresh=False,
        climbed=rank(rung) < rank(state.rung),
        unproven=rank(rung) < rank(state.rung),
        proven=state.proven if rank(rung) < rank(state.rung) else NOTHING,
        full=0.0 if rank(rung) < min(rank(state.rung), rank("voice-lean")) else state.full,
        bad_since=None,
        good_since=None,
        trial_from=None,
        doubted=False,
        red_from=None,
    )


def bar(state: State, what: str, at: float, least: float = WAIT) -> State:
    bars = dict(state.bars)
    before = bars.get(what)
    wait = least if before is None else min(LONGEST_WAIT, before.wait * LONGER)
    bars[what] = Bar(at + wait, wait)
    return replace(state, bars=tuple(bars.items()))
