"""A room of the forwarding unit: its peers, and who is shown on whose slots.

Each peer has three pairs of slots, given to the others as they come. In a call of up to four they are kept until one
leaves, so nobody's coming or going touches what anybody else receives; in a larger one whoever speaks takes the pair
of who has been silent longest. Nothing is ever negotiated again.
"""

from collections.abc import Mapping
from functools import partial
from typing import Final, Protocol

from server.media.bandwidth import picture_rate, share
from server.media.engine import Measured, Pictures, SlotState
from server.media.errors import RoomFull
from server.media.peer import Peer
from server.media.quality import SMALL
from server.media.speakers import Speakers
from server.media.timeline import Timeline
from server.media.track import Track

QUALITIES: Final[tuple[Pictures, ...]] = ("none", "small", "full")
PAIRS: Final = 3  # pairs of slots on *down*: everybody in a call of four; in a larger one, who speaks


class Listener(Protocol):
    def slots_changed(self, room: "Room", peer: Peer) -> None: ...
    def connected(self, room: "Room", peer: Peer) -> None: ...
    def quiet(self, room: "Room", peer: Peer) -> None: ...
    def lost(self, room: "Room", peer: Peer, reason: str) -> None: ...
    def measured(self, room: "Room", peer: Peer, measured: Measured) -> None: ...
    def layers(self, room: "Room", peer: Peer, wanted: frozenset[Pictures]) -> None: ...
    def web_voice(self, room: "Room", peer: Peer, source: str, timestamp: int, payload: bytes) -> None: ...


