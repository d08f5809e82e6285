"""Somebody whose voice passes through the web socket: the others notice nothing."""

import asyncio
from itertools import pairwise

import pytest

from server.media.engine import PeerState
from server.media.errors import NoSuchPeer
from server.media.forwarding import ForwardingEngine
from server.media.web import FRAME
from tests.integration.media.conftest import ALL_ON, Calls, running
from tests.support.bare_browser import BareBrowser, until


async def join_without_media(calls: Calls, name: str) -> BareBrowser:
    """A browser whose UDP and TCP are blocked: it has its descriptions and nothing more."""
    browser = BareBrowser()
    calls.browsers.append(browser)
    joined = await calls.engine.join("room", name, browser.offer(), ALL_ON, video=True, capacity=12)
    calls.told.slots[name] = joined.slots
    await calls.engine.answer("room", name, browser.answer(joined.offer))
    return browser


async def test_who_has_no_media_at_all_talks_through_the_web(calls: Calls) -> None:
    julien = await calls.join("julien", capacity=12)
    await join_without_media(calls, "lea")
    assert ("connected", "lea") not in calls.told.events
    await calls.engine.open_web("room", "lea")
    assert ("connected", "lea") in calls.told.events
    calls.engine.feed("room", "lea", 4_294_966_000, [b"frame 0", b"frame 1", b"frame 2"])
    calls.engine.feed("room", "lea", 4_294_966_000 + 3 * FRAME & 0xFFFFFFFF, [b"frame 3"])
    await until(lambda: len(julien.got("a0")) == 4, "Léa at Julien")
    assert julien.heard("a0") == [b"frame %d" % number for number in range(4)]
    assert julien.gaps("a0") == 0
    times = [packet.timestamp for packet in julien.got("a0")]
    assert {(later - earlier) & 0xFFFFFFFF for earlier, later in pairwise(times)} == {FRAME}
    julien.say(b"bonjour", b"ca va")
    await until(lambda: len(calls.told.voices) == 2, "Julien at Léa")
    (_, _, first, _), (_, _, second, _) = calls.told.voices
    assert [(peer, source, payload) for peer, source, _, payload in calls.told.voices] == [
        ("lea", "julien", b"bonjour"),
        ("lea", "julien", b"ca va"),
    ]
    assert (second - first) & 0xFFFFFFFF == 960


async def test_a_voice_moves_to_the_web_and_back_in_one_stream(calls: Calls) -> None:
    julien, lea = await calls.pair()
    lea.say(b"over rtp")
    await until(lambda: julien.got("a0"), "a word")
    await calls.engine.open_web("room", "lea")
    calls.engine.feed("room", "lea", 12345, [b"over the web"])
    lea.say(b"a packet that was on its way")
    calls.engine.feed("room", "lea", 12345 + FRAME, [b"over the web again"])
    await until(lambda: len(julien.got("a0")) == 3, "words")
    julien.say(b"to the web")
    await until(lambda: len(calls.told.voices) == 1, "the way back")
    await calls.engine.close_web("room", "lea")
    calls.engine.feed("room", "lea", 12345 + 2 * FRAME, [b"too late"])
    lea.say(b"over rtp again")
    julien.say(b"over rtp")
    await until(lambda: len(julien.got("a0")) == 4 and lea.heard("a0") == [b"over rtp"], "words after")
    assert julien.heard("a0") == [b"over rtp", b"over the web", b"over the web again", b"over rtp again"]
    assert julien.gaps("a0") == 0
    assert [slot.peer for slot in calls.told.slots["julien"]][:2] == ["lea", "lea"]
    times = [packet.timestamp for packet in julien.got("a0")]
    assert all(0 < (later - earlier) & 0xFFFFFFFF < 48000 * 60 for earlier, later in pairwise(times))


async def test_a_muted_microphone_is_a_promise_on_the_web_too(calls: Calls) -> None:
    julien, _ = await calls.pair()
    await calls.engine.open_web("room", "lea")
    await calls.engine.set_state("room", "lea", PeerState(mic=False, camera=False, voice_only=False))
    calls.engine.feed("room", "lea", 0, [b"private"] * 10)
    await calls.engine.set_state("room", "lea", ALL_ON)
    calls.engine.feed("room", "lea", 10 * FRAME, [b"heard"])
    await until(lambda: julien.got("a0"), "a word")
    assert julien.heard("a0") == [b"heard"]


async def test_nobody_falls_silent_whose_web_is_open() -> None:
    async with running(ForwardingEngine("127.0.0.1", 0, consent=1.5, quiet=0.5)) as calls:
        _, lea = await calls.pair()
        await calls.engine.open_web("room", "lea")
        lea.up.silence()
        lea.down.silence()
        await until(lambda: any(one.path == "web" for one in calls.told.figures.get("lea", [])), "figures of the web")
        await asyncio.sleep(2.0)  # longer than consent lasts here
        assert ("silent", "lea") not in calls.told.events
        assert ("quiet", "lea") not in calls.told.events
        await calls.engine.close_web("room", "lea")
        await until(lambda: ("silent", "lea") in calls.told.events, "the end of consent")


async def test_two_on_the_web_hear_each_other(calls: Calls) -> None:
    for name in ("julien", "lea"):
        await join_without_media(calls, name)
        await calls.engine.open_web("room", name)
        await calls.engine.open_web("room", name)  # again: nothing changes
    calls.engine.feed("room", "lea", 0, [b"a", b"b"])
    assert [(peer, source, payload) for peer, source, _, payload in calls.told.voices] == [
        ("julien", "lea", b"a"),
        ("julien", "lea", b"b"),
    ]


async def test_frames_of_no_use_are_dropped(calls: Calls) -> None:
    julien, _ = await calls.pair()
    calls.engine.feed("nowhere", "nobody", 0, [b"x"])
    calls.engine.feed("room", "lea", 0, [b"not open"])
    await calls.engine.open_web("room", "lea")
    calls.engine.feed("room", "lea", 0, [b"", b"x" * 1276, b"good", *[b"more"] * 1000])
    await until(lambda: julien.got("a0"), "a word")
    julien_heard = julien.heard("a0")
    assert julien_heard[0] == b"good"
    await until(lambda: len(julien.got("a0")) == 48, "the bound of one call")
    with pytest.raises(NoSuchPeer):
        await calls.engine.open_web("room", "nobody")


async def test_joining_again_under_the_same_name_changes_nobodys_slots(calls: Calls) -> None:
    """Its legs are made anew in one moment: the same peer goes on, on the same slots, in the same stream."""
    julien, old = await calls.pair()
    claire = await calls.join("claire")
    old.say(b"before")
    await until(lambda: julien.heard("a0") == [b"before"], "a word")
    calls.told.slots["julien"] = calls.told.slots["claire"] = ()
    calls.told.events.clear()
    new = await calls.join("lea", replaces="lea")
    new.say(b"after")
    old.say(b"a ghost")
    julien.say(b"bonjour")
    await until(lambda: julien.heard("a0") == [b"before", b"after"] and new.heard("a0") == [b"bonjour"], "the call")
    assert calls.told.slots["julien"] == calls.told.slots["claire"] == ()  # nobody was told of any change
    assert julien.gaps("a0") == claire.gaps("a0") == 0
    assert ("closed", "lea") not in calls.told.events
