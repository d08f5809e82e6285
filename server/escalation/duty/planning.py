"""Reading the plan, and changing it: a change that would leave a time to nobody is refused, unless that is accepted
knowingly and somebody outside is there; then it is an alarm (alarm.py)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation.duty import alarm, rota, rules, store
from server.escalation.duty.plan import Closure, Opening, Plan, Shift, Team
from server.escalation.duty.public_holidays import public_holidays
from server.escalation.duty.rota import Span, Stretch
from server.escalation.duty.standing import OnDuty, standing
from server.escalation.duty.store import Asked
from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import Conflict, NotFound
from server.kernel.permissions import Permission
from server.kernel.principal import Principal
from server.people.notices import tell
from server.people.reach.contacts import contacts_in
from server.people.store import Person, organisation, people_of
from server.trail.acts import Act
from server.trail.record import record

WEEKS_SHOWN: Final = 2
_WEEK: Final = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Overview:
    """The plan, what it makes of the weeks asked for, and what it leaves open."""

    plan: Plan
    now: OnDuty
    today: date
    begins: datetime
    ends: datetime
    stretches: Sequence[Stretch]
    gaps: Sequence[Span]
    changes: Sequence[Asked]
    people: Mapping[UUID, Person]
    contacts: Mapping[UUID, str]  # by name


@dataclass(frozen=True, slots=True)
class Parts:
    """What of the plan is put in the place of what was; None: it stays. ``fallback`` counts with ``sets_fallback``."""

    hours: Sequence[Opening] | None = None
    closures: Sequence[Closure] | None = None
    shifts: Sequence[Shift] | None = None
    ladder: Sequence[UUID] | None = None
    fallback: UUID | None = None
    sets_fallback: bool = False

    @property
    def named(self) -> list[str]:
        given = ("hours", "closures", "shifts", "ladder")
        return [name for name in given if getattr(self, name) is not None] + ["fallback"] * self.sets_fallback


class Planning:
    """Use cases of an organisation's staff."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def read(self, staff: Principal, first: date | None = None, weeks: int = WEEKS_SHOWN) -> Overview:
        """The weeks from that of ``first`` on, by default from this one. Raises Forbidden."""
        staff.require(Permission.DUTY_SEE)
        async with self._database.begin(staff.organisation_id) as conn:
            return await _overview(conn, staff.organisation_id, self._clock.now(), first, weeks)

    async def change(self, staff: Principal, revision: int, parts: Parts, *, accept_gaps: bool) -> None:
        """Puts ``parts`` into the plan of this ``revision``. Raises Forbidden, BadRequest and NotFound with the field
        named, Conflict("duty_changed") when somebody else was faster, DutyGaps."""
        staff.require(Permission.DUTY_SET)
        at = self._clock.now()
        try:
            async with self._database.begin(staff.organisation_id) as conn:
                await self._change(conn, staff, revision, parts, at, accept_gaps=accept_gaps)
        except IntegrityError as error:
            if "duty_shifts_pkey" in str(error.orig):  # somebody else's identifier
                raise Conflict from None
            raise

    async def _change(
        self, conn: AsyncConnection, staff: Principal, revision: int, parts: Parts, at: datetime, *, accept_gaps: bool
    ) -> None:
        organisation_id = staff.organisation_id
        if await store.lock(conn, organisation_id, at) != revision:
            raise Conflict("duty_changed")
        before = await store.plan_of(conn, organisation_id, since=at)
        team = await store.team_of(conn, organisation_id)
        after = await _changed(conn, organisation_id, before, parts, team)
        opened = rules.judge(before, after, team, at, accepted=accept_gaps)
        await store.write(conn, organisation_id, after, staff.account_id, at)
        detail = {"parts": parts.named, "revision": revision + 1}
        await record(conn, organisation_id, at, Act.DUTY_CHANGED, by=staff.account_id, detail=detail)
        for who in sorted(_concerned(before, after) & set(team.everyone) - {staff.account_id}):
            await tell(conn, organisation_id, who, "duty_changed", at)
        await warn(conn, organisation_id, team, opened, at, staff.account_id)

    async def holidays(self, staff: Principal, year: int) -> list[tuple[date, str]]:
        """The public holidays where the organisation is. Raises Forbidden."""
        staff.require(Permission.DUTY_SET)
        async with self._database.begin(staff.organisation_id) as conn:
            own = await organisation(conn, staff.organisation_id)
        return public_holidays(own.country, own.zone, year)


