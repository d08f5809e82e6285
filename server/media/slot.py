"""A slot: one outgoing stream of a *down* leg, which shows one publisher's voice or pictures at a time."""

import secrets
from collections.abc import Callable
from struct import Struct
from typing import Final

from server.media import rtcp, vp8
from server.media.cache import Cache
from server.media.codecs import VP8, Codec
from server.media.counters import Counters
from server.media.describe import ABS_SEND_TIME_ID, SlotDescription
from server.media.engine import Kind
from server.media.reception import Reception
from server.media.rewrite import Rewriter
from server.media.rtp import EXTENSION, HEADER, HEADER_LENGTH, MARKER, VERSION_2, WRAPPING, Packet
from server.media.timeline import Timeline

CLOCK_RATES: Final[dict[Kind, int]] = {"audio": 48000, "video": 90000}
# The fixed header and, for pictures, one extension element of three bytes (RFC 8285 section 4.2), from which the
# browser estimates the line to it: abs-send-time, in our clock, since it must be one clock for all it receives.
VIDEO_HEADER: Final = Struct("!BBHIIII")
ONE_WORD_EXTENSION: Final = 0xBEDE0001
ABS_SEND_TIME: Final = (ABS_SEND_TIME_ID << 4 | 2) << 24
VIDEO_FIRST_BYTE: Final = VERSION_2 | EXTENSION

LEAST_REPEAT: Final = 0.015  # seconds: no packet is repeated sooner, however often it is asked for
MOST_REPAIRS: Final = 100.0  # repeated packets saved up; one more is allowed for each packet sent

PayloadTypes = dict[Codec, tuple[int, int | None]]  # the codec's own and its retransmissions', on this leg


