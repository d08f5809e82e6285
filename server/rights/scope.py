"""Whose data: the person with their pairs and rooms, as the declarations want it; and who may have it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.holdings import Scope
from server.kernel.errors import NotFound
from server.kernel.permissions import Role
from server.kernel.principal import Principal
from server.pairs.rules import Pair, State, belongs
from server.pairs.store import pairs_of
from server.people.consent.rules import Band
from server.people.consent.store import files, links_of
from server.people.store import Person, people_of
from server.rooms.holdings import rooms_of_pairs
from server.transport.messages import catalogue, known_language

_ALIVE = text("select erased_at is null from accounts where id = :person")


async def scope_of(conn: AsyncConnection, person: Person, now: datetime) -> tuple[Scope, Sequence[Pair]]:
    """What the declarations need of a person, and the pairs in which they are one of the two."""
    own = [pair for pair in await pairs_of(conn, person.id) if belongs(pair, person.id)]
    ids = [pair.id for pair in own]
    rooms = await rooms_of_pairs(conn, ids)
    left = catalogue(known_language(person.language))["data"]["left"]
    return Scope(person.id, person.organisation_id, ids, rooms, now, left), own


async def known(conn: AsyncConnection, organisation_id: UUID, person_id: UUID) -> Person:
    """Raises NotFound for who is not of this organisation, or was forgotten."""
    person = (await people_of(conn, [person_id])).get(person_id)
    if person is None or person.organisation_id != organisation_id:
        raise NotFound
    if not (await conn.execute(_ALIVE, {"person": person_id})).scalar_one():
        raise NotFound
    return person


async def speaks_for(conn: AsyncConnection, principal: Principal, person_id: UUID, now: datetime) -> bool:
    """Whether ``principal`` is this person, or holds parental authority over them while they are under 15."""
    return principal.account_id == person_id or person_id in await children_of(conn, principal, now)


async def children_of(conn: AsyncConnection, principal: Principal, now: datetime) -> list[UUID]:
    """The children under 15, by the day where the organisation is, over whom ``principal`` holds parental authority."""
    if principal.role is not Role.GUARDIAN:
        return []
    linked = {link.mentee_id for link in await links_of(conn, guardian_ids=[principal.account_id])}
    young = (await files(conn, linked)).values()
    return [
        child.mentee for child in young if child.band(now) is Band.CHILD and principal.account_id in child.holders(now)
    ]


async def answers_for(conn: AsyncConnection, staff: Principal, person_id: UUID) -> bool:
    """An admin for everybody of the organisation, a supervisor for those of their own pairs and their guardians."""
    if staff.role is Role.ADMIN:
        return True
    if staff.role is not Role.SUPERVISOR:
        return False
    return person_id in await caseload(conn, staff.account_id)


async def caseload(conn: AsyncConnection, supervisor_id: UUID) -> set[UUID]:
    """The people of the pairs that this professional answers for, and the guardians of the young ones among them. Of
    pairs that are over, an admin answers: nobody has a caseload for life."""
    pairs = [
        pair
        for pair in await pairs_of(conn, supervisor_id)
        if pair.supervisor_id == supervisor_id and pair.state is not State.CLOSED
    ]
    young = [pair.mentee_id for pair in pairs]
    people = {person for pair in pairs for person in (pair.mentor_id, pair.mentee_id)}
    if young:
        people |= {link.guardian_id for link in await links_of(conn, mentee_ids=young) if link.until is None}
    return people
