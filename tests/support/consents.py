"""What a young person's consents need to be complete, by SQL: for tests that are about something else."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.kernel.principal import age_on
from server.people import store as people
from server.people.consent import store as consent_store
from server.people.consent import texts as consent_texts
from server.people.consent.rules import ALONE_AGE, GROWN_AGE, Capacity, Decision, How, Purpose
from server.people.consent.store import Entry, GuardianLink

EVERYTHING = tuple(Purpose)


async def consented(
    conn: AsyncConnection,
    where: people.Organisation,
    mentee_id: UUID,
    born: date,
    recorded_by: UUID,
    at: datetime,
    *,
    guardian: UUID | None = None,
    purposes: Collection[Purpose] = EVERYTHING,
) -> UUID | None:
    """The young person has said yes to ``purposes``; under 15, so has ``guardian``, linked as a holder of parental
    authority, made when none is given. Returns the guardian."""
    age = age_on(born, at.date())
    await consent_texts.ensure_shipped(conn, where.id, at)
    speakers = {mentee_id: Capacity.ADULT if age >= GROWN_AGE else Capacity.SELF}
    if age < ALONE_AGE:
        guardian = guardian or await _guardian(conn, where)
        await consent_store.insert_link(
            conn,
            GuardianLink(new_id(), where.id, guardian, mentee_id, "parent", True, "family_record", at, recorded_by),
        )
        speakers[guardian] = Capacity.AUTHORITY
    await consent_store.append(
        conn,
        [
            Entry(new_id(), where.id, mentee_id, purpose, 1, Decision.GIVEN, who, as_what, How.APP, at, who, at)
            for purpose in purposes
            for who, as_what in speakers.items()
        ],
    )
    return guardian if age < ALONE_AGE else None


async def _guardian(conn: AsyncConnection, where: people.Organisation) -> UUID:
    parent = people.Person(new_id(), where.id, "Sophie", Role.GUARDIAN, "fr", where.zone, None, False)
    await people.insert_account(conn, people.Account(parent, f"sophie-{parent.id}", None))
    return parent.id
