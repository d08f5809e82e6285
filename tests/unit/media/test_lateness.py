from hypothesis import given
from hypothesis import strategies as st

from server.media.lateness import PERIOD, ROUND, Lateness

CLOCK = 48_000


def hear(lateness: Lateness, begin: float, seconds: float, late: float, *, first: int = 0, jitter: float = 0.0) -> None:
    """A packet each 20 ms, ``late`` seconds; every third one ``jitter`` more."""
    for index in range(int(seconds * 50)):
        now = begin + index / 50
        took = late + (jitter if index % 3 else 0.0)
        lateness.heard((first + int(took * CLOCK)) % ROUND, CLOCK, now)


@given(first=st.integers(0, ROUND - 1), late=st.floats(0.05, 5))
def test_a_queue_is_told_in_seconds_wherever_the_clock_began(first: int, late: float) -> None:
    lateness = Lateness()
    hear(lateness, 0, 5, 0.0, first=first)
    hear(lateness, 5, 1, late, first=first)
    told = lateness.seconds(6.0)
    assert told is not None
    assert abs(told - late) < 0.001


def test_jitter_is_not_lateness() -> None:
    lateness = Lateness()
    hear(lateness, 0, 10, 0.0, jitter=0.8)
    assert lateness.seconds(10.0) == 0.0


def test_what_has_lasted_long_is_the_way_itself() -> None:
    """A longer way (another network), or a clock that drifts, is no queue."""
    lateness = Lateness()
    hear(lateness, 0, 5, 0.0)
    hear(lateness, 5, 3 * PERIOD, 0.4)
    assert lateness.seconds(5 + 3 * PERIOD) == 0.0


def test_silence_says_nothing() -> None:
    lateness = Lateness()
    assert lateness.seconds(1.0) is None
    hear(lateness, 0, 1, 0.0)
    assert lateness.seconds(1.5) == 0.0
    assert lateness.seconds(3.0) is None
