"""The publishing side of a person: what their *up* leg brings in becomes packets on their tracks."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from aiortc.rtp import RtcpByePacket, RtcpSrPacket

from server.media import rtcp
from server.media.counters import Counters
from server.media.engine import Kind
from server.media.reception import Reception
from server.media.rtp import HEADER, HEADER_LENGTH, MARKER, PADDING, WRAPPING, Packet, payload_offset
from server.media.sdp import Description, Format
from server.media.timeline import Timeline
from server.media.track import Track
from server.media.web import FedVoice


class Feedback(Protocol):
    """How RTCP goes back to the browser."""

    def send_rtcp(self, compound: bytes) -> None: ...


class Up:
    """``tracks`` by kind. A stream is bound to its track by its payload type, which is unique in our offers' one
    audio and one video section; the SSRC is then known for good."""

    def __init__(
        self,
        tracks: Mapping[Kind, Track],
        feedback: Feedback,
        clock: rtcp.NtpClock,
        counters: Counters,
        on_connected: Callable[[], None],
        on_closed: Callable[[], None],
    ) -> None:
        self.timeline = Timeline()
        self.octets = 0  # that came, with what wraps them on the wire
        self._tracks = tracks
        self._cname = secrets.token_hex(8).encode()  # of our reports
        self._formats: dict[int, Format] = {}
        self._streams: dict[int, Reception] = {}  # by SSRC
        self._live: dict[Kind, Reception] = {}  # of those, the one behind each track
        self._fed: FedVoice | None = None  # while the voice comes over the web
        self._feedback = feedback
        self._clock = clock
        self._counters = counters
        self._on_closed = on_closed
        self._on_connected = on_connected

    def accept(self, offer: Description) -> None:
        """How the browser numbers the formats that we answer with."""
        self._formats = {f.payload_type: f for section in offer.sections for f in section.formats}

    def receive_rtp(self, packet: bytes, now: float) -> None:
        self.octets += len(packet) + WRAPPING
        first, second, sequence_number, timestamp, ssrc = HEADER.unpack_from(packet)
        stream = self._streams.get(ssrc)
        form = self._formats.get(second & 0x7F)
        if form is None:
            self._counters.packets_refused += 1
            return
        if first & 0x1F:
            try:
                payload = packet[payload_offset(packet, first) :]
            except ValueError:
                self._counters.packets_refused += 1
                return
        else:
            payload = packet[HEADER_LENGTH:]
        if form.is_rtx:
            self._repaired(form, first, second, timestamp, payload, now)
            return
        if stream is None:
            stream = self._streams[ssrc] = Reception(ssrc, form.codec)  # the leg bounds how many
        codec = form.codec
        track = self._tracks[codec.kind]
        if stream.codec is not codec:
            if stream.codec.kind != codec.kind:
                return  # an SSRC does not change from voice to pictures
            stream.codec = codec
        if stream.received and self._live.get(codec.kind) is not stream:
            return  # a stream that was replaced
        self._live[codec.kind] = stream
        highest = stream.highest
        ext_seq = stream.accept(sequence_number, now)
        if ext_seq < 0:
            return
        stream.timed(timestamp, now)
        if self._fed is not None and codec.kind == "audio":
            return
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
                    if stream is None or self._live.get(stream.codec.kind) is not stream:
                        continue
                    del self._live[stream.codec.kind]
                    if self._tracks[stream.codec.kind].stream is stream:
                        self._tracks[stream.codec.kind].end()

    def voice_loss(self) -> float:
        """The part of the voice packets that was missing since the last call, before any repair."""
        stream = self._live.get("audio")
        expected, lost = stream.lost() if stream is not None else (0, 0)
        return lost / expected if expected > 0 else 0.0

    def open_web(self) -> None:
        """The voice comes through ``feed`` from now on, not from the leg."""
        self._fed = self._fed or FedVoice()

    def close_web(self) -> None:
        self._fed = None

    def feed(self, timestamp: int, frames: Sequence[bytes], now: float) -> None:
        if self._fed is not None:
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

    def _repaired(self, form: Format, first: int, second: int, timestamp: int, payload: bytes, now: float) -> None:
        """A packet that was missing, brought again under its own SSRC (RFC 4588 section 4)."""
        track = self._tracks[form.codec.kind]
        stream = track.stream
        padding = payload[-1] if first & PADDING and payload else 0
        if stream is None or stream.codec is not form.codec or len(payload) - padding < 2:
            return  # nothing but padding: a browser probes the line with these
        ext_seq = stream.extend(int.from_bytes(payload[:2], "big"))
        if not stream.losses.take(ext_seq):
            return  # never missed, or came meanwhile
        packet = Packet(ext_seq, timestamp, first & PADDING, second & MARKER, form.codec, payload[2:])
        track.publish(stream, packet, now, late=True)
