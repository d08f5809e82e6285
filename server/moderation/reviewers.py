"""Who looks at flags: the supervisors of an organisation, and what one needs to know of them to say what is theirs."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation.about import refs_paged
from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.moderation.review import Reviewer
from server.moderation.store import calls_answered
from server.pairs.rules import belongs
from server.pairs.store import pairs_of
from server.people.store import people_in_role


async def reviewer(conn: AsyncConnection, principal: Principal) -> Reviewer:
    """``principal`` as one who looks at flags. Raises Forbidden."""
    principal.require(Permission.FLAG_REVIEW)
    organisation_id, me = principal.organisation_id, principal.account_id
    return (await reviewers(conn, organisation_id, [me], await supervisors_of(conn, organisation_id)))[0]


async def counting(conn: AsyncConnection, principal: Principal) -> Reviewer:
    """``principal`` as one whose lists are counted, in few queries: the counts may hold what is about a pair that they
    were one of before they became a supervisor. What they are shown does not."""
    principal.require(Permission.FLAG_REVIEW)
    supervisors, me = await supervisors_of(conn, principal.organisation_id), principal.account_id
    return Reviewer(me, principal.organisation_id, supervisors <= {me}, called=await _called(conn, me))


async def supervisors_of(conn: AsyncConnection, organisation_id: UUID) -> frozenset[UUID]:
    """Those of the organisation whose accounts are open."""
    return frozenset(person.id for person in await people_in_role(conn, organisation_id, Role.SUPERVISOR))


async def reviewers(
    conn: AsyncConnection, organisation_id: UUID, who: Collection[UUID], supervisors: frozenset[UUID]
) -> list[Reviewer]:
    """The people of ``who``, in an organisation that has these ``supervisors``."""
    found = []
    for account_id in who:
        pairs = await _own_pairs(conn, account_id)
        called = await _called(conn, account_id, pairs)
        found.append(Reviewer(account_id, organisation_id, supervisors <= {account_id}, pairs, called))
    return found


async def _own_pairs(conn: AsyncConnection, account_id: UUID) -> frozenset[UUID]:
    """The pairs that the person is one of the two of, which somebody may have been before they became a supervisor."""
    return frozenset(pair.id for pair in await pairs_of(conn, account_id) if belongs(pair, account_id))


async def _called(conn: AsyncConnection, account_id: UUID, pairs: Collection[UUID] = ()) -> frozenset[UUID]:
    """The flags of the living cases that somebody owns, or is being paged about; of one call for help, which makes a
    flag for each who answers, their own alone."""
    called = await refs_paged(conn, "flag", account_id, pairs)
    return called - await calls_answered(conn, called, account_id) if called else called
