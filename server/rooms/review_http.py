"""HTTP around flags that touches rooms: decisions, which change messages, and the context of a message."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from server.escalation.card import CaseCard, CasePerson
from server.kernel.errors import BadRequest
from server.kernel.permissions import Permission
from server.moderation.flag import MAX_EXCERPT, Decision, Reason, Ruling
from server.moderation.flag_card import FlagCard
from server.moderation.http import Note
from server.rooms.context import Contexts
from server.rooms.evidence import Evidence
from server.rooms.rules import View
from server.rooms.rulings import Rulings
from server.rooms.wire import FullMessage, full
from server.transport.endpoint import Call, endpoint
from server.transport.wire import Identifier

Place = Annotated[int, Meta(ge=0, le=MAX_EXCERPT)]
Advice = Annotated[str, Meta(max_length=1000)]


class DecideBody(msgspec.Struct, forbid_unknown_fields=True):
    decision: Decision
    reason: Reason
    note: Note | None = None
    advice: Advice | None = None
    lift_freeze: bool = False
    spans: Annotated[list[tuple[Place, Place]], Meta(max_length=50)] | None = None

    def ruling(self) -> Ruling:
        """Raises BadRequest for words that are none."""
        if self.advice is not None and not self.advice.strip():
            raise BadRequest("empty", field="advice")
        return Ruling(
            self.decision,
            self.reason,
            (self.note or "").strip() or None,
            self.advice.strip() if self.advice is not None else None,
            self.lift_freeze,
            tuple(self.spans) if self.spans is not None else None,
        )


class SecondBody(msgspec.Struct, forbid_unknown_fields=True):
    agree: bool
    note: Note | None = None


class EvidenceBody(msgspec.Struct, forbid_unknown_fields=True):
    room: Identifier
    seq: Annotated[int, Meta(ge=1, le=2**53)]


class CaseExcerpt(msgspec.Struct, frozen=True):
    """``marked``: the place of the message that the case is about; ``people``: who wrote these."""

    messages: list[FullMessage]
    marked: int
    people: list[CasePerson]


class FlagContext(msgspec.Struct, frozen=True):
    messages: list[FullMessage]
    flagged: int | UnsetType = UNSET


class ReviewHttp:
    """Endpoints of decisions."""

    def __init__(self, rulings: Rulings, contexts: Contexts, evidence: Evidence) -> None:
        self._rulings = rulings
        self._contexts = contexts
        self._evidence = evidence

    @endpoint("GET", "/api/v1/flags/{flag}/context", answer=FlagContext, permission=Permission.FLAG_REVIEW)
    async def context(self, call: Call) -> FlagContext:
        """What was said around it: ten messages before, five after. The reading is written into the room's journal."""
        found = await self._contexts.around(call.identifier("flag"), call.principal)
        return FlagContext(
            [full(message, View.STAFF) for message in found.messages],
            UNSET if found.flagged is None else found.flagged,
        )

    @endpoint(
        "POST", "/api/v1/flags/{flag}/decide", body=DecideBody, answer=FlagCard, permission=Permission.FLAG_REVIEW
    )
    async def decide(self, call: Call) -> FlagCard:
        """Decide about a flag, and about the message that it is about. The same again is made once."""
        body: DecideBody = call.body
        return await self._rulings.decide(call.identifier("flag"), call.principal, body.ruling())

    @endpoint(
        "POST", "/api/v1/flags/{flag}/second", body=SecondBody, answer=FlagCard, permission=Permission.FLAG_REVIEW
    )
    async def second(self, call: Call) -> FlagCard:
        """The second pair of eyes on a colleague's proposal: it holds, or the flag is open again."""
        body: SecondBody = call.body
        note = (body.note or "").strip() or None
        return await self._rulings.second(call.identifier("flag"), call.principal, agree=body.agree, note=note)

    @endpoint(
        *("POST", "/api/v1/cases/{case}/messages"),
        body=EvidenceBody,
        answer=CaseCard,
        permission=Permission.CASE_HANDLE,
    )
    async def add_message(self, call: Call) -> CaseCard:
        """Say that a case is about this message, too: of a room of one's own, or around what it was opened for."""
        body: EvidenceBody = call.body
        return await self._evidence.add(call.principal, call.identifier("case"), body.room, body.seq)

    @endpoint(
        *("GET", "/api/v1/cases/{case}/messages/{message}"),
        answer=CaseExcerpt,
        permission=Permission.CASE_HANDLE,
    )
    async def message(self, call: Call) -> CaseExcerpt:
        """A message that a case is about, with ten before and five after. The reading stands in the journal of the
        young person."""
        case, message = call.identifier("case"), call.identifier("message")
        found = await self._evidence.read(call.principal, case, message)
        return CaseExcerpt(
            [full(one, View.STAFF) for one in found.messages],
            found.seq,
            [CasePerson(one.id, one.name, one.role.value) for one in found.people.values()],
        )
