"""What a plan and a change may look like, what a change of plan opens, and when a gap is told of again. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final
from uuid import UUID

from server.escalation.duty import rota
from server.escalation.duty.plan import Change, Closure, Opening, Plan, Shift, Team
from server.escalation.duty.rota import Span, union, without
from server.kernel.errors import BadRequest, Conflict, DutyGaps, NotFound
from server.people.rules import checked_name
from server.transport.wire import timestamp

HORIZON: Final = timedelta(weeks=13)  # a plan is looked at a quarter ahead; what comes later is seen as it comes nearer
AHEAD: Final = timedelta(days=7)  # gaps this near are told of each day
_TOLD: Final = AHEAD + timedelta(days=2)  # what is told of reaches so far that no hour of it seems new before tomorrow
LONGEST_CHANGE: Final = timedelta(days=92)
LISTED: Final = 60  # gaps, of as many as there are
NOBODY_THERE: Final = "fallback"


@dataclass(frozen=True, slots=True)
class Told:
    """On which day all staff were last told, and of which gaps."""

    on: date
    gaps: Sequence[Span]


def check_hours(hours: Sequence[Opening]) -> None:
    """Raises BadRequest for an opening that is there twice."""
    if len({(each.day, each.begins) for each in hours}) < len(hours):
        raise BadRequest("duty_twice", field="hours")


def checked_closures(closures: Sequence[Closure]) -> list[Closure]:
    """In order, with their words as they are stored. Raises BadRequest."""
    if any(each.last < each.first for each in closures):
        raise BadRequest("duty_days", field="closures")
    ordered = sorted(
        (Closure(each.first, each.last, checked_name(each.why, field="closures")) for each in closures),
        key=lambda each: each.first,
    )
    if any(one.first == two.first for one, two in pairwise(ordered)):
        raise BadRequest("duty_days", field="closures")
    return ordered


def check_shifts(shifts: Sequence[Shift]) -> None:
    """Raises BadRequest."""
    for shift in shifts:
        if not shift.days and not shift.closures:
            raise BadRequest("duty_no_day", field="shifts")
        if shift.last is not None and shift.last < shift.first:
            raise BadRequest("duty_days", field="shifts")
        if len(set(shift.people)) < len(shift.people):
            raise BadRequest("duty_twice", field="shifts")
    if len({shift.id for shift in shifts}) < len(shifts):
        raise BadRequest("duty_twice", field="shifts")


def check_ladder(ladder: Sequence[UUID]) -> None:
    """Raises BadRequest."""
    if len(set(ladder)) < len(ladder):
        raise BadRequest("duty_twice", field="ladder")


def check_people(who: Collection[UUID], fit: Collection[UUID], members: Collection[UUID], field: str) -> None:
    """``fit``: who may stand there; ``members``: those of ``who`` that the organisation has. Raises NotFound for who is
    none of it, BadRequest for who may not."""
    if not set(who) <= set(members):
        raise NotFound(field=field)
    if not set(who) <= set(fit):
        raise BadRequest("wrong_person", field=field)


def check_change(change: Change, now: datetime, *, into: str = "into") -> None:
    """Raises BadRequest; ``into`` is the field of who comes."""
    if not change.begins < change.ends <= change.begins + LONGEST_CHANGE or change.ends <= now:
        raise BadRequest("duty_span", field="ends", maximum=LONGEST_CHANGE.days)
    if change.into is None and change.out is None:
        raise BadRequest("missing", field=into)
    if change.into == change.out:
        raise BadRequest("duty_twice", field=into)


def named(plan: Plan) -> set[UUID]:
    """Everybody who is in a plan."""
    return {who for shift in plan.shifts for who in shift.people} | set(plan.ladder)


def coming(plan: Plan, team: Team, now: datetime) -> list[Span]:
    """All gaps until the horizon."""
    return rota.gaps(plan, team, now, now + HORIZON)


def judge(before: Plan, after: Plan, team: Team, now: datetime, *, accepted: bool) -> list[Span]:
    """The time that ``after`` leaves to nobody and ``before`` did not: to be told of. What mends a plan in part opens
    nothing (docs/decisions/0224).

    Raises DutyGaps when that is not ``accepted``; DutyGaps("fallback") when there would be nobody outside either.
    """
    gaps = coming(after, team, now)
    opened = without(gaps, coming(before, team, now))
    if opened and not accepted:
        raise DutyGaps(gaps=as_told(opened))
    if gaps and after.fallback is None and (opened or before.fallback is not None):
        raise DutyGaps(NOBODY_THERE, gaps=as_told(gaps))
    return opened


def as_told(gaps: Sequence[Span]) -> list[tuple[str, str]]:
    """As the protocol writes them, the first of them."""
    return [(timestamp(begins), timestamp(ends)) for begins, ends in gaps[:LISTED]]


def to_tell(gaps: Sequence[Span], told: Told | None, now: datetime, today: date) -> list[Span]:
    """The gaps of the coming days of which all staff are to hear now, or none: once each day, and at once of what
    nobody has heard of yet. ``gaps`` reach beyond ``told_until(now)``."""
    near = _until(gaps, now + AHEAD)
    if not near or (told is not None and told.on >= today and not without(near, told.gaps)):
        return []
    return _until(gaps, told_until(now))


def told_until(now: datetime) -> datetime:
    return now + _TOLD


def _until(gaps: Sequence[Span], end: datetime) -> list[Span]:
    return union((begins, min(ends, end)) for begins, ends in gaps if begins < end)


def check_open(state: str, change: Change, now: datetime, *, states: Collection[str]) -> None:
    """Raises Conflict unless the change is in one of ``states`` and not over yet."""
    if state not in states:
        raise Conflict("duty_answered")
    if change.ends <= now:
        raise Conflict("duty_past")
