"""What differs from the rota for a time: somebody asks a colleague to stand in, who accepts or not; staff set an
absence, or somebody more. Until it is accepted nothing changes, and what leaves a time to nobody is refused as in
``planning``."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation.duty import rota, rules, store
from server.escalation.duty.alarm import PAGE
from server.escalation.duty.plan import Change, Plan, Team
from server.escalation.duty.planning import check_people, warn
from server.escalation.duty.store import Asked, State
from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, Conflict, NotFound
from server.kernel.permissions import Permission
from server.kernel.principal import Principal
from server.people.notices import tell
from server.people.reach.queueing import queue
from server.people.reach.rules import Urgency
from server.trail.acts import Act
from server.trail.record import record
from server.transport.wire import timestamp

ASKED: Final = "asked"
ACCEPTED: Final = "accepted"
DECLINED: Final = "declined"
WITHDRAWN: Final = "withdrawn"
_OPEN: Final = (ASKED, ACCEPTED)


class Swaps:
    """Use cases of an organisation's staff."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def ask(self, staff: Principal, change_id: UUID, to: UUID, begins: datetime, ends: datetime) -> None:
        """Asks ``to`` to be on call instead of oneself between the two. Asking again with the same identifier changes
        nothing. Raises Forbidden, BadRequest and NotFound with the field named, Conflict for an identifier that is
        taken."""
        staff.require(Permission.DUTY_SWAP)
        wanted = Change(begins, ends, staff.account_id, to)
        await self._add(staff, Asked(change_id, wanted, ASKED, staff.account_id, self._clock.now()), accept_gaps=False)

    async def put(self, staff: Principal, change_id: UUID, wanted: Change, *, accept_gaps: bool) -> None:
        """Sets a change, which counts at once. Raises as ``ask``, and DutyGaps."""
        staff.require(Permission.DUTY_SET)
        at = self._clock.now()
        new = Asked(change_id, wanted, ACCEPTED, staff.account_id, at, at)
        await self._add(staff, new, accept_gaps=accept_gaps)

    async def answer(self, staff: Principal, change_id: UUID, *, accept: bool, accept_gaps: bool) -> None:
        """Of who was asked. Raises Forbidden, NotFound, Conflict, DutyGaps."""
        staff.require(Permission.DUTY_SWAP)
        at = self._clock.now()
        async with self._database.begin(staff.organisation_id) as conn:
            asked = await self._of(conn, staff, change_id, at, (ASKED,))
            if staff.account_id != asked.change.into:
                raise Conflict("duty_other_asked")
            plan, team = await _now(conn, staff.organisation_id, at)
            after = replace(plan, changes=[*plan.changes, asked.change]) if accept else plan
            opened = rules.judge(plan, after, team, at, accepted=accept_gaps)
            await store.set_state(conn, change_id, ACCEPTED if accept else DECLINED, staff.account_id, at)
            await _said(conn, staff, asked, ACCEPTED if accept else DECLINED, at)
            await warn(conn, staff.organisation_id, team, opened, at, staff.account_id)

    async def withdraw(self, staff: Principal, change_id: UUID, *, accept_gaps: bool) -> None:
        """By any of the staff; those concerned hear of it. What has begun already ends now. Raises Forbidden, NotFound,
        Conflict, DutyGaps."""
        staff.require(Permission.DUTY_SWAP)
        at = self._clock.now()
        async with self._database.begin(staff.organisation_id) as conn:
            asked = await self._of(conn, staff, change_id, at, _OPEN)
            plan, team = await _now(conn, staff.organisation_id, at)
            after = replace(plan, changes=[one for one in plan.changes if one != asked.change or asked.state == ASKED])
            opened = rules.judge(plan, after, team, at, accepted=accept_gaps)
            if asked.state == ACCEPTED and asked.change.begins < at:
                await store.end_change(conn, change_id, at)
            else:
                await store.set_state(conn, change_id, WITHDRAWN, staff.account_id, at)
            await _said(conn, staff, asked, WITHDRAWN, at)
            await warn(conn, staff.organisation_id, team, opened, at, staff.account_id)

    async def _add(self, staff: Principal, new: Asked, *, accept_gaps: bool) -> None:
        at = new.asked_at
        try:
            async with self._database.begin(staff.organisation_id) as conn:
                await store.lock(conn, staff.organisation_id, at)
                there = await store.change(conn, staff.organisation_id, new.id)
                if there is not None:
                    if (there.change, there.asked_by) == (new.change, new.asked_by):
                        return
                    raise Conflict
                plan, team = await _now(conn, staff.organisation_id, at)
                into = "to" if new.state == ASKED else "into"
                rules.check_change(new.change, at, into=into)
                if new.change.into is not None:
                    await check_people(conn, [new.change.into], team.everyone, into)
                if new.change.out is not None:  # who may have left since
                    await check_people(conn, [new.change.out], {*team.everyone, *rules.named(plan)}, "out")
                await store.add_change(conn, staff.organisation_id, new)  # first: the identifier may be somebody else's
                if new.state == ASKED and not _on_call(plan, team, new.change):
                    raise BadRequest("duty_not_on_call", field="begins")
                after = replace(plan, changes=[*plan.changes, new.change]) if new.state == ACCEPTED else plan
                opened = rules.judge(plan, after, team, at, accepted=accept_gaps)
                await _said(conn, staff, new, new.state, at)
                await warn(conn, staff.organisation_id, team, opened, at, staff.account_id)
        except IntegrityError as error:
            if "duty_changes_pkey" in str(error.orig):  # somebody else's identifier
                raise Conflict from None
            raise

    async def _of(
        self, conn: AsyncConnection, staff: Principal, change_id: UUID, at: datetime, states: Collection[str]
    ) -> Asked:
        """The change, with the plan locked. Raises NotFound, Conflict."""
        await store.lock(conn, staff.organisation_id, at)
        asked = await store.change(conn, staff.organisation_id, change_id)
        if asked is None:
            raise NotFound
        rules.check_open(asked.state, asked.change, at, states=states)
        return asked


async def _now(conn: AsyncConnection, organisation_id: UUID, at: datetime) -> tuple[Plan, Team]:
    return await store.plan_of(conn, organisation_id, since=at), await store.team_of(conn, organisation_id)


def _on_call(plan: Plan, team: Team, wanted: Change) -> bool:
    return any(wanted.out in stretch.on_call for stretch in rota.stretches(plan, team, wanted.begins, wanted.ends))


async def _said(conn: AsyncConnection, staff: Principal, asked: Asked, state: State, at: datetime) -> None:
    """Written down, and told to those whom it concerns, but not to who did it."""
    change, organisation_id = asked.change, staff.organisation_id
    concerned = {who for who in (change.out, change.into, asked.asked_by) if who is not None}
    what = "absence" if change.into is None else "extra" if change.out is None else "swap"
    for who in sorted(concerned - {staff.account_id}):
        await tell(conn, organisation_id, who, f"duty_{what}_{state}", at, begins=change.begins, ends=change.ends)
        if state == ASKED:
            await queue(conn, organisation_id, who, f"duty_swap:{asked.id}", "duty_swap", Urgency.PROMPT, at, link=PAGE)
    detail = {"change": str(asked.id), "what": what, "state": state}
    detail |= {"begins": timestamp(change.begins), "ends": timestamp(change.ends)}
    people = sorted(who for who in (change.out, change.into) if who is not None)
    await record(conn, organisation_id, at, Act.DUTY_SWAPPED, by=staff.account_id, about=people, detail=detail)
