"""RTCP packets (RFC 3550, 4585, 5104, REMB draft): few a second, so aiortc's classes build and parse them.

What is here is what those leave out: bounds, time, and the compounds that a forwarder sends.
"""

import struct
from collections.abc import Sequence
from typing import Final

from aiortc.rtp import (
    RTCP_PSFB_APP,
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    RTCP_RTPFB_NACK,
    AnyRtcpPacket,
    RtcpByePacket,
    RtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSourceInfo,
    RtcpSrPacket,
    pack_remb_fci,
    unpack_remb_fci,
)

ReportBlock = RtcpReceiverInfo

MOST_BLOCKS: Final = 31  # in one report: the count has five bits
CNAME: Final = 1  # SDES item (RFC 3550 section 6.5.1)
OWN_SSRC: Final = 1  # of the reports that we send as a receiver; we send no media under it
FIRST_PACKET_TYPE: Final = 192  # RTP and RTCP share a port and are told apart by the second byte
LATEST_PACKET_TYPE: Final = 223  # (RFC 5761 section 4)
EMPTY_REPORT: Final = bytes(RtcpRrPacket(ssrc=OWN_SSRC))


def parse(compound: bytes) -> list[AnyRtcpPacket]:
    """The packets of a compound. Raises ValueError when any of it is malformed."""
    try:
        return RtcpPacket.parse(compound)
    except (struct.error, IndexError) as error:
        raise ValueError("malformed RTCP") from error


def lost_packets(packet: RtcpRtpfbPacket) -> list[int]:
    """What a generic NACK asks for again (RFC 4585 section 6.2.1); nothing for other feedback."""
    return packet.lost if packet.fmt == RTCP_RTPFB_NACK else []


def key_frame_wanted(packet: RtcpPsfbPacket) -> list[int]:
    """The SSRCs of which a key frame is asked: by PLI in the header, by FIR in the FCI (RFC 5104 section 4.3.1)."""
    if packet.fmt == RTCP_PSFB_PLI:
        return [packet.media_ssrc]
    if packet.fmt == RTCP_PSFB_FIR:
        return [int.from_bytes(packet.fci[at : at + 4], "big") for at in range(0, len(packet.fci) - 7, 8)]
    return []


def estimated_rate(packet: RtcpPsfbPacket) -> int | None:
    """Bits a second that the sender of a REMB says it can receive."""
    if packet.fmt != RTCP_PSFB_APP:
        return None
    try:
        return unpack_remb_fci(packet.fci)[0]
    except (ValueError, struct.error):
        return None


def receiver_report(blocks: Sequence[ReportBlock], cname: bytes) -> bytes:
    """A compound that may be followed by feedback; RR with no block when nothing was received."""
    reports = b"".join(
        bytes(RtcpRrPacket(ssrc=OWN_SSRC, reports=list(blocks[at : at + MOST_BLOCKS])))
        for at in range(0, max(1, len(blocks)), MOST_BLOCKS)
    )
    return reports + description(OWN_SSRC, cname)


def sender_report(ssrc: int, ntp_time: int, timestamp: int, packets: int, octets: int, cname: bytes) -> bytes:
    info = RtcpSenderInfo(
        ntp_timestamp=ntp_time,
        rtp_timestamp=timestamp & 0xFFFFFFFF,
        packet_count=packets & 0xFFFFFFFF,
        octet_count=octets & 0xFFFFFFFF,
    )
    return bytes(RtcpSrPacket(ssrc=ssrc, sender_info=info)) + description(ssrc, cname)


def description(ssrc: int, cname: bytes) -> bytes:
    return bytes(RtcpSdesPacket(chunks=[RtcpSourceInfo(ssrc=ssrc, items=[(CNAME, cname)])]))


def negative_acknowledgement(ssrc: int, sequence_numbers: Sequence[int]) -> bytes:
    """A generic NACK for 16-bit numbers in ascending order (as they run, across the wrap)."""
    # aiortc's builder subtracts plain numbers: give it each run between wraps apart.
    packets, run = [], [sequence_numbers[0]]
    for number in sequence_numbers[1:]:
        if number < run[-1]:
            packets.append(run)
            run = []
        run.append(number)
    packets.append(run)
    return b"".join(
        bytes(RtcpRtpfbPacket(fmt=RTCP_RTPFB_NACK, ssrc=OWN_SSRC, media_ssrc=ssrc, lost=lost)) for lost in packets
    )


def picture_loss_indication(ssrc: int) -> bytes:
    return bytes(RtcpPsfbPacket(fmt=RTCP_PSFB_PLI, ssrc=OWN_SSRC, media_ssrc=ssrc))


def maximum_bitrate(bits_per_second: int, ssrcs: Sequence[int]) -> bytes:
    """REMB (draft-alvestrand-rmcat-remb-03)."""
    fci = pack_remb_fci(bits_per_second, list(ssrcs))
    return bytes(RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=OWN_SSRC, media_ssrc=0, fci=fci))


def goodbye(ssrcs: Sequence[int]) -> bytes:
    return bytes(RtcpByePacket(sources=list(ssrcs[:MOST_BLOCKS])))


class NtpClock:
    """NTP time (RFC 5905: seconds since 1900 in 32.32 fixed point) that follows the monotonic clock.

    It is set once and never stepped, so that reports stay consistent while the machine's clock is corrected."""

    UNIX_EPOCH: Final = 2_208_988_800  # seconds from 1900 to 1970

    def __init__(self, unix_time: float, monotonic: float) -> None:
        self._offset = unix_time + self.UNIX_EPOCH - monotonic

    def at(self, monotonic: float) -> int:
        return int((monotonic + self._offset) * 4294967296)

    def abs_send_time(self, monotonic: float) -> int:
        """24 bits, 6.18 fixed point of the seconds (abs-send-time header extension)."""
        return int((monotonic + self._offset) * 262144) & 0xFFFFFF


def round_trip(block: ReportBlock, ntp_now: int) -> float | None:
    """Seconds there and back, from a report on what we sent (RFC 3550 section 6.4.1); None when it cannot tell."""
    if not block.lsr:
        return None
    elapsed = (ntp_now >> 16 & 0xFFFFFFFF) - block.lsr - block.dlsr & 0xFFFFFFFF
    if elapsed >= 1 << 31:  # clocks and rounding may make it slightly negative
        return 0.0
    seconds = elapsed / 65536
    return seconds if seconds < 30 else None
