"""SQL of pairs."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.pairs.rules import Pair, State
from server.pairs.tables import pairs

_COLUMNS = (
    pairs.c.id,
    pairs.c.organisation_id,
    pairs.c.mentor_id,
    pairs.c.mentee_id,
    pairs.c.supervisor_id,
    pairs.c.state,
    pairs.c.created_at,
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
    )


async def _select(conn: AsyncConnection, which: ColumnElement[bool]) -> list[Pair]:
    return [_pair(row) for row in await conn.execute(select(*_COLUMNS).where(which).order_by(pairs.c.id))]


async def pair(conn: AsyncConnection, pair_id: UUID) -> Pair | None:
    found = await _select(conn, pairs.c.id == pair_id)
    return found[0] if found else None


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
        )
    )


async def set_state(conn: AsyncConnection, pair_id: UUID, state: State) -> bool:
    """False when there is no such pair. The database tells every process that rights have changed."""
    done = await conn.execute(update(pairs).where(pairs.c.id == pair_id).values(state=state.value))
    return done.rowcount == 1
