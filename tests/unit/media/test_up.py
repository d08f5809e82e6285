"""What comes from a publisher: real RTP bytes in, packets on tracks and RTCP back."""

import asyncio
import struct
from dataclasses import dataclass, field
from time import monotonic

import pytest
from aiortc.rtp import RtcpPsfbPacket, RtcpRrPacket, RtcpRtpfbPacket
from hypothesis import given
from hypothesis import strategies as st

from server.media import red, rtcp
from server.media.binding import NAMES
from server.media.counters import Counters
from server.media.rtp import HEADER
from server.media.sdp import parse_offer
from server.media.track import Track
from server.media.up import Up
from tests.unit.media.test_sdp import OFFER, two_qualities
from tests.unit.media.wire import Wire, vp8

OPUS_TYPE, VP8_TYPE, RTX_TYPE = 111, 96, 97


@dataclass
class Publisher:
    back: list[bytes] = field(default_factory=list)
    counters: Counters = field(default_factory=Counters)

    def __post_init__(self) -> None:
        self.tracks = {
            name: Track("p", "audio" if name == "audio" else "video", self.back.append, lambda: 0.1) for name in NAMES
        }
        clock = rtcp.NtpClock(1_764_000_000.0, 0.0)
        self.up = Up(self.tracks, self, clock, self.counters, lambda: None, lambda: None)
        self.up.accept(parse_offer(OFFER))
        self.voice, self.pictures = Wire("audio"), Wire("video")
        self.tracks["audio"].attach(self.voice.slot, 0.0)
        self.tracks["video"].attach(self.pictures.slot, 0.0)

    def send_rtcp(self, compound: bytes) -> None:
        self.back.append(compound)

    def feedback(self) -> list[object]:
        return [packet for data in self.back for packet in rtcp.parse(data)]

    def send(
        self, payload_type: int, number: int, payload: bytes, *, ssrc: int, now: float = 1.0, first: int = 0x80
    ) -> None:
        self.up.receive_rtp(HEADER.pack(first, payload_type, number, number * 100, ssrc) + payload, now)


def test_voice_and_pictures_go_where_their_payload_type_says() -> None:
    publisher = Publisher()
    publisher.send(OPUS_TYPE, 1, b"voice", ssrc=1)
    publisher.send(VP8_TYPE, 1, vp8(1, key=True), ssrc=2)
    assert [packet.payload for packet in publisher.voice.media()] == [b"voice"]
    assert len(publisher.pictures.media()) == 1


def test_the_senders_extensions_and_sources_do_not_travel() -> None:
    publisher = Publisher()
    extension = struct.pack("!HHI", 0xBEDE, 1, 0x10FF0000)
    publisher.send(OPUS_TYPE, 1, bytes(4) + extension + b"voice", ssrc=1, first=0x91)
    assert [packet.payload for packet in publisher.voice.media()] == [b"voice"]
    assert len(publisher.voice.sent[0]) == 12 + 5


def test_unknown_formats_and_broken_headers_are_counted_and_dropped() -> None:
    publisher = Publisher()
    publisher.send(50, 1, b"what", ssrc=1)
    publisher.send(OPUS_TYPE, 1, b"", ssrc=1, first=0x9F)
    assert publisher.counters.packets_refused == 2
    assert publisher.voice.sent == []


@pytest.mark.parametrize("payload", [b"", b"voice\x00", b"voice\x07"])
def test_padding_that_lies_is_refused(payload: bytes) -> None:
    publisher = Publisher()
    publisher.send(OPUS_TYPE, 1, payload, ssrc=1, first=0xA0)
    publisher.send(OPUS_TYPE, 2, b"voice\x01", ssrc=1, first=0xA0)
    assert publisher.counters.packets_refused == 1
    assert [packet.payload for packet in publisher.voice.media()] == [b"voice"]


def test_a_repeated_packet_is_forwarded_once() -> None:
    publisher = Publisher()
    for number in (1, 1, 2, 1):
        publisher.send(OPUS_TYPE, number, b"voice", ssrc=1)
    assert len(publisher.voice.media()) == 2


def test_a_repair_fills_the_gap_it_was_sent_for() -> None:
    asyncio.run(repair_fills_the_gap())


