"""Whether a timer of PostgreSQL is due, whatever the clock of the machine does meanwhile: a pure account of what was
seen.

A timer is due when its instant has come, or when as much time has passed since it was first seen here as was then left
of it: a clock that is set back makes no page late. What was not there at the look before was set since: an instant that
had passed by then was written by another machine whose clock is behind, and the whole wait counts from that look. A
clock that is set forward may so make a page early, once. What has been due for a minute, by the monotonic clock or
since before this process looked for the first time, stood still, which the ladder makes up for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from server.escalation.ladder import step_due, wait_after

STOOD_STILL: Final = timedelta(minutes=1)  # for longer, nobody can have been there to take it


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
    """``take``: the step to take now, higher than the timer's own after a standstill. ``late``: for how long it has
    been due; the next step counts from then, so that what is late here and there does not add up."""

    timer: Timer
    take: int
    late: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class _Seen:
    """``at``: not before then by the clock of this machine; ``ends``: when it is over at the latest, in seconds of the
    monotonic clock."""

    at: datetime
    ends: float


class Timers:
    """What this process has seen of the timers, between two looks."""

    def __init__(self) -> None:
        self._seen: dict[tuple[UUID, int, int], _Seen] = {}
        self._looked: tuple[datetime, float] | None = None

    def look(self, waiting: Iterable[Timer], now: datetime, monotonic: float) -> list[Due]:
        """Those of ``waiting``, which are all that there are, that are due: the most severe first, then the longest
        due. ``monotonic``: seconds that never go back."""
        seen, due = {}, []
        for timer in waiting:
            key = (timer.case_id, timer.round, timer.step)
            known = seen[key] = self._seen.get(key) or self._first_sight(timer, now, monotonic)
            if known.at <= now or known.ends <= monotonic:
                due.append(_due(timer, timedelta(seconds=max(0.0, monotonic - known.ends))))
        self._seen, self._looked = seen, (now, monotonic)
        return sorted(due, key=lambda one: (-one.timer.severity, one.timer.at, one.timer.case_id))

    def next_in(self, monotonic: float, longest: float) -> float:
        """Seconds until the next timer that was seen and is not due yet is over, ``longest`` at most."""
        left = [seen.ends - monotonic for seen in self._seen.values() if seen.ends > monotonic]
        return min([*left, longest])

    def _first_sight(self, timer: Timer, now: datetime, monotonic: float) -> _Seen:
        wait = wait_after(timer.severity, timer.step - 1) if timer.step else timedelta()
        if self._looked is None:
            return _Seen(timer.at, monotonic + min(timer.at - now, wait).total_seconds())
        before, looked = self._looked
        at = timer.at if timer.at > before else before + wait
        left = min(at - now, wait).total_seconds()
        return _Seen(at, monotonic + max(left, looked - monotonic))


def _due(timer: Timer, late: timedelta) -> Due:
    take = timer.step
    if late >= STOOD_STILL:
        take, late = step_due(timer.severity, take, late)
    if late >= wait_after(timer.severity, take):  # at the top: what was missed there is not made up for
        late = timedelta()
    return Due(timer, take, late)
