"""SQL of announcements and of what is written aside."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.supervision.rules import Over
from server.supervision.tables import room_knocks, summonses, whispers

LISTED: Final = 50  # whispers of a room: an hour of them


@dataclass(frozen=True, slots=True)
class Knock:
    id: UUID
    organisation_id: UUID
    room_id: UUID
    account_id: UUID
    at: datetime
    wait_seconds: int
    summoned: bool = False
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Summons:
    """``case_id``: of the call for help that it is; None where that has none. ``over``: why it stands no more."""

    id: UUID
    organisation_id: UUID
    room_id: UUID
    account_id: UUID
    case_id: UUID | None
    at: datetime
    over: Over | None = None


@dataclass(frozen=True, slots=True)
class Whisper:
    id: UUID
    organisation_id: UUID
    room_id: UUID
    author_id: UUID
    to_id: UUID
    at: datetime
    body: str


_KNOCK: Final = select(
    room_knocks.c.id,
    room_knocks.c.organisation_id,
    room_knocks.c.room_id,
    room_knocks.c.account_id,
    room_knocks.c.at,
    room_knocks.c.wait_seconds,
    room_knocks.c.summoned,
    room_knocks.c.withdrawn_at,
)
_SUMMONS: Final = select(
    summonses.c.id,
    summonses.c.organisation_id,
    summonses.c.room_id,
    summonses.c.account_id,
    summonses.c.case_id,
    summonses.c.at,
    summonses.c.over,
)
_WHISPER: Final = select(
    whispers.c.id,
    whispers.c.organisation_id,
    whispers.c.room_id,
    whispers.c.author_id,
    whispers.c.to_id,
    whispers.c.at,
    whispers.c.body,
)


async def insert_knock(conn: AsyncConnection, new: Knock) -> None:
    await conn.execute(
        insert(room_knocks).values(
            id=new.id,
            organisation_id=new.organisation_id,
            room_id=new.room_id,
            account_id=new.account_id,
            at=new.at,
            wait_seconds=new.wait_seconds,
            summoned=new.summoned,
        )
    )


async def withdraw(conn: AsyncConnection, knock_id: UUID, at: datetime) -> bool:
    """Whether it stood until now."""
    table = room_knocks.c
    changed = await conn.execute(
        update(room_knocks).where(table.id == knock_id, table.withdrawn_at.is_(None)).values(withdrawn_at=at)
    )
    return bool(changed.rowcount)


async def knock(conn: AsyncConnection, knock_id: UUID) -> Knock | None:
    row = (await conn.execute(_KNOCK.where(room_knocks.c.id == knock_id))).first()
    return Knock(*row) if row is not None else None


async def insert_summons(conn: AsyncConnection, new: Summons) -> None:
    """What the same person asked before in this room is over with it."""
    await end_summonses(conn, new.room_id, new.at, "ended", by=new.account_id)
    await conn.execute(
        insert(summonses).values(
            id=new.id,
            organisation_id=new.organisation_id,
            room_id=new.room_id,
            account_id=new.account_id,
            case_id=new.case_id,
            at=new.at,
        )
    )


async def end_summonses(
    conn: AsyncConnection, room_id: UUID, at: datetime, over: Over, by: UUID | None = None
) -> list[Summons]:
    """Those that stood until now: of this room, all or those of one person."""
    table = summonses.c
    changing = update(summonses).where(table.room_id == room_id, table.over_at.is_(None))
    if by is not None:
        changing = changing.where(table.account_id == by)
    rows = await conn.execute(changing.values(over_at=at, over=over).returning(*_SUMMONS.selected_columns))
    return [Summons(*row) for row in rows.all()]


async def summons(conn: AsyncConnection, summons_id: UUID) -> Summons | None:
    row = (await conn.execute(_SUMMONS.where(summonses.c.id == summons_id))).first()
    return Summons(*row) if row is not None else None


async def insert_whisper(conn: AsyncConnection, new: Whisper) -> bool:
    """Whether it was not there yet."""
    inserted = await conn.execute(
        insert(whispers)
        .values(
            id=new.id,
            organisation_id=new.organisation_id,
            room_id=new.room_id,
            author_id=new.author_id,
            to_id=new.to_id,
            at=new.at,
            body=new.body,
        )
        .on_conflict_do_nothing(index_elements=["id"])
    )
    return bool(inserted.rowcount)


async def whisper(conn: AsyncConnection, whisper_id: UUID) -> Whisper | None:
    row = (await conn.execute(_WHISPER.where(whispers.c.id == whisper_id))).first()
    return Whisper(*row) if row is not None else None


async def whispers_of(conn: AsyncConnection, room_id: UUID) -> list[Whisper]:
    """The last of a room, the newest last."""
    query = _WHISPER.where(whispers.c.room_id == room_id).order_by(whispers.c.at.desc(), whispers.c.id.desc())
    rows = (await conn.execute(query.limit(LISTED))).all()
    return [Whisper(*row) for row in reversed(rows)]
