"""The media engine as the rest of the server sees it: plain values in, plain values out.

Nothing here is an object of packets, people or sockets, so that an engine may live in another process or be another
program (a pool of Janus servers). Rooms and peers are opaque names.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Kind = Literal["audio", "video"]
Pictures = Literal["none", "small", "full"]
Path = Literal["none", "udp", "tcp", "web"]


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
class Shape:
    """What the line of a peer can carry, as whoever steers the call sees it; obeyed at once."""

    pictures_in: Pictures = "full"  # the best quality that is forwarded to this peer
    pictures_out: Pictures = "full"  # the best of this peer's that is forwarded to anybody
    redundancy: bool = True  # there is room for RED-1 on the voices to this peer; added when its leg loses
    sparing: bool = False  # bottom rungs: reports every 5 s, nothing is sent that the voice does not need


@dataclass(frozen=True, slots=True)
class Measured:
    """One peer over the last second or so."""

    path: Path  # on which its media flows now; "none": nothing was heard for 3 s
    out_loss: float  # 0 to 1: voice packets of the peer that were missing here, before any repair
    out_rate: int  # bits/s on the wire from it
    in_loss: float  # 0 to 1: lost on its down leg, by its receiver reports
    in_rate: int  # bits/s on the wire to it
    in_estimate: int | None  # bits/s that it says it can receive (REMB)
    round_trip: float | None  # seconds, by RTCP
    voices: int | None = None  # packets of the peer's voice that were due: how much ``out_loss`` can say
    gap: float = 0.0  # seconds: the longest time in which nothing at all came from the peer
    late: float | None = None  # seconds that its voice is later now than at its fastest: what waits in queues


@dataclass(frozen=True, slots=True)
class Joined:
    answer: str  # to the offer of *up*
    offer: str  # of *down*
    slots: tuple[SlotState, ...]


@dataclass(frozen=True, slots=True)
class Restarted:
    answer: str
    offer: str


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user fragment and password of ICE (RFC 8839 section 5.4)."""

    fragment: str
    password: str


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

    def measured(self, room: str, peer: str, measured: Measured) -> None:
        """Every second or so for each peer."""
        ...

    def layers(self, room: str, peer: str, wanted: frozenset[Pictures]) -> None:
        """Which qualities of its pictures ``peer`` should send now: ``full`` (the first video section of its offer),
        ``small`` (the second), both, or none. Until the first call: ``full`` alone. Only ever told when it changes."""
        ...

    def web_voice(self, room: str, peer: str, source: str, timestamp: int, payload: bytes) -> None:
        """An Opus packet of ``source`` for ``peer``, whose web is open; ``timestamp`` (48 kHz) is of ``source``."""
        ...

    def failed(self, rooms: Sequence[str]) -> None:
        """The worker that carried these rooms died: their peers are forgotten. Join them again under the same names."""
        ...


class MediaEngine(Protocol):
    """Raises UnusableDescription, RoomFull, NoSuchPeer and EngineAway (``server.media.errors``); nothing is changed
    then."""

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
        a peer that leaves in the same moment, when nothing is refused; it may be ``peer`` itself, whose legs are then
        made anew while the others go on seeing the same peer on the same slots. In a room of one, that one is shown
        itself: a look at the line.

        The offer has one audio section and up to two of video: pictures in full, and small ones (QVGA or below)."""
        ...

    async def answer(self, room: str, peer: str, answer: str) -> None: ...

    async def restart(self, room: str, peer: str, offer: str) -> Restarted:
        """ICE restart of both legs: media goes on over the old path until the browser nominates a new one."""
        ...

    async def restarted(self, room: str, peer: str, up: Credentials, down: Credentials) -> None:
        """The browser restarted ICE of both legs by itself, with our user fragment and a number behind it; these are
        its credentials from now on. Idempotent."""
        ...

    async def set_state(self, room: str, peer: str, state: PeerState) -> None: ...

    async def shape(self, room: str, peer: str, shape: Shape) -> None: ...

    async def open_web(self, room: str, peer: str) -> None:
        """From now on the voices to and from this peer pass through ``web_voice`` and ``feed``, and its legs do not
        expire, until ``close_web``. Both are idempotent."""
        ...

    async def close_web(self, room: str, peer: str) -> None: ...

    def feed(self, room: str, peer: str, timestamp: int, frames: Sequence[bytes]) -> None:
        """Consecutive Opus packets of 60 ms each, the first of ``timestamp`` (48 kHz). Dropped when the peer's web is
        not open, or its microphone is off."""
        ...

    async def leave(self, room: str, peer: str) -> None:
        """No packet of the peer leaves, and none reaches it, once this is called. Idempotent."""
        ...

    def counters(self) -> dict[str, int]:
        """What was counted so far, for metrics; only ever grows."""
        ...

    def alive(self) -> bool:
        """Whether all of it runs, for whoever watches the server."""
        ...