async def repair_fills_the_gap() -> None:
    publisher = Publisher()
    for number in (1, 2, 4):
        publisher.send(VP8_TYPE, number, vp8(number, key=number == 1), ssrc=2)
    repair = (3).to_bytes(2, "big") + vp8(3)
    publisher.send(RTX_TYPE, 900, repair, ssrc=3)
    publisher.send(RTX_TYPE, 901, repair, ssrc=3)  # a browser fills its line with what arrived already
    numbers = [packet.sequence_number for packet in publisher.pictures.media()]
    assert [(number - numbers[0]) & 0xFFFF for number in numbers] == [0, 1, 3, 2]
    assert publisher.pictures.media()[3].payload == vp8(3)
    publisher.tracks["video"].end()


def test_padding_on_the_repair_stream_is_dropped() -> None:
    publisher = Publisher()
    publisher.send(VP8_TYPE, 1, vp8(1, key=True), ssrc=2)
    for payload in (b"\0\0\0\4", b"", b"\1", b"\xff"):
        publisher.send(RTX_TYPE, 900, payload, ssrc=3, first=0xA0)
    assert len(publisher.pictures.media()) == 1


async def test_what_is_missing_is_asked_for() -> None:
    publisher = Publisher()
    now = monotonic()
    for number in (1, 2, 4, 5, 6, 7):
        publisher.send(VP8_TYPE, number, vp8(number, key=number == 1), ssrc=2, now=now)
    await asyncio.sleep(0.06)
    nacks = [packet for packet in publisher.feedback() if isinstance(packet, RtcpRtpfbPacket)]
    assert [(nack.media_ssrc, nack.lost) for nack in nacks] == [(2, [3])]
    publisher.tracks["video"].end()


def test_a_stream_that_was_replaced_stays_replaced() -> None:
    publisher = Publisher()
    publisher.send(OPUS_TYPE, 1, b"old", ssrc=1)
    publisher.send(OPUS_TYPE, 1, b"new", ssrc=2)
    publisher.send(OPUS_TYPE, 2, b"old", ssrc=1)
    publisher.send(OPUS_TYPE, 2, b"new", ssrc=2)
    assert [packet.payload for packet in publisher.voice.media()] == [b"old", b"new", b"new"]


def test_a_voice_does_not_become_a_picture() -> None:
    publisher = Publisher()
    publisher.send(OPUS_TYPE, 1, b"voice", ssrc=1)
    publisher.send(VP8_TYPE, 2, vp8(1, key=True), ssrc=1)
    assert publisher.pictures.media() == []


def test_after_a_goodbye_the_next_stream_takes_over() -> None:
    publisher = Publisher()
    publisher.send(VP8_TYPE, 1, vp8(1, key=True), ssrc=2)
    publisher.up.receive_rtcp(rtcp.EMPTY_REPORT + rtcp.goodbye([2]), 1.0)
    assert publisher.tracks["video"].stream is None
    publisher.send(VP8_TYPE, 7, vp8(50, key=True), ssrc=4)
    assert publisher.pictures.steps() == [1]


def test_each_second_a_report_on_each_stream_and_a_limit_for_pictures() -> None:
    publisher = Publisher()
    publisher.up.report(400_000, 1.0)
    assert isinstance(rtcp.parse(publisher.back[-1])[0], RtcpRrPacket)
    publisher.send(OPUS_TYPE, 1, b"voice", ssrc=1)
    publisher.send(VP8_TYPE, 1, vp8(1, key=True), ssrc=2)
    publisher.up.receive_rtcp(rtcp.sender_report(1, 7 << 32, 5, 1, 1, b"name"), 1.0)
    publisher.up.report(400_000, 1.5)
    report, _, remb = rtcp.parse(publisher.back[-1])
    assert isinstance(report, RtcpRrPacket)
    assert [(block.ssrc, block.lsr, block.dlsr) for block in report.reports] == [(1, 7 << 16, 32768), (2, 0, 0)]
    assert isinstance(remb, RtcpPsfbPacket)
    assert rtcp.estimated_rate(remb) == pytest.approx(400_000, rel=0.001)


