"""Who is to be reached now: what the pager asks."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation.duty import rota, store
from server.escalation.duty.plan import Plan, Team


@dataclass(frozen=True, slots=True)
class OnDuty:
    """``staffed``: within the opening hours of the organisation, closures taken off. ``on_call``: accounts, in order,
    swaps applied, with open accounts of staff alone. ``ladder``: whom to go up to, in order, without those of
    ``on_call``. ``fallback``: an outside contact. ``uncovered``: nobody is there now, neither on call nor in the open
    office; ``on_call`` holds all the supervisors then, or else the admins. ``away``: who said so."""

    staffed: bool
    on_call: tuple[UUID, ...]
    ladder: tuple[UUID, ...]
    fallback: UUID | None
    uncovered: bool
    away: frozenset[UUID] = frozenset()


async def on_duty(conn: AsyncConnection, organisation_id: UUID, at: datetime) -> OnDuty:
    """Of an organisation that there is, whether or not it has planned anything."""
    plan = await store.plan_of(conn, organisation_id, since=at)
    return standing(plan, await store.team_of(conn, organisation_id), at)


def without_plan(team: Team) -> OnDuty:
    """Where a plan cannot be read: all staff, so that a fault in it silences nothing."""
    others = tuple(who for who in team.admins if who not in team.by_default)
    return OnDuty(staffed=False, on_call=team.by_default, ladder=others, fallback=None, uncovered=True)


def standing(plan: Plan, team: Team, at: datetime) -> OnDuty:
    """What ``plan`` says of ``at``. In the open office all supervisors who are not away stand in where the rota names
    nobody; who is away is asked only when there is nobody else at all."""
    now = rota.at(plan, team, at)
    present = tuple(who for who in team.by_default if who not in now.absent)
    on_call = now.on_call or present or team.by_default
    ladder = tuple(who for who in plan.ladder if who in team.everyone and who not in on_call and who not in now.absent)
    return OnDuty(now.staffed, on_call, ladder, plan.fallback, not now.covered, now.absent)
