"""HTTP around cases: the lists, the file, and what professionals do with one."""

from datetime import date
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from server.escalation.card import CaseCard, CaseFile
from server.escalation.contents import Contents
from server.escalation.file import Files
from server.escalation.handling import Handling
from server.escalation.hearing import Call as Heard
from server.escalation.hearing import Hearing
from server.escalation.lists import ListName, Lists
from server.escalation.rules import State, Tier
from server.kernel.errors import Forbidden
from server.kernel.permissions import Permission
from server.transport.endpoint import Call, endpoint
from server.transport.wire import Identifier, Timestamp, timestamp

_CASE = "/api/v1/cases/{case}"
PAGE = 50  # closed cases of one answer
Words = Annotated[str, Meta(max_length=4_000)]
Severity = Annotated[int, Meta(ge=1, le=4)]
Revision = Annotated[int, Meta(ge=0)]
Category = Annotated[str, Meta(pattern=r"^[a-z]+(_[a-z]+)*$", max_length=40)]


class CaseQuery(Struct, forbid_unknown_fields=True):
    state: ListName = "living"
    before: Identifier | None = None


class CasePage(Struct):
    cases: list[CaseCard]
    more: bool


class OpenBody(Struct, forbid_unknown_fields=True):
    id: Identifier
    severity: Severity
    category: Category
    note: Words
    pair: Identifier | None = None
    about: Identifier | None = None
    letter: Identifier | None = None


class MoveBody(Struct, forbid_unknown_fields=True):
    revision: Revision
    to: Literal["in_progress", "relayed", "closed"]
    outcome: str | None = None
    note: Words | None = None


class ReopenBody(Struct, forbid_unknown_fields=True):
    revision: Revision
    note: Words


class AssignBody(Struct, forbid_unknown_fields=True):
    revision: Revision
    owner: Identifier


class GradeBody(Struct, forbid_unknown_fields=True):
    revision: Revision
    severity: Severity
    note: Words


class NoteBody(Struct, forbid_unknown_fields=True):
    id: Identifier
    words: Words
    tier: Tier


class TaskBody(Struct, forbid_unknown_fields=True):
    id: Identifier
    words: Annotated[str, Meta(max_length=500)]
    owner: Identifier | None = None
    due_on: date | None = None


class InvolveBody(Struct, forbid_unknown_fields=True):
    person: Identifier
    part: Literal["professional", "reported", "witness", "young"]


class UninvolveBody(Struct, forbid_unknown_fields=True):
    person: Identifier
    part: Literal["professional", "reported", "witness", "young"]
    note: Words


class UnlinkBody(Struct, forbid_unknown_fields=True):
    kind: Literal["letter", "message"]
    ref: Identifier
    note: Words


class MergeBody(Struct, forbid_unknown_fields=True):
    revision: Revision
    into: Identifier


class HeardCard(Struct, frozen=True):
    """What an outside contact is shown: that somebody is needed, and nothing of the case."""

    organisation: str
    reference: str
    severity: int
    opened_at: Timestamp
    over: bool
    yours: bool
    acknowledged_at: Timestamp | UnsetType = UNSET


