"""A peer: one person's part in a call. Two legs, tracks of their own, and slots for those of the others."""

import asyncio
import random
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Final, Protocol

from aiortc.rtcdtlstransport import RTCCertificate

from server.media import describe, rtcp, sdp
from server.media.binding import NAMES, VIDEO_NAMES, Name
from server.media.counters import Counters
from server.media.down import Down
from server.media.engine import Credentials, Measured, Path, Pictures, Shape
from server.media.errors import UnusableDescription
from server.media.ice import CONSENT, QUIET
from server.media.leg import SETTLED, Leg
from server.media.measure import EVERY, GONE, Rate
from server.media.port import MediaPort
from server.media.quality import Chooser
from server.media.rtcp import NtpClock
from server.media.timeline import Timeline
from server.media.track import Track
from server.media.up import Up

SPARING_INTERVAL: Final = 4.5  # seconds between reports on the bottom rungs (RFC 3550's own rule would give about five)
LOSSY: Final = 0.1  # of what is sent either way
BEAT: Final = 0.5  # seconds after each tick: four signs of life in any 2.5 s
TICK: Final = (0.8, 1.2)  # seconds between reports; by chance, so that not all peers report at once (RFC 3550 6.2)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all peers of a process share."""

    certificate: RTCCertificate
    endpoint: describe.Endpoint
    port: MediaPort
    counters: Counters
    clock: NtpClock
    consent: float = CONSENT
    quiet: float = QUIET
    settled: float = SETTLED


class Company(Protocol):
    """The room, as a peer sees it."""

    def timelines(self) -> Mapping[str, Timeline]: ...
    def farthest(self) -> float: ...
    def picture_rate(self, peer: "Peer", now: float) -> int: ...
    def reconsider(self, peer: "Peer", now: float) -> None: ...
    def connected(self, peer: "Peer") -> None: ...
    def quiet(self, peer: "Peer") -> None: ...
    def lost(self, peer: "Peer", reason: str) -> None: ...
    def measured(self, peer: "Peer", measured: Measured) -> None: ...
    def web_voice(self, peer: "Peer", source: str, timestamp: int, payload: bytes) -> None: ...


