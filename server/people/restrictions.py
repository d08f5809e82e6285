"""Whose data is put aside, as they asked (GDPR articles 18 and 21; docs/decisions/0206): from the day they ask until
that is refused, taken back, or lifted. A restriction also keeps it: nothing of it goes by itself. What protects people
goes on.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, exists, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.people.tables import restrictions

Kind = Literal["objection", "restriction"]


async def put_aside(
    conn: AsyncConnection, request_id: UUID, organisation_id: UUID, account_id: UUID, kind: Kind, at: datetime
) -> None:
    """From ``at`` on, by the request that asks for it."""
    values = {"id": request_id, "organisation_id": organisation_id, "account_id": account_id, "kind": kind}
    await conn.execute(insert(restrictions).values(**values, since=at))


async def end(conn: AsyncConnection, request_id: UUID, until: datetime, by: UUID) -> bool:
    """False when there is nothing that goes on."""
    rows = restrictions.c
    done = update(restrictions).where(rows.id == request_id, rows.until.is_(None)).values(until=until, ended_by=by)
    return (await conn.execute(done)).rowcount == 1


async def aside_until(
    conn: AsyncConnection, request_ids: Collection[UUID], now: datetime
) -> Mapping[UUID, datetime | None]:
    """Of the requests by which data is put aside now: until when, None for no day yet."""
    rows = restrictions.c
    query = select(rows.id, rows.until).where(rows.id.in_(request_ids), _in_force(now))
    return {row.id: row.until for row in await conn.execute(query)}


def is_aside(account: ColumnElement[Any], now: datetime) -> ColumnElement[bool]:
    """In SQL: whether this person's data is put aside."""
    return exists().where(restrictions.c.account_id == account, _in_force(now))


def _in_force(now: datetime) -> ColumnElement[bool]:
    return or_(restrictions.c.until.is_(None), restrictions.c.until > now)
