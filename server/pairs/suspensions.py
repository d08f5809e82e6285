"""Suspending a person: out of all their rooms now, by a professional, until one lifts it by name."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, Conflict, NotFound
from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.pairs import holds_store, store
from server.pairs.holds_store import Suspension
from server.pairs.life import REASONS, Act
from server.pairs.rules import State
from server.people.standing import Standing
from server.people.store import Person, people_of
from server.trail.acts import Act as Trail
from server.trail.record import record

_ROLES: Final = (Role.MENTOR, Role.MENTEE)


class Suspensions:
    def __init__(self, database: Database, clock: Clock, standing: Standing) -> None:
        self._database = database
        self._clock = clock
        self._standing = standing

    async def of(self, staff: Principal, account_id: UUID) -> tuple[Person, Suspension | None, Person | None]:
        """The person, the suspension that stands, and who made it. Raises Forbidden, NotFound."""
        staff.require(Permission.PERSON_SUSPEND)
        async with self._database.begin(staff.organisation_id) as conn:
            person = await self._check(conn, staff, account_id)
            found = await holds_store.suspension(conn, account_id)
            by = (await people_of(conn, [found.by]))[found.by] if found is not None else None
            return person, found, by

    async def suspend(self, staff: Principal, account_id: UUID, why: str) -> None:
        """All their rooms are cut: writing and calls, now. Raises Forbidden, NotFound, BadRequest("reason"),
        Conflict("suspended")."""
        staff.require(Permission.PERSON_SUSPEND)
        if why not in REASONS[Act.SUSPEND]:
            raise BadRequest("reason", field="why")
        at = self._clock.now()
        try:
            async with self._database.begin(staff.organisation_id) as conn:
                await self._check(conn, staff, account_id)
                await holds_store.suspend(conn, staff.organisation_id, account_id, why, staff.account_id, at)
                await self._write_down(conn, staff, account_id, Trail.PERSON_SUSPENDED, why, at)
                await self._standing.changed(conn, [account_id], at)
        except IntegrityError as error:
            if "suspensions_open_key" in str(error.orig):
                raise Conflict("suspended") from None
            raise

    async def lift(self, staff: Principal, account_id: UUID, why: str) -> None:
        """Raises Forbidden, NotFound, BadRequest("reason"), Conflict("not_suspended")."""
        staff.require(Permission.PERSON_SUSPEND)
        if why not in REASONS[Act.LIFT]:
            raise BadRequest("reason", field="why")
        at = self._clock.now()
        async with self._database.begin(staff.organisation_id) as conn:
            await self._check(conn, staff, account_id)
            if not await holds_store.unsuspend(conn, account_id, staff.account_id, at):
                raise Conflict("not_suspended")
            await self._write_down(conn, staff, account_id, Trail.PERSON_RESTORED, why, at)
            await self._standing.changed(conn, [account_id], at)

    async def _check(self, conn: AsyncConnection, staff: Principal, account_id: UUID) -> Person:
        person = (await people_of(conn, [account_id])).get(account_id)
        if person is None or person.organisation_id != staff.organisation_id or person.role not in _ROLES:
            raise NotFound
        if staff.role is not Role.ADMIN and not await in_caseload(conn, staff.account_id, account_id):
            raise NotFound
        return person

    async def _write_down(
        self, conn: AsyncConnection, staff: Principal, account_id: UUID, act: Trail, why: str, at: datetime
    ) -> None:
        await record(conn, staff.organisation_id, at, act, by=staff.account_id, about=[account_id], detail={"why": why})


async def in_caseload(conn: AsyncConnection, supervisor_id: UUID, account_id: UUID) -> bool:
    """Whether this person is one of a pair, of whatever state but over, that the professional answers for."""
    pairs = await store.pairs_of(conn, supervisor_id)
    return any(account_id in (pair.mentor_id, pair.mentee_id) and pair.state is not State.CLOSED for pair in pairs)