class Slot:
    def __init__(self, mid: str, kind: Kind, stream_name: str, cname: str, counters: Counters) -> None:
        self.mid = mid
        self.kind: Kind = kind
        self.payload_types: PayloadTypes = {}  # what the browser accepted; other formats are not for it
        self.packets = 0
        self.octets = 0
        self._repair_octets = 0
        self.ssrc = _new_ssrc()
        self.rtx_ssrc = _new_ssrc()
        self._stream_name = stream_name
        self._cname = cname
        self._counters = counters
        self._rewriter = Rewriter(CLOCK_RATES[kind])
        self._send: Callable[[bytes], None] | None = None
        self._clock: rtcp.NtpClock | None = None
        self._flowing = False
        self._picture_offset = self._tl0_offset = 0
        self._last_payload = b""
        self._rtx_sequence = secrets.randbelow(1 << 15)
        self._repairs = MOST_REPAIRS
        self._repaired: dict[int, float] = {}  # when a packet was last repeated

    def describe(self) -> SlotDescription:
        return SlotDescription(self.mid, self.kind, self._stream_name, self.ssrc, self.rtx_ssrc, self._cname)

    @property
    def wire_octets(self) -> int:
        """Everything that was sent, with what wraps it on the wire."""
        header = HEADER_LENGTH if self.kind == "audio" else VIDEO_HEADER.size
        return self.octets + self.packets * (header + WRAPPING) + self._repair_octets

    def open(self, send: Callable[[bytes], None], clock: rtcp.NtpClock) -> None:
        """The leg is connected: ``send`` protects and sends."""
        self._send, self._clock = send, clock

    def pause(self) -> None:
        """What comes next does not follow on what went out last: another person, or the same one after a silence."""
        self._flowing = False

    def can_join(self, packet: Packet) -> bool:
        """Whether a stream can be joined at this packet: pictures start at a key frame."""
        return packet.codec in self.payload_types and packet.codec.starts_key_frame(packet.payload)

    def forward(self, stream: Reception, packet: Packet, now: float) -> None:
        """Sends one packet on. This is what the server does all day: nothing is parsed or awaited here."""
        ext_seq, timestamp, padding, marker, codec, payload = packet
        rewriter = self._rewriter
        if not self._flowing or rewriter.stream is not stream:
            if not self._start(stream, packet, now):
                return
            if self.kind == "audio":
                marker = MARKER  # a new talk spurt (RFC 3551 section 4.1)
        sequence = rewriter.sequence(ext_seq)
        numbers = self.payload_types.get(codec)
        if sequence < 0 or numbers is None:
            return
        timestamp = timestamp + rewriter.timestamp_offset & 0xFFFFFFFF
        if self._picture_offset and codec is VP8:
            payload = vp8.shift_picture_ids(payload, self._picture_offset, self._tl0_offset)
        header = self._header(padding, marker | numbers[0], sequence & 0xFFFF, timestamp, self.ssrc, now)
        self._send(header + payload)  # type: ignore[misc]  # hot path: a slot is attached when it is open
        rewriter.sent(sequence, timestamp, now)
        self._last_payload = payload
        size = len(payload)
        self.packets += 1
        self.octets += size
        if self._repairs < MOST_REPAIRS:
            self._repairs += 1
        self._counters.packets_forwarded += 1
        self._counters.bytes_forwarded += size + HEADER_LENGTH

    def skip(self, ext_seq: int) -> bool:
        """A packet is kept from this receiver without a trace. False when it is too late for that."""
        return not self._flowing or self._rewriter.skip(ext_seq)

    def resend(self, sequence_numbers: list[int], cache: Cache, now: float) -> None:
        """Repairs what the receiver misses, from the cache of what it is shown (RFC 4588)."""
        if not self._flowing or self._rewriter.stream is not cache.stream:
            return
        for number in sequence_numbers:
            ext_seq = self._rewriter.source_of(number)
            if ext_seq is None or self._repairs < 1 or now - self._repaired.get(ext_seq, 0.0) < LEAST_REPEAT:
                continue
            packet = cache.get(ext_seq, now)
            numbers = self.payload_types.get(packet.codec) if packet is not None else None
            if packet is None or numbers is None or numbers[1] is None:
                continue
            payload = packet.payload
            if self._picture_offset and packet.codec is VP8:
                payload = vp8.shift_picture_ids(payload, self._picture_offset, self._tl0_offset)
            timestamp = packet.timestamp + self._rewriter.timestamp_offset & 0xFFFFFFFF
            self._rtx_sequence = self._rtx_sequence + 1 & 0xFFFF
            header = self._header(
                packet.padding, packet.marker | numbers[1], self._rtx_sequence, timestamp, self.rtx_ssrc, now
            )
            self._repairs -= 1
            self._repaired[ext_seq] = now
            self._counters.packets_repaired += 1
            self._repair_octets += len(payload) + VIDEO_HEADER.size + WRAPPING + 2
            self._send(header + number.to_bytes(2, "big") + payload)  # type: ignore[misc]  # flowing means open

    def report(self, timeline: Timeline, now: float) -> bytes:
        """The sender report for what flows now; nothing while nothing does. Called each second."""
        self._repaired = {ext_seq: at for ext_seq, at in self._repaired.items() if now - at < 1}
        stream = self._rewriter.stream
        if not self._flowing or stream is None or self._clock is None:
            return b""
        ntp_now = self._clock.at(now)
        timestamp = timeline.timestamp(stream, ntp_now)
        if timestamp is None:
            return b""
        return rtcp.sender_report(
            self.ssrc,
            ntp_now,
            timestamp + self._rewriter.timestamp_offset,
            self.packets,
            self.octets,
            self._cname.encode(),
        )

    def _start(self, stream: Reception, packet: Packet, now: float) -> bool:
        """Joins the stream at this packet, if one can."""
        if not self.can_join(packet):
            return False
        if self._rewriter.switch(stream, packet.ext_seq, packet.timestamp, now):
            self._follow_pictures(packet)
        self._flowing = True
        return True

    def _follow_pictures(self, packet: Packet) -> None:
        self._picture_offset = self._tl0_offset = 0
        before, first = vp8.picture_ids(self._last_payload), vp8.picture_ids(packet.payload)
        if packet.codec is VP8 and before is not None and first is not None:
            self._picture_offset = before[0] + 1 - first[0] & 0x7FFF
            self._tl0_offset = before[1] + 1 - first[1] & 0xFF

    def _header(self, padding: int, second_byte: int, sequence: int, timestamp: int, ssrc: int, now: float) -> bytes:
        if self.kind == "audio":
            return HEADER.pack(VERSION_2 | padding, second_byte, sequence, timestamp, ssrc)
        return VIDEO_HEADER.pack(
            VIDEO_FIRST_BYTE | padding,
            second_byte,
            sequence,
            timestamp,
            ssrc,
            ONE_WORD_EXTENSION,
            ABS_SEND_TIME | self._clock.abs_send_time(now),  # type: ignore[union-attr]  # hot path: open means both are there
        )


def _new_ssrc() -> int:
    return secrets.randbelow(0xFFFFFF00) + 16  # small numbers mean something else to us
