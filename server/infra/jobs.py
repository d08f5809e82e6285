"""Work that is done later, surely: queued in PostgreSQL by the transaction that causes it, tried again when it fails.

pgqueuer does the queueing. What it stores of a failure is made here, since the text of an exception may quote what
people wrote: type, code and place are kept, the text is not.
"""

import asyncio
import contextlib
import logging
import traceback
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar, cast

import asyncpg
import msgspec
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence import qb
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.executors import AbstractEntrypointExecutor, EntrypointExecutorParameters
from pgqueuer.core.qm import QueueManager
from pgqueuer.core.sm import SchedulerManager
from pgqueuer.domain.errors import RetryRequested
from pgqueuer.domain.models import Context, Job, Schedule
from pgqueuer.domain.settings import DBSettings
from pgqueuer.domain.types import Channel
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.infra.ended import ended
from server.kernel.clock import Clock
from server.kernel.errors import BinomeError

log = logging.getLogger(__name__)

SCHEMA = "jobs"
RETRIES = 6  # after the first failure; with the delays below, over about 20 minutes
FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(minutes=10)
BACKOFF = 3.0
POLL = timedelta(seconds=30)  # longest wait for a job whose notice was missed
HEARTBEAT = timedelta(seconds=30)  # after this long without a sign of life, another process takes the job over
BATCH = 10
RECONNECT_SECONDS = 1.0
STOP_SECONDS = 10.0  # for the jobs under way to end; then they are left to another process
KEEP_LOG = timedelta(days=30)  # of what was done; jobs that failed stay until someone deals with them

Handler = Callable[[Mapping[str, Any]], Awaitable[None]]
_Thing = TypeVar("_Thing")

# Every name said out loud: pgqueuer would also take them from bare environment variables such as CHANNEL.
_SETTINGS = DBSettings(
    prefix="",
    db_schema=SCHEMA,
    channel=Channel("ch_pgqueuer"),
    function="fn_pgqueuer_changed",
    statistics_table="pgqueuer_statistics",
    queue_status_type="pgqueuer_status",
    queue_table="pgqueuer",
    queue_table_log="pgqueuer_log",
    trigger="tg_pgqueuer_changed",
    schedules_table="pgqueuer_schedules",
)


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job that was given up. ``reason`` names the error and its place; it holds no text of people."""

    id: int
    name: str
    attempts: int
    reason: str
    failed_at: datetime


class JobFailed(Exception):
    """What pgqueuer is shown of a failure."""


class Jobs:
    """The queue, the handlers of its jobs, and the schedules that put jobs on it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._handlers: dict[str, Handler] = {}
        self._schedules: dict[str, str] = {}
        self._enqueue_sql = qb.QueryQueueBuilder(_SETTINGS).build_enqueue_query("skip")
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()
        self._shutdown: asyncio.Event | None = None
        self._connection: asyncpg.Connection | None = None
        self.schedule("jobs:purge_log", "17 3 * * *", self._purge_log)

    def register(self, name: str, handler: Handler) -> None:
        """Runs ``handler`` with the payload of each job called ``name``: at least once, perhaps more often, so it
        must be safe to repeat. To be said before ``start``."""
        if name in self._handlers:
            raise ValueError("a job has one handler")
        self._handlers[name] = handler

    def schedule(self, name: str, cron: str, handler: Handler) -> None:
        """Runs ``handler`` at the times of ``cron`` (UTC), once however many processes there are. What was missed
        while none was there, on a machine that is off at night, runs once when one is. A run that fails is retried and
        kept like any job."""
        self.register(name, handler)
        self._schedules[name] = cron

    async def enqueue(
        self,
        connection: AsyncConnection | asyncpg.Connection,
        name: str,
        payload: Mapping[str, Any],
        *,
        after: timedelta = timedelta(),
        once: str | None = None,
    ) -> None:
        """Queues a job in the caller's transaction: it exists if and only if that commits. ``payload`` is JSON and
        holds identifiers, never what people wrote. With ``once``, nothing is queued while a job of that key waits."""
        values = ([0], [name], [msgspec.json.encode(payload)], [after], [once], ["{}"])
        if isinstance(connection, AsyncConnection):
            await connection.exec_driver_sql(self._enqueue_sql, values)
        else:
            await connection.fetch(self._enqueue_sql, *values)

    async def failed(self, connection: AsyncConnection, limit: int = 100) -> list[FailedJob]:
        """The jobs that were given up, the newest first."""
        rows = await connection.execute(_FAILED, {"limit": limit})
        return [FailedJob(*row) for row in rows]

    async def start(self) -> None:
        """Works on the queue in the background, whether or not the database is there at every moment."""
        self._stopping.clear()
        self._task = asyncio.create_task(self._keep_working(), name="jobs")

    async def stop(self) -> None:
        """Lets the jobs under way end and takes no more."""
        self._stopping.set()
        if self._shutdown is not None:
            self._shutdown.set()
        if self._task is None:
            return
        _, unfinished = await asyncio.wait({self._task}, timeout=STOP_SECONDS)
        if unfinished:
            # Cut off from the database first: pgqueuer would strike a cancelled job off the queue.
            if self._connection is not None:
                self._connection.terminate()
            await ended(self._task)
        self._task = None

    async def _keep_working(self) -> None:
        while not self._stopping.is_set():
            try:
                await self._work()
            except Exception as error:
                log.warning("jobs_interrupted", extra={"error": type(error).__name__})
            if not self._stopping.is_set():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(RECONNECT_SECONDS):
                        await self._stopping.wait()

    async def _work(self) -> None:
        """Works until told to stop or until the connection is lost."""
        self._connection = connection = await self._database.connect_raw()
        self._shutdown = shutdown = asyncio.Event()
        connection.add_termination_listener(lambda _connection: shutdown.set())
        driver = AsyncpgDriver(connection)
        queries = Queries(
            driver,
            qbe=qb.QueryBuilderEnvironment(_SETTINGS),
            qbq=qb.QueryQueueBuilder(_SETTINGS),
            qbs=qb.QuerySchedulerBuilder(_SETTINGS),
        )
        queue = QueueManager(queries, Channel(_SETTINGS.channel))
        queue.shutdown = shutdown
        for name, handler in self._handlers.items():
            parameters = EntrypointExecutorParameters(concurrency_limit=0, func=_unused, on_failure="hold")
            queue.register_executor(name, _Executor(parameters, handler))
        scheduler = SchedulerManager(queries)
        scheduler.shutdown = shutdown
        for name, cron in self._schedules.items():
            scheduler.schedule(name, cron)(self._enqueue_scheduled(name))
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(
                    queue.run(dequeue_timeout=POLL, batch_size=BATCH, heartbeat_timeout=HEARTBEAT), name="jobs-queue"
                )
                if self._schedules:
                    group.create_task(scheduler.run(), name="jobs-schedules")
        finally:
            self._shutdown = self._connection = None
            connection.terminate()

    async def _purge_log(self, _payload: Mapping[str, Any]) -> None:
        before = self._clock.now() - KEEP_LOG
        async with self._database.everywhere() as connection:  # jobs are nobody's
            await connection.execute(_PURGE_LOG, {"before": before})
            await connection.execute(_PURGE_STATISTICS, {"before": before})

    def _enqueue_scheduled(self, name: str) -> Callable[[Schedule], Awaitable[None]]:
        async def enqueue(_schedule: Schedule) -> None:
            async with self._database.everywhere() as connection:  # jobs are nobody's
                await self.enqueue(connection, name, {}, once=f"schedule:{name}")

        return enqueue


