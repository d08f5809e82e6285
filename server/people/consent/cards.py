"""How consent stands for one young person, in the form in which clients are told."""

from datetime import date
from typing import Literal
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from server.people.consent.rules import Band, Capacity, Decision, How, Purpose, Why
from server.transport.wire import Timestamp

Reader = Literal["self", "guardian", "staff"]


class PersonName(Struct, frozen=True):
    id: UUID
    name: str


class SaidCard(Struct, frozen=True):
    """``name`` is missing where the reader is not to know it. ``counts`` false: a yes to words that hold no more."""

    role: Literal["young", "guardian"]
    mine: bool
    decision: Decision | UnsetType = UNSET
    at: Timestamp | UnsetType = UNSET
    counts: bool = True
    name: str | UnsetType = UNSET
    account: UUID | UnsetType = UNSET


class PurposeCard(Struct, frozen=True):
    """``ask``: the reader's own answer is awaited. ``asks_again_from``: from when a yes of before holds no more."""

    purpose: Purpose
    on: bool
    why: Why
    version: int
    text: str
    easy: str
    ask: bool
    said: list[SaidCard]
    asks_again_from: Timestamp | UnsetType = UNSET


class LineCard(Struct, frozen=True):
    """A line of the ledger. ``recorded_by`` is there when it is another than who spoke."""

    at: Timestamp
    recorded_at: Timestamp
    purpose: Purpose
    version: int
    decision: Decision
    name: str
    capacity: Capacity
    how: How
    recorded_by: str | UnsetType = UNSET


class GuardianCard(Struct, frozen=True):
    id: UUID
    guardian: PersonName
    relation: str
    authority: bool
    since: Timestamp
    paper: str | UnsetType = UNSET
    until: Timestamp | UnsetType = UNSET
    ended_why: str | UnsetType = UNSET


class TurnCard(Struct, frozen=True):
    """The next birthday that changes who decides."""

    age: int
    on: date


class ConsentPage(Struct, frozen=True):
    """``may_answer``: the reader's word counts now. ``guardians`` are those of now, for staff also those of before;
    ``addable`` those whom staff may add. ``lets_in``: the reader may give codes to these people, and cut off their
    devices."""

    mentee: PersonName
    reader: Reader
    band: Band
    may_answer: bool
    purposes: list[PurposeCard]
    guardians: list[GuardianCard]
    history: list[LineCard]
    next: TurnCard | UnsetType = UNSET
    addable: list[PersonName] | UnsetType = UNSET
    lets_in: bool | UnsetType = UNSET


class YoungCard(Struct, frozen=True):
    """A young person on the list of staff. ``off``: the purposes that are off, each with why."""

    mentee: PersonName
    band: Band
    guardians: int
    off: dict[str, Why]
