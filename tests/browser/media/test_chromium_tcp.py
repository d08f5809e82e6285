"""Chromium on a network that lets no UDP through: ICE-TCP, on the same port, by the same descriptions."""

from collections.abc import AsyncIterator

import pytest

from tests.browser.media.conftest import Studio, opened
from tests.support.bare_browser import until


@pytest.fixture
async def studio_without_udp() -> AsyncIterator[Studio]:
    """This policy, which administrators set, keeps Chromium from sending any datagram."""
    async with opened("--webrtc-ip-handling-policy=disable_non_proxied_udp") as studio:
        yield studio


async def test_without_udp_two_browsers_hear_and_see_each_other(studio_without_udp: Studio) -> None:
    studio = studio_without_udp
    julien, lea = await studio.join("julien"), await studio.join("lea")
    for screen in (julien, lea):
        await screen.grows("v0", "framesDecoded", 20)
        await screen.grows("a0", "totalAudioEnergy", 0.01)
        assert [end["protocol"] for end in await screen.page.evaluate("localEnds()")] == ["tcp", "tcp"]
    for peer in studio.engine._rooms["room"].peers.values():
        assert (peer._up_leg.path, peer._down_leg.path) == ("tcp", "tcp")
    assert (await lea.stats())["received"]["v0"]["packetsLost"] == 0


async def test_when_its_connections_break_the_browser_opens_others_and_the_call_goes_on(
    studio_without_udp: Studio,
) -> None:
    studio = studio_without_udp
    julien, lea = await studio.join("julien"), await studio.join("lea")
    await lea.grows("v0", "framesDecoded", 10)
    connections = studio.engine._surroundings.port._tcp._connections
    for leg in (studio.engine._rooms["room"].peers["lea"]._up_leg, studio.engine._rooms["room"].peers["lea"]._down_leg):
        for address in list(leg.ice.paths):
            connections[address].close()
    await until(lambda: studio.engine._rooms["room"].peers["lea"]._down_leg.path is None, "the break")
    await lea.page.evaluate("restart()")
    await lea.grows("v0", "framesDecoded", 10)
    await julien.grows("v0", "framesDecoded", 10)
    assert studio.events == [("connected", "julien"), ("connected", "lea")]


async def test_where_both_live_the_browser_takes_udp(studio: Studio) -> None:
    lea = await studio.join("lea")
    await until(lambda: ("connected", "lea") in studio.events, "the connection")
    assert [end["protocol"] for end in await lea.page.evaluate("localEnds()")] == ["udp", "udp"]
