"""SQL of presences. Rows are added, never changed; what is too old goes by retention."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, func, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.supervision.attendance.rules import Presence, Why
from server.supervision.attendance.tables import call_carriers, call_departures, call_presences

CRASHED: Final = "crashed"

# The row of a process that lives is locked while it writes, and passed by.
_CLOSE: Final = text("""
with dead as (
    select id, last_known_at, away from call_carriers
    where last_known_at < clock_timestamp() - cast(:lost_after as interval)
    for update skip locked
), closed as (
    insert into call_departures (presence_id, went_at, why)
    select p.id, greatest(p.came_at, coalesce(cast(d.away ->> p.id::text as timestamptz), d.last_known_at)), 'crashed'
    from call_presences p join dead d on d.id = p.carrier
    where not exists (select from call_departures e where e.presence_id = p.id)
    on conflict do nothing
    returning presence_id
)
delete from call_carriers c using dead where c.id = dead.id returning (select count(*) from closed)
""")


@dataclass(frozen=True, slots=True)
class Arrival:
    id: UUID
    organisation_id: UUID
    room_id: UUID
    account_id: UUID
    role: str
    came_at: datetime


@dataclass(frozen=True, slots=True)
class Departure:
    presence_id: UUID
    went_at: datetime
    why: Why


async def clock(conn: AsyncConnection) -> datetime:
    """What the database's clock says at this moment."""
    now: datetime = (await conn.execute(select(func.clock_timestamp()))).scalar_one()
    return now


async def carry(conn: AsyncConnection, carrier: UUID, now: datetime, away: Mapping[UUID, datetime]) -> None:
    """The process lives. Until the transaction ends nobody closes what it carries."""
    values = {"last_known_at": now, "away": {str(one): at.isoformat() for one, at in away.items()}}
    row = insert(call_carriers).values(id=carrier, **values)
    await conn.execute(row.on_conflict_do_update(index_elements=["id"], set_=values))


async def carry_nobody(conn: AsyncConnection, carrier: UUID) -> None:
    await conn.execute(delete(call_carriers).where(call_carriers.c.id == carrier))


async def add_arrivals(conn: AsyncConnection, carrier: UUID, arrivals: Sequence[Arrival]) -> None:
    """Again changes nothing: that an earlier try was committed may not have come through."""
    if arrivals:
        rows: list[dict[str, Any]] = [
            {
                "id": one.id,
                "organisation_id": one.organisation_id,
                "room_id": one.room_id,
                "account_id": one.account_id,
                "role": one.role,
                "carrier": carrier,
                "came_at": one.came_at,
            }
            for one in arrivals
        ]
        await conn.execute(insert(call_presences).on_conflict_do_nothing(), rows)


async def add_departures(conn: AsyncConnection, departures: Sequence[Departure]) -> None:
    """As ``add_arrivals``."""
    if departures:
        rows = [{"presence_id": one.presence_id, "went_at": one.went_at, "why": one.why} for one in departures]
        await conn.execute(insert(call_departures).on_conflict_do_nothing(), rows)


async def closed_by_others(conn: AsyncConnection, presence_ids: Collection[UUID]) -> Mapping[UUID, datetime]:
    """Of these presences those that were given up, and when they were last known then."""
    if not presence_ids:
        return {}
    rows = call_departures.c
    query = select(rows.presence_id, rows.went_at).where(rows.presence_id.in_(presence_ids), rows.why == CRASHED)
    return {row.presence_id: row.went_at for row in await conn.execute(query)}


async def close_lost(conn: AsyncConnection, lost_after: timedelta) -> int:
    """Ends what processes carried that have said nothing for so long; how many of those there were."""
    return len((await conn.execute(_CLOSE, {"lost_after": lost_after})).all())


async def presences_in(
    conn: AsyncConnection, room_ids: Collection[UUID], since: datetime, until: datetime, limit: int
) -> list[Presence]:
    """The last ``limit`` presences in these rooms that some of this stretch was in."""
    if not room_ids:
        return []
    came, went = call_presences.c, call_departures.c
    query = (
        select(came.id, came.room_id, came.account_id, came.role, came.came_at, went.went_at, went.why)
        .outerjoin(call_departures, went.presence_id == came.id)
        .where(came.room_id.in_(room_ids), came.came_at < until, or_(went.went_at.is_(None), went.went_at > since))
        .order_by(came.came_at.desc(), came.id.desc())
        .limit(limit)
    )
    return [Presence(*row) for row in await conn.execute(query)]
