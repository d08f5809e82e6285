"""A case as it goes over the wire: the same in ``case:changed``, in lists and in its file."""

from typing import Any
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from server.escalation.letters.rules import Line
from server.escalation.rules import LinkKind, Origin, Part, Sight, Tier
from server.transport.wire import Timestamp


class CasePerson(Struct, frozen=True):
    id: UUID
    name: str
    role: str


class CasePair(Struct, frozen=True):
    id: UUID
    mentor: str
    mentee: str


class Acknowledged(Struct, frozen=True):
    """``by``: the name of who did; ``outside``: an outside contact did."""

    at: Timestamp
    by: str | UnsetType = UNSET
    outside: bool = False


class CaseCard(Struct, frozen=True):
    """``sight``: what the reader may see; of an ``outline`` there is nobody but the owner. ``pages``: how many steps
    were taken in this round; ``paged``: the reader was reached by one. ``next``: the states that a person may take it
    to; ``can_acknowledge``: it waits for somebody, the reader perhaps."""

    id: UUID
    reference: str
    origin: Origin
    category: str
    severity: int
    state: str
    sight: Sight
    revision: int
    opened_at: Timestamp
    round: int
    pages: int
    due_at: Timestamp | UnsetType = UNSET
    owner: CasePerson | UnsetType = UNSET
    acknowledged: Acknowledged | UnsetType = UNSET
    paged: bool = False
    can_acknowledge: bool = False
    next: list[str] = []
    about: CasePerson | UnsetType = UNSET
    by: CasePerson | UnsetType = UNSET
    pair: CasePair | UnsetType = UNSET
    room: UUID | UnsetType = UNSET
    outcome: str | UnsetType = UNSET
    closed_at: Timestamp | UnsetType = UNSET
    merged_into: UUID | UnsetType = UNSET


class EntryLine(Struct, frozen=True):
    """One line of the timeline. ``hidden``: there is a note, of a circle that the reader is not in."""

    id: UUID
    at: Timestamp
    act: str
    detail: dict[str, Any]
    by: str | UnsetType = UNSET
    tier: Tier | UnsetType = UNSET
    note: str | UnsetType = UNSET
    hidden: bool = False


class PartyLine(Struct, frozen=True):
    """Somebody who is in the case. ``added``: those of ``parts`` that a professional said, and can take back."""

    person: CasePerson
    parts: list[Part]
    added: list[Part]


class LetterLine(Struct, frozen=True):
    """A letter that the case is about, in the line of ``person``. ``readable``: who reads the case reads that, too."""

    person: CasePerson
    author: str
    line: Line
    at: Timestamp
    readable: bool


class LinkLine(Struct, frozen=True):
    """Something that the case is about; what is said in it is asked for by itself. ``added``: when a professional added
    it, who can take it back. Of a case its ``reference``, of a pair, or a letter, whose it is."""

    kind: LinkKind
    ref: UUID
    room: UUID | UnsetType = UNSET
    seq: int | UnsetType = UNSET
    added: Timestamp | UnsetType = UNSET
    by: str | UnsetType = UNSET
    reference: str | UnsetType = UNSET
    pair: CasePair | UnsetType = UNSET
    letter: LetterLine | UnsetType = UNSET


class TaskLine(Struct, frozen=True):
    id: UUID
    words: str
    made_by: str
    owner: CasePerson | UnsetType = UNSET
    due_on: str | UnsetType = UNSET
    done_at: Timestamp | UnsetType = UNSET
    done_by: str | UnsetType = UNSET


class SentLine(Struct, frozen=True):
    """What became of one way of reaching somebody: ``result`` is ``sending``, ``sent``, ``failed`` or ``unknown``.
    Where there is no ``channel``, of all of them: ``waiting``, ``failed``, or ``dropped`` where a rule forbids it."""

    channel: str
    result: str
    at: Timestamp | UnsetType = UNSET
    reason: str | UnsetType = UNSET


class ReachedLine(Struct, frozen=True):
    """Somebody whom a page was for."""

    name: str
    outside: bool
    sent: list[SentLine]


class PageLine(Struct, frozen=True):
    round: int
    step: int
    rung: int
    at: Timestamp
    reached: list[ReachedLine]


class CaseFile(Struct, frozen=True):
    """All of a case, for who may see the whole. ``around``: the people of its pairs, whom one may want to name."""

    case: CaseCard
    timeline: list[EntryLine]
    people: list[PartyLine]
    around: list[CasePerson]
    links: list[LinkLine]
    tasks: list[TaskLine]
    pages: list[PageLine]
    can_own: list[CasePerson]
