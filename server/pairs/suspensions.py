"""Suspending a person: out of all their rooms now, by a professional, until one lifts it by name."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, Conflict
from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.pairs import holds_store
from server.pairs.caseload import of_caseload
from server.pairs.holds_store import Suspension
from server.pairs.life import REASONS, Act
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
            person = await of_caseload(conn, staff, account_id, _ROLES)
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
                await of_caseload(conn, staff, account_id, _ROLES)
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
            await of_caseload(conn, staff, account_id, _ROLES)
            if not await holds_store.unsuspend(conn, account_id, staff.account_id, at):
                raise Conflict("not_suspended")
            await self._write_down(conn, staff, account_id, Trail.PERSON_RESTORED, why, at)
            await self._standing.changed(conn, [account_id], at)

    async def _write_down(
        self, conn: AsyncConnection, staff: Principal, account_id: UUID, act: Trail, why: str, at: datetime
    ) -> None:
        await record(conn, staff.organisation_id, at, act, by=staff.account_id, about=[account_id], detail={"why": why})
