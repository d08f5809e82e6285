"""One direction of a bad line as a pure model on injected time: what goes in, and when it comes out, if ever.

A packet waits in a bounded queue, takes its time on the line (its whole IP size at the line's rate), may get lost, and
then travels. A lost packet has taken its time like any other, as on a radio link.
"""

import heapq
from collections import deque
from dataclasses import dataclass, fields
from random import Random


@dataclass(frozen=True, slots=True)
class Conditions:
    """``rate`` is in bits/s of whole IP packets; times are in seconds; ``loss`` is the share lost in the long run, in
    bursts of ``burst`` packets on average (Gilbert's model; 1: each packet by itself)."""

    rate: float | None = None
    delay: float = 0.0  # one way, without the queue
    jitter: float = 0.0  # standard deviation of what is added to the delay; packets keep their order
    loss: float = 0.0
    burst: float = 1.0
    queue: float = 1.0  # the longest that a packet waits for the line; what would wait longer is dropped on arrival
    cut: bool = False  # nothing passes, and what was under way is gone

    def __post_init__(self) -> None:
        if self.rate is not None and self.rate <= 0:
            raise ValueError("the rate must be above 0, or none; a line that is cut is said by `cut`")
        if not 0 <= self.loss < 1 or self.burst < 1 or min(self.delay, self.jitter, self.queue) < 0:
            raise ValueError(f"impossible conditions: {self}")
        if self.burst > 1 and self.loss / (1 - self.loss) > self.burst:
            raise ValueError(f"losses of {self.loss:.0%} come in bursts longer than {self.burst}")


@dataclass(slots=True)
class Tally:
    """Packets and bits so far. Those that passed are counted when they come out."""

    offered: int = 0
    passed: int = 0
    bits: int = 0
    lost: int = 0
    overflowed: int = 0
    cut: int = 0

    def take(self) -> dict[str, int]:
        """What was counted since the last time."""
        found = {one.name: getattr(self, one.name) for one in fields(self)}
        for name in found:
            setattr(self, name, 0)
        return found


class Link:
    """``now`` is any clock in seconds that does not go back."""

    def __init__(self, conditions: Conditions, random: Random) -> None:
        self.conditions = conditions
        self.tally = Tally()
        self._random = random
        self._bad = False  # Gilbert's state
        self._waiting: deque[bytes] = deque()  # the first one is on the line
        self._waiting_bits = 0
        self._done_at = 0.0  # when the line will be done with the first one
        self._travelling: list[tuple[float, int, bytes]] = []
        self._sent = 0
        self._last_arrival = 0.0

    def offer(self, packet: bytes, now: float) -> None:
        self._advance(now)
        self.tally.offered += 1
        conditions = self.conditions
        if conditions.cut:
            self.tally.cut += 1
        elif conditions.rate is None:
            self._leave(packet, now)
        elif self.wait(now) > conditions.queue:
            self.tally.overflowed += 1
        else:
            if not self._waiting:
                self._done_at = now + len(packet) * 8 / conditions.rate
            self._waiting.append(packet)
            self._waiting_bits += len(packet) * 8

    def wait(self, now: float) -> float:
        """How long a packet that comes now waits before its turn."""
        if not self._waiting or self.conditions.rate is None:
            return 0.0
        behind = self._waiting_bits - len(self._waiting[0]) * 8
        return self._done_at - now + behind / self.conditions.rate

    def due(self, now: float) -> list[bytes]:
        """What comes out by now, in order."""
        self._advance(now)
        found = []
        while self._travelling and self._travelling[0][0] <= now:
            packet = heapq.heappop(self._travelling)[2]
            self.tally.passed += 1
            self.tally.bits += len(packet) * 8
            found.append(packet)
        return found

    @property
    def next_at(self) -> float | None:
        """When ``due`` should be asked again."""
        moments = []
        if self._waiting:
            moments.append(self._done_at)
        if self._travelling:
            moments.append(self._travelling[0][0])
        return min(moments, default=None)

    def change(self, conditions: Conditions, now: float) -> None:
        """From now on. What travels keeps its time; what waits goes on at the new rate, as far as there is room."""
        self._advance(now)
        before = self.conditions.rate
        self.conditions = conditions
        if conditions.cut:
            self.tally.cut += len(self._waiting) + len(self._travelling)
            self._waiting.clear()
            self._travelling.clear()
            self._waiting_bits = 0
        elif self._waiting and conditions.rate is None:
            while self._waiting:
                self._leave(self._waiting.popleft(), now)
            self._waiting_bits = 0
        elif self._waiting and conditions.rate is not None and before is not None:
            self._done_at = now + (self._done_at - now) * before / conditions.rate
            while len(self._waiting) > 1 and self.wait(now) > conditions.queue:
                self._waiting_bits -= len(self._waiting.pop()) * 8
                self.tally.overflowed += 1

    def _advance(self, now: float) -> None:
        """Lets the line do what it has done by now."""
        rate = self.conditions.rate
        while self._waiting and self._done_at <= now:
            packet = self._waiting.popleft()
            self._waiting_bits -= len(packet) * 8
            self._leave(packet, self._done_at)
            if self._waiting:
                assert rate is not None  # nothing waits on a line without one
                self._done_at += len(self._waiting[0]) * 8 / rate

    def _leave(self, packet: bytes, at: float) -> None:
        if self._loses():
            self.tally.lost += 1
            return
        delay = self.conditions.delay
        if self.conditions.jitter:
            delay += abs(self._random.gauss(0, self.conditions.jitter))
        self._last_arrival = max(self._last_arrival, at + delay)
        self._sent += 1  # keeps packets of one moment in order
        heapq.heappush(self._travelling, (self._last_arrival, self._sent, packet))

    def _loses(self) -> bool:
        loss, burst = self.conditions.loss, self.conditions.burst
        if not loss:
            return False
        if burst <= 1:
            return self._random.random() < loss
        # Gilbert 1960: in the bad state all is lost; 1/burst leads out of it, so that loss is the bad state's share
        leave, enter = 1 / burst, loss / (1 - loss) / burst
        self._bad = self._random.random() >= leave if self._bad else self._random.random() < enter
        return self._bad