class Room:
    def __init__(self, name: str, capacity: int, listener: Listener) -> None:
        self.name = name
        self.capacity = capacity
        self.pairs = max(1, min(PAIRS, capacity - 1))
        self.peers: dict[str, Peer] = {}
        self._listener = listener
        self._seats: dict[str, list[str | None]] = {}  # of each peer: whom each pair of slots shows
        self._speakers = Speakers()

    def check_room(self) -> None:
        """Raises RoomFull."""
        if len(self.peers) >= self.capacity:
            raise RoomFull("no slot is left")

    def add(self, peer: Peer, now: float) -> None:
        self.check_room()
        self._seats[peer.identifier] = [None] * self.pairs
        self.peers[peer.identifier] = peer
        for other in self.peers.values():
            if self._seat(other) and other is not peer:
                self._listener.slots_changed(self, other)
        self._listen()
        self.refresh(now)

    def swap(self, peer: Peer, now: float) -> None:
        """Puts ``peer`` in the place of the one of the same name, who has stopped: nobody's slots change."""
        self.peers[peer.identifier] = peer
        self._listen()
        self.refresh(now)

    def remove(self, peer: Peer, now: float) -> None:
        if self.peers.pop(peer.identifier, None) is None:
            return
        del self._seats[peer.identifier]
        self._speakers.forget(peer.identifier)
        for other in self.peers.values():
            seats = self._seats[other.identifier]
            if peer.identifier in seats:
                seats[seats.index(peer.identifier)] = None
                self._seat(other)
                self._listener.slots_changed(self, other)
        self._listen()
        self.refresh(now)

    def refresh(self, now: float) -> None:
        """Puts every track where it belongs. Idempotent: what is in place already is left alone."""
        for receiver in self.peers.values():
            for pair, shown in zip(receiver.down.pairs, self._seats[receiver.identifier], strict=True):
                sender = self.peers[shown] if shown is not None else None
                for kind, slot in pair.items():
                    if kind == "audio" or sender is None:
                        receiver.down.show(slot, sender.tracks["audio"] if sender is not None else None, now)
                    else:
                        allowed = self._allowed(receiver, sender)
                        track = self._pictures(receiver, sender, allowed)
                        receiver.down.show(slot, track, now, gently=allowed == "full")
        self._tell_layers()

    def slots(self, peer: Peer) -> tuple[SlotState, ...]:
        seats = self._seats[peer.identifier]
        return tuple(
            SlotState(mid=slot.mid, kind=slot.kind, peer=shown)
            for pair, shown in zip(peer.down.pairs, seats, strict=True)
            for slot in pair.values()
        )

    def reconsider(self, receiver: Peer, now: float) -> None:
        """Which quality its line takes now, and whether a place became free for who speaks. Called each second."""
        if receiver.up.on_voice is not None and self._speakers.speaks(receiver.identifier, now):
            self._show_speaker(receiver, now)
        pictures = len([shown for shown in receiver.down.shows("video") if shown.enabled])
        capacity = receiver.down.capacity
        each = share(capacity.bits_per_second(now), len(receiver.down.shows("audio")), pictures)
        if len(self.peers) > 2 and receiver.chooser.reconsider(each, capacity.tight(now), now):
            self.refresh(now)
        self._tell_layers()  # what was waited for may flow by now

    def farthest(self) -> float:
        """The longest round trip to anybody here."""
        return max(peer.down.round_trip for peer in self.peers.values())

    def timelines(self) -> Mapping[str, Timeline]:
        return {identifier: peer.up.timeline for identifier, peer in self.peers.items()}

    def picture_rate(self, peer: Peer, now: float) -> int:
        """What the pictures of ``peer`` may cost together: in full, what the weakest of those who see them so can take;
        small ones as much as they ever cost."""
        full, small = peer.tracks["video"], peer.tracks["small"]
        shares = []
        total = 0
        for receiver in self.peers.values():
            pictures = [shown for shown in receiver.down.shows("video") if shown.enabled]
            if full in pictures:
                voices = len(receiver.down.shows("audio"))
                shares.append(share(receiver.down.capacity.bits_per_second(now), voices, len(pictures)))
                if self._allowed(receiver, peer) == "small":  # there is but one quality, to be small then
                    shares.append(SMALL)
            elif small in pictures:
                total = SMALL
        if shares or not total:
            total += picture_rate(shares, len(self.peers))
        return total

    def connected(self, peer: Peer) -> None:
        self._listener.connected(self, peer)
        self._tell_layers()

    def quiet(self, peer: Peer) -> None:
        self._listener.quiet(self, peer)

    def lost(self, peer: Peer, reason: str) -> None:
        self._listener.lost(self, peer, reason)

    def measured(self, peer: Peer, measured: Measured) -> None:
        self._listener.measured(self, peer, measured)

    def web_voice(self, peer: Peer, source: str, timestamp: int, payload: bytes) -> None:
        self._listener.web_voice(self, peer, source, timestamp, payload)

    def _allowed(self, receiver: Peer, sender: Peer) -> Pictures:
        """The best of the sender's that the receiver may be sent, whatever their lines would take."""
        if receiver.voice_only:
            return "none"
        return min(receiver.shape.pictures_in, sender.shape.pictures_out, key=QUALITIES.index)

    def _pictures(self, receiver: Peer, sender: Peer, allowed: Pictures) -> Track | None:
        if allowed == "none":
            return None
        small = allowed == "small" or (len(self.peers) > 2 and receiver.chooser.quality == "small")
        return sender.tracks["small" if small and sender.two_qualities else "video"]

    def _tell_layers(self) -> None:
        """Tells those whose pictures somebody began to want, or nobody wants any more."""
        wanted = {track for receiver in self.peers.values() for track in receiver.down.looks_at()}
        for peer in self.peers.values():
            layers: set[Pictures] = set()
            if peer.tracks["video"] in wanted:
                layers.add("full")
            if peer.tracks["small"] in wanted:
                layers.add("small")
            if peer.present and peer.layers != layers:
                peer.layers = frozenset(layers)
                self._listener.layers(self, peer, peer.layers)

    def _seat(self, receiver: Peer) -> bool:
        """Gives the free seats of a receiver to those who are on none, first to who spoke last. Returns whether there
        was anything to give. In a room for one (a look at the line) what goes out comes back."""
        seats = self._seats[receiver.identifier]
        waiting = [
            name for name in self.peers if name not in seats and (name != receiver.identifier or self.capacity == 1)
        ]
        waiting.sort(key=self._speakers.spoke_at, reverse=True)
        given = False
        for name in waiting[: seats.count(None)]:
            seats[seats.index(None)] = name
            given = True
        return given

    def _listen(self) -> None:
        """While there are more people than pairs of slots, pairs follow who speaks."""
        crowded = len(self.peers) > self.pairs + 1
        for peer in self.peers.values():
            peer.up.on_voice = partial(self._heard, peer) if crowded else None

    def _heard(self, peer: Peer, level: int, now: float) -> None:
        if peer.tracks["audio"].enabled and self._speakers.heard(peer.identifier, level, now):
            self._show_speaker(peer, now)

    def _show_speaker(self, speaker: Peer, now: float) -> None:
        """Everybody hears and sees who speaks. Those who sit where they spoke last stay where they are."""
        changed = []
        for receiver in self.peers.values():
            seats = self._seats[receiver.identifier]
            index = self._speakers.seat_for(speaker.identifier, seats, now) if receiver is not speaker else None
            if index is not None:
                seats[index] = speaker.identifier
                changed.append(receiver)
        if changed:
            self.refresh(now)
        for receiver in changed:
            self._listener.slots_changed(self, receiver)
