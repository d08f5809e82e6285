"""Who is on call in the demonstration: an office by day, two professionals in turn by night and at week-ends, and the
regional office when nobody answers."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from server.escalation.duty.fallback import is_fallback
from server.escalation.duty.plan import Closure, Opening, Shift
from server.escalation.duty.planning import Parts, Planning
from server.escalation.duty.public_holidays import public_holidays
from server.ground import Ground
from server.kernel.identifiers import new_id
from server.kernel.principal import Principal
from server.people.reach.contacts import OutsideContacts, Wanted
from server.transport.messages import catalogue

_NIGHTS: Final = (frozenset({1, 2, 3, 4, 5}), time(18), time(9))
_WEEKENDS: Final = (frozenset({6, 7}), time(9), time(9))
_YEAR: Final = timedelta(days=365)


async def plan_duty(ground: Ground, told: Mapping[str, Any], people: Mapping[str, Principal], now: datetime) -> None:
    """As ``told["duty"]`` says: who takes turns, week by week, who is called next, and who outside."""
    wanted, zone = told["duty"], told["organisation"]["zone"]
    admin = people[wanted["by"]]
    contact = new_id()
    outside = wanted["outside"]
    await OutsideContacts(ground.database, ground.clock, is_fallback).add(
        admin, contact, Wanted(outside["name"], outside["works_for"], outside["email"], None, "fr")
    )
    today = now.astimezone(ZoneInfo(zone)).date()
    monday = today - timedelta(days=today.weekday())
    turns = [people[login].account_id for login in wanted["turns"]]
    first = monday - timedelta(weeks=len(turns))
    shifts = [
        Shift(
            new_id(), days, begins, ends, first + timedelta(weeks=week), (who,), None, len(turns), days is _WEEKENDS[0]
        )
        for days, begins, ends in (_NIGHTS, _WEEKENDS)
        for week, who in enumerate(turns)
    ]
    parts = Parts(
        hours=[Opening(day, time(9), time(18)) for day in range(1, 6)],
        closures=_holidays(told["organisation"]["country"], zone, today),
        shifts=shifts,
        ladder=[people[login].account_id for login in wanted["ladder"]],
        fallback=contact,
        sets_fallback=True,
    )
    await Planning(ground.database, ground.clock).change(admin, 0, parts, accept_gaps=False)


def _holidays(country: str, zone: str, today: date) -> list[Closure]:
    names = catalogue("fr")["holidays"]
    found = [each for year in (today.year, today.year + 1) for each in public_holidays(country, zone, year)]
    return [Closure(day, day, names[name]) for day, name in found if today <= day < today + _YEAR]
