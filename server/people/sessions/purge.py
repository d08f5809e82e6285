"""Housekeeping: sessions that ended a while ago leave the database."""

import logging
from collections.abc import Mapping
from typing import Any

from server.infra.database import Database
from server.infra.jobs import Jobs
from server.kernel.clock import Clock
from server.people.sessions.store import purge_expired

JOB = "people:purge_sessions"
EACH_NIGHT = "23 3 * * *"  # UTC; an odd minute, so that not everything starts at once

log = logging.getLogger(__name__)


class PurgeSessions:
    """The nightly job; ``register`` puts it on the schedule."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def register(self, jobs: Jobs) -> None:
        jobs.schedule(JOB, EACH_NIGHT, self.run)

    async def run(self, _payload: Mapping[str, Any]) -> None:
        async with self._database.everywhere() as conn:  # a job over all
            purged = await purge_expired(conn, self._clock.now())
        log.info("sessions_purged", extra={"count": purged})
