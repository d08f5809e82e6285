"""A ladder in the loop with a line, in virtual time: one publisher behind ``load_tests.netlab.link.Link``, whose sound
and pictures follow the rung at once as a client's do, and whose samples are taken as the server takes them.

Made, not recorded: it holds the rules to each other. What browsers on shaped lines really say is in
``tests/unit/signalling/traces``.
"""

from dataclasses import dataclass, field
from random import Random

from load_tests.netlab.link import Conditions, Link
from server.media.engine import Measured
from server.media.lateness import Lateness
from server.signalling import ladder
from server.signalling.ladder_state import Decision, Limits, State
from server.signalling.rungs import Rung, pictures_of, voice_of
from server.signalling.samples import Tally, out_sample

HEADERS = 50  # bytes: IP, UDP, RTP, SRTP
TICK = 0.01
PICTURES = {"none": 0.0, "small": 120_000.0, "full": 700_000.0}
FOUND_OUT = 0.25  # seconds of a browser to change how it encodes


@dataclass
class Window:
    """What was counted since the last sample."""

    at: float = 0.0
    expected: int = 0
    came: int = 0
    bits: int = 0
    offered: int = 0
    gap: float = 0.0


@dataclass
class Change:
    at: float
    rung: Rung
    red: bool
    cause: str | None


