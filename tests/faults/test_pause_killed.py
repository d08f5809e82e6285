"""A room is paused, and the server is killed: the pause holds from its first breath on, until somebody resumes it."""

import asyncio
import signal
from collections.abc import Callable
from datetime import UTC, datetime

from server.infra.database import Database
from server.infra.embedded_postgres import running_urls
from tests.processes import Server
from tests.support.rooms import Client, Person, organisation, room


async def connect(server: Server, who: Person) -> Client:
    client = await Client.open(server.port, who.token)
    await client.wait("room:sync")
    return client


async def test_a_pause_survives_the_kill_of_its_server(make_server: Callable[..., Server]) -> None:
    server = make_server()
    await asyncio.to_thread(server.start)
    urls = running_urls(server.data)
    assert urls is not None
    database = Database(urls.owner)
    pair = await room(database, await organisation(database), now=datetime.now(UTC))
    await database.close()
    claire = await connect(server, pair.supervisor)
    assert await claire.call("supervise:pause", {"room": str(pair.id), "why": "safety"}) == {"ok": True}
    for _ in range(2):
        server.signal(signal.SIGKILL)
        await asyncio.to_thread(server.wait)
        await claire.close()
        await asyncio.to_thread(server.start)
        lea = await connect(server, pair.mentee)
        refused = await lea.say(pair, "Allô ?")
        assert (refused["ok"], refused["error"]["code"]) == (False, "room_closed")
        await lea.close()
        claire = await connect(server, pair.supervisor)
    assert await claire.call("supervise:resume", {"room": str(pair.id)}) == {"ok": True}
    lea = await connect(server, pair.mentee)
    assert (await lea.say(pair, "Me revoilà"))["ok"]
    await lea.close()
    await claire.close()
