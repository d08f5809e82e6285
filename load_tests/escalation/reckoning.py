"""What became of the cases of a night, and whether in time: a reckoning on plain values, in seconds of the night."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Final
from uuid import UUID

from server.escalation.ladder import TOP
from server.escalation.pager import LOOK_S

TOP_AFTER_S: Final = 900.0  # MODERATION.md: severity 4 has reached the top of the ladder by then


@dataclass(slots=True)
class Night:
    """What became of it. ``waited``: of each case of severity 4, the seconds until it was acknowledged or at the top;
    ``late``: those that were neither in time; ``excused``: those that came later because nobody was left who had seen
    their timer."""

    cases: int = 0
    signals: int = 0
    severe: int = 0
    pages: int = 0
    acknowledged: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    rungs: Counter[int] = field(default_factory=Counter)
    waited: list[float] = field(default_factory=list)
    late: list[UUID] = field(default_factory=list)
    excused: int = 0
    doubled: int = 0
    astray: int = 0
    step_ms: float = 0.0
    seconds: float = 0.0
    hours: float = 0.0

    def table(self) -> str:
        said = {
            "cases, of signals": f"{self.cases:,} of {self.signals:,}",
            "… of severity 4": f"{self.severe:,}",
            "hours of the night": f"{self.hours:.1f}",
            "pages; by rung": f"{self.pages:,}; {', '.join(f'{self.rungs[rung]:,}' for rung in range(TOP + 1))}",
            "acknowledged by": ", ".join(f"{who} {count:,}" for who, count in sorted(self.acknowledged.items())),
            "faults": ", ".join(f"{what} {count:,}" for what, count in sorted(self.faults.items())),
            "severity 4: acknowledged or at the top after, half / most": f"{_half(self.waited):.0f} / "
            f"{max(self.waited, default=0):.0f} s",
            "a step, with all that stands around it": f"{self.step_ms:.1f} ms",
            "steps paged twice": str(self.doubled),
            "deliveries without a page, pages without": str(self.astray),
            "severity 4, later since nobody lived who saw the timer": str(self.excused),
            "severity 4, neither in time": str(len(self.late)),
        }
        verdict = "held" if not (self.late or self.doubled or self.astray) else "NOT HELD"
        lines = ["| a night | |", "|---|---|", *(f"| {name} | {value} |" for name, value in said.items())]
        return "\n".join([*lines, f"| **the promise** | **{verdict}** |"])

    def details(self) -> dict[str, object]:
        """All of it, as JSON has it."""
        told = {one.name: getattr(self, one.name) for one in fields(self)}  # asdict takes a Counter apart
        return told | {"late": [str(one) for one in self.late]}


def _half(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2] if values else 0.0


class Reckoning:
    """Of the cases of severity 4: which of them are reached, by when they had to be, and who could look meanwhile."""

    def __init__(self, night: Night) -> None:
        self._night = night
        self._stood: list[tuple[float, float]] = []  # when nobody could look
        self._there: set[UUID] = set()  # acknowledged or at the top
        self._severe: dict[UUID, float] = {}  # since when, of those that are neither

    def stood_still(self, now: float) -> None:
        """Nobody came to the end of the look at ``now``: there is none before the next."""
        if self._stood and self._stood[-1][1] >= now:
            self._stood[-1] = (self._stood[-1][0], now + LOOK_S)
        else:
            self._stood.append((now, now + LOOK_S))

    def opened(self, case_id: UUID, now: float) -> None:
        if case_id not in self._there:
            self._severe.setdefault(case_id, now)

    def reached(self, case_id: UUID, now: float, lives: Sequence[tuple[float, float]]) -> None:
        """A case was acknowledged, or stands at the top. ``lives``: of each process that looked, when."""
        since = self._severe.pop(case_id, None)
        if since is None:
            return
        self._there.add(case_id)
        self._night.severe += 1
        self._night.waited.append(now - since)
        if now > self._deadline(since + _unseen(since, lives)):
            self._night.late.append(case_id)
        elif now > self._deadline(since):
            self._night.excused += 1

    def close(self) -> None:
        """What is neither now was forgotten."""
        self._night.severe += len(self._severe)
        self._night.late += self._severe

    def _deadline(self, since: float) -> float:
        """One look after the quarter of an hour, or after somebody could look again who could not just then."""
        due = since + TOP_AFTER_S
        for begins, ends in self._stood:
            if begins <= due + LOOK_S and due < ends:
                due = ends
        return due + LOOK_S


def _unseen(since: float, lives: Sequence[tuple[float, float]]) -> float:
    """Seconds, of the waits until the top, of those that nobody lived through who saw their beginning."""
    wait = TOP_AFTER_S / TOP
    steps = [since + wait * step for step in range(TOP)]
    return sum(wait for at in steps if not any(begins <= at and ends > at + wait + LOOK_S for begins, ends in lives))
