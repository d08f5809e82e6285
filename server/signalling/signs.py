"""What a sample says of a line, against what is known of it: pure judgements, none of which moves anything."""

from dataclasses import replace
from math import exp
from typing import Final

from server.signalling.ladder_state import Sample, State
from server.signalling.rungs import Rung, rank

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
MARGIN: Final = 1.1  # times what a rung needs is enough

REPAIRED: Final = 0.35  # lost at most, for a voice that carries each packet twice to be understood
OWN: Final = 0.2  # of loss at most is taken for the line's own above the bottom
COLLAPSE: Final = 0.40  # lost beyond what the line always loses: no voice can be understood
DRAINED: Final = 0.4  # of its usual rate arrives, and late: the line has narrowed, and its queue is about to lose
FELL: Final = 0.15  # of the browser's estimate is left at once; a busy device alone makes it a fifth
HIGH: Final = 0.15  # lost beyond that, when it lasts: too much
UNQUEUED: Final = 0.25  # the same, when nothing waits in queues: then a lower rate may not help
LOW: Final = 0.05  # below it a sample is good
HOLE: Final = 0.4  # seconds without a packet: a telephone that roams, or a line that trickles
QUEUE: Final = 0.3  # seconds that packets wait in a line that is full
SLOW: Final = 1.2  # seconds of round trip: no conversation with pictures
FEW_FRAMES: Final = 12  # a second: no lips to read (EN 301 549 asks for 20), and the rate is not there for them

SETTLED: Final = 4.0  # seconds on a rung after which its loss is its own
FRESH: Final = 2.5  # seconds on a rung after which samples are of it alone, at the shortest round trip
MEMORY, LONG_MEMORY = 3.0, 5.0  # seconds: of the smoothed loss; at the bottom, where packets are few
FULL_MEMORY: Final = 4.0  # seconds of being full: of the rate of a line that is
TRIPS: Final = 30.0  # seconds in which the shortest round trip is looked for
FORGIVEN: Final = 60.0  # seconds on a rung after which its failures are forgotten


def note(state: State, sample: Sample) -> State:
    """What a sample says of the line, before anything is decided."""
    loss, fresh = state.loss, state.fresh
    if sample.loss is not None and not is_hole(state, sample):
        if not fresh and sample.at - state.since >= FRESH + shortest_trip(state):
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
    rate, full, full_at = state.rate, state.full, state.full_at
    if sample.rate is not None:
        rate = sample.rate if state.at is None else rate + (sample.rate - rate) / 3
        passed = sample.at - state.at if state.at is not None else 0.0
        is_full = (sample.late or 0.0) > QUEUE or (sample.loss or 0.0) >= HIGH
        if is_full:  # the mean: what came in one second may have been sent in more
            full += (sample.rate - full) * (1 - exp(-max(passed, 0.2) / FULL_MEMORY) if full else 1.0)
            full_at = sample.at
    return replace(
        state,
        at=sample.at,
        loss=loss,
        fresh=fresh,
        rate=rate,
        full=full,
        full_at=full_at,
        lossy_at=lossy_at,
        trips=trips,
        floor=floor,
        proven=proven,
    )


def learn_floor(state: State, sample: Sample) -> State:
    """After a step down: loss that has not gone with the rate is the line's own."""
    if not state.fresh or sample.at - state.since < SETTLED or sample.loss is None:
        return state
    if rank(state.rung) >= rank("voice-lean"):
        return replace(state, floor=state.loss)  # there is no lower rate to try
    if state.fell is not None:
        _, loss, rate = state.fell
        if state.loss >= 0.6 * loss:
            return replace(state, floor=min(state.loss, OWN), fell=None, proven=(rate, sample.at))
        return replace(state, fell=None)
    return state


def is_hole(state: State, sample: Sample) -> bool:
    """Whether a hole in time explains what was lost: then what came before and after it came whole. Not at the bottom,
    where packets are so few that chance makes holes."""
    if rank(state.rung) >= rank("voice-lean") or sample.gap < HOLE or (sample.late or 0.0) > QUEUE:
        return False
    return (sample.loss or 0.0) <= sample.gap / max(sample.span, HOLE) + LOW


def excess(state: State, sample: Sample) -> float:
    return max(0.0, (sample.loss or 0.0) - state.floor)


def has_collapsed(state: State, sample: Sample) -> bool:
    """Whether the line has narrowed to a fraction, judged by what was usual before this sample."""
    if excess(state, sample) >= COLLAPSE:
        return True
    if not sample.pictures or rank(state.rung) > rank("video-small"):
        return False
    if sample.rate is not None and sample.rate < DRAINED * state.rate and (sample.late or 0.0) > QUEUE:
        return True
    # A browser that feels its line narrow says so at once (REMB); one with little to measure always says little.
    fell = sample.room is not None and state.room is not None and sample.room < FELL * state.room
    return fell and sample.offered is not None and (sample.room or 0.0) < DRAINED * sample.offered


def shortest_trip(state: State) -> float:
    return min(state.trips[:2]) if state.trips is not None else 0.0


def queue_of(state: State, sample: Sample) -> float:
    """Seconds that packets wait in queues now. A voice may also be late because its device was held up: lateness counts
    as far as the round trip, which follows slowly, agrees."""
    longer = sample.trip - shortest_trip(state) if sample.trip is not None else None
    if sample.late is None:
        return longer or 0.0
    return sample.late if longer is None else min(sample.late, 3 * longer)


def is_bad(state: State, sample: Sample) -> bool:
    queued = queue_of(state, sample)
    if state.fresh or state.trial_from is not None:
        high = HIGH if queued > 0.1 or state.trial_from is not None else UNQUEUED
        if state.loss - state.floor >= high and excess(state, sample) >= LOW:
            return True
    if queued > (QUEUE if state.trial_from is not None else max(0.5, shortest_trip(state))):
        return True
    if not sample.pictures or rank(state.rung) > rank("video-small"):
        return False
    if (sample.trip or 0.0) > SLOW or is_hindered(state):
        return True
    stressed = state.loss >= 0.02 or queued > 0.15
    if stressed and state.fresh and sample.fps is not None and sample.fps < FEW_FRAMES:
        return True
    short = sample.room is not None and sample.room < MARGIN * NEED[state.rung]
    return stressed and short and (sample.rate is None or sample.rate < NEED[state.rung])


def is_good(state: State, sample: Sample) -> bool:
    return max(excess(state, sample), state.loss - state.floor) < LOW and queue_of(state, sample) < max(
        0.3, shortest_trip(state) / 2
    )


def is_hindered(state: State) -> bool:
    """Whether pictures that move cannot be repaired in time."""
    lost = max(state.floor, state.loss if state.fresh else 0.0)
    return shortest_trip(state) > SLOW or (lost >= HIGH and shortest_trip(state) > SLOW / 3)


def has_room(state: State, sample: Sample, rung: Rung) -> bool:
    """Whether the line is known to have room for ``rung``."""
    need = NEED[rung] + (REDUNDANT if state.red or state.floor >= LOW else 0)
    rate, at = state.proven
    proven = rate if sample.at - at <= FORGIVEN else 0.0
    if rank(rung) <= rank("video-small") and sample.room is not None and sample.room < MARGIN * NEED[rung]:
        return False  # the browser would not send pictures worth looking at
    return proven > MARGIN * need
