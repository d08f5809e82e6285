"""The plan and who is on call, as they come in and go out over HTTP."""

from collections.abc import Iterable
from datetime import date, time
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from server.escalation.duty.plan import Closure, Opening, Shift
from server.escalation.duty.planning import WEEKS_SHOWN, Overview, Parts
from server.escalation.duty.rota import Span
from server.escalation.duty.rules import LISTED
from server.escalation.duty.store import Asked, State
from server.transport.wire import Identifier, Moment, ShortText, Timestamp, timestamp

Clocktime = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", extra_json_schema={"examples": ["08:30"]})]
Weekday = Annotated[int, Meta(ge=1, le=7)]
Weeks = Annotated[int, Meta(ge=1, le=52)]
People = Annotated[list[Identifier], Meta(min_length=1, max_length=6)]


class OpeningBody(Struct, forbid_unknown_fields=True):
    """``day`` is 1 (Monday) to 7; an end that is not after the beginning is on the next day."""

    day: Weekday
    begins: Clocktime
    ends: Clocktime


class ClosureBody(Struct, forbid_unknown_fields=True):
    """Both days included."""

    first: date
    last: date
    why: ShortText


class ShiftBody(Struct, forbid_unknown_fields=True):
    """``every``: of how many weeks one, counted from that of ``first``; ``closures``: also on the days of closures."""

    id: Identifier
    days: Annotated[list[Weekday], Meta(max_length=7)]
    begins: Clocktime
    ends: Clocktime
    first: date
    people: People
    last: date | None = None
    every: Weeks = 1
    closures: bool = False


class PlanBody(Struct, forbid_unknown_fields=True):
    """What is left out stays as it is; a ``fallback`` of null takes it out."""

    revision: Annotated[int, Meta(ge=0, le=1_000_000_000)]
    accept_gaps: bool = False
    hours: Annotated[list[OpeningBody], Meta(max_length=50)] | None = None
    closures: Annotated[list[ClosureBody], Meta(max_length=120)] | None = None
    shifts: Annotated[list[ShiftBody], Meta(max_length=40)] | None = None
    ladder: Annotated[list[Identifier], Meta(max_length=20)] | None = None
    fallback: Identifier | UnsetType | None = UNSET


class ChangeBody(Struct, forbid_unknown_fields=True):
    """``out`` is away, ``into`` is on call as well, or with both, the one instead of the other."""

    id: Identifier
    begins: Moment
    ends: Moment
    out: Identifier | None = None
    into: Identifier | None = None
    accept_gaps: bool = False


class SwapBody(Struct, forbid_unknown_fields=True):
    id: Identifier
    to: Identifier
    begins: Moment
    ends: Moment


class AnswerBody(Struct, forbid_unknown_fields=True):
    accept: bool
    accept_gaps: bool = False


class WithdrawBody(Struct, forbid_unknown_fields=True):
    accept_gaps: bool = False


class DutyQuery(Struct, forbid_unknown_fields=True):
    first: date | None = None
    weeks: Annotated[int, Meta(ge=1, le=8)] = WEEKS_SHOWN


class HolidayQuery(Struct, forbid_unknown_fields=True):
    year: Annotated[int, Meta(ge=2000, le=2100)]


class OpeningCard(Struct, frozen=True):
    day: int
    begins: str
    ends: str


class ClosureCard(Struct, frozen=True):
    first: str
    last: str
    why: str


class ShiftCard(Struct, frozen=True):
    id: UUID
    days: list[int]
    begins: str
    ends: str
    first: str
    people: list[UUID]
    every: int
    closures: bool
    last: str | UnsetType = UNSET


class StretchCard(Struct, frozen=True):
    begins: Timestamp
    ends: Timestamp
    staffed: bool
    on_call: list[UUID]
    covered: bool


class GapCard(Struct, frozen=True):
    begins: Timestamp
    ends: Timestamp


class ChangeCard(Struct, frozen=True):
    id: UUID
    begins: Timestamp
    ends: Timestamp
    state: State
    asked_by: UUID
    asked_at: Timestamp
    out: UUID | UnsetType = UNSET
    into: UUID | UnsetType = UNSET


class DutyPerson(Struct, frozen=True):
    """``open``: their account is; who has left is on call no more."""

    id: UUID
    name: str
    role: str
    open: bool


