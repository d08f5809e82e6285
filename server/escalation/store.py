"""SQL of cases: read, locked, changed, and their timeline."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, exists, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation.opening import Link
from server.escalation.rules import Case, Part, State, Tier
from server.escalation.tables import (
    case_entries,
    case_links,
    case_pages,
    case_parties,
    case_readings,
    case_tasks,
    cases,
)
from server.kernel.identifiers import new_id

Parts = Mapping[UUID, frozenset[Part]]
"""Who is in a case, and as what."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline. ``detail`` holds identifiers and words of ours; ``note`` what a professional wrote."""

    id: UUID
    case_id: UUID
    at: datetime
    by_id: UUID | None
    act: str
    tier: Tier | None
    note: str | None
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Task:
    id: UUID
    case_id: UUID
    words: str
    owner_id: UUID | None
    due_on: date | None
    made_at: datetime
    made_by: UUID
    done_at: datetime | None
    done_by: UUID | None


@dataclass(frozen=True, slots=True)
class Linked(Link):
    """A link with when it was made, and by whom: nobody, where it was there from what opened the case."""

    added_at: datetime = field(kw_only=True)
    added_by: UUID | None = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class Page:
    """One step of the ladder that was taken."""

    case_id: UUID
    round: int
    step: int
    at: datetime
    severity: int
    rung: int
    people: tuple[UUID, ...]
    outside: UUID | None


def _case(row: Row[*tuple[Any, ...]]) -> Case:
    own = {column.name: getattr(row, column.name) for column in cases.c}
    own["state"] = State(row.state)
    return Case(**own)


async def select_cases(conn: AsyncConnection, query: Any) -> list[Case]:
    return [_case(row) for row in await conn.execute(query)]


async def case_of(conn: AsyncConnection, case_id: UUID) -> Case | None:
    found = await select_cases(conn, select(cases).where(cases.c.id == case_id))
    return found[0] if found else None


async def references_of(conn: AsyncConnection, case_ids: Collection[UUID]) -> Mapping[UUID, str]:
    rows = await conn.execute(select(cases.c.id, cases.c.reference).where(cases.c.id.in_(case_ids)))
    return {row.id: row.reference for row in rows}


async def locked(conn: AsyncConnection, *case_ids: UUID) -> list[Case]:
    """The cases of these that exist, for this transaction alone to change; in one order, so that nobody waits in a
    circle."""
    query = select(cases).where(cases.c.id.in_(case_ids)).order_by(cases.c.id).with_for_update()
    return await select_cases(conn, query)


async def change(conn: AsyncConnection, case_id: UUID, **values: Any) -> None:
    """Changes a case, and counts its revision; the database tells every process."""
    await conn.execute(update(cases).where(cases.c.id == case_id).values(revision=cases.c.revision + 1, **values))


async def climb(conn: AsyncConnection, case_id: UUID, step: int, page_at: datetime) -> None:
    """Sets the timer of a case to its next step. The revision stays: nobody acted, and who acts now acts on what they
    have seen."""
    await conn.execute(update(cases).where(cases.c.id == case_id).values(step=step, page_at=page_at))


async def parts_of(conn: AsyncConnection, case_ids: Collection[UUID]) -> Mapping[UUID, Parts]:
    """Of each of these cases, who is in it."""
    rows = await conn.execute(select(case_parties).where(case_parties.c.case_id.in_(case_ids)))
    found: dict[UUID, defaultdict[UUID, set[Part]]] = {case_id: defaultdict(set) for case_id in case_ids}
    for row in rows:
        found[row.case_id][row.account_id].add(row.part)
    return {case_id: {who: frozenset(parts) for who, parts in of.items()} for case_id, of in found.items()}


async def paged_of(conn: AsyncConnection, case_ids: Collection[UUID]) -> Mapping[UUID, frozenset[UUID]]:
    """Of each of these cases that waits for somebody, who was paged about it in this round."""
    pages = case_pages.c
    query = (
        select(pages.case_id, pages.people)
        .join(cases, (cases.c.id == pages.case_id) & (cases.c.round == pages.round))
        .where(pages.case_id.in_(case_ids), cases.c.state == State.OPEN.value)
    )
    found: dict[UUID, set[UUID]] = {case_id: set() for case_id in case_ids}
    for case_id, people in await conn.execute(query):
        found[case_id].update(people)
    return {case_id: frozenset(people) for case_id, people in found.items()}


async def enter(
    conn: AsyncConnection,
    case_id: UUID,
    at: datetime,
    act: str,
    *,
    by: UUID | None,
    note: str | None = None,
    tier: Tier | None = None,
    entry_id: UUID | None = None,
    **detail: Any,
) -> bool:
    """Adds a line to the timeline; False when the line ``id`` is there already."""
    plain = {name: str(value) if isinstance(value, UUID) else value for name, value in detail.items()}
    values = {
        "id": entry_id or new_id(),
        "case_id": case_id,
        "at": at,
        "by_id": by,
        "act": act,
        "tier": tier,
        "note": note,
    }
    done = await conn.execute(
        upsert(case_entries).values(**values, detail=plain).on_conflict_do_nothing(index_elements=["id"])
    )
    return done.rowcount == 1


async def entries_of(conn: AsyncConnection, case_id: UUID) -> list[Entry]:
    """The timeline, in the order in which its lines were written, whatever the clocks of the processes showed."""
    columns = [case_entries.c[name] for name in Entry.__slots__]
    query = select(*columns).where(case_entries.c.case_id == case_id).order_by(case_entries.c.number)
    return [Entry(**row) for row in (await conn.execute(query)).mappings()]