class Peer:
    """Made from the offer of *up*; raises UnusableDescription. ``persons`` is how many others it can be shown."""

    def __init__(self, identifier: str, offer: str, persons: int, video: bool, shared: Surroundings, room: Company):
        description = sdp.parse_offer(offer)
        now = monotonic()
        self.identifier = identifier
        self.voice_only = False
        self.shape = Shape()
        self.web = False
        self._shared = shared
        self._room = room
        self._origins = [secrets.randbits(62), secrets.randbits(62)]
        self._version = 0
        self._up_description = description
        self._up_leg, self._down_leg = (
            Leg(shared.certificate, "server", shared.counters, shared.port.forget, now) for _ in range(2)
        )
        self.down = Down(persons, video, self._down_leg, shared.clock, shared.counters, self._connected, self._closed)
        self.tracks: dict[Name, Track] = {
            name: Track(identifier, "audio" if name == "audio" else "video", self._feedback, self._round_trip)
            for name in NAMES
        }
        self.chooser = Chooser()
        self.layers: frozenset[Pictures] = frozenset({"full"})  # that its browser was told to send
        self.up = Up(self.tracks, self._up_leg, shared.clock, shared.counters, self._connected, self._closed)
        self.up.accept(description)
        self._up_leg.traffic, self._down_leg.traffic = self.up, self.down
        self._rates = Rate(now), Rate(now)
        self._measured_at = self._reported_at = now
        self._octets_before = 0
        self._weak = False
        self._answered = False
        self.present = False  # others were told that it is connected
        self._gone = False
        for leg in (self._up_leg, self._down_leg):
            shared.port.add(leg)
        self._up_leg.set_remote(description.credentials, description.fingerprints)
        self._timer = asyncio.get_running_loop().call_later(random.uniform(*TICK), self._tick)  # noqa: S311 (not a secret)

    def describe(self) -> tuple[str, str]:
        """Our answer for *up* and our offer for *down*, as things stand."""
        self._version += 1
        up, down = (f"{origin} {self._version}" for origin in self._origins)
        endpoint = self._shared.endpoint
        return (
            describe.answer(self._up_description, endpoint, self._up_leg.ice.local, "passive", up),
            describe.offer([slot.describe() for slot in self.down.slots], endpoint, self._down_leg.ice.local, down),
        )

    def accept(self, answer: str) -> None:
        """The browser's answer for *down*. Raises UnusableDescription."""
        description = sdp.parse_answer(answer, tuple(slot.mid for slot in self.down.slots))
        self._down_leg.set_remote(description.credentials, description.fingerprints)
        self.down.accept(description)
        self._answered = True
        self._connected()

    def restart(self, offer: str) -> None:
        """New ICE credentials for both legs; everything else stays as it is. Raises UnusableDescription."""
        description = sdp.parse_offer(offer)
        before = self._up_description
        if [(s.mid, s.kind) for s in description.sections] != [(s.mid, s.kind) for s in before.sections]:
            raise UnusableDescription("a restart cannot change the sections")
        now = monotonic()
        self._up_leg.set_remote(description.credentials, description.fingerprints)
        self._up_description = description
        self.up.accept(description)
        for leg in (self._up_leg, self._down_leg):
            self._shared.port.restart(leg, now)

    def restarted(self, up: Credentials, down: Credentials) -> None:
        """The browser restarted ICE by itself."""
        for leg, credentials in ((self._up_leg, up), (self._down_leg, down)):
            leg.ice.set_remote(credentials)

    def set_state(self, mic: bool, camera: bool, voice_only: bool) -> None:
        """What the person lets out; the room sees to what comes in."""
        now = monotonic()
        self.voice_only = voice_only
        self.tracks["audio"].enable(mic, now)
        for name in VIDEO_NAMES:
            self.tracks[name].enable(camera and not voice_only, now)

    @property
    def two_qualities(self) -> bool:
        """Whether its browser offered small pictures beside the full ones."""
        return sum(section.kind == "video" and bool(section.formats) for section in self._up_description.sections) > 1

    def open_web(self) -> None:
        """Voices pass through the room's ``web_voice`` and through ``feed``; the legs may stay silent."""
        self.web = True
        self.up.open_web()
        self.down.open_web(self._web_voice, monotonic())
        self._connected()

    def close_web(self) -> None:
        now = monotonic()
        if self.web:  # the time that the legs were not asked for does not count
            for leg in (self._up_leg, self._down_leg):
                leg.ice.heard_at = max(leg.ice.heard_at, now - self._shared.quiet)
        self.web = False
        self.up.close_web()
        self.down.close_web(now)

    def stop(self) -> None:
        """From here on no packet of this person goes out, and none comes to them."""
        if self._gone:
            return
        self._gone = True
        self._timer.cancel()
        now = monotonic()
        for track in self.tracks.values():
            track.enable(False, now)
            track.end()
        self.down.close(now)
        for leg in (self._up_leg, self._down_leg):
            self._shared.port.remove(leg)

    async def close(self) -> None:
        """Ends the DTLS associations; after ``stop``."""
        self.stop()
        await asyncio.gather(self._up_leg.close(), self._down_leg.close())

    def _feedback(self, packet: bytes) -> None:
        self.up.feedback(packet)

    def _round_trip(self) -> float:
        return self.down.round_trip

    def _web_voice(self, source: str, timestamp: int, payload: bytes) -> None:
        self._room.web_voice(self, source, timestamp, payload)

    def _connected(self) -> None:
        now = monotonic()
        if self._down_leg.connected and self._answered:
            self.down.open(now)
        if not self.present and (self.web or (self.down.connected and self._up_leg.connected)):
            self.present = True
            self._room.connected(self)

    def _closed(self) -> None:
        if not self._gone:
            self._room.lost(self, "closed")

    def _tick(self) -> None:
        now = monotonic()
        self._timer = asyncio.get_running_loop().call_later(random.uniform(*TICK), self._tick)  # noqa: S311 (not a secret)
        if self.shape.sparing or self._weak:
            asyncio.get_running_loop().call_later(BEAT, self._beat)
        legs = (self._up_leg, self._down_leg)
        if not self.web and now - min(leg.consented_at for leg in legs) > self._shared.consent:
            self._room.lost(self, "silent")
            return
        for leg in legs:
            leg.refill()
        self._down_leg.settle(self._shared.settled, now)  # browsers close both at once, and *up* says so
        silent = not self.web and now - max(leg.heard_at for leg in legs) > self._shared.quiet
        if silent and self.present:
            self.present = False
            self._room.quiet(self)
        elif not silent and not self.present:
            self._connected()
        if now - self._measured_at > EVERY - TICK[0] / 2:
            self._measured_at = now
            self._room.measured(self, self._measure(now))
        farthest = self._room.farthest()
        for name in VIDEO_NAMES:
            self.tracks[name].cache.trim(now, farthest)
        self.up.trim(now)
        self._room.reconsider(self, now)
        self.down.adapt(self.shape.redundancy, now)
        if self.shape.sparing and now - self._reported_at < SPARING_INTERVAL:
            self._beat()
            return
        self._reported_at = now
        self.up.report(self._room.picture_rate(self, now), now)
        self.down.report(self._room.timelines(), now)

    def _beat(self) -> None:
        """The least that can be said, on each leg that said nothing else since the last time: a browser that hears
        nothing for 2.5 s believes its path to be weak, and checks it twenty times a second. On a line of 16 kbit/s that
        takes what the voice needs."""
        if self._gone:
            return
        silent = self.down.octets == self._octets_before
        self._octets_before = self.down.octets
        for leg in (self._up_leg, self._down_leg) if silent else (self._up_leg,):
            leg.send_rtcp(rtcp.EMPTY_REPORT)

    def _measure(self, now: float) -> Measured:
        selected = self._up_leg.ice.selected
        path: Path = selected.kind if selected is not None else "none"
        if self.web:
            path = "web"
        elif not self._up_leg.connected or now - max(self._up_leg.heard_at, self._down_leg.heard_at) > GONE:
            path = "none"
        out_rate, in_rate = self._rates
        due, lost = self.up.voice_loss()
        out_loss, in_loss = lost / due if due > 0 else 0.0, self.down.loss.fraction(now)
        self._weak = max(out_loss, in_loss) > LOSSY
        return Measured(
            path=path,
            out_loss=out_loss,
            out_rate=out_rate.since(self.up.octets, now),
            in_loss=in_loss,
            in_rate=in_rate.since(self.down.octets, now),
            in_estimate=self.down.capacity.estimate(now),
            round_trip=self.down.round_trip if self.down.round_trip_known else None,
            voices=due,
            gap=self.up.longest_gap(now),
            late=self.up.voice_late(now),
        )
