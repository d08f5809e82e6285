"""The built-in media engine: forwards packets in this process, on one UDP port. Decodes nothing, records nothing."""

import logging
import time
from asyncio import Task, gather, get_running_loop
from collections.abc import Sequence

from server.kernel.ground import GroundError
from server.media.addresses import bindings, reachable
from server.media.counters import Counters
from server.media.describe import Endpoint
from server.media.dtls import ProcessCertificate
from server.media.engine import Credentials, Joined, Measured, MediaListener, PeerState, Pictures, Restarted, Shape
from server.media.errors import NoSuchPeer
from server.media.ice import CONSENT, QUIET
from server.media.leg import SETTLED
from server.media.peer import Peer, Surroundings
from server.media.port import MediaPort
from server.media.room import Room
from server.media.rtcp import NtpClock

log = logging.getLogger(__name__)


class ForwardingEngine:
    """``host`` and ``port`` are bound (``0.0.0.0`` or ``::``: all addresses of both families); ``public_address`` is
    what browsers are told instead of this machine's own addresses (see ``addresses.reachable``). After ``quiet``
    seconds without anything from a peer others are told; after ``consent`` seconds without its checks it is gone.
    ``settled``: see ``Leg.settle``."""

    def __init__(
        self,
        host: str,
        port: int,
        public_address: str | None = None,
        *,
        consent: float = CONSENT,
        quiet: float = QUIET,
        settled: float = SETTLED,
    ) -> None:
        self._host = host
        self._port_number = port
        self._public_address = public_address
        self._consent = consent
        self._quiet = quiet
        self._settled = settled
        self._counters = Counters()
        self._rooms: dict[str, Room] = {}
        self._closing: set[Task[None]] = set()
        self._shared: Surroundings | None = None
        self._listener: MediaListener | None = None

    @property
    def port(self) -> int:
        """The port in use, which was chosen by the system when 0 was asked for."""
        return self._surroundings.port.number

    async def start(self, listener: MediaListener) -> None:
        """Raises GroundError when the port cannot be had, or the public address is unknown."""
        self._listener = listener
        certificate = ProcessCertificate.generateCertificate()
        fingerprint = next(f.value for f in certificate.getFingerprints() if f.algorithm == "sha-256")
        port = MediaPort(self._counters)
        try:
            port.open(await bindings(self._host), self._port_number)
            addresses = await reachable(port.hosts, self._public_address)
        except GroundError:
            port.close()
            raise
        self._shared = Surroundings(
            certificate=certificate,
            endpoint=Endpoint(tuple(addresses), port.number, fingerprint),
            port=port,
            counters=self._counters,
            clock=NtpClock(time.time(), time.monotonic()),
            consent=self._consent,
            quiet=self._quiet,
            settled=self._settled,
        )
        log.info("media_port_open", extra={"media_port": port.number, "count": len(addresses)})

    async def stop(self) -> None:
        if self._shared is None:
            return
        for room in list(self._rooms.values()):
            for peer in list(room.peers.values()):
                self._remove(room, peer)
        await gather(*self._closing)
        self._shared.port.close()
        self._shared = None

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
        shared = self._surroundings
        place = self._rooms.get(room) or Room(room, capacity, self)
        if peer in place.peers and peer != replaces:
            raise ValueError("a peer joins once")
        before = place.peers.get(replaces) if replaces is not None else None
        if before is None:
            place.check_room()
        member = Peer(peer, offer, place.pairs, video, shared, place)
        member.set_state(state.mic, state.camera, state.voice_only)
        if before is not None and replaces == peer:
            member.shape, member.chooser = before.shape, before.chooser
            self._part(before)
            if before.web:
                member.open_web()
            place.swap(member, time.monotonic())
        else:
            if before is not None:
                self._remove(place, before)
            self._rooms[room] = place
            place.add(member, time.monotonic())
        answer, down_offer = member.describe()
        return Joined(answer=answer, offer=down_offer, slots=place.slots(member))

    async def answer(self, room: str, peer: str, answer: str) -> None:
        self._find(room, peer)[1].accept(answer)

    async def restart(self, room: str, peer: str, offer: str) -> Restarted:
        member = self._find(room, peer)[1]
        member.restart(offer)
        return Restarted(*member.describe())

    async def restarted(self, room: str, peer: str, up: Credentials, down: Credentials) -> None:
        self._find(room, peer)[1].restarted(up, down)

    async def set_state(self, room: str, peer: str, state: PeerState) -> None:
        place, member = self._find(room, peer)
        member.set_state(state.mic, state.camera, state.voice_only)
        place.refresh(time.monotonic())

    async def shape(self, room: str, peer: str, shape: Shape) -> None:
        place, member = self._find(room, peer)
        member.shape = shape
        place.refresh(time.monotonic())

    async def open_web(self, room: str, peer: str) -> None:
        self._find(room, peer)[1].open_web()

    async def close_web(self, room: str, peer: str) -> None:
        self._find(room, peer)[1].close_web()

    def feed(self, room: str, peer: str, timestamp: int, frames: Sequence[bytes]) -> None:
        place = self._rooms.get(room)
        member = place.peers.get(peer) if place is not None else None
        if member is not None:
            member.up.feed(timestamp, frames, time.monotonic())

    async def leave(self, room: str, peer: str) -> None:
        place = self._rooms.get(room)
        member = place.peers.get(peer) if place is not None else None
        if place is not None and member is not None:
            self._remove(place, member)

    def counters(self) -> dict[str, int]:
        return self._counters.snapshot()

    def alive(self) -> bool:
        return self._shared is not None

    def slots_changed(self, room: Room, peer: Peer) -> None:
        self._told.slots_changed(room.name, peer.identifier, room.slots(peer))

    def connected(self, room: Room, peer: Peer) -> None:
        self._told.connected(room.name, peer.identifier)

    def quiet(self, room: Room, peer: Peer) -> None:
        self._told.quiet(room.name, peer.identifier)

    def lost(self, room: Room, peer: Peer, reason: str) -> None:
        if room.peers.get(peer.identifier) is not peer:
            return
        self._remove(room, peer)
        log.info("peer_lost", extra={"code": reason})
        self._told.lost(room.name, peer.identifier, reason)

    def measured(self, room: Room, peer: Peer, measured: Measured) -> None:
        self._told.measured(room.name, peer.identifier, measured)

    def layers(self, room: Room, peer: Peer, wanted: frozenset[Pictures]) -> None:
        self._told.layers(room.name, peer.identifier, wanted)

    def web_voice(self, room: Room, peer: Peer, source: str, timestamp: int, payload: bytes) -> None:
        self._told.web_voice(room.name, peer.identifier, source, timestamp, payload)

    def _find(self, room: str, peer: str) -> tuple[Room, Peer]:
        place = self._rooms.get(room)
        member = place.peers.get(peer) if place is not None else None
        if place is None or member is None:
            raise NoSuchPeer
        return place, member

    def _remove(self, room: Room, peer: Peer) -> None:
        """Stops the peer at once; its goodbyes are sent behind."""
        self._part(peer)
        room.remove(peer, time.monotonic())
        if not room.peers:
            self._rooms.pop(room.name, None)

    def _part(self, peer: Peer) -> None:
        peer.stop()
        closing = get_running_loop().create_task(peer.close())
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    @property
    def _surroundings(self) -> Surroundings:
        if self._shared is None:
            raise RuntimeError("the engine is not running")
        return self._shared

    @property
    def _told(self) -> MediaListener:
        if self._listener is None:
            raise RuntimeError("the engine is not running")
        return self._listener
