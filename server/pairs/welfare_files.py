"""Keeping the child-welfare track of young people: each step is added and each file read with its name and date in the
audit trail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.identifiers import new_id
from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.pairs import papers_store
from server.pairs.caseload import of_caseload
from server.pairs.welfare import Entry, Outcome, Step, Track, check_entry, track
from server.people.standing import Standing
from server.people.store import Person
from server.trail.acts import Act as Trail
from server.trail.readings import record_reading
from server.trail.record import record

_ROLES: Final = (Role.MENTEE,)


@dataclass(frozen=True, slots=True)
class WelfareFile:
    """``entries``: the newest first."""

    mentee: Person
    today: date
    track: Track
    entries: Sequence[Entry]


class WelfareFiles:
    def __init__(self, database: Database, clock: Clock, standing: Standing) -> None:
        self._database = database
        self._clock = clock
        self._standing = standing

    async def of(self, staff: Principal, mentee_id: UUID) -> WelfareFile:
        """Of a young person whom ``staff`` works for, who can see in their journal that it was read. Raises Forbidden,
        NotFound."""
        staff.require(Permission.WELFARE_KEEP)
        async with self._database.begin(staff.organisation_id) as conn:
            mentee = await of_caseload(conn, staff, mentee_id, _ROLES)
            at, by = self._clock.now(), staff.account_id
            await record_reading(conn, staff.organisation_id, at, Trail.WELFARE_READ, by=by, about=[mentee_id])
            return await self._file(conn, mentee)

    async def add(
        self, staff: Principal, mentee_id: UUID, step: Step, on: date, outcome: Outcome | None, note: str | None
    ) -> WelfareFile:
        """Writes down a step of the track. Raises Forbidden, NotFound, BadRequest with the field named."""
        staff.require(Permission.WELFARE_KEEP)
        at, by = self._clock.now(), staff.account_id
        async with self._database.begin(staff.organisation_id) as conn:
            mentee = await of_caseload(conn, staff, mentee_id, _ROLES)
            before = await self._file(conn, mentee)
            check_entry(before.entries, step, on, outcome, before.today)
            entry = Entry(new_id(), mentee_id, step, on, outcome, note, by, at)
            await papers_store.insert_entry(conn, mentee.organisation_id, entry)
            detail = {"step": step.value}
            await record(
                conn, staff.organisation_id, at, Trail.WELFARE_RECORDED, by=by, about=[mentee_id], detail=detail
            )
            await self._standing.changed(conn, [mentee_id], at)
            return await self._file(conn, mentee)

    async def _file(self, conn: AsyncConnection, mentee: Person) -> WelfareFile:
        organisation = mentee.organisation_id
        today = (await papers_store.todays(conn, [organisation], self._clock.now()))[organisation]
        entries = (await papers_store.entries_of(conn, [mentee.id])).get(mentee.id, [])
        return WelfareFile(mentee, today, track(entries), entries[::-1])
