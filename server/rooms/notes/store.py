"""SQL of voice notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, func, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.rooms.notes.rules import CHUNK
from server.rooms.rules import SHARED_STATES
from server.rooms.tables import messages, room_members, voice_note_chunks, voice_notes


@dataclass(frozen=True, slots=True)
class Note:
    """``milliseconds`` is known when the note is whole, and not before."""

    id: UUID
    room_id: UUID
    author_id: UUID
    bytes: int
    milliseconds: int | None


_NOTE = (
    voice_notes.c.id,
    voice_notes.c.room_id,
    voice_notes.c.author_id,
    voice_notes.c.bytes,
    voice_notes.c.milliseconds,
)

# The first number that is missing, counted from 0: all before it are held.
_NEXT = text("""
select coalesce(
    (select min(place) from (
        select number, row_number() over (order by number) - 1 as place from voice_note_chunks where note_id = :note
    ) held where number <> place),
    (select count(*) from voice_note_chunks where note_id = :note)
)
""")

# Nothing of a note is ever asked for beside its author and those who may see the message that names it.
_AUDIBLE = (
    exists()
    .where(messages.c.id == voice_notes.c.id)
    .where(messages.c.room_id == voice_notes.c.room_id)
    .where(messages.c.author_id == voice_notes.c.author_id)
    .where(messages.c.kind == "voice")
)


async def insert_note(
    conn: AsyncConnection, note_id: UUID, room_id: UUID, author_id: UUID, size: int, now: datetime
) -> None:
    """Nothing happens when a note has this id already, whoever made it."""
    row = {
        "id": note_id,
        "room_id": room_id,
        "author_id": author_id,
        "bytes": size,
        "created_at": now,
        "touched_at": now,
    }
    await conn.execute(upsert(voice_notes).values(row).on_conflict_do_nothing(index_elements=["id"]))


async def note(conn: AsyncConnection, note_id: UUID, *, lock: bool = False) -> Note | None:
    query = select(*_NOTE).where(voice_notes.c.id == note_id)
    row = (await conn.execute(query.with_for_update() if lock else query)).first()
    return Note(*row) if row is not None else None


async def touch(conn: AsyncConnection, note_id: UUID, now: datetime) -> Note | None:
    """The note, which from now on is as good as new to whoever sweeps up."""
    done = await conn.execute(
        update(voice_notes).where(voice_notes.c.id == note_id).values(touched_at=now).returning(*_NOTE)
    )
    row = done.first()
    return Note(*row) if row is not None else None


async def audible_note(
    conn: AsyncConnection, note_id: UUID, room_id: UUID, reader: UUID, *, staff: bool
) -> Note | None:
    """The whole note of this room, when ``reader`` may hear it now: it is theirs, or its message is visible to them."""
    message = _AUDIBLE if staff else _AUDIBLE.where(messages.c.state.in_(SHARED_STATES))
    query = select(*_NOTE).where(
        voice_notes.c.id == note_id,
        voice_notes.c.room_id == room_id,
        voice_notes.c.milliseconds.is_not(None),
        exists().where(
            room_members.c.room_id == room_id, room_members.c.account_id == reader, room_members.c.left_at.is_(None)
        ),
        (voice_notes.c.author_id == reader) | message,
    )
    row = (await conn.execute(query)).first()
    return Note(*row) if row is not None else None


async def said_note(conn: AsyncConnection, note_id: UUID, room_id: UUID) -> Note | None:
    """The whole note of this room that a message names, whatever became of that."""
    query = select(*_NOTE).where(
        voice_notes.c.id == note_id,
        voice_notes.c.room_id == room_id,
        voice_notes.c.milliseconds.is_not(None),
        _AUDIBLE,
    )
    row = (await conn.execute(query)).first()
    return Note(*row) if row is not None else None


async def usage(conn: AsyncConnection, author_id: UUID, since: datetime) -> tuple[int, int]:
    """(bytes of the notes that the person began since then, how many of their notes are not whole)."""
    mine = voice_notes.c.author_id == author_id
    recent = select(func.coalesce(func.sum(voice_notes.c.bytes), 0)).where(mine, voice_notes.c.created_at > since)
    unfinished = select(func.count()).where(mine, voice_notes.c.milliseconds.is_(None))
    row = (await conn.execute(select(recent.scalar_subquery(), unfinished.scalar_subquery()))).one()
    return int(row[0]), int(row[1])


async def next_chunk(conn: AsyncConnection, note_id: UUID) -> int:
    return int((await conn.execute(_NEXT, {"note": note_id})).scalar_one())


async def insert_chunk(conn: AsyncConnection, note_id: UUID, number: int, content: bytes) -> None:
    """Nothing happens when the piece is there already."""
    row = {"note_id": note_id, "number": number, "content": content}
    await conn.execute(upsert(voice_note_chunks).values(row).on_conflict_do_nothing())


async def content(conn: AsyncConnection, note_id: UUID, first: int, last: int) -> bytes:
    """The pieces ``first`` to ``last``, put together."""
    rows = await conn.execute(
        select(voice_note_chunks.c.content)
        .where(voice_note_chunks.c.note_id == note_id, voice_note_chunks.c.number.between(first, last))
        .order_by(voice_note_chunks.c.number)
    )
    return b"".join(row.content for row in rows)


async def heard(conn: AsyncConnection, note_id: UUID, start: int, end: int) -> bytes:
    """The bytes from ``start`` to before ``end``."""
    first, last = start // CHUNK, (end - 1) // CHUNK
    return (await content(conn, note_id, first, last))[start - first * CHUNK : end - first * CHUNK]


async def finish(conn: AsyncConnection, note_id: UUID, milliseconds: int) -> None:
    await conn.execute(update(voice_notes).where(voice_notes.c.id == note_id).values(milliseconds=milliseconds))


async def remove(conn: AsyncConnection, note_ids: Sequence[UUID]) -> None:
    await conn.execute(delete(voice_notes).where(voice_notes.c.id.in_(note_ids)))


async def unsaid(conn: AsyncConnection, before: datetime, some: int) -> list[UUID]:
    """Notes that nobody touched since ``before`` and no message names; not those that somebody is at just now."""
    query = (
        select(voice_notes.c.id)
        .where(voice_notes.c.touched_at < before, ~_AUDIBLE)
        .limit(some)
        .with_for_update(skip_locked=True)
    )
    return list((await conn.execute(query)).scalars())
