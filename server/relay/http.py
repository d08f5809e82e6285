"""HTTP around what leaves the house about a case."""

from typing import Annotated, Literal

from aiohttp import hdrs, web
from msgspec import UNSET, Meta, Struct, UnsetType

from server.kernel.permissions import Permission
from server.relay.agreeing import Agreeing
from server.relay.card import DispatchCard, DispatchFile, DispatchList, WaitingList
from server.relay.drafting import Drafting
from server.relay.fields import Fields
from server.relay.leaving import Leaving
from server.relay.opening import Opening
from server.relay.rules import Answer, How, Kind, Tell, Telling
from server.relay.telling import Telling as Tellings
from server.transport.endpoint import Call, endpoint
from server.transport.pace import Pace
from server.transport.wire import Identifier, Moment, Timestamp, timestamp

_CASE = "/api/v1/cases/{case}/dispatches"
_ONE = "/api/v1/dispatches/{dispatch}"
ZIP = "application/zip"
HTML = "text/html"
LARGEST = 256 * 1024  # bytes of the fields of one: fifty facts, a hundred quotes
Revision = Annotated[int, Meta(ge=0)]
Reason = Annotated[str, Meta(max_length=500)]
Words = Annotated[str, Meta(max_length=2_000)]


class TellingBody(Struct, forbid_unknown_fields=True):
    """When the young person is told: ``now`` is when it leaves."""

    when: Tell
    on: Moment | None = None
    why: Reason | None = None
    words: Words | None = None

    def telling(self) -> Telling:
        return Telling(self.when, self.on, self.why, self.words)


class NewDispatchBody(Struct, forbid_unknown_fields=True):
    id: Identifier
    kind: Literal["bundle", "concern", "referral", "relay"]
    telling: TellingBody
    outside: bool = True
    language: Literal["fr", "en"] = "fr"


class SaveBody(Struct, forbid_unknown_fields=True):
    revision: Revision
    fields: Fields
    telling: TellingBody


class RevisionBody(Struct, forbid_unknown_fields=True):
    revision: Revision


class ProposeBody(Struct, forbid_unknown_fields=True):
    revision: Revision
    ask: Identifier | None = None


class UrgentBody(Struct, forbid_unknown_fields=True):
    revision: Revision
    why: Reason


class SecondBody(Struct, forbid_unknown_fields=True):
    revision: Revision
    agree: bool
    note: Reason | None = None


class SentBody(Struct, forbid_unknown_fields=True):
    revision: Revision
    how: How
    note: Words | None = None


class AnsweredBody(Struct, forbid_unknown_fields=True):
    revision: Revision
    answer: Answer
    words: Words | None = None


class RetellBody(Struct, forbid_unknown_fields=True):
    revision: Revision
    telling: TellingBody


class PageQuery(Struct, forbid_unknown_fields=True):
    part: Literal["dossier", "letter"] | None = None


class ToldLine(Struct, frozen=True):
    """What left about the reader. ``to``: the profession that it went to, where that was one; ``words``: what a
    professional tells them of it."""

    id: Identifier
    kind: str
    sent_at: Timestamp
    told_at: Timestamp
    by: str | UnsetType = UNSET
    to: str | UnsetType = UNSET
    words: str | UnsetType = UNSET


class ToldList(Struct, frozen=True):
    told: list[ToldLine]


