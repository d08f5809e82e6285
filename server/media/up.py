"""The publishing side of a person: what their *up* leg brings in becomes packets on their tracks."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

from aiortc.rtp import RtcpByePacket, RtcpSrPacket

from server.media import red, rtcp
from server.media.binding import Binding, Name
from server.media.counters import Counters
from server.media.reception import Reception
from server.media.rtp import (
    HEADER,
    HEADER_LENGTH,
    MARKER,
    PADDING,
    PAYLOAD_TYPE,
    WRAPPING,
    Packet,
    extension,
    payload_offset,
)
from server.media.sdp import Description, Format
from server.media.timeline import Timeline
from server.media.track import Track
from server.media.web import FedVoice

NOT_PLAIN: Final = 0x1F  # in the first byte: an extension, or CSRCs
LEVEL: Final = 0x7F  # RFC 6464 section 3
SILENCE: Final = 127
LONGEST_SILENCE: Final = 8  # bytes of Opus that may be comfort noise; it is one to three


class Feedback(Protocol):
    """How RTCP goes back to the browser."""

    def send_rtcp(self, compound: bytes) -> None: ...


class Up:
    """``tracks`` by the name of what they are (see ``binding``). ``on_voice`` is told how loud each packet of the voice
    is, while somebody wants to know."""

    def __init__(
        self,
        tracks: Mapping[Name, Track],
        feedback: Feedback,
        clock: rtcp.NtpClock,
        counters: Counters,
        on_connected: Callable[[], None],
        on_closed: Callable[[], None],
    ) -> None:
        self.timeline = Timeline()
        self.on_voice: Callable[[int, float], None] | None = None
        self.octets = 0  # that came, with what wraps them on the wire
        self._came_at: float | None = None
        self._gap = 0.0
        self._tracks = tracks
        self._cname = secrets.token_hex(8).encode()  # of our reports
        self._formats: dict[int, Format] = {}
        self._streams: dict[int, Reception] = {}  # by SSRC
        self._live: dict[Track, Reception] = {}  # of those, the one behind each track
        self._binding = Binding()
        self._bound: dict[int, Track] = {}  # by SSRC, also those of repairs
        self._fed: FedVoice | None = None  # while the voice comes over the web
        self._feedback = feedback
        self._clock = clock
        self._counters = counters
        self._on_closed = on_closed
        self._on_connected = on_connected

    def accept(self, offer: Description) -> None:
        """How the browser numbers the formats that we answer with."""
        self._formats = {f.payload_type: f for section in offer.sections for f in section.formats}
        self._binding.accept(offer)
        self._bound.clear()

    def receive_rtp(self, packet: bytes, now: float) -> None:
        self.octets += len(packet) + WRAPPING
        if self._came_at is not None and now - self._came_at > self._gap:
            self._gap = now - self._came_at
        self._came_at = now
        first, second, sequence_number, timestamp, ssrc = HEADER.unpack_from(packet)
        form = self._formats.get(second & PAYLOAD_TYPE)
        track = self._bound.get(ssrc)
        if track is None and form is not None:
            track = self._bind(packet, form.payload_type, ssrc)
        if form is None or track is None or form.codec.kind != track.kind:
            self._counters.packets_refused += 1
            return
        if first & NOT_PLAIN:
            try:
                payload = packet[payload_offset(packet, first) :]
            except ValueError:
                self._counters.packets_refused += 1
                return
        else:
            payload = packet[HEADER_LENGTH:]
        if first & PADDING and not (payload and 0 < payload[-1] <= len(payload)):
            self._counters.packets_refused += 1  # padding that lies: receivers would stumble over it
            return
        if form.is_rtx:
            self._repaired(track, form, first, second, timestamp, payload, now)
            return
        codec = form.codec
        stream = self._streams.get(ssrc)
        if stream is None:
            stream = self._streams[ssrc] = Reception(ssrc, codec)  # the leg bounds how many
        stream.codec = codec
        if self._live.get(track) is not stream:
            if stream.received:
                return  # a stream that was replaced
            self._live[track] = stream
        highest = stream.highest
        ext_seq = stream.accept(sequence_number, now)
        if ext_seq < 0:
            if form.is_red and self._fed is None:  # late and made good already, but it may bring one that was not
                self._redundant(track, stream, stream.extend(sequence_number), first, timestamp, payload, now)
            return
        stream.timed(timestamp, now)
        if track.kind == "audio":
            if self.on_voice is not None:
                self.on_voice(self._level(packet, payload), now)
            if self._fed is not None:
                return
            if form.is_red:
                own = self._redundant(track, stream, ext_seq, first, timestamp, payload, now)
                if not own:
                    return
                first, payload = first & ~PADDING, own
        track.publish(
            stream,
            Packet(ext_seq, timestamp, first & PADDING, second & MARKER, codec, payload),
            now,
            late=ext_seq < highest,
        )

    def receive_rtcp(self, compound: bytes, now: float) -> None:
        self.octets += len(compound) + WRAPPING
        try:
            packets = rtcp.parse(compound)
        except ValueError:
            self._counters.packets_refused += 1
            return
        for packet in packets:
            if isinstance(packet, RtcpSrPacket):
                stream = self._streams.get(packet.ssrc)
                if stream is not None:
                    info = packet.sender_info
                    stream.last_sender_report = (info.ntp_timestamp, info.rtp_timestamp, now)
                    self.timeline.heard(info.ntp_timestamp, self._clock.at(now))
            elif isinstance(packet, RtcpByePacket):
                for source in packet.sources:
                    stream = self._streams.pop(source, None)
                    track = self._bound.get(source)
                    if stream is None or track is None or self._live.get(track) is not stream:
                        continue
                    del self._live[track]
                    if track.stream is stream:
                        track.end()

    def trim(self, now: float) -> None:
        """Lets go of what is of no use any more. Called each second."""
        for track, stream in self._live.items():
            if track.kind == "audio":
                stream.losses.trim(now)

    def voice_loss(self) -> tuple[int, int]:
        """Packets of the voice that were due since the last call, and those of them missing, before any repair."""
        stream = self._live.get(self._tracks["audio"])
        return stream.lost() if stream is not None else (0, 0)

    def voice_late(self, now: float) -> float | None:
        """See ``Lateness.seconds``."""
        stream = self._live.get(self._tracks["audio"])
        return stream.lateness.seconds(now) if stream is not None else None

    def longest_gap(self, now: float) -> float:
        """Seconds without a single packet, at most, since the last call."""
        gap = self._gap if self._came_at is None else max(self._gap, now - self._came_at)
        self._gap = 0.0
        return gap

    def open_web(self) -> None:
        """The voice comes through ``feed`` from now on, not from the leg."""
        self._fed = self._fed or FedVoice()

    def close_web(self) -> None:
        self._fed = None

    def feed(self, timestamp: int, frames: Sequence[bytes], now: float) -> None:
        if self._fed is not None:
            if self.on_voice is not None and frames:
                self.on_voice(self._level(b"", max(frames, key=len)), now)
            self._fed.feed(self._tracks["audio"], timestamp, frames, now)

    def leg_connected(self) -> None:
        self._on_connected()

    def leg_closed(self) -> None:
        self._on_closed()

    def report(self, picture_rate: int, now: float) -> None:
        """The receiver report of each second, and how much the pictures may cost."""
        live = list(self._live.values())
        compound = rtcp.receiver_report([stream.report(now) for stream in live], self._cname)
        pictures = [stream.ssrc for stream in live if stream.codec.kind == "video"]
        if pictures:
            compound += rtcp.maximum_bitrate(picture_rate, pictures)
        self._feedback.send_rtcp(compound)

    def feedback(self, packet: bytes) -> None:
        """Sends NACK or PLI; a reduced-size packet would do (RFC 5506), but some want the report before it."""
        self._feedback.send_rtcp(rtcp.EMPTY_REPORT + packet)

    def _bind(self, packet: bytes, payload_type: int, ssrc: int) -> Track | None:
        name = self._binding.find(packet, payload_type, ssrc)
        track = self._tracks.get(name) if name is not None else None
        if track is not None:
            self._bound[ssrc] = track  # the leg bounds how many
        return track

    def _level(self, packet: bytes, payload: bytes) -> int:
        """How loud a voice packet is, as RFC 6464 tells it: 0 the loudest, 127 silence. Where the browser does not,
        a packet that holds anything is speech, as browsers send next to nothing while one is silent (DTX)."""
        told = extension(packet, self._binding.level_id) if packet and self._binding.level_id else b""
        if told:
            return told[0] & LEVEL
        return 0 if len(payload) > LONGEST_SILENCE else SILENCE

    def _redundant(
        self, track: Track, stream: Reception, ext_seq: int, first: int, timestamp: int, payload: bytes, now: float
    ) -> bytes:
        """Publishes what is missing of the earlier packets that this one carries (RFC 2198); the rest was had. Returns
        its own payload, empty when it has none."""
        if first & PADDING:
            payload = payload[: -payload[-1]]
        try:
            *earlier, own = red.unpack(payload)
        except ValueError:
            self._counters.packets_refused += 1
            return b""
        for distance, block in zip(range(len(earlier), 0, -1), earlier, strict=True):
            form = self._formats.get(block.payload_type)
            plain = form is not None and form.codec is stream.codec and not form.is_red and block.data
            if plain and stream.recover(ext_seq - distance):
                before = timestamp - block.earlier & 0xFFFFFFFF
                track.publish(stream, Packet(ext_seq - distance, before, 0, 0, stream.codec, block.data), now)
        return own.data

    def _repaired(
        self, track: Track, form: Format, first: int, second: int, timestamp: int, payload: bytes, now: float
    ) -> None:
        """A packet that was missing, brought again under its own SSRC (RFC 4588 section 4)."""
        stream = track.stream
        padding = payload[-1] if first & PADDING and payload else 0
        if stream is None or stream.codec is not form.codec or len(payload) - padding < 2:
            return  # nothing but padding: a browser probes the line with these
        ext_seq = stream.extend(int.from_bytes(payload[:2], "big"))
        if not stream.losses.take(ext_seq):
            return  # never missed, or came meanwhile
        packet = Packet(ext_seq, timestamp, first & PADDING, second & MARKER, form.codec, payload[2:])
        track.publish(stream, packet, now, late=True)
