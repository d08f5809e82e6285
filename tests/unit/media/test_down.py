"""The receiving side: slots, what the browser accepts, and what it reports."""

from dataclasses import dataclass, field

import pytest
from aiortc.rtp import RtcpByePacket, RtcpPsfbPacket, RtcpReceiverInfo, RtcpRrPacket, RtcpSrPacket
from hypothesis import given
from hypothesis import strategies as st

from server.media import rtcp
from server.media.codecs import H264, OPUS, VP8
from server.media.counters import Counters
from server.media.down import Down
from server.media.sdp import parse_answer
from server.media.slot import Slot
from server.media.timeline import Timeline
from server.media.track import Track
from tests.unit.media.test_sdp import ANSWER, MIDS
from tests.unit.media.wire import Source

CLOCK = rtcp.NtpClock(1_764_000_000.0, 0.0)


@dataclass
class Browser:
    rtp: list[bytes] = field(default_factory=list)
    reports: list[bytes] = field(default_factory=list)
    counters: Counters = field(default_factory=Counters)

    def __post_init__(self) -> None:
        self.down = Down(3, True, self, CLOCK, self.counters, lambda: None, lambda: None)
        self.down.accept(parse_answer(ANSWER, MIDS))
        self.asked: list[bytes] = []
        self.track = Track("p", "video", self.asked.append, lambda: 0.1)
        self.source = Source(VP8)

    @property
    def picture(self) -> Slot:
        return self.down.pairs[0]["video"]

    def send_rtp(self, packet: bytes) -> None:
        self.rtp.append(packet)

    def send_rtcp(self, compound: bytes) -> None:
        self.reports.append(compound)

    def watch(self) -> None:
        self.down.show(self.picture, self.track, 0.0)
        self.down.open(0.0)

    def publish(self, *, key: bool = False, now: float = 1.0) -> None:
        packet = self.source.packet(key=key)
        self.source.stream.accept(packet.ext_seq & 0xFFFF, now)
        self.track.publish(self.source.stream, packet, now)

    def numbers(self) -> list[int]:
        return [
            int.from_bytes(data[2:4], "big") for data in self.rtp if data[8:12] == self.picture.ssrc.to_bytes(4, "big")
        ]


def test_the_pool_is_one_voice_and_one_picture_for_each_other_person() -> None:
    down = Browser().down
    assert [slot.mid for slot in down.slots] == list(MIDS)
    assert [[slot.mid for slot in pair.values()] for pair in down.pairs] == [["a0", "v0"], ["a1", "v1"], ["a2", "v2"]]
    described = [slot.describe() for slot in down.slots]
    assert described[0].stream == described[3].stream != described[1].stream
    assert len({one.ssrc for one in described} | {one.rtx_ssrc for one in described}) == 12


def test_who_wants_no_pictures_gets_no_slots_for_them() -> None:
    down = Down(3, False, Browser(), CLOCK, Counters(), lambda: None, lambda: None)
    assert [slot.mid for slot in down.slots] == ["a0", "a1", "a2"]


def test_only_accepted_formats_are_sent() -> None:
    browser = Browser()
    assert browser.picture.payload_types == {VP8: (96, 97), H264: (102, 103)}
    assert browser.down.slots[0].payload_types == {OPUS: (111, None)}
    without = ANSWER.replace("a=rtpmap:102 H264/90000", "a=rtpmap:102 AV1/90000").replace("apt=96", "apt=98")
    browser.down.accept(parse_answer(without, MIDS))
    assert browser.picture.payload_types == {VP8: (96, None)}


def test_nothing_flows_before_the_leg_is_open() -> None:
    browser = Browser()
    browser.down.show(browser.picture, browser.track, 0.0)
    browser.publish(key=True)
    assert browser.rtp == []
    browser.down.open(1.0)
    browser.publish(key=True)
    assert len(browser.rtp) == 1


def test_showing_the_same_again_changes_nothing() -> None:
    browser = Browser()
    browser.watch()
    browser.publish(key=True)
    browser.down.show(browser.picture, browser.track, 1.0)
    browser.publish()
    assert len(browser.numbers()) == 2
    browser.down.show(browser.picture, None, 1.0)
    browser.down.show(browser.picture, None, 1.0)
    browser.publish()
    assert len(browser.numbers()) == 2


