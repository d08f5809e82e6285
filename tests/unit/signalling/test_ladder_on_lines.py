"""The ladder on whole lines, in the loop with what it decides (``tests/support/line_model.py``): made, not recorded."""

from typing import Any

import pytest

from load_tests.netlab.link import Conditions
from server.signalling.rungs import Rung, rank
from tests.support.line_model import Model


def line(kbit: float, *, loss: float = 0.0, rtt_ms: float = 80, **more: Any) -> Conditions:
    return Conditions(rate=kbit * 1000, delay=rtt_ms / 2000, loss=loss, **more)


def changes_a_minute(model: Model, begin: float) -> float:
    rungs = [(change.at, change.rung) for change in model.changes]
    moved = [at for (at, rung), (_, before) in zip(rungs[1:], rungs, strict=False) if rung != before and at >= begin]
    return len(moved) / max(1.0, (model.now - begin) / 60)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_cliff_keeps_the_voice_and_video_is_back_soon_after(seed: int) -> None:
    model = Model(line(1000), seed=seed).run(20)
    assert model.rungs() == ["video"]
    model.change(line(24, rtt_ms=300))
    model.run(30)
    assert model.at(23) == "voice-lean"
    assert rank(model.rungs()[-1]) >= rank("voice")
    assert model.intelligible(23, 47) > 0.9
    model.change(line(1000))
    assert model.run(30).rungs()[-1] == "video"


@pytest.mark.parametrize("camera", [True, False])
def test_24_kbit_s_with_a_fifth_lost_is_a_lean_voice_sent_twice_and_never_more(camera: bool) -> None:
    model = Model(line(24, loss=0.2, rtt_ms=800), camera=camera).run(120)
    assert model.rungs() == ["video", "voice-lean"]
    assert model.red
    assert model.intelligible(20, 115) > 0.92


def test_16_kbit_s_with_little_lost_is_a_lean_voice_sent_once() -> None:
    model = Model(line(16, loss=0.05, rtt_ms=800), camera=False).run(120)
    assert (model.rungs()[-1], model.red) == ("voice-lean", False)
    assert model.intelligible(20, 115) > 0.88
    assert changes_a_minute(model, 10) <= 4


def test_16_kbit_s_with_a_fifth_lost_offers_notes_and_the_voice_goes_on() -> None:
    model = Model(line(16, loss=0.2, rtt_ms=800), camera=False).run(100)
    assert model.rungs()[-1] == "notes"
    assert (model.voice.kbps, model.voice.ptime, model.red) == (6, 60, False)
    assert model.intelligible(30, 95) > 0.7
    model.change(line(1000))
    assert model.run(60).rungs()[-1] == "video"  # nothing stuck


def test_bursts_on_a_narrow_line_are_answered_by_sending_twice() -> None:
    model = Model(line(32, loss=0.1, rtt_ms=300, burst=3), camera=False, seed=2).run(100)
    assert (model.rungs()[-1], model.red) == ("voice-lean", True)
    assert model.intelligible(15, 95) > 0.9


@pytest.mark.parametrize(
    "conditions",
    [line(2000), line(5000, loss=0.02, rtt_ms=40, jitter=0.03, burst=4), line(1000, loss=0.07)],
    ids=["clean", "wifi", "seven percent lost, and room for it"],
)
def test_what_a_line_can_carry_is_never_taken_away(conditions: Conditions) -> None:
    assert Model(conditions).run(90).rungs() == ["video"]


@pytest.mark.parametrize("hole", [0.5, 1.5, 2.5])
def test_holes_of_a_telephone_that_roams_change_nothing(hole: float) -> None:
    conditions = line(2000, jitter=0.01)
    model = Model(conditions)
    for _ in range(4):
        model.run(9.3)
        model.change(line(2000, cut=True))
        model.run(hole)
        model.change(conditions)
    assert model.run(5).rungs() == ["video"]


def test_a_voice_in_its_pauses_is_no_weak_line() -> None:
    assert Model(line(2000), talks=0.2, camera=False).run(90).rungs() == ["video"]


def test_a_narrow_line_is_tried_less_and_less() -> None:
    model = Model(line(90, rtt_ms=150)).run(240)
    assert rank(model.rungs()[-1]) >= rank("video-small")
    assert changes_a_minute(model, 120) <= 4


def test_more_room_carries_more() -> None:
    """Where lines of growing width spend most of their time."""

    def usual(kbit: float) -> int:
        model = Model(line(kbit)).run(100)
        return sorted(rank(model.at(when)) for when in range(40, 100))[30]

    widths = [usual(kbit) for kbit in (8, 20, 45, 250, 2000)]
    assert widths == sorted(widths, reverse=True)
    assert (widths[0], widths[-1]) == (rank("notes"), rank("video"))


def test_an_outage_of_twenty_seconds_brings_back_what_there_was() -> None:
    model = Model(line(2000)).run(20)
    model.change(line(2000, cut=True))
    model.run(20)
    model.change(line(2000))
    model.run(10)
    expected: list[Rung] = ["video", "voice-web", "text", "video"]
    assert model.rungs() == expected
