"""What an adult's messages add up to survives that the server is killed."""

import asyncio
import signal
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.faults.test_messages import open_database
from tests.integration.rooms.test_judging import COURSE
from tests.processes import Server
from tests.support.rooms import Client, organisation, room, sql


@pytest.mark.timeout(120)
async def test_a_course_adds_up_over_kill_9(make_server: Callable[..., Server]) -> None:
    server = make_server(drain_seconds=1)
    await asyncio.to_thread(server.start)
    database = open_database(server)
    one = await room(database, await organisation(database), now=datetime.now(UTC))
    await database.close()
    for line in COURSE:
        if line == COURSE[-1]:
            server.signal(signal.SIGKILL)
            await asyncio.to_thread(server.wait)
            await asyncio.to_thread(server.start)
        client = await Client.open(server.port, one.mentor.token)
        try:
            await client.wait("room:sync")
            answer = await client.say(one, line)
        finally:
            await client.close()
        assert answer["state"] == ("held" if line == COURSE[-1] else "delivered"), line
    database = open_database(server)
    assert await sql(database, "select state, count(*) from messages group by state order by state") == [
        ("delivered", 4),
        ("held", 1),
    ]
    assert await sql(database, "select category from flags order by seq") == [("conversation",), ("conversation",)]
    await database.close()
