"""Requests of people on what is held about them: made by anyone about themself, also by a minor alone, and by who holds
parental authority over a child under 15. Each has a last day for its answer; the person sees every step.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.infra.jobs import Jobs
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, Conflict, Forbidden, NotFound
from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.people.notices import tell
from server.people.store import Person, organisation, people_in_role, people_of
from server.rights.deadlines import EXTENDED_MONTHS, due_on, warning
from server.rights.erasure import Erasure, Prospect
from server.rights.scope import answers_for, caseload, children_of, known, speaks_for
from server.rights.tables import data_requests
from server.trail.acts import Act
from server.trail.record import record

Kind = Literal["access", "correction", "erasure", "objection", "restriction"]
State = Literal["received", "taken", "answered", "refused", "withdrawn"]
Step = Literal["take", "extend", "answer", "refuse"]

OPEN: Final = ("received", "taken")
JOB: Final = "rights:warn"
MORNINGS: Final = "37 4 * * *"  # UTC
LISTED: Final = 200  # requests on a page, the open ones first

_KEY: Final = "data_requests_pkey"
_OPEN_KEY: Final = "data_requests_open_key"
_ACTS: Final[Mapping[Step, Act]] = {
    "take": Act.REQUEST_TAKEN,
    "extend": Act.REQUEST_EXTENDED,
    "answer": Act.REQUEST_ANSWERED,
    "refuse": Act.REQUEST_REFUSED,
}


@dataclass(frozen=True, slots=True)
class Request:
    id: UUID
    organisation_id: UUID
    about: UUID
    by: UUID
    kind: Kind
    words: str | None
    state: State
    at: datetime
    due_on: date
    taken_by: UUID | None
    taken_at: datetime | None
    extended_at: datetime | None
    extended_why: str | None
    ended_by: UUID | None
    ended_at: datetime | None
    answer: str | None
    revision: int
    warned: int | None


@dataclass(frozen=True, slots=True)
class Listed:
    """Requests with the people they name, and the organisation's day."""

    requests: Sequence[Request]
    people: Mapping[UUID, Person]
    today: date


