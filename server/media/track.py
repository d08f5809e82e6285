"""A track: one person's voice, or their pictures, as the forwarding unit holds it. Slots are attached to it.

The browser may change the stream (SSRC) behind a track at any time; who receives it notices nothing.
"""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Final, Protocol

from server.media import rtcp
from server.media.cache import Cache
from server.media.engine import Kind
from server.media.keyframes import KeyFrameRequests
from server.media.reception import Reception
from server.media.rtp import Packet, is_padding_only

NACK_DELAY: Final = 0.021  # seconds: a little more than a packet may be overtaken by
NACK_AGAIN: Final = 0.050  # seconds between two looks at what is still missing


class Outlet(Protocol):
    """Where the packets of a track go: a slot, or somebody's web socket."""

    def forward(self, stream: Reception, packet: Packet, now: float) -> None: ...
    def skip(self, ext_seq: int) -> bool: ...
    def pause(self) -> None: ...


class Track:
    """``feedback`` sends RTCP to the publisher; ``round_trip`` tells how long it takes to the publisher and back."""

    def __init__(
        self, peer: str, kind: Kind, feedback: Callable[[bytes], None], round_trip: Callable[[], float]
    ) -> None:
        self.peer = peer
        self.kind: Kind = kind
        self.stream: Reception | None = None
        self.enabled = True
        self.cache = Cache()  # stays empty for voices: theirs are repaired by FEC, a repeated one comes too late
        self.slots: tuple[Outlet, ...] = ()
        self._feedback = feedback
        self._round_trip = round_trip
        self._requests = KeyFrameRequests()
        self._nack_timer: asyncio.TimerHandle | None = None

    def attach(self, slot: Outlet, now: float) -> None:
        """``slot``, which is open, shows this track from now on; pictures from the next key frame."""
        slot.pause()
        self.slots = (*self.slots, slot)
        self.request_key_frame(now)

    def replace(self, slot: Outlet, by: Outlet) -> None:
        """``by`` stands where ``slot`` stood, in the middle of what flows."""
        self.slots = tuple(by if other is slot else other for other in self.slots)

    def detach(self, slot: Outlet) -> None:
        slot.pause()
        self.slots = tuple(other for other in self.slots if other is not slot)

    def enable(self, enabled: bool, now: float) -> None:
        """Switched off, nothing of the track is forwarded, whatever the browser goes on sending."""
        if enabled == self.enabled:
            return
        self.enabled = enabled
        for slot in self.slots:
            slot.pause()
        if enabled:
            self.request_key_frame(now)

    def end(self) -> None:
        """The stream said goodbye, or its publisher left."""
        self.stream = None
        for slot in self.slots:
            slot.pause()
        if self._nack_timer is not None:
            self._nack_timer.cancel()
            self._nack_timer = None

    def request_key_frame(self, now: float) -> None:
        """Somebody who looks at these pictures needs a key frame; asked of the publisher at once or soon."""
        if self.kind != "video":
            return
        if self.stream is None:  # the first packet of a stream starts a key frame by itself; ask if it was lost
            self._requests.waiting = True
        elif self._requests.ask(now, self._round_trip()):
            self._feedback(rtcp.picture_loss_indication(self.stream.ssrc))

    def publish(self, stream: Reception, packet: Packet, now: float, *, late: bool = False) -> None:
        """Hands on a packet that ``stream`` accepted. ``late``: it comes after packets behind it."""
        self.stream = stream
        if not self.enabled:
            return
        if self.kind == "audio":
            for slot in self.slots:
                slot.forward(stream, packet, now)
            return
        if stream.losses and self._nack_timer is None:
            self._nack_timer = asyncio.get_running_loop().call_later(NACK_DELAY, self._ask_again, stream)
        if not late and is_padding_only(packet):
            for slot in self.slots:
                if not slot.skip(packet.ext_seq):
                    slot.forward(stream, packet, now)
            return
        self.cache.put(stream, packet, now)
        if packet.codec.starts_key_frame(packet.payload):
            self._requests.came()
            stream.losses.forgive(packet.ext_seq)
        elif self._requests.waiting:
            self.request_key_frame(now)
        for slot in self.slots:
            slot.forward(stream, packet, now)

    def _ask_again(self, stream: Reception) -> None:
        """The timer of generic NACKs: runs only while something is missing."""
        self._nack_timer = None
        if stream is not self.stream or not self.enabled:
            return
        wanted = stream.losses.due(stream.highest, monotonic(), self._round_trip())
        if wanted:
            self._feedback(rtcp.negative_acknowledgement(stream.ssrc, [number & 0xFFFF for number in wanted]))
        if stream.losses:
            self._nack_timer = asyncio.get_running_loop().call_later(NACK_AGAIN, self._ask_again, stream)
