"""Token buckets: what they let through in any stretch of time, and what they remember."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.infra.limits import Buckets, Rate, TokenBucket, site_of
from server.kernel.clock import ManualClock


def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 22, tzinfo=UTC))


def test_a_burst_passes_and_the_next_waits_for_one_token() -> None:
    bucket = TokenBucket(2, 3, clock())
    assert [bucket.take() for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]


def test_a_refusal_takes_nothing() -> None:
    time = clock()
    bucket = TokenBucket(1, 2, time)
    assert bucket.take(2) == 0.0
    assert [bucket.take() for _ in range(100)] == [1.0] * 100
    time.advance(1)
    assert bucket.take() == 0.0


def test_what_is_told_to_wait_is_exactly_enough() -> None:
    time = clock()
    bucket = TokenBucket(3, 7, time)
    bucket.take(7)
    wait = bucket.take(5)
    time.advance(wait)
    assert bucket.take(5) == 0.0
    assert bucket.take(0.01) > 0


def test_a_full_bucket_does_not_overflow() -> None:
    time = clock()
    bucket = TokenBucket(10, 2, time)
    time.advance(1_000_000)
    assert [bucket.take() for _ in range(3)] == [0.0, 0.0, pytest.approx(0.1)]


def test_more_than_the_bucket_holds_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="can hold"):
        TokenBucket(1, 2, clock()).take(3)


@pytest.mark.parametrize(("per_second", "burst"), [(0, 1), (-1, 1), (1, 0), (1, 0.5), (float("nan"), 1)])
def test_a_rate_that_lets_nothing_through_is_a_mistake(per_second: float, burst: float) -> None:
    with pytest.raises(ValueError, match="lets at least one"):
        Rate(per_second, burst)


@given(
    rate=st.integers(1, 50),
    burst=st.integers(1, 20),
    steps=st.lists(st.tuples(st.floats(0, 3), st.integers(1, 3)), max_size=200),
)
def test_never_more_than_the_burst_and_the_rate_allow(rate: int, burst: int, steps: list[tuple[float, int]]) -> None:
    """In every stretch of time: at most ``burst + rate x length`` tokens. And waiting as told always helps."""
    time = clock()
    bucket = TokenBucket(rate, burst, time)
    taken: list[tuple[float, int]] = []
    for pause, wanted in steps:
        time.advance(pause)
        tokens = min(wanted, burst)
        wait = bucket.take(tokens)
        if wait:
            time.advance(wait)
            assert bucket.take(tokens) == 0.0
        taken.append((time.monotonic(), tokens))
    for start in range(len(taken)):
        total = 0
        for at, tokens in taken[start:]:
            total += tokens
            assert total <= burst + rate * (at - taken[start][0]) + 1e-6


def test_a_rate_can_be_multiplied() -> None:
    assert Rate(0.5, 3).times(10) == Rate(5, 30)


def test_buckets_of_different_keys_are_apart() -> None:
    buckets = Buckets(clock())
    rate = Rate(1, 1)
    assert [buckets.take(key, rate) for key in ("a", "b", "a", "b")] == [0.0, 0.0, 1.0, 1.0]


def test_full_buckets_are_forgotten_and_no_one_notices() -> None:
    time = clock()
    buckets = Buckets(time)
    buckets.take("quick", Rate(10, 1))
    buckets.take("slow", Rate(0.1, 1))
    time.advance(1)
    buckets.forget_full()
    assert len(buckets) == 1
    assert buckets.take("quick", Rate(10, 1)) == 0.0
    assert buckets.take("slow", Rate(0.1, 1)) == pytest.approx(9)


def test_made_up_keys_do_not_fill_the_memory() -> None:
    buckets = Buckets(clock(), max_keys=1_000)
    rate = Rate(1, 1)
    for key in range(50_000):
        assert buckets.take(key, rate) == 0.0
        assert len(buckets) <= 1_000
    assert buckets.take(49_999, rate) == 1.0


def test_a_refusal_of_an_unknown_key_is_not_remembered() -> None:
    buckets = Buckets(clock())
    with pytest.raises(ValueError, match="can hold"):
        buckets.take("a", Rate(1, 1), 2)
    assert len(buckets) == 0


@pytest.mark.parametrize(
    ("address", "site"),
    [("203.0.113.9", "203.0.113.9"), ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"), ("nonsense", "nonsense")],
)
def test_an_address_counts_with_its_household(address: str, site: str) -> None:
    assert site_of(address) == site
