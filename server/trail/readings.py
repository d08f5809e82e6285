"""What the access journal of a person is made of: who read what about them, once however a page or a player asks."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import cast, exists, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from server.trail.acts import READINGS, Act
from server.trail.record import record
from server.trail.tables import audit_entries

ONE_READING: Final = timedelta(minutes=15)  # a page that shows itself anew, or after a change, is read once


@dataclass(frozen=True, slots=True)
class Reading:
    """One entry of the trail that is about somebody."""

    sequence: int
    at: datetime
    act: str
    by: UUID | None
    about: Sequence[UUID]
    detail: Mapping[str, Any]


async def readings(
    conn: AsyncConnection, organisation_id: UUID, about: UUID, *, before: int | None, limit: int
) -> list[Reading]:
    """The last readings about a person, the newest first; ``before``: only those with a lower number."""
    return await _entries(conn, organisation_id, about, READINGS, before=before, limit=limit)


async def departures(conn: AsyncConnection, organisation_id: UUID, about: UUID, after: int) -> list[Reading]:
    """When those left again who entered a room of this person, from this number on."""
    return await _entries(conn, organisation_id, about, {Act.ROOM_LEFT}, after=after)


async def record_reading(
    conn: AsyncConnection,
    organisation_id: UUID,
    at: datetime,
    act: Act,
    *,
    by: UUID,
    about: Collection[UUID],
    once_in: timedelta = ONE_READING,
    detail: Mapping[str, UUID] | None = None,
) -> None:
    """Records that ``by`` read this about these people, in the caller's transaction, unless the same is recorded of the
    time just before: a page that shows itself anew, a player that asks for the rest, is one reading."""
    table, of = audit_entries.c, detail or {}
    same = exists().where(
        table.organisation_id == organisation_id,
        table.about.contains(list(about)),
        table.act == act.value,
        table.by_id == by,
        table.at >= at - once_in,
        *(cast(table.entry, JSONB)["detail"][name].astext == str(what) for name, what in of.items()),
    )
    if not (await conn.execute(select(same))).scalar_one():
        await record(conn, organisation_id, at, act, by=by, about=about, detail=detail)


async def _entries(
    conn: AsyncConnection,
    organisation_id: UUID,
    about: UUID,
    acts: Collection[Act],
    *,
    before: int | None = None,
    after: int = 0,
    limit: int | None = None,
) -> list[Reading]:
    table = audit_entries.c
    query = (
        select(table.sequence, table.at, table.act, table.by_id, table.about, table.entry)
        .where(
            table.organisation_id == organisation_id,
            table.about.contains([about]),
            table.act.in_(sorted(acts)),
            table.sequence > after,
            table.by_id.is_distinct_from(about),  # what one did oneself, one knows
        )
        .order_by(table.sequence.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(table.sequence < before)
    rows = await conn.execute(query)
    return [Reading(row.sequence, row.at, row.act, row.by_id, row.about, _detail(row.entry)) for row in rows]


def _detail(entry: str) -> Mapping[str, Any]:
    said: Mapping[str, Any] = msgspec.json.decode(entry)["detail"]
    return said
