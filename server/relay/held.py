"""A dispatch with its case, locked for one act of somebody who may see it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation import store as cases
from server.escalation.rules import Case, Sight
from server.escalation.viewers import Around, seen
from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import CaseMovedOn, Conflict, NotFound
from server.kernel.permissions import Role
from server.kernel.principal import Principal
from server.people.store import Person, people_in_role
from server.relay import store
from server.relay.rules import Dispatch, SeenAs, seconds
from server.trail.acts import Act
from server.trail.record import record


@dataclass(slots=True)
class Held:
    """What an act needs. ``dispatch`` is as it was before it."""

    conn: AsyncConnection
    case: Case
    near: Around
    sight: Sight
    dispatch: Dispatch
    by: Principal
    now: datetime

    async def change(self, did: str, **values: Any) -> Dispatch:
        """Changes the dispatch, with its line in the timeline of the case and in the trail; how it is now."""
        await store.change(self.conn, self.dispatch.id, **values)
        await enter(self.conn, self.case, self.dispatch, self.by.account_id, self.now, did)
        return await self.fresh()

    async def fresh(self) -> Dispatch:
        found = await store.dispatch_of(self.conn, self.dispatch.id)
        if found is None:
            raise NotFound
        self.dispatch = found
        return found


async def enter(conn: AsyncConnection, case: Case, dispatch: Dispatch, by: UUID, now: datetime, did: str) -> None:
    """The case changed: every screen is told, the timeline and the trail say how."""
    await cases.change(conn, case.id)
    await cases.enter(conn, case.id, now, "dispatch", by=by, dispatch=dispatch.id, kind=dispatch.kind.value, did=did)
    detail = {"case": case.id, "dispatch": dispatch.id, "kind": dispatch.kind, "did": did}
    await record(conn, case.organisation_id, now, Act.DISPATCH_CHANGED, by=by, detail=detail)


@asynccontextmanager
async def held(
    database: Database,
    clock: Clock,
    principal: Principal,
    dispatch_id: UUID,
    revision: int | None,
    *,
    outline: bool = False,
) -> AsyncIterator[Held]:
    """The dispatch for one act; with ``revision``, as it was shown. ``outline``: also for who sees no more of the case
    than that. Raises NotFound, CaseMovedOn."""
    now = clock.now()
    async with database.begin(principal.organisation_id) as conn:
        found = await store.dispatch_of(conn, dispatch_id)
        if found is None:
            raise NotFound
        locked = await cases.locked(conn, found.case_id)  # the case first: whoever changes one changes both
        case, _, sight, near = await seen(conn, locked[0] if locked else None, principal, now)
        if sight != "whole" and not outline:
            raise NotFound
        dispatch = await store.dispatch_of(conn, dispatch_id, lock=True)
        if dispatch is None:
            raise NotFound
        if revision is not None and revision != dispatch.revision:
            raise CaseMovedOn
        yield Held(conn, case, near, sight, dispatch, principal, now)


def check_still_two(one: Held) -> None:
    """Raises Conflict("dispatch_conflict") where it has turned out since that the case is about who proposed it or who
    agreed to it: then two did not look at what is to leave."""
    for who in (one.dispatch.proposed_by, one.dispatch.seconded_by):
        if who is not None and one.near.concerned(one.case, who):
            raise Conflict("dispatch_conflict")


async def second_people(conn: AsyncConnection, case: Case, near: Around, me: UUID) -> tuple[list[Person], SeenAs]:
    """Who can be the second pair of eyes beside ``me``, and what of it they see."""
    staff = {role: await people_in_role(conn, case.organisation_id, role) for role in (Role.SUPERVISOR, Role.ADMIN)}
    theirs = [person.id for people in staff.values() for person in people if near.concerned(case, person.id)]
    ids, seen_as = seconds(
        [one.id for one in staff[Role.SUPERVISOR]], [one.id for one in staff[Role.ADMIN]], theirs, me
    )
    by_id = {person.id: person for people in staff.values() for person in people}
    return [by_id[one] for one in ids], seen_as
