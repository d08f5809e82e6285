"""Who is on call: against a model that walks from minute to minute with a clock on the wall, and by example."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from server.escalation.duty import rota
from server.escalation.duty.plan import Change, Closure, Opening, Plan, Shift, Team

PARIS, REUNION, MARTINIQUE, NOUMEA = (
    ZoneInfo(name) for name in ("Europe/Paris", "Indian/Reunion", "America/Martinique", "Pacific/Noumea")
)
ZONES = (PARIS, REUNION, MARTINIQUE, NOUMEA, ZoneInfo("America/Miquelon"), ZoneInfo("Australia/Lord_Howe"))
ANNE, BASILE, CLAIRE, DENIS = PEOPLE = tuple(UUID(int=number) for number in range(1, 5))
LEFT = UUID(int=9)  # whose account is closed
STEP = timedelta(minutes=15)  # all times of these plans are multiples of it

SPRING = datetime(2026, 3, 28, 12, tzinfo=UTC)  # of Europe; the clocks go from 2 to 3 in the night that follows
AUTUMN = datetime(2026, 10, 24, 12, tzinfo=UTC)
WINTER = datetime(2026, 12, 21, tzinfo=UTC)

times = st.builds(time, st.integers(0, 23), st.sampled_from((0, 15, 30, 45)))
nightly = st.sampled_from((time(1, 30), time(2), time(2, 15), time(2, 30), time(2, 45), time(3), time(3, 15)))
either = st.one_of(times, nightly)


def _around(start: datetime) -> st.SearchStrategy[date]:
    return st.integers(-20, 6).map(lambda days: start.date() + timedelta(days=days))


@st.composite
def plans(draw: st.DrawFn, start: datetime) -> Plan:
    shifts = st.lists(
        st.builds(
            Shift,
            st.uuids(),
            st.frozensets(st.integers(1, 7), min_size=1),
            either,
            either,
            _around(start),
            st.lists(st.sampled_from((*PEOPLE, LEFT)), min_size=1, max_size=2, unique=True).map(tuple),
            st.one_of(st.none(), _around(start).map(lambda day: day + timedelta(days=22))),
            st.integers(1, 3),
            st.booleans(),
        ),
        max_size=4,
    )
    hours = st.lists(st.builds(Opening, st.integers(1, 7), either, either), max_size=4)
    closure = st.builds(lambda first, more: Closure(first, first + timedelta(days=more), ""), _around(start), _more)
    change = st.builds(
        lambda since, steps, who: Change(start + STEP * since, start + STEP * (since + steps), *who),
        st.integers(-40, 300),
        st.integers(1, 200),
        st.tuples(st.sampled_from((None, *PEOPLE, LEFT)), st.sampled_from((None, *PEOPLE, LEFT))).filter(
            lambda two: two[0] != two[1]
        ),
    )
    return Plan(
        draw(st.sampled_from(ZONES)),
        draw(hours),
        draw(st.lists(closure, max_size=2)),
        draw(shifts),
        draw(st.lists(change, max_size=4)),
    )


_more = st.integers(0, 3)
teams = st.builds(
    Team,
    st.lists(st.sampled_from(PEOPLE[:3]), max_size=3, unique=True).map(tuple),
    st.sampled_from(((), (DENIS,))),
)


class Model:
    """Walks through time by steps, as a person with a clock on the wall would: at each step it looks which times of the
    plan the clock has come to since the one before, and begins or ends what is written there."""

    def __init__(self, plan: Plan, team: Team, begins: datetime, ends: datetime) -> None:
        self.plan, self.team = plan, team
        self.told: list[tuple[datetime, bool, tuple[UUID, ...], bool]] = []
        shown = (begins - timedelta(days=5)).astimezone(plan.zone).replace(tzinfo=None)
        running: dict[tuple[str, int, date], datetime] = {}  # until when on the wall
        moment = begins - timedelta(days=5)
        while moment < ends:
            wall = moment.astimezone(plan.zone).replace(tzinfo=None)
            shown = max(shown, wall)  # a clock that is put back shows no time for the first time
            running = {thing: until for thing, until in running.items() if until > shown}
            day = shown.date()
            for one in (day - timedelta(days=1), day):
                for thing, clock_begins, clock_ends in self._written(one):
                    first = datetime.combine(one, clock_begins)
                    last = datetime.combine(one, clock_ends)
                    if clock_ends <= clock_begins:
                        last += timedelta(days=1)
                    if first <= shown < last:
                        running[(*thing, one)] = last
            if moment >= begins:
                self.told.append((moment, *self._who({(kind, place) for kind, place, _ in running}, moment)))
            moment += STEP

    def _written(self, day: date) -> list[tuple[tuple[str, int], time, time]]:
        closed = any(closure.first <= day <= closure.last for closure in self.plan.closures)
        found = [
            (("hours", place), one.begins, one.ends)
            for place, one in enumerate(self.plan.hours)
            if one.day == day.isoweekday() and not closed
        ]
        for place, shift in enumerate(self.plan.shifts):
            if day < shift.first or (shift.last is not None and day > shift.last):
                continue
            week = (day - timedelta(days=day.isoweekday())).toordinal() // 7
            first_week = (shift.first - timedelta(days=shift.first.isoweekday())).toordinal() // 7
            regular = day.isoweekday() in shift.days and (week - first_week) % shift.every == 0
            if regular or (closed and shift.closures):
                found.append((("shift", place), shift.begins, shift.ends))
        return found

    def _who(self, running: set[tuple[str, int]], moment: datetime) -> tuple[bool, tuple[UUID, ...], bool]:
        staffed = any(kind == "hours" for kind, _ in running)
        people: list[UUID] = []
        for place, shift in enumerate(self.plan.shifts):
            if ("shift", place) in running:
                people += shift.people
        now = [change for change in self.plan.changes if change.begins <= moment < change.ends]
        for change in now:
            if change.into is not None and change.out is None:
                people.append(change.into)
            if change.into is not None and change.out is not None:
                people = [change.into if who == change.out else who for who in people]
        away = {change.out for change in now if change.into is None}
        staff = {*self.team.supervisors, *self.team.admins}
        named: list[UUID] = []
        for who in people:
            if who in staff and who not in away and who not in named:
                named.append(who)
        office = set(self.team.supervisors or self.team.admins) - away
        return staffed, tuple(named), bool(named) or (staffed and bool(office))


@given(st.data(), st.sampled_from((SPRING, AUTUMN, WINTER)), teams)
@settings(max_examples=150)
def test_every_instant_has_the_answer_of_a_clock_on_the_wall(data: st.DataObject, start: datetime, team: Team) -> None:
    plan = data.draw(plans(start))
    ends = start + timedelta(days=3)
    found = rota.stretches(plan, team, start, ends)
    assert [found[0].begins, *(stretch.ends for stretch in found)] == [
        *(stretch.begins for stretch in found),
        ends,
    ], "no hole and no overlap"
    told = Model(plan, team, start, ends).told
    answers = [
        next(
            (stretch.staffed, stretch.on_call, stretch.covered)
            for stretch in found
            if stretch.begins <= moment < stretch.ends
        )
        for moment, *_ in told
    ]
    assert answers == [(staffed, named, covered) for _, staffed, named, covered in told]
    gaps = rota.gaps(plan, team, start, ends)
    assert [any(begins <= moment < until for begins, until in gaps) for moment, *_ in told] == [
        not covered for *_, covered in told
    ], "a gap is exactly where nobody is there"
    moment = data.draw(st.sampled_from([each[0] for each in told]))
    alone = rota.at(plan, team, moment)
    assert (moment, alone.staffed, alone.on_call, alone.covered) in told, "a point is asked as a span is"


def _nights(zone: ZoneInfo) -> Plan:
    night = Shift(UUID(int=77), frozenset(range(1, 8)), time(20), time(8), date(2026, 1, 1), (ANNE,))
    return Plan(zone, shifts=(night,))


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (PARIS, date(2026, 3, 28), 11),
        (PARIS, date(2026, 10, 24), 13),
        (PARIS, date(2026, 7, 1), 12),
        (REUNION, date(2026, 3, 28), 12),
        (MARTINIQUE, date(2026, 10, 24), 12),
        (NOUMEA, date(2026, 3, 28), 12),
    ],
)
def test_a_night_is_from_eight_to_eight_on_the_wall(zone: ZoneInfo, day: date, hours: int) -> None:
    begins = datetime.combine(day, time(12), zone).astimezone(UTC)
    found = rota.stretches(_nights(zone), Team((ANNE,)), begins, begins + timedelta(days=1))
    night = next(stretch for stretch in found if stretch.on_call)
    assert (night.begins.astimezone(zone).hour, night.ends.astimezone(zone).hour) == (20, 8)
    assert night.ends - night.begins == timedelta(hours=hours)


def test_shifts_that_meet_at_a_time_that_the_clocks_skip_meet_in_that_night_too() -> None:
    every_day = frozenset(range(1, 8))
    first, second = (
        Shift(UUID(int=number), every_day, begins, ends, date(2026, 1, 1), (who,))
        for number, begins, ends, who in ((1, time(20), time(2, 30), ANNE), (2, time(2, 30), time(20), BASILE))
    )
    plan = Plan(PARIS, shifts=(first, second))
    assert rota.gaps(plan, Team((ANNE, BASILE)), SPRING, SPRING + timedelta(days=2)) == []
    found = rota.stretches(plan, Team((ANNE, BASILE)), SPRING, SPRING + timedelta(days=1))
    assert [(stretch.begins, stretch.on_call) for stretch in found[1:3]] == [
        (datetime(2026, 3, 28, 19, tzinfo=UTC), (ANNE,)),
        (datetime(2026, 3, 29, 1, tzinfo=UTC), (BASILE,)),  # when it goes from 2 to 3
    ]


def test_nobody_is_there_when_the_only_one_is_away_has_left_or_swapped_with_who_is_away() -> None:
    plan, team = _nights(PARIS), Team((ANNE, BASILE))
    begins = datetime(2026, 6, 1, 18, tzinfo=UTC)
    night = (begins, begins + timedelta(hours=12))

    def gaps(team: Team, *changes: Change) -> Sequence[rota.Span]:
        changed = Plan(plan.zone, shifts=plan.shifts, changes=changes)
        return rota.gaps(changed, team, *night)

    hour = (begins + timedelta(hours=1), begins + timedelta(hours=2))
    assert gaps(team) == []
    assert gaps(Team((BASILE,))) == [night]
    assert gaps(team, Change(*hour, ANNE, None)) == [hour]
    assert gaps(team, Change(*hour, ANNE, None), Change(*hour, None, BASILE)) == []
    assert gaps(team, Change(*hour, ANNE, None), Change(*hour, ANNE, BASILE)) == []
    assert gaps(team, Change(*hour, ANNE, BASILE), Change(*hour, BASILE, None)) == [hour]
    assert gaps(team, Change(*hour, ANNE, LEFT)) == [hour]
    assert gaps(team, Change(*hour, ANNE, BASILE), Change(*hour, BASILE, ANNE)) == []


def test_the_open_office_covers_while_anybody_of_it_is_there() -> None:
    hours = [Opening(1, time(9), time(12))]  # a Monday in June: 7 to 10 UTC
    begins = datetime(2026, 6, 1, 7, tzinfo=UTC)
    morning = (begins, begins + timedelta(hours=3))
    away = [Change(*morning, who, None) for who in (ANNE, BASILE)]
    assert rota.gaps(Plan(PARIS, hours), Team((ANNE, BASILE)), *morning) == []
    assert rota.gaps(Plan(PARIS, hours, changes=away[:1]), Team((ANNE, BASILE)), *morning) == []
    assert rota.gaps(Plan(PARIS, hours, changes=away), Team((ANNE, BASILE)), *morning) == [morning]
    assert rota.gaps(Plan(PARIS, hours), Team((), (DENIS,)), *morning) == []
    assert rota.gaps(Plan(PARIS, hours), Team(()), *morning) == [morning]
    assert rota.gaps(Plan(PARIS, hours, [Closure(begins.date(), begins.date(), "")]), Team((ANNE,)), *morning) == [
        morning
    ]


def test_a_shift_of_closures_is_on_call_when_the_office_would_have_been_open() -> None:
    christmas = date(2026, 12, 25)  # a Friday
    shift = Shift(UUID(int=5), frozenset({6, 7}), time(8), time(20), date(2026, 1, 1), (ANNE,), closures=True)
    plan = Plan(PARIS, [Opening(5, time(9), time(17))], [Closure(christmas, christmas, "Noël")], [shift])
    found = [
        (stretch.begins, stretch.ends)
        for stretch in rota.stretches(plan, Team((ANNE,)), WINTER, WINTER + timedelta(days=5))
        if stretch.on_call
    ]
    assert found == [(datetime(2026, 12, 25, 7, tzinfo=UTC), datetime(2026, 12, 25, 19, tzinfo=UTC))]


spans = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 20)).map(
        lambda two: (WINTER + STEP * two[0], WINTER + STEP * (two[0] + two[1]))
    ),
    max_size=6,
)


@given(spans, spans)
@example([(WINTER, WINTER + 3 * STEP)], [(WINTER + STEP, WINTER + 2 * STEP)])
def test_spans_are_taken_from_spans(some: list[rota.Span], others: list[rota.Span]) -> None:
    def steps(spans: Sequence[rota.Span]) -> set[int]:
        return {step for step in range(90) if any(since <= WINTER + STEP * step < until for since, until in spans)}

    left = rota.without(some, others)
    assert steps(left) == steps(some) - steps(others)
    assert steps(rota.union(some)) == steps(some)
    assert all(one[1] < two[0] for one, two in pairwise(rota.union(some)))
