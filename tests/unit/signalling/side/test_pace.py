"""What goes when: nothing into a line that stands still, the newest afterwards, and never a growing delay."""

from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from server.signalling.side.heap import KEPT, Heap
from server.signalling.side.lateness import TOO_LATE, Lateness
from server.signalling.side.opus import duration
from server.signalling.side.window import LONG, SHORT, Window

LEA, JULIEN = UUID(int=1), UUID(int=2)
TWENTY_MS, SIXTY_MS = b"\xf8", b"\x18"


def test_numbers_run_from_one_in_a_byte() -> None:
    window = Window()
    numbers = []
    for _ in range(600):
        numbers.append(window.next(0.0))
        window.acknowledged(numbers[-1], 0.1)
    assert numbers[0] == 1
    assert {(later - earlier) % 256 for earlier, later in pairwise(numbers)} == {1}


def test_an_acknowledgement_is_for_all_before_it() -> None:
    window = Window()
    for at in (0.0, 0.1, 0.2):
        window.next(at)
    window.acknowledged(2, 0.9)
    assert (window.waiting, window.fastest) == (1, 0.8)


def test_what_was_never_sent_or_long_acknowledged_says_nothing() -> None:
    window = Window()
    for number in (0, 1, 200):
        window.acknowledged(number, 1.0)
    for at in (2.0, 2.0):
        window.next(at)
    for number in (0, 3, 255):
        window.acknowledged(number, 2.1)
    assert (window.waiting, window.fastest) == (2, None)
    window.acknowledged(2, 2.1)
    window.acknowledged(1, 9.0)
    assert window.waiting == 0
    assert abs((window.fastest or 0) - 0.1) < 1e-9


def test_it_stands_still_somewhat_beyond_the_usual_way() -> None:
    window = Window()
    assert not window.stalled(100.0)
    window.acknowledged(window.next(0.0), 0.8)
    window.next(10.0)
    assert [window.stalled(at) for at in (11.5, 11.7)] == [False, True]


def test_after_a_stall_one_thing_is_sent_at_a_time_until_one_is_quick() -> None:
    window = Window()
    window.acknowledged(window.next(0.0), 0.1)
    first, second = window.next(1.0), window.next(1.2)
    assert window.stalled(2.1)
    window.acknowledged(first, 2.2)
    assert window.stalled(2.2), "the second is young, but the line is full"
    window.acknowledged(second, 2.4)
    assert not window.stalled(2.4)
    slow = window.next(2.4)
    assert window.stalled(2.5)
    window.acknowledged(slow, 3.2)
    quick = window.next(3.2)
    window.acknowledged(quick, 3.4)
    window.next(3.4)
    assert not window.stalled(3.5)
    assert window.fastest is not None
    assert window.fastest < 0.2, "a full line is no farther away"


def test_it_does_not_believe_in_more_than_half_of_the_numbers() -> None:
    window = Window()
    for _ in range(128):
        window.next(0.0)
    assert window.stalled(0.0)


def test_messages_are_long_on_a_far_line_and_after_a_stall() -> None:
    window = Window()
    window.acknowledged(window.next(0.0), 0.05)
    assert window.batch(0.1) == SHORT
    window.next(1.0)
    assert window.stalled(3.0)
    window.acknowledged(2, 3.1)
    window.acknowledged(window.next(3.5), 3.6)
    assert window.batch(4.0) == LONG
    assert window.batch(20.0) == SHORT
    far = Window()
    far.acknowledged(far.next(0.0), 0.8)
    assert far.batch(1.0) == LONG


@given(st.lists(st.tuples(st.sampled_from("sa"), st.integers(0, 255)), max_size=300))
def test_a_client_that_lies_gains_nothing(acts: list[tuple[str, int]]) -> None:
    window = Window()
    for at, (act, number) in enumerate(acts):
        if act == "s" and not window.stalled(float(at) / 100):
            window.next(float(at) / 100)
        else:
            window.acknowledged(number, float(at) / 100)
        assert 0 <= window.waiting <= 128


def test_packets_that_follow_each_other_are_one_run() -> None:
    heap = Heap()
    heap.add(LEA, 0, SIXTY_MS)
    heap.add(JULIEN, 500, TWENTY_MS)
    heap.add(LEA, 2880, SIXTY_MS)
    heap.add(LEA, 9000, SIXTY_MS)
    heap.add(LEA, 9000 + 2880, b"")  # no packet
    runs = [(run.source, run.timestamp, len(run.packets)) for run in heap.take()]
    assert runs == [(LEA, 0, 2), (JULIEN, 500, 1), (LEA, 9000, 1)]
    assert not heap


def test_a_run_goes_on_over_the_end_of_its_clock() -> None:
    heap = Heap()
    heap.add(LEA, 2**32 - 960, TWENTY_MS)
    heap.add(LEA, 0, TWENTY_MS)
    assert [(run.timestamp, len(run.packets)) for run in heap.take()] == [(2**32 - 960, 2)]


@given(st.lists(st.tuples(st.sampled_from([LEA, JULIEN]), st.integers(0, 3)), max_size=200))
def test_of_each_voice_the_newest_is_kept(packets: list[tuple[UUID, int]]) -> None:
    heap = Heap()
    clocks = {LEA: 0, JULIEN: 0}
    for source, gap in packets:
        clocks[source] += gap * 960
        heap.add(source, clocks[source], TWENTY_MS + bytes([len(packets) & 0xFF]))
        clocks[source] += 960
    heap.trim()
    runs = heap.take()
    for source in clocks:
        kept = [(run.timestamp, run.samples) for run in runs if run.source == source]
        assert sum(samples for _, samples in kept) <= KEPT
        assert all(samples == sum(map(duration, run.packets)) for run in runs for samples in [run.samples])
        said = sum(1 for one, _ in packets if one == source)
        if said:
            assert kept[-1][0] + kept[-1][1] == clocks[source], "the newest is among it"
            assert sum(samples for _, samples in kept) == min(said * 960, KEPT // 960 * 960)


def test_a_voice_in_time_is_never_late() -> None:
    lateness = Lateness()
    assert [lateness.too_late(number * 2880, 5.0 + number * 0.06) for number in range(5_000)] == [False] * 5_000


def test_after_a_stall_only_what_was_held_for_too_long_is_late() -> None:
    lateness = Lateness()
    lateness.too_late(0, 0.0)
    late = [lateness.too_late(number * 2880, 1.26) for number in range(1, 21)]
    assert late == [1.26 - number * 0.06 > TOO_LATE + 1e-9 for number in range(1, 21)]
    assert late.count(True) == 10


def test_a_clock_that_drifts_is_followed() -> None:
    lateness = Lateness()
    late = [lateness.of(round(number * 2880 * 0.9999), number * 0.06) for number in range(60_000)]  # an hour
    assert max(late) < 0.1


def test_a_new_clock_is_a_new_voice() -> None:
    lateness = Lateness()
    lateness.of(0, 0.0)
    assert lateness.of(2**31 - 1, 1.0) == 0.0
