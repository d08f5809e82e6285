"""What was said, acknowledged and heard, one direction of a pair at a time: the proof that nothing was lost, doubled
or reordered, and the times that latency is made of."""

import time
from collections.abc import Callable

from load_tests.chat.texts import text


class Broken(Exception):
    """A promise of a chat was broken: something lost, doubled, reordered, changed or refused."""


class Direction:
    """From one person to the other. ``acks`` and ``heard_seqs`` hold the room's numbers where a system has them;
    ``on_progress`` is called after each message that is through: heard by the other and, where the system
    acknowledges, acknowledged."""

    __slots__ = (
        "acknowledges",
        "acks",
        "broken",
        "heard",
        "heard_seqs",
        "last_text",
        "latencies",
        "on_progress",
        "said",
        "said_at",
        "speaker",
        "through",
    )

    def __init__(self, speaker: int, *, acknowledges: bool) -> None:
        self.speaker = speaker
        self.acknowledges = acknowledges
        self.said = 0
        self.last_text = ""
        self.heard = 0
        self.through = 0
        self.said_at: list[float] = []
        self.latencies: list[float] = []
        self.acks: list[int] = []
        self.heard_seqs: list[int] = []
        self.broken: str | None = None
        self.on_progress: Callable[[Direction], None] | None = None

    def next_text(self) -> str:
        """The text to say now; its time starts running."""
        self.last_text = said = text(self.speaker, self.said)
        self.said += 1
        self.said_at.append(time.perf_counter())
        return said

    def acknowledged(self, count: int, seq: int) -> None:
        """The message number ``count`` was acknowledged with the room's number ``seq``."""
        if count != len(self.acks) or (count and seq <= self.acks[-1]):
            self.break_(f"message {count} acknowledged as {seq} after {len(self.acks)} others")
            return
        self.acks.append(seq)
        self._progress()

    def hears(self, body: str, seq: int) -> None:
        """The other person sees ``body``."""
        count = self.heard
        if count >= self.said or body != text(self.speaker, count):
            self.break_(f"heard something else than message {count} of {self.said}")
            return
        if self.acknowledges:
            if count and seq <= self.heard_seqs[-1]:
                self.break_(f"message {count} heard as {seq} after {self.heard_seqs[-1]}")
                return
            self.heard_seqs.append(seq)
        self.latencies.append(time.perf_counter() - self.said_at[count])
        self.heard = count + 1
        self._progress()

    def break_(self, reason: str) -> None:
        if self.broken is None:
            self.broken = f"speaker {self.speaker}: {reason}"

    def _progress(self) -> None:
        through = min(self.heard, len(self.acks)) if self.acknowledges else self.heard
        if through > self.through:
            self.through = through
            if self.on_progress is not None:
                self.on_progress(self)

    @property
    def waiting(self) -> int:
        return self.said - self.through


def check(pairs: list[tuple[Direction, Direction]]) -> int:
    """Raises Broken unless all that was said was heard once, in order, unchanged, by the other person, and the two
    ends agree on the room's numbers, which have no gap. Returns how many messages that was."""
    for one, other in pairs:
        for direction in (one, other):
            if direction.broken:
                raise Broken(direction.broken)
            if direction.waiting:
                raise Broken(f"speaker {direction.speaker}: {direction.waiting} of {direction.said} lost")
            if direction.acks != direction.heard_seqs:
                raise Broken(f"speaker {direction.speaker}: the two ends disagree on the numbers")
        numbers = sorted(one.acks + other.acks)
        if numbers and numbers != list(range(numbers[0], numbers[0] + len(numbers))):
            raise Broken(f"speakers {one.speaker} and {other.speaker}: a gap or a double in the room's numbers")
    return sum(direction.said for pair in pairs for direction in pair)