class CasesHttp:
    """Endpoints of cases."""

    def __init__(self, lists: Lists, files: Files, handling: Handling, contents: Contents, hearing: Hearing) -> None:
        self._lists = lists
        self._files = files
        self._handling = handling
        self._contents = contents
        self._hearing = hearing

    @endpoint("GET", "/api/v1/cases", query=CaseQuery, answer=CasePage, permission=Permission.CASE_LIST)
    async def list_cases(self, call: Call) -> CasePage:
        """The cases that go on, the nearest deadline first; or those that are over, the last first."""
        query: CaseQuery = call.query
        if query.state == "living":
            return CasePage(await self._lists.living(call.principal), False)
        return CasePage(*await self._lists.closed(call.principal, before=query.before, limit=PAGE))

    @endpoint("POST", "/api/v1/cases", body=OpenBody, answer=CaseCard, permission=Permission.CASE_HANDLE)
    async def open_case(self, call: Call) -> CaseCard:
        """Open a case oneself, about a pair, a person, or neither, perhaps for a letter that one reads; one looks after
        it from then on."""
        body: OpenBody = call.body
        return await self._handling.open(
            call.principal,
            body.id,
            pair_id=body.pair,
            about_id=body.about,
            severity=body.severity,
            category=body.category,
            note=body.note,
            letter_id=body.letter,
        )

    @endpoint("GET", _CASE, answer=CaseCard, permission=Permission.CASE_LIST)
    async def case(self, call: Call) -> CaseCard:
        """One case as the lists show it; its file is not opened."""
        return await self._files.card(call.principal, call.identifier("case"))

    @endpoint("GET", _CASE + "/file", answer=CaseFile, permission=Permission.CASE_HANDLE)
    async def file(self, call: Call) -> CaseFile:
        """The whole of a case. That it was read stands in the journal of the young person it is about."""
        found = await self._files.read(call.principal, call.identifier("case"))
        if found is None:
            raise Forbidden
        return found

    @endpoint("POST", _CASE + "/acknowledge", answer=CaseCard, permission=Permission.CASE_HANDLE)
    async def acknowledge(self, call: Call) -> CaseCard:
        """Say that one looks after it: the ladder stops."""
        return await self._handling.acknowledge(call.principal, call.identifier("case"))

    @endpoint("POST", _CASE + "/move", body=MoveBody, answer=CaseCard, permission=Permission.CASE_HANDLE)
    async def move(self, call: Call) -> CaseCard:
        """Take it to another state; a case is closed with an outcome and a sentence."""
        body: MoveBody = call.body
        case = call.identifier("case")
        return await self._handling.move(call.principal, case, body.revision, State(body.to), body.outcome, body.note)

    @endpoint("POST", _CASE + "/reopen", body=ReopenBody, answer=CaseCard, permission=Permission.CASE_HANDLE)
    async def reopen(self, call: Call) -> CaseCard:
        """Open a closed case again; it is paged again until somebody looks after it."""
        body: ReopenBody = call.body
        return await self._handling.reopen(call.principal, call.identifier("case"), body.revision, body.note)

    @endpoint("POST", _CASE + "/assign", body=AssignBody, answer=CaseCard, permission=Permission.CASE_HANDLE)
    async def assign(self, call: Call) -> CaseCard:
        """Give it to another professional."""
        body: AssignBody = call.body
        return await self._handling.assign(call.principal, call.identifier("case"), body.revision, body.owner)

    @endpoint("POST", _CASE + "/severity", body=GradeBody, answer=CaseCard, permission=Permission.CASE_HANDLE)
    async def grade(self, call: Call) -> CaseCard:
        """Say how serious it is, and why."""
        body: GradeBody = call.body
        case = call.identifier("case")
        return await self._handling.grade(call.principal, case, body.revision, body.severity, body.note)

    @endpoint("POST", _CASE + "/notes", body=NoteBody, answer=CaseCard, permission=Permission.CASE_HANDLE)
    async def add_note(self, call: Call) -> CaseCard:
        """Add a note, for whoever it may be relayed to, for the team, or for oneself and the owner."""
        body: NoteBody = call.body
        return await self._contents.note(call.principal, call.identifier("case"), body.id, body.words, body.tier)

    @endpoint("POST", _CASE + "/tasks", body=TaskBody, answer=CaseCard, permission=Permission.CASE_HANDLE)
    async def add_task(self, call: Call) -> CaseCard:
        """Add something to do."""
        body: TaskBody = call.body
        case = call.identifier("case")
        return await self._contents.add_task(call.principal, case, body.id, body.words, body.owner, body.due_on)

    @endpoint("POST", _CASE + "/tasks/{task}/done", answer=CaseCard, permission=Permission.CASE_HANDLE)
    async def end_task(self, call: Call) -> CaseCard:
        """It is done."""
        return await self._contents.end_task(call.principal, call.identifier("case"), call.identifier("task"))

    @endpoint("POST", _CASE + "/people", body=InvolveBody, permission=Permission.CASE_HANDLE)
    async def involve(self, call: Call) -> None:
        """Say who else is in it, and as what. Whom it is about neither runs nor sees it any more."""
        body: InvolveBody = call.body
        await self._contents.involve(call.principal, call.identifier("case"), body.person, body.part)

    @endpoint("POST", _CASE + "/people/remove", body=UninvolveBody, answer=CaseCard, permission=Permission.CASE_HANDLE)
    async def uninvolve(self, call: Call) -> CaseCard:
        """Take back that somebody is in it, and say why; whom it was opened about stays."""
        body: UninvolveBody = call.body
        case = call.identifier("case")
        return await self._contents.uninvolve(call.principal, case, body.person, body.part, body.note)

    @endpoint("POST", _CASE + "/links/remove", body=UnlinkBody, answer=CaseCard, permission=Permission.CASE_HANDLE)
    async def unlink(self, call: Call) -> CaseCard:
        """Take back something that was added, and say why; what it was opened for stays."""
        body: UnlinkBody = call.body
        return await self._contents.unlink(call.principal, call.identifier("case"), body.kind, body.ref, body.note)

    @endpoint("POST", _CASE + "/merge", body=MergeBody, answer=CaseCard, permission=Permission.CASE_HANDLE)
    async def merge(self, call: Call) -> CaseCard:
        """Put it under another case about the same young person or pair; the answer is that other one."""
        body: MergeBody = call.body
        return await self._contents.merge(call.principal, call.identifier("case"), body.revision, body.into)

    @endpoint("GET", "/api/v1/heard/{token}", answer=HeardCard, signed_in=False)
    async def heard(self, call: Call) -> HeardCard:
        """What an outside contact was called for, by the link that was sent to them."""
        return _heard(await self._hearing.look(call.path["token"]))

    @endpoint("POST", "/api/v1/heard/{token}", answer=HeardCard, signed_in=False)
    async def hear(self, call: Call) -> HeardCard:
        """The outside contact looks after it: the ladder stops."""
        return _heard(await self._hearing.acknowledge(call.path["token"]))


def _heard(call: Heard) -> HeardCard:
    at = UNSET if call.acknowledged_at is None else timestamp(call.acknowledged_at)
    return HeardCard(
        call.organisation, call.reference, call.severity, timestamp(call.opened_at), call.over, call.yours, at
    )
