"""Sessions that a code or a link opened without a password: who comes in so, and whether the device asks for a PIN."""

from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.kernel.permissions import Role
from server.people.tables import bound_sessions

BY_DEVICE: Final = frozenset({Role.MENTEE, Role.GUARDIAN})  # who needs no password


async def pin_of(conn: AsyncConnection, session_id: UUID) -> bool | None:
    """Whether the device of this session asks for a PIN. None: it is no bound device."""
    query = select(bound_sessions.c.pin_hash.is_not(None)).where(bound_sessions.c.session_id == session_id)
    asks: bool | None = (await conn.execute(query)).scalar_one_or_none()
    return asks
