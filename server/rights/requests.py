"""Requests of people on what is held about them: made by anyone about themself, also by a minor alone, and by who holds
parental authority over a child under 15. Each has a last day for its answer; the person sees every step.
"""

from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import Conflict, NotFound
from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.pairs.professionals import professionals_of
from server.people import restrictions
from server.people.notices import tell
from server.people.store import Person, organisation, people_in_role, people_of
from server.rights.deadlines import due_on
from server.rights.requests_store import (
    OPEN,
    Kind,
    Listed,
    Request,
    insert_request,
    listed,
    recorded,
    request_of,
    write,
)
from server.rights.scope import children_of, known, speaks_for
from server.rights.tables import data_requests
from server.trail.acts import Act

_KEY: Final = "data_requests_pkey"
_OPEN_KEY: Final = "data_requests_open_key"


class Requests:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def own(self, principal: Principal) -> Listed:
        """About oneself, whoever made them, and those that one made for a child. What the child or the other parent has
        asked is not a parent's to read."""
        principal.require(Permission.DATA_OWN)
        me, rows = principal.account_id, data_requests.c
        now = self._clock.now()
        async with self._database.begin(principal.organisation_id) as conn:
            for_a_child = (rows.by_id == me) & rows.about_id.in_(await children_of(conn, principal, now))
            return await listed(conn, principal.organisation_id, (rows.about_id == me) | for_a_child, now)

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
        await insert_request(conn, **values)
        if kind in ("objection", "restriction"):
            await restrictions.put_aside(conn, request_id, principal.organisation_id, person.id, kind, now)
        await recorded(conn, principal, Act.REQUEST_MADE, person.id, request_id, now, kind=kind, due=due)
        for admin in await people_in_role(conn, principal.organisation_id, Role.ADMIN):
            await tell(conn, principal.organisation_id, admin.id, "request_made", now, what=kind, due=due)
        if person.id != principal.account_id:
            await tell(conn, principal.organisation_id, person.id, "request_made_for_you", now, what=kind)
            for who in (await professionals_of(conn, [person.id])).get(person.id, ()):  # who may know of a danger
                facts = {"mentee": person.id, "what": kind, "due": due}
                await tell(conn, principal.organisation_id, who, "request_by_guardian", now, **facts)

    async def withdraw(self, principal: Principal, request_id: UUID) -> None:
        """By whoever made it, while it is open. Raises Conflict("request_ended"), also for what is not one's own."""
        now = self._clock.now()
        async with self._database.begin(principal.organisation_id) as conn:
            request = await self._mine(conn, principal, request_id)
            if request is None or request.state not in OPEN:
                raise Conflict("request_ended")
            await write(conn, request, state="withdrawn", ended_at=now, ended_by=principal.account_id)
            await restrictions.end(conn, request_id, now, principal.account_id)
            await recorded(conn, principal, Act.REQUEST_WITHDRAWN, request.about, request_id, now)

    async def _mine(self, conn: AsyncConnection, principal: Principal, request_id: UUID) -> Request | None:
        rows = data_requests.c
        return await request_of(conn, (rows.id == request_id) & (rows.by_id == principal.account_id), lock=True)
