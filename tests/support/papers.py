"""The papers that a mentor needs to meet anybody, by SQL: for tests that are about something else."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_PAPERS = text("""
insert into mentor_papers (id, organisation_id, account_id, gate, kind, version, issued_on, valid_until, by_id, at)
select gen_random_uuid(), organisation_id, id, gate, kind, papers.version, cast(:day as date) - 30,
    cast(:day as date) + cast(days as integer),
    cast(:by as uuid), cast(:at as timestamptz)
from accounts, (values
    ('vetting', 'honorability', cast(null as integer), 150),
    ('charter', 'charter', 1, null),
    ('training', 'welcome', null, null)
) as papers (gate, kind, version, days)
where id = :mentor and not exists (select from mentor_papers where account_id = :mentor)
""")


async def vetted(conn: AsyncConnection, mentor_id: UUID, by: UUID, at: datetime) -> None:
    """The mentor has shown, signed and done all; the vetting has 150 days left."""
    await conn.execute(_PAPERS, {"mentor": mentor_id, "by": by, "at": at, "day": at.date()})
