"""Which professionals answer for whom."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.pairs.rules import State
from server.pairs.tables import pairs


async def professionals_of(conn: AsyncConnection, account_ids: Collection[UUID]) -> Mapping[UUID, set[UUID]]:
    """Of each of these young people and mentors, the professionals of their pairs that are not over; nobody for who has
    none."""
    wanted = set(account_ids)
    query = (
        select(pairs.c.mentee_id, pairs.c.mentor_id, pairs.c.supervisor_id)
        .where(
            or_(pairs.c.mentee_id.in_(wanted), pairs.c.mentor_id.in_(wanted)),
            pairs.c.state != State.CLOSED.value,
        )
        .distinct()
    )
    found: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for row in await conn.execute(query):
        for one in wanted & {row.mentee_id, row.mentor_id}:
            found[one].add(row.supervisor_id)
    return found
