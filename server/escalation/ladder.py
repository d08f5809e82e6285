"""When a case is paged, how urgently, and who is reached on which rung: pure rules on plain values.

A step is one page: the first is at once, and they go on until a person acknowledges. Who is reached grows from rung to
rung; who was reached before is reached again. Times as MODERATION.md has them: severity 4 at once, and after 5, 10 and
15 minutes up the rota to the fallback contact; severity 3 within an hour; severity 2 within a day.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from server.escalation.duty.standing import OnDuty
from server.people.reach.rules import Urgency

OWNER, NEXT, LADDER, TOP = range(4)  # rungs

_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Climb:
    """Of one severity: how long after the step before each step comes, of which the last repeats, how urgently they
    are delivered, and the highest rung."""

    waits: tuple[timedelta, ...]
    urgency: Urgency
    top: int


CLIMBS: Final = {
    4: Climb((5 * _MINUTE, 5 * _MINUTE, 5 * _MINUTE, 15 * _MINUTE), Urgency.CRITICAL, TOP),
    3: Climb((_HOUR, _HOUR, 2 * _HOUR, 4 * _HOUR), Urgency.PROMPT, TOP),
    2: Climb((24 * _HOUR,), Urgency.PROMPT, LADDER),
}


@dataclass(frozen=True, slots=True)
class Reached:
    """Accounts, in the order in which they were thought of, and an outside contact."""

    people: tuple[UUID, ...]
    outside: UUID | None


def due(severity: int, since: datetime) -> datetime | None:
    """By when a person is to have acknowledged; None: a note, which nobody need."""
    climb = CLIMBS.get(severity)
    return since + climb.waits[0] if climb is not None else None


def wait_after(severity: int, step: int) -> timedelta:
    """From the page of ``step`` to the next."""
    waits = CLIMBS[severity].waits
    return waits[min(step, len(waits) - 1)]


def rung(severity: int, step: int) -> int:
    return min(step, CLIMBS[severity].top)


def urgency(severity: int) -> Urgency:
    return CLIMBS[severity].urgency


def step_due(severity: int, step: int, late: timedelta) -> tuple[int, timedelta]:
    """The highest step that is due when ``step`` is ``late`` by so much, and for how long it has been: after a
    standstill of the whole house, one page goes as high as several would have gone by now."""
    while late >= (wait := wait_after(severity, step)) and rung(severity, step) < CLIMBS[severity].top:
        late -= wait
        step += 1
    return step, late


def reached(
    severity: int,
    at_rung: int,
    answering: Collection[UUID],
    duty: OnDuty,
    aside: Collection[UUID],
    house: Collection[UUID] = (),
) -> Reached:
    """Who is reached on a rung. ``answering``: who owns the case, and who answers for the people in it; ``aside``: whom
    it is about, who are never paged; ``house``: all staff. Who is on call by a plan is reached with the first, at
    severity 4 and out of hours, and whoever is on call where all who answer are away. Where a rung has nobody left, the
    next one is reached. The outside contact comes last, and where nobody else is left; where there is none, the top is
    the whole house."""
    circles: list[Iterable[UUID]] = [answering]
    planned = not duty.uncovered and (severity >= 4 or not duty.staffed)
    there = [one for one in answering if one not in aside]
    if planned or not answering or (there and duty.away.issuperset(there)):
        circles[0] = [*answering, *duty.on_call]
    up = [one for one in duty.ladder if one not in aside]
    circles += [[*duty.on_call, *up[:1]], up, house]
    people: dict[UUID, None] = {}  # in order, each once
    for number, circle in enumerate(circles):
        if people and (number > at_rung or (number == TOP and duty.fallback is not None)):
            break
        people |= dict.fromkeys(one for one in circle if one not in aside)
    outside = duty.fallback if at_rung >= TOP or not people else None
    return Reached(tuple(people), outside)
