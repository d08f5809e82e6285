"""One publisher's clock seen from here, so that the voice and the pictures of a person stay in step.

Sender reports give RTP times in the publisher's own NTP time. What we send on carries our time instead (receivers
then measure the way to us, not to somebody they must not know), moved by the same amount for both of a person's
streams.
"""

from typing import Final

from server.media.reception import Reception

FOLLOW: Final = 16  # later samples move the offset by a sixteenth: clock drift is slow, queues are not


class Timeline:
    __slots__ = ("_offset",)

    def __init__(self) -> None:
        self._offset: int | None = None  # our NTP time less the publisher's, at the quickest arrival; 32.32 seconds

    def heard(self, sender_ntp: int, arrival_ntp: int) -> None:
        """A sender report came. The quickest way seen tells the clocks apart best."""
        sample = arrival_ntp - sender_ntp
        if self._offset is None or sample < self._offset or abs(sample - self._offset) > 10 << 32:
            self._offset = sample
        else:
            self._offset += (sample - self._offset) // FOLLOW

    def timestamp(self, stream: Reception, ntp_now: int) -> int | None:
        """The RTP time of ``stream`` at our ``ntp_now``; None before its first sender report."""
        report = stream.last_sender_report
        if self._offset is None or report is None:
            return None
        sender_ntp, timestamp, _ = report
        elapsed = ntp_now - self._offset - sender_ntp
        return timestamp + (elapsed * stream.codec.clock_rate >> 32) & 0xFFFFFFFF
