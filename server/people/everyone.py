"""All organisations of this instance, for what goes through them all: jobs, and commands of the operator."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.people.store import Organisation
from server.people.tables import organisations


async def all_organisations(conn: AsyncConnection) -> list[Organisation]:
    """In a transaction that is about all of them; the oldest first."""
    query = select(organisations.c.id, organisations.c.name, organisations.c.country, organisations.c.zone)
    return [Organisation(*row) for row in await conn.execute(query.order_by(organisations.c.id))]
