"""The forwarding unit alone, with the browser that people have."""

from server.media.down import USUAL_ROUND_TRIP
from server.media.engine import PeerState
from tests.browser.media.conftest import ALL_ON, Studio
from tests.support.bare_browser import until


async def test_two_browsers_hear_and_see_each_other(studio: Studio) -> None:
    julien, lea = await studio.join("julien"), await studio.join("lea")
    for screen in (julien, lea):
        await screen.grows("v0", "framesDecoded", 20)
        await screen.grows("a0", "totalAudioEnergy", 0.01)
    stats = await lea.stats()
    assert (stats["up"], stats["down"]) == ("connected", "connected")
    assert stats["sent"]["downTransport"]["srtpCipher"] == "SRTP_AEAD_AES_128_GCM"
    assert stats["received"]["v0"]["packetsLost"] == 0
    assert stats["sent"]["videoRemote"]["packetsLost"] == 0


async def test_a_third_comes_and_goes_without_a_packet_missing(studio: Studio) -> None:
    julien, lea = await studio.join("julien"), await studio.join("lea")
    await lea.grows("v0", "framesDecoded", 10)
    claire = await studio.join("claire")
    await claire.grows("v0", "framesDecoded", 10)
    await claire.grows("v1", "framesDecoded", 10)
    await lea.grows("v1", "framesDecoded", 10)
    await claire.page.close()
    await studio.engine.leave("room", "claire")
    await julien.grows("v0", "framesDecoded", 10)
    for screen in (julien, lea):
        received = (await screen.stats())["received"]
        assert received["v0"]["packetsLost"] == received["a0"]["packetsLost"] == 0


async def test_what_is_switched_off_is_neither_heard_nor_seen(studio: Studio) -> None:
    await studio.join("julien")
    lea = await studio.join("lea")
    await lea.grows("v0", "framesDecoded", 10)
    await lea.grows("a0", "totalAudioEnergy", 0.01)
    await studio.engine.set_state("room", "julien", PeerState(mic=False, camera=False, voice_only=False))
    await lea.growth("a0", "totalAudioEnergy", 0.5)  # what is still in the buffer
    assert await lea.growth("a0", "packetsReceived", 1.0) == 0
    assert await lea.growth("a0", "totalAudioEnergy", 1.0) < 0.001
    assert await lea.growth("v0", "framesDecoded", 0.5) == 0
    await studio.engine.set_state("room", "julien", ALL_ON)
    await lea.grows("v0", "framesDecoded", 10)
    await lea.grows("a0", "totalAudioEnergy", 0.01)


async def test_camera_off_and_on_without_negotiation(studio: Studio) -> None:
    julien, lea = await studio.join("julien"), await studio.join("lea")
    await lea.grows("v0", "framesDecoded", 10)
    await julien.page.evaluate("eye.sender.replaceTrack(null)")
    await lea.growth("v0", "framesDecoded", 0.5)
    assert await lea.growth("v0", "framesDecoded", 0.5) == 0
    await julien.page.evaluate("eye.sender.replaceTrack(camera)")
    await lea.grows("v0", "framesDecoded", 10)


async def test_who_takes_a_place_is_decoded_on_the_same_track(studio: Studio) -> None:
    julien, _ = await studio.join("julien"), await studio.join("lea")
    await julien.grows("v0", "framesDecoded", 10)
    await studio.engine.leave("room", "lea")
    await studio.join("claire")
    await julien.grows("v0", "framesDecoded", 20)
    await julien.grows("a0", "totalAudioEnergy", 0.01)
    received = (await julien.stats())["received"]
    assert received["v0"]["packetsLost"] == received["a0"]["packetsLost"] == 0


async def test_ice_restart_of_both_connections(studio: Studio) -> None:
    julien, lea = await studio.join("julien"), await studio.join("lea")
    await lea.grows("v0", "framesDecoded", 10)
    await lea.page.evaluate("restart()")
    await lea.grows("v0", "framesDecoded", 20)
    await julien.grows("v0", "framesDecoded", 20)
    stats = await lea.stats()
    assert (stats["up"], stats["down"]) == ("connected", "connected")
    assert stats["received"]["v0"]["packetsLost"] == 0
    assert studio.events == [("connected", "julien"), ("connected", "lea")]


async def test_the_browser_answers_with_estimates_of_its_line(studio: Studio) -> None:
    """Without transport-cc on *down* it sends REMB, which is how the server learns what it can take."""
    await studio.join("julien")
    await studio.join("lea")
    down = studio.engine._rooms["room"].peers["lea"].down
    await until(lambda: down.capacity._reported_at > 0, "an estimate")
    await until(lambda: 0 < down.round_trip < USUAL_ROUND_TRIP, "a round trip measured on this short line")
