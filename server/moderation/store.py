"""SQL of flags."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.moderation.flag import HELP, Decision, Flag, NewFlag, storable
from server.moderation.tables import flags
from server.moderation.verdict import Label

_COLUMNS = (
    flags.c.id,
    flags.c.organisation_id,
    flags.c.supervisor_id,
    flags.c.pair_id,
    flags.c.room_id,
    flags.c.seq,
    flags.c.author_id,
    flags.c.category,
    flags.c.severity,
    flags.c.action,
    flags.c.labels,
    flags.c.excerpt,
    flags.c.engine,
    flags.c.raised_at,
    flags.c.state,
    flags.c.decided_at,
    flags.c.decided_by,
    flags.c.note,
)

# One statement for any number of flags: it is inside the message log's transaction, which others wait for.
_INSERT = """
insert into flags (id, organisation_id, supervisor_id, pair_id, room_id, seq, author_id, category, severity, action,
                   labels, excerpt, engine, raised_at)
select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::bigint[], $7::uuid[], $8::text[],
                     $9::smallint[], $10::text[], $11::jsonb[], $12::text[], $13::text[], $14::timestamptz[])
"""


@dataclass(frozen=True, slots=True)
class Queue:
    """How much waits for a supervisor: flags that are open, and those of them that hold a message back."""

    open: int
    held: int


async def insert(raw: asyncpg.Connection, new: Sequence[NewFlag]) -> None:
    """Writes ``new`` in whatever transaction ``raw`` is in."""
    if not new:
        return
    await raw.execute(
        _INSERT,
        [flag.id for flag in new],
        [flag.organisation_id for flag in new],
        [flag.supervisor_id for flag in new],
        [flag.pair_id for flag in new],
        [flag.room_id for flag in new],
        [flag.seq for flag in new],
        [flag.author_id for flag in new],
        [flag.category for flag in new],
        [flag.severity for flag in new],
        [flag.action for flag in new],
        [msgspec.json.encode(flag.labels).decode() for flag in new],
        [flag.excerpt for flag in new],
        [flag.engine for flag in new],
        [flag.raised_at for flag in new],
    )


async def flags_of(conn: AsyncConnection, ids: Collection[UUID]) -> list[Flag]:
    """The flags of ``ids`` that exist, the oldest first."""
    if not ids:
        return []
    query = select(*_COLUMNS).where(flags.c.id.in_(ids)).order_by(flags.c.raised_at, flags.c.id)
    return [_flag(row) for row in await conn.execute(query)]


async def open_page(conn: AsyncConnection, supervisor_id: UUID, after: Flag | None, limit: int) -> list[Flag]:
    """Open flags: the most severe first, among equals the oldest; those that come after ``after`` in this order."""
    query = select(*_COLUMNS).where(flags.c.supervisor_id == supervisor_id, flags.c.state == "open")
    if after is not None:
        query = query.where(
            or_(
                flags.c.severity < after.severity,
                and_(
                    flags.c.severity == after.severity,
                    or_(
                        flags.c.raised_at > after.raised_at,
                        and_(flags.c.raised_at == after.raised_at, flags.c.id > after.id),
                    ),
                ),
            )
        )
    query = query.order_by(flags.c.severity.desc(), flags.c.raised_at, flags.c.id).limit(limit)
    return [_flag(row) for row in await conn.execute(query)]


async def closed_page(
    conn: AsyncConnection, supervisor_id: UUID, before: tuple[datetime, UUID] | None, limit: int
) -> list[Flag]:
    """Decided flags, the last decided first; those that come behind ``before`` in this order."""
    query = select(*_COLUMNS).where(flags.c.supervisor_id == supervisor_id, flags.c.decided_at.is_not(None))
    if before is not None:
        at, flag_id = before
        query = query.where(or_(flags.c.decided_at < at, and_(flags.c.decided_at == at, flags.c.id < flag_id)))
    query = query.order_by(flags.c.decided_at.desc(), flags.c.id.desc()).limit(limit)
    return [_flag(row) for row in await conn.execute(query)]


async def queue_of(conn: AsyncConnection, supervisor_id: UUID) -> Queue:
    query = select(func.count(), func.count().filter(flags.c.action == "hold")).where(
        flags.c.supervisor_id == supervisor_id, flags.c.state == "open"
    )
    waiting, held = (await conn.execute(query)).one()
    return Queue(waiting, held)


async def close(
    conn: AsyncConnection, flag_id: UUID, decision: Decision, decided_by: UUID, at: datetime, note: str | None
) -> Flag | None:
    """Decides the flag if it is still open; None when it is not, then nothing was changed."""
    query = (
        update(flags)
        .where(flags.c.id == flag_id, flags.c.state == "open")
        .values(state=decision, decided_at=at, decided_by=decided_by, note=note)
        .returning(*_COLUMNS)
    )
    row = (await conn.execute(query)).first()
    return _flag(row) if row else None


async def calls_for_help(conn: AsyncConnection, author_id: UUID, since: datetime) -> list[Flag]:
    """The open calls for help of a person since then, the oldest first."""
    query = (
        select(*_COLUMNS)
        .where(
            flags.c.author_id == author_id,
            flags.c.action == HELP,
            flags.c.state == "open",
            flags.c.raised_at >= since,
        )
        .order_by(flags.c.raised_at, flags.c.id)
    )
    return [_flag(row) for row in await conn.execute(query)]


async def add_words(conn: AsyncConnection, flag: Flag, words: str) -> None:
    """Puts more words of the same call for help under those that are there."""
    excerpt = storable(f"{flag.excerpt}\n{words}" if flag.excerpt else words)
    await conn.execute(update(flags).where(flags.c.id == flag.id).values(excerpt=excerpt))


def _flag(row: Any) -> Flag:
    return Flag(
        id=row.id,
        organisation_id=row.organisation_id,
        supervisor_id=row.supervisor_id,
        pair_id=row.pair_id,
        room_id=row.room_id,
        seq=row.seq,
        author_id=row.author_id,
        category=row.category,
        severity=row.severity,
        action=row.action,
        labels=tuple(Label(**label) for label in row.labels),
        excerpt=row.excerpt,
        engine=row.engine,
        raised_at=row.raised_at,
        state=row.state,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        note=row.note,
    )
