"""The ladder on what real browsers on shaped lines told (recorded: ``python -m load_tests.netlab.traces``).

The recordings do not obey what is decided here: while a line is bad, the browsers go on sending what they sent.
"""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from server.media.engine import Measured
from server.signalling import ladder
from server.signalling.ladder_state import Limits, State
from server.signalling.rungs import Rung, rank
from server.signalling.samples import Company, Tally, in_sample, out_sample, sent_sample, upstream_loss
from server.signalling.wire import Numbers

TRACES = Path(__file__).parent / "traces"
LIMITS = Limits(stills=True, web=True)
FRESH = 5.0  # seconds


class Replay:
    """One person of a recording. ``rungs``: (when, out, in), after each sample."""

    def __init__(self, trace: dict[str, Any], name: str) -> None:
        person, other = trace["people"][name], trace["people"]["near" if name == "far" else "far"]
        self.out: State = ladder.start("video")
        self.into: State = ladder.start("video")
        self.rungs: list[tuple[float, Rung, Rung]] = []
        others = [(line["at"], measured_of(line)) for line in other["measured"]]
        events: list[tuple[float, int, Measured | Numbers]] = [
            (line["at"], 0, measured_of(line)) for line in person["measured"]
        ]
        events += [(line["at"], 1, msgspec.convert(line["n"], Numbers)) for line in person["reports"]]
        heard: Measured | None = None
        numbers: tuple[float, Numbers] | None = None
        tally, before = Tally(), 0.0
        for at, _, told in sorted(events, key=lambda event: event[:2]):
            known = [measured for when, measured in others if when <= at][-1:]
            lost = upstream_loss([(one.voices or 100, one.out_loss, False) for one in known])
            company = Company(voices=None, lost=lost, pictures=True)
            if isinstance(told, Measured):
                fresh = numbers if numbers is not None and at - numbers[0] < FRESH else None
                sample = out_sample(at, at - before, told, tally, fresh[1] if fresh else None, pictures=True)
                self.out, decision = ladder.step(self.out, sample, LIMITS)
                if decision.cause == "weak" and rank(self.out.rung) >= rank("voice-lean"):
                    self.into = ladder.brace(self.into, self.out)
                reported = fresh is None and heard is not None and told.round_trip != heard.round_trip
                blind = sent_sample(at, told, company, pictures=True, reported=reported)
                self.into, _ = ladder.step(self.into, blind, LIMITS)
                heard, before = told, at
            elif heard is not None:
                numbers = (at, told)
                self.into, _ = ladder.step(self.into, in_sample(at, heard, told, company, pictures=True), LIMITS)
            self.rungs.append((at, self.out.rung, self.into.rung))

    def between(self, begin: float, end: float) -> set[tuple[Rung, Rung]]:
        return {(out, into) for at, out, into in self.rungs if begin <= at < end}


def measured_of(line: dict[str, Any]) -> Measured:
    return Measured(**{name: value for name, value in line.items() if name != "at"})


def trace(name: str) -> dict[str, Any]:
    return json.loads((TRACES / f"{name}.json").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", ["good", "wifi"])
@pytest.mark.parametrize("person", ["far", "near"])
def test_no_alarm_on_a_line_that_carries_video(name: str, person: str) -> None:
    assert Replay(trace(name), person).between(0, 1000) == {("video", "video")}


def test_a_cliff_is_seen_with_the_first_sample_that_shows_it_and_climbed_back_from() -> None:
    far = Replay(trace("cliff"), "far")
    assert far.between(3, 30) == {("video", "video")}
    assert {rank(out) >= rank("voice-lean") for out, _ in far.between(33.5, 65)} == {True}
    assert {rank(into) >= rank("voice-lean") for _, into in far.between(36, 65)} == {True}
    assert far.between(95, 110) == {("video", "video")}


def test_whose_line_is_good_is_not_blamed_for_the_cliff_of_the_other() -> None:
    near = Replay(trace("cliff"), "near")
    assert {out for out, _ in near.between(0, 110)} == {"video"}


def test_after_an_outage_everything_is_as_before() -> None:
    recorded = trace("outage")
    replay = Replay(recorded, "far")
    assert replay.rungs[-1][1:] == ("video", "video")
    assert {out for out, _ in replay.between(0, recorded["events"][0][0])} == {"video"}
