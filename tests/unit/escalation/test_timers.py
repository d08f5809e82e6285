"""Timers under clocks that jump and processes that come and go: never late by more than the wait, never taken twice."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from server.escalation.ladder import wait_after
from server.escalation.timers import STOOD_STILL, Due, Timer, Timers

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ORG = UUID(int=1)
MINUTE = timedelta(minutes=1)


def timer(number: int = 1, severity: int = 4, round_: int = 1, step: int = 0, at: datetime = NOON) -> Timer:
    return Timer(UUID(int=number), ORG, severity, round_, step, at)


class TestOneProcess:
    def test_the_first_page_is_at_once(self) -> None:
        assert Timers().look([timer()], NOON, 0.0) == [Due(timer(), 0)]

    def test_the_next_one_when_its_instant_has_come(self) -> None:
        timers, waiting = Timers(), [timer(step=1, at=NOON + 5 * MINUTE)]
        assert timers.look(waiting, NOON, 0.0) == []
        assert timers.next_in(0.0, 999.0) == 300.0
        assert timers.look(waiting, NOON + timedelta(seconds=299), 299.0) == []
        assert timers.look(waiting, NOON + 5 * MINUTE, 300.0) == [Due(waiting[0], 1)]

    @pytest.mark.parametrize("back", [timedelta(minutes=3), timedelta(hours=3), timedelta(days=3_000)])
    def test_a_clock_set_back_makes_no_page_late(self, back: timedelta) -> None:
        timers, waiting = Timers(), [timer(step=1, at=NOON + 5 * MINUTE)]
        timers.look(waiting, NOON, 0.0)
        assert timers.look(waiting, NOON + timedelta(seconds=299) - back, 299.0) == []
        assert timers.look(waiting, NOON + 5 * MINUTE - back, 300.0) == [Due(waiting[0], 1)]

    def test_whoever_starts_with_a_clock_set_back_waits_one_wait(self) -> None:
        timers, waiting = Timers(), [timer(step=1, at=NOON + 5 * MINUTE)]
        assert timers.look(waiting, NOON - timedelta(hours=3), 50.0) == []
        assert timers.look(waiting, NOON - timedelta(hours=3) + 5 * MINUTE, 350.0) == [Due(waiting[0], 1)]

    def test_a_clock_set_forward_makes_a_page_early_and_none_higher(self) -> None:
        timers, waiting = Timers(), [timer(step=1, at=NOON + 5 * MINUTE)]
        timers.look(waiting, NOON, 0.0)
        assert timers.look(waiting, NOON + timedelta(hours=3), 5.0) == [Due(waiting[0], 1)]

    @pytest.mark.parametrize(
        ("late", "take", "rest"),
        [
            (timedelta(seconds=59), 0, timedelta(seconds=59)),
            (4 * MINUTE, 0, 4 * MINUTE),
            (5 * MINUTE, 1, timedelta()),
            (14 * MINUTE, 2, 4 * MINUTE),
            (15 * MINUTE, 3, timedelta()),
            (999 * MINUTE, 3, timedelta()),
        ],
    )
    def test_after_a_standstill_one_page_goes_as_high_as_several_would_have(
        self, late: timedelta, take: int, rest: timedelta
    ) -> None:
        assert Timers().look([timer()], NOON + late, 7.0) == [Due(timer(), take, rest)]

    def test_a_standstill_of_the_database_alone_is_one(self) -> None:
        timers, waiting = Timers(), [timer(step=1, at=NOON + 5 * MINUTE)]
        timers.look(waiting, NOON, 0.0)
        assert timers.look(waiting, NOON + 20 * MINUTE, 1_200.0) == [Due(waiting[0], 3, 5 * MINUTE)]

    def test_one_that_could_not_be_taken_is_due_again_as_high(self) -> None:
        timers = Timers()
        for look in range(3):
            late = MINUTE + timedelta(seconds=look)
            assert timers.look([timer()], NOON + 16 * MINUTE, 7.0 + look) == [Due(timer(), 3, late)]

    def test_what_is_late_does_not_add_up(self) -> None:
        """Each step is seen four seconds late, and the next one is due when it would have been."""
        timers, waiting = Timers(), timer()
        timers.look([], NOON - timedelta(seconds=4), -4.0)
        for step, minutes in enumerate((0, 5, 10, 15, 30)):
            seconds = minutes * 60 + 4
            now = NOON + timedelta(seconds=seconds)
            timers.look([waiting] if step else [], now - timedelta(seconds=5), seconds - 5)
            (due,) = timers.look([waiting], now, seconds)
            assert (due.take, due.late) == (step, timedelta(seconds=4))
            waiting = timer(step=step + 1, at=now - due.late + wait_after(4, step))

    def test_what_appears_between_two_looks_did_not_stand_still(self) -> None:
        """Whoever opened it has a clock that is behind."""
        timers, late = Timers(), timer(at=NOON - timedelta(hours=3))
        timers.look([], NOON, 0.0)
        assert timers.look([late], NOON + timedelta(seconds=5), 5.0) == [Due(late, 0, timedelta(seconds=5))]

    def test_a_step_that_another_clock_wrote_into_the_past_waits_all_the_same(self) -> None:
        timers, behind = Timers(), timer(step=1, at=NOON - timedelta(hours=3))
        timers.look([timer()], NOON, 0.0)
        assert timers.look([behind], NOON + timedelta(seconds=5), 5.0) == []
        assert timers.look([behind], NOON + 5 * MINUTE, 300.0) == [Due(behind, 1)]

    def test_the_most_severe_comes_first(self) -> None:
        waiting = [timer(1, 2), timer(2, 4, at=NOON - MINUTE), timer(3, 3), timer(4, 4, at=NOON - 2 * MINUTE)]
        assert [due.timer.case_id.int for due in Timers().look(waiting, NOON, 0.0)] == [4, 2, 3, 1]


@dataclass
class Process:
    """One of several on the same database. ``skew``: of its clock; ``steady``: since when, in true seconds, it runs and
    its clock was not moved; ``first``: when it first saw each key."""

    skew: timedelta
    steady: float
    timers: Timers = field(default_factory=Timers)
    began: float = -1.0  # its first look
    looked: float | None = None
    first: dict[tuple[UUID, int, int], float] = field(default_factory=dict)


class Night(RuleBasedStateMachine):
    """Processes with clocks of their own, one store. What is true is counted in seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.true = 0.0
        self.count = 0
        self.store: dict[UUID, Timer] = {}
        self.set_at: dict[UUID, float] = {}  # when each timer was, in true seconds
        self.late: dict[UUID, float] = {}  # for how long the step before each had been due
        self.processes: list[Process] = []
        self.taken: set[tuple[UUID, int, int]] = set()

    def _now(self, process: Process) -> datetime:
        return NOON + timedelta(seconds=self.true) + process.skew

    @rule(severity=st.sampled_from((2, 3, 4)), skew=st.sampled_from((0, 0, -3, 3, -900)))
    def open(self, severity: int, skew: int) -> None:
        self.count += 1
        at = NOON + timedelta(seconds=self.true) + timedelta(hours=skew)
        made = timer(self.count, severity, at=at)
        self.store[made.case_id], self.set_at[made.case_id], self.late[made.case_id] = made, self.true, 0.0

    @rule(skew=st.sampled_from((0, 0, -3, 3, 900)))
    def start(self, skew: int) -> None:
        if len(self.processes) < 3:
            self.processes.append(Process(timedelta(hours=skew), self.true))

    @precondition(lambda self: self.processes)
    @rule(data=st.data())
    def kill(self, data: st.DataObject) -> None:
        self.processes.remove(data.draw(st.sampled_from(self.processes)))

    @rule(seconds=st.one_of(st.integers(0, 10), st.integers(0, 1_000), st.integers(0, 100_000)))
    def pass_time(self, seconds: int) -> None:
        self.true += seconds

    @precondition(lambda self: self.processes)
    @rule(data=st.data(), hours=st.integers(-900, 900))
    def jump(self, data: st.DataObject, hours: int) -> None:
        process = data.draw(st.sampled_from(self.processes))
        process.skew += timedelta(hours=hours)
        process.steady = self.true + 0.5  # after the look of this very second

    @precondition(lambda self: self.store)
    @rule(data=st.data(), again=st.booleans())
    def acknowledge(self, data: st.DataObject, again: bool) -> None:
        case_id = data.draw(st.sampled_from(sorted(self.store)))
        if again:  # opened again: another round, by a clock that is right
            now = NOON + timedelta(seconds=self.true)
            self.store[case_id] = replace(self.store[case_id], round=self.store[case_id].round + 1, step=0, at=now)
            self.set_at[case_id], self.late[case_id] = self.true, 0.0
        else:
            del self.store[case_id], self.set_at[case_id]

    @precondition(lambda self: self.processes)
    @rule(data=st.data(), fails=st.booleans())
    def look(self, data: st.DataObject, fails: bool) -> None:
        process = data.draw(st.sampled_from(self.processes))
        now, before = self._now(process), process.looked
        process.began = self.true if before is None else process.began
        found = process.timers.look(list(self.store.values()), now, self.true)
        taken = {due.timer: due for due in found}
        assert len(taken) == len(found)
        for waiting in list(self.store.values()):
            key = (waiting.case_id, waiting.round, waiting.step)
            new = key not in process.first
            first = process.first.setdefault(key, self.true)
            wait = wait_after(waiting.severity, waiting.step - 1).total_seconds() if waiting.step else 0.0
            if self.true - first >= wait:
                assert waiting in taken  # never later than its wait after it was seen, whatever the clocks say
            set_at = self.set_at[waiting.case_id]
            there = before is not None and process.steady <= before <= set_at and first > process.began
            if there and waiting.severity == 4 and waiting in taken:
                # Nor earlier, by who was there before and kept its clock: by hours, clocks differ from each other.
                assert before is not None
                assert self.true - before >= wait - self.late[waiting.case_id]
            if waiting in taken:
                take, late = taken[waiting].take, taken[waiting].late
                assert take >= waiting.step
                assert timedelta() <= late < wait_after(waiting.severity, take)
                if before is not None and new and self.true - before < STOOD_STILL.total_seconds():
                    assert take == waiting.step  # nobody climbs faster than the ladder while somebody looks
                if not fails:
                    self._take(waiting, take, now, late)
        process.looked = self.true

    def _take(self, waiting: Timer, take: int, now: datetime, late: timedelta) -> None:
        key = (waiting.case_id, waiting.round, take)
        assert key not in self.taken
        self.taken.add(key)
        at = now - late + wait_after(waiting.severity, take)
        self.store[waiting.case_id] = replace(waiting, step=take + 1, at=at)
        self.late[waiting.case_id] = late.total_seconds()
        self.set_at[waiting.case_id] = self.true

    @invariant()
    def sleeps_no_longer_than_to_the_next(self) -> None:
        for process in self.processes:
            assert 0 < process.timers.next_in(self.true, 5.0) <= 5.0


TestNight = Night.TestCase
TestNight.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