async def is_entry(conn: AsyncConnection, entry_id: UUID, case_id: UUID, by: UUID) -> bool:
    """Whether somebody has added this very line to this case."""
    mine = and_(case_entries.c.id == entry_id, case_entries.c.case_id == case_id, case_entries.c.by_id == by)
    return bool((await conn.execute(select(exists().where(mine)))).scalar_one())


async def first_look(conn: AsyncConnection, case_id: UUID, account_id: UUID, at: datetime, within: timedelta) -> bool:
    """Notes that somebody reads the file; False when they did so lately."""
    values = {"case_id": case_id, "account_id": account_id, "at": at}
    done = await conn.execute(
        upsert(case_readings)
        .values(**values)
        .on_conflict_do_update(
            index_elements=["case_id", "account_id"], set_={"at": at}, where=case_readings.c.at <= at - within
        )
    )
    return done.rowcount == 1


async def links_of(conn: AsyncConnection, case_id: UUID) -> list[Linked]:
    rows = await conn.execute(
        select(case_links).where(case_links.c.case_id == case_id).order_by(case_links.c.added_at, case_links.c.ref)
    )
    return [
        Linked(row.kind, row.ref, row.room_id, row.seq, added_at=row.added_at, added_by=row.added_by) for row in rows
    ]


async def add_link(conn: AsyncConnection, case_id: UUID, link: Link, at: datetime, by: UUID | None) -> bool:
    """False when it was there."""
    values = {"kind": link.kind, "ref": link.ref, "room_id": link.room_id, "seq": link.seq}
    done = await conn.execute(
        upsert(case_links).values(case_id=case_id, added_at=at, added_by=by, **values).on_conflict_do_nothing()
    )
    return done.rowcount == 1


async def add_party(conn: AsyncConnection, case_id: UUID, account_id: UUID, part: Part, by: UUID | None = None) -> bool:
    """``by``: the professional who says so, where one does. False when it was so before."""
    values = {"case_id": case_id, "account_id": account_id, "part": part, "added_by": by}
    return (await conn.execute(upsert(case_parties).values(**values).on_conflict_do_nothing())).rowcount == 1


async def tasks_of(conn: AsyncConnection, case_id: UUID) -> list[Task]:
    rows = await conn.execute(
        select(case_tasks).where(case_tasks.c.case_id == case_id).order_by(case_tasks.c.made_at, case_tasks.c.id)
    )
    return [Task(**row) for row in rows.mappings()]


async def add_task(conn: AsyncConnection, task: Task) -> bool:
    """False when there is one of this identifier."""
    values = {column.name: getattr(task, column.name) for column in case_tasks.c}
    done = await conn.execute(upsert(case_tasks).values(**values).on_conflict_do_nothing(index_elements=["id"]))
    return done.rowcount == 1


async def task_done(conn: AsyncConnection, case_id: UUID, task_id: UUID, by: UUID, at: datetime) -> bool | None:
    """False when it was done before, None when there is none."""
    mine = and_(case_tasks.c.id == task_id, case_tasks.c.case_id == case_id)
    done = await conn.execute(
        update(case_tasks).where(mine, case_tasks.c.done_at.is_(None)).values(done_at=at, done_by=by)
    )
    if done.rowcount == 1:
        return True
    there = (await conn.execute(select(exists().where(mine)))).scalar_one()
    return False if there else None


async def pages_of(conn: AsyncConnection, case_id: UUID) -> list[Page]:
    query = select(case_pages).where(case_pages.c.case_id == case_id).order_by(case_pages.c.round, case_pages.c.step)
    return [
        Page(row.case_id, row.round, row.step, row.at, row.severity, row.rung, tuple(row.people), row.outside)
        for row in await conn.execute(query)
    ]


async def add_page(conn: AsyncConnection, page: Page, link_hash: bytes | None) -> bool:
    """False when this step was taken before."""
    values = {
        "case_id": page.case_id,
        "round": page.round,
        "step": page.step,
        "at": page.at,
        "severity": page.severity,
        "rung": page.rung,
        "people": list(page.people),
        "outside": page.outside,
        "link_hash": link_hash,
    }
    done = await conn.execute(upsert(case_pages).values(**values).on_conflict_do_nothing())
    return done.rowcount == 1


async def cases_about(conn: AsyncConnection, kind: str, refs: Collection[UUID]) -> list[Case]:
    """The cases, in whatever state, that have a link to one of these things, the oldest first."""
    linked = exists().where(case_links.c.case_id == cases.c.id, case_links.c.kind == kind, case_links.c.ref.in_(refs))
    return await select_cases(conn, select(cases).where(linked).order_by(cases.c.opened_at, cases.c.id))


async def call_for_help(conn: AsyncConnection, account_id: UUID) -> UUID | None:
    """The case of a person's last call for help, unless it is closed."""
    query = select(cases.c.id).where(cases.c.by_id == account_id, cases.c.origin == "help", cases.c.state != "closed")
    found = await conn.execute(query.order_by(cases.c.opened_at.desc(), cases.c.id.desc()).limit(1))
    return found.scalar_one_or_none()


async def is_urgent(conn: AsyncConnection, pair_id: UUID) -> bool:
    """Whether a case of the highest severity about this pair is open."""
    query = select(cases.c.id).where(cases.c.pair_id == pair_id, cases.c.severity == 4, cases.c.state != "closed")
    return (await conn.execute(query.limit(1))).first() is not None
