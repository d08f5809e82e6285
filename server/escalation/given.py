"""Somebody is given a case that they did not take: they hear of it outside the page too, since nobody pages for it."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation import ladder
from server.escalation.rules import Case
from server.people.reach.queueing import queue
from server.people.reach.rules import Urgency

KIND: Final = "case"
LOUD: Final = "page"  # at severity 4, at whatever hour


async def tell_given(
    conn: AsyncConnection, case: Case, owner_id: UUID, at: datetime, by: UUID | None, severity: int | None = None
) -> None:
    """``owner_id`` has ``case`` from now on, or has it already and it is of another ``severity`` now. ``case`` is as it
    was before ``by`` changed it in this transaction: of each change they are told once."""
    if owner_id == by:  # what one does oneself, one knows
        return
    severity = severity or case.severity
    how = ladder.urgency(severity) if severity in ladder.CLIMBS else Urgency.PROMPT
    key, kind = f"given:{case.id}:{case.revision}", LOUD if severity >= 4 else KIND
    await queue(conn, case.organisation_id, owner_id, key, kind, how, at, link=f"/#/case/{case.id}")
