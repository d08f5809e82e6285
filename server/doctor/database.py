"""The database: whether it answers, at which version, as whom, and over which line."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime

from asyncpg import InsufficientPrivilegeError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from server.doctor import reach
from server.doctor.finding import Finding
from server.infra import grants, migrate
from server.infra.database import Database
from server.infra.open_database import borrow_database, not_held
from server.infra.postgres_programs import OLDEST_MAJOR, find_programs, find_user
from server.kernel.ground import GroundError
from server.settings import Settings
from server.transport.reached import is_loopback_name

CLOCK_SECONDS = 2.0  # more between our clock and the database's, and times in logs and rooms contradict each other
_MENDED = "a start with BINOME_DATABASE_OWNER_URL puts it right"
_ASKED = text("""
select current_setting('server_version_num')::int / 10000, now(),
    (select ssl from pg_stat_ssl where pid = pg_backend_pid())
""")


async def examine(settings: Settings) -> list[Finding]:
    if settings.database_url is None and not (settings.data / "postgres").exists():
        try:
            programs = find_programs(find_user(settings.data / "postgres"), None)
        except GroundError as error:
            return [Finding("database", "fix", str(error))]
        return [Finding("database", "ok", f"none yet; the first start makes one with PostgreSQL {programs.major}")]
    try:
        async with AsyncExitStack() as running:
            return await _look_into(settings, await borrow_database(settings, running, migrated=False))
    except GroundError as error:
        return [Finding("database", "fix", str(error))]


async def _look_into(settings: Settings, database: Database) -> list[Finding]:
    async with database.engine.connect() as connection:
        asked = await connection.execute(_ASKED)
        major, their_now, encrypted = asked.one()
    offset = abs((their_now - datetime.now(UTC)).total_seconds())
    findings = []
    if major < OLDEST_MAJOR:
        findings.append(Finding("database", "fix", f"is PostgreSQL {major}; Binôme needs {OLDEST_MAJOR} or newer"))
    else:
        findings.append(Finding("database", "ok", f"PostgreSQL {major} answers"))
    role, why = await grants.unbound(database)
    try:
        version, head = await migrate.current(database), migrate.head()
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != InsufficientPrivilegeError.sqlstate:
            raise
        return [*findings, Finding("role", "fix", f"{role} was given nothing of the tables yet; {_MENDED}")]
    if version is not None and version > head:
        findings.append(Finding("version", "fix", f"the database is at {version}, newer than this Binôme's {head}"))
    elif version != head:
        findings.append(Finding("version", "note", f"the next start brings it from {version or 'nothing'} to {head}"))
    else:
        findings.append(Finding("version", "ok", f"at {head}"))
    if why is not None:
        findings.append(Finding("role", "fix", not_held(role, why)))
    elif version == head and (wrong := await _wrong(database, role)):
        findings.append(
            Finding("role", "fix", f"{wrong} rights of {role} on the tables are not as they should be; {_MENDED}")
        )
    else:
        findings.append(Finding("role", "ok", f"{role} is held by row-level security, which keeps organisations apart"))
    host = database.engine.url.host
    if host is not None and not is_loopback_name(host):
        findings.append(line(host, encrypted, str(database.engine.url.query.get("sslmode", ""))))
    if offset > CLOCK_SECONDS:
        findings.append(Finding("clocks", "fix", f"{offset:.0f} s apart from the database's; keep both right with NTP"))
    if version == head:
        findings += await reach.examine(database, settings)
    return findings


async def _wrong(database: Database, role: str) -> int:
    async with database.engine.connect() as connection:
        return len(await grants.differences(connection, role))


def line(host: str, encrypted: bool, mode: str) -> Finding:
    advice = "add ?sslmode=verify-full to BINOME_DATABASE_URL, unless the line is your own"
    if not encrypted:
        return Finding("line", "note", f"what goes to the database at {host} is not encrypted; {advice}")
    if not mode.startswith("verify-"):
        return Finding("line", "note", f"encrypted to {host}, but whoever answers there is believed; {advice}")
    return Finding("line", "ok", f"encrypted to {host}, whose certificate is checked")
