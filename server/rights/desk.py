"""The desk: staff take on, extend, answer and refuse requests of people on their data; an admin decides an erasure."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, Conflict, Forbidden, NotFound
from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.people import restrictions
from server.people.notices import tell
from server.people.store import organisation
from server.rights.deadlines import EXTENDED_MONTHS, due_on
from server.rights.erasure import Erasure, Prospect
from server.rights.requests_store import OPEN, Listed, Request, listed, recorded, request_of, tell_both, write
from server.rights.scope import answers_for, caseload
from server.rights.tables import data_requests
from server.trail.acts import Act

Step = Literal["take", "extend", "answer", "refuse"]

NOTICE: Final = timedelta(days=7)  # to ask again, or to object, before data that was put aside is used

# What the trail says of a step, and the notice to the person.
_STEPS: Final[Mapping[Step, tuple[Act, str]]] = {
    "take": (Act.REQUEST_TAKEN, "request_taken"),
    "extend": (Act.REQUEST_EXTENDED, "request_extended"),
    "answer": (Act.REQUEST_ANSWERED, "request_answered"),
    "refuse": (Act.REQUEST_REFUSED, "request_refused"),
}


class Desk:
    def __init__(self, database: Database, clock: Clock, erasure: Erasure) -> None:
        self._database = database
        self._clock = clock
        self._erasure = erasure

    async def requests(self, staff: Principal) -> Listed:
        """What waits for an answer, the most urgent first, then what was answered. Raises Forbidden."""
        staff.require(Permission.DATA_ANSWER)
        async with self._database.begin(staff.organisation_id) as conn:
            which = data_requests.c.organisation_id == staff.organisation_id
            if staff.role is not Role.ADMIN:
                which &= data_requests.c.about_id.in_(await caseload(conn, staff.account_id))
            return await listed(conn, staff.organisation_id, which, self._clock.now())

    async def step(self, staff: Principal, request_id: UUID, step: Step, revision: int, words: str | None) -> None:
        """Raises Forbidden, NotFound; Conflict("request_moved_on") when somebody acted on it since it was shown;
        BadRequest("missing") for an answer, a refusal or an extension without words. That an erasure was done is
        ``erase``'s to say: it is not answered here."""
        staff.require(Permission.DATA_ANSWER)
        now = self._clock.now()
        if step != "take" and not words:
            raise BadRequest("missing", field="words")
        async with self._database.begin(staff.organisation_id) as conn:
            request = await self._taken(conn, staff, request_id, revision)
            if request.kind == "erasure" and (step == "answer" or (step == "refuse" and staff.role is not Role.ADMIN)):
                raise Forbidden("erasure_by_admin")
            due = request.due_on
            match step:
                case "take":
                    await write(conn, request, state="taken", taken_by=staff.account_id, taken_at=now)
                case "extend":
                    if request.extended_at is not None:
                        raise Conflict("request_extended")
                    zone = (await organisation(conn, staff.organisation_id)).zone
                    if now.astimezone(ZoneInfo(zone)).date() > due:  # the reasons are owed within the first month
                        raise Conflict("request_late")
                    due = due_on(request.at, zone, EXTENDED_MONTHS)
                    await write(conn, request, due_on=due, extended_at=now, extended_why=words, warned=None)
                case "answer" | "refuse":
                    state = "answered" if step == "answer" else "refused"
                    await write(conn, request, state=state, answer=words, ended_at=now, ended_by=staff.account_id)
            if step == "refuse":
                await restrictions.end(conn, request_id, now, staff.account_id)
            act, kind = _STEPS[step]
            await recorded(conn, staff, act, request.about, request_id, now, due=due)
            await tell_both(conn, request, kind, now, due=due)

    async def lift(self, staff: Principal, request_id: UUID) -> None:
        """Data that was put aside is used again, a week after the person was told so (GDPR article 18.3). Lifting twice
        is once. Raises Forbidden, NotFound."""
        staff.require(Permission.DATA_ANSWER)
        now = self._clock.now()
        async with self._database.begin(staff.organisation_id) as conn:
            request = await self._theirs(conn, staff, request_id)
            until = now + NOTICE
            if request.state == "answered" and await restrictions.end(conn, request.id, until, staff.account_id):
                await recorded(conn, staff, Act.RESTRICTION_LIFTED, request.about, request.id, now, until=until)
                zone = ZoneInfo((await organisation(conn, staff.organisation_id)).zone)
                await tell_both(conn, request, "request_lifted", now, due=until.astimezone(zone).date())

    async def prospect(self, admin: Principal, request_id: UUID) -> Prospect:
        """What deciding for this erasure would remove. Raises Forbidden, NotFound."""
        admin.require(Permission.DATA_ERASE)
        async with self._database.begin(admin.organisation_id) as conn:
            request = await request_of(conn, data_requests.c.id == request_id)
            if request is None or request.kind != "erasure" or request.organisation_id != admin.organisation_id:
                raise NotFound
            return await self._erasure.prospect(conn, admin.organisation_id, request.about)

    async def erase(self, admin: Principal, request_id: UUID, revision: int) -> None:
        """Decides for an erasure, which happens now. Raises Forbidden, NotFound, Conflict."""
        admin.require(Permission.DATA_ERASE)
        now = self._clock.now()
        async with self._database.begin(admin.organisation_id) as conn:
            request = await self._taken(conn, admin, request_id, revision)
            if request.kind != "erasure":
                raise NotFound
            await write(conn, request, state="answered", ended_at=now, ended_by=admin.account_id)
            await recorded(conn, admin, Act.REQUEST_ANSWERED, request.about, request_id, now)
            await self._erasure.erase(conn, admin.organisation_id, request.about, by=admin.account_id, why="request")
            if request.by != request.about:
                await tell(conn, admin.organisation_id, request.by, "request_answered", now, what=request.kind)

    async def _theirs(self, conn: AsyncConnection, staff: Principal, request_id: UUID) -> Request:
        """The request, locked. Raises NotFound for one of somebody whom they do not answer for."""
        request = await request_of(conn, data_requests.c.id == request_id, lock=True)
        if request is None or request.organisation_id != staff.organisation_id:
            raise NotFound
        if not await answers_for(conn, staff, request.about):
            raise NotFound
        return request

    async def _taken(self, conn: AsyncConnection, staff: Principal, request_id: UUID, revision: int) -> Request:
        """The request, locked, for a step of this professional."""
        request = await self._theirs(conn, staff, request_id)
        if request.revision != revision:
            raise Conflict("request_moved_on")
        if request.state not in OPEN:
            raise Conflict("request_ended")
        return request
