"""Which rung one direction of one person's line can carry, from samples of it: a pure state machine.

Down fast, up carefully. A collapse goes straight to the leanest voice on one sample; lasting trouble goes down rung by
rung; a climb is a trial, undone by the first bad sample and then not repeated for 10 s, and longer each time. Loss that
stays when the rate falls is the line's own and no reason to go down: redundancy answers it (docs/ladder.md).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import exp
from typing import Final, Literal

from server.media.engine import Path
from server.signalling.rungs import RUNGS, Rung, better, rank, worse

# What a rung asks of the line, in bits/s on the wire, one voice and what wraps it included (MEDIA.md, "Low rates").
NEED: Final[dict[Rung, int]] = {
    "video": 200_000,
    "video-small": 110_000,
    "stills": 52_000,
    "voice": 28_000,
    "voice-lean": 14_000,
    "voice-web": 12_000,
    "notes": 0,
    "text": 0,
}
REDUNDANT: Final = 15_000  # bits/s more for a voice that carries each packet twice

COLLAPSE: Final = 0.40  # lost beyond what the line always loses: no voice can be understood
DRAINED: Final = 0.4  # of its usual rate arrives, and late: the line has narrowed, and its queue is about to lose
HIGH: Final = 0.15  # the same, when it lasts
HOLE: Final = 0.25  # seconds without a packet: a telephone that roams, a line that trickles
QUEUE: Final = 0.3  # seconds that packets wait in a line that is full
UNQUEUED: Final = 0.25  # the same, when nothing waits in queues: then a lower rate may not help
LOW: Final = 0.05  # below it a sample is good
SLOW: Final = 1.2  # seconds of round trip: no conversation with pictures
FEW_FRAMES: Final = 12  # a second: no lips to read (EN 301 549 asks for 20), and the rate is not there for them
MARGIN: Final = 1.1  # times what a rung needs is enough

LASTING: Final = 1.5  # seconds that trouble lasts before a step: two samples
SHOWN: Final = 1.5  # seconds, at the shortest round trip, until a step down shows
PROVED: Final = 3.5  # seconds of good samples before a climb: three samples or more
TRIAL: Final = 6.0  # seconds in which the first bad sample undoes a climb
FAILED: Final = 30.0  # seconds on a rung, below which a climb to it has failed after all
WAIT, LONGEST_WAIT, LONGER = 10.0, 120.0, 1.5  # seconds after a failed climb; times this after each further one
FORGIVEN: Final = 60.0  # seconds on a rung after which its failures are forgotten
SETTLED: Final = 4.0  # seconds on a rung after which its loss is its own
FRESH: Final = 2.5  # seconds on a rung after which samples are of it alone, at the shortest round trip
MEMORY, LONG_MEMORY = 3.0, 5.0  # seconds: of the smoothed loss; at the bottom, where packets are few
LOSSY: Final = 20.0  # seconds after loss in which a line is taken to lose at any rate
TRIPS: Final = 30.0  # seconds in which the shortest round trip is looked for

NO_PATH: Final = 12.0  # seconds without any path after which even the web socket is given up
HOPELESS: Final = 5.0  # seconds of a voice that cannot be understood before notes are offered, or text alone is left
REPAIRED: Final = 0.35  # lost at most, for a voice that carries each packet twice to be understood
UNREPAIRED: Final = 0.15  # and for one that does not
UNDERSTOOD: Final = 0.05  # less than that, and it can be again
GONE: Final = 0.55  # more: not even a word gets through

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
    room: float | None = None  # in the sample before
    lossy_at: float = float("-inf")  # when there was loss last
    climbed: bool = False  # whether this rung was reached by a climb
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
    proven: tuple[float, float] = (0.0, float("-inf"))  # the best rate that arrived with no more than the floor; when
    path: Path = "udp"
    pathless_since: float | None = None
    before: Rung | None = None  # the rung before the path was lost


@dataclass(frozen=True, slots=True)
class Decision:
    rung: Rung
    red: bool
    cause: Cause | None = None  # of a change, when there is one
    hurry: bool = False  # whether the next samples should come soon


def start(rung: Rung, at: float = 0.0) -> State:
    """The start of a call. ``voice-web``: the check before it found no other path."""
    if rung == "voice-web":
        return State(rung, since=at, path="none", pathless_since=at, before="voice")
    return State(better(rung, "voice-lean"), since=at)


def step(state: State, sample: Sample, limits: Limits) -> tuple[State, Decision]:
    """The state after ``sample``, and what to do now."""
    after, cause = _step(state, sample, limits)
    if after.rung == state.rung and cause != "path_tcp":
        cause = None
    hurry = after.trial_from is not None or after.bad_since is not None or sample.at - after.since < TRIAL
    return after, Decision(after.rung, after.red, cause, hurry)


def _step(state: State, sample: Sample, limits: Limits) -> tuple[State, Cause | None]:
    if sample.path in ("none", "web"):
        return _off_the_path(state, sample, limits)
    cause: Cause | None = None
    if state.pathless_since is not None:
        back = _move(state, state.before or "voice", sample.at)
        state = replace(back, pathless_since=None, before=None, trips=None, floor=0.0, loss=0.0)
        cause = "better"
    if sample.path != state.path:
        cause = "path_tcp" if sample.path == "tcp" else cause
    noted = _note(replace(state, path=sample.path), sample)
    moved, why = _judge(noted, sample, limits, collapsed=_collapsed(state, sample))
    return replace(moved, room=sample.room), why or cause


def _off_the_path(state: State, sample: Sample, limits: Limits) -> tuple[State, Cause | None]:
    """No UDP and no TCP: the web socket carries the voice, if it can, and the rung from before is kept in mind."""
    since = sample.at if state.pathless_since is None else state.pathless_since
    before = state.rung if state.pathless_since is None else state.before
    kept = replace(state, pathless_since=since, before=before, path=sample.path, at=sample.at)
    if sample.path == "web":
        stalled = (sample.concealed or 0.0) >= HIGH or (sample.trip or 0.0) > 4 * SLOW
        kept = _hopeless(kept, sample.at, stalled)
        lasting = kept.hopeless_since is not None and sample.at - kept.hopeless_since >= HOPELESS
        rung: Rung = "notes" if lasting else "voice-web"
        return _move(kept, rung, sample.at), "no_voice" if lasting else "path_web"
    lossy = rank(before or "voice") >= rank("voice-lean") and state.loss >= REPAIRED  # TCP gets nothing through there
    if limits.web and not lossy and sample.at - since < NO_PATH:
        return _move(kept, "voice-web", sample.at), "path_web"
    return _move(kept, "text", sample.at), "no_path"


def _note(state: State, sample: Sample) -> State:
    """What a sample says of the line, before anything is decided."""
    loss, fresh = state.loss, state.fresh
    if sample.loss is not None and not _is_gap(sample):
        if not fresh and sample.at - state.since >= FRESH + _shortest(state):
            loss, fresh = sample.loss, True
        else:
            passed = sample.at - state.at if state.at is not None else MEMORY
            memory = LONG_MEMORY if rank(state.rung) >= rank("voice-lean") else MEMORY
            loss += (sample.loss - loss) * (1 - exp(-max(passed, 0.2) / memory))
    trips = state.trips
    if sample.trip is not None:
        if trips is None:
            trips = (sample.trip, sample.trip, sample.at)
        elif sample.at - trips[2] > TRIPS:
            trips = (trips[1], sample.trip, sample.at)
        else:
            trips = (trips[0], min(trips[1], sample.trip), trips[2])
    floor = state.floor
    if loss < floor:
        floor = loss if loss < floor - LOW else floor + (loss - floor) / 16
    lossy_at = sample.at if loss >= HIGH / 2 and fresh else state.lossy_at
    proven = state.proven
    if sample.rate is not None and (sample.loss or 0.0) <= floor + LOW:
        surpassed = sample.rate >= proven[0] or sample.at - proven[1] > FORGIVEN
        proven = (sample.rate, sample.at) if surpassed else proven
    rate = state.rate
    if sample.rate is not None:
        rate = sample.rate if state.at is None else rate + (sample.rate - rate) / 3
    return replace(
        state,
        at=sample.at,
        loss=loss,
        fresh=fresh,
        rate=rate,
        lossy_at=lossy_at,
        trips=trips,
        floor=floor,
        proven=proven,
    )


def _judge(state: State, sample: Sample, limits: Limits, *, collapsed: bool) -> tuple[State, Cause | None]:
    at = sample.at
    if sample.blind and not collapsed:
        return state, None
    if _is_gap(sample):  # a roaming telephone, not a weak line: neither good nor bad
        return replace(state, bad_since=None, good_since=None, doubted=False), None
    state = _learn_floor(state, sample)
    shown = state.climbed or at - state.since >= SHOWN + _shortest(state)
    if collapsed and shown:
        sure = sample.sure or state.doubted or _queued(state, sample) > 2 * QUEUE
        if not sure:
            return replace(state, doubted=True, good_since=None), None
        if rank(state.rung) < rank("voice-lean"):
            return _fall(state, "voice-lean", sample), "weak"
    state = replace(state, doubted=False)
    if rank(state.rung) >= rank("voice-lean"):
        state, cause = _at_the_bottom(state, sample)
        if cause is not None or state.rung != "voice-lean":
            return state, cause
    else:
        state = _redundancy(state, sample)
    if rank(state.rung) < rank("voice-lean") and _is_bad(state, sample):
        since = at if state.bad_since is None else state.bad_since
        state = replace(state, bad_since=since, good_since=None)
        if state.trial_from is not None or at - since >= LASTING:
            return _down(state, sample, limits), "weak"
        return state, None
    state = replace(state, bad_since=None)
    if not _is_good(state, sample):
        return replace(state, good_since=None), None
    state = replace(state, good_since=at if state.good_since is None else state.good_since)
    if at - state.since >= TRIAL:
        state = replace(state, trial_from=None)
    if at - state.since >= FORGIVEN:
        state = _forgive(state)
    return _up(state, sample, limits)


def brace(state: State, at: float) -> State:
    """The other direction of this line has collapsed, and both are one line more often than not: pictures give way
    here too, so that what must be told gets through."""
    return _move(state, "voice-lean", at) if rank(state.rung) < rank("voice") else state


# What a sample is


def _is_gap(sample: Sample) -> bool:
    """Whether a hole in time explains what was lost: then what came before and after it came whole."""
    if sample.gap < HOLE or (sample.late or 0.0) > QUEUE:
        return False
    return (sample.loss or 0.0) <= sample.gap / max(sample.span, HOLE) + LOW


def _excess(state: State, sample: Sample) -> float:
    return max(0.0, (sample.loss or 0.0) - state.floor)


def _collapsed(state: State, sample: Sample) -> bool:
    """Whether the line has narrowed to a fraction, judged by what was usual before this sample."""
    if _excess(state, sample) >= COLLAPSE:
        return True
    if not sample.pictures or rank(state.rung) > rank("video-small"):
        return False
    if sample.rate is not None and sample.rate < DRAINED * state.rate and (sample.late or 0.0) > QUEUE:
        return True
    # A browser that feels its line narrow says so at once (REMB); one with little to measure always says little.
    fell = sample.room is not None and state.room is not None and sample.room < DRAINED * state.room
    return fell and sample.offered is not None and (sample.room or 0.0) < DRAINED * sample.offered


def _shortest(state: State) -> float:
    return min(state.trips[:2]) if state.trips is not None else 0.0


def _queued(state: State, sample: Sample) -> float:
    """Seconds that packets wait in queues now."""
    if sample.late is not None:
        return sample.late
    return (sample.trip or 0.0) - _shortest(state) if sample.trip is not None else 0.0


def _is_bad(state: State, sample: Sample) -> bool:
    queued = _queued(state, sample)
    if state.fresh or state.trial_from is not None:
        high = HIGH if queued > 0.1 or state.trial_from is not None else UNQUEUED
        if state.loss - state.floor >= high and _excess(state, sample) >= LOW:
            return True
    if queued > (QUEUE if state.trial_from is not None else max(0.5, _shortest(state))):
        return True
    if not sample.pictures or rank(state.rung) > rank("video-small"):
        return False
    if (sample.trip or 0.0) > SLOW or _hindered(state):
        return True
    stressed = state.loss >= 0.02 or queued > 0.15
    if stressed and state.fresh and sample.fps is not None and sample.fps < FEW_FRAMES:
        return True
    short = sample.room is not None and sample.room < MARGIN * NEED[state.rung]
    return stressed and short and (sample.rate is None or sample.rate < NEED[state.rung])


def _is_good(state: State, sample: Sample) -> bool:
    return max(_excess(state, sample), state.loss - state.floor) < LOW and _queued(state, sample) < max(
        0.3, _shortest(state) / 2
    )


def _learn_floor(state: State, sample: Sample) -> State:
    """After a step down: loss that has not gone with the rate is the line's own."""
    if not state.fresh or sample.at - state.since < SETTLED or sample.loss is None:
        return state
    if rank(state.rung) >= rank("voice-lean"):
        return replace(state, floor=state.loss)  # there is no lower rate to try
    if state.fell is not None:
        _, loss, rate = state.fell
        if state.loss >= 0.6 * loss:
            return replace(state, floor=min(state.loss, REPAIRED), fell=None, proven=(rate, sample.at))
        return replace(state, fell=None)
    return state


