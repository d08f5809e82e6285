"""Housekeeping: uploads that nobody finished, and notes that were never said, leave the database."""

import logging
from collections.abc import Mapping
from typing import Any

from server.infra.jobs import Jobs
from server.kernel.clock import Clock
from server.rooms.notes.notes import Notes
from server.rooms.notes.rules import KEEP_UNSAID

JOB = "rooms:purge_notes"
EACH_NIGHT = "41 3 * * *"  # UTC; an odd minute, so that not everything starts at once
SOME = 100  # in one transaction: up to 100 MiB of pieces

log = logging.getLogger(__name__)


class PurgeNotes:
    """The nightly job; ``register`` puts it on the schedule."""

    def __init__(self, notes: Notes, clock: Clock) -> None:
        self._notes = notes
        self._clock = clock

    def register(self, jobs: Jobs) -> None:
        jobs.schedule(JOB, EACH_NIGHT, self.run)

    async def run(self, _payload: Mapping[str, Any]) -> None:
        before, purged = self._clock.now() - KEEP_UNSAID, 0
        while some := await self._notes.sweep(before, SOME):
            purged += some
        log.info("notes_purged", extra={"count": purged})
