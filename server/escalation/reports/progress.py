"""Reporters learn how far their report is, in the transaction in which its case moves: that somebody looks at it, that
it is done, that there is an answer. Never what the case holds."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation.reports import store
from server.escalation.reports.rules import progress
from server.escalation.reports.store import Report
from server.escalation.store import case_of
from server.people.notices import tell
from server.people.reach.queueing import queue
from server.people.reach.rules import Urgency

PATH = "/#/reports"


async def tell_reporters(conn: AsyncConnection, case_id: UUID, at: datetime, by: UUID | None = None) -> None:
    """The case has changed, by ``by``, in this transaction. Saying it again tells nobody twice."""
    reports = await store.reports_in(conn, [case_id])
    case = await case_of(conn, case_id) if reports else None
    if case is None:
        return
    for report in reports:
        now = progress(case.state, report.told)
        if now != report.told:
            await store.set_told(conn, report.id, now, at)
            await _tell(conn, report, f"report_{now}", f"{now}:{case.round}", at, by)


async def tell_answered(conn: AsyncConnection, report: Report, answer_id: UUID, at: datetime, by: UUID) -> None:
    await _tell(conn, report, "report_answered", str(answer_id), at, by)


async def _tell(conn: AsyncConnection, report: Report, kind: str, key: str, at: datetime, by: UUID | None) -> None:
    if report.by_id == by:  # what one does oneself, one knows
        return
    where, to = report.organisation_id, report.by_id
    await tell(conn, where, to, kind, at, report=report.id)
    await queue(conn, where, to, f"report:{report.id}:{key}", "message", Urgency.PROMPT, at, link=PATH)
