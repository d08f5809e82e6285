"""A case as it leaves: ``case.json`` is this, written down; the readable document is made of it too. Types alone."""

from typing import Any, Final

from msgspec import Struct

FORMAT: Final = "binome-case"
VERSION: Final = 1  # of case.json; a new one where a program that reads it would stumble


class Who(Struct, frozen=True):
    id: str
    name: str
    role: str


class Party(Struct, frozen=True):
    """``parts``: as what they are in it."""

    who: Who
    parts: list[str]
    birth_date: str | None = None


class Summary(Struct, frozen=True):
    id: str
    reference: str
    origin: str
    category: str
    severity: int
    state: str
    opened_at: str
    due_at: str | None = None
    owner: Who | None = None
    acknowledged_at: str | None = None
    acknowledged_by: Who | None = None
    outcome: str | None = None
    closed_at: str | None = None
    merged_into: str | None = None


class Entry(Struct, frozen=True):
    """A line of the timeline. ``note``: where the reader of this document is in its circle."""

    at: str
    act: str
    detail: dict[str, Any]
    by: Who | None = None
    tier: str | None = None
    note: str | None = None


class Task(Struct, frozen=True):
    words: str
    made_at: str
    made_by: Who
    owner: Who | None = None
    due_on: str | None = None
    done_at: str | None = None
    done_by: Who | None = None


class Sent(Struct, frozen=True):
    channel: str
    result: str
    at: str | None = None
    reason: str | None = None


class Reached(Struct, frozen=True):
    name: str
    outside: bool
    sent: list[Sent]


class Page(Struct, frozen=True):
    """A step of the ladder that was taken."""

    round: int
    step: int
    rung: int
    at: str
    reached: list[Reached]


class Label(Struct, frozen=True):
    """Why the rules marked something. ``start`` and ``end`` are code points of the flag's text."""

    category: str
    severity: int
    score: float
    start: int
    end: int
    rule: str
    version: str


class Review(Struct, frozen=True):
    """What a professional did about a flag."""

    act: str
    by: Who
    at: str
    decision: str | None = None
    reason: str | None = None
    note: str | None = None
    advice: str | None = None


class Flag(Struct, frozen=True):
    """``text`` is what was marked, as it was; ``engine`` and ``rules_version``: by which rules."""

    id: str
    raised_at: str
    author: Who
    category: str
    severity: int
    action: str
    state: str
    text: str
    engine: str
    labels: list[Label]
    reviews: list[Review]
    rules_version: int | None = None
    room: str | None = None
    seq: int | None = None
    decided_at: str | None = None
    decided_by: Who | None = None
    seconded_by: Who | None = None
    reason: str | None = None
    appealed_at: str | None = None
    appeal: str | None = None


class Report(Struct, frozen=True):
    """What somebody reported. ``text`` is what the message that they reported said then, ``earlier`` what it had said
    before; ``stopped``: contact was stopped by it."""

    id: str
    at: str
    by: Who
    subject: str
    kind: str
    words: str
    stopped: bool
    person: Who | None = None
    room: str | None = None
    seq: int | None = None
    text: str | None = None
    earlier: list[str] = []


class Version(Struct, frozen=True):
    """A text that a message had, as its author wrote it. ``shown``: what others read instead, where part was hidden."""

    version: int
    at: str
    text: str
    state: str
    shown: str | None = None


class Message(Struct, frozen=True):
    """``marked``: the case is about it; the others stand around it. ``voice``: the file of a voice note."""

    seq: int
    id: str
    at: str
    author: Who
    kind: str
    state: str
    edited: bool
    marked: bool
    versions: list[Version]
    voice: str | None = None


class Conversation(Struct, frozen=True):
    room: str
    messages: list[Message]


class Visit(Struct, frozen=True):
    """A professional who entered a room, or a call in it."""

    room: str
    who: Who
    act: str
    entered_at: str
    left_at: str | None = None


class Letter(Struct, frozen=True):
    """Between ``person`` and a professional; ``line`` ``other`` is not to the one who answers for them."""

    id: str
    at: str
    person: Who
    line: str
    author: Who
    text: str


class Attended(Struct, frozen=True):
    """Somebody in a call, once however often their line was cut. ``why`` they went; of ``lost`` and ``crashed``,
    ``went_at`` is when they were last known to be there. Without it they still were."""

    who: Who
    came_at: str
    went_at: str | None = None
    why: str | None = None


class Call(Struct, frozen=True):
    """Nothing of what was said or shown in it is kept anywhere."""

    room: str
    began_at: str
    people: list[Attended]
    ended_at: str | None = None


class Calls(Struct, frozen=True):
    """Those of the pair in a stretch around the opening of the case. ``left_out``: there are earlier ones in it."""

    since: str
    until: str
    calls: list[Call]
    left_out: bool


class Linked(Struct, frozen=True):
    """What the case is about, by identifier."""

    kind: str
    ref: str
    room: str | None = None
    seq: int | None = None


class Dossier(Struct, frozen=True):
    """``circle``: ``outside``, which has notes that may be relayed alone, or ``team``. ``voices_left_out``: voice notes
    for which there was no room."""

    format: str
    version: int
    made_at: str
    made_by: Who
    organisation: str
    zone: str
    circle: str
    case: Summary
    parties: list[Party]
    timeline: list[Entry]
    tasks: list[Task]
    pages: list[Page]
    flags: list[Flag]
    reports: list[Report]
    letters: list[Letter]
    conversations: list[Conversation]
    visits: list[Visit]
    calls: Calls
    links: list[Linked]
    voices_left_out: int = 0