# Moving


def _move(state: State, rung: Rung, at: float) -> State:
    if rung == state.rung:
        return state
    return replace(
        state,
        rung=rung,
        since=at,
        fresh=False,
        climbed=rank(rung) < rank(state.rung),
        bad_since=None,
        good_since=None,
        trial_from=None,
        doubted=False,
        red_from=None,
    )


def _fall(state: State, rung: Rung, sample: Sample) -> State:
    """Down to ``rung``. A climb that has just failed is barred; a rung that was held long is not."""
    failed = state.climbed and sample.at - state.since < FAILED
    left = state.rung
    loss = max(state.loss, sample.loss or 0.0)
    fell = (left, loss, sample.rate or 0.0) if loss - state.floor >= HIGH else None
    moved = replace(_move(state, rung, sample.at), fell=fell, red=state.red and rank(rung) < rank("voice-lean"))
    return _bar(moved, left, sample.at) if failed else moved


def _down(state: State, sample: Sample, limits: Limits) -> State:
    lower = [rung for rung in _rungs(limits) if rank(rung) > rank(state.rung)]
    to = lower[0]
    if state.trial_from is not None:
        to = worse(to, state.trial_from)
    elif _excess(state, sample) >= 2 * HIGH and len(lower) > 1:
        to = lower[1]
    if not sample.pictures and rank(to) < rank("voice"):
        to = "voice"  # nothing but the voice moves: only a leaner one helps
    if to == state.rung:
        to = "voice-lean"
    return _fall(state, worse(to, lower[0]), sample)


