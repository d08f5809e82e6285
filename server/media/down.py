"""The receiving side of a person: the slots of their *down* leg, and what the browser reports about them."""

import secrets
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from aiortc.rtp import RtcpPsfbPacket, RtcpRrPacket, RtcpRtpfbPacket, RtcpSrPacket

from server.media import rtcp
from server.media.bandwidth import Capacity
from server.media.codecs import BY_KIND
from server.media.counters import Counters
from server.media.engine import Kind
from server.media.measure import ReportedLoss
from server.media.picture_slot import PictureSlot
from server.media.red import Redundancy
from server.media.sdp import Description
from server.media.slot import Slot
from server.media.timeline import Timeline
from server.media.track import Outlet, Track
from server.media.voice_slot import VoiceSlot
from server.media.waiting import Waiting
from server.media.web import WebOutlet

SLOTS: Final[dict[Kind, type[VoiceSlot | PictureSlot]]] = {"audio": VoiceSlot, "video": PictureSlot}
USUAL_ROUND_TRIP: Final = 0.2  # seconds, until the first report tells


class Sink(Protocol):
    """How packets go to the browser."""

    def send_rtp(self, packet: bytes) -> None: ...
    def send_rtcp(self, compound: bytes) -> None: ...


class Down:
    """``persons`` pairs of slots (one voice, one picture, the latter unless ``video`` is False), each pair one
    person's. A slot carries nothing before the leg is connected and the browser's answer accepted its formats."""

    def __init__(
        self,
        persons: int,
        video: bool,
        sink: Sink,
        clock: rtcp.NtpClock,
        counters: Counters,
        on_connected: Callable[[], None],
        on_closed: Callable[[], None],
    ) -> None:
        kinds: tuple[Kind, ...] = ("audio", "video") if video else ("audio",)
        name = secrets.token_hex(4)  # of the streams; chance, so that it says nothing of anybody
        self.pairs: list[dict[Kind, Slot]] = [
            {kind: SLOTS[kind](f"{kind[0]}{index}", f"{name}{index}", f"{name}{index}", counters) for kind in kinds}
            for index in range(persons)
        ]
        self.slots = [pair[kind] for kind in kinds for pair in self.pairs]
        self.round_trip = USUAL_ROUND_TRIP
        self.round_trip_known = False
        self.capacity = Capacity()
        self.loss = ReportedLoss()
        self._redundancy = Redundancy()
        self.connected = False
        self._shown: dict[Slot, Track] = {}
        self._waiting: dict[Slot, Waiting] = {}  # for another quality of what they show
        self._web: dict[Slot, WebOutlet] = {}  # where voices go instead, while the web is open
        self._by_ssrc = {slot.ssrc: slot for slot in self.slots}
        self._sink = sink
        self._clock = clock
        self._counters = counters
        self._on_connected = on_connected
        self._on_closed = on_closed
        self._octets_before = 0
        self._reported_at = 0.0
        self._rate = 0.0

    def accept(self, answer: Description) -> None:
        """What the browser can decode."""
        for slot, section in zip(self.slots, answer.sections, strict=True):
            slot.payload_types = {}
            for codec in BY_KIND[slot.kind]:
                if section.payload_type(codec) == codec.payload_type:
                    pictures = slot.kind == "video"
                    other = section.payload_type(codec, rtx=pictures, red=not pictures)
                    offered = codec.rtx_payload_type if pictures else codec.red_payload_type
                    slot.payload_types[codec] = (codec.payload_type, other if other == offered else None)

    def show(self, slot: Slot, track: Track | None, now: float, *, gently: bool = False) -> None:
        """Puts a track on a slot, or takes it away. ``gently``: what it shows flows on until pictures of ``track`` can
        be joined. Idempotent."""
        before = self._shown.get(slot)
        waiting = self._waiting.get(slot)
        if gently and waiting is not None and waiting.track is track:
            return
        if waiting is not None:
            waiting.track.detach(waiting)
            del self._waiting[slot]
        if before is track:
            return
        if gently and before is not None and track is not None and self.connected and isinstance(slot, PictureSlot):
            self._waiting[slot] = Waiting(slot, track, self._joined)
            track.attach(self._waiting[slot], now)
            return
        if before is not None:
            before.detach(self._outlet(slot))
            del self._shown[slot]
        if track is not None:
            self._shown[slot] = track
            self._attach(slot, now)

    def shows(self, kind: Kind) -> list[Track]:
        """What the slots show, or wait for."""
        tracks = self._shown | {slot: waiting.track for slot, waiting in self._waiting.items()}
        return [track for track in tracks.values() if track.kind == kind]

    def looks_at(self) -> set[Track]:
        """All that is of use here: what flows, and what is waited for."""
        return {*self._shown.values(), *(waiting.track for waiting in self._waiting.values())}

    def _joined(self, waiting: Waiting) -> None:
        slot = waiting.slot
        self._shown[slot].detach(slot)
        self._shown[slot] = waiting.track
        waiting.track.replace(waiting, slot)
        del self._waiting[slot]

    def leg_connected(self) -> None:
        self._on_connected()

    def open(self, now: float) -> None:
        """The leg is connected and answered: packets flow from now on."""
        if self.connected:
            return
        self.connected = True
        for slot in self.slots:
            slot.open(self._sink.send_rtp, self._clock)
        for slot in self._shown:
            if slot not in self._web:
                self._attach(slot, now)

    def open_web(self, deliver: Callable[[str, int, bytes], None], now: float) -> None:
        """Voices go to ``deliver`` from now on, not to their slots. Idempotent."""
        if self._web:
            return
        shown = [slot for slot in self._shown if slot.kind == "audio"]
        for slot in shown:
            self._shown[slot].detach(slot)
        self._web = {slot: WebOutlet(deliver) for slot in self.slots if slot.kind == "audio"}
        for slot in shown:
            self._attach(slot, now)

    def close_web(self, now: float) -> None:
        for slot, outlet in self._web.items():
            if slot in self._shown:
                self._shown[slot].detach(outlet)
        before, self._web = self._web, {}
        for slot in before:
            if slot in self._shown:
                self._attach(slot, now)

    def leg_closed(self) -> None:
        self._on_closed()

    def close(self, now: float) -> None:
        """Says goodbye for all slots; nothing is sent afterwards."""
        for slot in list(self._shown):
            self.show(slot, None, now)
        if self.connected:
            self._sink.send_rtcp(rtcp.EMPTY_REPORT + rtcp.goodbye([slot.ssrc for slot in self.slots]))
        self.connected = False

    @property
    def octets(self) -> int:
        """What was sent to this person, with what wraps it on the wire."""
        return sum(slot.wire_octets for slot in self.slots)

    def receive_rtp(self, packet: bytes, now: float) -> None:  # noqa: ARG002 (the signature is Traffic's)
        """Nobody publishes on *down*."""
        self._counters.packets_refused += 1

    def receive_rtcp(self, compound: bytes, now: float) -> None:
        try:
            packets = rtcp.parse(compound)
        except ValueError:
            self._counters.packets_refused += 1
            return
        for packet in packets:
            if isinstance(packet, RtcpRrPacket | RtcpSrPacket):
                self._reported(packet, now)
            elif isinstance(packet, RtcpRtpfbPacket):
                slot = self._by_ssrc.get(packet.media_ssrc)
                track = self._shown.get(slot) if slot is not None else None
                if isinstance(slot, PictureSlot) and track is not None:
                    slot.resend(rtcp.lost_packets(packet), track.cache, now)
            elif isinstance(packet, RtcpPsfbPacket):
                for ssrc in rtcp.key_frame_wanted(packet):
                    slot = self._by_ssrc.get(ssrc)
                    track = self._shown.get(slot) if slot is not None else None
                    if track is not None:
                        track.request_key_frame(now)
                rate = rtcp.estimated_rate(packet)
                if rate is not None:
                    self.capacity.reported(rate, now)

    def adapt(self, redundancy: bool, now: float) -> None:
        """Adds the packet before to those of voices, or no longer, by what was lost. Called each second."""
        wanted = self._redundancy.wanted(self.loss.fraction(now, "audio"), now) and redundancy
        for slot in self.slots:
            if isinstance(slot, VoiceSlot):
                slot.redundant = wanted

    def report(self, timelines: Mapping[str, Timeline], now: float) -> None:
        """The sender reports, each second or so."""
        octets = sum(slot.octets for slot in self.slots)
        if self._reported_at:
            self._rate = 8 * (octets - self._octets_before) / max(0.1, now - self._reported_at)
        self._octets_before, self._reported_at = octets, now
        if not self.connected:
            return
        compound = b"".join(
            slot.report(timelines[track.peer], now) for slot, track in self._shown.items() if track.peer in timelines
        )
        if compound:
            self._sink.send_rtcp(compound)

    def _attach(self, slot: Slot, now: float) -> None:
        track = self._shown[slot]
        if slot in self._web:
            track.attach(self._web[slot].showing(track.peer), now)
        elif self.connected:
            track.attach(slot, now)

    def _outlet(self, slot: Slot) -> Outlet:
        return self._web.get(slot, slot)

    def _reported(self, packet: RtcpRrPacket | RtcpSrPacket, now: float) -> None:
        ours = [block for block in packet.reports if block.ssrc in self._by_ssrc]
        for block in ours:
            round_trip = rtcp.round_trip(block, self._clock.at(now))
            if round_trip is not None:
                if not self.round_trip_known:
                    self.round_trip_known = True
                    self.round_trip = round_trip
                self.round_trip += (round_trip - self.round_trip) / 4
        for block in ours:
            self.loss.reported(block, self._by_ssrc[block.ssrc].kind, now)
        pictures = [block for block in ours if self._by_ssrc[block.ssrc].kind == "video"]
        if pictures:
            self.capacity.lost(max(block.fraction_lost for block in pictures) / 256, self._rate, now)