class RelayHttp:
    def __init__(
        self, drafting: Drafting, agreeing: Agreeing, leaving: Leaving, opening: Opening, telling: Tellings
    ) -> None:
        self._drafting = drafting
        self._agreeing = agreeing
        self._leaving = leaving
        self._opening = opening
        self._telling = telling

    @endpoint("GET", _CASE, answer=DispatchList, permission=Permission.RELAY_WRITE)
    async def list_dispatches(self, call: Call) -> DispatchList:
        """What left, or is to leave, about a case, the oldest first; and who can be the second pair of eyes."""
        return await self._opening.of_case(call.principal, call.identifier("case"))

    @endpoint("POST", _CASE, body=NewDispatchBody, permission=Permission.RELAY_WRITE)
    async def begin_dispatch(self, call: Call) -> None:
        """Begin a bundle, an information préoccupante, a signalement or a relay, with what the case says already."""
        body: NewDispatchBody = call.body
        await self._drafting.begin(
            call.principal,
            call.identifier("case"),
            body.id,
            kind=Kind(body.kind),
            outside=body.outside,
            language=body.language,
            telling=body.telling.telling(),
        )

    @endpoint("GET", "/api/v1/dispatches", answer=WaitingList, permission=Permission.RELAY_SECOND)
    async def list_waiting(self, call: Call) -> WaitingList:
        """What waits for one's second look, the oldest first."""
        return await self._opening.waiting(call.principal)

    @endpoint("GET", _ONE, answer=DispatchFile, permission=Permission.RELAY_WRITE)
    async def dispatch(self, call: Call) -> DispatchFile:
        """All of one, with its fields. Reading it is written down for the young person."""
        return await self._opening.open(call.principal, call.identifier("dispatch"))

    @endpoint("GET", _ONE + "/outline", answer=DispatchCard, permission=Permission.RELAY_SECOND)
    async def dispatch_outline(self, call: Call) -> DispatchCard:
        """What it is and where it stands, without its words."""
        return await self._opening.outline(call.principal, call.identifier("dispatch"))

    @endpoint("PUT", _ONE, body=SaveBody, permission=Permission.RELAY_WRITE, max_body=LARGEST)
    async def save_dispatch(self, call: Call) -> None:
        """Save another version. Written words of the child are copied by the server, whatever is sent for them."""
        body: SaveBody = call.body
        dispatch, telling = call.identifier("dispatch"), body.telling.telling()
        await self._drafting.save(call.principal, dispatch, body.revision, body.fields, telling)

    @endpoint("GET", _ONE + "/page", query=PageQuery, content=HTML, permission=Permission.RELAY_WRITE, pace=Pace.COSTLY)
    async def dispatch_page(self, call: Call) -> web.Response:
        """The document, to read and to print; `?part=dossier` for what is attached to a letter."""
        query: PageQuery = call.query
        content = await self._opening.page(call.principal, call.identifier("dispatch"), query.part)
        return web.Response(body=content, content_type=HTML, charset="utf-8", headers=_headers("inline"))

    @endpoint("GET", _ONE + "/file", content=ZIP, permission=Permission.RELAY_WRITE, pace=Pace.COSTLY)
    async def dispatch_file(self, call: Call) -> web.Response:
        """What leaves, as a zip, once a second person has agreed to it."""
        content, name = await self._opening.file(call.principal, call.identifier("dispatch"))
        return web.Response(body=content, content_type=ZIP, headers=_headers(f'attachment; filename="{name}"'))

    @endpoint("POST", _ONE + "/propose", body=ProposeBody, permission=Permission.RELAY_WRITE)
    async def propose_dispatch(self, call: Call) -> None:
        """Make the file, for a second person to look at."""
        body: ProposeBody = call.body
        await self._agreeing.propose(call.principal, call.identifier("dispatch"), body.revision, body.ask)

    @endpoint("POST", _ONE + "/urgent", body=UrgentBody, permission=Permission.RELAY_WRITE)
    async def urgent_dispatch(self, call: Call) -> None:
        """Severity 4 that cannot wait for a second person, who looks afterwards; all colleagues are told."""
        body: UrgentBody = call.body
        await self._agreeing.urgent(call.principal, call.identifier("dispatch"), body.revision, body.why)

    @endpoint("POST", _ONE + "/second", body=SecondBody, permission=Permission.RELAY_SECOND)
    async def second_dispatch(self, call: Call) -> None:
        """Agree to what a colleague proposes, or say why not."""
        body: SecondBody = call.body
        dispatch = call.identifier("dispatch")
        await self._agreeing.second(call.principal, dispatch, body.revision, agree=body.agree, note=body.note)

    @endpoint("POST", _ONE + "/sent", body=SentBody, permission=Permission.RELAY_WRITE)
    async def sent_dispatch(self, call: Call) -> None:
        """Say that it was sent, and how. The server itself sends nothing outside."""
        body: SentBody = call.body
        await self._leaving.sent(call.principal, call.identifier("dispatch"), body.revision, body.how, body.note)

    @endpoint("POST", _ONE + "/answered", body=AnsweredBody, permission=Permission.RELAY_WRITE)
    async def answered_dispatch(self, call: Call) -> None:
        """Write down what came back."""
        body: AnsweredBody = call.body
        dispatch = call.identifier("dispatch")
        await self._leaving.answered(call.principal, dispatch, body.revision, body.answer, body.words)

    @endpoint("POST", _ONE + "/telling", body=RetellBody, permission=Permission.RELAY_WRITE)
    async def retell_dispatch(self, call: Call) -> None:
        """Change when the young person is told: sooner, or later by another professional."""
        body: RetellBody = call.body
        dispatch, telling = call.identifier("dispatch"), body.telling.telling()
        await self._leaving.retell(call.principal, dispatch, body.revision, telling)

    @endpoint("POST", _ONE + "/withdraw", body=RevisionBody, permission=Permission.RELAY_WRITE)
    async def withdraw_dispatch(self, call: Call) -> None:
        """It does not leave."""
        body: RevisionBody = call.body
        await self._drafting.withdraw(call.principal, call.identifier("dispatch"), body.revision)

    @endpoint("GET", "/api/v1/told", answer=ToldList)
    async def told(self, call: Call) -> ToldList:
        """What left about oneself, as far as one was told, the newest first."""
        lines = []
        for one, to, by in await self._telling.told(call.principal):
            if one.sent_at is None or one.told_at is None:
                continue
            name, words = by.name if by is not None else UNSET, one.tell_words or UNSET
            sent, at = timestamp(one.sent_at), timestamp(one.told_at)
            lines.append(ToldLine(Identifier(int=one.id.int), one.kind.value, sent, at, name, to or UNSET, words))
        return ToldList(lines)


def _headers(disposition: str) -> dict[str, str]:
    return {
        hdrs.CACHE_CONTROL: "no-store",
        hdrs.CONTENT_DISPOSITION: disposition,
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