class DutyContact(Struct, frozen=True):
    id: UUID
    name: str


class DutyNow(Struct, frozen=True):
    """Who is to be reached now; ``uncovered``: nobody is there, and these are asked all the same."""

    staffed: bool
    on_call: list[UUID]
    ladder: list[UUID]
    uncovered: bool


class DutyView(Struct, frozen=True):
    """``gaps``: of the coming quarter, ``more_gaps`` beyond those; ``stretches``: from ``begins`` to ``ends``."""

    revision: int
    zone: str
    today: str
    now: DutyNow
    hours: list[OpeningCard]
    closures: list[ClosureCard]
    shifts: list[ShiftCard]
    ladder: list[UUID]
    begins: Timestamp
    ends: Timestamp
    stretches: list[StretchCard]
    gaps: list[GapCard]
    more_gaps: int
    changes: list[ChangeCard]
    people: list[DutyPerson]
    contacts: list[DutyContact]
    fallback: UUID | UnsetType = UNSET


class Holiday(Struct, frozen=True):
    day: str
    name: str


class HolidayList(Struct, frozen=True):
    holidays: list[Holiday]


def parts(body: PlanBody) -> Parts:
    """What of the plan is to be set."""
    return Parts(
        hours=None if body.hours is None else [Opening(one.day, *_times(one)) for one in body.hours],
        closures=None if body.closures is None else [Closure(one.first, one.last, one.why) for one in body.closures],
        shifts=None if body.shifts is None else [_shift(one) for one in body.shifts],
        ladder=body.ladder,
        fallback=None if body.fallback is UNSET else body.fallback,
        sets_fallback=body.fallback is not UNSET,
    )


def _shift(body: ShiftBody) -> Shift:
    days = frozenset(body.days)
    return Shift(
        body.id, days, *_times(body), body.first, tuple(body.people), body.last, body.every, closures=body.closures
    )


def _times(body: OpeningBody | ShiftBody) -> tuple[time, time]:
    return time.fromisoformat(body.begins), time.fromisoformat(body.ends)


def view(of: Overview) -> DutyView:
    """As the page shows it."""
    plan, now = of.plan, of.now
    return DutyView(
        revision=plan.revision,
        zone=plan.zone.key,
        today=of.today.isoformat(),
        now=DutyNow(now.staffed, list(now.on_call), list(now.ladder), now.uncovered),
        hours=[OpeningCard(each.day, _clock(each.begins), _clock(each.ends)) for each in plan.hours],
        closures=[ClosureCard(each.first.isoformat(), each.last.isoformat(), each.why) for each in plan.closures],
        shifts=[_shift_card(each) for each in plan.shifts],
        ladder=list(plan.ladder),
        begins=timestamp(of.begins),
        ends=timestamp(of.ends),
        stretches=[
            StretchCard(timestamp(one.begins), timestamp(one.ends), one.staffed, list(one.on_call), one.covered)
            for one in of.stretches
        ],
        gaps=_gaps(of.gaps[:LISTED]),
        more_gaps=max(len(of.gaps) - LISTED, 0),
        changes=[_change_card(each) for each in of.changes],
        people=[
            DutyPerson(person.id, person.name, person.role.value, not person.disabled)
            for person in sorted(of.people.values(), key=lambda person: (person.name, person.id))
        ],
        contacts=[DutyContact(contact, name) for contact, name in of.contacts.items()],
        fallback=plan.fallback or UNSET,
    )


def _shift_card(shift: Shift) -> ShiftCard:
    return ShiftCard(
        shift.id,
        sorted(shift.days),
        _clock(shift.begins),
        _clock(shift.ends),
        shift.first.isoformat(),
        list(shift.people),
        shift.every,
        shift.closures,
        UNSET if shift.last is None else shift.last.isoformat(),
    )


def _change_card(asked: Asked) -> ChangeCard:
    change = asked.change
    return ChangeCard(
        asked.id,
        timestamp(change.begins),
        timestamp(change.ends),
        asked.state,
        asked.asked_by,
        timestamp(asked.asked_at),
        change.out or UNSET,
        change.into or UNSET,
    )


def _gaps(gaps: Iterable[Span]) -> list[GapCard]:
    return [GapCard(timestamp(begins), timestamp(ends)) for begins, ends in gaps]


def _clock(at: time) -> str:
    return at.isoformat("minutes")
