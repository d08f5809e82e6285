"""The process that carries a call dies in its midst: whoever was in it comes back to the same part, and nobody is seen
to leave."""

import asyncio
from collections.abc import AsyncIterator
from time import monotonic

import psutil
import pytest

from server.infra.database import Database
from server.kernel.identifiers import new_id
from server.media.leg import LOAN
from server.media.worker.workers import WorkersEngine
from tests.integration.signalling.conftest import Caller, Neighbourhood
from tests.support.bare_browser import BareBrowser, until
from tests.support.rooms import served


@pytest.fixture
async def street(database: Database) -> AsyncIterator[Neighbourhood]:
    """Where calls are carried as in a real server."""
    async with served(database, WorkersEngine("127.0.0.1", 0)) as house:
        street = Neighbourhood(house)
        try:
            yield street
        finally:
            for browser in street.browsers:
                await browser.close()


def worker_of(street: Neighbourhood) -> psutil.Process:
    engine = street.house.capabilities.signalling.engine
    assert isinstance(engine, WorkersEngine)
    worker = engine._keepers[0].worker
    assert worker is not None
    return psutil.Process(worker.pid)


async def join_again(street: Neighbourhood, caller: Caller) -> None:
    """What a client does when it is told that the media of its part is gone."""
    await caller.client.wait("call:renew")
    assert caller.client.events("call:renew") == [{"room": str(caller.room.id), "peer": caller.peer}]
    caller.browser = BareBrowser()
    street.browsers.append(caller.browser)
    before = caller.peer
    await caller.join(peer=before)
    assert caller.peer == before


async def test_everyone_comes_back_to_the_same_part(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    claire = await street.caller(room.supervisor, room)
    await claire.join()
    callers = [julien, lea, claire]
    peers = [caller.peer for caller in callers]
    worker_of(street).kill()
    for caller in callers:
        await join_again(street, caller)
    await lea.client.until(lambda: all(p["connected"] for p in lea.client.events("call:people")[-1]["people"]), "all")
    assert [person["peer"] for person in lea.client.events("call:people")[-1]["people"]] == peers
    julien.browser.say(b"de retour")
    for other in (lea, claire):
        mids = [slot["mid"] for slot in other.joined["slots"] if slot["kind"] == "audio"]
        await until(lambda: any(b"de retour" in other.browser.heard(mid) for mid in mids), "Julien's voice")  # noqa: B023
    assert [caller.client.events("call:ended") for caller in callers] == [[], [], []]
    journal = await street.journal(room.id)
    assert [over for _, act, over in journal if act == "call"] == [False]  # one visit, unbroken


async def test_a_restart_that_nobody_was_asked_for_is_told_to_the_process_that_carries_it(
    street: Neighbourhood,
) -> None:
    _, julien, lea = await street.pair()
    before = lea.browser.down.current
    restarted = lea.browser.restart()
    julien.browser.say(b"bonjour")
    await until(lambda: lea.browser.down.refusals > 0, "our check, with a password that is not hers")
    assert await lea.act("call:restarted", **restarted) == {"ok": True}
    lea.browser.down.refusals = 0
    while lea.browser.down.arrivals[1] * 600 <= 2 * LOAN:  # more than goes where nobody is known
        julien.browser.say(*[bytes(600)] * 20)
        await asyncio.sleep(0.01)
    assert lea.browser.down.current is not before
    assert lea.client.events("call:renew") == lea.client.events("call:ended") == []
    unknown = {**restarted, "peer": str(new_id())}
    assert (await lea.act("call:restarted", **unknown))["error"]["code"] == "not_found"


async def test_nobody_waits_for_a_process_that_hangs_to_hear_that_they_are_out(street: Neighbourhood) -> None:
    """Not in the next room either. What hangs forwards nothing; when it goes on, it lets go of them."""
    first, second = await street.pair(), await street.pair()
    worker = worker_of(street)
    worker.suspend()
    began = monotonic()
    await street.house.sql("update pairs set state = 'paused'")
    assert [await caller.ended() for _, *callers in (first, second) for caller in callers] == ["removed"] * 4
    assert monotonic() - began < 2.5  # the process is given 10 s to answer, and 4 until it is taken for dead
    worker.resume()
    await until(lambda: not street.house.capabilities.signalling.calls._endings, "the ends")
