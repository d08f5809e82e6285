"""A slot for a voice. Where its leg loses packets, each one also carries the one before (RED, RFC 2198)."""

from typing import Final

from server.media import red
from server.media.counters import Counters
from server.media.engine import Kind
from server.media.reception import Reception
from server.media.rtp import HEADER, HEADER_LENGTH, MARKER, VERSION_2, Packet
from server.media.slot import Slot

NONE: Final = b""


class VoiceSlot(Slot):
    """No header extensions: on the leanest line each byte is an eighth of a percent of the voice."""

    kind: Kind = "audio"
    header_length = HEADER_LENGTH

    def __init__(self, mid: str, stream_name: str, cname: str, counters: Counters) -> None:
        super().__init__(mid, stream_name, cname, counters)
        self.redundant = False
        self._before = NONE  # the payload that went out last, and its time
        self._before_timestamp = 0

    def forward(self, stream: Reception, packet: Packet, now: float) -> None:
        ext_seq, timestamp, padding, marker, codec, payload = packet
        numbers = self.payload_types.get(codec)
        if numbers is None:
            return
        rewriter = self.rewriter
        if not self.flowing or rewriter.stream is not stream:
            rewriter.switch(stream, ext_seq, timestamp, now)
            self.flowing = True
            self._before = NONE
            marker = MARKER  # a new talk spurt (RFC 3551 section 4.1)
        sequence = ext_seq + rewriter.offset if ext_seq >= rewriter.start else rewriter.sequence(ext_seq)
        if sequence < 0:
            return
        timestamp = timestamp + rewriter.timestamp_offset & 0xFFFFFFFF
        payload_type = numbers[0]
        sent = payload
        if sequence > rewriter.last_sequence:
            if self.redundant and numbers[1] is not None and not padding:
                earlier = timestamp - self._before_timestamp & 0xFFFFFFFF
                if red.fits(earlier, self._before):
                    sent = red.pack(payload_type, earlier, self._before, payload)
                    payload_type = numbers[1]
            self._before, self._before_timestamp = NONE if padding else payload, timestamp
            rewriter.last_sequence, rewriter.last_timestamp, rewriter.last_at = sequence, timestamp, now
        header = HEADER.pack(VERSION_2 | padding, marker | payload_type, sequence & 0xFFFF, timestamp, self.ssrc)
        self._send(header + sent)  # type: ignore[misc]  # hot path: a slot is attached when it is open
        size = len(sent)
        self.packets += 1
        self.octets += size
        counters = self._counters
        counters.packets_forwarded += 1
        counters.bytes_forwarded += size + HEADER_LENGTH
