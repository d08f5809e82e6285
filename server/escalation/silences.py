"""The cases of pairs in which nothing was exchanged: which goes on, since when, and when the last was over."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation.tables import case_entries, cases


@dataclass(frozen=True, slots=True)
class Silences:
    """Of one pair. ``living``: the case that goes on; ``opened_at``: when somebody was last told in it; ``closed_at``:
    when the last was over."""

    living: UUID | None
    opened_at: datetime | None
    closed_at: datetime | None


async def silences_of(conn: AsyncConnection, pair_ids: Collection[UUID]) -> Mapping[UUID, Silences]:
    """Of those of these pairs that have, or had, such a case."""
    told = (
        select(func.max(case_entries.c.at))
        .where(case_entries.c.case_id == cases.c.id, case_entries.c.act.in_(("opened", "joined")))
        .scalar_subquery()
    )
    query = (
        select(cases.c.pair_id, cases.c.id, cases.c.state, cases.c.closed_at, told.label("told"))
        .where(cases.c.pair_id.in_(pair_ids), cases.c.origin == "cadence")
        .order_by(cases.c.opened_at, cases.c.id)
    )
    found: dict[UUID, Silences] = {}
    for row in await conn.execute(query):
        before = found.get(row.pair_id, Silences(None, None, None))
        if row.state == "closed":
            closed = max(at for at in (before.closed_at, row.closed_at) if at is not None)
            found[row.pair_id] = Silences(before.living, before.opened_at, closed)
        else:
            found[row.pair_id] = Silences(row.id, row.told, before.closed_at)
    return found
