"""Promise 3 under real servers that are killed in the midst of it: no case is lost, none is paged twice for one step,
none is forgotten; what cannot be delivered is seen, and goes by the next way."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from server.escalation.pager import Pager
from server.infra.database import Database
from server.infra.embedded_postgres import running_urls
from server.infra.notices import Notices
from server.kernel.clock import ManualClock
from server.kernel.permissions import Role
from tests.processes import Server
from tests.support.ports import free_port
from tests.support.raw_socket import Closed
from tests.support.redis_server import redis_server
from tests.support.roles import bound, bound_url
from tests.support.rooms import NOW, Client, Person, Room, organisation, person, room, sql
from tests.support.sms_gateway import BODY, sms_gateway

SECRET = "of these tests alone " * 2
SUICIDE = "je veux mourir ce soir"
PAGES = "select round, step, people from case_pages order by case_id, round, step"
# What was sent for one step to one person, twice; pages without what is to be sent, and the other way about.
TWICE = "select count(*) from (select 1 from deliveries group by account_id, key having count(*) > 1) twice"
UNTOLD = """
select count(*) from (
    select concat_ws(':', 'case', case_id, round, step) as key, who from case_pages, unnest(people) as who
) p full join (select key, account_id as who from deliveries) d using (key, who)
where p.key is null or d.key is null
"""
WAITING = """
select count(*) from pg_locks where not granted and relation = 'case_pages'::regclass
"""


@dataclass
class Here:
    """People on a database, and servers that come and go."""

    database: Database

    async def sql(self, statement: str, **values: Any) -> list[Any]:
        return await sql(self.database, statement, **values)

    async def until(self, statement: str, wanted: list[Any]) -> None:
        found: list[Any] = []
        try:
            async with asyncio.timeout(60):
                while (found := await self.sql(statement)) != wanted:
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"{statement}: {found}, not {wanted}") from None

    async def paged(self, steps: list[tuple[int, int]]) -> None:
        """These are all the steps that were taken, each once, and with all that is to be delivered."""
        await self.until("select round, step from case_pages order by case_id, round, step", list(steps))
        assert await self.sql(TWICE) == [(0,)]
        assert await self.sql(UNTOLD) == [(0,)]
        lines = "select detail->>'round', detail->>'step' from case_entries where act = 'paged' order by case_id, 1, 2"
        assert await self.sql(lines) == [(str(round_), str(step)) for round_, step in steps]


@asynccontextmanager
async def talking(server: Server, who: Person) -> AsyncIterator[Client]:
    """Somebody's socket, as soon as the server takes it."""
    client = None
    async with asyncio.timeout(60):
        while client is None:
            try:
                client = await Client.open(server.port, who.token)
                await client.wait("room:sync")
            except (OSError, AssertionError, Closed, TimeoutError, asyncio.IncompleteReadError):
                await asyncio.sleep(0.1)
    try:
        yield client
    finally:
        await client.close()


async def say(server: Server, who: Person, where: Room, words: str = SUICIDE) -> None:
    """Until it is acknowledged, by the same identifier or another: a case of its own, or the same."""
    async with talking(server, who) as client:
        assert (await client.say(where, words))["ok"]


