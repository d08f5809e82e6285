"""A person says that they look after a case: the ladder stops there."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation import store
from server.escalation.opening import Link
from server.escalation.reports.progress import tell_reporters
from server.escalation.rules import WITH_FLAG, Case, State
from server.escalation.viewers import around
from server.trail.acts import Act
from server.trail.record import record

LEAST: Final = 2  # what alerts is a case of this severity, however little its flag says


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


async def took_up(conn: AsyncConnection, case_ids: Collection[UUID], by: UUID, at: datetime, how: str) -> None:
    """``by`` answers in person what these cases are about: those that wait are theirs, unless they are in them."""
    for case in await store.locked(conn, *case_ids):
        if case.waits and not await _theirs(conn, case, by):
            await acknowledge(conn, case, by, at, how)
        elif case.state is not State.CLOSED:
            await store.change(conn, case.id)
            await store.enter(conn, case.id, at, how, by=by)


@dataclass(frozen=True, slots=True)
class Decided:
    """A flag that a professional ``by`` decided about, in this transaction. ``settled``: which of the flags of its
    cases wait for nobody, as far as was known then."""

    flag_id: UUID
    severity: int
    settled: frozenset[UUID]
    by: UUID
    at: datetime


async def settle(conn: AsyncConnection, decided: Decided) -> None:
    """Who decided has seen what the cases of the flag are about, unless something graver in them waits that they may
    not have seen. A case that was about flags alone, below severity 4, is over with the last of them. Cases are locked
    last: after flags, pairs, rooms and messages; what joined them until then is known only now."""
    flag_id, by, at = decided.flag_id, decided.by, decided.at
    linked = [case.id for case in await store.cases_about(conn, "flag", [flag_id]) if case.state is not State.CLOSED]
    if not linked:
        return
    for case in await store.locked(conn, *linked):
        links = await store.links_of(conn, case.id)
        undecided = any(link.kind == "flag" and link.ref not in decided.settled for link in links)
        if case.waits:
            if (undecided and case.severity > max(decided.severity, LEAST)) or await _theirs(conn, case, by):
                continue  # it still waits for somebody, or for somebody else
            await acknowledge(conn, case, by, at)
        if case.origin == "flag" and case.severity < 4 and not (undecided or await _goes_on(conn, case, links)):
            values = {"state": State.CLOSED.value, "outcome": WITH_FLAG, "closed_at": at, "closed_by": by}
            await store.change(conn, case.id, page_at=None, **values)
            await store.enter(conn, case.id, at, "closed", by=by, outcome=WITH_FLAG)


async def flags_of(conn: AsyncConnection, flag_id: UUID) -> frozenset[UUID]:
    """The flags that the living cases of this one are about."""
    living = [case for case in await store.cases_about(conn, "flag", [flag_id]) if case.state is not State.CLOSED]
    links = [link for case in living for link in await store.links_of(conn, case.id)]
    return frozenset(link.ref for link in links if link.kind == "flag")


async def _theirs(conn: AsyncConnection, case: Case, who: UUID) -> bool:
    return (await around(conn, [case])).concerned(case, who)


async def _goes_on(conn: AsyncConnection, case: Case, links: Collection[Link]) -> bool:
    """Whether somebody has more to do with it than to decide its flags."""
    if case.state not in (State.OPEN, State.ACKNOWLEDGED) or await store.tasks_of(conn, case.id):
        return True
    if any(entry.note is not None for entry in await store.entries_of(conn, case.id)):
        return True
    return any(link.kind != "flag" for link in links)
