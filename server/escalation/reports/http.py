"""HTTP around reports as they are read and answered. They are made in the rooms, where messages are."""

from typing import Annotated

from msgspec import Meta, Struct

from server.escalation.reports.card import EvidenceList, ReportList
from server.escalation.reports.reading import Reports
from server.escalation.reports.rules import MOST_WORDS
from server.kernel.permissions import Permission
from server.transport.endpoint import Call, endpoint
from server.transport.wire import Identifier

Words = Annotated[str, Meta(max_length=MOST_WORDS)]


class AnswerBody(Struct, forbid_unknown_fields=True):
    id: Identifier
    words: Words


class ReportsHttp:
    def __init__(self, reports: Reports) -> None:
        self._reports = reports

    @endpoint("GET", "/api/v1/reports", answer=ReportList, permission=Permission.REPORT_MAKE)
    async def own_reports(self, call: Call) -> ReportList:
        """What one has reported, and how far it is; the newest first, at most 50."""
        return await self._reports.own(call.principal)

    @endpoint("GET", "/api/v1/cases/{case}/reports", answer=EvidenceList, permission=Permission.CASE_HANDLE)
    async def case_reports(self, call: Call) -> EvidenceList:
        """What a case is about, as it was reported. That it was read stands in journals, as for the file."""
        return await self._reports.of_case(call.principal, call.identifier("case"))

    @endpoint(
        "POST",
        "/api/v1/cases/{case}/reports/{report}/answers",
        body=AnswerBody,
        answer=EvidenceList,
        permission=Permission.CASE_HANDLE,
    )
    async def answer_report(self, call: Call) -> EvidenceList:
        """Write to who reported. They are told that there is an answer."""
        body: AnswerBody = call.body
        case, report = call.identifier("case"), call.identifier("report")
        return await self._reports.answer(call.principal, case, report, body.id, body.words)
