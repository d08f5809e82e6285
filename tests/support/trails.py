"""A chain of the audit trail, and hands that get at it past everything that keeps it: what a thief of the database's
own superuser could do."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import text

from server.infra.database import Database
from server.kernel.identifiers import new_id
from server.people.store import Organisation, insert_organisation
from server.trail.acts import Act
from server.trail.chain import Fault, Head
from server.trail.record import record
from server.trail.verify import verify

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TABLES = ("audit_entries", "audit_heads", "audit_drafts", "audit_day_heads")


async def organisation(database: Database, name: str = "North") -> Organisation:
    made = Organisation(new_id(), name, "FR", "Europe/Paris")
    async with database.everywhere() as conn:
        await insert_organisation(conn, made)
    return made


async def sql(database: Database, statement: str, **parameters: Any) -> list[Any]:
    """Rows of any statement, each as a tuple."""
    async with database.everywhere() as conn:
        done = await conn.execute(text(statement), parameters)
        return [tuple(row) for row in done] if done.returns_rows else []


async def chain(database: Database, length: int, name: str = "North") -> Organisation:
    """An organisation whose chain has this many entries."""
    where = await organisation(database, name)
    acts = (Act.SESSION_OPENED, Act.ROOM_ENTERED, Act.FLAG_DECIDED)
    async with database.begin(where.id) as conn:
        for number in range(length):
            about = [new_id() for _ in range(number % 3)]
            at = NOW + timedelta(seconds=number)
            await record(conn, where.id, at, acts[number % 3], by=new_id(), about=about, detail={"number": number})
    return where


async def faults(database: Database, where: Organisation, *kept: Head, only: bool = False) -> list[Fault]:
    """All that the verifier has to say of a database with this one organisation."""
    known = {where.id: where.name}
    found = []
    async for finding in verify(database, known, kept, where.id if only else None):
        found += finding.faults
    return found


@asynccontextmanager
async def unguarded(conn: asyncpg.Connection) -> AsyncIterator[asyncpg.Connection]:
    """With the triggers of the trail off, as the owner of its tables can, and on again afterwards."""
    for table in TABLES:
        await conn.execute(f"alter table {table} disable trigger user")
    try:
        yield conn
    finally:
        for table in TABLES:
            await conn.execute(f"alter table {table} enable trigger user")


async def entries(conn: asyncpg.Connection, where: UUID) -> list[asyncpg.Record]:
    found: list[asyncpg.Record] = await conn.fetch(
        "select * from audit_entries where organisation_id = $1 order by sequence", where
    )
    return found