@dataclass
class Model:
    """``camera``: whether there are pictures to send. ``talks``: the share of time in which there is a voice (DTX)."""

    conditions: Conditions
    limits: Limits = field(default_factory=lambda: Limits(stills=True, web=True))
    camera: bool = True
    talks: float = 1.0
    seed: int = 1
    first: Rung = "video"

    def __post_init__(self) -> None:
        self.random = Random(self.seed)  # noqa: S311 (packets get lost, nothing is kept secret)
        self.link = Link(self.conditions, self.random)
        self.state: State = ladder.start(self.first)
        self.decision = Decision(self.first, red=False)
        self.now = 0.0
        self.changes: list[Change] = [Change(0.0, self.first, False, None)]
        self.estimate = 300_000.0
        self.voice = voice_of(self.first)
        self.pictures = pictures_of(self.first)
        self.red = False
        self._pending: list[tuple[float, Decision]] = []
        self._next_voice = self._next_picture = self._next_other = 0.0
        self._next_server, self._next_rate = 1.0, 1.0
        self._server, self._rate = Window(), Window()
        self._last_arrival = 0.0
        self._talking_until = self._silent_until = 0.0
        self.heard: list[tuple[float, float]] = []  # (when, share of voice packets that came, after RED), each second
        self._sent: dict[int, float] = {}
        self._seq = 0
        self._came: set[int] = set()
        self._highest = -1
        self.tally, self.lateness = Tally(), Lateness()

    def run(self, seconds: float) -> "Model":
        end = self.now + seconds
        while self.now < end:
            self.now = round(self.now + TICK, 6)
            self._send()
            self._receive()
            self._control()
            self._samples()
        return self

    def change(self, conditions: Conditions) -> None:
        self.conditions = conditions
        self.link.change(conditions, self.now)

    # The publisher

    def _send(self) -> None:
        now = self.now
        while self._next_voice <= now:
            self._next_voice += self.voice.ptime / 1000
            if not self._talks() and self.random.random() > self.voice.ptime / 400:
                continue
            body = int(self.voice.kbps * self.voice.ptime / 8)
            self._offer("v", HEADERS + (2 * body + 5 if self.red else body), self._seq)
            self._sent[self._seq] = now
            self._seq += 1
        rate = min(PICTURES[self.pictures], self.estimate) if self.camera else 0.0
        if rate < 30_000:
            self._next_picture = now
        while rate and self._next_picture <= now:
            self._next_picture += 1200 * 8 / rate
            self._offer("p", 1200, 0)
        while self._next_other <= now:  # reports, checks of consent
            self._next_other += 1.0
            self._offer("o", 110, 0)

    def _talks(self) -> bool:
        if self.talks >= 1:
            return True
        if self.now > self._silent_until:
            self._talking_until = self.now + self.random.expovariate(1 / 2) * self.talks
            self._silent_until = self._talking_until + self.random.expovariate(1 / 2) * (1 - self.talks)
        return self.now < self._talking_until

    def _offer(self, kind: str, size: int, seq: int) -> None:
        self.link.offer(kind.encode() + seq.to_bytes(4, "big") + bytes(size - 5), self.now)
        for window in (self._server, self._rate):
            window.offered += size * 8

    def _receive(self) -> None:
        for packet in self.link.due(self.now):
            gap = self.now - self._last_arrival
            self._last_arrival = self.now
            for window in (self._server, self._rate):
                window.bits += len(packet) * 8
                window.gap = max(window.gap, gap)
                if packet[:1] == b"v":
                    window.came += 1
            if packet[:1] == b"v":
                seq = int.from_bytes(packet[1:5], "big")
                self._came.add(seq)
                self.lateness.heard(int((self.now - self._sent[seq]) * 48_000), 48_000, self.now)
                self._server.expected += max(0, seq - self._highest)
                self._highest = max(self._highest, seq)

    def _control(self) -> None:
        """As Chromium sends without transport-cc: by the loss of the last second."""
        if self.now < self._next_rate:
            return
        self._next_rate += 1.0
        window = self._rate
        lost = 1 - window.bits / window.offered if window.offered else 0.0
        if lost > 0.10:
            self.estimate = max(30_000.0, self.estimate * (1 - lost / 2))
        elif lost < 0.02:
            self.estimate = min(1_500_000.0, self.estimate * 1.08 + 1000)
        self._rate = Window(self.now)

    # The server

    def trip(self) -> float:
        jitter = abs(self.random.gauss(0, self.conditions.jitter))
        return 2 * self.conditions.delay + self.link.wait(self.now) + jitter

    def _samples(self) -> None:
        for at, decision in list(self._pending):
            if at <= self.now:
                self._pending.remove((at, decision))
                self.voice, self.pictures, self.red = voice_of(decision.rung), pictures_of(decision.rung), decision.red
        if self.now >= self._next_server:
            self._next_server += self.random.uniform(0.8, 1.2)
            self._step(self._server)
            self._server = Window(self.now)

    def measure(self, window: Window) -> Measured:
        """As ``Peer`` does."""
        silent = self.now - self._last_arrival > 3
        lost = max(0.0, 1 - window.came / window.expected) if window.expected else 0.0
        return Measured(
            path="none" if silent else "udp",
            out_loss=lost,
            out_rate=int(window.bits / max(0.1, self.now - window.at)),
            in_loss=0.0,
            in_rate=0,
            in_estimate=None,
            round_trip=self.trip(),
            voices=window.expected,
            gap=max(window.gap, self.now - self._last_arrival),
            late=self.lateness.seconds(self.now),
        )

    def _step(self, window: Window) -> None:
        sample = out_sample(
            self.now, self.now - window.at, self.measure(window), self.tally, None, pictures=self.camera
        )
        before = self.decision
        self.state, self.decision = ladder.step(self.state, sample, self.limits)
        if (self.decision.rung, self.decision.red) != (before.rung, before.red):
            self.changes.append(Change(self.now, self.decision.rung, self.decision.red, self.decision.cause))
            self._pending.append((self.now + self.conditions.delay + FOUND_OUT, self.decision))

    # What came of it

    def rungs(self) -> list[Rung]:
        """One after the other, without those of redundancy alone."""
        found: list[Rung] = []
        for change in self.changes:
            if not found or found[-1] != change.rung:
                found.append(change.rung)
        return found

    def at(self, when: float) -> Rung:
        return [change.rung for change in self.changes if change.at <= when][-1]

    def intelligible(self, begin: float, end: float) -> float:
        """The share of the voice sent between the two that was heard within the conversation."""
        sent = [seq for seq, at in self._sent.items() if begin <= at < end]
        heard = [seq for seq in sent if seq in self._came or (self.red and seq + 1 in self._came)]
        return len(heard) / max(1, len(sent))
