"""The queue: jobs exist with their transaction only, are retried, and say what failed without quoting anyone."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from server.infra import jobs as jobs_module
from server.infra.database import Database
from server.infra.jobs import FailedJob, Jobs
from server.kernel.clock import SystemClock

SECRET_WORDS = "Amina m'a dit 06 12 34 56 78"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs_module, "FIRST_DELAY", timedelta(seconds=0.05))
    monkeypatch.setattr(jobs_module, "BACKOFF", 1.0)
    monkeypatch.setattr(jobs_module, "RECONNECT_SECONDS", 0.05)


@pytest.fixture
async def jobs(database: Database) -> AsyncIterator[Jobs]:
    jobs = Jobs(database, SystemClock())
    yield jobs
    await jobs.stop()


async def until(done: Callable[[], bool], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not done():
            await asyncio.sleep(0.02)


async def test_runs_what_was_committed_and_nothing_else(database: Database, jobs: Jobs) -> None:
    seen: list[Mapping[str, Any]] = []

    async def handler(payload: Mapping[str, Any]) -> None:
        seen.append(payload)

    jobs.register("greet", handler)
    await jobs.start()
    with pytest.raises(RuntimeError, match="changed my mind"):
        async with database.everywhere() as connection:
            await jobs.enqueue(connection, "greet", {"n": 1})
            raise RuntimeError("changed my mind")
    async with database.everywhere() as connection:
        await jobs.enqueue(connection, "greet", {"n": 2})
    raw = await database.connect_raw()
    try:
        transaction = raw.transaction()
        await transaction.start()
        await jobs.enqueue(raw, "greet", {"n": 3})
        await transaction.rollback()
        async with raw.transaction():
            await jobs.enqueue(raw, "greet", {"n": 4})
    finally:
        await raw.close()
    await until(lambda: len(seen) >= 2)
    await asyncio.sleep(0.2)
    assert seen == [{"n": 2}, {"n": 4}]


async def test_a_key_is_queued_once(database: Database, jobs: Jobs) -> None:
    async with database.everywhere() as connection:
        for _ in range(3):
            await jobs.enqueue(connection, "greet", {}, once="k")
        rows = await connection.execute(text("select count(*) from jobs.pgqueuer"))
        assert rows.scalar_one() == 1


async def test_is_tried_again_until_it_works(database: Database, jobs: Jobs) -> None:
    tries = []

    async def handler(_payload: Mapping[str, Any]) -> None:
        tries.append(1)
        if len(tries) < 3:
            raise RuntimeError("not yet")

    jobs.register("stubborn", handler)
    await jobs.start()
    async with database.everywhere() as connection:
        await jobs.enqueue(connection, "stubborn", {})
    await until(lambda: len(tries) == 3)
    await asyncio.sleep(0.5)
    assert len(tries) == 3
    async with database.everywhere() as connection:
        assert await jobs.failed(connection) == []
        assert (await connection.execute(text("select count(*) from jobs.pgqueuer"))).scalar_one() == 0


async def test_what_is_given_up_says_why_without_the_words(
    database: Database, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_module, "RETRIES", 2)

    async def handler(_payload: Mapping[str, Any]) -> None:
        try:
            raise KeyError(SECRET_WORDS)
        except KeyError as error:
            raise ValueError(SECRET_WORDS) from error

    jobs.register("doomed", handler)
    await jobs.start()
    async with database.everywhere() as connection:
        await jobs.enqueue(connection, "doomed", {"room": "r"})
    failed: list[FailedJob] = []
    async with asyncio.timeout(10):
        while not failed:
            await asyncio.sleep(0.05)
            async with database.everywhere() as connection:
                failed = await jobs.failed(connection)
    (job,) = failed
    assert (job.name, job.attempts) == ("doomed", 3)
    assert job.reason.startswith("ValueError at ")
    assert "in handler" in job.reason
    async with database.everywhere() as connection:
        stored = (await connection.execute(text("select traceback::text from jobs.pgqueuer_log"))).scalars().all()
    assert [text for text in stored if text and ("Amina" in text or "06 12" in text)] == []
    assert len([text for text in stored if text]) == 3  # two retries and the end of it


async def test_goes_on_after_the_connection_is_cut(database: Database, jobs: Jobs) -> None:
    seen = []

    async def handler(payload: Mapping[str, Any]) -> None:
        seen.append(payload["n"])

    jobs.register("greet", handler)
    await jobs.start()
    async with database.everywhere() as connection:
        await jobs.enqueue(connection, "greet", {"n": 1})
    await until(lambda: seen == [1])
    async with database.everywhere() as connection:
        await connection.execute(
            text(
                "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"
                " and backend_type = 'client backend'"
                " and datname = current_database()"
            )
        )
    async with database.everywhere() as connection:
        await jobs.enqueue(connection, "greet", {"n": 2})
    await until(lambda: seen == [1, 2])


async def test_a_schedule_puts_its_job_on_the_queue(database: Database, jobs: Jobs) -> None:
    runs = []

    async def handler(_payload: Mapping[str, Any]) -> None:
        runs.append(1)

    jobs.schedule("tick", "* * * * * *", handler)  # the sixth field: each second
    await jobs.start()
    await until(lambda: len(runs) >= 2, 15)


async def test_what_was_due_while_nothing_ran_is_made_up_for_once(database: Database, jobs: Jobs) -> None:
    """A machine that is off at night would never let go of anything, nor warn of a day that comes."""
    runs = []

    async def handler(_payload: Mapping[str, Any]) -> None:
        runs.append(1)

    async def due() -> list[Any]:
        async with database.everywhere() as connection:
            query = "select next_run > now() from jobs.pgqueuer_schedules where entrypoint = 'yearly'"
            return list((await connection.execute(text(query))).scalars())

    def registered(process: Jobs) -> Jobs:
        process.schedule("yearly", "17 3 1 1 *", handler)
        return process

    await registered(jobs).start()
    async with asyncio.timeout(10):
        while await due() != [True]:
            await asyncio.sleep(0.02)
    await jobs.stop()
    async with database.everywhere() as connection:
        await connection.execute(
            text("update jobs.pgqueuer_schedules set next_run = now() - interval '9 days' where entrypoint = 'yearly'")
        )
    again = registered(Jobs(database, SystemClock()))
    await again.start()
    try:
        await until(lambda: runs == [1])
        assert await due() == [True]
    finally:
        await again.stop()
    assert runs == [1]


async def test_one_in_trouble_keeps_no_other_waiting() -> None:
    done = []

    async def act(thing: str) -> None:
        if thing.startswith("bad"):
            raise ValueError(thing)
        done.append(thing)

    with pytest.raises(ValueError, match="bad north"):
        await jobs_module.for_each(["east", "bad north", "south", "bad west", "up"], act)
    assert done == ["east", "south", "up"]


async def test_the_log_of_what_was_done_is_purged_and_failures_stay(database: Database, jobs: Jobs) -> None:
    async with database.everywhere() as connection:
        await connection.execute(
            text("insert into jobs.pgqueuer (id, priority, status, entrypoint) values (1, 0, 'failed', 'kept');")
        )
        await connection.execute(
            text(
                "insert into jobs.pgqueuer_log (job_id, status, priority, entrypoint, created) values"
                " (1, 'failed', 0, 'kept', now() - interval '40 days'),"
                " (2, 'successful', 0, 'old', now() - interval '40 days'),"
                " (3, 'successful', 0, 'new', now())"
            )
        )
    await jobs._purge_log({})
    async with database.everywhere() as connection:
        left = (await connection.execute(text("select entrypoint from jobs.pgqueuer_log order by id"))).scalars().all()
    assert left == ["kept", "new"]


async def test_stopping_leaves_an_unfinished_job_to_another_process(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs_module, "STOP_SECONDS", 0.1)
    started = asyncio.Event()

    async def handler(_payload: Mapping[str, Any]) -> None:
        started.set()
        await asyncio.sleep(60)

    jobs = Jobs(database, SystemClock())
    jobs.register("slow", handler)
    await jobs.start()
    async with database.everywhere() as connection:
        await jobs.enqueue(connection, "slow", {})
    await asyncio.wait_for(started.wait(), 5)
    await asyncio.wait_for(jobs.stop(), 5)
    async with database.everywhere() as connection:
        status = (await connection.execute(text("select status::text from jobs.pgqueuer"))).scalars().all()
    assert status == ["picked"]
