"""Who is on call at an instant and over a span, and when nobody is. Pure.

A time on the wall is the first instant at which the clock there shows it, or, on the night when the clocks skip it,
the instant of the skip: 20:00-08:00 stays so all year, and shifts that meet on the wall meet in every night.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from server.escalation.duty.plan import Change, Plan, Shift, Team

_DAY: Final = timedelta(days=1)
_LEAST: Final = timedelta(microseconds=1)  # of what instants tell apart

Span = tuple[datetime, datetime]
"""From an instant until just before another."""

Thing = tuple[str, int]
_OPEN: Final[Thing] = ("open", 0)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which nothing changes. ``staffed``: the office is open. ``on_call``: who the rota says, in order.
    ``absent``: who is away. ``covered``: somebody is there, on call or in the open office."""

    begins: datetime
    ends: datetime
    staffed: bool
    on_call: tuple[UUID, ...]
    absent: frozenset[UUID]
    covered: bool


def instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The first instant, in UTC, at which the clock in ``zone`` has come to ``clock`` on ``day``."""
    wall = datetime.combine(day, clock)
    at = wall.replace(tzinfo=zone).astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) == wall:
        return at
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)  # skipped: the clocks are put forward between the two
    while at - before > _LEAST:
        middle = before + (at - before) / 2
        before, at = (middle, at) if middle.astimezone(zone).replace(tzinfo=None) < wall else (before, middle)
    return at


def at(plan: Plan, team: Team, moment: datetime) -> Stretch:
    """What holds at ``moment``."""
    return stretches(plan, team, moment, moment + _LEAST)[0]


def stretches(plan: Plan, team: Team, begins: datetime, ends: datetime) -> list[Stretch]:
    """The span, without a hole, cut where something changes."""
    marks: list[tuple[datetime, int, Thing]] = []
    for thing, (since, until) in _happening(plan, begins, ends):
        since, until = max(since, begins), min(until, ends)
        if since < until:
            marks += [(since, 1, thing), (until, -1, thing)]
    marks.sort(key=lambda mark: mark[0])
    active: Counter[Thing] = Counter()
    found: list[Stretch] = []
    since = begins
    for moment, group in groupby(marks, key=lambda mark: mark[0]):
        if since < moment:
            found.append(_stretch(plan, team, since, moment, active))
            since = moment
        for _, more, thing in group:
            active[thing] += more
            if not active[thing]:
                del active[thing]
    if since < ends:
        found.append(_stretch(plan, team, since, ends, active))
    return _joined(found)


def gaps(plan: Plan, team: Team, begins: datetime, ends: datetime) -> list[Span]:
    """When nobody is there, in the order of time."""
    return union(
        (stretch.begins, stretch.ends) for stretch in stretches(plan, team, begins, ends) if not stretch.covered
    )


def union(spans: Iterable[Span]) -> list[Span]:
    """The same time in as few spans as there can be, in order."""
    joined: list[Span] = []
    for begins, ends in sorted(spans):
        if joined and begins <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(ends, joined[-1][1]))
        elif begins < ends:
            joined.append((begins, ends))
    return joined


def without(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """What of ``spans`` is in none of ``others``."""
    left = union(spans)
    for taken_from, taken_to in others:
        left = [
            (begins, ends)
            for since, until in left
            for begins, ends in ((since, min(until, taken_from)), (max(since, taken_to), until))
            if begins < ends
        ]
    return left


def _happening(plan: Plan, begins: datetime, ends: datetime) -> Iterator[tuple[Thing, Span]]:
    """What there is around this span, each time that it is."""
    day, last = (moment.astimezone(plan.zone).date() for moment in (begins, ends))
    day -= 2 * _DAY  # what began on the day before may go on, and a skipped day lies between the two
    while day <= last:
        closed = plan.closed(day)
        for opening in plan.hours if not closed else ():
            if opening.day == day.isoweekday():
                yield _OPEN, _span(day, opening.begins, opening.ends, plan.zone)
        for place, shift in enumerate(plan.shifts):
            if _runs(shift, day, closed=closed):
                yield ("shift", place), _span(day, shift.begins, shift.ends, plan.zone)
        day += _DAY
    for place, change in enumerate(plan.changes):
        yield ("change", place), (change.begins, change.ends)


def _runs(shift: Shift, day: date, *, closed: bool) -> bool:
    if day < shift.first or (shift.last is not None and day > shift.last):
        return False
    if closed and shift.closures:
        return True
    weeks = (_monday(day) - _monday(shift.first)).days // 7
    return day.isoweekday() in shift.days and weeks % shift.every == 0


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _span(day: date, begins: time, ends: time, zone: ZoneInfo) -> Span:
    return instant(day, begins, zone), instant(day if ends > begins else day + _DAY, ends, zone)


def _stretch(plan: Plan, team: Team, begins: datetime, ends: datetime, active: Counter[Thing]) -> Stretch:
    staffed = _OPEN in active
    now = sorted(active)  # in the order of the plan
    changes = [plan.changes[place] for kind, place in now if kind == "change"]
    named = [who for kind, place in now if kind == "shift" for who in plan.shifts[place].people]
    absent = frozenset(change.out for change in changes if change.out is not None and change.into is None)
    on_call = tuple(
        who for who in dict.fromkeys(_changed(named, changes)) if who in team.everyone and who not in absent
    )
    covered = bool(on_call) or (staffed and any(who not in absent for who in team.by_default))
    return Stretch(begins, ends, staffed, on_call, absent, covered)


def _changed(people: list[UUID], changes: Sequence[Change]) -> list[UUID]:
    for change in changes:
        if change.into is None:
            continue
        if change.out is None:
            people = [*people, change.into]
        else:
            people = [change.into if who == change.out else who for who in people]
    return people


def _joined(found: Sequence[Stretch]) -> list[Stretch]:
    joined: list[Stretch] = []
    for stretch in found:
        if joined and replace(joined[-1], begins=stretch.begins, ends=stretch.ends) == stretch:
            joined[-1] = replace(joined[-1], ends=stretch.ends)
        else:
            joined.append(stretch)
    return joined
