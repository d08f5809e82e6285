"""Who is reached on which rung, and when: by the times of MODERATION.md, and for any rota."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.escalation import ladder
from server.escalation.duty.standing import OnDuty
from server.escalation.ladder import LADDER, NEXT, OWNER, TOP, Reached, reached
from server.people.reach.rules import Urgency

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ANNE, BASILE, CLAIRE, DENIS = (UUID(int=number) for number in range(1, 5))
OUTSIDE = UUID(int=99)
PLANNED = OnDuty(staffed=True, on_call=(BASILE,), ladder=(CLAIRE, DENIS), fallback=OUTSIDE, uncovered=False)
NIGHT = OnDuty(staffed=False, on_call=(BASILE,), ladder=(CLAIRE, DENIS), fallback=OUTSIDE, uncovered=False)
NOBODY = OnDuty(staffed=False, on_call=(), ladder=(), fallback=None, uncovered=True)

people = st.lists(st.sampled_from([UUID(int=number) for number in range(1, 8)]), unique=True, max_size=5)
severities = st.sampled_from((2, 3, 4))
duties = st.builds(
    lambda staffed, on_call, up, fallback, uncovered: OnDuty(
        staffed,
        tuple(on_call),
        tuple(one for one in up if one not in on_call),
        OUTSIDE if fallback else None,
        uncovered,
    ),
    st.booleans(),
    people,
    people,
    st.booleans(),
    st.booleans(),
)


@pytest.mark.parametrize(
    ("severity", "minutes"), [(4, [0, 5, 10, 15, 30, 45]), (3, [0, 60, 120, 240, 480, 720]), (2, [0, 1440, 2880])]
)
def test_when_steps_are_taken(severity: int, minutes: list[int]) -> None:
    waits = [ladder.wait_after(severity, step) for step in range(len(minutes) - 1)]
    assert list(accumulate(waits, initial=timedelta())) == [timedelta(minutes=each) for each in minutes]


def test_by_when_somebody_is_to_acknowledge() -> None:
    due = [ladder.due(severity, NOON) for severity in (1, 2, 3, 4)]
    hours = [timedelta(days=1), timedelta(hours=1), timedelta(minutes=5)]
    assert due == [None, *(NOON + each for each in hours)]


def test_how_urgently() -> None:
    assert [ladder.urgency(each) for each in (2, 3, 4)] == [Urgency.PROMPT, Urgency.PROMPT, Urgency.CRITICAL]


@pytest.mark.parametrize(
    ("severity", "duty", "wanted"),
    [
        (4, PLANNED, [[ANNE, BASILE], [ANNE, BASILE, CLAIRE], [ANNE, BASILE, CLAIRE, DENIS]]),
        (3, PLANNED, [[ANNE], [ANNE, BASILE, CLAIRE], [ANNE, BASILE, CLAIRE, DENIS]]),
        (3, NIGHT, [[ANNE, BASILE], [ANNE, BASILE, CLAIRE], [ANNE, BASILE, CLAIRE, DENIS]]),
    ],
)
def test_the_circles_grow(severity: int, duty: OnDuty, wanted: list[list[UUID]]) -> None:
    found = [reached(severity, rung, [ANNE], duty, ()) for rung in (OWNER, NEXT, LADDER, TOP)]
    people = [tuple(each) for each in [*wanted, wanted[-1]]]
    assert found == [*(Reached(each, None) for each in people[:3]), Reached(people[3], OUTSIDE)]


def test_where_a_rung_has_nobody_the_next_is_reached() -> None:
    assert reached(3, OWNER, [ANNE], PLANNED, {ANNE}) == Reached((BASILE, CLAIRE), None)
    assert reached(3, OWNER, [ANNE], PLANNED, {ANNE, BASILE, CLAIRE}) == Reached((DENIS,), None)


def test_where_who_answers_is_away_who_is_on_call_is_reached_with_them() -> None:
    away = replace(PLANNED, away=frozenset({ANNE}))
    assert reached(3, OWNER, [ANNE], away, ()) == Reached((ANNE, BASILE), None)
    assert reached(3, OWNER, [ANNE, DENIS], away, ()) == Reached((ANNE, DENIS), None)
    assert reached(3, OWNER, [ANNE, DENIS], away, {DENIS}) == Reached((ANNE, BASILE), None)


def test_where_nobody_is_outside_the_top_is_the_whole_house() -> None:
    alone = replace(PLANNED, ladder=(), fallback=None)
    house = [ANNE, CLAIRE, DENIS]
    assert [reached(4, rung, [ANNE], alone, {DENIS}, house).people for rung in (LADDER, TOP)] == [
        (ANNE, BASILE),
        (ANNE, BASILE, CLAIRE),
    ]
    assert reached(4, TOP, [ANNE], PLANNED, (), house) == Reached((ANNE, BASILE, CLAIRE, DENIS), OUTSIDE)
    assert reached(2, OWNER, [ANNE], PLANNED, {ANNE, BASILE, CLAIRE}, house) == Reached((DENIS,), None)


def test_the_next_of_the_ladder_is_the_first_who_may_be_reached() -> None:
    assert reached(4, NEXT, [ANNE], PLANNED, {CLAIRE}) == Reached((ANNE, BASILE, DENIS), None)


def test_whoever_answers_and_is_on_call_is_reached_once() -> None:
    assert reached(4, OWNER, [BASILE], PLANNED, ()) == Reached((BASILE,), None)


def test_where_nobody_of_the_house_is_left_the_outside_contact_is_reached_at_once() -> None:
    assert reached(2, OWNER, [ANNE], PLANNED, {ANNE, BASILE, CLAIRE, DENIS}) == Reached((), OUTSIDE)
    assert reached(4, OWNER, [], NOBODY, ()) == Reached((), None)


@given(severities, st.integers(0, 3), people, duties, people)
def test_whoever_it_is_about_is_never_reached_and_nobody_is_forgotten(
    severity: int, rung: int, answering: list[UUID], duty: OnDuty, aside: list[UUID]
) -> None:
    found = reached(severity, rung, answering, duty, aside)
    there = {*answering, *duty.on_call, *duty.ladder} - set(aside)
    assert len(set(found.people)) == len(found.people)
    assert set(found.people) <= there
    assert bool(found.people) == bool(there)
    assert {one for one in answering if one not in aside} <= set(found.people)
    if rung >= LADDER:
        assert set(found.people) == there
    assert (found.outside is not None) == (duty.fallback is not None and (rung == TOP or not there))


@given(severities, people, duties, people)
def test_who_was_reached_before_is_reached_again(
    severity: int, answering: list[UUID], duty: OnDuty, aside: list[UUID]
) -> None:
    rungs = [reached(severity, rung, answering, duty, aside).people for rung in range(TOP + 1)]
    for lower, higher in pairwise(rungs):
        assert higher[: len(lower)] == lower


@given(
    severities,
    st.integers(0, 8),
    st.timedeltas(timedelta(), timedelta(days=30)),
    st.timedeltas(timedelta(), timedelta(days=1)),
)
def test_after_a_standstill_as_high_as_the_time_says(
    severity: int, step: int, late: timedelta, more: timedelta
) -> None:
    taken, since = ladder.step_due(severity, step, late)
    assert taken >= step
    gone = sum((ladder.wait_after(severity, each) for each in range(step, taken)), timedelta())
    assert (gone + since, since >= timedelta()) == (late, True)  # no step is left out whose time has not come
    assert since < ladder.wait_after(severity, taken) or ladder.rung(severity, taken) == ladder.CLIMBS[severity].top
    assert ladder.step_due(severity, step, late + more)[0] >= taken
