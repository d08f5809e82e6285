"""The job that keeps the head of each day. Looks every few minutes which organisations have begun a new day, so that a
day of standstill, or a zone far away, is nothing special."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.infra.jobs import Jobs
from server.kernel.clock import Clock
from server.trail import heads

JOB: Final = "trail:heads"
OFTEN: Final = "*/5 * * * *"

Zones = Callable[[AsyncConnection], Awaitable[Mapping[UUID, str]]]

log = logging.getLogger(__name__)


class DailyHeads:
    """``register`` puts it on the schedule. ``zones`` tells each organisation's zone, ``data`` is the data folder."""

    def __init__(self, database: Database, clock: Clock, zones: Zones, data: Path) -> None:
        self._database = database
        self._clock = clock
        self._zones = zones
        self._data = data
        self._written: Mapping[UUID, date] = {}

    def register(self, jobs: Jobs) -> None:
        jobs.schedule(JOB, OFTEN, self.run)

    async def run(self, _payload: Mapping[str, Any]) -> None:
        now = self._clock.now()
        async with self._database.everywhere() as conn:
            ended = {organisation: _yesterday(now, zone) for organisation, zone in (await self._zones(conn)).items()}
            kept = await heads.keep(conn, ended, now)
        # After the commit: nothing stands in the file that the database could still take back. Also when nothing is
        # new to the database: the file may have missed what was kept while its disk was full, or by another machine.
        if not kept and ended == self._written:
            return
        async with self._database.everywhere() as conn:
            known = await heads.lines(conn)
        await asyncio.to_thread(heads.append, self._data, known)
        self._written = ended
        if kept:
            log.info("heads_kept", extra={"count": kept})


def _yesterday(now: datetime, zone: str) -> date:
    return (now.astimezone(ZoneInfo(zone)) - timedelta(days=1)).date()
