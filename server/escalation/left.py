"""One of the staff whose account is closed: what they looked after waits for somebody again."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation import store
from server.escalation.held import waits_again
from server.escalation.tables import cases
from server.people.store import people_of
from server.trail.acts import Act
from server.trail.record import record


async def left(conn: AsyncConnection, accounts: Collection[UUID], at: datetime) -> None:
    """For ``Standing.watch``. The cases of these people that go on, where their accounts are closed, are nobody's, and
    are paged by a round of their own: who acknowledged them is not there any more. After pairs and rooms in the
    transaction."""
    gone = [person.id for person in (await people_of(conn, accounts)).values() if person.disabled]
    theirs = select(cases).where(cases.c.owner_id.in_(gone), cases.c.state != "closed").order_by(cases.c.id)
    for case in await store.select_cases(conn, theirs.with_for_update()) if gone else ():
        await store.change(conn, case.id, owner_id=None, **waits_again(case, at))
        await store.enter(conn, case.id, at, "left", by=None, owner=case.owner_id)
        about = [case.about_id] if case.about_id is not None else []
        detail = {"case": case.id, "did": "left", "round": case.round + 1}
        await record(conn, case.organisation_id, at, Act.CASE_CHANGED, by=None, about=about, detail=detail)
