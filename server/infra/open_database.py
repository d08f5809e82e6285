"""Gets the database that the settings speak of: given or embedded, reachable, migrated by its owner, and seen through a
role that row-level security holds (docs/decisions/0170)."""

import asyncio
import logging
from contextlib import AsyncExitStack
from pathlib import Path

from asyncpg import InsufficientPrivilegeError
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from server.infra import grants, migrate
from server.infra.data_folder import DataFolder, FolderInUse
from server.infra.database import Database
from server.infra.embedded_postgres import EmbeddedPostgres, running_urls
from server.infra.ended import ended
from server.infra.outage import is_passing
from server.infra.postgres_roles import Urls
from server.kernel.ground import GroundError
from server.settings import Settings

log = logging.getLogger(__name__)

START_SECONDS = 15.0  # waited for a database that does not answer at the start
COMMAND_SECONDS = 5.0  # by a command that somebody typed
RETRY_SECONDS = 0.5
HOW = "see docs/operators.md, 'Two roles'"


async def open_database(settings: Settings, running: AsyncExitStack, *, migrated: bool = True) -> Database:
    """The database of ``settings``: the one given, or the embedded one, which is started. What must be stopped is put
    on ``running``. Raises GroundError, also when the role of the server could see more than it is told to."""
    urls = await _urls(settings, running, borrowed=False)
    return await _open(settings, urls, running, migrated=migrated, patience=START_SECONDS)


async def borrow_database(settings: Settings, running: AsyncExitStack, *, migrated: bool = True) -> Database:
    """Likewise, for a command that may run beside the server: uses the embedded database that runs already."""
    urls = await _urls(settings, running, borrowed=True)
    return await _open(settings, urls, running, migrated=migrated, patience=COMMAND_SECONDS)


async def borrow_owner(settings: Settings, running: AsyncExitStack) -> Database:
    """The same database as the owner of its tables, whom nothing holds: for what no server may do. Raises
    GroundError."""
    _, owner = await _urls(settings, running, borrowed=True)
    if owner is None:
        raise GroundError(f"this needs the owner of the tables; set BINOME_DATABASE_OWNER_URL ({HOW})")
    return await _reached(owner, settings, running, COMMAND_SECONDS)


async def _urls(settings: Settings, running: AsyncExitStack, *, borrowed: bool) -> tuple[str, str | None]:
    """How the server and the owner reach the database."""
    if settings.database_url is not None:
        return settings.database_url, settings.database_owner_url
    try:
        urls = await _start_embedded(settings.data, running)
    except FolderInUse:
        there = running_urls(settings.data) if borrowed else None
        if there is None:
            raise
        urls = there
    return urls.server, urls.owner


async def _open(
    settings: Settings, urls: tuple[str, str | None], running: AsyncExitStack, *, migrated: bool, patience: float
) -> Database:
    server, owner = urls
    database = await _reached(server, settings, running, patience)
    if migrated:
        if owner is not None:
            async with AsyncExitStack() as meanwhile:
                await _migrate(await _reached(owner, settings, meanwhile, patience), database)
        await _check(database, settings)
    return database


async def _migrate(owner: Database, server: Database) -> None:
    await migrate.upgrade(owner)
    role, why = await grants.unbound(server)
    if why is None:
        await grants.grant(owner, role)


async def _check(database: Database, settings: Settings) -> None:
    """Raises GroundError for a database that cannot be served from."""
    role, why = await grants.unbound(database)
    if why is not None:
        raise GroundError(not_held(role, why))
    try:
        version = await migrate.current(database)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != InsufficientPrivilegeError.sqlstate:
            raise
        raise GroundError(
            f"the role {role} of BINOME_DATABASE_URL was given nothing of the database yet: "
            f"set BINOME_DATABASE_OWNER_URL, and the next start sees to it ({HOW})"
        ) from error
    migrate.refuse_newer(version)
    if version != migrate.head():
        advice = (
            "BINOME_DATABASE_URL and BINOME_DATABASE_OWNER_URL lead to two databases; let them lead to one"
            if settings.database_owner_url is not None
            else f"set BINOME_DATABASE_OWNER_URL, and the next start brings it there ({HOW})"
        )
        raise GroundError(f"the database is at {version or 'nothing'}, this Binôme wants {migrate.head()}: {advice}")


def not_held(role: str, why: str) -> str:
    """What to tell of a role that row-level security does not hold."""
    return (
        f"the role {role} of BINOME_DATABASE_URL {why}, so nothing would keep organisations apart; give the server a "
        f"role of its own, and this one to BINOME_DATABASE_OWNER_URL ({HOW})"
    )


async def _start_embedded(data: Path, running: AsyncExitStack) -> Urls:
    folder = DataFolder(data)
    folder.open()
    running.callback(folder.close)
    postgres = EmbeddedPostgres(folder)
    running.push_async_callback(asyncio.to_thread, postgres.stop)
    await asyncio.to_thread(postgres.start)
    watch = asyncio.create_task(postgres.watch(), name="postgres-watch")
    running.push_async_callback(ended, watch)
    return postgres.urls


async def _reached(url: str, settings: Settings, running: AsyncExitStack, patience: float) -> Database:
    database = Database(url)
    running.push_async_callback(database.close)
    await _reach(database, settings, patience)
    return database


async def _reach(database: Database, settings: Settings, patience: float) -> None:
    """Waits until the database answers; says so once, and gives up after ``patience`` seconds."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience
    told = False
    while True:
        try:
            async with asyncio.timeout_at(deadline), database.engine.connect() as connection:
                await connection.execute(text("select 1"))
        except Exception as error:
            problem = _unreachable(error, database, settings)
            if not (is_passing(error) or isinstance(error, OSError | TimeoutError)) or loop.time() >= deadline:
                raise problem from error
            if not told:
                log.warning("database_awaited", extra={"reason": problem, "seconds": patience})
                told = True
            await asyncio.sleep(RETRY_SECONDS)
        else:
            return


def _unreachable(error: BaseException, database: Database, settings: Settings) -> GroundError:
    url = database.engine.url
    where = f"{url.host or url.query.get('host', 'its socket')}:{url.port or 5432}"
    cause = error.__cause__ or error
    reason = str(getattr(cause, "strerror", None) or cause).splitlines()[0:1] or [type(cause).__name__]
    setting = "BINOME_DATABASE_URL"
    if settings.database_owner_url is not None and url.username == make_url(settings.database_owner_url).username:
        setting = "BINOME_DATABASE_OWNER_URL"
    advice = f"check {setting} and that PostgreSQL runs" if settings.database_url else "see postgres.log"
    return GroundError(f"cannot reach the database at {where}: {reason[0]}; {advice}")