async def ask(server: Server, who: Person, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    own = {"Authorization": f"Bearer {who.token}"}
    async with (
        aiohttp.ClientSession(f"http://127.0.0.1:{server.port}", headers=own) as http,
        http.request(method, f"/api/v1/{path}", json=body) as answer,
    ):
        return answer.status, await answer.json()


async def start(server: Server) -> None:
    await asyncio.to_thread(server.start)


async def kill(server: Server) -> None:
    server.signal(signal.SIGKILL)
    await asyncio.to_thread(server.wait)


async def people(database: Database, pairs: int = 1) -> list[Room]:
    """Pairs with one professional for all, signed in by the clock of the real servers."""
    now = datetime.now(UTC)
    north = await organisation(database)
    first = await room(database, north, now=now)
    more = [await room(database, north, supervisor=first.supervisor, now=now) for _ in range(pairs - 1)]
    return [first, *more]


async def test_killed_between_a_case_and_its_page_and_between_a_page_and_its_answer(
    database: Database, make_server: Callable[..., Server]
) -> None:
    here, (pair,) = Here(database), await people(database)
    server = make_server(database_url=bound_url(database.engine.url), secret=SECRET)
    await start(server)

    async with database.engine.connect() as holding:
        await holding.exec_driver_sql("lock table case_pages in share mode")  # nobody comes to the end of a page
        await say(server, pair.mentee, pair)  # acknowledged: the case is there
        await here.until(WAITING, [(1,)])
        await kill(server)
        await holding.rollback()
    assert await here.sql("select state, step from cases") == [("open", 0)]
    assert await here.sql(PAGES) == []
    await start(server)
    await here.paged([(1, 0)])

    await kill(server)
    await here.sql("update cases set page_at = page_at - interval '5 minutes'")  # as if it had slept for so long
    await start(server)
    await here.paged([(1, 0), (1, 1)])
    ((case_id,),) = await here.sql("select id from cases")
    answered, shown = await ask(server, pair.supervisor, "POST", f"cases/{case_id}/acknowledge")
    assert (answered, shown["state"]) == (200, "acknowledged")
    await kill(server)
    await start(server)
    answered, shown = await ask(server, pair.supervisor, "GET", f"cases/{case_id}")
    assert (answered, shown["state"], shown["pages"]) == (200, "acknowledged", 2)
    await here.paged([(1, 0), (1, 1)])


async def test_two_servers_on_one_database_take_each_step_once_and_one_is_enough(
    database: Database, make_server: Callable[..., Server]
) -> None:
    here, pairs = Here(database), await people(database, 6)
    settings = {"database_url": bound_url(database.engine.url), "secret": SECRET}
    one, other = make_server(**settings), make_server(**settings)
    await asyncio.gather(start(one), start(other))
    await asyncio.gather(*(say((one, other)[place % 2], pair.mentee, pair) for place, pair in enumerate(pairs[:5])))
    await here.paged([(1, 0)] * 5)
    await kill(one)
    await say(other, pairs[5].mentee, pairs[5])
    await here.paged([(1, 0)] * 6)
    await kill(other)
    await here.sql("update cases set page_at = page_at - interval '5 minutes'")
    await asyncio.gather(start(one), start(other))
    await here.paged([(1, 0), (1, 1)] * 6)


async def test_postgresql_is_killed_while_cases_wait(make_server: Callable[..., Server]) -> None:
    server = make_server(rate_factor=1000)
    await start(server)
    urls = running_urls(server.data)
    assert urls is not None
    database = Database(urls.owner)
    here, (pair, other) = Here(database), await people(database, 2)
    async with talking(server, pair.supervisor) as claire:
        await say(server, pair.mentee, pair)
        await here.paged([(1, 0)])
        told = len(claire.events("case:changed"))
        restarts = server.events().count("postgres_restarted")
        server.postmaster().kill()
        async with asyncio.timeout(60):
            while server.events().count("postgres_restarted") == restarts or not await asyncio.to_thread(server.ready):
                await asyncio.sleep(0.1)
        await say(server, other.mentee, other)
        await here.paged([(1, 0), (1, 0)])
        await claire.until(lambda: len(claire.events("case:changed")) >= told + 2, "the other case")
        ((count,),) = await here.sql("select count(*) from cases where state = 'open'")
        assert count == 2
    await database.close()


async def test_without_redis_a_case_is_opened_paged_and_shown(
    database: Database, make_server: Callable[..., Server], folder: Path
) -> None:
    here, (pair,) = Here(database), await people(database)
    async with redis_server(folder) as redis:
        server = make_server(database_url=bound_url(database.engine.url), secret=SECRET, redis_url=redis.url)
        await start(server)
        async with talking(server, pair.supervisor) as claire, talking(server, pair.mentee) as lea:
            await redis.stop()
            assert (await lea.call("help:now", {"room": str(pair.id)}))["ok"]
            told = await claire.wait("case:changed", 2)
            assert [(case["origin"], case["severity"]) for case in told] == [("help", 4)] * 2
            assert (await lea.say(pair, SUICIDE))["ok"]
            await here.paged([(1, 0), (1, 0)])
            await redis.start()
            assert (await claire.wait("case:changed", 4))[3]["origin"] == "flag"


async def test_the_mail_server_is_down_and_the_page_goes_by_the_next_way(
    database: Database, make_server: Callable[..., Server]
) -> None:
    here, (pair,) = Here(database), await people(database)
    await here.sql("update accounts set email = 'claire@example.org', phone = '+33600000001' where role = 'supervisor'")
    async with sms_gateway() as gateway:
        server = make_server(
            database_url=bound_url(database.engine.url),
            secret=SECRET,
            smtp_url=f"smtp://127.0.0.1:{free_port()}",  # nobody is there
            mail_from="binome@example.org",
            sms_url=gateway.url,
            sms_body=BODY,
            public_url="https://binome.example.org",
        )
        await start(server)
        await say(server, pair.mentee, pair)
        await here.until("select state from deliveries", [("sent",)])
    ((case_id,),) = await here.sql("select id from cases")
    (message,) = gateway.taken
    assert (message["to"], f"https://binome.example.org/#/case/{case_id}" in message["message"]) == (
        "+33600000001",
        True,
    )
    assert "mourir" not in message["message"]
    assert "Lea" not in message["message"]
    _, file = await ask(server, pair.supervisor, "GET", f"cases/{case_id}/file")
    ((reached,),) = [page["reached"] for page in file["pages"]]
    sent = {(one["channel"], one["result"]) for one in reached["sent"]}
    assert {("sms", "sent"), ("mail", "failed")} <= sent


@dataclass
class Jumping:
    """The clock of one of two machines."""

    true: ManualClock
    skew: timedelta = timedelta()

    def now(self) -> datetime:
        return self.true.now() + self.skew

    def monotonic(self) -> float:
        return self.true.monotonic()


async def test_two_clocks_that_jump_by_hours_and_disagree(database: Database) -> None:
    """The ladder is climbed by the minutes that pass, each step once, whoever takes it."""
    here = Here(database)
    north = await organisation(database)
    pair = await room(database, north)
    await person(database, north, Role.SUPERVISOR, "Samir")
    server = bound(database)
    true = ManualClock(NOW)
    ahead, behind = Jumping(true, timedelta(hours=5)), Jumping(true, timedelta(hours=-5))
    pagers = [Pager(server, clock, Notices(server)) for clock in (ahead, behind)]

    async def look() -> int:
        return sum(await asyncio.gather(*(pager.look() for pager in pagers)))

    assert await look() == 0
    await here.sql(
        "insert into cases (id, organisation_id, reference, origin, category, severity, by_id, opened_at, due_at, "
        "round_at, page_at) "
        "values (gen_random_uuid(), :organisation, '00000', 'help', 'help', 4, :by, :now, :now, :now, :now)",
        organisation=north.id,
        by=pair.mentee.id,
        now=behind.now(),
    )
    taken = 0
    for second in range(5, 1805, 5):
        true.advance(5)
        if second == 310:
            ahead.skew -= timedelta(hours=12)
        if second == 610:
            behind.skew -= timedelta(hours=3)
        taken += await look()
        steps = [sum(since >= at for at in (5, 300, 600, 900, 1800)) for since in (second - 5, second)]
        assert steps[0] <= taken <= steps[1], second
    assert taken == 5
    await here.paged([(1, step) for step in range(taken)])
    await server.close()
