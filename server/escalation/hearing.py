"""The link by which an outside contact says that they heard: who has no account here, and is the last to be paged.

It shows that somebody is needed, for which association and since when, and nothing of the case. Whoever holds it may
acknowledge, once, while nobody has; then it is over.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation import store
from server.escalation.reports.progress import tell_reporters
from server.escalation.rules import Case, State
from server.escalation.standing_in import Seats
from server.escalation.tables import case_pages, cases
from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import NotFound
from server.people.reach.contacts import contacts_of
from server.people.sessions.tokens import hash_token, new_token
from server.people.store import organisation, people_of
from server.trail.acts import Act
from server.trail.record import record

PATH = "/#/heard/"


def new_link() -> tuple[str, bytes]:
    """A path of this site, and what is kept of it."""
    token = new_token()
    return PATH + token, hash_token(token)


@dataclass(frozen=True, slots=True)
class Call:
    """What the link shows. ``acknowledged_at``: when a person said that they look after it, whoever it was; ``yours``:
    it was whom this link was sent to."""

    organisation: str
    reference: str
    severity: int
    opened_at: datetime
    acknowledged_at: datetime | None
    over: bool
    yours: bool


class Hearing:
    def __init__(self, database: Database, clock: Clock, seats: Seats) -> None:
        self._database = database
        self._clock = clock
        self._seats = seats

    async def look(self, token: str) -> Call:
        """Raises NotFound."""
        case_id, organisation_id, outside = await self._of(token)
        async with self._database.begin(organisation_id) as conn:
            await _check(conn, outside)
            return await _shown(conn, await store.case_of(conn, case_id), outside)

    async def acknowledge(self, token: str) -> Call:
        """Again, or after somebody else, changes nothing. Raises NotFound."""
        now = self._clock.now()
        case_id, organisation_id, outside = await self._of(token)
        async with self._database.begin(organisation_id) as conn:
            await _check(conn, outside)
            for case in await store.locked(conn, case_id):
                if case.waits:
                    values = {"acknowledged_at": now, "acknowledged_outside": outside, "page_at": None}
                    values |= await _without_who_left(conn, case)
                    await store.change(conn, case.id, state=State.ACKNOWLEDGED.value, **values)
                    await store.enter(conn, case.id, now, "heard", by=None, outside=outside)
                    facts = {"case": case.id, "did": "heard", "outside": outside}
                    await record(conn, case.organisation_id, now, Act.CASE_CHANGED, by=None, detail=facts)
                    await tell_reporters(conn, case.id, now)
                    await self._seats(conn, [case.id], now)
            return await _shown(conn, await store.case_of(conn, case_id), outside)

    async def _of(self, token: str) -> tuple[UUID, UUID, UUID]:
        """The case of a link, its organisation, and the contact; of the round that it was sent in: what is opened again
        asks anew."""
        query = select(cases.c.id, cases.c.organisation_id, case_pages.c.outside).where(
            case_pages.c.link_hash == hash_token(token),
            cases.c.id == case_pages.c.case_id,
            cases.c.round == case_pages.c.round,
        )
        async with self._database.everywhere() as conn:  # who holds the link belongs to no organisation
            row = (await conn.execute(query)).one_or_none()
        if row is None:
            raise NotFound
        return row.id, row.organisation_id, row.outside


async def _check(conn: AsyncConnection, outside: UUID) -> None:
    """Raises NotFound for who was taken out since: what they say stops no ladder any more."""
    contact = (await contacts_of(conn, [outside])).get(outside)
    if contact is not None and contact.removed:
        raise NotFound


async def _without_who_left(conn: AsyncConnection, case: Case) -> dict[str, Any]:
    """A case that was opened for somebody whose account is closed is everybody's of the house to see."""
    owner = (await people_of(conn, [case.owner_id])).get(case.owner_id) if case.owner_id is not None else None
    return {"owner_id": None} if owner is not None and owner.disabled else {}


async def _shown(conn: AsyncConnection, case: Case | None, outside: UUID) -> Call:
    if case is None:
        raise NotFound
    where = await organisation(conn, case.organisation_id)
    return Call(
        where.name,
        case.reference,
        case.severity,
        case.opened_at,
        case.acknowledged_at,
        case.state is State.CLOSED,
        case.acknowledged_at is not None and case.acknowledged_outside == outside,
    )
