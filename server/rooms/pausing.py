"""What a professional's hand does to a room, in the caller's transaction: pause it, end its calls, keep somebody out of
them. A trigger tells every process, which looks at its connections and calls anew; who may is for the caller to say.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.rooms.tables import room_members, rooms


async def pause_room(conn: AsyncConnection, room_id: UUID, why: str, by: UUID, at: datetime) -> bool:
    """Whether it was not paused yet. Waits for the messages that are being written."""
    changed = await conn.execute(
        update(rooms)
        .where(rooms.c.id == room_id, rooms.c.paused_at.is_(None))
        .values(paused_at=at, paused_why=why, paused_by=by)
    )
    return bool(changed.rowcount)


async def resume_room(conn: AsyncConnection, room_id: UUID) -> bool:
    """Whether it was paused. Who was put out of its calls may come back."""
    changed = await conn.execute(
        update(rooms)
        .where(rooms.c.id == room_id, rooms.c.paused_at.is_not(None))
        .values(paused_at=None, paused_why=None, paused_by=None)
    )
    if changed.rowcount:
        members = room_members.c
        await conn.execute(
            update(room_members)
            .where(members.room_id == room_id, members.put_out_at.is_not(None))
            .values(put_out_at=None)
        )
    return bool(changed.rowcount)


async def end_calls(conn: AsyncConnection, room_id: UUID) -> None:
    """Whoever came into its call before this is out of it; it may begin anew at once."""
    await conn.execute(update(rooms).where(rooms.c.id == room_id).values(calls_ended=rooms.c.calls_ended + 1))


async def put_out(conn: AsyncConnection, room_id: UUID, account_id: UUID, at: datetime | None) -> bool:
    """Keeps a member out of its calls from ``at`` on, or lets them in again (None). Whether that is a change."""
    members = room_members.c
    other = members.put_out_at.is_(None) if at is not None else members.put_out_at.is_not(None)
    changed = await conn.execute(
        update(room_members)
        .where(members.room_id == room_id, members.account_id == account_id, members.left_at.is_(None), other)
        .values(put_out_at=at)
    )
    return bool(changed.rowcount)