@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=60)), max_size=20))
def test_any_bytes_behind_a_good_key_do_no_harm(packets: list[tuple[int, bytes]]) -> None:
    """An authenticated browser may still send anything."""

    async def attack() -> None:
        publisher = Publisher()
        publisher.send(VP8_TYPE, 1, vp8(1, key=True), ssrc=2)
        for second, body in packets:
            publisher.up.receive_rtp(HEADER.pack(0x80 | second & 0x3F, second, len(body), 1, 2) + body, 1.0)
            publisher.up.receive_rtp(bytes([0x80, second]) + body.ljust(10, b"\0"), 1.0)
            publisher.up.receive_rtcp(bytes([0x80 | second & 0x3F, 200 + second % 8, 0, len(body) // 4]) + body, 1.0)
            publisher.up.report(100_000, 1.0)
        for track in publisher.tracks.values():
            track.end()

    asyncio.run(attack())


RED_TYPE = 63


def send_red(publisher: Publisher, number: int) -> None:
    before, own = b"voice %d" % (number - 1), b"voice %d" % number
    publisher.send(RED_TYPE, number, red.pack(OPUS_TYPE, 100, before, own), ssrc=1)


@given(st.lists(st.booleans(), min_size=1, max_size=80), st.data())
def test_with_redundancy_only_two_losses_in_a_row_are_lost(arrives: list[bool], data: st.DataObject) -> None:
    """Whatever is lost and overtaken, each word goes out once, under the number of its place."""
    publisher = Publisher()
    publisher.send(OPUS_TYPE, 1, b"voice 1", ssrc=1)
    sent = [number for number, arrived in enumerate(arrives, 2) if arrived]
    for index in range(len(sent) - 1):
        if data.draw(st.booleans()) and sent[index + 1] == sent[index] + 1:
            sent[index], sent[index + 1] = sent[index + 1], sent[index]
    for number in sent:
        send_red(publisher, number)
    media = publisher.voice.media()
    first = next(packet for packet in media if packet.payload == b"voice 1")
    words = {(packet.sequence_number - first.sequence_number & 0xFFFF) + 1: packet.payload for packet in media}
    assert len(words) == len(media)
    expected = {1, *sent, *(number - 1 for number in sent)}
    assert words == {number: b"voice %d" % number for number in expected}
    times = {(packet.timestamp - first.timestamp & 0xFFFFFFFF) // 100 + 1 for packet in media}
    assert times == expected


def test_a_web_voice_takes_the_place_of_the_one_over_rtp_and_gives_it_back() -> None:
    publisher = Publisher()
    publisher.send(OPUS_TYPE, 1, b"rtp 1", ssrc=1)
    publisher.up.feed(0, [b"not yet open"], 1.0)
    publisher.up.open_web()
    publisher.send(OPUS_TYPE, 2, b"rtp 2", ssrc=1)
    publisher.up.feed(500, [b"web 1", b"web 2"], 1.1)
    publisher.up.close_web()
    publisher.up.feed(9000, [b"closed"], 1.2)
    publisher.send(OPUS_TYPE, 3, b"rtp 3", ssrc=1)
    assert [packet.payload for packet in publisher.voice.media()] == [b"rtp 1", b"web 1", b"web 2", b"rtp 3"]
    assert publisher.voice.steps() == [1, 1, 1]


def test_small_pictures_go_to_their_own_track() -> None:
    publisher = Publisher()
    publisher.up.accept(parse_offer(two_qualities()))
    small = Wire()
    publisher.tracks["small"].attach(small.slot, 0.0)
    publisher.send(VP8_TYPE, 1, vp8(1, key=True), ssrc=1451282122)
    publisher.send(VP8_TYPE, 1, vp8(1, key=True), ssrc=1451282123)
    publisher.send(VP8_TYPE, 1, vp8(1, key=True), ssrc=77)  # of neither
    assert len(publisher.pictures.media()) == len(small.media()) == 1
    assert publisher.counters.packets_refused == 1


def test_how_loud_a_voice_is_is_told_while_somebody_wants_to_know() -> None:
    publisher = Publisher()
    levels: list[int] = []
    publisher.up.on_voice = lambda level, _now: levels.append(level)
    loud = struct.pack("!HHBBH", 0xBEDE, 1, 0x10, 0x80 | 23, 0)
    publisher.send(OPUS_TYPE, 1, loud + b"a voice that tells", ssrc=1, first=0x90)
    publisher.send(OPUS_TYPE, 2, b"a voice that does not", ssrc=1)
    publisher.send(OPUS_TYPE, 3, b"dtx", ssrc=1)
    publisher.up.on_voice = None
    publisher.send(OPUS_TYPE, 4, b"nobody listens to levels", ssrc=1)
    assert levels == [23, 0, 127]
    assert len(publisher.voice.media()) == 4