def _up(state: State, sample: Sample, limits: Limits) -> tuple[State, Cause | None]:
    if state.good_since is None or sample.at - state.good_since < PROVED or state.rung == "video":
        return state, None
    for rung in _climbs(state, limits):
        bar = dict(state.bars).get(rung)
        if bar is not None and sample.at < bar.until:
            continue
        lossy = state.floor >= HIGH / 2
        if state.rung == "voice-lean":
            lossy = state.floor >= LOW or sample.at - state.lossy_at < LOSSY
        if lossy and not _ample(state, sample, rung):
            continue  # on a line that always loses, a trial costs what cannot be spared
        moved = replace(_move(state, rung, sample.at), trial_from=state.rung)
        return moved, "better"
    return state, None


def _climbs(state: State, limits: Limits) -> Iterator[Rung]:
    """Where to from here, the best first that makes sense to try."""
    above = [rung for rung in _rungs(limits) if rank(rung) < rank(state.rung)]
    if not above:
        return
    if rank(state.rung) <= rank("voice") and not _hindered(state) and "video-small" in above:
        yield "video-small"
    if not (_hindered(state) and rank(above[-1]) <= rank("video-small")):
        yield above[-1]


def _hindered(state: State) -> bool:
    """Whether pictures that move cannot be repaired in time."""
    lost = max(state.floor, state.loss if state.fresh else 0.0)
    return _shortest(state) > SLOW or (lost >= HIGH and _shortest(state) > SLOW / 3)


