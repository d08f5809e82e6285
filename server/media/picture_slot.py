"""A slot for pictures: joined at key frames, repaired from the cache, with picture ids that run on."""

import secrets
from struct import Struct
from typing import Final

from server.media import vp8
from server.media.cache import Cache
from server.media.codecs import VP8
from server.media.counters import Counters
from server.media.describe import ABS_SEND_TIME_ID
from server.media.engine import Kind
from server.media.reception import Reception
from server.media.rtp import EXTENSION, VERSION_2, WRAPPING, Packet
from server.media.slot import Slot
from server.media.timeline import Timeline

# The fixed header and one extension element of three bytes (RFC 8285 section 4.2), from which the browser estimates
# the line to it: abs-send-time, in our clock, since it must be one clock for all it receives.
HEADER: Final = Struct("!BBHIIII")
ONE_WORD_EXTENSION: Final = 0xBEDE0001
ABS_SEND_TIME: Final = (ABS_SEND_TIME_ID << 4 | 2) << 24
FIRST_BYTE: Final = VERSION_2 | EXTENSION

LEAST_REPEAT: Final = 0.015  # seconds: no packet is repeated sooner, however often it is asked for
MOST_REPAIRS: Final = 100.0  # repeated packets saved up; one more is allowed for each packet sent


class PictureSlot(Slot):
    kind: Kind = "video"
    header_length = HEADER.size

    def __init__(self, mid: str, stream_name: str, cname: str, counters: Counters) -> None:
        super().__init__(mid, stream_name, cname, counters)
        self._picture_offset = self._tl0_offset = 0
        self._last_payload = b""
        self._rtx_sequence = secrets.randbelow(1 << 15)
        self._repairs = MOST_REPAIRS
        self._repaired: dict[int, float] = {}  # when a packet was last repeated

    def can_join(self, packet: Packet) -> bool:
        """Whether a stream can be joined at this packet: pictures start at a key frame."""
        return packet.codec in self.payload_types and packet.codec.starts_key_frame(packet.payload)

    def forward(self, stream: Reception, packet: Packet, now: float) -> None:
        ext_seq, timestamp, padding, marker, codec, payload = packet
        rewriter = self.rewriter
        if (not self.flowing or rewriter.stream is not stream) and not self._join(stream, packet, now):
            return
        sequence = ext_seq + rewriter.offset if ext_seq >= rewriter.start else rewriter.sequence(ext_seq)
        numbers = self.payload_types.get(codec)
        if sequence < 0 or numbers is None:
            return
        timestamp = timestamp + rewriter.timestamp_offset & 0xFFFFFFFF
        if self._picture_offset and codec is VP8:
            payload = vp8.shift_picture_ids(payload, self._picture_offset, self._tl0_offset)
        header = HEADER.pack(
            FIRST_BYTE | padding,
            marker | numbers[0],
            sequence & 0xFFFF,
            timestamp,
            self.ssrc,
            ONE_WORD_EXTENSION,
            ABS_SEND_TIME | self._clock.abs_send_time(now),  # type: ignore[union-attr]  # hot path: open means both are there
        )
        self._send(header + payload)  # type: ignore[misc]  # as above
        if sequence > rewriter.last_sequence:
            rewriter.last_sequence, rewriter.last_timestamp, rewriter.last_at = sequence, timestamp, now
        self._last_payload = payload
        size = len(payload)
        self.packets += 1
        self.octets += size
        if self._repairs < MOST_REPAIRS:
            self._repairs += 1
        counters = self._counters
        counters.packets_forwarded += 1
        counters.bytes_forwarded += size + 12

    def resend(self, sequence_numbers: list[int], cache: Cache, now: float) -> None:
        """Repairs what the receiver misses, from the cache of what it is shown (RFC 4588)."""
        rewriter = self.rewriter
        if not self.flowing or rewriter.stream is not cache.stream or self._clock is None or self._send is None:
            return
        for number in sequence_numbers:
            ext_seq = rewriter.source_of(number)
            if ext_seq is None or self._repairs < 1 or now - self._repaired.get(ext_seq, 0.0) < LEAST_REPEAT:
                continue
            packet = cache.get(ext_seq, now)
            numbers = self.payload_types.get(packet.codec) if packet is not None else None
            if packet is None or numbers is None or numbers[1] is None:
                continue
            payload = packet.payload
            if self._picture_offset and packet.codec is VP8:
                payload = vp8.shift_picture_ids(payload, self._picture_offset, self._tl0_offset)
            self._rtx_sequence = self._rtx_sequence + 1 & 0xFFFF
            header = HEADER.pack(
                FIRST_BYTE | packet.padding,
                packet.marker | numbers[1],
                self._rtx_sequence,
                packet.timestamp + rewriter.timestamp_offset & 0xFFFFFFFF,
                self.rtx_ssrc,
                ONE_WORD_EXTENSION,
                ABS_SEND_TIME | self._clock.abs_send_time(now),
            )
            self._repairs -= 1
            self._repaired[ext_seq] = now
            self._counters.packets_repaired += 1
            self.repair_octets += len(payload) + HEADER.size + WRAPPING + 2
            self._send(header + number.to_bytes(2, "big") + payload)

    def report(self, timeline: Timeline, now: float) -> bytes:
        self._repaired = {ext_seq: at for ext_seq, at in self._repaired.items() if now - at < 1}
        return super().report(timeline, now)

    def _join(self, stream: Reception, packet: Packet, now: float) -> bool:
        if not self.can_join(packet):
            return False
        if self.rewriter.switch(stream, packet.ext_seq, packet.timestamp, now):
            self._follow_pictures(packet)
        self.flowing = True
        return True

    def _follow_pictures(self, packet: Packet) -> None:
        self._picture_offset = self._tl0_offset = 0
        before, first = vp8.picture_ids(self._last_payload), vp8.picture_ids(packet.payload)
        if packet.codec is VP8 and before is not None and first is not None:
            self._picture_offset = before[0] + 1 - first[0] & 0x7FFF
            self._tl0_offset = before[1] + 1 - first[1] & 0xFF
