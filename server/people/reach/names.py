"""How outside contacts are called, for whoever says that they were reached."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.people.reach.tables import outside_contacts


async def contact_names(conn: AsyncConnection, ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Of these outside contacts that there are."""
    if not ids:
        return {}
    rows = outside_contacts.c
    return {row.id: row.name for row in await conn.execute(select(rows.id, rows.name).where(rows.id.in_(ids)))}
