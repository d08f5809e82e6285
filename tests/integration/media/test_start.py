"""The port, the addresses, and what stops the start."""

import socket

import pytest

from server.kernel.ground import GroundError
from server.media.addresses import EVERYWHERE
from server.media.forwarding import ForwardingEngine
from tests.integration.media.conftest import ALL_ON, Told, running
from tests.support.bare_browser import BareBrowser, until


async def test_a_port_in_use_is_named() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(GroundError, match=rf"UDP port {port} cannot be had on 127\.0\.0\.1 .*BINOME_MEDIA_PORT"):
            await ForwardingEngine("127.0.0.1", port).start(Told())


async def test_a_port_in_use_for_tcp_alone_is_named_too_and_nothing_stays_open() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(GroundError, match=rf"TCP port {port} cannot be had on 127\.0\.0\.1 .*BINOME_MEDIA_PORT"):
            await ForwardingEngine("127.0.0.1", port).start(Told())
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
            again.bind(("127.0.0.1", port))


async def test_an_unknown_public_address_leaves_no_port_open() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(GroundError, match="BINOME_PUBLIC_ADDRESS"):
        await ForwardingEngine("127.0.0.1", port, "no-such-host.invalid").start(Told())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
        again.bind(("127.0.0.1", port))


async def test_browsers_are_told_the_public_address_and_no_other() -> None:
    async with running(ForwardingEngine(EVERYWHERE[0], 0, "203.0.113.7,2001:db8::7")) as calls:
        browser = BareBrowser()
        calls.browsers.append(browser)
        joined = await calls.engine.join("room", "julien", browser.offer(), ALL_ON, video=True, capacity=4)
        for description in (joined.answer, joined.offer):
            addresses = ["203.0.113.7", "2001:db8::7"][: 1 + socket.has_ipv6]
            candidates = [line.split(" ") for line in description.splitlines() if line.startswith("a=candidate")]
            port = str(calls.engine.port)
            assert [(words[2], *words[4:6]) for words in candidates] == [
                (transport, address, port) for transport in ("udp", "tcp") for address in addresses
            ]
            assert "127.0.0.1 " not in description


async def test_people_on_both_versions_of_the_internet_protocol_meet() -> None:
    """One port, two sockets: what comes in on one goes out on the other."""
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    async with running(ForwardingEngine(EVERYWHERE[0], 0)) as calls:
        julien, lea = await calls.join("julien"), await calls.join("lea", loopback="::1")
        julien.say(b"quatre")
        lea.say(b"six")
        await until(lambda: lea.heard("a0") == [b"quatre"] and julien.heard("a0") == [b"six"], "the call")


async def test_a_stopped_engine_can_be_stopped_again() -> None:
    engine = ForwardingEngine("127.0.0.1", 0)
    await engine.stop()
    await engine.start(Told())
    await engine.stop()
    await engine.stop()
