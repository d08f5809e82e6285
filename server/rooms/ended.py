"""Rooms of pairs that are over: they can be read for as long as the organisation says, then the seats end."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import select

from server.infra.database import Database
from server.infra.jobs import Jobs
from server.kernel.clock import Clock
from server.pairs.papers_store import policy
from server.pairs.store import closed_before
from server.people.tables import organisations
from server.rooms.store import end_reading

JOB: Final = "rooms:ended"
EACH_NIGHT: Final = "41 2 * * *"  # UTC


class EndedRooms:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def register(self, jobs: Jobs) -> None:
        jobs.schedule(JOB, EACH_NIGHT, self.run)

    async def run(self, _payload: Mapping[str, Any]) -> None:
        now = self._clock.now()
        async with self._database.everywhere() as conn:
            every = list((await conn.execute(select(organisations.c.id))).scalars())
        for organisation_id in every:
            async with self._database.begin(organisation_id) as conn:
                days = (await policy(conn, organisation_id)).closed_readable_days
                over = await closed_before(conn, organisation_id, now - timedelta(days=days))
                if over:
                    await end_reading(conn, over, now)
