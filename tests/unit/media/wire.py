"""A wire for the tests of what sends packets, and the packets to send."""

from dataclasses import dataclass, field
from itertools import pairwise

from aiortc.rtcrtpparameters import RTCRtpHeaderExtensionParameters, RTCRtpParameters
from aiortc.rtp import HeaderExtensionsMap, RtpPacket

from server.media import describe
from server.media.codecs import H264, OPUS, VP8, Codec
from server.media.counters import Counters
from server.media.picture_slot import PictureSlot
from server.media.reception import Reception
from server.media.rtcp import NtpClock
from server.media.rtp import MARKER, Packet
from server.media.voice_slot import VoiceSlot

KEY = bytes.fromhex("9080 8001 10 00 9d012a 8002e001".replace(" ", ""))
DELTA = bytes.fromhex("9080 8001 11 00 00".replace(" ", ""))

_EXTENSIONS = HeaderExtensionsMap()
_EXTENSIONS.configure(
    RTCRtpParameters(
        headerExtensions=[RTCRtpHeaderExtensionParameters(id=describe.ABS_SEND_TIME_ID, uri=describe.ABS_SEND_TIME)]
    )
)


def vp8(picture: int, *, key: bool = False) -> bytes:
    """The first packet of a frame, with a PictureID of 15 bits."""
    return b"\x90\x80" + (0x8000 | picture & 0x7FFF).to_bytes(2, "big") + (KEY if key else DELTA)[4:]


@dataclass
class Wire:
    """What a browser would receive from one slot."""

    kind: str = "video"
    sent: list[bytes] = field(default_factory=list)
    counters: Counters = field(default_factory=Counters)

    def __post_init__(self) -> None:
        self.voice = VoiceSlot("a0", "s", "c", self.counters)
        self.pictures = PictureSlot("v0", "s", "c", self.counters)
        self.voice.payload_types = {OPUS: (111, 63)}
        self.pictures.payload_types = {VP8: (96, 97), H264: (102, 103)}
        self.slot: VoiceSlot | PictureSlot = self.voice if self.kind == "audio" else self.pictures
        self.slot.open(self.sent.append, NtpClock(1_764_000_000.0, 0.0))

    def packets(self) -> list[RtpPacket]:
        return [RtpPacket.parse(data, _EXTENSIONS) for data in self.sent]

    def media(self) -> list[RtpPacket]:
        return [packet for packet in self.packets() if packet.ssrc == self.slot.ssrc]

    def repairs(self) -> list[RtpPacket]:
        return [packet for packet in self.packets() if packet.ssrc == self.slot.rtx_ssrc]

    def steps(self) -> list[int]:
        """How far each packet's number is from the one before: all 1 when there is no gap."""
        numbers = [packet.sequence_number for packet in self.media()]
        return [(later - earlier) & 0xFFFF for earlier, later in pairwise(numbers)]


class Source:
    """A publisher's stream, packet by packet."""

    def __init__(self, codec: Codec, ssrc: int = 5, start: int = 1 << 16) -> None:
        self.stream = Reception(ssrc, codec)
        self.codec = codec
        self.number = start
        self.picture = start

    def packet(
        self, *, key: bool = False, marker: bool = True, payload: bytes | None = None, padding: int = 0
    ) -> Packet:
        if payload is None:
            payload = vp8(self.picture, key=key) if self.codec is VP8 else b"voice %d" % self.number
        packet = Packet(
            self.number, self.number * 3000 & 0xFFFFFFFF, padding, MARKER if marker else 0, self.codec, payload
        )
        self.number += 1
        self.picture += 1
        return packet
