"""Whether a timer of PostgreSQL is due, whatever the clock of the machine does meanwhile: a pure account of what was
seen.

A timer is due when its instant has come, or when as much time has passed since it was first seen here as was then left
of it: a clock that is set back makes no page late. One that is set forward may make a page early, once: the next step
counts from when the step before was taken. A timer that was seen for the first time long after its instant stood still
with the whole house, which the ladder makes up for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from server.escalation.ladder import step_due, wait_after

STOOD_STILL: Final = timedelta(minutes=1)  # later than this at first sight, nobody was there to look


@dataclass(frozen=True, slots=True)
class Timer:
    """What is next for a case: a step, and when."""

    case_id: UUID
    organisation_id: UUID
    severity: int
    round: int
    step: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """``take``: the step to take now, higher than the timer's own after a standstill."""

    timer: Timer
    take: int


class Timers:
    """What this process has seen of the timers, between two looks."""

    def __init__(self) -> None:
        self._ends: dict[tuple[UUID, int, int], float] = {}  # when a timer is over, in seconds of the monotonic clock
        self._stood: dict[tuple[UUID, int, int], timedelta] = {}

    def look(self, waiting: Iterable[Timer], now: datetime, monotonic: float) -> list[Due]:
        """Those of ``waiting``, which are all that there are, that are due: the most severe first, then the longest
        due. ``monotonic``: seconds that never go back."""
        ends, stood, due = {}, {}, []
        for timer in waiting:
            key = (timer.case_id, timer.round, timer.step)
            left = timer.at - now
            if key in self._ends:
                ends[key] = self._ends[key]
            else:
                longest = wait_after(timer.severity, max(0, timer.step - 1)) if timer.step else timedelta()
                ends[key] = monotonic + min(left, longest).total_seconds()
                if -left >= STOOD_STILL:
                    stood[key] = -left
            if key in self._stood:
                stood[key] = self._stood[key]
            if left <= timedelta() or ends[key] <= monotonic:
                late = stood.get(key)
                take = step_due(timer.severity, timer.step, late) if late is not None else timer.step
                due.append(Due(timer, take))
        self._ends, self._stood = ends, stood
        return sorted(due, key=lambda one: (-one.timer.severity, one.timer.at, one.timer.case_id))

    def next_in(self, monotonic: float, longest: float) -> float:
        """Seconds until the next timer that was seen and is not due yet is over, ``longest`` at most."""
        left = [end - monotonic for end in self._ends.values() if end > monotonic]
        return min([*left, longest])
