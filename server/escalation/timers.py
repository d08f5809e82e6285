"""Whether a timer of PostgreSQL is due, whatever the clock of the machine does meanwhile: a pure account of what was
seen.

A timer is due when its instant has come, or when as much time has passed since it was first seen here as was then left
of it: a clock that is set back makes no page late. What was not there at the look before was set since: it is not due
before its whole wait has passed since that look, whatever another machine's clock wrote into it. A clock that is set
forward may so make a page early, once. What came due while nobody looked here for a minute stood still, with the whole
house as far as anybody knows, which the ladder makes up for.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from server.escalation.ladder import step_due, wait_after

STOOD_STILL: Final = timedelta(minutes=1)  # overdue by more, when for as long nobody was there to look

_Key = tuple[UUID, int, int]


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


@dataclass(frozen=True, slots=True)
class _Seen:
    """``at``: not before then by the clock of this machine; ``ends``: when it is over at the latest, in seconds of the
    monotonic clock; ``late``: by how much it was overdue after a standstill."""

    at: datetime
    ends: float
    late: timedelta | None = None


class Timers:
    """What this process has seen of the timers, between two looks."""

    def __init__(self) -> None:
        self._seen: dict[_Key, _Seen] = {}
        self._looked: tuple[datetime, float] | None = None

    def look(self, waiting: Iterable[Timer], now: datetime, monotonic: float) -> list[Due]:
        """Those of ``waiting``, which are all that there are, that are due: the most severe first, then the longest
        due. ``monotonic``: seconds that never go back."""
        seen, due = {}, []
        away = timedelta(seconds=monotonic - self._looked[1]) if self._looked is not None else timedelta.max
        for timer in waiting:
            key = (timer.case_id, timer.round, timer.step)
            known = self._seen.get(key) or self._first_sight(timer, now, monotonic)
            late = min(now - known.at, away)
            if known.late is None and late >= STOOD_STILL:
                known = replace(known, late=late)
            seen[key] = known
            if known.at <= now or known.ends <= monotonic:
                take = timer.step if known.late is None else step_due(timer.severity, timer.step, known.late)
                due.append(Due(timer, take))
        self._seen, self._looked = seen, (now, monotonic)
        return sorted(due, key=lambda one: (-one.timer.severity, one.timer.at, one.timer.case_id))

    def next_in(self, monotonic: float, longest: float) -> float:
        """Seconds until the next timer that was seen and is not due yet is over, ``longest`` at most."""
        left = [seen.ends - monotonic for seen in self._seen.values() if seen.ends > monotonic]
        return min([*left, longest])

    def _first_sight(self, timer: Timer, now: datetime, monotonic: float) -> _Seen:
        wait = wait_after(timer.severity, timer.step - 1) if timer.step else timedelta()
        at = timer.at if self._looked is None else max(timer.at, self._looked[0] + wait)
        return _Seen(at, monotonic + min(at - now, wait).total_seconds())
