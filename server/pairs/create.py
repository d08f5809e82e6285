"""Making a pair: staff choose the two and the professional who answers for them."""

from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.kernel.errors import BadRequest, Conflict, NotFound
from server.kernel.identifiers import new_id
from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.pairs import store
from server.pairs.rules import Pair, State
from server.people.store import people_of

_OPEN_PAIR_KEY = "pairs_open_key"  # the unique index on (mentor, mentee) of pairs not closed, in tables.py


async def create_pair(conn: AsyncConnection, admin: Principal, mentor: UUID, mentee: UUID, supervisor: UUID) -> Pair:
    """Makes an active pair in the caller's transaction, in which its room must be made too.

    Raises Forbidden; NotFound with the field named for who is not of this organisation, whether or not they exist;
    BadRequest("wrong_person") for another role or a closed account; Conflict("pair_exists").
    """
    admin.require(Permission.PAIR_CREATE)
    wanted = {
        "mentor": (mentor, Role.MENTOR),
        "mentee": (mentee, Role.MENTEE),
        "supervisor": (supervisor, Role.SUPERVISOR),
    }
    people = await people_of(conn, [account_id for account_id, _ in wanted.values()])
    for field, (account_id, role) in wanted.items():
        person = people.get(account_id)
        if person is None or person.organisation_id != admin.organisation_id:
            raise NotFound(field=field)
        if person.role is not role or person.disabled:
            raise BadRequest("wrong_person", field=field)
    new = Pair(new_id(), admin.organisation_id, mentor, mentee, supervisor, State.ACTIVE)
    try:
        await store.insert_pair(conn, new)
    except IntegrityError as error:
        if _OPEN_PAIR_KEY in str(error.orig):
            raise Conflict("pair_exists") from None
        raise
    return new
