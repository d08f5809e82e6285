"""Everything that is in a database, so that a test can say: nothing at all was changed."""

from server.infra.database import Database
from tests.support.rooms import sql

# Who is in a call just now is written by the clock, not by an act.
NOT_COUNTED = frozenset({"alembic_version", "call_carriers", "call_departures", "call_presences", "live_calls"})
# The day on which a session was last used is no change.
_ROW = "(to_jsonb(t) - 'used_on')::text"


async def whole_state(database: Database) -> dict[str, str]:
    """A digest of all rows of each table."""
    found = await sql(
        database,
        "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'",
    )
    tables = sorted({name for (name,) in found} - NOT_COUNTED)
    digests = " union all ".join(
        f"select '{name}', count(*) || ' ' || coalesce(md5(string_agg({_ROW}, '|' order by {_ROW})), '')"  # noqa: S608 - names of the catalogue
        f' from "{name}" t'
        for name in tables
    )
    return dict(await sql(database, digests))