def _ample(state: State, sample: Sample, rung: Rung) -> bool:
    """Whether the line is known to have room for ``rung``."""
    need = NEED[rung] + (REDUNDANT if state.red or state.floor >= LOW else 0)
    rate, at = state.proven
    proven = rate if sample.at - at <= FORGIVEN else 0.0
    if rank(rung) <= rank("video-small") and sample.room is not None and sample.room < MARGIN * NEED[rung]:
        return False  # the browser would not send pictures worth looking at
    return proven > MARGIN * need


def _rungs(limits: Limits) -> list[Rung]:
    """The rungs that a line climbs by itself, best first."""
    return [rung for rung in RUNGS[: rank("voice-lean") + 1] if rung != "stills" or limits.stills]


# Redundancy, and the bottom


def _redundancy(state: State, sample: Sample) -> State:
    """Above the bottom there is room for it whenever the voice loses."""
    if state.red:
        return replace(state, red=state.loss >= 0.02)
    return replace(state, red=state.loss >= LOW and sample.loss is not None)


def _at_the_bottom(state: State, sample: Sample) -> tuple[State, Cause | None]:
    at = sample.at
    if sample.loss is None:
        return state, None
    if state.rung != "text":
        state = _try_redundancy(state, sample)
    bearable = REPAIRED if state.red else UNREPAIRED
    state = _hopeless(state, at, state.fresh and state.loss > bearable)
    lasting = state.hopeless_since is not None and at - state.hopeless_since >= HOPELESS
    if state.rung == "text":
        return (_move(state, "notes", at), "better") if state.loss < GONE - HIGH else (state, None)
    if state.loss >= GONE and lasting and at - state.since >= HOPELESS:
        return replace(_move(state, "text", at), red=False), "no_voice"
    if state.rung == "notes":
        if (
            state.hopeless_since is None
            and state.red_from is None
            and state.loss < bearable - UNDERSTOOD
            and at - state.since >= HOPELESS
        ):
            return _move(state, "voice-lean", at), "better"
        return state, None
    if lasting and state.red_from is None:
        return _move(state, "notes", at), "no_voice"
    return state, None


