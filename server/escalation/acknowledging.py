"""A person says that they look after a case: the ladder stops there."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation import store
from server.escalation.reports.progress import tell_reporters
from server.escalation.rules import WITH_FLAG, Case, State
from server.escalation.viewers import around, concerned_in
from server.trail.acts import Act
from server.trail.record import record


async def acknowledge(conn: AsyncConnection, case: Case, by: UUID, at: datetime, how: str = "acknowledged") -> None:
    """``by`` takes a case that waits, and that this transaction has locked: it is theirs, until it is given to somebody
    else. ``how``: the line in the timeline."""
    values = {"state": State.ACKNOWLEDGED.value, "acknowledged_at": at, "acknowledged_by": by, "page_at": None}
    await store.change(conn, case.id, owner_id=by, **values)
    await store.enter(conn, case.id, at, how, by=by)
    about = [case.about_id] if case.about_id is not None else []
    facts = {"case": case.id, "did": how, "round": case.round, "opened_at": case.opened_at}
    await record(conn, case.organisation_id, at, Act.CASE_CHANGED, by=by, about=about, detail=facts)
    await tell_reporters(conn, case.id, at, by)


async def settle(conn: AsyncConnection, flag_id: UUID, waiting: frozenset[UUID], by: UUID, at: datetime) -> None:
    """A professional decided about a flag, in this transaction: they have seen what its cases are about. A case that
    was about flags alone, below severity 4, is over with the last of them; ``waiting``: which of its flags still wait.
    Cases are locked last: after flags, pairs, rooms and messages."""
    linked = [case.id for case in await store.cases_about(conn, "flag", [flag_id]) if case.state is not State.CLOSED]
    if not linked:
        return
    for case in await store.locked(conn, *linked):
        if case.waits:
            if await _theirs(conn, case, by):
                continue  # it still waits for somebody else
            await acknowledge(conn, case, by, at)
        if case.origin == "flag" and case.severity < 4 and not await _goes_on(conn, case, waiting):
            values = {"state": State.CLOSED.value, "outcome": WITH_FLAG, "closed_at": at, "closed_by": by}
            await store.change(conn, case.id, page_at=None, **values)
            await store.enter(conn, case.id, at, "closed", by=by, outcome=WITH_FLAG)


async def flags_of(conn: AsyncConnection, flag_id: UUID) -> frozenset[UUID]:
    """The flags that the living cases of this one are about."""
    living = [case for case in await store.cases_about(conn, "flag", [flag_id]) if case.state is not State.CLOSED]
    links = [link for case in living for link in await store.links_of(conn, case.id)]
    return frozenset(link.ref for link in links if link.kind == "flag")


async def _theirs(conn: AsyncConnection, case: Case, who: UUID) -> bool:
    return concerned_in(await around(conn, [case]), case, who)


async def _goes_on(conn: AsyncConnection, case: Case, waiting: frozenset[UUID]) -> bool:
    """Whether somebody has more to do with it than to decide its flags."""
    if case.state not in (State.OPEN, State.ACKNOWLEDGED) or await store.tasks_of(conn, case.id):
        return True
    if any(entry.note is not None for entry in await store.entries_of(conn, case.id)):
        return True
    return any(link.kind != "flag" or link.ref in waiting for link in await store.links_of(conn, case.id))
