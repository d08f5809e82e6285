"""Which rung one direction of one person's line can carry, from samples of it: a pure state machine.

Down fast, up carefully. A collapse goes straight to the leanest voice on one sample; lasting trouble goes down rung by
rung; a climb is a trial, undone by the first bad sample and then not repeated for 10 s, and longer each time. Loss that
stays when the rate falls is the line's own and no reason to go down: redundancy answers it (docs/ladder.md).
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from server.signalling.bottom import HOPELESS, LOSSY, ROOM_FOR_ONCE, ROOM_FOR_TWICE, at_the_bottom, hopeless, redundancy
from server.signalling.ladder_state import WAIT, Cause, Decision, Limits, Sample, State, bar, move
from server.signalling.rungs import RUNGS, Rung, better, rank, worse
from server.signalling.signs import (
    FORGIVEN,
    HIGH,
    LOW,
    QUEUE,
    REPAIRED,
    SETTLED,
    SLOW,
    excess,
    has_collapsed,
    has_room,
    is_bad,
    is_good,
    is_hindered,
    is_hole,
    learn_floor,
    note,
    queue_of,
    shortest_trip,
)

LASTING: Final = 1.5  # seconds that trouble lasts before a step: two samples
SHOWN: Final = 1.5  # seconds, at the shortest round trip, until a step down shows
PROVED: Final = 3.0  # seconds of good samples before a climb: three samples or more
TRIAL: Final = 6.0  # seconds in which the first bad sample undoes a climb
FAILED: Final = 30.0  # seconds on a rung, below which a climb to it has failed after all
NO_PATH: Final = 12.0  # seconds without any path after which even the web socket is given up


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


def brace(state: State, other: State) -> State:
    """The ``other`` direction of this line has collapsed, and both are one line more often than not: pictures give way
    here too, so that what must be told gets through."""
    if rank(state.rung) >= rank("voice-lean"):
        return state
    return replace(move(state, "voice-lean", other.since), red=other.red)


def relieve(state: State, other: State) -> State:
    """The ``other`` direction of this line carries pictures again: what was lost here lately was lost on a worse line,
    and a climb need not wait until that is long ago."""
    if state.rung == "voice-lean" and rank(other.rung) <= rank("video-small") and other.since > state.lossy_at:
        return replace(state, lossy_at=float("-inf"))
    return state


def _step(state: State, sample: Sample, limits: Limits) -> tuple[State, Cause | None]:
    if sample.path in ("none", "web"):
        return _off_the_path(state, sample, limits)
    cause: Cause | None = None
    if state.pathless_since is not None:
        back = move(state, state.before or "voice", sample.at)
        state = replace(back, pathless_since=None, before=None, trips=None, floor=0.0, loss=0.0)
        cause = "better"
    if sample.path != state.path:
        cause = "path_tcp" if sample.path == "tcp" else cause
    noted = note(replace(state, path=sample.path), sample)
    moved, why = _judge(noted, sample, limits, collapsed=has_collapsed(state, sample))
    return replace(moved, room=sample.room), why or cause


def _off_the_path(state: State, sample: Sample, limits: Limits) -> tuple[State, Cause | None]:
    """No UDP and no TCP: the web socket carries the voice, if it can, and the rung from before is kept in mind."""
    since = sample.at if state.pathless_since is None else state.pathless_since
    before = state.rung if state.pathless_since is None else state.before
    kept = replace(state, pathless_since=since, before=before, path=sample.path, at=sample.at)
    if sample.path == "web":
        stalled = (sample.concealed or 0.0) >= HIGH or (sample.trip or 0.0) > 4 * SLOW
        kept = hopeless(kept, sample.at, stalled)
        lasting = kept.hopeless_since is not None and sample.at - kept.hopeless_since >= HOPELESS
        rung: Rung = "notes" if lasting else "voice-web"
        return move(kept, rung, sample.at), "no_voice" if lasting else "path_web"
    lossy = rank(before or "voice") >= rank("voice-lean") and state.loss >= REPAIRED  # TCP gets nothing through there
    if limits.web and not lossy and sample.at - since < NO_PATH:
        return move(kept, "voice-web", sample.at), "path_web"
    return move(kept, "text", sample.at), "no_path"


def _judge(state: State, sample: Sample, limits: Limits, *, collapsed: bool) -> tuple[State, Cause | None]:
    at = sample.at
    if sample.blind and not collapsed:
        return state, None
    if is_hole(state, sample):  # a roaming telephone, not a weak line: neither good nor bad
        return replace(state, bad_since=None, good_since=None, doubted=False), None
    state = learn_floor(state, sample)
    shown = state.climbed or at - state.since >= SHOWN + shortest_trip(state)
    if collapsed and shown:
        sure = sample.sure or state.doubted or queue_of(state, sample) > 2 * QUEUE
        if not sure:
            return replace(state, doubted=True, good_since=None), None
        if rank(state.rung) < rank("voice-lean"):
            return _fall(state, "voice-lean", sample), "weak"
    state = replace(state, doubted=False)
    if rank(state.rung) >= rank("voice-lean"):
        state, cause = at_the_bottom(state, sample)
        if cause is not None or state.rung != "voice-lean":
            return state, cause
    else:
        state = redundancy(state, sample)
    if rank(state.rung) < rank("voice-lean") and is_bad(state, sample):
        since = at if state.bad_since is None else state.bad_since
        state = replace(state, bad_since=since, good_since=None)
        if state.trial_from is not None or at - since >= LASTING:
            return _down(state, sample, limits), "weak"
        return state, None
    state = replace(state, bad_since=None)
    if not is_good(state, sample):
        return replace(state, good_since=None), None
    state = replace(state, good_since=at if state.good_since is None else state.good_since)
    if at - state.since >= TRIAL:
        state = replace(state, trial_from=None)
    if at - state.since >= FORGIVEN:
        state = _forgive(state)
    return _up(state, sample, limits)


# Moving


def _fall(state: State, rung: Rung, sample: Sample) -> State:
    """Down to ``rung``. A climb that has just failed is barred; a rung that was held long is not."""
    failed = state.unproven and sample.at - state.since < FAILED
    left = state.rung
    loss = max(state.loss, sample.loss or 0.0)
    fell = (left, loss, sample.rate or 0.0) if loss - state.floor >= HIGH else None
    # A line that fell showed what it can carry, and what is told in one word gets through sooner than in two.
    red = state.full >= ROOM_FOR_TWICE if rank(rung) >= rank("voice-lean") else state.red
    moved = replace(move(state, rung, sample.at), fell=fell, red=red, unproven=failed)
    if not red and sample.rate is not None and rank(rung) >= rank("voice-lean"):
        moved = bar(moved, "red", sample.at, least=(2 if state.full >= ROOM_FOR_ONCE else 6) * WAIT)
    return bar(moved, left, sample.at) if failed else moved


def _down(state: State, sample: Sample, limits: Limits) -> State:
    lower = [rung for rung in _rungs(limits) if rank(rung) > rank(state.rung)]
    to = lower[0]
    if state.trial_from is not None:
        to = worse(to, state.trial_from)
    elif excess(state, sample) >= 2 * HIGH and len(lower) > 1:
        to = lower[1]
    if not sample.pictures and rank(to) < rank("voice"):
        to = "voice"  # nothing but the voice moves: only a leaner one helps
    if to == state.rung:
        to = "voice-lean"
    return _fall(state, worse(to, lower[0]), sample)


def _up(state: State, sample: Sample, limits: Limits) -> tuple[State, Cause | None]:
    if not state.climbed and sample.at - state.since < SETTLED + shortest_trip(state):
        return state, None  # what was lost above may still be on its way
    if state.good_since is None or sample.at - state.good_since < PROVED or state.rung == "video":
        return state, None
    for rung in _climbs(state, limits):
        bar = dict(state.bars).get(rung)
        if bar is not None and sample.at < bar.until:
            continue
        lossy = state.floor >= HIGH / 2
        if state.rung == "voice-lean":
            lossy = state.floor >= LOW or sample.at - state.lossy_at < LOSSY
        if lossy and not has_room(state, sample, rung):
            continue  # on a line that always loses, a trial costs what cannot be spared
        moved = replace(move(state, rung, sample.at), trial_from=state.rung)
        return moved, "better"
    return state, None


def _climbs(state: State, limits: Limits) -> Iterator[Rung]:
    """Where to from here, the best first that makes sense to try."""
    above = [rung for rung in _rungs(limits) if rank(rung) < rank(state.rung)]
    if not above:
        return
    if rank(state.rung) <= rank("voice") and not is_hindered(state) and "video-small" in above:
        yield "video-small"
    if not (is_hindered(state) and rank(above[-1]) <= rank("video-small")):
        yield above[-1]


def _rungs(limits: Limits) -> list[Rung]:
    """The rungs that a line climbs by itself, best first."""
    return [rung for rung in RUNGS[: rank("voice-lean") + 1] if rung != "stills" or limits.stills]


def _forgive(state: State) -> State:
    """What failed before is no reason any more: the line has been good for long."""
    return replace(state, bars=tuple((what, bar) for what, bar in state.bars if what != state.rung))
