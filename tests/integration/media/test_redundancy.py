"""RED (RFC 2198): added for who loses, stripped for who does not read it, and used where a publisher sends it."""

from itertools import pairwise

from aiortc.rtp import RtcpReceiverInfo, RtcpRrPacket

from server.media.engine import Shape
from server.media.red import pack, unpack
from tests.integration.media.conftest import Calls
from tests.support.bare_browser import OPUS, RED, BareBrowser, until


def complain(browser: BareBrowser, mid: str, lost: float) -> None:
    """Its browser reports a loss on a voice."""
    ssrc = browser.remote_offer.ssrcs(mid)[0]
    block = RtcpReceiverInfo(ssrc, int(lost * 256), 10, len(browser.got(mid)), 0, 0, 0)
    browser.down.send_rtcp(bytes(RtcpRrPacket(ssrc=1, reports=[block])))


def types(browser: BareBrowser, mid: str) -> list[int]:
    return [packet.payload_type for packet in browser.got(mid)]


async def test_who_loses_gets_each_packet_twice_and_the_others_do_not(calls: Calls) -> None:
    julien, lea = await calls.pair()
    claire = await calls.join("claire")
    julien.say(b"one", b"two")
    await until(lambda: len(lea.got("a0")) == 2, "words")
    complain(lea, "a0", 0.2)
    slots = calls.engine._rooms["room"].peers["lea"].down.slots
    await until(lambda: any(getattr(slot, "redundant", False) for slot in slots), "redundancy")
    julien.say(b"three", b"four")
    await until(lambda: len(lea.got("a0")) == 4 and len(claire.got("a0")) == 4, "words")
    assert types(lea, "a0") == [OPUS, OPUS, RED, RED]
    assert [[block.data for block in unpack(p.payload)] for p in lea.got("a0")[2:]] == [
        [b"two", b"three"],
        [b"three", b"four"],
    ]
    assert types(claire, "a0") == [OPUS] * 4
    assert claire.heard("a0") == [b"one", b"two", b"three", b"four"]


async def test_where_there_is_no_room_for_it_there_is_none(calls: Calls) -> None:
    julien, lea = await calls.pair()
    await calls.engine.shape("room", "lea", Shape(redundancy=False))
    julien.say(b"one")
    await until(lambda: lea.got("a0"), "a word")
    complain(lea, "a0", 0.2)
    await until(lambda: any(one.in_loss > 0 for one in calls.told.figures.get("lea", [])), "the loss being known")
    julien.say(b"two")
    await until(lambda: len(lea.got("a0")) == 2, "words")
    assert types(lea, "a0") == [OPUS, OPUS]


def send_red(browser: BareBrowser, before: bytes, own: bytes, *, lost: bool = False) -> None:
    number = browser.start + browser.said
    browser.said += 1
    if not lost:
        payload = pack(OPUS, 960, before, own)
        browser.up.send_rtp(RED, number, number * 960, browser.voice_ssrc, payload, marker=0)


async def test_what_the_way_up_lost_is_filled_before_anybody_misses_it(calls: Calls) -> None:
    julien, lea = await calls.pair()
    julien.say(b"word 0")
    for number in range(1, 10):
        send_red(julien, b"word %d" % (number - 1), b"word %d" % number, lost=number in (2, 5, 7))
    await until(lambda: len(lea.got("a0")) == 10, "all words")
    assert lea.heard("a0") == [b"word %d" % number for number in range(10)]
    assert set(types(lea, "a0")) == {OPUS}
    assert lea.gaps("a0") == 0
    times = [packet.timestamp for packet in lea.got("a0")]
    assert {(later - earlier) & 0xFFFFFFFF for earlier, later in pairwise(times)} == {960}


async def test_what_was_filled_is_not_sent_again_when_it_comes_late(calls: Calls) -> None:
    julien, lea = await calls.pair()
    julien.say(b"word 0")
    late = julien.start + julien.said
    send_red(julien, b"", b"", lost=True)
    send_red(julien, b"word 1", b"word 2")
    julien.up.send_rtp(OPUS, late, late * 960, julien.voice_ssrc, b"word 1")
    julien.say(b"word 3")
    await until(lambda: b"word 3" in lea.heard("a0"), "the last word")
    assert lea.heard("a0") == [b"word %d" % number for number in range(4)]
    assert lea.gaps("a0") == 0


async def test_a_late_voice_packet_still_goes_out_at_its_place(calls: Calls) -> None:
    """On a line of 800 ms nobody can know that it is too late for the other side's buffer."""
    julien, lea = await calls.pair()
    julien.say(b"word 0")
    late = julien.start + julien.said
    julien.said += 1
    julien.say(*[b"word %d" % number for number in range(2, 40)])
    julien.up.send_rtp(OPUS, late, late * 960, julien.voice_ssrc, b"word 1")
    await until(lambda: b"word 1" in lea.heard("a0"), "the late word")
    by_number = sorted(lea.got("a0"), key=lambda packet: packet.timestamp - lea.got("a0")[0].timestamp & 0xFFFFFFFF)
    assert [packet.payload for packet in by_number] == [b"word %d" % number for number in range(40)]


async def test_malformed_redundancy_is_counted_and_harms_nobody(calls: Calls) -> None:
    julien, lea = await calls.pair()
    julien.say(b"word 0")
    for payload in (b"", b"\xef", b"\xff" * 60, b"\xef\x0f\x0f\xff\x6f"):
        number = julien.start + julien.said
        julien.said += 1
        julien.up.send_rtp(RED, number, number * 960, julien.voice_ssrc, payload)
    julien.say(b"word 1")
    await until(lambda: len(lea.got("a0")) == 2, "the words around")
    assert lea.heard("a0") == [b"word 0", b"word 1"]
    assert calls.engine.counters()["packets_refused"] == 4
