"""A report as it goes over the wire: to who made it, and to the professionals who see its case."""

from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from server.escalation.card import CasePerson
from server.escalation.reports.rules import Kind, Progress, Subject
from server.transport.wire import Timestamp


class AnswerLine(Struct, frozen=True):
    """``by``: the name of the professional who wrote it."""

    at: Timestamp
    by: str
    words: str


class ReportCard(Struct, frozen=True):
    """One's own report. ``person``: the name of whom it is about; ``stopped``: contact was stopped by it; ``asked``: it
    was to be, and a professional decides; ``state`` how far it is, since ``moved_at``."""

    id: UUID
    at: Timestamp
    subject: Subject
    kind: Kind
    words: str
    stopped: bool
    state: Progress
    moved_at: Timestamp
    answers: list[AnswerLine]
    person: str | UnsetType = UNSET
    asked: bool | UnsetType = UNSET


class ReportList(Struct, frozen=True):
    reports: list[ReportCard]


class SaidCard(Struct, frozen=True):
    """The message as it was when it was reported: what its author wrote, also where others read a part of it only.
    ``earlier``: what it had said before it was edited. Of a voice note it is its body, which names it."""

    id: UUID
    room: UUID
    seq: int
    kind: str
    at: Timestamp
    state: str
    text: str
    earlier: list[str]


class EvidenceCard(Struct, frozen=True):
    """A report in a case, for who sees the whole of that."""

    id: UUID
    at: Timestamp
    by: CasePerson
    subject: Subject
    kind: Kind
    words: str
    stopped: bool
    state: Progress
    answers: list[AnswerLine]
    person: CasePerson | UnsetType = UNSET
    message: SaidCard | UnsetType = UNSET
    asked: bool | UnsetType = UNSET


class EvidenceList(Struct, frozen=True):
    reports: list[EvidenceCard]
