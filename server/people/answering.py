"""Which professionals answer for a person: those of a young person's and a mentor's pairs, for a guardian those of
their children's. Nobody for who has none: whom to turn to then is for who asks."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.kernel.permissions import Role
from server.people.caseload import Professionals
from server.people.consent.store import links_of
from server.people.store import Person, people_of


async def answering(
    conn: AsyncConnection, professionals: Professionals, roles: Mapping[UUID, Role]
) -> Mapping[UUID, Collection[Person]]:
    """For each of these accounts, those with an open account, by name."""
    about: defaultdict[UUID, set[UUID]] = defaultdict(set)
    guardians = [account_id for account_id, role in roles.items() if role is Role.GUARDIAN]
    for link in await links_of(conn, guardian_ids=guardians) if guardians else ():
        if link.until is None:
            about[link.guardian_id].add(link.mentee_id)
    for account_id, role in roles.items():
        if role in (Role.MENTEE, Role.MENTOR):
            about[account_id].add(account_id)
    told = await professionals(conn, set().union(*about.values())) if about else {}
    people = await people_of(conn, set().union(*told.values())) if told else {}
    found = {}
    for account_id in roles:
        ids = {one for each in about[account_id] for one in told.get(each, ())} - {account_id}
        mine = [people[one] for one in ids if not people[one].disabled]
        found[account_id] = sorted(mine, key=lambda one: (one.name, one.id))
    return found


async def answering_for(
    conn: AsyncConnection, professionals: Professionals, account_id: UUID, role: Role
) -> Collection[Person]:
    """As ``answering``, for one."""
    return (await answering(conn, professionals, {account_id: role}))[account_id]
