"""The media engine as the rest of the server sees it: plain values in, plain values out.

Nothing here is an object of packets, people or sockets, so that an engine may live in another process or be another
program (a pool of Janus servers). Rooms and peers are opaque names.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

Kind = Literal["audio", "video"]


@dataclass(frozen=True, slots=True)
class SlotState:
    """A section of *down* and whom it shows."""

    mid: str
    kind: Kind
    peer: str | None


@dataclass(frozen=True, slots=True)
class PeerState:
    """What a person lets out and in. The engine itself stops what is switched off."""

    mic: bool
    camera: bool
    voice_only: bool


@dataclass(frozen=True, slots=True)
class Joined:
    answer: str  # to the offer of *up*
    offer: str  # of *down*
    slots: tuple[SlotState, ...]


@dataclass(frozen=True, slots=True)
class Restarted:
    answer: str
    offer: str


class MediaListener(Protocol):
    """Who is told what happens by itself. Called on the event loop; must not block or raise."""

    def slots_changed(self, room: str, peer: str, slots: tuple[SlotState, ...]) -> None:
        """Others came or went: what the slots of ``peer`` show now."""
        ...

    def connected(self, room: str, peer: str) -> None:
        """Media can flow both ways, for the first time or again after ``quiet``."""
        ...

    def quiet(self, room: str, peer: str) -> None:
        """Nothing was heard for a few seconds; the peer is kept."""
        ...

    def lost(self, room: str, peer: str, reason: str) -> None:
        """The peer is gone and forgotten: ``silent`` for 30 s, or ``closed`` by the browser."""
        ...


class MediaEngine(Protocol):
    """Raises UnusableDescription, RoomFull and NoSuchPeer (``server.media.errors``); nothing is changed then."""

    async def start(self, listener: MediaListener) -> None: ...

    async def stop(self) -> None:
        """Ends all calls and closes the port."""
        ...

    async def join(
        self,
        room: str,
        peer: str,
        offer: str,
        state: PeerState,
        *,
        video: bool,
        capacity: int,
        replaces: str | None = None,
    ) -> Joined:
        """A new peer of a room of at most ``capacity``. ``video``: whether it wants slots for pictures. ``replaces``:
        a peer that leaves in the same moment, when nothing is refused."""
        ...

    async def answer(self, room: str, peer: str, answer: str) -> None: ...

    async def restart(self, room: str, peer: str, offer: str) -> Restarted:
        """ICE restart of both legs: media goes on over the old path until the browser nominates a new one."""
        ...

    async def set_state(self, room: str, peer: str, state: PeerState) -> None: ...

    async def leave(self, room: str, peer: str) -> None:
        """No packet of the peer leaves, and none reaches it, once this is called. Idempotent."""
        ...

    def counters(self) -> dict[str, int]:
        """What was counted so far, for metrics; only ever grows."""
        ...
