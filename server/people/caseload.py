"""Whom a member of staff works for: an admin for everybody of their organisation, a supervisor for the people of their
own pairs. What is not theirs answers as what does not exist."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.kernel.errors import NotFound
from server.kernel.permissions import Role
from server.kernel.principal import Principal
from server.people.consent.store import links_of
from server.people.store import Person, people_of

# The professionals who answer for each person's pairs that are not over; told by the capability that has pairs.
Professionals = Callable[[AsyncConnection, Collection[UUID]], Awaitable[Mapping[UUID, Collection[UUID]]]]


class Caseload:
    """``principal`` is an admin or a supervisor: which act takes which is for ``permissions`` to say."""

    def __init__(self, professionals: Professionals) -> None:
        self.professionals = professionals

    async def check_young(self, conn: AsyncConnection, principal: Principal, mentee_id: UUID) -> None:
        """Raises NotFound unless ``mentee_id`` is one of the ``young`` of this organisation."""
        person = (await people_of(conn, [mentee_id])).get(mentee_id)
        if (
            person is None
            or person.role is not Role.MENTEE
            or person.organisation_id != principal.organisation_id
            or not await self.young(conn, principal, [mentee_id])
        ):
            raise NotFound

    async def young(
        self, conn: AsyncConnection, principal: Principal, mentee_ids: Collection[UUID]
    ) -> Collection[UUID]:
        """Those of ``mentee_ids``, all of this organisation, about whose consent and guardians ``principal`` may ask: a
        supervisor also of who is in no pair, since consent comes before there is one."""
        if principal.role is Role.ADMIN:
            return mentee_ids
        answering = await self.professionals(conn, mentee_ids)
        return [who for who in mentee_ids if principal.account_id in (answering.get(who) or {principal.account_id})]

    async def guardians(
        self, conn: AsyncConnection, principal: Principal, guardians: Sequence[Person]
    ) -> Sequence[Person]:
        """Those whom ``principal`` may note as guardian of somebody: a supervisor of who is nobody's yet, or is or was
        of a young person of theirs. To choose among all families of the association is for its admins."""
        if principal.role is Role.ADMIN:
            return guardians
        wards: dict[UUID, set[UUID]] = {
            one.id: set() for one in guardians if one.role is Role.GUARDIAN and not one.disabled
        }
        if not wards:
            return []
        for link in await links_of(conn, guardian_ids=wards.keys()):
            wards[link.guardian_id].add(link.mentee_id)
        mine = set(await self.young(conn, principal, set().union(*wards.values())))
        return [one for one in guardians if one.id in wards and (not wards[one.id] or wards[one.id] & mine)]

    async def lets_in(self, conn: AsyncConnection, principal: Principal, person: Person) -> bool:
        """Whether ``principal`` may give this person of the organisation a way in, and cut off their devices: a
        supervisor, the young people of their own pairs and the guardians whom those have now."""
        if principal.role is Role.ADMIN:
            return True
        young = {person.id} if person.role is Role.MENTEE else set()
        if person.role is Role.GUARDIAN:
            young = {link.mentee_id for link in await links_of(conn, guardian_ids=[person.id]) if link.until is None}
        if not young:
            return False
        answering = await self.professionals(conn, young)
        return any(principal.account_id in answering.get(who, ()) for who in young)
