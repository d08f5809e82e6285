"""The history of a pair: each step, who did it, when and why. Rows are added and never changed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.kernel.identifiers import new_id
from server.pairs.rules import Pair, State
from server.pairs.tables import pair_history


@dataclass(frozen=True, slots=True)
class Step:
    """``act`` is one of life.py, or ``propose``, ``bridge``, ``hand_over``, ``held`` and ``freed``. The note is for
    staff. ``by`` is None for what happens by itself; ``supervisor`` is to whom a pair was handed over."""

    act: str
    before: State | None
    after: State
    why: str | None
    note: str | None
    by: UUID | None
    at: datetime
    supervisor: UUID | None = None


async def write(
    conn: AsyncConnection,
    pair: Pair,
    act: str,
    before: State | None,
    after: State,
    at: datetime,
    *,
    by: UUID | None,
    why: str | None = None,
    note: str | None = None,
    supervisor: UUID | None = None,
) -> None:
    await conn.execute(
        insert(pair_history).values(
            id=new_id(),
            organisation_id=pair.organisation_id,
            pair_id=pair.id,
            act=act,
            from_state=before.value if before is not None else None,
            to_state=after.value,
            why=why,
            note=note,
            by_id=by,
            at=at,
            supervisor_id=supervisor,
        )
    )


async def of_pair(conn: AsyncConnection, pair_id: UUID) -> list[Step]:
    """All steps, the newest first."""
    rows = pair_history.c
    query = select(pair_history).where(rows.pair_id == pair_id).order_by(rows.at.desc(), rows.id.desc())
    return [
        Step(
            row.act,
            State(row.from_state) if row.from_state else None,
            State(row.to_state),
            row.why,
            row.note,
            row.by_id,
            row.at,
            row.supervisor_id,
        )
        for row in await conn.execute(query)
    ]


async def goes_on_since(conn: AsyncConnection, pair_ids: Collection[UUID]) -> Mapping[UUID, datetime]:
    """Of each of these pairs that has a history: when its state last became another."""
    rows = pair_history.c
    query = (
        select(rows.pair_id, func.max(rows.at).label("at"))
        .where(rows.pair_id.in_(pair_ids), rows.from_state.is_distinct_from(rows.to_state))
        .group_by(rows.pair_id)
    )
    return {row.pair_id: row.at for row in await conn.execute(query)}
