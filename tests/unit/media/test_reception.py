"""Numbering, loss and jitter of an incoming stream, against a plain model of RFC 3550 appendix A."""

from hypothesis import given
from hypothesis import strategies as st

from server.media.codecs import OPUS, VP8
from server.media.losses import REMEMBERED
from server.media.reception import FIRST_CYCLE, Reception


def test_numbers_run_on_across_the_wrap() -> None:
    stream = Reception(1, OPUS)
    numbers = [65533, 65534, 65535, 0, 1, 2]
    assert [stream.accept(number, 0.0) for number in numbers] == [FIRST_CYCLE + 65533 + i for i in range(6)]
    assert not stream.losses
    assert stream.report(0.0).highest_sequence == 65533 + 5


def test_a_packet_is_accepted_once() -> None:
    stream = Reception(1, OPUS)
    accepted = [stream.accept(number, 0.0) for number in [10, 11, 11, 13, 12, 12, 13, 10]]
    assert [ext - FIRST_CYCLE if ext > 0 else ext for ext in accepted] == [10, 11, -1, 13, 12, -1, -1, -1]


def test_nothing_from_before_the_first_packet_is_accepted() -> None:
    stream = Reception(1, OPUS)
    stream.accept(0, 0.0)
    assert stream.accept(65535, 0.0) == -1


def test_after_a_hole_too_large_to_repair_the_stream_goes_on() -> None:
    stream = Reception(1, VP8)
    stream.accept(0, 0.0)
    assert stream.accept(REMEMBERED + 1, 1.0) == FIRST_CYCLE + REMEMBERED + 1
    assert not stream.losses
    assert stream.accept(5, 1.0) == -1


@given(
    start=st.integers(0, 65535),
    fates=st.lists(
        st.sampled_from(["arrives", "arrives", "arrives", "lost", "twice", "late"]), min_size=1, max_size=300
    ),
)
def test_any_pattern_of_loss_repetition_and_delay(start: int, fates: list[str]) -> None:
    """Every packet that arrives is accepted exactly once and under its true number, as long as it is not late by more
    than what is remembered."""
    arrivals: list[int] = [0]
    held: list[int] = []
    for index, fate in enumerate(fates, start=1):
        if fate == "late":
            held.append(index)
        elif fate != "lost":
            arrivals += [index] * (2 if fate == "twice" else 1)
            arrivals += held
            held = []
    stream = Reception(1, VP8)
    accepted = [stream.accept((start + index) & 0xFFFF, 0.0) for index in arrivals]
    seen = [ext - FIRST_CYCLE - start for ext in accepted if ext >= 0]
    assert sorted(seen) == sorted(set(arrivals))
    block = stream.report(0.0)
    assert block.packets_lost == max(arrivals) - len(set(arrivals)) + 1
    assert block.highest_sequence == start + max(arrivals)


def test_the_report_counts_each_interval_apart() -> None:
    stream = Reception(7, OPUS)
    for number in range(100):
        if number % 4:
            stream.accept(number, 0.0)
    first = stream.report(0.0)
    assert (first.ssrc, first.packets_lost, first.fraction_lost) == (7, 24, 24 * 256 // 99)
    for number in range(100, 200):
        stream.accept(number, 0.0)
    second = stream.report(0.0)
    assert (second.packets_lost, second.fraction_lost) == (24, 0)
    assert stream.report(0.0).fraction_lost == 0  # nothing was expected since


def test_repairs_never_make_the_loss_negative() -> None:
    stream = Reception(7, VP8)
    for number in (0, 5, 1, 2, 3, 4):
        stream.accept(number, 0.0)
    block = stream.report(0.0)
    assert (block.packets_lost, block.fraction_lost) == (0, 0)


def test_the_report_echoes_the_sender_report_and_how_long_ago_it_came() -> None:
    stream = Reception(7, OPUS)
    stream.accept(1, 0.0)
    stream.last_sender_report = (0x1122334455667788, 4000, 10.0)
    block = stream.report(10.5)
    assert (block.lsr, block.dlsr) == (0x33445566, 32768)


def test_jitter_is_nought_for_an_even_stream_and_grows_with_unevenness() -> None:
    even, uneven = Reception(1, OPUS), Reception(2, OPUS)
    for index in range(200):
        even.timed(index * 960, index * 0.02)
        uneven.timed(index * 960, index * 0.02 + (0.005 if index % 2 else 0.0))
    even.accept(1, 0.0)
    uneven.accept(1, 0.0)
    assert even.report(4.0).jitter <= 1
    assert 200 <= uneven.report(4.0).jitter <= 250  # 5 ms at 48 kHz are 240


def test_jitter_survives_the_wrap_of_timestamps() -> None:
    stream = Reception(1, OPUS)
    for index in range(100):
        stream.timed((2**32 - 960 * 50 + index * 960) % 2**32, index * 0.02)
    stream.accept(1, 0.0)
    assert stream.report(2.0).jitter <= 1


@given(st.integers(0, 65535), st.integers(-30000, 30000))
def test_numbers_that_come_by_another_way_are_extended_to_the_nearest(highest: int, distance: int) -> None:
    stream = Reception(1, VP8)
    stream.accept(highest, 0.0)
    stream.highest += 0x30000
    assert stream.extend((stream.highest + distance) & 0xFFFF) == stream.highest + distance
