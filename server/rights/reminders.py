"""The job that reminds staff of requests whose last day comes, or is over."""

from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from server.infra.database import Database
from server.infra.jobs import Jobs, for_each
from server.kernel.clock import Clock
from server.kernel.permissions import Role
from server.people.notices import tell
from server.people.store import organisation, people_in_role
from server.rights.deadlines import warning
from server.rights.requests_store import Request, open_requests, set_warned

JOB: Final = "rights:warn"
EACH_HOUR: Final = "37 * * * *"  # a day begins at another hour in each zone, and its reminder must not come at its end


class Reminders:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def register(self, jobs: Jobs) -> None:
        jobs.schedule(JOB, EACH_HOUR, self.run)

    async def run(self, _payload: Mapping[str, Any]) -> None:
        """Tells the admins, and who took it on; each warning once."""
        async with self._database.everywhere() as conn:
            waiting = await open_requests(conn)
        await for_each(waiting, self._remind)

    async def _remind(self, request: Request) -> None:
        now, where = self._clock.now(), request.organisation_id
        async with self._database.begin(where) as conn:
            zone = ZoneInfo((await organisation(conn, where)).zone)
            days = warning(request.due_on, now.astimezone(zone).date(), request.warned)
            if days is None or not await set_warned(conn, request, days):
                return
            staff = {admin.id for admin in await people_in_role(conn, where, Role.ADMIN)}
            kind = "request_overdue" if days < 0 else "request_due"
            for account_id in sorted(staff | ({request.taken_by} if request.taken_by is not None else set())):
                await tell(conn, where, account_id, kind, now, what=request.kind, due=request.due_on)
