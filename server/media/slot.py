"""A slot: one outgoing stream of a *down* leg, which shows one publisher's voice or pictures at a time.

What voices and pictures have in common; how each is sent is in ``voice_slot`` and ``picture_slot``.
"""

import secrets
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Final

from server.media import rtcp
from server.media.codecs import Codec
from server.media.counters import Counters
from server.media.describe import SlotDescription
from server.media.engine import Kind
from server.media.reception import Reception
from server.media.rewrite import Rewriter
from server.media.rtp import WRAPPING, Packet
from server.media.timeline import Timeline

CLOCK_RATES: Final[dict[Kind, int]] = {"audio": 48000, "video": 90000}

# The codec's own number on this leg, and that of what belongs to it: retransmissions of pictures, RED of voices.
PayloadTypes = dict[Codec, tuple[int, int | None]]


class Slot(ABC):
    kind: Kind
    header_length: int  # bytes of each packet's header, extensions included

    def __init__(self, mid: str, stream_name: str, cname: str, counters: Counters) -> None:
        self.mid = mid
        self.payload_types: PayloadTypes = {}  # what the browser accepted; other formats are not for it
        self.packets = 0
        self.octets = 0
        self.repair_octets = 0  # with what wraps them on the wire
        self.ssrc = _new_ssrc()
        self.rtx_ssrc = _new_ssrc()
        self.rewriter = Rewriter(CLOCK_RATES[self.kind])
        self.flowing = False
        self._stream_name = stream_name
        self._cname = cname
        self._counters = counters
        self._send: Callable[[bytes], None] | None = None
        self._clock: rtcp.NtpClock | None = None

    def describe(self) -> SlotDescription:
        return SlotDescription(self.mid, self.kind, self._stream_name, self.ssrc, self.rtx_ssrc, self._cname)

    @property
    def wire_octets(self) -> int:
        """Everything that was sent, with what wraps it on the wire."""
        return self.octets + self.packets * (self.header_length + WRAPPING) + self.repair_octets

    def open(self, send: Callable[[bytes], None], clock: rtcp.NtpClock) -> None:
        """The leg is connected: ``send`` protects and sends."""
        self._send, self._clock = send, clock

    def pause(self) -> None:
        """What comes next does not follow on what went out last: another person, or the same one after a silence."""
        self.flowing = False

    @abstractmethod
    def forward(self, stream: Reception, packet: Packet, now: float) -> None:
        """Sends one packet on. This is what the server does all day: nothing is parsed or awaited here."""

    def skip(self, ext_seq: int) -> bool:
        """A packet is kept from this receiver without a trace. False when it is too late for that."""
        return not self.flowing or self.rewriter.skip(ext_seq)

    def report(self, timeline: Timeline, now: float) -> bytes:
        """The sender report for what flows now; nothing while nothing does."""
        stream = self.rewriter.stream
        if not self.flowing or stream is None or self._clock is None:
            return b""
        ntp_now = self._clock.at(now)
        timestamp = timeline.timestamp(stream, ntp_now)
        if timestamp is None:
            return b""
        return rtcp.sender_report(
            self.ssrc,
            ntp_now,
            timestamp + self.rewriter.timestamp_offset,
            self.packets,
            self.octets,
            self._cname.encode(),
        )


def _new_ssrc() -> int:
    return secrets.randbelow(0xFFFFFF00) + 16  # small numbers mean something else to us
