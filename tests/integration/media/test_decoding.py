"""The call as a WebRTC stack hears and sees it: aiortc's own RTCPeerConnections encode and decode real media."""

import asyncio
import math
import re
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError, MediaStreamTrack, VideoStreamTrack
from av import AudioFrame, VideoFrame

from server.media.engine import PeerState
from tests.integration.media.conftest import ALL_ON, Calls
from tests.support.bare_browser import until

LOUD = 8000  # of 32767


class Tone(AudioStreamTrack):
    """A voice of one pitch."""

    def __init__(self, hertz: int) -> None:
        super().__init__()
        self._hertz = hertz

    async def recv(self) -> AudioFrame:
        frame = await super().recv()
        assert isinstance(frame, AudioFrame)
        assert frame.pts is not None
        step = 2 * math.pi * self._hertz / frame.sample_rate
        samples = [round(LOUD * math.sin(step * (frame.pts + index))) for index in range(frame.samples)]
        frame.planes[0].update(struct.pack(f"<{len(samples)}h", *samples))
        return frame


class Grey(VideoStreamTrack):
    """Small pictures of one shade."""

    def __init__(self, shade: int) -> None:
        super().__init__()
        self._shade = shade

    async def recv(self) -> VideoFrame:
        pts, time_base = await self.next_timestamp()
        frame = VideoFrame(width=64, height=48, format="yuv420p")
        for plane, value in zip(frame.planes, (self._shade, 128, 128), strict=True):
            plane.update(bytes([value]) * plane.buffer_size)
        frame.pts, frame.time_base = pts, time_base
        return frame


@dataclass
class Viewer:
    """Two RTCPeerConnections, and what was decoded on each slot."""

    up: RTCPeerConnection
    down: RTCPeerConnection
    pitches: dict[str, list[int]] = field(default_factory=dict)
    shades: dict[str, list[int]] = field(default_factory=dict)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def watch(self, mid: str, track: MediaStreamTrack) -> None:
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            if isinstance(frame, AudioFrame):
                self.pitches.setdefault(mid, []).append(pitch(frame))
            elif isinstance(frame, VideoFrame):
                self.shades.setdefault(mid, []).append(bytes(frame.planes[0])[frame.width // 2])

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await asyncio.gather(self.up.close(), self.down.close())


def pitch(frame: AudioFrame) -> int:
    """Hertz, by counting how often a loud signal crosses zero; 0 for silence."""
    channels = frame.layout.nb_channels
    samples = struct.unpack(f"<{frame.samples * channels}h", bytes(frame.planes[0])[: 2 * frame.samples * channels])[
        ::channels
    ]
    if max(samples) < LOUD // 4:
        return 0
    rising = sum(before < 0 <= after for before, after in pairwise(samples))
    return int(rising * frame.sample_rate // frame.samples)


async def join(calls: Calls, peer: str, hertz: int, shade: int) -> Viewer:
    here = RTCConfiguration(iceServers=[])
    viewer = Viewer(RTCPeerConnection(here), RTCPeerConnection(here))
    viewer.up.addTransceiver(Tone(hertz), direction="sendonly")
    viewer.up.addTransceiver(Grey(shade), direction="sendonly")
    await viewer.up.setLocalDescription(await viewer.up.createOffer())
    joined = await calls.engine.join("room", peer, viewer.up.localDescription.sdp, ALL_ON, video=True, capacity=4)
    await viewer.down.setRemoteDescription(RTCSessionDescription(with_candidates_everywhere(joined.offer), "offer"))
    await viewer.down.setLocalDescription(await viewer.down.createAnswer())
    await viewer.up.setRemoteDescription(RTCSessionDescription(joined.answer, "answer"))
    await calls.engine.answer("room", peer, viewer.down.localDescription.sdp)
    for transceiver in viewer.down.getTransceivers():
        assert transceiver.mid is not None
        viewer.tasks.append(asyncio.create_task(viewer.watch(transceiver.mid, transceiver.receiver.track)))
    await until(lambda: ("connected", peer) in calls.told.events, f"the connection of {peer}")
    return viewer


def with_candidates_everywhere(offer: str) -> str:
    """aiortc looks for candidates in the last section of a transport, not in the first of the bundle (RFC 9143)."""
    head, *sections = offer.split("m=")
    candidates = "".join(re.findall(r"^a=(?:candidate|end-of).*\r\n", sections[0], re.MULTILINE))
    return "m=".join([head, sections[0], *(section + candidates for section in sections[1:])])


@asynccontextmanager
async def in_call(calls: Calls) -> AsyncIterator[tuple[Viewer, Viewer]]:
    julien = await join(calls, "julien", 400, 60)
    lea = await join(calls, "lea", 1000, 180)
    try:
        yield julien, lea
    finally:
        await asyncio.gather(julien.close(), lea.close())


def near(values: list[int], expected: int, *, within: int) -> bool:
    return len(values) >= 10 and all(abs(value - expected) <= within for value in values[-5:])


async def test_each_hears_the_voice_and_sees_the_picture_of_the_other(calls: Calls) -> None:
    async with in_call(calls) as (julien, lea):
        await until(lambda: near(lea.pitches.get("a0", []), 400, within=60), "Julien's voice at Léa")
        await until(lambda: near(julien.pitches.get("a0", []), 1000, within=60), "Léa's voice at Julien")
        await until(lambda: near(lea.shades.get("v0", []), 60, within=8), "Julien's picture at Léa")
        await until(lambda: near(julien.shades.get("v0", []), 180, within=8), "Léa's picture at Julien")
    assert set(lea.pitches) == set(julien.pitches) == {"a0"}


async def test_muting_silences_the_voice_at_the_other_side(calls: Calls) -> None:
    async with in_call(calls) as (_, lea):
        await until(lambda: near(lea.pitches.get("a0", []), 400, within=60), "Julien's voice at Léa")
        await calls.engine.set_state("room", "julien", PeerState(mic=False, camera=True, voice_only=False))
        await asyncio.sleep(0.3)  # what was on its way, and in her buffer
        lea.pitches.clear()
        await asyncio.sleep(0.5)
        assert not any(lea.pitches.get("a0", []))
        await calls.engine.set_state("room", "julien", ALL_ON)
        await until(lambda: near(lea.pitches.get("a0", []), 400, within=60), "Julien's voice again")


async def test_who_takes_the_place_of_another_is_decoded_on_the_same_slot(calls: Calls) -> None:
    async with in_call(calls) as (julien, _):
        await until(lambda: near(julien.shades.get("v0", []), 180, within=8), "Léa's picture at Julien")
        await calls.engine.leave("room", "lea")
        julien.shades.clear()
        claire = await join(calls, "claire", 700, 120)
        await until(lambda: near(julien.shades.get("v0", []), 120, within=8), "Claire's picture at Julien")
        await until(lambda: near(julien.pitches.get("a0", []), 700, within=60), "Claire's voice at Julien")
        await claire.close()


async def test_voice_only_is_voice_and_nothing_else(calls: Calls) -> None:
    async with in_call(calls) as (julien, lea):
        await until(lambda: near(julien.shades.get("v0", []), 180, within=8), "pictures")
        await calls.engine.set_state("room", "lea", PeerState(mic=True, camera=True, voice_only=True))
        await asyncio.sleep(0.3)
        julien.shades.clear()
        lea.shades.clear()
        julien.pitches.clear()
        await until(lambda: near(julien.pitches.get("a0", []), 1000, within=60), "Léa's voice")
        assert julien.shades == lea.shades == {}
