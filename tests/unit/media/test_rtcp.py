import struct

import pytest
from aiortc.rtp import RtcpByePacket, RtcpPsfbPacket, RtcpReceiverInfo, RtcpRrPacket, RtcpRtpfbPacket, RtcpSrPacket
from hypothesis import example, given
from hypothesis import strategies as st

from server.media import rtcp


def block(**values: int) -> RtcpReceiverInfo:
    names = ("ssrc", "fraction_lost", "packets_lost", "highest_sequence", "jitter", "lsr", "dlsr")
    return RtcpReceiverInfo(**{name: values.get(name, 0) for name in names})


@given(st.integers(0, 65535), st.lists(st.integers(1, 300), max_size=80))
def test_a_nack_names_exactly_what_is_missing_across_the_wrap(first: int, gaps: list[int]) -> None:
    numbers = [first]
    for gap in gaps:
        numbers.append(numbers[-1] + gap)
    wanted = [number & 0xFFFF for number in numbers[:200]]
    packets = rtcp.parse(rtcp.negative_acknowledgement(9, wanted))
    named: list[int] = []
    for packet in packets:
        assert isinstance(packet, RtcpRtpfbPacket)
        assert packet.media_ssrc == 9
        named += [number & 0xFFFF for number in rtcp.lost_packets(packet)]
    assert named == wanted


def test_transport_feedback_is_not_taken_for_a_nack() -> None:
    assert rtcp.lost_packets(RtcpRtpfbPacket(fmt=15, ssrc=1, media_ssrc=2, lost=[1, 2])) == []


def test_key_frames_are_asked_for_by_pli_and_by_each_entry_of_a_fir() -> None:
    pli = rtcp.parse(rtcp.picture_loss_indication(77))[0]
    assert isinstance(pli, RtcpPsfbPacket)
    assert rtcp.key_frame_wanted(pli) == [77]
    fir = RtcpPsfbPacket(fmt=4, ssrc=1, media_ssrc=0, fci=struct.pack("!LLLL", 77, 1 << 24, 88, 2 << 24))
    assert rtcp.key_frame_wanted(fir) == [77, 88]
    assert rtcp.key_frame_wanted(RtcpPsfbPacket(fmt=4, ssrc=1, media_ssrc=0, fci=b"\0" * 7)) == []
    assert rtcp.key_frame_wanted(RtcpPsfbPacket(fmt=2, ssrc=1, media_ssrc=77)) == []


@pytest.mark.parametrize("rate", [0, 30_000, 262_143, 1_500_000, 3_000_000])
def test_remb_there_and_back(rate: int) -> None:
    packet = rtcp.parse(rtcp.maximum_bitrate(rate, [5, 6]))[0]
    assert isinstance(packet, RtcpPsfbPacket)
    told = rtcp.estimated_rate(packet)
    assert told is not None
    assert rate * 0.9999 - 1 <= told <= rate


def test_a_remb_that_is_none_tells_nothing() -> None:
    for fci in (b"", b"REMB", b"REMB\x05\x00\x00\x01", b"XXXX\x00\x00\x00\x01"):
        assert rtcp.estimated_rate(RtcpPsfbPacket(fmt=15, ssrc=1, media_ssrc=0, fci=fci)) is None


def test_reports_are_compounds_that_browsers_read() -> None:
    compound = rtcp.parse(rtcp.receiver_report([block(ssrc=number) for number in range(40)], b"name"))
    reports = [packet for packet in compound if isinstance(packet, RtcpRrPacket)]
    assert [len(report.reports) for report in reports] == [31, 9]
    sender = rtcp.parse(rtcp.sender_report(5, 2**63, 2**32 + 7, 2**32 + 1, 2**33 + 2, b"name"))[0]
    assert isinstance(sender, RtcpSrPacket)
    info = sender.sender_info
    assert (info.ntp_timestamp, info.rtp_timestamp, info.packet_count, info.octet_count) == (2**63, 7, 1, 2)
    bye = rtcp.parse(rtcp.EMPTY_REPORT + rtcp.goodbye([1, 2]))[1]
    assert bye == RtcpByePacket(sources=[1, 2])


def test_ntp_time_follows_the_steady_clock() -> None:
    clock = rtcp.NtpClock(unix_time=1_000_000_000.5, monotonic=50.0)
    assert clock.at(50.0) >> 32 == 3_208_988_800
    assert clock.at(50.0) & 0xFFFFFFFF == 1 << 31
    assert clock.at(51.0) - clock.at(50.0) == 1 << 32
    assert clock.abs_send_time(50.0) == (3_208_988_800 * 2 + 1) * 131072 & 0xFFFFFF


@pytest.mark.parametrize(("delay", "there_and_back"), [(0.0, 0.25), (1.5, 0.25), (0.0, 0.0)])
def test_the_round_trip_is_what_is_left_of_the_time_since_our_report(delay: float, there_and_back: float) -> None:
    clock = rtcp.NtpClock(unix_time=1_764_000_000.0, monotonic=0.0)
    sent = clock.at(100.0) >> 16 & 0xFFFFFFFF
    report = block(lsr=sent, dlsr=int(delay * 65536))
    measured = rtcp.round_trip(report, clock.at(100.0 + delay + there_and_back))
    assert measured == pytest.approx(there_and_back, abs=0.0001)


def test_nonsense_gives_no_round_trip() -> None:
    assert rtcp.round_trip(block(), 5 << 32) is None  # no report of ours came yet
    assert rtcp.round_trip(block(lsr=2 << 16, dlsr=9 << 16), 5 << 32) == 0.0  # more delay than time
    assert rtcp.round_trip(block(lsr=1), 3000 << 32) is None


def read_or_refuse(compound: bytes) -> None:
    try:
        packets = rtcp.parse(compound)
    except ValueError:
        return
    for packet in packets:
        if isinstance(packet, RtcpPsfbPacket):
            rtcp.key_frame_wanted(packet)
            rtcp.estimated_rate(packet)


@given(st.binary(max_size=300))
@example(b"\x80\xc8\x00\x00")
@example(b"\x81\xc9\x00\x01\x00\x00\x00\x01")
@example(b"\xa0\xca\x00\x01\x00\x00\x00\xff")
def test_any_bytes_are_read_or_refused(compound: bytes) -> None:
    read_or_refuse(compound)


@given(st.sampled_from([200, 201, 202, 203, 205, 206]), st.integers(0, 31), st.binary(max_size=120))
def test_any_body_under_a_known_type_is_read_or_refused(kind: int, count: int, body: bytes) -> None:
    body += b"\0" * (-len(body) % 4)
    read_or_refuse(struct.pack("!BBH", 0x80 | count, kind, len(body) // 4) + body)
