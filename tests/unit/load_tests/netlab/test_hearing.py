"""What was heard, and when: pieces from a page, put together; silences; words found again in a loop."""

import array
import base64
from random import Random

from load_tests.netlab.hearing import Hearing, first_voice, longest_silence, voiced
from load_tests.netlab.speech import FRAME, LOUD, RATE, loudness, offset


def piece(value: int, seconds: float) -> str:
    return base64.b64encode(array.array("h", [value] * round(seconds * RATE)).tobytes()).decode()


def test_pieces_stand_where_they_sounded_and_overlaps_add_up() -> None:
    hearing = Hearing(start=100.0)
    hearing.take("1", 101.0, piece(1000, 1))
    hearing.take("2", 101.5, piece(500, 1))
    hearing.take("1", 99.5, piece(7, 1))  # begins before the recording
    samples = hearing.samples(until=103.0)
    at = {second: samples[round(second * RATE)] for second in (0.25, 0.75, 1.25, 1.75, 2.25, 2.75)}
    assert at == {0.25: 7, 0.75: 0, 1.25: 1000, 1.75: 1500, 2.25: 500, 2.75: 0}
    assert len(samples) == 3 * RATE


def test_what_came_after_the_end_is_left_out_and_loud_sums_are_cut() -> None:
    hearing = Hearing(start=0.0)
    hearing.take("1", 0.5, piece(30_000, 1))
    hearing.take("2", 0.5, piece(30_000, 1))
    samples = hearing.samples(until=1.0)
    assert (len(samples), samples[0], samples[-1]) == (RATE, 0, 32_767)


def test_voices_and_silences() -> None:
    loud, quiet = [LOUD * 2] * RATE, [0] * RATE
    frames = voiced(array.array("h", [*loud, *quiet, *quiet, *loud]))
    assert frames == [True] * 50 + [False] * 100 + [True] * 50
    assert first_voice(frames, after=0.5) == 0
    assert first_voice(frames, after=1.5) == 1.5
    assert first_voice(frames[:140], after=1.5) is None
    assert longest_silence(frames, 0, 4) == 2
    assert longest_silence(frames, 2.5, 4) == 0.5


def test_a_click_is_no_voice() -> None:
    frames = [False] * 10 + [True] + [False] * 10 + [True] * 3
    assert first_voice(frames, after=0) == 0.42


def test_words_are_found_again_in_the_loop_that_they_come_from() -> None:
    lot = Random(3)  # noqa: S311 - nothing here is secret
    reference = [lot.uniform(0, 3000) for _ in range(650)]
    for start in (0, 17, 400, 640):
        heard = [0.6 * level + lot.uniform(0, 300) for level in (reference * 2)[start : start + 200]]
        assert offset(reference, heard) == start


def test_loudness_is_that_of_whole_frames() -> None:
    assert loudness([100] * FRAME + [-200] * FRAME + [5] * 10) == [100, 200]