def test_closing_says_goodbye_and_then_nothing() -> None:
    browser = Browser()
    browser.watch()
    browser.publish(key=True)
    browser.down.close(1.0)
    browser.publish(key=True)
    assert len(browser.rtp) == 1
    _, bye = rtcp.parse(browser.reports[-1])
    assert isinstance(bye, RtcpByePacket)
    assert bye.sources == [slot.ssrc for slot in browser.down.slots]
    assert browser.track.slots == ()


def test_a_nack_is_answered_from_the_cache() -> None:
    browser = Browser()
    browser.watch()
    for index in range(5):
        browser.publish(key=index == 0)
    browser.down.receive_rtcp(rtcp.negative_acknowledgement(browser.picture.ssrc, browser.numbers()[1:3]), 1.1)
    assert browser.counters.packets_repaired == 2
    browser.down.receive_rtcp(rtcp.negative_acknowledgement(12345, browser.numbers()), 1.2)  # of no slot
    assert browser.counters.packets_repaired == 2


@pytest.mark.parametrize("fir", [False, True])
def test_a_request_for_a_key_frame_reaches_the_publisher(fir: bool) -> None:
    browser = Browser()
    browser.watch()
    browser.publish(key=True)
    ssrc = browser.picture.ssrc
    request = rtcp.picture_loss_indication(ssrc)
    if fir:
        request = bytes(RtcpPsfbPacket(fmt=4, ssrc=1, media_ssrc=0, fci=ssrc.to_bytes(4, "big") + b"\1\0\0\0"))
    browser.down.receive_rtcp(request, 5.0)
    (pli,) = rtcp.parse(browser.asked[-1])
    assert isinstance(pli, RtcpPsfbPacket)
    assert (pli.fmt, pli.media_ssrc) == (1, browser.source.stream.ssrc)


def test_the_round_trip_is_learnt_from_reports() -> None:
    browser = Browser()
    for second in range(30):
        sent = CLOCK.at(100.0 + second) >> 16 & 0xFFFFFFFF
        block = RtcpReceiverInfo(browser.picture.ssrc, 0, 0, 0, 0, lsr=sent, dlsr=0)
        browser.down.receive_rtcp(bytes(RtcpRrPacket(ssrc=1, reports=[block])), 100.8 + second)
    assert browser.down.round_trip == pytest.approx(0.8, abs=0.01)


def test_capacity_is_learnt_from_remb_and_from_loss() -> None:
    browser = Browser()
    browser.down.receive_rtcp(rtcp.maximum_bitrate(250_000, [1]), 1.0)
    assert browser.down.capacity.bits_per_second(1.0) == pytest.approx(500_000, rel=0.001)
    block = RtcpReceiverInfo(browser.picture.ssrc, 128, 0, 0, 0, 0, 0)
    browser.down.receive_rtcp(bytes(RtcpRrPacket(ssrc=1, reports=[block])), 1.0)
    assert browser.down.capacity.bits_per_second(1.0) == 30_000  # half was lost of next to nothing


def test_reports_on_streams_that_are_not_ours_teach_nothing() -> None:
    browser = Browser()
    before = browser.down.round_trip
    block = RtcpReceiverInfo(77, 255, 0, 0, 0, lsr=CLOCK.at(1.0) >> 16 & 0xFFFFFFFF, dlsr=0)
    browser.down.receive_rtcp(bytes(RtcpRrPacket(ssrc=1, reports=[block])), 20.0)
    assert browser.down.round_trip == before
    assert browser.down.capacity.bits_per_second(1.0) == 3_000_000


def test_each_second_a_sender_report_for_what_flows() -> None:
    browser = Browser()
    browser.watch()
    browser.publish(key=True)
    timeline = Timeline()
    timeline.heard(CLOCK.at(1.0), CLOCK.at(1.0))
    browser.source.stream.last_sender_report = (CLOCK.at(1.0), 0, 1.0)
    browser.down.report({"p": timeline}, 2.0)
    report = rtcp.parse(browser.reports[-1])[0]
    assert isinstance(report, RtcpSrPacket)
    assert (report.ssrc, report.sender_info.packet_count) == (browser.picture.ssrc, 1)


@given(st.lists(st.binary(max_size=80), max_size=20))
def test_any_bytes_behind_a_good_key_do_no_harm(bodies: list[bytes]) -> None:
    browser = Browser()
    browser.watch()
    browser.publish(key=True)
    for index, body in enumerate(bodies):
        header = bytes([0x80 | index & 31, 200 + index % 7, 0, (len(body) + 4) // 4])
        browser.down.receive_rtcp(header + browser.picture.ssrc.to_bytes(4, "big") + body, 1.0)
        browser.down.receive_rtp(body, 1.0)
