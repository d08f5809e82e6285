"""Whom a professional works for: the two of the pairs that they answer for and that are not over. An admin works for
everybody of the organisation."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.kernel.errors import NotFound
from server.kernel.permissions import Role
from server.kernel.principal import Principal
from server.pairs import store
from server.pairs.rules import State, answers_for, belongs
from server.people.store import Person, people_of


async def of_caseload(conn: AsyncConnection, staff: Principal, account_id: UUID, roles: Collection[Role]) -> Person:
    """One of ``roles`` for whom ``staff`` works. Raises NotFound for anybody else, whether or not they exist."""
    person = (await people_of(conn, [account_id])).get(account_id)
    if person is None or person.organisation_id != staff.organisation_id or person.role not in roles:
        raise NotFound
    if staff.role is not Role.ADMIN and not await _in_caseload(conn, staff.account_id, account_id):
        raise NotFound
    return person


async def _in_caseload(conn: AsyncConnection, supervisor_id: UUID, account_id: UUID) -> bool:
    return any(
        answers_for(pair, supervisor_id) and belongs(pair, account_id) and pair.state is not State.CLOSED
        for pair in await store.pairs_of(conn, supervisor_id)
    )
