"""Forgetting a person: one transaction after which nothing in the database says who they were or what they said
(docs/decisions/0197). Sessions, sockets and calls end by the notices of changed rights, in every process."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation.holdings import living as living_cases
from server.escalation.holdings import owned as owned_cases
from server.infra.database import Database
from server.infra.holdings import Deleted, erasable
from server.infra.holdings import erase as erase_rows
from server.infra.jobs import Jobs
from server.infra.secrets import InstanceKeyring
from server.kernel.clock import Clock
from server.kernel.errors import Conflict
from server.kernel.permissions import Role
from server.moderation.holdings import undecided
from server.pairs.leaving import leave, responsible_for
from server.people.store import Person, people_in_role, people_of
from server.rights.covering import Cover, cover_of, lock
from server.rights.holdings import HOLDINGS
from server.rights.scope import known, scope_of
from server.rights.sealing import seal
from server.trail.acts import Act
from server.trail.record import record

JOB: Final = "rights:erase_again"
# What was on its way into the database when somebody was forgotten has landed by then, or never will.
AGAIN: Final = timedelta(minutes=1)

log = logging.getLogger(__name__)

# No key update: what refers to the account meanwhile need not wait, so nobody waits in a circle.
_LOCK: Final = text("select id from accounts where id = :person for no key update")


@dataclass(frozen=True, slots=True)
class Prospect:
    """What forgetting this person would do. ``removed`` and ``blanked``: rows by table. ``cover``: what legal holds
    would keep sealed of it. ``why_not``: the refusal that stands in the way, if any."""

    person: Person
    removed: Mapping[str, int]
    blanked: Mapping[str, int]
    pairs: int
    cover: Cover
    why_not: Conflict | None


class Erasure:
    def __init__(self, database: Database, clock: Clock, keyring: InstanceKeyring, jobs: Jobs) -> None:
        self._database = database
        self._clock = clock
        self._keyring = keyring
        self._jobs = jobs
        jobs.register(JOB, self._again)

    async def prospect(self, conn: AsyncConnection, organisation_id: UUID, person_id: UUID) -> Prospect:
        """Changes nothing. Raises NotFound."""
        now = self._clock.now()
        person = await known(conn, organisation_id, person_id)
        scope, pairs = await scope_of(conn, person, now)
        removed, blanked = dict[str, int](), dict[str, int]()
        for holding in HOLDINGS:
            if count := await erasable(conn, holding, scope):
                (removed if isinstance(holding.erase, Deleted) else blanked)[holding.table.name] = count
        living = sum(pair.state.value != "closed" for pair in pairs)
        cover = await cover_of(conn, person_id, now)
        return Prospect(person, removed, blanked, living, cover, await self._obstacle(conn, person))

    async def erase(
        self, conn: AsyncConnection, organisation_id: UUID, person_id: UUID, *, by: UUID | None, why: str
    ) -> Mapping[str, int]:
        """Forgets the person in the caller's transaction; the rows that changed or went, by table. What legal holds
        name is sealed first. Raises NotFound; Conflict("last_admin"), Conflict("still_responsible"),
        Conflict("flags_undecided"), Conflict("cases_open")."""
        now = self._clock.now()
        await lock(conn)
        await conn.execute(_LOCK, {"person": person_id})
        person = await known(conn, organisation_id, person_id)
        closed = await leave(conn, person_id, now, by)  # first: from here on nothing more is said
        obstacle = await self._obstacle(conn, person)
        if obstacle is not None:
            raise obstacle
        scope, _ = await scope_of(conn, person, now)
        cover = await cover_of(conn, person_id, now)
        kept = ([None] if cover.whole else []) + list(cover.pairs)
        # Each by itself: it is destroyed when its own holds are over.
        sealed = [await seal(conn, scope, self._keyring.keys, pair_id) for pair_id in kept]
        done = await self._forget(conn, person, now)
        detail: dict[str, Any] = {"why": why, "pairs": closed, "rows": done}
        if sealed:
            detail["sealed"] = sealed
        await record(conn, organisation_id, now, Act.DATA_ERASED, by=by, about=[person_id], detail=detail)
        payload = {"account": str(person_id), "organisation": str(organisation_id)}
        await self._jobs.enqueue(conn, JOB, payload, after=AGAIN)
        log.info("person_forgotten", extra={"organisation": organisation_id, "account": person_id})
        return done

    async def _forget(self, conn: AsyncConnection, person: Person, now: datetime) -> dict[str, int]:
        scope, _ = await scope_of(conn, person, now)
        counts = {holding.table.name: await erase_rows(conn, holding, scope) for holding in HOLDINGS}
        return {table: count for table, count in counts.items() if count}

    async def _obstacle(self, conn: AsyncConnection, person: Person) -> Conflict | None:
        """A child's safety, and somebody to answer for people, come first."""
        if await undecided(conn, person.id):
            return Conflict("flags_undecided")
        if await living_cases(conn, person.id):
            return Conflict("cases_open")
        if await responsible_for(conn, person.id) or await owned_cases(conn, person.id):
            return Conflict("still_responsible")
        if person.role is Role.ADMIN and not person.disabled:
            admins = await people_in_role(conn, person.organisation_id, Role.ADMIN)
            if [admin.id for admin in admins] == [person.id]:
                return Conflict("last_admin")
        return None

    async def _again(self, payload: Mapping[str, Any]) -> None:
        """Once more, for what was under way."""
        person_id, organisation_id = UUID(payload["account"]), UUID(payload["organisation"])
        async with self._database.begin(organisation_id) as conn:
            person = (await people_of(conn, [person_id]))[person_id]
            done = await self._forget(conn, person, self._clock.now())
        if done:
            log.info("forgotten_again", extra={"account": person_id, "count": sum(done.values())})
