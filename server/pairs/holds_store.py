"""SQL of what holds pairs, and of suspended people."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.kernel.identifiers import new_id
from server.pairs.required import HoldKind
from server.pairs.rules import State
from server.pairs.tables import pair_holds, suspensions


@dataclass(frozen=True, slots=True)
class Hold:
    """One that is open. ``previous`` is what the pair is underneath."""

    id: UUID
    pair_id: UUID
    kind: HoldKind
    about: UUID | None
    why: str | None
    since: datetime
    by: UUID | None
    previous: State


@dataclass(frozen=True, slots=True)
class Suspension:
    """Of a person. ``why`` is one of the reasons in ``life.py``."""

    since: datetime
    why: str
    by: UUID


async def open_holds(conn: AsyncConnection, pair_ids: Collection[UUID]) -> Mapping[UUID, list[Hold]]:
    """The open holds of each of these pairs, the oldest first."""
    found: dict[UUID, list[Hold]] = defaultdict(list)
    if pair_ids:
        rows = pair_holds.c
        query = select(pair_holds).where(rows.pair_id.in_(pair_ids), rows.lifted_at.is_(None))
        for row in await conn.execute(query.order_by(rows.since, rows.id)):
            hold = Hold(
                row.id, row.pair_id, row.kind, row.about, row.why, row.since, row.by_id, State(row.previous_state)
            )
            found[row.pair_id].append(hold)
    return found


async def lifted_since(conn: AsyncConnection, pair_id: UUID, why: str, after: datetime) -> list[datetime]:
    """Since when the suspensions of a pair had stood, for this reason, that somebody lifted after an instant."""
    rows = pair_holds.c
    query = select(rows.since).where(
        rows.pair_id == pair_id,
        rows.kind == "suspended",
        rows.why == why,
        rows.lifted_by.is_not(None),
        rows.lifted_at > after,
    )
    return list((await conn.execute(query)).scalars())


async def add(
    conn: AsyncConnection,
    pair_id: UUID,
    kind: HoldKind,
    previous: State,
    at: datetime,
    *,
    about: UUID | None = None,
    why: str | None = None,
    by: UUID | None = None,
) -> None:
    """One more hold of a pair that is locked."""
    values = {"id": new_id(), "pair_id": pair_id, "kind": kind, "previous_state": previous.value, "since": at}
    await conn.execute(insert(pair_holds).values(**values, about=about, why=why, by_id=by))


async def lift(conn: AsyncConnection, ids: Collection[UUID], at: datetime, by: UUID | None) -> None:
    if ids:
        rows = pair_holds.c
        await conn.execute(
            update(pair_holds).where(rows.id.in_(ids), rows.lifted_at.is_(None)).values(lifted_at=at, lifted_by=by)
        )


async def set_previous(conn: AsyncConnection, pair_id: UUID, state: State) -> None:
    """What the pair will be when its last hold goes."""
    rows = pair_holds.c
    await conn.execute(
        update(pair_holds).where(rows.pair_id == pair_id, rows.lifted_at.is_(None)).values(previous_state=state.value)
    )


async def suspended(conn: AsyncConnection, account_ids: Collection[UUID]) -> set[UUID]:
    """Those of these people who may be in no room for now."""
    rows = suspensions.c
    query = select(rows.account_id).where(rows.account_id.in_(account_ids), rows.lifted_at.is_(None))
    return set((await conn.execute(query)).scalars())


async def suspension(conn: AsyncConnection, account_id: UUID) -> Suspension | None:
    """The one that stands."""
    rows = suspensions.c
    query = select(rows.since, rows.why, rows.by_id).where(rows.account_id == account_id, rows.lifted_at.is_(None))
    row = (await conn.execute(query)).first()
    return Suspension(row.since, row.why, row.by_id) if row is not None else None


async def suspend(
    conn: AsyncConnection, organisation_id: UUID, account_id: UUID, why: str, by: UUID, at: datetime
) -> None:
    """Raises sqlalchemy.exc.IntegrityError when they are suspended already."""
    values = {"id": new_id(), "organisation_id": organisation_id, "account_id": account_id}
    await conn.execute(insert(suspensions).values(**values, why=why, by_id=by, since=at))


async def unsuspend(conn: AsyncConnection, account_id: UUID, by: UUID, at: datetime) -> bool:
    """False when they were not suspended."""
    rows = suspensions.c
    done = await conn.execute(
        update(suspensions)
        .where(rows.account_id == account_id, rows.lifted_at.is_(None))
        .values(lifted_at=at, lifted_by=by)
    )
    return done.rowcount == 1
