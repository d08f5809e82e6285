"""What a message was, each time its author changed it, and who watched over its room: for who must prove it later."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.rooms.messages import Message
from server.rooms.rules import State
from server.rooms.tables import message_versions, messages, room_visits
from server.rooms.visits import Act


@dataclass(frozen=True, slots=True)
class Version:
    """A text of a message as its author wanted it, and what became of it at first."""

    version: int
    at: datetime
    body: str
    masked_body: str | None
    state: State


@dataclass(frozen=True, slots=True)
class Visit:
    room_id: UUID
    account_id: UUID
    act: Act
    entered_at: datetime
    left_at: datetime | None


async def versions_of(
    conn: AsyncConnection, room_id: UUID, found: Collection[Message]
) -> Mapping[int, Sequence[Version]]:
    """Of each of these messages of one room, by place, every text it has had, the first one first."""
    kept = message_versions.c
    query = (
        select(kept.seq, kept.version, kept.at, kept.body, kept.masked_body, kept.state)
        .where(kept.room_id == room_id, kept.seq.in_([message.seq for message in found]))
        .order_by(kept.seq, kept.version)
    )
    versions: dict[int, list[Version]] = {}
    for row in await conn.execute(query):
        versions.setdefault(row.seq, []).append(Version(row.version, row.at, row.body, row.masked_body, row.state))
    # Of what was never changed, the one text that it has stands in the log alone.
    return {
        one.seq: versions.get(one.seq) or [Version(1, one.at, one.body, one.masked_body, one.state)] for one in found
    }


async def visits_in(conn: AsyncConnection, room_ids: Collection[UUID], since: datetime) -> list[Visit]:
    """Who entered these rooms, or a call in them, to watch over it, the first first; those who left since then."""
    rows = room_visits.c
    query = (
        select(rows.room_id, rows.account_id, rows.act, rows.entered_at, rows.left_at)
        .where(rows.room_id.in_(room_ids), rows.left_at.is_(None) | (rows.left_at >= since))
        .order_by(rows.entered_at, rows.id)
    )
    return [Visit(*row) for row in await conn.execute(query)]


async def places_of(conn: AsyncConnection, room_id: UUID, ids: Collection[UUID]) -> list[tuple[int, datetime]]:
    """Place and instant of the messages of a room with these identifiers."""
    query = select(messages.c.seq, messages.c.at).where(messages.c.room_id == room_id, messages.c.id.in_(ids))
    return [(row.seq, row.at) for row in await conn.execute(query.order_by(messages.c.seq))]
