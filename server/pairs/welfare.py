"""The child-welfare (ASE) track of a young person, as dates: what there is, what is missing, what is due when.

Mentoring is offered to each child in care, with the child's opinion and adhesion, by a written agreement and an
individual convention (code de l'action sociale et des familles, art. L221-2-6); it is evaluated at least once a year.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final, Literal
from uuid import UUID

from server.kernel.errors import BadRequest
from server.pairs.papers import last_day

EVALUATED_EVERY_MONTHS: Final = 12
WARNINGS: Final = (30, 7, 0)  # days before an evaluation is due, and on that day


class Step(StrEnum):
    OPENED = "opened"
    AGREEMENT = "agreement"
    OPINION = "opinion"
    ADHESION = "adhesion"
    CONVENTION = "convention"
    EVALUATION = "evaluation"
    ENDED = "ended"


Outcome = Literal["for", "reserved", "against"]

NEEDED: Final = (Step.AGREEMENT, Step.OPINION, Step.ADHESION, Step.CONVENTION)
_WITH_OUTCOME: Final = frozenset({Step.OPINION, Step.ADHESION, Step.EVALUATION})


@dataclass(frozen=True, slots=True)
class Entry:
    id: UUID
    mentee_id: UUID
    step: Step
    on: date
    outcome: Outcome | None
    note: str | None
    by: UUID
    at: datetime = field(compare=False)


@dataclass(frozen=True, slots=True)
class Track:
    """``open`` while the young person is followed so. ``in_order``: nothing is missing, and the child has not said
    no."""

    open: bool
    missing: tuple[Step, ...] = ()
    refused: bool = False
    due_on: date | None = None

    @property
    def in_order(self) -> bool:
        return not self.open or not (self.missing or self.refused)


def track(entries: Collection[Entry]) -> Track:
    """By the newest entry of each step since the track was opened last."""
    ordered = sorted(entries, key=lambda entry: (entry.on, entry.at))
    opened: date | None = None
    newest: dict[Step, Entry] = {}
    for entry in ordered:
        if entry.step is Step.OPENED and opened is None:
            opened, newest = entry.on, {}
        elif entry.step is Step.ENDED:
            opened = None
        elif opened is not None:
            newest[entry.step] = entry
    if opened is None:
        return Track(False)
    begins = newest[Step.CONVENTION].on if Step.CONVENTION in newest else opened
    last = max(newest[Step.EVALUATION].on, begins) if Step.EVALUATION in newest else begins
    return Track(
        True,
        tuple(step for step in NEEDED if step not in newest),
        any(step in newest and newest[step].outcome == "against" for step in (Step.OPINION, Step.ADHESION)),
        last_day(last, EVALUATED_EVERY_MONTHS),
    )


def check_entry(entries: Collection[Entry], step: Step, on: date, outcome: Outcome | None, today: date) -> None:
    """Raises BadRequest with the field named: a step belongs to an open track, and none is of tomorrow."""
    if on > today or on < last_day(today, -12 * 21):
        raise BadRequest("paper_date", field="on")
    if (step is Step.OPENED) is track(entries).open:
        raise BadRequest("welfare_step", field="step")
    if (outcome is not None) is not (step in _WITH_OUTCOME):
        raise BadRequest("welfare_outcome", field="outcome")
