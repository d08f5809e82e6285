"""The server goes away under people who are writing, and comes back: promise 1, seen from their screens."""

import signal
from collections.abc import AsyncIterator, Iterator

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Api, Room, make_pair, run_server, with_chromium
from tests.processes import Server


@pytest.fixture
def mortal() -> Iterator[Server]:
    """A server of this test's own, to be killed."""
    with run_server() as server:
        yield server


@pytest.fixture
async def mortal_room(mortal: Server) -> AsyncIterator[Room]:
    async with with_chromium(mortal) as room:
        yield room


async def test_a_killed_server_loses_and_doubles_nothing(mortal: Server, mortal_room: Room) -> None:
    api = Api(mortal)
    api.sign_in("admin")
    pair = make_pair(api)
    julien, lea = await mortal_room.seat(pair.mentor), await mortal_room.seat(pair.mentee)
    await julien.say("avant")
    await lea.reads("avant")
    mortal.signal(signal.SIGKILL)
    mortal.wait()
    for number in range(3):
        await lea.say(f"sans serveur {number}")
    await expect(lea.page.get_by_text("En attente du réseau")).to_have_count(3)
    mortal.start()
    await expect(lea.page.get_by_text("En attente du réseau")).to_have_count(0, timeout=40_000)
    await julien.reads("sans serveur 2")
    expected = ["avant", "sans serveur 0", "sans serveur 1", "sans serveur 2"]
    assert await julien.texts() == await lea.texts() == expected


async def test_a_server_that_stops_in_order_is_found_again(mortal: Server, mortal_room: Room) -> None:
    """SIGTERM: the sockets are told when to come back, and what is written meanwhile waits."""
    api = Api(mortal)
    api.sign_in("admin")
    pair = make_pair(api)
    julien, lea = await mortal_room.seat(pair.mentor), await mortal_room.seat(pair.mentee)
    await julien.say("avant")
    await lea.reads("avant")
    mortal.signal(signal.SIGTERM)
    mortal.wait(60)
    await julien.say("pendant")
    mortal.start()
    await expect(lea.bubbles).to_have_count(2, timeout=40_000)
    assert await lea.texts() == ["avant", "pendant"]
