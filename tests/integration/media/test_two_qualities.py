"""Two qualities of a person's pictures: who receives which, and that the one nobody wants is not asked for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiortc.rtp import RtcpPsfbPacket, RtcpReceiverInfo, RtcpRrPacket, pack_remb_fci, unpack_remb_fci

from server.media.engine import PeerState, Shape
from server.media.quality import SMALL
from tests.integration.media.conftest import Calls
from tests.support.bare_browser import BareBrowser, until

FULL_ONLY, SMALL_ONLY, BOTH = frozenset({"full"}), frozenset({"small"}), frozenset({"full", "small"})


@asynccontextmanager
async def showing(calls: Calls, name: str, browser: BareBrowser) -> AsyncIterator[None]:
    """Sends what the engine wants of this person, as a browser does: a key frame when asked, and now and then."""

    async def show() -> None:
        step = 0
        while True:
            wanted = calls.told.wanted.get(name, FULL_ONLY)
            if "full" in wanted:
                browser.show(key=step % 10 == 0)
            if "small" in wanted:
                browser.show_small(key=step % 10 == 5)
            step += 1
            await asyncio.sleep(0.02)

    task = asyncio.create_task(show())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def sizes(browser: BareBrowser, mid: str, last: int = 5) -> set[str]:
    """What the last pictures on a slot were."""
    pictures = browser.got(mid)[-last:]
    return {"small" if packet.payload.endswith(b"small") else "full" for packet in pictures}


async def three(calls: Calls) -> tuple[BareBrowser, BareBrowser, BareBrowser]:
    return (
        await calls.join("julien", small=True),
        await calls.join("lea", small=True),
        await calls.join("claire", small=True),
    )


async def test_each_receiver_gets_what_it_is_allowed(calls: Calls) -> None:
    julien, lea, claire = await three(calls)
    await calls.engine.shape("room", "lea", Shape(pictures_in="small"))
    await until(lambda: calls.told.wanted.get("julien") == BOTH, "both wanted of Julien")
    async with showing(calls, "julien", julien):
        await until(lambda: len(lea.got("v0")) > 8 and len(claire.got("v0")) > 8, "pictures")
        assert sizes(lea, "v0") == {"small"}
        assert sizes(claire, "v0") == {"full"}
        await calls.engine.shape("room", "lea", Shape())
        await until(lambda: sizes(lea, "v0") == {"full"}, "the full ones at Léa")
        await until(lambda: calls.told.wanted["julien"] == FULL_ONLY, "no small ones wanted")
    assert lea.gaps("v0") == claire.gaps("v0") == 0  # no number is missing: nothing was sent twice or left out


async def test_what_a_line_must_not_carry_stops_at_once(calls: Calls) -> None:
    julien, lea, _ = await three(calls)
    async with showing(calls, "julien", julien):
        await until(lambda: len(lea.got("v0")) > 5, "pictures")
        await calls.engine.shape("room", "lea", Shape(pictures_in="none"))
        await asyncio.sleep(0.05)  # what was on its way
        so_far = len(lea.got("v0"))
        before = julien.shown
        await until(lambda: julien.shown > before + 10, "more pictures of Julien")
        assert len(lea.got("v0")) == so_far
        await calls.engine.shape("room", "lea", Shape(pictures_in="small"))
        await until(lambda: len(lea.got("v0")) > so_far + 3, "small pictures")
        assert {packet.payload.endswith(b"small") for packet in lea.got("v0")[so_far:]} == {True}


async def test_the_publishers_own_line_decides_for_all(calls: Calls) -> None:
    julien, lea, claire = await three(calls)
    await calls.engine.shape("room", "julien", Shape(pictures_out="small"))
    await until(lambda: calls.told.wanted.get("julien") == SMALL_ONLY, "small ones only")
    async with showing(calls, "julien", julien):
        await until(lambda: len(lea.got("v0")) > 5 and len(claire.got("v0")) > 5, "pictures")
        assert sizes(lea, "v0") == sizes(claire, "v0") == {"small"}


async def test_a_narrow_line_gets_small_pictures_by_itself_and_the_others_notice_nothing(calls: Calls) -> None:
    julien, lea, claire = await three(calls)
    async with showing(calls, "julien", julien):
        await until(lambda: len(lea.got("v0")) > 5, "pictures")
        for rate in (400_000, 200_000):  # a line that was thought to be better
            remb = RtcpPsfbPacket(fmt=15, ssrc=1, media_ssrc=0, fci=pack_remb_fci(rate, [1]))
            lea.down.send_rtcp(bytes(RtcpRrPacket(ssrc=1)) + bytes(remb))
        await until(lambda: sizes(lea, "v0") == {"small"}, "small pictures at Léa")
        assert sizes(claire, "v0") == {"full"}
    assert lea.gaps("v0") == claire.gaps("v0") == 0
    ids = [int.from_bytes(packet.payload[2:4], "big") & 0x7FFF for packet in lea.got("v0")]
    switch = next(index for index, p in enumerate(lea.got("v0")) if p.payload.endswith(b"small"))
    assert ids[switch] == (ids[switch - 1] + 1) & 0x7FFF  # one stream for the decoder


async def test_two_people_need_one_quality(calls: Calls) -> None:
    julien = await calls.join("julien", small=True)
    await until(lambda: calls.told.wanted.get("julien") == frozenset(), "nothing wanted of who is alone")
    lea = await calls.join("lea", small=True)
    await until(lambda: calls.told.wanted["julien"] == FULL_ONLY, "pictures for Léa")
    async with showing(calls, "julien", julien):
        await until(lambda: len(lea.got("v0")) > 5, "pictures")
        await calls.engine.set_state("room", "lea", PeerState(mic=True, camera=True, voice_only=True))
        await until(lambda: calls.told.wanted["julien"] == frozenset(), "nobody looks")


async def test_a_browser_with_one_section_is_held_to_small_rates(calls: Calls) -> None:
    julien, _ = await calls.pair()
    await calls.engine.shape("room", "lea", Shape(pictures_in="small"))
    julien.show(key=True)

    def asked() -> list[int]:
        rembs = [packet for packet in julien.up.rtcp if isinstance(packet, RtcpPsfbPacket) and packet.fmt == 15]
        return [unpack_remb_fci(packet.fci)[0] for packet in rembs]

    await until(lambda: asked() and abs(asked()[-1] - SMALL) < SMALL / 50, "a limit")


async def test_a_loss_on_the_line_is_told_with_its_path_and_rates(calls: Calls) -> None:
    julien, lea = await calls.pair()
    for number in range(200):
        if number % 5:
            julien.say(b"x" * 40)
        else:
            julien.said += 1  # lost on its way
        if number % 50 == 0:
            await asyncio.sleep(0.02)
    ssrc = lea.remote_offer.ssrcs("a0")[0]
    report = RtcpRrPacket(ssrc=1, reports=[RtcpReceiverInfo(ssrc, 64, 50, 1000, 0, 0, 0)])
    remb = RtcpPsfbPacket(fmt=15, ssrc=1, media_ssrc=0, fci=pack_remb_fci(100_000, [ssrc]))
    lea.down.send_rtcp(bytes(report) + bytes(remb))
    await until(lambda: any(one.out_loss > 0 for one in calls.told.figures.get("julien", [])), "Julien's figures")
    await until(lambda: any(one.in_loss > 0 for one in calls.told.figures.get("lea", [])), "Léa's figures")
    sent = next(one for one in calls.told.figures["julien"] if one.out_loss > 0)
    assert sent.path == "udp"
    assert 0.1 < sent.out_loss < 0.3
    assert sent.out_rate > 0
    got = next(one for one in calls.told.figures["lea"] if one.in_loss > 0)
    assert got.in_loss == 0.25
    assert got.in_rate > 0 or len(calls.told.figures["lea"]) > 1
    assert got.in_estimate is not None
    assert abs(got.in_estimate - 100_000) < 1000
