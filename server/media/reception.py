"""One incoming RTP stream (one SSRC): its numbering, its losses, and what a receiver report says of it.

RFC 3550 appendices A.1 (validity and extended numbers), A.3 (loss) and A.8 (jitter).
"""

from collections import deque
from typing import Final

from server.media.codecs import Codec
from server.media.lateness import Lateness
from server.media.losses import REMEMBERED, Losses
from server.media.rtcp import ReportBlock

FIRST_CYCLE: Final = 1 << 16  # one round above zero, so that a packet from before the first is not negative
TIMESTAMPS: Final = 1 << 32
MOST_RECOVERED: Final = 32  # numbers remembered that may still come by themselves


class Reception:
    __slots__ = (
        "_base", "_expected_before", "_jitter", "_measured", "_received_before", "_recovered", "_transit",
        "codec", "highest", "last_sender_report", "lateness", "losses", "received", "ssrc",
    )  # fmt: skip

    def __init__(self, ssrc: int, codec: Codec) -> None:
        self.ssrc = ssrc
        self.codec = codec
        self.highest = -1  # extended sequence number; -1 before the first packet
        self.received = 0
        self.losses = Losses()
        self.lateness = Lateness()
        # NTP time and RTP time of the sender's last report, and when it arrived here.
        self.last_sender_report: tuple[int, int, float] | None = None
        self._base = 0
        self._transit: int | None = None
        self._jitter = 0.0
        self._expected_before = 0
        self._received_before = 0
        self._recovered: deque[int] = deque(maxlen=MOST_RECOVERED)  # what came in another packet (RED)
        self._measured = (0, 0)  # expected and received, when ``lost`` was called last

    def accept(self, sequence_number: int, now: float) -> int:
        """The extended sequence number of a packet that was not seen before; -1 for one to drop: repeated, or too
        old to be of use."""
        highest = self.highest
        if highest < 0:
            self.highest = self._base = sequence_number + FIRST_CYCLE
            self.received = 1
            return self.highest
        ahead = (sequence_number - highest) & 0xFFFF
        if ahead == 1:
            ext_seq = self.highest = highest + 1
        elif ahead == 0:
            return -1
        elif ahead < 0x8000:
            ext_seq = self.highest = highest + ahead
            if ahead < REMEMBERED:
                self.losses.add(highest + 1, ext_seq, now)
        else:
            ext_seq = highest - (0x10000 - ahead)
            if not self.losses.take(ext_seq):
                if ext_seq in self._recovered:  # it was not lost, only late
                    self._recovered.remove(ext_seq)
                    self.received += 1
                return -1
        self.received += 1
        return ext_seq

    def recover(self, ext_seq: int) -> bool:
        """Whether this number is missing, which came inside another packet: it no longer is, but counts as lost."""
        if not self.losses.take(ext_seq):
            return False
        self._recovered.append(ext_seq)
        return True

    def timed(self, timestamp: int, now: float) -> None:
        """Feeds the jitter estimate with a packet that came over the network for the first time."""
        transit = (int(now * self.codec.clock_rate) - timestamp) % TIMESTAMPS
        if self._transit is not None:
            difference = (transit - self._transit) % TIMESTAMPS
            if difference >= TIMESTAMPS // 2:
                difference = TIMESTAMPS - difference
            self._jitter += (difference - self._jitter) / 16
        self._transit = transit
        self.lateness.heard(transit, self.codec.clock_rate, now)

    def extend(self, sequence_number: int) -> int:
        """The extended number nearest to the highest: for numbers that come by another way (RTX, NACK)."""
        return self.highest + (((sequence_number - self.highest) + 0x8000) & 0xFFFF) - 0x8000

    def lost(self) -> tuple[int, int]:
        """Packets expected, and those of them that did not come by themselves, since the last call."""
        expected = self.highest - self._base + 1 if self.received else 0
        before_expected, before_received = self._measured
        self._measured = expected, self.received
        return expected - before_expected, max(0, expected - before_expected - (self.received - before_received))

    def report(self, now: float) -> ReportBlock:
        """The report block since the last call."""
        expected = self.highest - self._base + 1
        lost = expected - self.received
        expected_interval = expected - self._expected_before
        lost_interval = expected_interval - (self.received - self._received_before)
        self._expected_before, self._received_before = expected, self.received
        fraction = 0
        if expected_interval > 0 and lost_interval > 0:
            fraction = min(255, lost_interval * 256 // expected_interval)
        last_report, delay = 0, 0
        if self.last_sender_report is not None:
            ntp_time, _, arrived_at = self.last_sender_report
            last_report = ntp_time >> 16 & 0xFFFFFFFF
            delay = min(0xFFFFFFFF, int((now - arrived_at) * 65536))
        return ReportBlock(
            ssrc=self.ssrc,
            fraction_lost=fraction,
            packets_lost=max(-(1 << 23), min(lost, (1 << 23) - 1)),
            highest_sequence=self.highest - FIRST_CYCLE & 0xFFFFFFFF,
            jitter=int(self._jitter),
            lsr=last_report,
            dlsr=delay,
        )
