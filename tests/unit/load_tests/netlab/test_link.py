"""The bad line's model: exact times at low rates, and losses as asked in the long run."""

from itertools import groupby
from random import Random

import pytest

from load_tests.netlab.link import Conditions, Link

PACKET = bytes(125)  # 1,000 bits: 50 ms at 20 kbit/s


def line(conditions: Conditions, seed: int = 1) -> Link:
    return Link(conditions, Random(seed))  # noqa: S311 - nothing here is secret


def all_arrivals(link: Link) -> list[tuple[float, bytes]]:
    """What comes out and when, for whoever looks as often as the link asks."""
    found = []
    while (at := link.next_at) is not None:
        found += [(round(at, 6), packet) for packet in link.due(at)]
    return found


def test_a_packet_takes_its_time_on_the_line_and_then_travels() -> None:
    link = line(Conditions(rate=20_000, delay=0.4))
    for number in range(3):
        link.offer(bytes([number]) * 125, now=10.0)
    assert all_arrivals(link) == [(10.45, b"\0" * 125), (10.5, b"\1" * 125), (10.55, b"\2" * 125)]


@pytest.mark.parametrize("rate", [16_000, 24_000])
def test_a_line_that_is_always_busy_carries_its_rate_exactly_whenever_one_looks(rate: int) -> None:
    link, now, bits = line(Conditions(rate=rate, queue=1.0)), 0.0, 0
    random = Random(7)  # noqa: S311
    while now < 100:
        link.offer(bytes(random.randrange(40, 300)), now)
        now += random.random() * 0.05
        bits += sum(len(packet) * 8 for packet in link.due(now))
    assert bits == pytest.approx(rate * now, abs=2 * 300 * 8)  # the packet on the line, and the wait for the first
    assert link.tally.overflowed > 0


def test_nothing_waits_longer_than_the_queue_is_deep() -> None:
    link = line(Conditions(rate=20_000, queue=0.5))
    for _ in range(100):
        link.offer(PACKET, now=0.0)
    arrivals = all_arrivals(link)
    assert arrivals[-1][0] == pytest.approx(0.55)  # half a second of waiting, and its own time
    assert (link.tally.passed, link.tally.overflowed) == (11, 89)


def test_a_line_without_a_rate_has_no_queue() -> None:
    link = line(Conditions(delay=0.1))
    for _ in range(1000):
        link.offer(PACKET, now=1.0)
    assert {at for at, _ in all_arrivals(link)} == {1.1}


def test_jitter_delays_and_never_reorders() -> None:
    link = line(Conditions(delay=0.05, jitter=0.02))
    for number in range(500):
        link.offer(number.to_bytes(2, "big"), now=number * 0.005)
    arrivals = all_arrivals(link)
    assert [int.from_bytes(packet, "big") for _, packet in arrivals] == list(range(500))
    delays = [at - number * 0.005 for number, (at, _) in enumerate(arrivals)]
    assert min(delays) >= 0.05 - 1e-6
    assert max(delays) > 0.08


@pytest.mark.parametrize(("loss", "burst"), [(0.2, 1), (0.1, 3), (0.05, 1), (0.3, 5)])
def test_losses_are_as_many_and_as_long_as_asked(loss: float, burst: float) -> None:
    link, fates = line(Conditions(loss=loss, burst=burst)), []
    for number in range(50_000):
        link.offer(PACKET, float(number))
        fates.append(bool(link.due(float(number))))
    lost = fates.count(False)
    assert lost == link.tally.lost
    assert lost / len(fates) == pytest.approx(loss, rel=0.1)
    lengths = [len(list(group)) for passed, group in groupby(fates) if not passed]
    expected = burst if burst > 1 else 1 / (1 - loss)
    assert sum(lengths) / len(lengths) == pytest.approx(expected, rel=0.1)


def test_lost_packets_took_their_time_on_the_line() -> None:
    link = line(Conditions(rate=20_000, loss=0.5))
    for _ in range(10):
        link.offer(PACKET, now=0.0)
    arrivals = all_arrivals(link)
    assert 0 < len(arrivals) < 10
    assert all(round(at / 0.05, 6).is_integer() for at, _ in arrivals)


def test_a_cut_loses_what_is_under_way_and_passes_nothing_until_it_ends() -> None:
    link = line(Conditions(rate=20_000, delay=0.4))
    for _ in range(3):
        link.offer(PACKET, now=0.0)
    link.change(Conditions(cut=True), now=0.06)
    link.offer(PACKET, now=0.1)
    assert all_arrivals(link) == []
    assert (link.tally.offered, link.tally.cut) == (4, 4)
    link.change(Conditions(rate=20_000, delay=0.4), now=20.0)
    link.offer(PACKET, now=20.0)
    assert all_arrivals(link) == [(20.45, PACKET)]


def test_at_a_cliff_what_waits_goes_on_at_the_new_rate_as_far_as_the_queue_holds_it() -> None:
    link = line(Conditions(rate=1_000_000, queue=1.0))
    for _ in range(500):
        link.offer(PACKET, now=0.0)  # half a second of it
    link.change(Conditions(rate=20_000, queue=1.0), now=0.0)
    arrivals = all_arrivals(link)
    assert arrivals[0][0] == pytest.approx(0.05)
    assert arrivals[-1][0] <= 1.05 + 1e-6
    assert link.tally.passed + link.tally.overflowed == 500


def test_the_tally_is_taken_once() -> None:
    link = line(Conditions())
    link.offer(PACKET, 0.0)
    link.due(0.0)
    assert link.tally.take() == {"offered": 1, "passed": 1, "bits": 1000, "lost": 0, "overflowed": 0, "cut": 0}
    assert set(link.tally.take().values()) == {0}


@pytest.mark.parametrize(
    "impossible",
    [{"rate": 0}, {"loss": 1.0}, {"loss": -0.1}, {"burst": 0.5}, {"delay": -1.0}, {"loss": 0.9, "burst": 2.0}],
)
def test_impossible_conditions_are_refused(impossible: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"rate|conditions|bursts"):
        Conditions(**impossible)  # type: ignore[arg-type]  # on purpose
