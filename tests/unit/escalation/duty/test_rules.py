"""What a change of plan opens, and when a gap is told of again."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from server.escalation.duty.plan import Opening, Plan, Shift, Team
from server.escalation.duty.rota import Span
from server.escalation.duty.rules import AHEAD, Told, judge, to_tell, told_until
from server.escalation.duty.standing import OnDuty, standing
from server.kernel.errors import DutyGaps

ANNE, BASILE, OUTSIDE = (UUID(int=number) for number in range(1, 4))
TEAM = Team((ANNE, BASILE))
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
TODAY = NOW.date()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NEVER = Plan(ZoneInfo("Europe/Paris"))
ALWAYS = replace(
    NEVER,
    shifts=[Shift(UUID(int=7), frozenset(range(1, 8)), time(9), time(9), date(2026, 11, 1), (ANNE,))],
    fallback=OUTSIDE,
)
BY_DAY = replace(ALWAYS, shifts=[replace(ALWAYS.shifts[0], ends=time(21))])


def refusal(before: Plan, after: Plan, *, accepted: bool) -> DutyGaps:
    with pytest.raises(DutyGaps) as raised:
        judge(before, after, TEAM, NOW, accepted=accepted)
    return raised.value


def test_what_opens_a_gap_is_refused_until_it_is_accepted_with_somebody_outside() -> None:
    refused = refusal(ALWAYS, BY_DAY, accepted=False)
    assert (refused.detail, len(refused.gaps)) == (None, 60)  # of 91 nights
    assert refused.gaps[0] == ("2026-11-23T20:00:00.000Z", "2026-11-24T08:00:00.000Z")
    alone = replace(BY_DAY, fallback=None)
    assert refusal(replace(ALWAYS, fallback=None), alone, accepted=True).detail == "fallback"
    assert len(judge(ALWAYS, BY_DAY, TEAM, NOW, accepted=True)) == 91


def test_what_mends_in_part_is_not_refused_and_opens_nothing() -> None:
    for before, after in ((NEVER, replace(BY_DAY, fallback=None)), (BY_DAY, BY_DAY), (BY_DAY, ALWAYS)):
        assert judge(before, after, TEAM, NOW, accepted=False) == []


def test_while_there_are_gaps_somebody_stays_outside() -> None:
    assert refusal(BY_DAY, replace(BY_DAY, fallback=None), accepted=True).detail == "fallback"
    assert judge(ALWAYS, replace(ALWAYS, fallback=None), TEAM, NOW, accepted=False) == []


def gap(hours: int, length: int = 2) -> Span:
    return NOW + hours * HOUR, NOW + (hours + length) * HOUR


def test_a_gap_is_told_once_a_day_and_at_once_when_nobody_heard_of_it() -> None:
    near, far = gap(20), gap(24 * 20)
    told = Told(TODAY, [near])
    assert to_tell([near, far], None, NOW, TODAY) == [near]
    assert to_tell([near, far], told, NOW, TODAY) == []
    assert to_tell([near, far], told, NOW, TODAY + DAY) == [near]
    assert to_tell([gap(2), near], told, NOW, TODAY) == [gap(2), near]
    assert to_tell([gap(20, 3)], told, NOW, TODAY) == [gap(20, 3)]  # it has grown
    assert to_tell([gap(21, 1)], told, NOW, TODAY) == []  # it has shrunk
    assert to_tell([far], None, NOW, TODAY) == []
    assert to_tell([], told, NOW, TODAY + DAY) == []


def test_a_gap_without_end_is_told_once_a_day() -> None:
    """Its end is the end of what is looked at, which moves on with time."""
    last: Told | None = None
    times = []
    for minutes in range(0, 3 * 24 * 60, 5):
        now = NOW + timedelta(minutes=minutes)
        found = to_tell([(now, told_until(now))], last, now, now.date())
        if found:
            times.append(now)
            last = Told(now.date(), found)
    assert times == [NOW, *(datetime(2026, 11, 23 + day, tzinfo=UTC) for day in range(1, 4))][: len(times)]
    assert len(times) == 4


def test_what_is_beyond_the_week_waits() -> None:
    beyond = (NOW + AHEAD, NOW + AHEAD + HOUR)
    assert to_tell([beyond], None, NOW, TODAY) == []
    assert to_tell([beyond], None, NOW + timedelta(minutes=5), TODAY) == [beyond]


def test_who_is_asked_when_nobody_is_there() -> None:
    everyone, up = (ANNE, BASILE), (ANNE, BASILE)
    assert standing(replace(NEVER, ladder=up), TEAM, NOW) == OnDuty(False, everyone, (), None, True)
    office = replace(ALWAYS, hours=[Opening(1, time(9), time(12))], ladder=up)
    assert standing(office, TEAM, NOW) == OnDuty(True, (ANNE,), (BASILE,), OUTSIDE, False)
    assert standing(office, Team((), (BASILE,)), NOW) == OnDuty(True, (BASILE,), (), OUTSIDE, False)
    assert standing(office, Team(()), NOW) == OnDuty(True, (), (), OUTSIDE, True)
