"""When the papers of a mentor are in order: pure decisions on dates. A paper counts through its last day, in the zone
of the organisation.

The *attestation d'honorabilité* and its six months at entry: code de l'action sociale et des familles, art. L133-6 and
R133-1; the organisation's own policy says for how long it takes one for good.
"""

from calendar import monthrange
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from server.kernel.errors import BadRequest

WARNINGS: Final = (30, 7, 1)  # days before the last one


class Gate(StrEnum):
    """What stands before the first contact, in the order in which it is passed."""

    VETTING = "vetting"
    CHARTER = "charter"
    TRAINING = "training"


KINDS: Final = {
    Gate.VETTING: ("honorability", "criminal_record", "interview"),
    Gate.CHARTER: ("charter",),
    Gate.TRAINING: ("welcome", "safeguarding", "listening", "other"),
}


@dataclass(frozen=True, slots=True)
class Policy:
    """What an organisation asks for, and for how long."""

    vetting: bool = True
    charter: bool = True
    training: bool = True
    vetting_months: int = 6
    welfare_blocks: bool = False
    closed_readable_days: int = 90
    renewals: tuple[tuple[int, date], ...] = ()
    """Versions of the charter, each with the day from which who signed an earlier one has signed none any more."""

    @property
    def gates(self) -> tuple[Gate, ...]:
        asked = {Gate.VETTING: self.vetting, Gate.CHARTER: self.charter, Gate.TRAINING: self.training}
        return tuple(gate for gate in Gate if asked[gate])


@dataclass(frozen=True, slots=True)
class Paper:
    """One row of the history. ``valid_until`` is the last day, None for ever."""

    id: UUID
    account_id: UUID
    gate: Gate
    kind: str
    version: int | None
    issued_on: date
    valid_until: date | None
    by: UUID
    at: datetime = field(compare=False)
    withdraws: UUID | None = None


@dataclass(frozen=True, slots=True)
class Pass:
    """How a gate stands on a day: open or not, and its last day, when it has one."""

    gate: Gate
    open: bool
    until: date | None
    ever: bool  # there has been a paper

    def left(self, today: date) -> int | None:
        """Days until its last one; None when it is not open or has none."""
        return (self.until - today).days if self.open and self.until is not None else None


def signed_by(papers: Collection[Paper]) -> set[int]:
    """The versions of the charter that somebody has signed, of their whole history."""
    withdrawn = {paper.withdraws for paper in papers}
    return {paper.version for paper in papers if paper.version is not None and paper.id not in withdrawn}


def standing(papers: Collection[Paper], gate: Gate, today: date, policy: Policy) -> Pass:
    """By the paper that lasts longest of those that nobody withdrew; one from tomorrow is not there yet."""
    withdrawn = {paper.withdraws for paper in papers if paper.withdraws is not None}
    told = [paper for paper in papers if paper.gate is gate and paper.withdraws is None and paper.id not in withdrawn]
    ends = [_end(paper, policy) for paper in told if paper.issued_on <= today]
    if None in ends:
        return Pass(gate, True, None, True)
    until = max((end for end in ends if end is not None), default=None)
    return Pass(gate, until is not None and until >= today, until, bool(told))


def _end(paper: Paper, policy: Policy) -> date | None:
    """The last day of a paper: that of a charter is the one before later words are to be signed."""
    if paper.gate is not Gate.CHARTER:
        return paper.valid_until
    days = [day for version, day in policy.renewals if version > (paper.version or 0)]
    return min(days) - timedelta(days=1) if days else None


def missing(papers: Collection[Paper], policy: Policy, today: date) -> tuple[Gate, ...]:
    """The gates that the policy asks for and that are not open on this day."""
    return tuple(gate for gate in policy.gates if not standing(papers, gate, today, policy).open)


def warning(days_left: int, given: Collection[int], warnings: Sequence[int] = WARNINGS) -> int | None:
    """Which warning is due: that of the nearest threshold reached, once; one that a standstill jumped over is not given
    late beside it."""
    reached = [days for days in warnings if days_left <= days]
    if not reached or days_left < 0 or min(reached) in given:
        return None
    return min(reached)


def last_day(issued_on: date, months: int) -> date:
    """The last day of a validity of so many months: the day of the same number, or the last one that the month has."""
    year, month = divmod(issued_on.year * 12 + issued_on.month - 1 + months, 12)
    return date(year, month + 1, min(issued_on.day, monthrange(year, month + 1)[1]))


def check_paper(
    gate: Gate, kind: str, issued_on: date, valid_until: date | None, today: date, policy: Policy
) -> date | None:
    """The last day that is written down for a paper that staff have seen. Raises BadRequest with the field named: the
    charter is signed by the mentor alone, nothing is issued tomorrow or from before anybody here was a mentor, and no
    vetting lasts longer than the organisation takes it for good."""
    if gate is Gate.CHARTER or kind not in KINDS[gate]:
        raise BadRequest("paper_kind", field="kind")
    if not last_day(today, -12 * 10) <= issued_on <= today:
        raise BadRequest("paper_date", field="issued_on")
    if valid_until is not None and valid_until < issued_on:
        raise BadRequest("paper_date", field="valid_until")
    if gate is not Gate.VETTING:
        return valid_until
    longest = last_day(issued_on, policy.vetting_months)
    return longest if valid_until is None else min(longest, valid_until)
