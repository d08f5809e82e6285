"""The message log when its database goes away: nobody waits for ever, nothing is written twice, the others hear of
what was written though its sender never got an answer."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from server.infra.database import Database
from server.kernel.errors import TryAgain
from server.rooms import log as log_module
from server.rooms.append import Appended, Draft
from server.rooms.log import Log
from tests.integration.rooms.test_log import Told, draft, flagged, outcomes, running, stored
from tests.support.cable import Cable, cable_to
from tests.support.rooms import Room, organisation, room, sql


@pytest.fixture
async def cable(database: Database) -> AsyncIterator[Cable]:
    url = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    async with cable_to(url) as cable:
        yield cable


@pytest.fixture
async def far(cable: Cable) -> AsyncIterator[Database]:
    """The same database, over the cable."""
    far = Database(cable.url)
    yield far
    await far.close()


def copy(one: Draft) -> Draft:
    """The same message, as a client sends it again."""
    return replace(one, waiting=[], flagged=None)


async def persist(log: Log, one: Draft) -> Appended:
    """Sends ``one`` until there is an answer, as a client does."""
    while True:
        try:
            return await log.append(copy(one))
        except TryAgain:
            await asyncio.sleep(0.01)


async def until(done: Any, seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while not done():
            await asyncio.sleep(0.01)


async def sent(cable: Cable, log: Log, drafts: list[Draft]) -> list[asyncio.Task[Appended]]:
    """Sends ``drafts`` in one batch that is committed while its answer stays on the line."""
    cable.silent = True
    waiting = [asyncio.create_task(log.append(each)) for each in drafts]
    await until(lambda: cable.kept > 0)
    await asyncio.sleep(0.1)
    return waiting


async def refused(waiting: list[asyncio.Task[Appended]]) -> None:
    done = await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 5)
    assert [type(one) for one in done] == [TryAgain] * len(waiting)
    assert all(one.retry_in_ms for one in done if isinstance(one, TryAgain))


async def test_written_but_never_answered(database: Database, cable: Cable, far: Database) -> None:
    one = await room(database, await organisation(database))
    told = Told()
    async with running(far, told) as log:
        assert (await log.append(draft(one, "before"))).seq == 1
        drafts = [draft(one, "a"), draft(one, "b", author=one.mentee.id)]
        waiting = await sent(cable, log, drafts)
        assert len(await stored(database)) == 3
        cable.silent = False
        cable.cut()
        await refused(waiting)
        await until(lambda: log.alive)
        assert told.numbers == {one.id: [1, 2, 3]}  # the others have heard of it before anyone tries again
        assert [(await log.append(copy(each))).seq for each in drafts] == [2, 3]
        assert (await log.append(draft(one, "after"))).seq == 4
    assert told.numbers == {one.id: [1, 2, 3, 4]}
    assert [row[5] for row in await stored(database)] == ["before", "a", "b", "after"]


async def test_a_repeat_in_doubt_is_not_told_again(database: Database, cable: Cable, far: Database) -> None:
    one = await room(database, await organisation(database))
    told = Told()
    async with running(far, told) as log:
        old = draft(one, "old")
        await log.append(old)
        log._clock.advance(1)  # type: ignore[attr-defined]
        new = draft(one, "new")
        waiting = await sent(cable, log, [copy(old), new])
        cable.silent = False
        cable.cut()
        await refused(waiting)
        await until(lambda: log.alive)
        assert [d.body for d, _ in told.told] == ["old", "new"]


async def test_a_flag_in_doubt_is_told_with_its_message(database: Database, cable: Cable, far: Database) -> None:
    """A batch with flags takes four turns on the line: it is cut after each of them."""
    one = await room(database, await organisation(database))
    told = Told()
    async with running(far, told) as log:
        for turn in range(12):
            held = flagged(one, f"number {turn}")
            task = asyncio.create_task(log.append(held))
            for _ in range(turn):
                await asyncio.sleep(0.0005)
            cable.cut()
            await asyncio.gather(task, return_exceptions=True)
            appended = await persist(log, held)
            assert await sql(database, "select excerpt from flags where seq = :seq", seq=appended.seq) == [(held.body,)]
    rows = await stored(database)
    assert [row[1] for row in rows] == list(range(1, 13))
    assert await sql(database, "select seq from flags order by seq") == [(seq,) for seq in range(1, 13)]
    assert told.numbers == {one.id: list(range(1, 13))}
    assert all(d.flagged is not None for d, _ in told.told)


async def test_an_ended_session_is_replaced_before_anyone_needs_it(database: Database) -> None:
    one = await room(database, await organisation(database))
    async with running(database) as log:
        for seq in range(1, 4):
            await sql(
                database, "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'binome log'"
            )
            await until(lambda: not log.alive)
            await until(lambda: log.alive)
            assert (await log.append(draft(one))).seq == seq


async def test_a_session_that_is_ended_during_an_append(database: Database) -> None:
    """The append waits for a room when its session is ended: it is answered, and it never writes."""
    one = await room(database, await organisation(database))
    async with running(database) as log:
        holder = await database.connect_raw()
        try:
            async with holder.transaction():
                await holder.execute("select from rooms where id = $1 for update", one.id)
                first = draft(one)
                waiting = asyncio.create_task(log.append(first))
                await asyncio.sleep(0.2)
                await sql(
                    database,
                    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'binome log'",
                )
                await refused([waiting])
        finally:
            await holder.close()
        await until(lambda: log.alive)
        assert await stored(database) == []
        assert (await log.append(copy(first))).seq == 1


async def test_a_session_that_lives_on_behind_a_cut_line_is_ended_first(
    database: Database, cable: Cable, far: Database
) -> None:
    """The line is cut while the append waits for a room. Its session does not notice, and would write later: after
    the log has looked whether it wrote."""
    one = await room(database, await organisation(database))
    told = Told()
    async with running(far, told) as log:
        holder = await database.connect_raw()
        try:
            async with holder.transaction():
                await holder.execute("select from rooms where id = $1 for update", one.id)
                lost = draft(one, "lost")
                waiting = asyncio.create_task(log.append(lost))
                await asyncio.sleep(0.2)
                cable.cut()
                await refused([waiting])
                await until(lambda: log.alive)
        finally:
            await holder.close()
        assert (await log.append(copy(lost))).seq == 1
    assert told.numbers == {one.id: [1]}


async def test_while_the_database_is_away_messages_are_refused_at_once(
    database: Database, cable: Cable, far: Database
) -> None:
    one = await room(database, await organisation(database))
    told = Told()
    async with running(far, told) as log:
        cable.down = True
        cable.cut()
        await until(lambda: not log.alive)
        async with asyncio.timeout(0.5):
            assert await outcomes(log, [draft(one) for _ in range(50)]) == [TryAgain] * 50
        cable.down = False
        await until(lambda: log.alive)
        assert (await log.append(draft(one))).seq == 1
    assert told.numbers == {one.id: [1]}


async def test_a_database_that_comes_after_the_start(database: Database, cable: Cable, far: Database) -> None:
    one = await room(database, await organisation(database))
    cable.down = True
    async with running(far) as log:
        assert not log.alive
        assert await outcomes(log, [draft(one)]) == [TryAgain]
        cable.down = False
        await until(lambda: log.alive)
        assert (await log.append(draft(one))).seq == 1


async def test_stop_while_the_database_is_away(far: Database, cable: Cable) -> None:
    cable.down = True
    async with asyncio.timeout(5), running(far):
        await asyncio.sleep(0.5)


async def test_a_commit_that_does_not_come_back(
    database: Database, cable: Cable, far: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_module, "STALL_S", 0.3)
    one = await room(database, await organisation(database))
    told = Told()
    async with running(far, told) as log:
        first, behind = draft(one, "first"), draft(one, "behind")
        waiting = await sent(cable, log, [first])
        waiting.append(asyncio.create_task(log.append(behind)))
        await refused(waiting)
        assert not log.alive
        assert await outcomes(log, [copy(first)]) == [TryAgain]  # at once
        cable.release()
        await until(lambda: log.alive)
        assert (await log.append(copy(first))).seq == 1
        assert (await log.append(copy(behind))).seq == 2
    assert told.numbers == {one.id: [1, 2]}


async def test_clients_that_try_again_until_it_works(database: Database, cable: Cable, far: Database) -> None:
    """Ten clients write through a line that is cut again and again. Each message is there once, in the order in which
    its client wrote, told once and in order, and every answer is true."""
    north = await organisation(database)
    rooms = [await room(database, north) for _ in range(5)]
    told = Told()
    answered: dict[Any, int] = {}

    async def client(number: int, where: Room) -> list[Any]:
        ids = []
        for step in range(40):
            one = draft(where, f"{number} {step}", author=where.mentor.id if number % 2 else where.mentee.id)
            ids.append(one.id)
            answered[one.id] = (await persist(log, one)).seq
        return ids

    async def scissors(log: Log) -> None:
        """Cuts whenever a dozen messages have come through: in the middle of the next batch."""
        for cut in range(1, 31):
            await until(lambda: len(told.told) >= cut * 12 and log.alive, 60)  # noqa: B023 - awaited at once
            cable.cut()

    async with running(far, told) as log:
        async with asyncio.timeout(100):
            cutting = asyncio.create_task(scissors(log))
            orders = await asyncio.gather(*(client(number, rooms[number % 5]) for number in range(10)))
            await cutting
        await until(lambda: log.alive)
    rows = await stored(database)
    assert {row[3]: row[1] for row in rows} == answered
    assert len(rows) == 400
    for ids in orders:
        places = [answered[each] for each in ids]
        assert places == sorted(places)
    assert told.numbers == {where.id: list(range(1, 81)) for where in rooms}
