"""One stream out of many: no seam, no number twice, whatever is lost, late, left out or switched."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from server.media.codecs import OPUS, VP8
from server.media.reception import Reception
from server.media.rewrite import SEQUENCE_START, Rewriter

ONE, OTHER = Reception(1, VP8), Reception(2, VP8)


def send(
    rewriter: Rewriter, stream: Reception, numbers: Iterable[int], now: float = 0.0, step: int = 3000
) -> list[int]:
    """What numbers the packets go out under; -1 for those that do not."""
    out = []
    for number in numbers:
        if rewriter.stream is not stream:
            rewriter.switch(stream, number, number * step, now)
        sequence = rewriter.sequence(number)
        out.append(sequence)
        if sequence >= 0:
            rewriter.sent(sequence, number * step + rewriter.timestamp_offset & 0xFFFFFFFF, now)
    return out


def test_numbers_run_on_across_a_switch() -> None:
    rewriter = Rewriter(90000, sequence_start=100)
    assert send(rewriter, ONE, range(7000, 7003)) == [101, 102, 103]
    assert send(rewriter, OTHER, range(90, 93)) == [104, 105, 106]
    assert send(rewriter, ONE, [7010]) == [107]


def test_times_run_on_by_as_much_as_passed() -> None:
    rewriter = Rewriter(48000, sequence_start=0, timestamp_start=500)
    rewriter.switch(ONE, 10, 123_000, 1.0)
    assert 123_000 + rewriter.timestamp_offset & 0xFFFFFFFF == 500
    rewriter.sent(rewriter.sequence(10), 500, 1.0)
    rewriter.switch(OTHER, 5, 4_000_000_000, 1.5)
    assert 4_000_000_000 + rewriter.timestamp_offset & 0xFFFFFFFF == 500 + 24_000


def test_two_packets_of_one_instant_still_differ_in_time_after_a_switch() -> None:
    rewriter = Rewriter(48000, timestamp_start=500)
    rewriter.switch(ONE, 10, 0, 1.0)
    rewriter.sent(rewriter.sequence(10), 500, 1.0)
    rewriter.switch(OTHER, 10, 0, 1.0)
    assert rewriter.timestamp_offset == 501


def test_a_stream_that_was_only_interrupted_keeps_its_time_line() -> None:
    rewriter = Rewriter(48000, timestamp_start=0)
    assert rewriter.switch(ONE, 10, 0, 1.0)
    rewriter.sent(rewriter.sequence(10), 0, 1.0)
    assert not rewriter.switch(ONE, 400, 960 * 390, 8.8)
    assert rewriter.timestamp_offset == 0
    assert rewriter.sequence(400) == rewriter.last_sequence + 1
    assert rewriter.sequence(399) == -1  # said while nobody was to hear it


def test_what_is_older_than_the_switch_stays_behind() -> None:
    rewriter = Rewriter(90000, sequence_start=10)
    assert send(rewriter, ONE, [50, 49, 51, 48]) == [11, -1, 12, -1]


def test_what_is_left_out_leaves_no_gap() -> None:
    rewriter = Rewriter(90000, sequence_start=0)
    send(rewriter, ONE, [50, 51])
    assert rewriter.skip(52)
    assert rewriter.skip(53)
    assert send(rewriter, ONE, [54, 55]) == [3, 4]


def test_a_late_packet_from_before_what_was_left_out_goes_where_it_belongs() -> None:
    rewriter = Rewriter(90000, sequence_start=0)
    send(rewriter, ONE, [50])  # out as 1; 51 is late
    assert rewriter.skip(52)
    assert send(rewriter, ONE, [53, 51]) == [3, 2]


def test_it_is_too_late_to_leave_out_what_others_went_out_behind() -> None:
    rewriter = Rewriter(90000, sequence_start=0)
    send(rewriter, ONE, [50, 52])
    assert not rewriter.skip(51)
    assert send(rewriter, ONE, [51]) == [2]


def test_a_number_asked_for_again_is_found() -> None:
    rewriter = Rewriter(90000, sequence_start=65530)
    send(rewriter, ONE, [50, 51])
    rewriter.skip(52)
    send(rewriter, ONE, range(53, 63))
    assert rewriter.source_of(65531) == 50
    assert rewriter.source_of(65532) == 51
    assert rewriter.source_of(65533) == 53
    assert rewriter.source_of(6) == 62  # past the wrap
    assert rewriter.source_of(7) is None  # not sent yet
    assert rewriter.source_of(65000) is None  # of before the switch


def test_it_starts_in_the_lower_half() -> None:
    assert all(Rewriter(90000).last_sequence < SEQUENCE_START for _ in range(200))


Step = tuple[str, int]
steps = st.lists(
    st.tuples(
        st.sampled_from(["send", "send", "send", "lose", "skip", "delay", "release", "switch", "resume"]),
        st.integers(0, 2),
    ),
    max_size=120,
)


@given(steps)
def test_no_number_ever_carries_two_packets(plan: list[Step]) -> None:
    """The safety of AES-GCM stands on this. And: in order in is in order out, and every number can be traced back."""
    streams = [Reception(1, VP8), Reception(2, VP8), Reception(3, OPUS)]
    upcoming = [1 << 16] * 3
    rewriter = Rewriter(90000)
    carried: dict[int, tuple[int, int]] = {}
    delayed: list[tuple[int, int]] = []
    current = 0
    flowing = False

    def forward(which: int, number: int) -> None:
        nonlocal flowing
        if which != current:
            return
        if not flowing or rewriter.stream is not streams[which]:
            rewriter.switch(streams[which], number, number * 3000 & 0xFFFFFFFF, 0.0)
            flowing = True
        sequence = rewriter.sequence(number)
        if sequence < 0:
            return
        assert carried.setdefault(sequence, (which, number)) == (which, number)
        rewriter.sent(sequence, 0, 0.0)
        assert rewriter.source_of(sequence & 0xFFFF) == number

    sent_of_stream: list[int] = []
    for act, argument in plan:
        number = upcoming[current]
        if act == "send":
            upcoming[current] += 1
            forward(current, number)
            sent_of_stream.append(rewriter.last_sequence)
        elif act == "lose":
            upcoming[current] += 1
        elif act == "skip":
            upcoming[current] += 1
            if flowing and not rewriter.skip(number):
                forward(current, number)
        elif act == "delay":
            upcoming[current] += 1
            delayed.append((current, number))
        elif act == "release":
            for which, late in delayed[argument:]:
                forward(which, late)
            del delayed[argument:]
        elif act == "switch":
            current = argument
        elif act == "resume":
            flowing = False
    assert sent_of_stream == sorted(sent_of_stream)


@given(st.lists(st.booleans(), min_size=1, max_size=200), st.integers(0, 65535))
def test_without_loss_there_is_never_a_gap(left_out: list[bool], start: int) -> None:
    rewriter = Rewriter(90000)
    out = []
    for number, leave_out in enumerate(left_out, start=start + (1 << 16)):
        if rewriter.stream is None:
            rewriter.switch(ONE, number, 0, 0.0)
        if leave_out:
            assert rewriter.skip(number)
        else:
            out += send(rewriter, ONE, [number])
    assert out == list(range(out[0], out[0] + len(out))) if out else True
