"""Somebody who has a case locked stands still: what is serious is written, others go on, and their lock ends."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import asyncpg
import pytest

from server.escalation.opening import NewCase, open_case
from server.infra.database import Database
from server.kernel.permissions import Role
from tests.support.roles import bound
from tests.support.rooms import House

SUICIDE = "je veux mourir ce soir"


async def test_the_words_of_nobody_wait_for_a_case_that_is_held(house: House) -> None:
    room, other = await house.room(), await house.room()
    await house.capabilities.escalation.pager.stop()  # which has each case locked for a moment
    lea, zoe = await house.open(room.mentee), await house.open(other.mentee)
    assert (await lea.say(room, SUICIDE))["ok"]
    ((case_id,),) = await house.sql("select id from cases")
    async with house.database.everywhere() as conn:
        await conn.exec_driver_sql("select 1 from cases for update")
        assert (await lea.say(room, "je vais me tuer"))["ok"]
        assert (await lea.call("help:now", {"room": str(room.id)}))["ok"]
        assert (await zoe.say(other, "Bonjour"))["ok"]
    cases = await house.sql("select origin, severity, state from cases order by opened_at, id")
    assert cases == [("flag", 4, "open"), ("flag", 4, "open"), ("help", 4, "open")]
    assert (await lea.say(room, "je veux en finir"))["ok"]  # free again: it joins the first
    assert len(await house.sql("select ref from case_links where case_id = :case", case=case_id)) == 2


async def test_who_has_taken_up_all_connections_keeps_no_page(house: House) -> None:
    """As many slow requests as the server has connections for them; what is serious is written by one of its own."""
    room = await house.room()
    async with AsyncExitStack() as held:
        for _ in range(10):
            await held.enter_async_context(house.bound.begin(house.north.id))
        async with house.database.everywhere() as conn:
            what: dict[str, Any] = {
                "category": "other",
                "severity": 4,
                "at": house.clock.now(),
                "by_id": room.mentee.id,
            }
            await open_case(conn, NewCase(house.north.id, "help", owner_id=room.supervisor.id, **what))
        async with asyncio.timeout(20):
            while await house.sql("select state from deliveries") != [("failed",)]:  # nobody has set up a way
                await asyncio.sleep(0.02)
    assert await house.sql("select people from case_pages") == [([room.supervisor.id],)]


async def test_the_limit_of_the_transaction_is_as_it_was(house: House) -> None:
    who = await house.person(Role.SUPERVISOR, "Claire")
    what: dict[str, Any] = {"category": "other", "severity": 4, "at": house.clock.now(), "by_id": who.id}

    async def opened(conn: Any) -> Any:
        await conn.exec_driver_sql("set local lock_timeout = '7s'")
        made = await open_case(conn, NewCase(house.north.id, "help", **what))
        return made, (await conn.exec_driver_sql("show lock_timeout")).scalar_one()

    async with house.database.everywhere() as conn:
        first, limit = await opened(conn)
        assert limit == "7s"
    async with house.database.everywhere() as holding, house.bound.begin(house.north.id) as conn:
        await holding.exec_driver_sql("select 1 from cases for update")
        second, limit = await opened(conn)
        assert (second != first, limit) == (True, "7s")


async def test_who_is_silent_in_the_midst_of_a_transaction_is_cut_off(database: Database) -> None:
    server = bound(database)
    connection = await server.connect_raw()
    assert await connection.fetchval("show idle_in_transaction_session_timeout") == "1min"
    await connection.execute("set idle_in_transaction_session_timeout = '100ms'")
    over = asyncio.Event()
    connection.add_termination_listener(lambda _: over.set())
    await connection.execute("begin")
    async with asyncio.timeout(20):
        await over.wait()
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
        await connection.execute("select 1")
    await server.close()
