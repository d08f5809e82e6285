"""SQL of announcements and of what is written aside."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.supervision.tables import room_knocks, whispers

LISTED: Final = 50  # whispers of a room: an hour of them


@dataclass(frozen=True, slots=True)
class Knock:
    id: UUID
    organisation_id: UUID
    room_id: UUID
    account_id: UUID
    at: datetime
    wait_seconds: int
    withdrawn_at: datetime | None = None


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
    room_knocks.c.withdrawn_at,
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
