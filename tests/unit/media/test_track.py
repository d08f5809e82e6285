"""A track between its publisher and those who receive it."""

import asyncio
from dataclasses import dataclass, field
from time import monotonic

from aiortc.rtp import RtcpPsfbPacket, RtcpRtpfbPacket

from server.media import rtcp
from server.media.codecs import OPUS, VP8
from server.media.track import Track
from tests.unit.media.wire import Source, Wire


@dataclass
class Publisher:
    """What comes back to the publisher of a track."""

    kind: str = "video"
    feedback: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.track = Track("p", "audio" if self.kind == "audio" else "video", self.feedback.append, lambda: 0.1)

    def key_frame_requests(self) -> int:
        packets = [packet for data in self.feedback for packet in rtcp.parse(data)]
        return sum(isinstance(packet, RtcpPsfbPacket) for packet in packets)

    def asked_again(self) -> list[int]:
        packets = [packet for data in self.feedback for packet in rtcp.parse(data)]
        return [number for packet in packets if isinstance(packet, RtcpRtpfbPacket) for number in packet.lost]

    def send(self, source: Source, *, key: bool = False, now: float = 1.0, padding: bool = False) -> None:
        packet = source.packet(key=key, payload=b"\0\0\3" if padding else None, padding=0x20 if padding else 0)
        assert source.stream.accept(packet.ext_seq & 0xFFFF, now) >= 0
        self.track.publish(source.stream, packet, now)


async def test_who_comes_later_waits_for_a_key_frame_that_is_asked_for_once() -> None:
    publisher, source = Publisher(), Source(VP8)
    first, second, third = Wire(), Wire(), Wire()
    publisher.track.attach(first.slot, 0.0)
    publisher.send(source, key=True, now=0.0)
    publisher.track.attach(second.slot, 1.0)
    publisher.track.attach(third.slot, 1.01)
    publisher.send(source, now=1.02)
    assert publisher.key_frame_requests() == 1
    publisher.send(source, key=True, now=1.2)
    publisher.send(source, now=1.24)
    assert [len(wire.media()) for wire in (first, second, third)] == [4, 2, 2]
    assert first.steps() == [1, 1, 1]


async def test_a_key_frame_that_does_not_come_is_asked_for_again() -> None:
    publisher, source = Publisher(), Source(VP8)
    publisher.send(source, key=True, now=0.0)
    publisher.track.attach(Wire().slot, 1.0)
    for step in range(20):
        publisher.send(source, now=1.0 + step / 10)
    assert publisher.key_frame_requests() == 4  # at 1.0, 1.5, 2.0, 2.5 and not at each packet


async def test_coming_and_going_of_others_leaves_no_trace() -> None:
    publisher, source = Publisher(), Source(VP8)
    stays, comes = Wire(), Wire()
    publisher.track.attach(stays.slot, 0.0)
    for step in range(50):
        if step == 10:
            publisher.track.attach(comes.slot, step / 10)
        if step == 30:
            publisher.track.detach(comes.slot)
        publisher.send(source, key=step in (0, 12), now=step / 10)
    assert stays.steps() == [1] * 49
    assert len(comes.media()) == 18


async def test_a_muted_track_lets_nothing_out() -> None:
    publisher, source, wire = Publisher("audio"), Source(OPUS), Wire("audio")
    publisher.track.attach(wire.slot, 0.0)
    publisher.send(source)
    publisher.track.enable(False, 1.0)
    for _ in range(10):
        publisher.send(source)
    publisher.track.enable(True, 2.0)
    publisher.send(source)
    assert [packet.payload for packet in wire.media()] == [b"voice 65536", b"voice 65547"]
    assert wire.steps() == [1]


async def test_pictures_switched_on_again_start_at_a_key_frame() -> None:
    publisher, source, wire = Publisher(), Source(VP8), Wire()
    publisher.track.attach(wire.slot, 0.0)
    publisher.send(source, key=True, now=0.0)
    publisher.track.enable(False, 1.0)
    publisher.send(source, key=True, now=1.1)
    publisher.track.enable(True, 2.0)
    publisher.send(source, now=2.1)
    assert len(wire.media()) == 1
    assert publisher.key_frame_requests() == 1
    publisher.send(source, key=True, now=2.2)
    assert len(wire.media()) == 2


async def test_padding_goes_to_nobody_and_leaves_no_gap() -> None:
    publisher, source, wire = Publisher(), Source(VP8), Wire()
    publisher.track.attach(wire.slot, 0.0)
    publisher.send(source, key=True)
    for _ in range(3):
        publisher.send(source, padding=True)
    publisher.send(source)
    assert len(wire.media()) == 2
    assert wire.steps() == [1]


async def test_missing_pictures_are_asked_for_and_leave_their_place_free() -> None:
    publisher, source, wire = Publisher(), Source(VP8), Wire()
    publisher.track.attach(wire.slot, 0.0)
    publisher.send(source, key=True, now=monotonic())
    lost = source.packet()
    for _ in range(4):
        publisher.send(source, now=monotonic())
    await asyncio.sleep(0.06)
    assert publisher.asked_again() == [lost.ext_seq & 0xFFFF]
    assert wire.steps() == [2, 1, 1, 1]
    publisher.track.end()


async def test_a_voice_is_never_asked_for_again() -> None:
    publisher, source, wire = Publisher("audio"), Source(OPUS), Wire("audio")
    publisher.track.attach(wire.slot, 0.0)
    publisher.send(source)
    source.packet()
    for _ in range(5):
        publisher.send(source)
    await asyncio.sleep(0.05)
    assert publisher.feedback == []


async def test_when_the_stream_ends_the_next_one_is_shown_without_a_seam() -> None:
    publisher, wire = Publisher(), Wire()
    publisher.track.attach(wire.slot, 0.0)
    one, other = Source(VP8, ssrc=1, start=70000), Source(VP8, ssrc=2, start=66000)
    publisher.send(one, key=True)
    publisher.track.end()
    publisher.send(other, key=True)
    publisher.send(other)
    assert wire.steps() == [1, 1]
