"""What real Chromium sends and decodes: two qualities of a camera, and voices with redundancy."""

from collections.abc import Callable
from typing import Any

from server.media.engine import Shape
from server.media.speakers import LOUD
from server.media.up import Up
from server.media.voice_slot import VoiceSlot
from tests.browser.media.conftest import Screen, Studio
from tests.support.bare_browser import until


async def settles(screen: Screen, mid: str, done: Callable[[Any], bool]) -> None:
    """Returns when the slot's statistics are so."""
    for _ in range(200):
        if done((await screen.stats())["received"].get(mid, {})):
            return
        await screen.page.wait_for_timeout(100)
    raise AssertionError((await screen.stats())["received"].get(mid))


async def test_each_receiver_decodes_its_own_quality_and_switches_without_a_loss(studio: Studio) -> None:
    await studio.join("julien", small=True)
    lea, claire = await studio.join("lea", small=True), await studio.join("claire", small=True)
    await settles(lea, "v0", lambda slot: slot.get("frameHeight", 0) > 240 and slot["framesDecoded"] > 10)
    await studio.engine.shape("room", "lea", Shape(pictures_in="small"))
    await settles(lea, "v0", lambda slot: 0 < slot["frameHeight"] <= 240)
    await lea.grows("v0", "framesDecoded", 20)
    await settles(claire, "v0", lambda slot: slot.get("frameHeight", 0) > 240)
    await claire.grows("v0", "framesDecoded", 20)
    await studio.engine.shape("room", "lea", Shape())
    await settles(lea, "v0", lambda slot: slot["frameHeight"] > 240)
    await lea.grows("v0", "framesDecoded", 10)
    for screen in (lea, claire):
        received = (await screen.stats())["received"]
        assert received["v0"]["packetsLost"] == 0
    # Three people in one browser leave it little time: one of them may have been too slow for the full one meanwhile.
    await until(lambda: studio.wanted["julien"] == frozenset({"full"}), "the small one being let go", 60)


async def test_a_voice_with_redundancy_survives_the_loss_of_each_fifth_packet(studio: Studio) -> None:
    await studio.join("julien")
    lea = await studio.join("lea")
    await lea.grows("a0", "totalAudioEnergy", 0.01)
    slot = next(s for s in studio.engine._rooms["room"].peers["lea"].down.slots if s.mid == "a0")
    assert isinstance(slot, VoiceSlot)
    assert slot.payload_types
    assert next(iter(slot.payload_types.values()))[1] == 63  # Chromium reads it
    send, sent = slot._send, [0]
    assert send is not None

    def lossy(packet: bytes) -> None:
        sent[0] += 1
        if sent[0] % 5:
            send(packet)

    slot._send = lossy
    await until(lambda: slot.redundant, "the loss being reported")  # Chromium's own reports bring it about
    before = (await lea.stats())["received"]["a0"]
    await lea.grows("a0", "packetsReceived", 150)
    after = (await lea.stats())["received"]["a0"]

    def grown(figure: str) -> float:
        return float(after.get(figure) or 0) - float(before.get(figure) or 0)

    lost = grown("packetsLost") / (grown("packetsLost") + grown("packetsReceived"))
    concealed = (grown("concealedSamples") - grown("silentConcealedSamples")) / grown("totalSamplesReceived")
    assert lost > 0.15
    assert grown("packetsDiscarded") > 50  # the blocks of what had come already: it reads them all
    assert concealed < lost / 2  # 0.02 where the machine has time


async def test_redundancy_that_chromium_sends_repairs_its_own_way_up(studio: Studio) -> None:
    await studio.join("julien", red=True)
    lea = await studio.join("lea")
    await lea.grows("a0", "totalAudioEnergy", 0.01)
    up: Up = studio.engine._rooms["room"].peers["julien"].up
    receive, came = up.receive_rtp, [0]

    def lossy(packet: bytes, now: float) -> None:
        if packet[1] & 0x7F == 63:
            came[0] += 1
            if came[0] % 5 == 0:
                return
        receive(packet, now)

    before = (await lea.stats())["received"]["a0"]
    up.receive_rtp = lossy  # type: ignore[method-assign]  # the network, which has no other place here
    await lea.grows("a0", "packetsReceived", 150)
    after = (await lea.stats())["received"]["a0"]
    assert came[0] > 100  # it really was RED, of which each fifth was lost
    assert after["packetsLost"] - before["packetsLost"] <= 1  # what is lost is the last one, until the next comes


async def test_chromium_tells_how_loud_a_voice_is(studio: Studio) -> None:
    await studio.join("julien")
    lea = await studio.join("lea")
    levels: list[int] = []
    studio.engine._rooms["room"].peers["julien"].up.on_voice = lambda level, _now: levels.append(level)
    await lea.grows("a0", "totalAudioEnergy", 0.01)
    await until(lambda: any(0 < level <= LOUD for level in levels), "a beep that is told to be loud")
    await until(lambda: any(level > LOUD for level in levels), "a pause between two beeps")
