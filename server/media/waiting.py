"""Stands on a track of pictures for a slot that still shows another quality of them, until they can be joined."""

from collections.abc import Callable

from server.media.picture_slot import PictureSlot
from server.media.reception import Reception
from server.media.rtp import Packet
from server.media.track import Track


class Waiting:
    """``joined`` puts the slot in this one's place."""

    def __init__(self, slot: PictureSlot, track: Track, joined: Callable[["Waiting"], None]) -> None:
        self.slot = slot
        self.track = track
        self._joined = joined

    def forward(self, stream: Reception, packet: Packet, now: float) -> None:
        if self.slot.can_join(packet):
            self._joined(self)
            self.slot.forward(stream, packet, now)

    def skip(self, ext_seq: int) -> bool:  # noqa: ARG002 (the signature is Outlet's)
        return True

    def pause(self) -> None:
        """What did not begin needs no pause."""
