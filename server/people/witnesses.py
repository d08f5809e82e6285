"""Others hear of it when staff give a way into somebody's account, take its second step away, or change what says who
somebody is and how they are reached: who could then act and read in that person's name would be seen by nobody.

Of people in a pair, the professionals who answer for it, and the admins of what one of those did; of staff, their
colleagues. Not who did it: they know.
"""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.kernel.permissions import Role
from server.people.caseload import Professionals
from server.people.consent.store import links_of
from server.people.notices import Fact, tell
from server.people.sessions.store import STAFF
from server.people.store import Person, people_in_role


class Touched(StrEnum):
    """What was touched, as the client says it."""

    ACCOUNT = "new_account"
    WAY_IN = "way_in"
    SECOND_STEP = "second_step"
    ADDRESS = "address"
    BIRTH_DATE = "birth_date"
    CLOSED = "closed"
    REOPENED = "reopened"


class Witnesses:
    """``professionals`` answer for the pairs of people that are not over."""

    def __init__(self, professionals: Professionals) -> None:
        self._professionals = professionals

    async def tell(
        self, conn: AsyncConnection, person: Person, touched: Collection[Touched], at: datetime, by: UUID | None
    ) -> None:
        """In the transaction of what was done by ``by``; None: by the operator."""
        hearing = await self._of(conn, person)
        if by in hearing:  # a professional for their own: nobody may be left who sees it
            hearing |= {one.id for one in await people_in_role(conn, person.organisation_id, Role.ADMIN)}
        for who in sorted(hearing - {person.id, by}):
            for one in touched:
                facts = {"what": one.value, "whom": f"whom_{person.role.value}", "account": person.id}
                await tell(conn, person.organisation_id, who, "access_touched", at, **facts)

    async def _of(self, conn: AsyncConnection, person: Person) -> set[UUID]:
        if person.role in STAFF:
            return await _staff(conn, person.organisation_id)
        whose = {person.id}
        if person.role is Role.GUARDIAN:
            whose = {link.mentee_id for link in await links_of(conn, guardian_ids=[person.id]) if link.until is None}
        return {who for answering in (await self._professionals(conn, whose)).values() for who in answering}


async def tell_staff(
    conn: AsyncConnection, organisation_id: UUID, kind: str, at: datetime, by: UUID, **facts: Fact
) -> None:
    """All of the staff but ``by``, of what one admin decided for the whole organisation."""
    for who in sorted(await _staff(conn, organisation_id) - {by}):
        await tell(conn, organisation_id, who, kind, at, **facts)


async def _staff(conn: AsyncConnection, organisation_id: UUID) -> set[UUID]:
    return {one.id for role in STAFF for one in await people_in_role(conn, organisation_id, role)}