def _try_redundancy(state: State, sample: Sample) -> State:
    """Where each bit counts, carrying packets twice is a trial too: it may cost more packets than it saves."""
    at = sample.at
    if state.red_from is not None:
        began, before = state.red_from
        worse_by = state.loss - before
        queued = _queued(state, sample)
        full = queued > 2 * QUEUE or (worse_by > LOW and queued > QUEUE)
        if at - began >= SETTLED and (full or worse_by > 0.20):
            return _without_redundancy(state, at)
        return replace(state, red_from=None) if at - began >= 2 * SETTLED else state
    if state.red:
        if state.fresh and _queued(state, sample) > 2 * QUEUE and at - state.since >= 2 * SETTLED:
            return _without_redundancy(state, at)
        return replace(state, red=state.loss >= 0.02 or at - state.lossy_at < 2 * LOSSY)
    bar = dict(state.bars).get("red")
    settled = state.fresh and at - state.since >= 2 * SETTLED and _queued(state, sample) < QUEUE
    if settled and 0.08 <= state.loss <= 2 * HIGH and (bar is None or at >= bar.until):
        return replace(state, red=True, red_from=(at, state.loss))
    return state


def _without_redundancy(state: State, at: float) -> State:
    return _bar(replace(state, red=False, red_from=None, since=at, fresh=False), "red", at, least=6 * WAIT)


def _hopeless(state: State, at: float, hopeless: bool) -> State:
    if not hopeless:
        return replace(state, hopeless_since=None)
    return replace(state, hopeless_since=at if state.hopeless_since is None else state.hopeless_since)


def _bar(state: State, what: str, at: float, least: float = WAIT) -> State:
    bars = dict(state.bars)
    before = bars.get(what)
    wait = least if before is None else min(LONGEST_WAIT, before.wait * LONGER)
    bars[what] = Bar(at + wait, wait)
    return replace(state, bars=tuple(bars.items()))


def _forgive(state: State) -> State:
    """What failed before is no reason any more: the line has been good for long."""
    return replace(state, bars=tuple((what, bar) for what, bar in state.bars if what != state.rung))
