"""What changes because time passes: warnings before a paper lapses, holds when it has, bridges that end. Every few
minutes, safe to repeat, and as good after a day of standstill."""

import logging
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.infra.jobs import Jobs, for_each
from server.kernel.clock import Clock
from server.kernel.permissions import Role
from server.pairs import holds_store, papers_store, store
from server.pairs.acts import act_on
from server.pairs.holds import Holds, by_hand, known
from server.pairs.life import Act
from server.pairs.papers import standing, warning
from server.pairs.required import Need, required
from server.pairs.rules import Pair
from server.pairs.welfare import WARNINGS as WELFARE_WARNINGS
from server.pairs.welfare import track
from server.people.notices import tell
from server.people.store import people_in_role
from server.people.tables import organisations

JOB: Final = "pairs:lapses"
OFTEN: Final = "*/5 * * * *"

log = logging.getLogger(__name__)


class Lapses:
    def __init__(self, database: Database, clock: Clock, holds: Holds) -> None:
        self._database = database
        self._clock = clock
        self._holds = holds

    def register(self, jobs: Jobs) -> None:
        jobs.schedule(JOB, OFTEN, self.run)

    async def run(self, _payload: Mapping[str, Any]) -> None:
        """Each organisation in a transaction of its own."""
        async with self._database.everywhere() as conn:
            every = list((await conn.execute(select(organisations.c.id).order_by(organisations.c.id))).scalars())
        await for_each(every, self._run_for)

    async def _run_for(self, organisation_id: UUID) -> None:
        async with self._database.begin(organisation_id) as conn:
            await self._look(conn, organisation_id, self._clock.now())

    async def _look(self, conn: AsyncConnection, organisation_id: UUID, at: datetime) -> None:
        today = (await papers_store.todays(conn, [organisation_id], at))[organisation_id]
        living = [
            pair
            for pair in await store.pairs_of_organisation(conn, organisation_id)
            if pair.state.value in store.LIVING
        ]
        await self._warn_mentors(conn, organisation_id, living, today, at)
        await self._warn_of_evaluations(conn, organisation_id, living, today, at)
        over = {pair.id for pair in living if pair.until is not None and pair.until <= at}
        differing = await self._differing(conn, living, at)
        for pair in await store.locked(conn, over | differing):
            if pair.state.value not in store.LIVING:
                continue
            if pair.id in over:
                await act_on(conn, pair, Act.END_BRIDGE, at, by=None, why="term")
            else:
                await self._holds.settle(conn, [pair], at)

    async def _differing(self, conn: AsyncConnection, pairs: Collection[Pair], at: datetime) -> set[UUID]:
        """The pairs whose holds are not those that they must have. Looked at without a lock: almost always none."""
        if not pairs:
            return set()
        facts = await known(conn, pairs, at)
        holds = await holds_store.open_holds(conn, [pair.id for pair in pairs])
        return {
            pair.id
            for pair in pairs
            if required(pair, facts[pair.id])
            != {
                Need(hold.kind, hold.about)
                for hold in holds.get(pair.id, ())
                if hold.about is not None and not by_hand(hold)
            }
        }

    async def _warn_mentors(
        self, conn: AsyncConnection, organisation_id: UUID, living: Collection[Pair], today: date, at: datetime
    ) -> None:
        supervisors: dict[UUID, set[UUID]] = defaultdict(set)
        for pair in living:
            supervisors[pair.mentor_id].add(pair.supervisor_id)
        mentors = [person.id for person in await people_in_role(conn, organisation_id, Role.MENTOR)]
        papers = await papers_store.papers_of(conn, mentors)
        given = await papers_store.given(conn, mentors)
        policy = await papers_store.policy(conn, organisation_id)
        for mentor_id in mentors:
            for gate in policy.gates:
                now = standing(papers.get(mentor_id, ()), gate, today, policy)
                left = now.left(today)
                if left is None or now.until is None:
                    continue
                days = warning(left, given.get((mentor_id, gate.value, now.until), ()))
                if days is None or not await papers_store.give(
                    conn, organisation_id, mentor_id, gate.value, now.until, days, at
                ):
                    continue
                facts = {"gate": gate.value, "until": now.until}
                await tell(conn, organisation_id, mentor_id, "papers_lapsing", at, **facts)
                for supervisor_id in sorted(supervisors[mentor_id]):
                    await tell(
                        conn, organisation_id, supervisor_id, "mentor_papers_lapsing", at, mentor=mentor_id, **facts
                    )

    async def _warn_of_evaluations(
        self, conn: AsyncConnection, organisation_id: UUID, living: Collection[Pair], today: date, at: datetime
    ) -> None:
        supervisors: dict[UUID, set[UUID]] = defaultdict(set)
        for pair in living:
            supervisors[pair.mentee_id].add(pair.supervisor_id)
        entries = await papers_store.entries_of(conn, supervisors.keys())
        given = await papers_store.given(conn, entries.keys())
        for mentee_id, told in entries.items():
            due_on = track(told).due_on
            if due_on is None:
                continue
            left = max((due_on - today).days, 0)
            days = warning(left, given.get((mentee_id, "evaluation", due_on), ()), WELFARE_WARNINGS)
            if days is None or not await papers_store.give(
                conn, organisation_id, mentee_id, "evaluation", due_on, days, at
            ):
                continue
            for supervisor_id in sorted(supervisors[mentee_id]):
                await tell(conn, organisation_id, supervisor_id, "welfare_due", at, mentee=mentee_id, until=due_on)
