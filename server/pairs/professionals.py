"""Which professionals answer for whom."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.pairs.rules import State
from server.pairs.tables import pairs


async def professionals_of(conn: AsyncConnection, mentee_ids: Collection[UUID]) -> Mapping[UUID, set[UUID]]:
    """Of each of ``mentee_ids``, the professionals of their pairs that are not over; nobody for who has none."""
    query = (
        select(pairs.c.mentee_id, pairs.c.supervisor_id)
        .where(pairs.c.mentee_id.in_(mentee_ids), pairs.c.state != State.CLOSED.value)
        .distinct()
    )
    found: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for row in await conn.execute(query):
        found[row.mentee_id].add(row.supervisor_id)
    return found
