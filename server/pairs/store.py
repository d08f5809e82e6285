"""SQL of pairs."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.pairs.rules import Pair, State
from server.pairs.tables import pairs

LIVING = [state.value for state in (State.ACTIVE, State.PROBATION, State.CLOSING, State.PAUSED)]

_COLUMNS = (
    pairs.c.id,
    pairs.c.organisation_id,
    pairs.c.mentor_id,
    pairs.c.mentee_id,
    pairs.c.supervisor_id,
    pairs.c.state,
    pairs.c.created_at,
    pairs.c.kind,
    pairs.c.bridge_of,
    pairs.c.until,
    pairs.c.revision,
)


def _pair(row: Row[*tuple[Any, ...]]) -> Pair:
    return Pair(
        row.id,
        row.organisation_id,
        row.mentor_id,
        row.mentee_id,
        row.supervisor_id,
        State(row.state),
        row.created_at,
        row.kind,
        row.bridge_of,
        row.until,
        row.revision,
    )


async def _select(conn: AsyncConnection, which: ColumnElement[bool]) -> list[Pair]:
    return [_pair(row) for row in await conn.execute(select(*_COLUMNS).where(which).order_by(pairs.c.id))]


async def pair(conn: AsyncConnection, pair_id: UUID) -> Pair | None:
    found = await _select(conn, pairs.c.id == pair_id)
    return found[0] if found else None


async def locked(conn: AsyncConnection, ids: Collection[UUID]) -> list[Pair]:
    """The pairs of ``ids``, which nobody else can change until the transaction ends; in one statement and in one order,
    so that no two wait for each other (docs/decisions/0041)."""
    if not ids:
        return []
    query = select(*_COLUMNS).where(pairs.c.id.in_(ids)).order_by(pairs.c.id).with_for_update()
    return [_pair(row) for row in await conn.execute(query)]


async def pairs_by_id(conn: AsyncConnection, ids: Collection[UUID]) -> Mapping[UUID, Pair]:
    """The pairs of ``ids``, by identifier, in one query; those that do not exist are left out."""
    if not ids:
        return {}
    return {found.id: found for found in await _select(conn, pairs.c.id.in_(ids))}


async def pairs_of(conn: AsyncConnection, account_id: UUID) -> list[Pair]:
    """The pairs that this person is one of or answers for, in whatever state, the oldest first."""
    return await _select(
        conn,
        or_(pairs.c.mentor_id == account_id, pairs.c.mentee_id == account_id, pairs.c.supervisor_id == account_id),
    )


async def proposed_to(conn: AsyncConnection, mentee_id: UUID) -> list[Pair]:
    """The pairs of this young person that have not begun, the oldest first."""
    waiting = pairs.c.state.in_([State.PROPOSED.value, State.AGREED.value])
    return await _select(conn, (pairs.c.mentee_id == mentee_id) & waiting)


async def pairs_of_organisation(conn: AsyncConnection, organisation_id: UUID) -> list[Pair]:
    """All pairs of an organisation, the oldest first."""
    return await _select(conn, pairs.c.organisation_id == organisation_id)


async def insert_pair(conn: AsyncConnection, new: Pair) -> None:
    """Raises sqlalchemy.exc.IntegrityError when the two are a pair already that is not closed."""
    await conn.execute(
        insert(pairs).values(
            id=new.id,
            organisation_id=new.organisation_id,
            mentor_id=new.mentor_id,
            mentee_id=new.mentee_id,
            supervisor_id=new.supervisor_id,
            state=new.state.value,
            created_at=new.since if new.since is not None else func.now(),
            kind=new.kind,
            bridge_of=new.bridge_of,
            until=new.until,
        )
    )


async def set_state(conn: AsyncConnection, pair_id: UUID, state: State) -> bool:
    """False when there is no such pair. The database tells every process that rights have changed."""
    done = await conn.execute(update(pairs).where(pairs.c.id == pair_id).values(state=state.value))
    return done.rowcount == 1


async def touch(conn: AsyncConnection, pair_id: UUID, **values: Any) -> None:
    """Writes an act of a professional on a pair that is locked: ``values`` of its columns, and its next revision."""
    await conn.execute(update(pairs).where(pairs.c.id == pair_id).values(revision=pairs.c.revision + 1, **values))


async def living(conn: AsyncConnection, accounts: Collection[UUID]) -> list[UUID]:
    """The pairs of these people that are neither proposed only nor over."""
    query = select(pairs.c.id).where(
        or_(pairs.c.mentor_id.in_(accounts), pairs.c.mentee_id.in_(accounts)), pairs.c.state.in_(LIVING)
    )
    return list((await conn.execute(query)).scalars())


async def bridge_of(conn: AsyncConnection, pair_id: UUID) -> Pair | None:
    """The bridge that stands in for this pair now."""
    found = await _select(conn, (pairs.c.bridge_of == pair_id) & (pairs.c.state != State.CLOSED.value))
    return found[0] if found else None


async def set_supervisor(conn: AsyncConnection, pair_id: UUID, supervisor_id: UUID) -> None:
    """Of a pair that is locked."""
    await touch(conn, pair_id, supervisor_id=supervisor_id)


async def closed_before(conn: AsyncConnection, organisation_id: UUID, at: datetime) -> list[Pair]:
    """The pairs of the organisation that were over by then."""
    return await _select(conn, (pairs.c.organisation_id == organisation_id) & (pairs.c.closed_at <= at))
