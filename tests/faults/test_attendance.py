"""What is remembered of who was in a call, when processes are killed and the database is away: nobody is lost, doubled,
or said to have been there longer than anybody knows."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from server.infra import grants, migrate
from server.infra.data_folder import DataFolder
from server.infra.database import Database
from server.infra.embedded_postgres import EmbeddedPostgres
from server.infra.postgres_roles import SERVER
from server.supervision.attendance import store
from server.supervision.attendance.register import BEAT_S, LOST_AFTER, PACE_S
from server.supervision.attendance.rules import Call, calls_of
from tests.processes import Server
from tests.support.bare_browser import BareBrowser
from tests.support.roles import bound_url
from tests.support.rooms import Client, Person, Room, organisation, room, sql

PATIENCE_S = 60.0  # other tests may share the machine
BEAT = timedelta(seconds=BEAT_S + PACE_S + 2)  # how long the newest sign of life of a process may lie back; a slow one
ROWS = (
    "select a.name, d.why from call_presences p join accounts a on a.id = p.account_id"
    " left join call_departures d on d.presence_id = p.id order by p.came_at, p.id"
)
SECRET = "of these tests alone " * 2


@dataclass
class Caller:
    client: Client
    browser: BareBrowser
    where: dict[str, str]

    async def leave(self) -> None:
        assert await self.client.call("call:leave", self.where) == {"ok": True}

    async def close(self) -> None:
        await self.client.close()
        await self.browser.close()


async def call(server: Server, who: Person, pair: Room) -> Caller:
    """Somebody in the call of their room, whose media flows."""
    client, browser = await Client.open(server.port, who.token), BareBrowser()
    await client.wait("room:sync")
    request = {"room": str(pair.id), "sdp": browser.offer(), "caps": {"video": True}, "mic": True, "camera": True}
    joined = await client.call("call:join", request)
    assert joined["ok"], joined
    where = {"room": str(pair.id), "peer": joined["peer"]}
    assert await client.call("call:answer", {**where, "sdp": browser.answer(joined["offer"])}) == {"ok": True}
    await browser.connect(joined["answer"], joined["offer"])
    return Caller(client, browser, where)


async def written(database: Database, *rows: tuple[str, str | None]) -> None:
    found: list[Any] = []
    try:
        async with asyncio.timeout(PATIENCE_S):
            while (found := await sql(database, ROWS)) != list(rows):
                await asyncio.sleep(0.2)
    except TimeoutError:
        raise AssertionError(f"never {rows}, but {found}") from None


async def held(database: Database, pair: Room) -> list[Call]:
    async with database.everywhere() as conn:
        now = await store.clock(conn)
        return calls_of(await store.presences_in(conn, [pair.id], now - timedelta(days=1), now, 100))


async def moment(database: Database) -> datetime:
    async with database.everywhere() as conn:
        return await store.clock(conn)


async def test_a_process_is_killed_and_its_person_comes_back_to_another(
    database: Database, make_server: Callable[..., Server]
) -> None:
    pair = await room(database, await organisation(database), now=datetime.now(UTC))
    settings = {"database_url": bound_url(database.engine.url), "secret": SECRET}
    one, other = make_server(**settings), make_server(**settings)
    await asyncio.gather(asyncio.to_thread(one.start), asyncio.to_thread(other.start))
    julien, lea = await call(one, pair.mentor, pair), await call(other, pair.mentee, pair)
    await written(database, ("Julien", None), ("Lea", None))
    await asyncio.sleep(BEAT_S + PACE_S)  # so that it has said once more that it lives

    killed_at = await moment(database)
    one.signal(signal.SIGKILL)
    await asyncio.to_thread(one.wait)
    await julien.close()
    julien = await call(other, pair.mentor, pair)  # before anybody knows that the first process is dead
    back_at = await moment(database)
    await written(database, ("Julien", "crashed"), ("Lea", None), ("Julien", None))
    ((went, came),) = await sql(
        database,
        "select d.went_at, (select max(came_at) from call_presences) from call_departures d where d.why = 'crashed'",
    )
    assert killed_at - BEAT <= went <= killed_at
    assert killed_at <= came <= back_at
    (found,) = await held(database, pair)  # one call, and each of them once
    assert [(one.account_id, one.went_at) for one in found.presences] == [
        (pair.mentor.id, None),
        (pair.mentee.id, None),
    ]

    await lea.leave()
    await julien.leave()
    await written(database, ("Julien", "crashed"), ("Lea", "left"), ("Julien", "left"))
    (found,) = await held(database, pair)
    assert [one.why for one in found.presences] == ["left", "left"]
    assert await sql(database, "select count(*) from call_carriers") == [(0,)]
    for caller in (julien, lea):
        await caller.close()


async def test_who_was_cut_off_before_the_kill_went_with_the_cut(
    database: Database, make_server: Callable[..., Server]
) -> None:
    pair = await room(database, await organisation(database), now=datetime.now(UTC))
    server = make_server(database_url=bound_url(database.engine.url), secret=SECRET)
    await asyncio.to_thread(server.start)
    julien, lea = await call(server, pair.mentor, pair), await call(server, pair.mentee, pair)
    await written(database, ("Julien", None), ("Lea", None))
    lea.client.raw.writer.transport.abort()
    for leg in (lea.browser.up, lea.browser.down):
        leg.silence()  # her part is kept for her to come back
    async with asyncio.timeout(PATIENCE_S):
        while (await sql(database, "select away = '{}' from call_carriers")) != [(False,)]:
            await asyncio.sleep(0.2)
    cut_by = await moment(database)
    await asyncio.sleep(3 * (BEAT_S + PACE_S))
    server.signal(signal.SIGKILL)
    await asyncio.to_thread(server.wait)
    killed_at = await moment(database)
    await asyncio.to_thread(server.start)
    await written(database, ("Julien", "crashed"), ("Lea", "crashed"))
    ends = dict(
        await sql(
            database,
            "select p.role, d.went_at from call_presences p join call_departures d on d.presence_id = p.id",
        )
    )
    assert ends["mentee"] <= cut_by
    assert killed_at - BEAT <= ends["mentor"] <= killed_at
    await julien.close()
    await lea.close()


@pytest.fixture
def cluster(folder: Path) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL of this test's own, to be stopped and started."""
    data = DataFolder(folder / "data")
    data.open()
    runner = EmbeddedPostgres(data)
    runner.start()
    yield runner
    runner.stop()
    data.close()


