"""SQL of mentors' papers, of the policy that asks for them, and of the child-welfare track."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.pairs.papers import Gate, Paper, Policy
from server.pairs.tables import charters, due_warnings, gate_policies, mentor_papers, welfare_entries
from server.pairs.welfare import Entry, Step
from server.people.tables import organisations

_POLICY = ("vetting", "charter", "training", "vetting_months", "welfare_blocks", "closed_readable_days")
_PAPER = ("id", "account_id", "gate", "kind", "version", "issued_on", "valid_until", "by_id", "at", "withdraws")


async def policies(conn: AsyncConnection, organisation_ids: Collection[UUID]) -> Mapping[UUID, Policy]:
    """Of each of these organisations."""
    table = gate_policies
    query = select(table).where(table.c.organisation_id.in_(organisation_ids))
    told = {row["organisation_id"]: row for row in (await conn.execute(query)).mappings()}
    renewals = await _renewals(conn, organisation_ids)
    return {
        each: Policy(
            **({name: told[each][name] for name in _POLICY} if each in told else {}), renewals=renewals.get(each, ())
        )
        for each in organisation_ids
    }


async def _renewals(
    conn: AsyncConnection, organisation_ids: Collection[UUID]
) -> Mapping[UUID, tuple[tuple[int, date], ...]]:
    rows = charters.c
    query = (
        select(rows.organisation_id, rows.version, rows.sign_again_from)
        .where(rows.organisation_id.in_(organisation_ids), rows.sign_again_from.is_not(None))
        .order_by(rows.version)
    )
    found: dict[UUID, tuple[tuple[int, date], ...]] = {}
    for row in await conn.execute(query):
        found[row.organisation_id] = (*found.get(row.organisation_id, ()), (row.version, row.sign_again_from))
    return found


async def policy(conn: AsyncConnection, organisation_id: UUID) -> Policy:
    return (await policies(conn, [organisation_id]))[organisation_id]


def values_of(policy: Policy) -> dict[str, bool | int]:
    """What an admin decides of it, by column."""
    return {name: getattr(policy, name) for name in _POLICY}


async def set_policy(conn: AsyncConnection, organisation_id: UUID, new: Policy, by: UUID, at: datetime) -> None:
    values = {**values_of(new), "changed_by": by, "changed_at": at}
    await conn.execute(
        upsert(gate_policies)
        .values(organisation_id=organisation_id, **values)
        .on_conflict_do_update(index_elements=["organisation_id"], set_=values)
    )


async def todays(conn: AsyncConnection, organisation_ids: Collection[UUID], at: datetime) -> Mapping[UUID, date]:
    """Which day it is in each of these organisations."""
    query = select(organisations.c.id, organisations.c.zone).where(organisations.c.id.in_(organisation_ids))
    return {row.id: at.astimezone(ZoneInfo(row.zone)).date() for row in await conn.execute(query)}


async def papers_of(conn: AsyncConnection, account_ids: Collection[UUID]) -> Mapping[UUID, list[Paper]]:
    """The whole history of each of these people, the oldest first."""
    found: dict[UUID, list[Paper]] = defaultdict(list)
    if account_ids:
        columns = [mentor_papers.c[name] for name in _PAPER]
        query = select(*columns).where(mentor_papers.c.account_id.in_(account_ids)).order_by(mentor_papers.c.id)
        for row in await conn.execute(query):
            paper = Paper(
                row.id, row.account_id, Gate(row.gate), row.kind, row.version, row.issued_on, row.valid_until,
                row.by_id, row.at, row.withdraws,
            )  # fmt: skip
            found[row.account_id].append(paper)
    return found


async def insert_paper(conn: AsyncConnection, organisation_id: UUID, paper: Paper) -> None:
    """Raises sqlalchemy.exc.IntegrityError when it withdraws one that was withdrawn before."""
    await conn.execute(
        insert(mentor_papers).values(
            id=paper.id,
            organisation_id=organisation_id,
            account_id=paper.account_id,
            gate=paper.gate.value,
            kind=paper.kind,
            version=paper.version,
            issued_on=paper.issued_on,
            valid_until=paper.valid_until,
            by_id=paper.by,
            at=paper.at,
            withdraws=paper.withdraws,
        )
    )


async def entries_of(conn: AsyncConnection, mentee_ids: Collection[UUID]) -> Mapping[UUID, list[Entry]]:
    """The child-welfare entries of each of these young people, the oldest first."""
    found: dict[UUID, list[Entry]] = defaultdict(list)
    if mentee_ids:
        table = welfare_entries
        for row in await conn.execute(select(table).where(table.c.mentee_id.in_(mentee_ids)).order_by(table.c.id)):
            found[row.mentee_id].append(
                Entry(row.id, row.mentee_id, Step(row.step), row.on_day, row.outcome, row.note, row.by_id, row.at)
            )
    return found


async def insert_entry(conn: AsyncConnection, organisation_id: UUID, entry: Entry) -> None:
    await conn.execute(
        insert(welfare_entries).values(
            id=entry.id,
            organisation_id=organisation_id,
            mentee_id=entry.mentee_id,
            step=entry.step.value,
            on_day=entry.on,
            outcome=entry.outcome,
            note=entry.note,
            by_id=entry.by,
            at=entry.at,
        )
    )


async def given(conn: AsyncConnection, account_ids: Collection[UUID]) -> Mapping[tuple[UUID, str, date], set[int]]:
    """Which warnings these people's dates have had, by person, matter and day."""
    found: dict[tuple[UUID, str, date], set[int]] = defaultdict(set)
    table = due_warnings
    for row in await conn.execute(select(table).where(table.c.account_id.in_(account_ids))):
        found[row.account_id, row.what, row.due_on].add(row.days)
    return found


async def give(
    conn: AsyncConnection, organisation_id: UUID, account_id: UUID, what: str, due_on: date, days: int, at: datetime
) -> bool:
    """False when it was given before: of two who warn at once, the second."""
    done = await conn.execute(
        upsert(due_warnings)
        .values(organisation_id=organisation_id, account_id=account_id, what=what, due_on=due_on, days=days, at=at)
        .on_conflict_do_nothing()
    )
    return done.rowcount == 1
