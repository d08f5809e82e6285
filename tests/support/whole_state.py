"""Everything that is in a database, so that a test can say: nothing at all was changed."""

from server.infra.database import Database
from tests.support.rooms import sql

# When a session or a device was last seen, how many tried to get in, and that a refusal was noted, are no changes.
NOT_COUNTED = frozenset({"alembic_version", "auth_sessions", "devices"})


async def whole_state(database: Database) -> dict[str, str]:
    """A digest of all rows of each table."""
    found = await sql(
        database,
        "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'",
    )
    tables = sorted({name for (name,) in found} - NOT_COUNTED)
    digests = " union all ".join(
        f"select '{name}', count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' order by t::text)), '')"  # noqa: S608 - names of the catalogue
        f' from "{name}" t'
        for name in tables
    )
    return dict(await sql(database, digests))