async def for_each(things: Iterable[_Thing], act: Callable[[_Thing], Awaitable[object]]) -> None:
    """Does ``act`` for each, whatever becomes of the others: an organisation, or a person, in trouble keeps no other
    waiting. Raises the first failure when all had their turn, so that the job is tried again."""
    failed: Exception | None = None
    for thing in things:
        try:
            await act(thing)
        except Exception as error:
            log.warning("job_failed_for_one", extra={"error": type(error).__name__})
            failed = failed or error
    if failed is not None:
        raise failed


@dataclass
class _Executor(AbstractEntrypointExecutor):
    """Runs a handler, and turns what it raises into a retry or a failure whose text is fit to be stored."""

    handler: Handler

    async def execute(self, job: Job, context: Context) -> None:  # noqa: ARG002 - pgqueuer's signature
        reason: str | None = None
        try:
            await self.handler(cast("Mapping[str, Any]", msgspec.json.decode(job.payload or b"{}")))
        except Exception as error:
            reason = describe(error)
            log.warning(
                "job_failed",
                exc_info=True,
                extra={"job": job.entrypoint, "job_id": int(job.id), "attempt": job.attempts + 1},
            )
        # Raised out here, so that the first exception is no context of it and none of its text is stored.
        if reason is not None and job.attempts < RETRIES:
            delay = min(FIRST_DELAY * BACKOFF**job.attempts, LONGEST_DELAY)
            raise RetryRequested(delay=delay, reason=reason)
        if reason is not None:
            raise JobFailed(reason)


async def _unused(_job: Job) -> None:
    """pgqueuer wants a function beside the executor; ours calls the handler itself."""


def describe(error: BaseException) -> str:
    """What failed and where, without the words of the exception: ``KeyError at people/store.py:41 in account``."""
    kind = type(error).__name__
    if isinstance(error, BinomeError):
        kind += f" {error.code}"
    state = getattr(error, "sqlstate", None) or getattr(getattr(error, "orig", None), "sqlstate", None)
    if state:
        kind += f" {state}"
    every = traceback.extract_tb(error.__traceback__)
    frames = [frame for frame in every if frame.filename != __file__] or every
    ours = [frame for frame in frames if f"{Path('/server/')}" in frame.filename] or frames
    if not ours:
        return kind
    place = "/".join(Path(ours[-1].filename).parts[-2:])
    return f"{kind} at {place}:{ours[-1].lineno} in {ours[-1].name}"


_FAILED = text(
    f"""
    select job.id, job.entrypoint, job.attempts + 1, coalesce(last.traceback ->> 'exception_message', ''), job.updated
    from {SCHEMA}.pgqueuer job
    left join lateral (
        select traceback from {SCHEMA}.pgqueuer_log log
        where log.job_id = job.id and log.status = 'failed' order by log.id desc limit 1
    ) last on true
    where job.status = 'failed' order by job.updated desc limit :limit
    """  # noqa: S608 - the schema is a constant of this file
)
_PURGE_LOG = text(
    f"""
    delete from {SCHEMA}.pgqueuer_log log where created < :before
    and not exists (select 1 from {SCHEMA}.pgqueuer job where job.id = log.job_id)
    """  # noqa: S608 - likewise
)
_PURGE_STATISTICS = text(f"delete from {SCHEMA}.pgqueuer_statistics where created < :before")  # noqa: S608 - likewise
