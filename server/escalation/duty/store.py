"""SQL of the rota."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, delete, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation.duty.plan import Change, Closure, Opening, Plan, Shift, Team
from server.escalation.duty.tables import (
    duty_changes,
    duty_closures,
    duty_hours,
    duty_ladder,
    duty_plans,
    duty_shift_people,
    duty_shifts,
)
from server.kernel.permissions import Role
from server.people import store as people
from server.people.reach.contacts import contacts_in


async def team_of(conn: AsyncConnection, organisation_id: UUID) -> Team:
    """The staff with open accounts."""
    return Team(
        tuple(person.id for person in await people.people_in_role(conn, organisation_id, Role.SUPERVISOR)),
        tuple(person.id for person in await people.people_in_role(conn, organisation_id, Role.ADMIN)),
    )


async def plan_of(conn: AsyncConnection, organisation_id: UUID, *, since: datetime) -> Plan:
    """What holds now. Left out are changes that ended before ``since``, and an outside contact who was taken out."""
    own = (await conn.execute(select(duty_plans).where(duty_plans.c.organisation_id == organisation_id))).first()
    zone = ZoneInfo((await people.organisation(conn, organisation_id)).zone)
    if own is None:
        return Plan(zone)
    there = {contact.id for contact in await contacts_in(conn, organisation_id)}
    return Plan(
        zone,
        await _hours(conn, organisation_id),
        await _closures(conn, organisation_id),
        await _shifts(conn, organisation_id),
        await _changes(conn, organisation_id, since),
        await _ladder(conn, organisation_id),
        own.fallback_id if own.fallback_id in there else None,
        own.revision,
    )


async def _hours(conn: AsyncConnection, organisation_id: UUID) -> list[Opening]:
    rows = duty_hours.c
    query = select(rows.day, rows.begins, rows.ends).where(rows.organisation_id == organisation_id)
    return [Opening(*row) for row in await conn.execute(query.order_by(rows.day, rows.begins))]


async def _closures(conn: AsyncConnection, organisation_id: UUID) -> list[Closure]:
    rows = duty_closures.c
    query = select(rows.first_day, rows.last_day, rows.why).where(rows.organisation_id == organisation_id)
    return [Closure(*row) for row in await conn.execute(query.order_by(rows.first_day))]


async def _shifts(conn: AsyncConnection, organisation_id: UUID) -> list[Shift]:
    rows, named = duty_shifts.c, duty_shift_people.c
    query = select(named.shift_id, named.account_id).join(duty_shifts).where(rows.organisation_id == organisation_id)
    who: dict[UUID, list[UUID]] = {}
    for row in await conn.execute(query.order_by(named.shift_id, named.place)):
        who.setdefault(row.shift_id, []).append(row.account_id)
    found = select(duty_shifts).where(rows.organisation_id == organisation_id).order_by(rows.place)
    return [
        Shift(
            row.id,
            frozenset(row.days),
            row.begins,
            row.ends,
            row.first_day,
            tuple(who.get(row.id, ())),
            row.last_day,
            row.every,
            row.closures,
        )
        for row in await conn.execute(found)
    ]


async def _changes(conn: AsyncConnection, organisation_id: UUID, since: datetime) -> list[Change]:
    rows = duty_changes.c
    query = (
        select(rows.begins, rows.ends, rows.out_id, rows.into_id)
        .where(rows.organisation_id == organisation_id, rows.state == "accepted", rows.ends > since)
        .order_by(rows.accepted_at, rows.id)
    )
    return [Change(*row) for row in await conn.execute(query)]


async def _ladder(conn: AsyncConnection, organisation_id: UUID) -> list[UUID]:
    rows = duty_ladder.c
    query = select(rows.account_id).where(rows.organisation_id == organisation_id).order_by(rows.place)
    return list((await conn.execute(query)).scalars())


async def lock(conn: AsyncConnection, organisation_id: UUID, at: datetime) -> int:
    """Nobody else changes who is on call in this organisation until the end of the transaction; the revision."""
    first = {"organisation_id": organisation_id, "changed_at": at}
    await conn.execute(upsert(duty_plans).values(first).on_conflict_do_nothing())
    rows = duty_plans.c
    query = select(rows.revision).where(rows.organisation_id == organisation_id).with_for_update()
    revision: int = (await conn.execute(query)).scalar_one()
    return revision


async def write(conn: AsyncConnection, organisation_id: UUID, plan: Plan, by: UUID, at: datetime) -> None:
    """Puts ``plan`` in the place of what was, but for its changes. Its row is locked."""
    for table in (duty_hours, duty_closures, duty_shifts, duty_ladder):
        await conn.execute(delete(table).where(table.c.organisation_id == organisation_id))
    mine = {"organisation_id": organisation_id}
    hours = [{**mine, "day": each.day, "begins": each.begins, "ends": each.ends} for each in plan.hours]
    closures = [{**mine, "first_day": each.first, "last_day": each.last, "why": each.why} for each in plan.closures]
    shifts = [
        {
            **mine,
            "id": each.id,
            "place": place,
            "days": sorted(each.days),
            "closures": each.closures,
            "begins": each.begins,
            "ends": each.ends,
            "every": each.every,
            "first_day": each.first,
            "last_day": each.last,
        }
        for place, each in enumerate(plan.shifts)
    ]
    named = [
        {"shift_id": each.id, "place": place, "account_id": who}
        for each in plan.shifts
        for place, who in enumerate(each.people)
    ]
    ladder = [{**mine, "place": place, "account_id": who} for place, who in enumerate(plan.ladder)]
    for table, values in (
        (duty_hours, hours),
        (duty_closures, closures),
        (duty_shifts, shifts),
        (duty_shift_people, named),
        (duty_ladder, ladder),
    ):
        if values:
            await conn.execute(insert(table), values)
    await conn.execute(
        update(duty_plans)
        .where(duty_plans.c.organisation_id == organisation_id)
        .values(revision=duty_plans.c.revision + 1, fallback_id=plan.fallback, changed_by=by, changed_at=at)
    )


State = Literal["asked", "accepted", "declined", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A change with what became of it."""

    id: UUID
    change: Change
    state: State
    asked_by: UUID
    asked_at: datetime
    accepted_at: datetime | None = None
    ended_by: UUID | None = None
    ended_at: datetime | None = None


