"""Networks change, devices fall silent, browsers restart ICE: what becomes of the call."""

import asyncio
import gc

import pytest
from aiortc.rtp import RtcpRrPacket
from OpenSSL import SSL

from server.media.errors import UnusableDescription
from tests.integration.media.conftest import ALL_ON, Calls
from tests.integration.media.test_forwarding import talking
from tests.support.bare_browser import BareBrowser, Remote, until


async def restart(calls: Calls, peer: str, browser: BareBrowser) -> None:
    for leg in (browser.up, browser.down):
        leg.renew()
    restarted = await calls.engine.restart("room", peer, browser.offer())
    await calls.engine.answer("room", peer, browser.answer(restarted.offer))
    browser.up.restarted(Remote.read(restarted.answer))
    browser.down.restarted(Remote.read(restarted.offer))


async def test_media_follows_a_device_to_its_new_address(calls: Calls) -> None:
    julien, lea = await calls.pair()
    async with talking(julien, lea):
        await until(lambda: len(lea.got("v0")) > 3, "pictures")
        for leg in (lea.up, lea.down):
            leg.move()
        await until(lambda: lea.down.arrivals[1] > 5, "media at the new address")
        before = lea.down.arrivals[0]
        await until(lambda: lea.down.arrivals[1] > 20, "more of it")
        assert lea.down.arrivals[0] == before
    assert lea.gaps("a0") == lea.gaps("v0") == julien.gaps("a0") == julien.gaps("v0") == 0
    assert calls.told.events == [("connected", "julien"), ("connected", "lea")]


async def test_an_ice_restart_keeps_keys_slots_and_every_packet(calls: Calls) -> None:
    julien, lea = await calls.pair()
    async with talking(julien, lea):
        await until(lambda: len(lea.got("v0")) > 3, "pictures")
        first = lea.remote_offer
        await restart(calls, "lea", lea)
        assert lea.down.remote is not None
        assert lea.down.remote.fragment != first.fragment
        assert lea.down.remote.fingerprint == first.fingerprint
        assert {mid: lea.down.remote.ssrcs(mid) for mid in first.sections} == {
            mid: first.ssrcs(mid) for mid in first.sections
        }
        for leg in (lea.up, lea.down):
            leg.move()
        await until(lambda: lea.down.arrivals[1] > 10, "media at the new address")
    assert lea.gaps("a0") == lea.gaps("v0") == julien.gaps("a0") == 0
    assert lea.up.dtls.state == lea.down.dtls.state == "connected"


async def test_a_restart_whose_answer_was_lost_can_be_made_again(calls: Calls) -> None:
    julien, lea = await calls.pair()
    for _ in range(5):
        await calls.engine.restart("room", "lea", lea.offer())  # nobody reads what comes back
    answered = calls.engine.counters()["stun_answered"]
    for leg in (lea.up, lea.down):
        leg.check()
    await until(
        lambda: calls.engine.counters()["stun_answered"] >= answered + 2, "answers to the checks of the old path"
    )
    assert calls.engine.counters()["stun_refused"] == 0
    julien.say(b"still the old path")
    await until(lambda: lea.heard("a0") == [b"still the old path"], "a word")
    await restart(calls, "lea", lea)
    for leg in (lea.up, lea.down):
        leg.move()
    await asyncio.sleep(0.2)
    julien.say(b"the new one")
    await until(lambda: b"the new one" in lea.heard("a0"), "a word")


async def test_a_restart_with_another_certificate_or_other_sections_is_refused(calls: Calls) -> None:
    julien, lea = await calls.pair()
    other = BareBrowser()
    calls.browsers.append(other)
    with pytest.raises(UnusableDescription):
        await calls.engine.restart("room", "lea", other.offer())
    with pytest.raises(UnusableDescription):
        await calls.engine.restart("room", "lea", lea.offer(video=False))
    julien.say(b"unharmed")
    await until(lambda: lea.heard("a0") == [b"unharmed"], "a word")