async def warn(
    conn: AsyncConnection, organisation_id: UUID, team: Team, opened: Sequence[Span], at: datetime, by: UUID
) -> None:
    """After a change by ``by``. Gaps that it opened and ``by`` accepted are written down, and told to all staff now,
    however far away they are; others that stand near are told where that is due."""
    if not opened:
        await alarm.look(conn, organisation_id, at)
        return
    detail = {"gaps": [list(gap) for gap in rules.as_told(opened)], "count": len(opened)}
    await record(conn, organisation_id, at, Act.DUTY_GAPS_ACCEPTED, by=by, detail=detail)
    await alarm.sound(conn, organisation_id, team, opened, at, by)
    await alarm.keep_told(conn, organisation_id, at)


async def _changed(conn: AsyncConnection, organisation_id: UUID, before: Plan, parts: Parts, team: Team) -> Plan:
    fit = set(team.everyone) | rules.named(before)  # who has left stays in what is not changed
    after = before
    if parts.hours is not None:
        rules.check_hours(parts.hours)
        after = replace(after, hours=parts.hours)
    if parts.closures is not None:
        after = replace(after, closures=rules.checked_closures(parts.closures))
    if parts.shifts is not None:
        rules.check_shifts(parts.shifts)
        await check_people(conn, {who for shift in parts.shifts for who in shift.people}, fit, "shifts")
        after = replace(after, shifts=parts.shifts)
    if parts.ladder is not None:
        rules.check_ladder(parts.ladder)
        await check_people(conn, parts.ladder, fit, "ladder")
        after = replace(after, ladder=parts.ladder)
    if parts.sets_fallback:
        there = {contact.id for contact in await contacts_in(conn, organisation_id)}
        if parts.fallback is not None and parts.fallback not in there:
            raise NotFound(field="fallback")
        after = replace(after, fallback=parts.fallback)
    return after


async def check_people(conn: AsyncConnection, who: Collection[UUID], fit: Collection[UUID], field: str) -> None:
    """Raises NotFound for who is not of this organisation, BadRequest for who is and is not ``fit``."""
    rules.check_people(who, fit, await people_of(conn, who), field)


def _concerned(before: Plan, after: Plan) -> set[UUID]:
    """Who is on call at other times than before."""
    was, becomes = ({shift.id: shift for shift in plan.shifts} for plan in (before, after))
    both = was.keys() | becomes.keys()
    differing = [plan.get(each) for each in both if was.get(each) != becomes.get(each) for plan in (was, becomes)]
    return {who for shift in differing if shift is not None for who in shift.people}


async def _overview(
    conn: AsyncConnection, organisation_id: UUID, now: datetime, first: date | None, weeks: int
) -> Overview:
    zone = ZoneInfo((await organisation(conn, organisation_id)).zone)
    today = now.astimezone(zone).date()
    first = first or today
    monday = first - timedelta(days=first.weekday())
    begins, ends = (rota.instant(day, time(), zone) for day in (monday, monday + weeks * _WEEK))
    plan = await store.plan_of(conn, organisation_id, since=min(begins, now))
    team = await store.team_of(conn, organisation_id)
    changes = await store.changes_in(conn, organisation_id, begins, ends)
    stretches = rota.stretches(plan, team, begins, ends)
    people = await people_of(
        conn,
        set(team.everyone)
        | rules.named(plan)
        | {who for each in changes for who in (each.change.out, each.change.into, each.asked_by) if who is not None},
    )
    return Overview(
        plan=plan,
        now=standing(plan, team, now),
        today=today,
        begins=begins,
        ends=ends,
        stretches=stretches,
        gaps=rules.coming(plan, team, now),
        changes=changes,
        people=people,
        contacts={contact.id: contact.name for contact in await contacts_in(conn, organisation_id)},
    )
