"""Calls over real sockets, with real DTLS and SRTP: who receives what, and what nobody notices."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiortc.rtp import (
    RtcpByePacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSenderInfo,
    RtcpSrPacket,
    RtpPacket,
    pack_remb_fci,
    unpack_remb_fci,
)

from server.media.engine import PeerState, Shape
from server.media.errors import NoSuchPeer, RoomFull, UnusableDescription
from tests.integration.media.conftest import ALL_ON, Calls
from tests.support.bare_browser import DELTA_FRAME, KEY_FRAME, RTX, BareBrowser, Remote, until


@asynccontextmanager
async def talking(*people: BareBrowser) -> AsyncIterator[None]:
    """Everybody speaks and shows, fifty packets a second of each."""

    async def talk() -> None:
        while True:
            for person in people:
                person.say(b"word")
                person.show(key=person.shown % 10 == 0)
            await asyncio.sleep(0.02)

    task = asyncio.create_task(talk())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.sleep(0.05)


async def test_two_people_hear_and_see_each_other(calls: Calls) -> None:
    julien, lea = await calls.pair()
    julien.say(b"bonjour", b"ca va")
    lea.say(b"oui")
    lea.show(key=True, count=3)
    await until(lambda: len(lea.heard("a0")) == 2 and len(julien.got("v0")) == 3, "the call")
    assert lea.heard("a0") == [b"bonjour", b"ca va"]
    assert julien.heard("a0") == [b"oui"]
    assert [packet.payload_type for packet in julien.got("v0")] == [96, 96, 96]
    assert lea.gaps("a0") == julien.gaps("v0") == 0
    assert {packet.ssrc for packet in lea.down.rtp}.isdisjoint({julien.voice_ssrc, julien.picture_ssrc})


async def test_everyone_is_on_their_own_slots_and_a_fifth_finds_no_place(calls: Calls) -> None:
    people = {name: await calls.join(name) for name in ("julien", "lea", "claire", "maman")}
    for name, browser in people.items():
        browser.say(name.encode())
    expected = {name: sorted(other.encode() for other in people if other != name) for name in people}

    def heard() -> dict[str, list[bytes]]:
        return {
            name: sorted(
                word
                for slot in calls.told.slots[name]
                if slot.kind == "audio"
                for word in browser.heard(slot.mid)
                if slot.peer is not None and slot.peer.encode() == word
            )
            for name, browser in people.items()
        }

    await until(lambda: heard() == expected, "everyone at everyone else")
    with pytest.raises(RoomFull):
        await calls.join("a fifth")
    assert [slot.peer for slot in calls.told.slots["julien"]] == ["lea", "lea", "claire", "claire", "maman", "maman"]


async def test_a_third_comes_and_goes_and_the_two_miss_nothing(calls: Calls) -> None:
    julien, lea = await calls.pair()
    async with talking(julien, lea):
        await until(lambda: len(lea.got("v0")) > 5, "pictures")
        claire = await calls.join("claire")
        claire.say(b"bonsoir")
        await until(lambda: lea.heard("a1") == [b"bonsoir"], "the third at the second")
        await until(lambda: len(claire.got("v0")) > 3 and len(claire.got("v1")) > 3, "both at the third")
        assert [slot.peer for slot in calls.told.slots["lea"]] == ["julien", "julien", "claire", "claire", None, None]
        await calls.engine.leave("room", "claire")
        assert [slot.peer for slot in calls.told.slots["lea"]] == ["julien", "julien", None, None, None, None]
        so_far = len(lea.got("a0"))
        received_when_left = len(claire.down.rtp)
        await until(lambda: len(lea.got("a0")) > so_far + 10, "the call going on")
        assert len(claire.down.rtp) <= received_when_left + 2  # what was on its way
    for receiver, sender in ((julien, lea), (lea, julien)):
        assert receiver.gaps("a0") == receiver.gaps("v0") == 0
        assert len(receiver.got("a0")) == sender.said
        assert len(receiver.got("v0")) == sender.shown


async def test_who_takes_a_left_place_continues_its_stream(calls: Calls) -> None:
    julien = await calls.join("julien")
    for name in ("lea", "claire"):
        other = await calls.join(name)
        other.say(*[name.encode()] * 5)
        await until(lambda name=name: julien.heard("a0").count(name.encode()) == 5, name)  # type: ignore[misc]
        await calls.engine.leave("room", name)
    assert julien.gaps("a0") == 0
    markers = [index for index, packet in enumerate(julien.got("a0")) if packet.marker and index >= 5]
    assert markers[0] == 5


async def test_joining_again_takes_ones_own_place(calls: Calls) -> None:
    for name in ("lea", "claire", "maman"):
        await calls.join(name)
    phone = await calls.join("julien")
    laptop = await calls.join("julien 2", replaces="julien")
    assert [slot.peer for slot in calls.told.slots["lea"]][-2:] == ["julien 2", "julien 2"]
    laptop.say(b"me again")
    lea = calls.browsers[0]
    await until(lambda: b"me again" in lea.heard("a2"), "the new part")
    phone.say(b"ghost")
    await asyncio.sleep(0.05)
    assert b"ghost" not in lea.heard("a2")


async def test_an_offer_that_is_refused_replaces_nobody(calls: Calls) -> None:
    julien, lea = await calls.pair()
    with pytest.raises(UnusableDescription):
        await calls.engine.join("room", "new", "v=0\r\n", ALL_ON, video=True, capacity=4, replaces="julien")
    julien.say(b"still here")
    await until(lambda: lea.heard("a0") == [b"still here"], "the old part")


async def test_rooms_do_not_hear_each_other(calls: Calls) -> None:
    julien = await calls.join("julien", room="one")
    await calls.join("lea", room="one")
    stranger = await calls.join("stranger", room="other")
    julien.say(*[b"word"] * 10)
    await asyncio.sleep(0.1)
    assert stranger.down.rtp == []


async def test_a_muted_microphone_is_a_promise(calls: Calls) -> None:
    julien, lea = await calls.pair()
    julien.say(b"heard")
    await until(lambda: lea.heard("a0") == [b"heard"], "a word")
    await calls.engine.set_state("room", "julien", PeerState(mic=False, camera=True, voice_only=False))
    julien.say(*[b"private"] * 20)
    julien.show(key=True)
    await until(lambda: lea.got("v0"), "a picture")
    assert lea.heard("a0") == [b"heard"]
    await calls.engine.set_state("room", "julien", ALL_ON)
    julien.say(b"again")
    await until(lambda: lea.heard("a0") == [b"heard", b"again"], "a word after")
    assert lea.gaps("a0") == 0


async def test_who_joins_muted_is_muted(calls: Calls) -> None:
    lea = await calls.join("lea")
    julien = await calls.join("julien", state=PeerState(mic=False, camera=False, voice_only=False))
    julien.say(*[b"private"] * 5)
    julien.show(key=True, count=5)
    await asyncio.sleep(0.1)
    assert lea.down.rtp == []


async def test_voice_only_stops_pictures_both_ways_and_no_voice(calls: Calls) -> None:
    julien, lea = await calls.pair()
    claire = await calls.join("claire")
    async with talking(julien, lea, claire):
        await until(
            lambda: all(len(one.got("v0")) > 2 and len(one.got("v1")) > 2 for one in (julien, lea, claire)), "pictures"
        )
        await calls.engine.set_state("room", "lea", PeerState(mic=True, camera=True, voice_only=True))
        await asyncio.sleep(0.05)
        frozen = {name: len(b.got(mid)) for name, b, mid in self_and_mid(julien, lea, claire)}
        voices = len(lea.got("a0"))
        others = len(julien.got("v1"))
        await until(lambda: len(lea.got("a0")) > voices + 5 and len(julien.got("v1")) > others + 5, "voices")
        assert {name: len(b.got(mid)) for name, b, mid in self_and_mid(julien, lea, claire)} == frozen
        await calls.engine.set_state("room", "lea", ALL_ON)
        await until(
            lambda: all(len(b.got(mid)) > frozen[name] + 2 for name, b, mid in self_and_mid(julien, lea, claire)),
            "pictures after",
        )
    assert lea.gaps("v0") == lea.gaps("v1") == julien.gaps("v0") == claire.gaps("v1") == 0


def self_and_mid(julien: BareBrowser, lea: BareBrowser, claire: BareBrowser) -> list[tuple[str, BareBrowser, str]]:
    """Every slot that shows Léa, or that Léa sees."""
    return [("0", lea, "v0"), ("1", lea, "v1"), ("2", julien, "v0"), ("3", claire, "v1")]


async def test_a_device_without_pictures_gets_voices_only(calls: Calls) -> None:
    julien = await calls.join("julien")
    lea = await calls.join("lea", video=False)
    assert list(lea.remote_offer.sections) == ["a0", "a1", "a2"]
    julien.say(b"bonjour")
    julien.show(key=True)
    lea.say(b"bonjour")
    await until(lambda: lea.heard("a0") and julien.heard("a0"), "voices")
    assert len(lea.down.rtp) == 1


async def test_a_key_frame_is_asked_of_the_publisher_when_somebody_comes(calls: Calls) -> None:
    julien, lea = await calls.pair()
    julien.show(key=True, count=3)
    await until(lambda: len(lea.got("v0")) == 3, "pictures")
    julien.up.rtcp.clear()
    await calls.join("claire")
    await until(lambda: any(isinstance(p, RtcpPsfbPacket) and p.fmt == 1 for p in julien.up.rtcp), "a request")
    (request,) = [p for p in julien.up.rtcp if isinstance(p, RtcpPsfbPacket) and p.fmt == 1]
    assert request.media_ssrc == julien.picture_ssrc
    assert lea.gaps("v0") == 0


async def test_losses_on_the_way_down_are_repaired_from_here(calls: Calls) -> None:
    julien, lea = await calls.pair()
    julien.show(key=True, count=10)
    await until(lambda: len(lea.got("v0")) == 10, "pictures")
    lost = [lea.got("v0")[index] for index in (3, 4, 8)]
    ssrc = lea.remote_offer.ssrcs("v0")[0]
    nack = RtcpRtpfbPacket(fmt=1, ssrc=1, media_ssrc=ssrc, lost=[packet.sequence_number for packet in lost])
    lea.down.send_rtcp(bytes(RtcpRrPacket(ssrc=1)) + bytes(nack))
    await until(lambda: len(lea.repairs("v0")) == 3, "repairs")
    assert {packet.payload_type for packet in lea.repairs("v0")} == {97}
    assert [packet.payload for packet in lea.repairs("v0")] == [
        packet.sequence_number.to_bytes(2, "big") + packet.payload for packet in lost
    ]
    assert not [packet for packet in julien.up.rtcp if isinstance(packet, RtcpRtpfbPacket)]


async def test_losses_on_the_way_up_are_asked_for_and_filled(calls: Calls) -> None:
    julien, lea = await calls.pair()
    julien.show(key=True, count=3)
    missing = RtpPacket.parse(julien.picture())
    julien.show(count=5)
    await until(lambda: any(isinstance(packet, RtcpRtpfbPacket) for packet in julien.up.rtcp), "a NACK")
    nack = next(packet for packet in julien.up.rtcp if isinstance(packet, RtcpRtpfbPacket))
    assert (nack.media_ssrc, nack.lost) == (julien.picture_ssrc, [missing.sequence_number])
    repair = missing.sequence_number.to_bytes(2, "big") + missing.payload
    julien.up.send_rtp(RTX, 1, missing.timestamp, 4242, repair)
    await until(lambda: len(lea.got("v0")) == 9, "the repair")
    numbers = [packet.sequence_number for packet in lea.got("v0")]
    assert [(number - numbers[0]) & 0xFFFF for number in numbers] == [0, 1, 2, 4, 5, 6, 7, 8, 3]
    assert [packet.payload for packet in lea.got("v0")] == [KEY_FRAME] + [DELTA_FRAME] * 8


async def test_reports_flow_each_second(calls: Calls) -> None:
    julien, lea = await calls.pair()
    julien.say(*[b"word"] * 10)
    julien.show(key=True)
    number = julien.start
    info = RtcpSenderInfo(
        ntp_timestamp=5 << 32, rtp_timestamp=number * 960 & 0xFFFFFFFF, packet_count=10, octet_count=40
    )
    julien.up.send_rtcp(bytes(RtcpSrPacket(ssrc=julien.voice_ssrc, sender_info=info)))
    await until(lambda: any(isinstance(packet, RtcpSrPacket) for packet in lea.down.rtcp), "a report to the receiver")
    report = next(packet for packet in lea.down.rtcp if isinstance(packet, RtcpSrPacket))
    assert report.ssrc == lea.remote_offer.ssrcs("a0")[0]
    assert (report.sender_info.packet_count, report.sender_info.octet_count) == (10, 40)
    await until(
        lambda: any(p.reports and p.reports[0].lsr for p in julien.up.rtcp if isinstance(p, RtcpRrPacket)),
        "one to the publisher",
    )
    blocks = [p.reports for p in julien.up.rtcp if isinstance(p, RtcpRrPacket) and len(p.reports) == 2][-1]
    assert {block.ssrc for block in blocks} == {julien.voice_ssrc, julien.picture_ssrc}
    assert all(block.packets_lost == 0 for block in blocks)


async def test_the_publisher_is_asked_for_no_more_than_the_weakest_can_take(calls: Calls) -> None:
    julien, lea = await calls.pair()
    julien.show(key=True)
    for rate in (400_000, 200_000):  # a line that was thought to be better
        remb = RtcpPsfbPacket(fmt=15, ssrc=1, media_ssrc=0, fci=pack_remb_fci(rate, [1]))
        lea.down.send_rtcp(bytes(RtcpRrPacket(ssrc=1)) + bytes(remb))

    def asked() -> list[int]:
        rembs = [packet for packet in julien.up.rtcp if isinstance(packet, RtcpPsfbPacket) and packet.fmt == 15]
        return [unpack_remb_fci(packet.fci)[0] for packet in rembs]

    await until(lambda: asked() and asked()[-1] < 200_000, "a limit")
    assert asked()[-1] == pytest.approx(160_000, rel=0.01)


async def test_a_report_with_nonsense_in_it_changes_nothing(calls: Calls) -> None:
    julien, lea = await calls.pair()
    julien.show(key=True)
    await until(lambda: lea.got("v0"), "a picture")
    ssrc = lea.remote_offer.ssrcs("v0")[0]
    block = RtcpReceiverInfo(ssrc, 0, 0, 0, 0, lsr=0xFFFFFFFF, dlsr=0xFFFFFFFF)
    lea.down.send_rtcp(bytes(RtcpRrPacket(ssrc=1, reports=[block])))
    julien.show(count=3)
    await until(lambda: len(lea.got("v0")) == 4, "pictures")


async def test_leaving_says_goodbye_and_the_place_is_free(calls: Calls) -> None:
    julien, lea = await calls.pair()
    await calls.engine.leave("room", "lea")
    await until(lambda: any(isinstance(packet, RtcpByePacket) for packet in lea.down.rtcp), "a goodbye")
    assert all(slot.peer is None for slot in calls.told.slots["julien"])
    for act in (
        calls.engine.answer("room", "lea", lea.answer(lea.remote_offer.text)),
        calls.engine.restart("room", "lea", lea.offer()),
        calls.engine.set_state("room", "lea", ALL_ON),
    ):
        with pytest.raises(NoSuchPeer):
            await act
    await calls.engine.leave("room", "lea")  # again, and of a room that never was
    await calls.engine.leave("nowhere", "nobody")
    julien.say(b"alone")


async def test_when_all_have_left_nothing_is_kept(calls: Calls) -> None:
    await calls.pair()
    for name in ("julien", "lea"):
        await calls.engine.leave("room", name)
    await asyncio.sleep(0.05)
    port = calls.engine._surroundings.port
    assert (calls.engine._rooms, port._by_address, port._by_fragment) == ({}, {}, {})


async def test_the_same_answer_again_does_no_harm(calls: Calls) -> None:
    julien, lea = await calls.pair()
    await calls.engine.answer("room", "lea", lea.answer(lea.remote_offer.text))
    julien.say(b"bonjour")
    await until(lambda: lea.heard("a0") == [b"bonjour"], "a word")


async def test_an_answer_with_another_certificate_is_refused(calls: Calls) -> None:
    _, lea = await calls.pair()
    other = BareBrowser()
    calls.browsers.append(other)
    with pytest.raises(UnusableDescription):
        await calls.engine.answer("room", "lea", other.answer(lea.remote_offer.text))


async def test_descriptions_name_one_port(calls: Calls) -> None:
    _, lea = await calls.pair()
    assert lea.remote_offer.port == Remote.read(lea.remote_offer.text).port == calls.engine.port


async def test_where_bytes_are_dear_reports_are_few_and_nothing_is_asked_for(calls: Calls) -> None:
    julien, lea = await calls.pair()
    await calls.engine.shape("room", "julien", Shape(pictures_in="none", pictures_out="none", sparing=True))
    await asyncio.sleep(0.1)  # what was on its way
    julien.up.rtcp.clear()
    julien.down.rtcp.clear()
    before = len(calls.told.figures.get("julien", []))
    julien.say(b"word")
    julien.said += 5  # lost
    julien.say(*[b"word"] * 5)
    julien.show(key=True, count=3)
    await until(lambda: len(calls.told.figures.get("julien", [])) >= before + 3, "three measures of Julien")
    said = [packet for packet in julien.up.rtcp if isinstance(packet, RtcpRrPacket)]
    assert len([packet for packet in said if packet.reports]) <= 1
    # Something all the same, on both: a browser that hears nothing checks its path twenty times a second.
    assert len(said) >= 3
    assert len([packet for packet in julien.down.rtcp if isinstance(packet, RtcpRrPacket)]) >= 3
    assert not [packet for packet in julien.up.rtcp if isinstance(packet, RtcpRtpfbPacket | RtcpPsfbPacket)]
    assert len(lea.heard("a0")) == 6
    assert lea.got("v0") == []
