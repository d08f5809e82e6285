"""The job that reminds staff of requests whose last day comes, or is over."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from server.infra.database import Database
from server.infra.jobs import Jobs
from server.kernel.clock import Clock
from server.kernel.permissions import Role
from server.people.notices import tell
from server.people.store import organisation, people_in_role
from server.rights.deadlines import warning
from server.rights.requests_store import open_requests, set_warned

JOB: Final = "rights:warn"
MORNINGS: Final = "37 4 * * *"  # UTC


class Reminders:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def register(self, jobs: Jobs) -> None:
        jobs.schedule(JOB, MORNINGS, self.run)

    async def run(self, _payload: Mapping[str, Any]) -> None:
        """Tells the admins, and who took it on; each warning once."""
        now = self._clock.now()
        async with self._database.everywhere() as conn:
            zones: dict[UUID, ZoneInfo] = {}
            for request in await open_requests(conn):
                where = request.organisation_id
                if where not in zones:
                    zones[where] = ZoneInfo((await organisation(conn, where)).zone)
                days = warning(request.due_on, now.astimezone(zones[where]).date(), request.warned)
                if days is None:
                    continue
                await set_warned(conn, request, days)
                staff = {admin.id for admin in await people_in_role(conn, where, Role.ADMIN)}
                for account_id in staff | ({request.taken_by} if request.taken_by is not None else set()):
                    kind = "request_overdue" if days < 0 else "request_due"
                    await tell(conn, where, account_id, kind, now, what=request.kind, due=request.due_on)