async def test_a_silent_device_is_shown_and_then_gone(impatient_calls: Calls) -> None:
    calls = impatient_calls
    julien, lea = await calls.pair()
    for leg in (lea.up, lea.down):
        leg.silence()
    await until(lambda: ("quiet", "lea") in calls.told.events, "that Léa is quiet")
    assert ("silent", "lea") not in calls.told.events
    async with talking(julien):
        await until(lambda: ("silent", "lea") in calls.told.events, "that Léa is gone")
        came = len(lea.down.datagrams)
        await asyncio.sleep(0.2)
        assert len(lea.down.datagrams) <= came + 3  # its goodbyes
    assert all(slot.peer is None for slot in calls.told.slots["julien"])


async def test_a_device_that_comes_back_in_time_was_never_gone(impatient_calls: Calls) -> None:
    calls = impatient_calls
    julien, lea = await calls.pair()
    for leg in (lea.up, lea.down):
        leg.silence()
    await until(lambda: ("quiet", "lea") in calls.told.events, "that Léa is quiet")
    for leg in (lea.up, lea.down):
        leg.move()
        leg.resume()
    await until(lambda: calls.told.events.count(("connected", "lea")) == 2, "that Léa is back")
    julien.say(b"there you are")
    await until(lambda: lea.heard("a0") == [b"there you are"], "a word")
    assert ("silent", "lea") not in calls.told.events


async def test_media_alone_is_no_consent(impatient_calls: Calls) -> None:
    """RFC 7675: who no longer asks for packets gets none, whatever they go on sending."""
    calls = impatient_calls
    julien, lea = await calls.pair()
    async with talking(julien, lea):
        for leg in (lea.up, lea.down):
            leg.silence()
        await until(lambda: ("silent", "lea") in calls.told.events, "the end of Léa's part")


async def test_who_never_connects_is_forgotten(impatient_calls: Calls) -> None:
    calls = impatient_calls
    browser = BareBrowser()
    calls.browsers.append(browser)
    await calls.engine.join("room", "ghost", browser.offer(), ALL_ON, video=True, capacity=4)
    await until(lambda: ("silent", "ghost") in calls.told.events, "the end of a part that never was")


async def test_a_browser_that_closes_is_gone_at_once(calls: Calls) -> None:
    _, lea = await calls.pair()
    await lea.up.dtls.stop()
    await until(lambda: ("closed", "lea") in calls.told.events, "the end of Léa's part")
    assert all(slot.peer is None for slot in calls.told.slots["julien"])


async def test_a_handshake_that_is_over_may_be_forgotten_and_the_keys_stay(settled_calls: Calls) -> None:
    calls = settled_calls
    gc.collect()
    before = associations()
    julien, lea = await calls.pair()
    all_of_them = associations() - before  # the browsers' own among them
    async with talking(julien, lea):

        def forgotten() -> bool:
            for browser in (julien, lea):
                browser.down.send_rtcp(bytes(RtcpRrPacket(ssrc=1)))
            gc.collect()
            return associations() - before == all_of_them - 2

        await until(forgotten, "that two associations of the server are gone")
        heard = len(lea.got("a0"))
        await lea.down.dtls.stop()  # nobody is there to hear it
        await until(lambda: len(lea.got("a0")) > heard + 20, "more of Julien's voice")
    assert lea.gaps("a0") == julien.gaps("a0") == 0
    await lea.up.dtls.stop()
    await until(lambda: ("closed", "lea") in calls.told.events, "the end of Léa's part")


async def test_who_leaves_takes_the_handshakes_along(calls: Calls) -> None:
    """At once: the collector of cycles comes seldom, and does not know what OpenSSL holds."""
    await calls.join("julien")
    gc.collect()
    before = associations()
    gc.disable()
    try:
        lea = await calls.join("lea")
        assert associations() == before + 4
        await calls.engine.leave("room", "lea")
        await until(lambda: associations() == before + 2, "the end of the server's two")
    finally:
        gc.enable()
    assert lea.up.dtls.state  # the browser's own are still there


def associations() -> int:
    return sum(isinstance(thing, SSL.Connection) for thing in gc.get_objects())
