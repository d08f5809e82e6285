"""Keeping the papers of mentors, who sign the charter themselves. Each row is added, read and withdrawn with its name
and date in the audit trail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import Conflict, NotFound
from server.kernel.identifiers import new_id
from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.pairs import charters, papers_store
from server.pairs.caseload import of_caseload
from server.pairs.charters import Charter
from server.pairs.papers import Gate, Paper, Pass, Policy, check_paper, signed_by, standing
from server.people.standing import Standing
from server.people.store import Person, people_of
from server.trail.acts import Act as Trail
from server.trail.readings import record_reading
from server.trail.record import record

_ROLES: Final = (Role.MENTOR,)


@dataclass(frozen=True, slots=True)
class PaperFile:
    """The papers of one mentor: how each gate stands today, and the whole history, the newest first. ``charter`` is the
    one to sign."""

    mentor: Person
    policy: Policy
    charter: Charter
    today: date
    passes: Sequence[Pass]
    papers: Sequence[Paper]


class Keeping:
    def __init__(self, database: Database, clock: Clock, standing: Standing) -> None:
        self._database = database
        self._clock = clock
        self._standing = standing

    async def own(self, mentor: Principal) -> PaperFile:
        """One's own papers. Raises Forbidden."""
        mentor.require(Permission.PAPER_OWN)
        async with self._database.begin(mentor.organisation_id) as conn:
            person = (await people_of(conn, [mentor.account_id]))[mentor.account_id]
            return await self._file(conn, person)

    async def sign(self, mentor: Principal, version: int) -> PaperFile:
        """Signs the charter, as it is shown. Signing twice is once. Raises Forbidden, Conflict("charter_version")."""
        mentor.require(Permission.PAPER_OWN)
        at = self._clock.now()
        async with self._database.begin(mentor.organisation_id) as conn:
            person = (await people_of(conn, [mentor.account_id]))[mentor.account_id]
            before = await self._file(conn, person)
            if version != before.charter.version:
                raise Conflict("charter_version")
            if version in signed_by(before.papers):
                return before
            await charters.ensure_shipped(conn, person.organisation_id, at)
            signed = Paper(new_id(), person.id, Gate.CHARTER, "charter", version, before.today, None, person.id, at)
            await papers_store.insert_paper(conn, person.organisation_id, signed)
            await self._write_down(conn, mentor, person.id, Trail.CHARTER_SIGNED, at, version=version)
            await self._standing.changed(conn, [person.id], at)
            return await self._file(conn, person)

    async def papers_of(self, staff: Principal, mentor_id: UUID) -> PaperFile:
        """The papers of a mentor, for who answers for them. Raises Forbidden, NotFound."""
        staff.require(Permission.PAPER_KEEP)
        async with self._database.begin(staff.organisation_id) as conn:
            mentor = await of_caseload(conn, staff, mentor_id, _ROLES)
            at, by = self._clock.now(), staff.account_id
            await record_reading(conn, staff.organisation_id, at, Trail.PAPERS_READ, by=by, about=[mentor_id])
            return await self._file(conn, mentor)

    async def record_paper(
        self, staff: Principal, mentor_id: UUID, gate: Gate, kind: str, issued_on: date, valid_until: date | None
    ) -> PaperFile:
        """Writes down a paper that ``staff`` has seen. What it opens opens at once. Raises Forbidden, NotFound,
        BadRequest with the field named."""
        staff.require(Permission.PAPER_KEEP)
        at = self._clock.now()
        async with self._database.begin(staff.organisation_id) as conn:
            mentor = await of_caseload(conn, staff, mentor_id, _ROLES)
            before = await self._file(conn, mentor)
            until = check_paper(gate, kind, issued_on, valid_until, before.today, before.policy)
            paper = Paper(new_id(), mentor_id, gate, kind, None, issued_on, until, staff.account_id, at)
            await papers_store.insert_paper(conn, mentor.organisation_id, paper)
            words = {"gate": gate.value, "kind": kind, "paper": str(paper.id)}
            await self._write_down(conn, staff, mentor_id, Trail.PAPER_RECORDED, at, **words)
            await self._standing.changed(conn, [mentor_id], at)
            return await self._file(conn, mentor)

    async def withdraw_paper(self, staff: Principal, mentor_id: UUID, paper_id: UUID) -> PaperFile:
        """Takes back what was written down by mistake, or holds no more; both rows stay. Raises Forbidden, NotFound,
        Conflict("paper_withdrawn")."""
        staff.require(Permission.PAPER_KEEP)
        at = self._clock.now()
        try:
            async with self._database.begin(staff.organisation_id) as conn:
                mentor = await of_caseload(conn, staff, mentor_id, _ROLES)
                before = await self._file(conn, mentor)
                found = [paper for paper in before.papers if paper.id == paper_id and paper.withdraws is None]
                if not found:
                    raise NotFound
                gone = Paper(
                    new_id(), mentor_id, found[0].gate, found[0].kind, None, before.today, None, staff.account_id, at,
                    withdraws=paper_id,
                )  # fmt: skip
                await papers_store.insert_paper(conn, mentor.organisation_id, gone)
                words = {"gate": gone.gate.value, "paper": str(paper_id)}
                await self._write_down(conn, staff, mentor_id, Trail.PAPER_WITHDRAWN, at, **words)
                await self._standing.changed(conn, [mentor_id], at)
                return await self._file(conn, mentor)
        except IntegrityError as error:
            if "mentor_papers_withdraws_key" in str(error.orig):
                raise Conflict("paper_withdrawn") from None
            raise

    async def _file(self, conn: AsyncConnection, mentor: Person) -> PaperFile:
        organisation = mentor.organisation_id
        policy = await papers_store.policy(conn, organisation)
        today = (await papers_store.todays(conn, [organisation], self._clock.now()))[organisation]
        papers = (await papers_store.papers_of(conn, [mentor.id])).get(mentor.id, [])
        passes = [standing(papers, gate, today, policy) for gate in Gate]
        newest = await charters.newest(conn, organisation)
        return PaperFile(mentor, policy, newest, today, passes, papers[::-1])

    async def _write_down(
        self, conn: AsyncConnection, by: Principal, about: UUID, act: Trail, at: datetime, **detail: str | int
    ) -> None:
        await record(conn, by.organisation_id, at, act, by=by.account_id, about=[about], detail=detail)
