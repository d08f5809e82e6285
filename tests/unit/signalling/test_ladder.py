"""The ladder alone, sample by sample. What it does on whole lines is in ``test_ladder_on_lines.py``."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from server.signalling import ladder
from server.signalling.bottom import has_no_room
from server.signalling.ladder_state import Decision, Limits, Sample, State
from server.signalling.rungs import RUNGS, Rung, rank

LIMITS = Limits(stills=True, web=True)
CLEAN = Sample(0.0, "udp", loss=0.0, rate=250_000, trip=0.05, late=0.0, pictures=True)


def follow(state: State, samples: Iterable[Sample], limits: Limits = LIMITS) -> tuple[State, list[Decision]]:
    decisions = []
    for sample in samples:
        state, decision = ladder.step(state, sample, limits)
        decisions.append(decision)
    return state, decisions


def every_second(begin: int, seconds: int, **differs: Any) -> list[Sample]:
    return [replace(CLEAN, at=float(begin + second), **differs) for second in range(seconds)]


def rungs(decisions: Iterable[Decision]) -> list[Rung]:
    """One after the other, without repetitions."""
    found: list[Rung] = []
    for decision in decisions:
        if found[-1:] != [decision.rung]:
            found.append(decision.rung)
    return found


def settled(rung: Rung = "video") -> State:
    return follow(ladder.start(rung), every_second(0, 60))[0] if rung == "video" else ladder.start(rung)


def test_a_clean_line_stays_where_it_is_and_asks_for_nothing() -> None:
    _, decisions = follow(ladder.start("video"), every_second(0, 600))
    assert set(decisions[10:]) == {Decision("video", red=False)}


def test_a_collapse_goes_straight_to_the_leanest_voice_on_one_sample() -> None:
    _, decision = ladder.step(settled(), replace(CLEAN, at=61.0, loss=0.85, rate=24_000, gap=0.3, late=0.9), LIMITS)
    assert decision == Decision("voice-lean", red=True, cause="weak", hurry=True)


def test_a_line_that_drains_is_a_collapse_before_anything_is_lost() -> None:
    """As recorded: in the first second behind a queue nothing is missing yet, and almost nothing comes."""
    _, decision = ladder.step(settled(), replace(CLEAN, at=61.0, loss=0.0, rate=24_000, gap=0.4, late=0.8), LIMITS)
    assert (decision.rung, decision.cause) == ("voice-lean", "weak")


def test_a_picture_that_stands_still_is_no_collapse() -> None:
    state, decisions = follow(settled(), every_second(60, 60, rate=12_000))
    assert (rungs(decisions), state.rung) == (["video"], "video")


def test_an_estimate_that_falls_to_nothing_is_a_collapse_of_the_way_in() -> None:
    blind = replace(CLEAN, loss=None, rate=None, late=None, blind=True, offered=200_000.0)
    state, _ = follow(settled(), [replace(blind, at=61.0, room=300_000.0)])
    _, decision = ladder.step(state, replace(blind, at=62.0, room=6_500.0), LIMITS)
    assert (decision.rung, decision.cause) == ("voice-lean", "weak")


def test_an_estimate_that_was_always_small_is_none() -> None:
    """A browser that was sent little believes in little, and is not asked when more is sent (recorded)."""
    _, decisions = follow(settled(), every_second(60, 30, room=5_000.0, offered=150_000.0))
    assert rungs(decisions) == ["video"]


def test_a_client_that_was_held_up_is_believed_at_the_second_time() -> None:
    doubtful = replace(CLEAN, loss=0.7, late=None, sure=False)
    state, first = ladder.step(settled(), replace(doubtful, at=61.0), LIMITS)
    assert first.rung == "video"
    assert ladder.step(state, replace(doubtful, at=63.0), LIMITS)[1].rung == "voice-lean"
    assert ladder.step(state, replace(CLEAN, at=63.0), LIMITS)[1].rung == "video"


@pytest.mark.parametrize("hole", [0.5, 1.0, 1.5, 2.0])
def test_a_hole_of_a_roaming_telephone_changes_nothing(hole: float) -> None:
    samples = every_second(60, 30)
    for at in (3, 11, 19, 27):
        samples[at] = replace(samples[at], loss=min(0.95, hole), gap=hole, rate=80_000)
    _, decisions = follow(settled(), samples)
    assert rungs(decisions) == ["video"]


def test_spikes_of_jitter_change_nothing() -> None:
    samples = [replace(one, trip=1.5 if index % 5 == 0 else 0.05) for index, one in enumerate(every_second(60, 120))]
    assert rungs(follow(settled(), samples)[1]) == ["video"]


def test_a_muted_voice_says_nothing_and_changes_nothing() -> None:
    _, decisions = follow(settled(), every_second(60, 300, loss=None, rate=1_100, pictures=False))
    assert rungs(decisions) == ["video"]


def test_samples_that_come_once_a_minute_change_nothing_on_a_good_line() -> None:
    """A tab that is hidden."""
    samples = [replace(CLEAN, at=60.0 * minute, gap=0.1, span=60.0) for minute in range(1, 30)]
    assert rungs(follow(settled(), samples)[1]) == ["video"]


def test_no_news_is_no_good_news() -> None:
    lean = follow(settled(), [replace(CLEAN, at=61.0, loss=0.9, late=0.9)])[0]
    _, decisions = follow(lean, every_second(62, 60, blind=True, loss=None, rate=None, late=None))
    assert rungs(decisions) == ["voice-lean"]


def test_lasting_loss_goes_down_one_rung_and_stays_when_it_helps() -> None:
    state, decisions = follow(settled(), every_second(60, 10, loss=0.2, trip=0.4, late=0.4))
    assert rungs(decisions)[:2] == ["video", "video-small"]
    assert rank(state.rung) <= rank("stills")


def test_loss_that_stays_when_the_rate_falls_is_the_lines_own() -> None:
    """It answers with redundancy and goes no further down."""
    state, decisions = follow(settled(), every_second(60, 120, loss=0.18, trip=0.1, late=0.0, rate=220_000))
    assert rank(state.rung) <= rank("video-small")
    assert decisions[-1].red


def test_after_a_collapse_it_is_back_within_half_a_minute() -> None:
    lean = follow(settled(), [replace(CLEAN, at=61.0, loss=0.9, late=0.9)])[0]
    _, decisions = follow(lean, every_second(62, 30))
    assert rungs(decisions) == ["voice-lean", "voice", "video-small", "video"]


def test_a_climb_that_fails_is_undone_at_once_and_waited_for_longer_each_time() -> None:
    """A line on which small pictures are always too much, for ten minutes."""
    state, climbs = ladder.start("voice"), []
    for second in range(600):
        small = rank(state.rung) <= rank("video-small")
        sample = replace(CLEAN, at=float(second), loss=0.3 if small else 0.0, late=0.7 if small else 0.0, rate=60_000)
        before = state.rung
        state, decision = ladder.step(state, sample, Limits())
        if rank(decision.rung) < rank(before):
            climbs.append(second)
    waits = [later - earlier for earlier, later in pairwise(climbs)]
    assert waits == sorted(waits)
    assert (waits[0] >= 10, waits[-1] <= 130, len(climbs) <= 12) == (True, True, True)


def test_failures_are_forgotten_after_a_long_good_time() -> None:
    state = ladder.start("voice")
    for begin in range(0, 60, 20):  # three climbs fail
        state = follow(state, every_second(begin, 19))[0]
        state = follow(state, [replace(CLEAN, at=begin + 19.0, loss=0.5, late=0.9)])[0]
    assert state.bars
    state = follow(state, every_second(60, 400))[0]
    assert (state.rung, [bar for bar in state.bars if bar[0] == "video"]) == ("video", [])


def test_redundancy_at_the_bottom_is_a_trial() -> None:
    """It is tried when the loss lasts, and given up when it makes the line lose more."""
    state, decisions = follow(ladder.start("voice-lean"), every_second(0, 14, loss=0.15, rate=12_000))
    assert decisions[-1].red
    state, decisions = follow(state, every_second(14, 12, loss=0.4, rate=12_000))
    assert not decisions[-1].red
    state, decisions = follow(state, every_second(26, 45, loss=0.15, rate=12_000))
    assert not any(decision.red for decision in decisions)


def test_past_understanding_notes_are_offered_and_taken_back() -> None:
    state, down = follow(ladder.start("voice-lean"), every_second(0, 40, loss=0.45, rate=8_000))
    assert (rungs(down), down[-1].cause) == (["voice-lean", "notes"], None)
    state, gone = follow(state, every_second(40, 20, loss=0.75, rate=4_000))
    assert rungs(gone) == ["notes", "text"]
    _, up = follow(state, every_second(60, 40))
    assert rungs(up)[:4] == ["text", "notes", "voice-lean", "voice"]


def test_without_a_path_the_web_socket_is_tried_then_given_up_and_the_rung_comes_back_with_the_path() -> None:
    state, away = follow(settled(), [replace(CLEAN, at=60.0 + s, path="none", loss=None) for s in range(20)])
    assert rungs(away) == ["voice-web", "text"]
    assert [decision.cause for decision in away if decision.cause] == ["path_web", "no_path"]
    _, back = follow(state, every_second(80, 3))
    assert (back[0].rung, back[0].cause) == ("video", "better")


def test_without_the_means_for_the_web_socket_no_path_is_said() -> None:
    _, decision = ladder.step(settled(), replace(CLEAN, at=61.0, path="none"), Limits())
    assert (decision.rung, decision.cause) == ("text", "no_path")


def test_voices_over_the_web_socket_stay_there_while_it_is_the_path() -> None:
    web = replace(CLEAN, path="web", loss=None, trip=0.2, concealed=0.01)
    _, decisions = follow(settled(), [replace(web, at=60.0 + s) for s in range(60)])
    assert rungs(decisions) == ["voice-web"]
    _, stalls = follow(settled(), [replace(web, at=60.0 + s, concealed=0.4) for s in range(10)])
    assert rungs(stalls) == ["voice-web", "notes"]


def test_a_path_over_tcp_is_told_once_and_takes_nothing() -> None:
    _, decisions = follow(settled(), every_second(60, 30, path="tcp"))
    assert rungs(decisions) == ["video"]
    assert [decision.cause for decision in decisions if decision.cause] == ["path_tcp"]


def test_a_device_without_stills_has_no_such_rung() -> None:
    state, decisions = follow(settled(), every_second(60, 60, loss=0.3, late=0.8, trip=0.9), Limits())
    assert "stills" not in rungs(decisions)
    assert "stills" not in rungs(follow(state, every_second(120, 60), Limits())[1])


def test_the_other_direction_of_a_line_gives_way_with_it() -> None:
    out, _ = ladder.step(settled(), replace(CLEAN, at=61.0, loss=0.85, rate=24_000, late=0.9), LIMITS)
    braced = ladder.brace(settled(), out)
    assert (braced.rung, braced.red, braced.bars) == ("voice-lean", True, ())
    assert rungs(follow(braced, every_second(62, 30))[1])[-1] == "video"
    assert ladder.brace(ladder.start("notes"), out) == ladder.start("notes")


def test_the_other_direction_that_carries_pictures_again_is_reason_enough_to_climb() -> None:
    """After a cliff both ways are good again at the same moment; what was lost on the way in was lost below it."""

    def back_at_video(*, relieved: bool) -> float:
        into, _ = follow(ladder.start("voice-lean"), every_second(0, 30, loss=0.1, rate=13_000, pictures=False))
        out = ladder.start("voice-lean", at=30.0)
        for sample in every_second(30, 60):
            out, _ = ladder.step(out, sample, LIMITS)
            if relieved:
                into = ladder.relieve(into, out)
            rate = 13_000 if into.rung == "voice-lean" else 250_000
            into, _ = ladder.step(into, replace(sample, rate=rate), LIMITS)
            if into.rung == "video":
                return sample.at
        return float("inf")

    assert back_at_video(relieved=True) <= back_at_video(relieved=False) - 8


def test_the_other_direction_says_nothing_of_what_is_lost_since() -> None:
    into, _ = follow(ladder.start("voice-lean"), every_second(0, 30, loss=0.1, rate=13_000, pictures=False))
    assert ladder.relieve(into, ladder.start("video", at=10.0)) == into
    assert ladder.relieve(into, ladder.start("voice", at=40.0)) == into


def test_a_line_that_is_full_of_less_has_no_room_to_send_twice() -> None:
    narrow, _ = follow(ladder.start("voice-lean"), every_second(0, 20, rate=15_000, loss=0.06, late=0.9))
    assert has_no_room(narrow, 25.0)
    assert not has_no_room(narrow, 400.0)
    wider, _ = follow(ladder.start("voice-lean"), every_second(0, 20, rate=20_000, loss=0.2, late=0.9))
    drained, _ = follow(wider, every_second(20, 12, rate=13_000, loss=0.0))
    assert drained.full > 17_000  # it is remembered though it is not full any more
    climbed, _ = follow(drained, every_second(32, 60))
    assert climbed.full == 0


noise = st.builds(
    lambda loss, trip, late, gap: replace(CLEAN, loss=loss, trip=trip, late=late, gap=gap),
    st.one_of(st.none(), st.floats(0, 1)),
    st.one_of(st.none(), st.floats(0, 4)),
    st.one_of(st.none(), st.floats(0, 4)),
    st.floats(0, 2),
)


# Between two looks that say nothing of losses, one that says that two thirds are lost.
COMES_AND_GOES = [replace(CLEAN, loss=0.643, trip=0.3, late=0.1), replace(CLEAN, loss=None, trip=0.3, late=None)]


@settings(max_examples=40)
@given(pattern=st.lists(noise, min_size=1, max_size=6), first=st.sampled_from(RUNGS))
@example(pattern=COMES_AND_GOES, first="video")
def test_on_any_noise_that_repeats_changes_are_few_and_become_fewer(pattern: list[Sample], first: Rung) -> None:
    samples = [replace(pattern[second % len(pattern)], at=float(second)) for second in range(240)]
    _, decisions = follow(ladder.start(first), samples)
    changed = [a.rung != b.rung for a, b in pairwise(decisions)]
    for begin in (0, 60, 120):
        assert sum(changed[begin : begin + 60]) <= 20
    assert sum(changed[180:]) <= 12


@settings(max_examples=40)
@given(noisy=st.lists(noise, max_size=80), first=st.sampled_from(RUNGS))
def test_whatever_came_before_a_good_line_is_climbed_to_the_top(noisy: list[Sample], first: Rung) -> None:
    state, _ = follow(ladder.start(first), [replace(one, at=float(at)) for at, one in enumerate(noisy)])
    state, decisions = follow(state, every_second(len(noisy), 200))
    assert rungs(decisions[-30:]) == ["video"]


@settings(max_examples=60)
@given(
    loss=st.floats(0, 0.9), more=st.floats(0, 0.5), trip=st.floats(0.02, 1), longer=st.floats(0, 1), seconds=st.just(90)
)
def test_a_worse_line_never_carries_more(loss: float, more: float, trip: float, longer: float, seconds: int) -> None:
    """On steady lines that have not shown what they can carry, compared where each of them comes to rest."""

    def rest(**line: Any) -> int:
        _, decisions = follow(ladder.start("video"), every_second(0, seconds, rate=None, **line))
        return min(rank(decision.rung) for decision in decisions[-15:])

    assert rest(loss=loss, trip=trip) <= rest(loss=min(1.0, loss + more), trip=trip + longer)
