"""SQL of broken glass."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, exists, func, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.rooms.glass.rules import Deferral
from server.rooms.glass.tables import glass_accesses, glass_deferral_ends, glass_deferrals, glass_tellings
from server.rooms.tables import rooms

# Two who defer and break at once take turns, by room: who comes second sees what the first did.
_TURN: Final = text("select pg_advisory_xact_lock(hashtextextended('glass:' || cast(:room as text), 0))")


@dataclass(frozen=True, slots=True)
class Access:
    """``tell_at``: when the two are told, as things stand now."""

    id: UUID
    organisation_id: UUID
    room_id: UUID
    account_id: UUID
    motive: str
    sentence: str
    opened_at: datetime
    expires_at: datetime
    tell_at: datetime
    told_at: datetime | None


_HOLDS = ~exists().where(glass_deferral_ends.c.deferral_id == glass_deferrals.c.id)
# A deferral that was ended puts off nothing any more, nor what was read while it held.
_tell_at = func.least(
    glass_accesses.c.tell_at,
    func.greatest(
        glass_accesses.c.opened_at,
        select(func.max(glass_deferrals.c.until))
        .where(
            glass_deferrals.c.room_id == glass_accesses.c.room_id,
            glass_deferrals.c.by_id != glass_accesses.c.account_id,
            glass_deferrals.c.made_at <= glass_accesses.c.opened_at,
            _HOLDS,
        )
        .scalar_subquery(),
    ),
)
_COLUMNS = (
    *(_tell_at if column.name == "tell_at" else column for column in glass_accesses.c),
    glass_tellings.c.at.label("told_at"),
)
_ACCESSES = select(*_COLUMNS).outerjoin(glass_tellings, glass_tellings.c.access_id == glass_accesses.c.id)


def _access(row: Row[*tuple[Any, ...]]) -> Access:
    return Access(*row)


async def take_turn(conn: AsyncConnection, room_id: UUID) -> None:
    await conn.execute(_TURN, {"room": str(room_id)})


async def open_access(conn: AsyncConnection, room_id: UUID, account_id: UUID, now: datetime) -> Access | None:
    """The access of this person that has not ended yet."""
    mine = glass_accesses.c
    query = _ACCESSES.where(mine.room_id == room_id, mine.account_id == account_id, mine.expires_at > now)
    row = (await conn.execute(query.limit(1))).first()
    return _access(row) if row is not None else None


async def accesses_of(conn: AsyncConnection, organisation_id: UUID, limit: int) -> list[Access]:
    """The last of an organisation, the newest first."""
    mine = glass_accesses.c
    query = _ACCESSES.where(mine.organisation_id == organisation_id).order_by(mine.opened_at.desc(), mine.id.desc())
    return [_access(row) for row in await conn.execute(query.limit(limit))]


async def untold(conn: AsyncConnection, now: datetime, limit: int, room_id: UUID | None = None) -> list[Access]:
    """Those that are to be told by now, and were not; of one room or of all."""
    due = _ACCESSES.where(glass_tellings.c.access_id.is_(None), _tell_at <= now)
    if room_id is not None:
        due = due.where(glass_accesses.c.room_id == room_id)
    return [_access(row) for row in await conn.execute(due.order_by(glass_accesses.c.opened_at).limit(limit))]


async def insert_access(conn: AsyncConnection, new: Access) -> None:
    values = {column.name: getattr(new, column.name) for column in glass_accesses.c}
    await conn.execute(insert(glass_accesses).values(**values))


async def insert_telling(conn: AsyncConnection, told: Access, at: datetime) -> bool:
    """False when it was told before."""
    new = upsert(glass_tellings).values(access_id=told.id, organisation_id=told.organisation_id, at=at)
    return (await conn.execute(new.on_conflict_do_nothing().returning(glass_tellings.c.access_id))).first() is not None


async def insert_deferral(conn: AsyncConnection, **values: Any) -> None:
    await conn.execute(insert(glass_deferrals).values(**values))


async def deferral(conn: AsyncConnection, deferral_id: UUID) -> Row[*tuple[Any, ...]] | None:
    """A row of the table."""
    return (await conn.execute(select(glass_deferrals).where(glass_deferrals.c.id == deferral_id))).first()


async def insert_end(conn: AsyncConnection, deferral_id: UUID, organisation_id: UUID, by: UUID, at: datetime) -> bool:
    """False when somebody ended it before."""
    new = upsert(glass_deferral_ends).values(
        deferral_id=deferral_id, organisation_id=organisation_id, by_id=by, at=at
    )  # fmt: skip
    done = await conn.execute(new.on_conflict_do_nothing().returning(glass_deferral_ends.c.deferral_id))
    return done.first() is not None


async def deferrals_of(conn: AsyncConnection, room_id: UUID, now: datetime) -> list[Deferral]:
    """Those that hold now."""
    mine = glass_deferrals.c
    query = select(mine.by_id, mine.until).where(mine.room_id == room_id, mine.until > now, _HOLDS)
    return [Deferral(*row) for row in await conn.execute(query)]


async def deferred(conn: AsyncConnection, organisation_id: UUID, now: datetime) -> list[Any]:
    """All deferrals of an organisation that hold now, each a row of the table."""
    mine = glass_deferrals.c
    query = select(glass_deferrals).where(mine.organisation_id == organisation_id, mine.until > now, _HOLDS)
    return list((await conn.execute(query.order_by(mine.until))).all())


async def rooms_of_pairs(conn: AsyncConnection, pair_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The room of each pair that has one."""
    query = select(rooms.c.pair_id, rooms.c.id).where(rooms.c.pair_id.in_(pair_ids), rooms.c.closed_at.is_(None))
    return {row.pair_id: row.id for row in await conn.execute(query)}
