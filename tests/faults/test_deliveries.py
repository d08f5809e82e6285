"""A server is killed in the moment between sending and saying so: what it sent goes out again, under the same name, and
it is seen that nobody knows of the first time."""

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

from server.infra.database import Database
from tests.processes import Server
from tests.support.reach import post
from tests.support.roles import bound_url
from tests.support.rooms import sql


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not done():
            await asyncio.sleep(0.02)


async def test_killed_between_sending_and_saying_so(
    database: Database, tmp_path: Path, make_server: Callable[..., Server]
) -> None:
    async with post(database, tmp_path) as here:
        settings = {
            "database_url": bound_url(database.engine.url),
            "smtp_url": here.mail.url,
            "mail_from": "binome@example.org",
            "secret": "of these tests alone " * 2,
        }
        server = make_server(tmp_path / "killed", **settings)
        await asyncio.to_thread(server.start)
        here.mail.mute = True
        claire = await here.person(push=False, sms=False)
        key = await here.tell(claire)  # in the past of the server's clock: it is due
        await until(lambda: len(here.mail.letters) == 1)
        server.signal(signal.SIGKILL)
        await asyncio.to_thread(server.wait)
        assert await here.became(key) == ("waiting", None, [("mail", "sending", None)])

        here.mail.mute = False
        ((due,),) = await here.sql("select due_at from deliveries")
        here.clock.jump((due - here.clock.now()).total_seconds() - 1)
        await here.carry()  # the lease of the one that was killed is not over
        assert len(here.mail.letters) == 1
        here.clock.advance(1)
        await here.carry()
        assert await here.became(key) == ("sent", None, [("mail", "unknown", "interrupted"), ("mail", "sent", None)])
        assert len({letter["Message-ID"] for letter in here.mail.letters}) == 1
        assert len(here.mail.letters) == 2


async def test_killed_before_sending(database: Database, tmp_path: Path, make_server: Callable[..., Server]) -> None:
    """What was committed goes out with the next start, by the server itself."""
    async with post(database, tmp_path) as here:
        claire = await here.person(push=False, sms=False)
        key = await here.tell(claire)
        settings = {"database_url": bound_url(database.engine.url), "smtp_url": here.mail.url}
        here.mail.refusals["MAIL"] = "451 not now"
        server = make_server(tmp_path / "data", secret="of these tests alone " * 2, **settings)
        await asyncio.to_thread(server.start)
        await until(lambda: any(line.startswith("MAIL") for line in here.mail.said))
        server.signal(signal.SIGKILL)
        await asyncio.to_thread(server.wait)
        here.mail.refusals.clear()
        # So that the lease, or the wait after a failure, is over: neither is what this is about.
        await sql(database, "update deliveries set due_at = queued_at")
        await asyncio.to_thread(server.start)
        await until(lambda: len(here.mail.letters) == 1)
        async with asyncio.timeout(20):
            while (await here.outcome(key)).state != "sent":
                await asyncio.sleep(0.05)
        assert len(here.mail.letters) == 1
