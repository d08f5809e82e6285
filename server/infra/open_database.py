"""Gets the database that the settings speak of: given or embedded, reachable, migrated."""

import asyncio
import contextlib
import logging
from contextlib import AsyncExitStack
from pathlib import Path

from sqlalchemy import text

from server.infra import migrate
from server.infra.data_folder import DataFolder, FolderInUse
from server.infra.database import Database
from server.infra.embedded_postgres import EmbeddedPostgres, running_url
from server.infra.outage import is_passing
from server.kernel.ground import GroundError
from server.settings import Settings

log = logging.getLogger(__name__)

DATABASE_SECONDS = 15.0  # waited for a database that does not answer at the start
RETRY_SECONDS = 0.5


async def open_database(settings: Settings, running: AsyncExitStack, *, migrated: bool = True) -> Database:
    """The database of ``settings``: the one given, or the embedded one, which is started. What must be stopped is put
    on ``running``. Raises GroundError."""
    if settings.database_url is None:
        url = await _start_embedded(settings.data, running)
    else:
        url = settings.database_url
    database = Database(url)
    running.push_async_callback(database.close)
    await _reach(database, settings)
    if migrated:
        await migrate.upgrade(database)
    return database


async def borrow_database(settings: Settings, running: AsyncExitStack, *, migrated: bool = True) -> Database:
    """Likewise, for a command that may run beside the server: uses the embedded database that runs already."""
    try:
        return await open_database(settings, running, migrated=migrated)
    except FolderInUse:
        url = running_url(settings.data)
        if url is None:
            raise
    database = Database(url)
    running.push_async_callback(database.close)
    await _reach(database, settings)
    if migrated:
        await migrate.upgrade(database)
    return database


async def _start_embedded(data: Path, running: AsyncExitStack) -> str:
    folder = DataFolder(data)
    folder.open()
    running.callback(folder.close)
    postgres = EmbeddedPostgres(folder)
    running.push_async_callback(asyncio.to_thread, postgres.stop)
    await asyncio.to_thread(postgres.start)
    watch = asyncio.create_task(postgres.watch(), name="postgres-watch")
    running.push_async_callback(_cancel, watch)
    return postgres.url


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _reach(database: Database, settings: Settings) -> None:
    """Waits until the database answers; says so once, and gives up after DATABASE_SECONDS."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + DATABASE_SECONDS
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
                log.warning("database_awaited", extra={"reason": problem, "seconds": DATABASE_SECONDS})
                told = True
            await asyncio.sleep(RETRY_SECONDS)
        else:
            return


def _unreachable(error: BaseException, database: Database, settings: Settings) -> GroundError:
    url = database.engine.url
    where = f"{url.host or url.query.get('host', 'its socket')}:{url.port or 5432}"
    cause = error.__cause__ or error
    reason = str(getattr(cause, "strerror", None) or cause).splitlines()[0:1] or [type(cause).__name__]
    advice = "check BINOME_DATABASE_URL and that PostgreSQL runs" if settings.database_url else "see postgres.log"
    return GroundError(f"cannot reach the database at {where}: {reason[0]}; {advice}")