class Requests:
    def __init__(self, database: Database, clock: Clock, erasure: Erasure) -> None:
        self._database = database
        self._clock = clock
        self._erasure = erasure

    def register(self, jobs: Jobs) -> None:
        jobs.schedule(JOB, MORNINGS, self.warn)

    async def own(self, principal: Principal) -> Listed:
        """About oneself, whoever made them, and those that one made for a child. What the child or the other parent has
        asked is not a parent's to read."""
        principal.require(Permission.DATA_OWN)
        me, rows = principal.account_id, data_requests.c
        async with self._database.begin(principal.organisation_id) as conn:
            for_a_child = (rows.by_id == me) & rows.about_id.in_(await children_of(conn, principal, self._clock.now()))
            return await self._listed(conn, principal.organisation_id, (rows.about_id == me) | for_a_child)

    async def children(self, principal: Principal) -> list[Person]:
        """Those for whom a guardian may ask."""
        async with self._database.begin(principal.organisation_id) as conn:
            young = await children_of(conn, principal, self._clock.now())
            return list((await people_of(conn, young)).values())

    async def make(
        self, principal: Principal, request_id: UUID, kind: Kind, about: UUID | None, words: str | None
    ) -> None:
        """Making the same one twice is once. Raises Forbidden; NotFound for who is not one's own to speak for;
        Conflict("request_open") while one of this kind waits, ("request_taken") for an identifier of another's."""
        principal.require(Permission.DATA_OWN)
        try:
            async with self._database.begin(principal.organisation_id) as conn:
                if await self._mine(conn, principal, request_id) is None:
                    await self._make(conn, principal, request_id, kind, about, words)
        except IntegrityError as error:
            async with self._database.begin(principal.organisation_id) as conn:
                if await self._mine(conn, principal, request_id) is not None:
                    return  # the same one, made at the same moment
            if _OPEN_KEY in str(error.orig):
                raise Conflict("request_open") from None
            if _KEY in str(error.orig):
                raise Conflict("request_taken") from None
            raise

    async def _make(
        self,
        conn: AsyncConnection,
        principal: Principal,
        request_id: UUID,
        kind: Kind,
        about: UUID | None,
        words: str | None,
    ) -> None:
        now = self._clock.now()
        person = await known(conn, principal.organisation_id, about or principal.account_id)
        if not await speaks_for(conn, principal, person.id, now):
            raise NotFound  # in the same words as of nobody
        zone = (await organisation(conn, principal.organisation_id)).zone
        due = due_on(now, zone)
        values = {
            "id": request_id, "organisation_id": principal.organisation_id, "about_id": person.id,
            "by_id": principal.account_id, "kind": kind, "words": words, "at": now, "due_on": due,
        }  # fmt: skip
        await conn.execute(insert(data_requests).values(**values))
        await self._recorded(conn, principal, Act.REQUEST_MADE, person.id, request_id, now, kind=kind, due=due)
        for admin in await people_in_role(conn, principal.organisation_id, Role.ADMIN):
            await tell(conn, principal.organisation_id, admin.id, "request_made", now, what=kind, due=due)
        if person.id != principal.account_id:
            await tell(conn, principal.organisation_id, person.id, "request_made_for_you", now, what=kind)

    async def withdraw(self, principal: Principal, request_id: UUID) -> None:
        """By whoever made it, while it is open. Raises Conflict("request_ended"), also for what is not one's own."""
        now = self._clock.now()
        async with self._database.begin(principal.organisation_id) as conn:
            request = await self._mine(conn, principal, request_id)
            if request is None or request.state not in OPEN:
                raise Conflict("request_ended")
            await self._write(conn, request, state="withdrawn", ended_at=now, ended_by=principal.account_id)
            await self._recorded(conn, principal, Act.REQUEST_WITHDRAWN, request.about, request_id, now)

    async def desk(self, staff: Principal) -> Listed:
        """What waits for an answer, the most urgent first, then what was answered. Raises Forbidden."""
        staff.require(Permission.DATA_ANSWER)
        async with self._database.begin(staff.organisation_id) as conn:
            which = data_requests.c.organisation_id == staff.organisation_id
            if staff.role is not Role.ADMIN:
                which &= data_requests.c.about_id.in_(await caseload(conn, staff.account_id))
            return await self._listed(conn, staff.organisation_id, which)

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
                    await self._write(conn, request, state="taken", taken_by=staff.account_id, taken_at=now)
                case "extend":
                    if request.extended_at is not None:
                        raise Conflict("request_extended")
                    zone = (await organisation(conn, staff.organisation_id)).zone
                    due = due_on(request.at, zone, EXTENDED_MONTHS)
                    await self._write(conn, request, due_on=due, extended_at=now, extended_why=words, warned=None)
                case "answer" | "refuse":
                    state = "answered" if step == "answer" else "refused"
                    await self._write(conn, request, state=state, answer=words, ended_at=now, ended_by=staff.account_id)
            await self._recorded(conn, staff, _ACTS[step], request.about, request_id, now, due=due)
            await self._tell(conn, request, f"request_{_PAST[step]}", now, due=due)

    async def prospect(self, admin: Principal, request_id: UUID) -> Prospect:
        """What deciding for this erasure would remove. Raises Forbidden, NotFound."""
        admin.require(Permission.DATA_ERASE)
        async with self._database.begin(admin.organisation_id) as conn:
            request = await self._found(conn, data_requests.c.id == request_id)
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
            await self._write(conn, request, state="answered", ended_at=now, ended_by=admin.account_id)
            await self._recorded(conn, admin, Act.REQUEST_ANSWERED, request.about, request_id, now)
            await self._erasure.erase(conn, admin.organisation_id, request.about, by=admin.account_id, why="request")
            if request.by != request.about:
                await tell(conn, admin.organisation_id, request.by, "request_answered", now, what=request.kind)

    async def warn(self, _payload: Mapping[str, Any]) -> None:
        """Tells the admins, and who took it, of requests whose last day comes or is over: each warning once."""
        now, rows = self._clock.now(), data_requests.c
        async with self._database.everywhere() as conn:
            zones: dict[UUID, str] = {}
            for request in await self._select(conn, rows.ended_at.is_(None)):
                where = request.organisation_id
                if where not in zones:
                    zones[where] = (await organisation(conn, where)).zone
                today = now.astimezone(ZoneInfo(zones[where])).date()
                days = warning(request.due_on, today, request.warned)
                if days is None:
                    continue
                await conn.execute(update(data_requests).where(rows.id == request.id).values(warned=days))
                staff = {admin.id for admin in await people_in_role(conn, where, Role.ADMIN)}
                for account_id in staff | ({request.taken_by} if request.taken_by is not None else set()):
                    kind = "request_overdue" if days < 0 else "request_due"
                    await tell(conn, where, account_id, kind, now, what=request.kind, due=request.due_on)

    async def _mine(self, conn: AsyncConnection, principal: Principal, request_id: UUID) -> Request | None:
        rows = data_requests.c
        return await self._found(conn, (rows.id == request_id) & (rows.by_id == principal.account_id), lock=True)

    async def _taken(self, conn: AsyncConnection, staff: Principal, request_id: UUID, revision: int) -> Request:
        """The request, locked, for a step of this professional."""
        request = await self._found(conn, data_requests.c.id == request_id, lock=True)
        if request is None or request.organisation_id != staff.organisation_id:
            raise NotFound
        if not await answers_for(conn, staff, request.about):
            raise NotFound
        if request.revision != revision:
            raise Conflict("request_moved_on")
        if request.state not in OPEN:
            raise Conflict("request_ended")
        return request

    async def _write(self, conn: AsyncConnection, request: Request, **values: Any) -> None:
        rows = data_requests.c
        await conn.execute(
            update(data_requests).where(rows.id == request.id).values(revision=rows.revision + 1, **values)
        )

    async def _tell(self, conn: AsyncConnection, request: Request, kind: str, at: datetime, *, due: date) -> None:
        for account_id in {request.about, request.by}:
            await tell(conn, request.organisation_id, account_id, kind, at, what=request.kind, due=due)

    async def _recorded(
        self, conn: AsyncConnection, by: Principal, act: Act, about: UUID, request_id: UUID, at: datetime, **detail: Any
    ) -> None:
        detail["request"] = request_id
        await record(conn, by.organisation_id, at, act, by=by.account_id, about=[about], detail=detail)

    async def _found(self, conn: AsyncConnection, which: ColumnElement[bool], *, lock: bool = False) -> Request | None:
        found = await self._select(conn, which, lock=lock)
        return found[0] if found else None

    async def _select(self, conn: AsyncConnection, which: ColumnElement[bool], *, lock: bool = False) -> list[Request]:
        rows = data_requests.c
        query = select(data_requests).where(which).order_by(
            rows.ended_at.is_not(None), rows.due_on, rows.ended_at.desc(), rows.id
        )  # fmt: skip
        if lock:
            query = query.with_for_update()
        return [
            Request(
                row.id,
                row.organisation_id,
                row.about_id,
                row.by_id,
                row.kind,
                row.words,
                row.state,
                row.at,
                row.due_on,
                row.taken_by,
                row.taken_at,
                row.extended_at,
                row.extended_why,
                row.ended_by,
                row.ended_at,
                row.answer,
                row.revision,
                row.warned,
            )
            for row in await conn.execute(query.limit(LISTED))
        ]

    async def _listed(self, conn: AsyncConnection, organisation_id: UUID, which: ColumnElement[bool]) -> Listed:
        requests = await self._select(conn, which)
        zone = (await organisation(conn, organisation_id)).zone
        people = await people_of(conn, _named(requests))
        return Listed(requests, people, self._clock.now().astimezone(ZoneInfo(zone)).date())


_PAST: Final[Mapping[Step, str]] = {
    "take": "taken",
    "extend": "extended",
    "answer": "answered",
    "refuse": "refused",
}


def _named(requests: Collection[Request]) -> set[UUID]:
    named = {who for one in requests for who in (one.about, one.by, one.taken_by, one.ended_by)}
    return {who for who in named if who is not None}
