"""Planned sessions of pairs: planning one, and what lies ahead."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, literal, select
from sqlalchemy.dialects.postgresql import INTERVAL
from sqlalchemy.ext.asyncio import AsyncConnection

from server.agenda import rules
from server.agenda.tables import planned_sessions
from server.kernel.identifiers import new_id
from server.pairs.rules import Pair

MAX_UPCOMING = 100  # sessions told at once


@dataclass(frozen=True, slots=True)
class PlannedSession:
    """``starts_at`` is UTC; ``zone`` is the IANA zone that it was agreed in."""

    id: UUID
    pair_id: UUID
    title: str
    starts_at: datetime
    minutes: int
    zone: str


async def plan(
    conn: AsyncConnection,
    pair: Pair,
    *,
    title: str,
    starts_at: datetime,
    minutes: int,
    zone: str,
    created_by: UUID,
    now: datetime,
) -> PlannedSession:
    """Plans a session in the caller's transaction. Raises BadRequest with the field named."""
    rules.check_zone(zone)
    rules.check_time(starts_at, minutes, now)
    new = PlannedSession(new_id(), pair.id, rules.checked_title(title), starts_at, minutes, zone)
    await conn.execute(
        insert(planned_sessions).values(
            id=new.id,
            organisation_id=pair.organisation_id,
            pair_id=new.pair_id,
            title=new.title,
            starts_at=new.starts_at,
            minutes=new.minutes,
            zone=new.zone,
            created_by=created_by,
        )
    )
    return new


async def upcoming(conn: AsyncConnection, pair_ids: Collection[UUID], now: datetime) -> list[PlannedSession]:
    """What is planned for these pairs and not over yet, the next first, at most MAX_UPCOMING."""
    if not pair_ids:
        return []
    table = planned_sessions
    length = table.c.minutes * literal(timedelta(minutes=1), INTERVAL)
    query = (
        select(table.c.id, table.c.pair_id, table.c.title, table.c.starts_at, table.c.minutes, table.c.zone)
        .where(table.c.pair_id.in_(pair_ids), table.c.cancelled_at.is_(None), table.c.starts_at + length > now)
        .order_by(table.c.starts_at, table.c.id)
        .limit(MAX_UPCOMING)
    )
    return [PlannedSession(*row) for row in await conn.execute(query)]
