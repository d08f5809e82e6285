"""What a case is and what may be done with it: pure decisions on plain values."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal
from uuid import UUID

from server.kernel.permissions import Role


class State(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    RELAYED = "relayed"
    CLOSED = "closed"


Origin = Literal["cadence", "flag", "help", "person", "report"]
Part = Literal["author", "caller", "kept_away", "professional", "reported", "reporter", "witness", "young"]
"""``kept_away``: a professional whom somebody wrote around, in a letter that the case was opened for."""
Tier = Literal["shareable", "team", "confidential"]
"""Who may read a note: whoever it is relayed to; the professionals who see the case; its author and the owner."""
LinkKind = Literal["case", "flag", "letter", "message", "pair", "report"]
"""``pair``: one beside the case's own, of a case that was put under it, or of a message that was added."""
Sight = Literal["whole", "outline"]

# Why a case is over. ``merged`` and ``settled_with_flag`` are said by the house, not by a person.
OUTCOMES: Final = frozenset({"resolved", "no_concern", "relayed", "handed_on"})
MERGED: Final = "merged"
WITH_FLAG: Final = "settled_with_flag"

_LEADS: Final[Mapping[State, frozenset[State]]] = {
    State.OPEN: frozenset(),  # somebody acknowledges it first
    State.ACKNOWLEDGED: frozenset({State.IN_PROGRESS, State.RELAYED, State.CLOSED}),
    State.IN_PROGRESS: frozenset({State.RELAYED, State.CLOSED}),
    State.RELAYED: frozenset({State.IN_PROGRESS, State.CLOSED}),
    State.CLOSED: frozenset(),  # it is opened again, by a round of its own
}

# Whoever is in a case as one of these neither sees nor runs it; who reported it, or saw it, may.
CONCERNED: Final[frozenset[Part]] = frozenset({"author", "caller", "kept_away", "reported", "young"})

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no letter is taken for another, or for a digit


@dataclass(frozen=True, slots=True)
class Case:
    """A case as stored."""

    id: UUID
    organisation_id: UUID
    reference: str
    origin: Origin
    category: str
    severity: int
    state: State
    about_id: UUID | None
    by_id: UUID | None
    pair_id: UUID | None
    room_id: UUID | None
    owner_id: UUID | None
    opened_at: datetime
    due_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: UUID | None
    acknowledged_outside: UUID | None
    round: int
    round_at: datetime
    step: int
    page_at: datetime | None
    outcome: str | None
    closed_at: datetime | None
    closed_by: UUID | None
    merged_into: UUID | None
    revision: int

    @property
    def waits(self) -> bool:
        """Whether it waits for a person to acknowledge it."""
        return self.state is State.OPEN


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody of the staff. ``answers_for``: the pairs of their caseload; ``belongs_to``: those they are, or were, one
    of the two of."""

    account_id: UUID
    organisation_id: UUID
    role: Role
    answers_for: frozenset[UUID] = frozenset()
    belongs_to: frozenset[UUID] = frozenset()


def reference(case_id: UUID) -> str:
    """Five characters for people to say: the last 25 bits of the identifier."""
    bits = case_id.int & 0x1FFFFFF
    return "".join(_ALPHABET[bits >> shift & 31] for shift in (20, 15, 10, 5, 0))


def leads(before: State, to: State) -> bool:
    return to in _LEADS[before]


def next_states(state: State) -> list[State]:
    """Where a person may take it, in the order of the states."""
    return [one for one in State if one in _LEADS[state]]


def concerned(parts: Mapping[UUID, Collection[Part]], pairs: Collection[UUID], viewer: Viewer) -> bool:
    """Whether a case is about the viewer, or about a pair of their own. ``pairs``: all that the case is about."""
    mine = parts.get(viewer.account_id, ())
    return any(part in CONCERNED for part in mine) or not viewer.belongs_to.isdisjoint(pairs)


def sight(
    case: Case,
    parts: Mapping[UUID, Collection[Part]],
    pairs: Collection[UUID],
    paged: Collection[UUID],
    viewer: Viewer,
    now: datetime,
) -> Sight | None:
    """What a viewer may see of a case. ``pairs``: all that it is about. Whole: who owns it, is paged, or answers for
    who is in it; every supervisor while it waits too long, at once at severity 4, and while nobody owns it. An outline
    (what, how serious, who has it) is for all other staff. Nothing is for whom it is about."""
    if case.organisation_id != viewer.organisation_id or concerned(parts, pairs, viewer):
        return None
    if viewer.account_id == case.owner_id or viewer.account_id in paged:
        return "whole"
    if viewer.role is Role.SUPERVISOR:
        answers = not viewer.answers_for.isdisjoint(pairs)
        late = case.waits and (case.severity >= 4 or (case.due_at is not None and case.due_at <= now))
        answers = answers or "professional" in parts.get(viewer.account_id, ())
        if answers or late or (case.owner_id is None and case.state is not State.CLOSED):
            return "whole"
        return "outline"
    return "outline" if viewer.role is Role.ADMIN else None
