"""A pair that is handed over to another professional: what waits of it on the old one's lists goes with it."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.moderation.tables import flags


async def lock(conn: AsyncConnection, pair_ids: Collection[UUID]) -> None:
    """Locks what waits of these pairs; before the pairs, as who decides a flag does (pairs/freeze.py)."""
    waiting = select(flags.c.id).where(flags.c.pair_id.in_(pair_ids), flags.c.decided_at.is_(None))
    await conn.execute(waiting.order_by(flags.c.id).with_for_update())


async def hand_over(conn: AsyncConnection, pair_id: UUID, supervisor_id: UUID) -> None:
    """The undecided flags of the pair are for ``supervisor_id`` now, and nobody is looking at them."""
    await conn.execute(
        update(flags)
        .where(flags.c.pair_id == pair_id, flags.c.decided_at.is_(None))
        .values(supervisor_id=supervisor_id, claimed_by=None, claimed_until=None)
    )