async def test_the_database_is_away_for_longer_than_processes_are_waited_for(
    cluster: EmbeddedPostgres, make_server: Callable[..., Server]
) -> None:
    database = Database(cluster.urls.owner)
    await migrate.upgrade(database)
    await grants.grant(database, SERVER)
    pair = await room(database, await organisation(database), now=datetime.now(UTC))
    settings = {"database_url": cluster.urls.server, "secret": SECRET}
    one, other = make_server(**settings), make_server(**settings)
    await asyncio.gather(asyncio.to_thread(one.start), asyncio.to_thread(other.start))
    julien, lea = await call(one, pair.mentor, pair), await call(other, pair.mentee, pair)
    await written(database, ("Julien", None), ("Lea", None))
    await asyncio.sleep(LOST_AFTER.total_seconds() + BEAT_S)  # both are ready to close what others left

    await asyncio.to_thread(cluster.stop)
    await asyncio.sleep(LOST_AFTER.total_seconds() + BEAT_S)
    gone_at = datetime.now(UTC)  # the machine's clock is that of its database
    await lea.leave()  # waits for nobody
    await asyncio.sleep(2 * BEAT_S)
    await asyncio.to_thread(cluster.start)
    back_at = datetime.now(UTC)

    await written(database, ("Julien", None), ("Lea", "left"))
    ((went,),) = await sql(database, "select went_at from call_departures")
    assert abs(went - gone_at) < timedelta(seconds=2)
    assert went < back_at - timedelta(seconds=BEAT_S)
    await asyncio.sleep(LOST_AFTER.total_seconds() + 2 * BEAT_S)
    await written(database, ("Julien", None), ("Lea", "left"))  # nobody was given up
    await julien.leave()
    await written(database, ("Julien", "left"), ("Lea", "left"))
    await database.close()
    for caller in (julien, lea):
        await caller.close()
