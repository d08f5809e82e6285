"""Writing into the audit trail, in the transaction of what is recorded: both happen, or neither.

The database takes the entry into the chain when that transaction commits (``sql/0008_audit.sql``). So the chain's lock
is always the last that a transaction takes, wherever in it ``record`` is called, and nobody waits in a circle.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.trail.acts import Act
from server.trail.canonical import draft

_INSERT: Final = text("insert into audit_drafts (organisation_id, draft) values (:organisation, :draft)")
_INSERT_RAW: Final = "insert into audit_drafts (organisation_id, draft) values ($1, $2)"


async def record(
    conn: AsyncConnection | asyncpg.Connection,
    organisation_id: UUID,
    at: datetime,
    act: Act,
    *,
    by: UUID | None,
    about: Collection[UUID] = (),
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Records that ``by`` (None: the system itself) did ``act``, in the caller's transaction. ``about`` are the people
    whom it concerns. ``detail`` holds identifiers, states, dates, versions: never a name, an address, or a text that
    people wrote. Raises ValueError for such a one. The sequence number is known only once the transaction is over."""
    entry = draft(organisation_id, at, act, by, about, detail)
    if isinstance(conn, AsyncConnection):
        await conn.execute(_INSERT, {"organisation": organisation_id, "draft": entry})
    else:
        await conn.execute(_INSERT_RAW, organisation_id, entry)
