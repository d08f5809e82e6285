"""SQL of what the moderation remembers of each author in a room, beside the last messages (docs/decisions/0156)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_OF_ROOM = text("select account_id, state, at from conversation_states where room_id = :room order by at, account_id")
_WRITE = """
insert into conversation_states (room_id, account_id, state, at)
select e.*, $4::timestamptz from unnest($1::uuid[], $2::uuid[], $3::bytea[]) as e
on conflict (room_id, account_id) do update set state = excluded.state, at = excluded.at
"""

Memories = Mapping[tuple[UUID, UUID], bytes]
"""By room and account."""


@dataclass(frozen=True, slots=True)
class Memory:
    account_id: UUID
    state: bytes
    at: datetime


async def of_room(conn: AsyncConnection, room_id: UUID) -> list[Memory]:
    """The states of a room's authors, the longest silent first."""
    return [Memory(*row) for row in await conn.execute(_OF_ROOM, {"room": room_id})]


async def write(raw: asyncpg.Connection, memories: Memories, at: datetime) -> None:
    """In the transaction of the messages that changed them, which has locked their rooms. In one order everywhere."""
    keys = sorted(memories)
    await raw.execute(
        _WRITE, [room for room, _ in keys], [account for _, account in keys], [memories[key] for key in keys], at
    )