async def add_change(conn: AsyncConnection, organisation_id: UUID, new: Asked) -> None:
    """Raises sqlalchemy.exc.IntegrityError for an identifier that is taken."""
    await conn.execute(
        insert(duty_changes).values(
            id=new.id,
            organisation_id=organisation_id,
            out_id=new.change.out,
            into_id=new.change.into,
            begins=new.change.begins,
            ends=new.change.ends,
            state=new.state,
            asked_by=new.asked_by,
            asked_at=new.asked_at,
            accepted_at=new.accepted_at,
        )
    )


async def set_state(conn: AsyncConnection, change_id: UUID, state: State, by: UUID, at: datetime) -> None:
    ended = {"accepted_at": at} if state == "accepted" else {"ended_by": by, "ended_at": at}
    await conn.execute(update(duty_changes).where(duty_changes.c.id == change_id).values(state=state, **ended))


async def end_change(conn: AsyncConnection, change_id: UUID, at: datetime) -> None:
    """It counts until now and no longer."""
    await conn.execute(update(duty_changes).where(duty_changes.c.id == change_id).values(ends=at))


async def change(conn: AsyncConnection, organisation_id: UUID, change_id: UUID) -> Asked | None:
    rows = duty_changes.c
    query = select(duty_changes).where(rows.id == change_id, rows.organisation_id == organisation_id)
    row = (await conn.execute(query)).first()
    return _asked(row) if row else None


async def changes_in(conn: AsyncConnection, organisation_id: UUID, begins: datetime, ends: datetime) -> Sequence[Asked]:
    """Those that meet the span, and all that still wait for an answer, the earliest first."""
    rows = duty_changes.c
    query = (
        select(duty_changes)
        .where(
            rows.organisation_id == organisation_id,
            rows.ends > begins,
            or_(rows.begins < ends, rows.state == "asked"),
        )
        .order_by(rows.begins, rows.id)
    )
    return [_asked(row) for row in await conn.execute(query)]


def _asked(row: Row[*tuple[Any, ...]]) -> Asked:
    return Asked(
        row.id,
        Change(row.begins, row.ends, row.out_id, row.into_id),
        row.state,
        row.asked_by,
        row.asked_at,
        row.accepted_at,
        row.ended_by,
        row.ended_at,
    )
