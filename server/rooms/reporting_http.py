"""HTTP around reporting: to say it, and about whom one may."""

from typing import Annotated
from uuid import UUID

from aiohttp import web
from msgspec import Meta, Struct

from server.escalation.reports.card import ReportCard
from server.escalation.reports.rules import MOST_WORDS, Kind, Subject
from server.kernel.errors import BadRequest
from server.kernel.permissions import Permission, Role
from server.rooms.notes.http import OGG, sounding
from server.rooms.reporting import Reporting, Wish
from server.transport.endpoint import Call, endpoint
from server.transport.pace import Pace
from server.transport.wire import Identifier


class ReportBody(Struct, forbid_unknown_fields=True):
    id: Identifier
    subject: Subject
    kind: Kind
    words: Annotated[str, Meta(max_length=MOST_WORDS)] = ""
    stop: bool | None = None
    room: str | int | None = None
    seq: Annotated[int, Meta(ge=1)] | None = None
    person: Identifier | None = None


class AcquaintanceCard(Struct, frozen=True):
    """``contact``: there is contact with them, or of one's child with them, that can be stopped."""

    id: UUID
    name: str
    role: Role
    contact: bool


class AcquaintanceList(Struct, frozen=True):
    people: list[AcquaintanceCard]


class ReportingHttp:
    def __init__(self, reporting: Reporting) -> None:
        self._reporting = reporting

    @endpoint(
        "POST",
        "/api/v1/reports",
        body=ReportBody,
        answer=ReportCard,
        permission=Permission.REPORT_MAKE,
        pace=Pace.REPORT,
    )
    async def report(self, call: Call) -> ReportCard:
        """Report a message, a person, or a worry. With ``stop``, contact stops at once; a young person's word of a
        secret, a photo or sex stops it unless they say otherwise. The same ``id`` again is the same report."""
        body: ReportBody = call.body
        if "\x00" in body.words:
            raise BadRequest("nul", field="words")
        wish = Wish(body.id, body.subject, body.kind, body.words.strip(), body.stop, body.room, body.seq, body.person)
        return await self._reporting.report(call.principal, wish)

    @endpoint("GET", "/api/v1/reports/people", answer=AcquaintanceList, permission=Permission.REPORT_MAKE)
    async def people(self, call: Call) -> AcquaintanceList:
        """Whom one may report by name: those with whom one has to do."""
        found = await self._reporting.people(call.principal)
        return AcquaintanceList(
            [AcquaintanceCard(one.person.id, one.person.name, one.person.role, bool(one.contacts)) for one in found]
        )

    @endpoint("GET", "/api/v1/reports/{report}/note", content=OGG, permission=Permission.CASE_HANDLE)
    async def hear(self, call: Call) -> web.Response:
        """The voice note that was reported, for who sees the whole of its case. Takes a Range."""
        note = await self._reporting.note(call.principal, call.identifier("report"))
        return await sounding(
            call.request, note, lambda start, end: self._reporting.content(call.principal, note, start, end)
        )
