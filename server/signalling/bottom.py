"""The last rungs, where each bit counts: is each packet sent twice, and can the voice still be understood? Pure."""

from dataclasses import replace
from typing import Final

from server.signalling.ladder_state import WAIT, Cause, Sample, State, bar, move
from server.signalling.signs import HIGH, LOW, QUEUE, REPAIRED, SETTLED, queue_of

LOSSY: Final = 20.0  # seconds after loss in which a line is taken to lose at any rate
HOPELESS: Final = 5.0  # seconds of a voice that cannot be understood before notes are offered, or text alone is left
ROOM_FOR_TWICE: Final = 17_000  # bits/s that came while the line was full: enough for the leanest voice sent twice
ROOM_FOR_ONCE: Final = 13_500  # less: surely not enough
FULL_LATELY: Final = 300.0  # seconds; a climb is sooner proof of the contrary
FULL: Final = 2.0  # seconds in which packets wait, after which sending twice was too much
UNREPAIRED: Final = 0.15  # and for one that does not
UNDERSTOOD: Final = 0.05  # less than that, and it can be again
GONE: Final = 0.55  # more: not even a word gets through


def redundancy(state: State, sample: Sample) -> State:
    """Above the bottom there is room for it whenever the voice loses."""
    if state.red:
        return replace(state, red=state.loss >= 0.02)
    return replace(state, red=state.loss >= LOW and sample.loss is not None)


def at_the_bottom(state: State, sample: Sample) -> tuple[State, Cause | None]:
    at = sample.at
    if sample.loss is None:
        return state, None
    if state.rung != "text":
        state = _try_redundancy(state, sample)
    bearable = REPAIRED if state.red else UNREPAIRED
    state = hopeless(state, at, state.fresh and state.loss > bearable)
    lasting = state.hopeless_since is not None and at - state.hopeless_since >= HOPELESS
    if state.rung == "text":
        if state.loss >= GONE - HIGH:
            return state, None
        return replace(move(state, "notes", at), red=state.full >= ROOM_FOR_TWICE), "better"
    if state.loss >= GONE and lasting and at - state.since >= 2 * HOPELESS:
        return replace(move(state, "text", at), red=False), "no_voice"
    if state.rung == "notes":
        settled = state.hopeless_since is None and state.red_from is None and at - state.since >= HOPELESS
        if settled and state.loss < bearable - UNDERSTOOD:
            return move(state, "voice-lean", at), "better"
        return state, None
    if lasting and state.red_from is None:
        return move(state, "notes", at), "no_voice"
    return state, None


def _try_redundancy(state: State, sample: Sample) -> State:
    """Where each bit counts, carrying packets twice is a trial too: it may cost more packets than it saves."""
    at = sample.at
    # The round trip alone is smoothed and slow to tell: it grows for long after a fall.
    waits = queue_of(state, sample) if sample.late is not None else 0.0
    full = waits > 2 * QUEUE
    state = replace(state, bad_since=(at if state.bad_since is None else state.bad_since) if full else None)
    if state.red and state.bad_since is not None and at - max(state.bad_since, state.since + SETTLED) >= FULL:
        return _without_redundancy(state, at)
    if state.red_from is not None:
        began, before = state.red_from
        worse_by = state.loss - before
        if at - began >= SETTLED and (worse_by > 0.12 or (worse_by > LOW and waits > QUEUE)):
            return _without_redundancy(state, at)
        return replace(state, red_from=None) if at - began >= 3 * SETTLED else state
    if state.red:
        return replace(state, red=state.loss >= 0.02 or at - max(state.lossy_at, state.since) < 2 * LOSSY)
    barred = dict(state.bars).get("red")
    settled = state.fresh and at - state.since >= 2 * SETTLED and waits < QUEUE
    if settled and 0.08 <= state.loss <= 2 * HIGH and (barred is None or at >= barred.until):
        return replace(state, red=True, red_from=(at, state.loss))
    return state


def _without_redundancy(state: State, at: float) -> State:
    # A line that carried enough for it while it was full was full of something else.
    least = WAIT if state.full >= ROOM_FOR_TWICE else 6 * WAIT
    return bar(replace(state, red=False, red_from=None, since=at, fresh=False), "red", at, least=least)


def hopeless(state: State, at: float, bad: bool) -> State:
    """Remembers since when the voice has been ``bad``."""
    if not bad:
        return replace(state, hopeless_since=None)
    return replace(state, hopeless_since=at if state.hopeless_since is None else state.hopeless_since)


def has_no_room(state: State, at: float) -> bool:
    """Whether sending twice was too much for this line lately, or must be: it is full of less."""
    if state.red:
        return False
    barred = dict(state.bars).get("red")
    if barred is not None and at < barred.until:
        return True
    return at - state.full_at < FULL_LATELY and state.full < ROOM_FOR_TWICE
