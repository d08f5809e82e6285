"""Somebody leaves for good: their pairs are over, whatever held them, and the others are told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.pairs import history, holds_store, store
from server.pairs.life import Act
from server.pairs.rules import State, belongs
from server.people.notices import tell
from server.trail.acts import Act as Trail
from server.trail.record import record


async def responsible_for(conn: AsyncConnection, account_id: UUID) -> int:
    """How many pairs that are not over this professional answers for."""
    pairs = await store.pairs_of(conn, account_id)
    return sum(pair.supervisor_id == account_id and pair.state is not State.CLOSED for pair in pairs)


async def leave(conn: AsyncConnection, account_id: UUID, at: datetime, by: UUID | None) -> int:
    """Closes the pairs that this person is one of the two in; how many. Their rooms take nothing from here on: an
    append that is under way is waited for, a later one finds the room closed."""
    own = [pair.id for pair in await store.pairs_of(conn, account_id) if belongs(pair, account_id)]
    living = [pair for pair in await store.locked(conn, own) if pair.state is not State.CLOSED]
    holds = await holds_store.open_holds(conn, [pair.id for pair in living])
    for pair in living:
        await holds_store.lift(conn, [hold.id for hold in holds.get(pair.id, [])], at, by)
        await store.touch(conn, pair.id, state=State.CLOSED.value, closed_at=at)
        await history.write(conn, pair, Act.CLOSE.value, pair.state, State.CLOSED, at, by=by)
        detail = {"pair": str(pair.id), "act": "left", "state": State.CLOSED.value}
        two = (pair.mentor_id, pair.mentee_id)
        await record(conn, pair.organisation_id, at, Trail.PAIR_CHANGED, by=by, about=two, detail=detail)
        for other in set(pair.people) - {account_id}:
            await tell(conn, pair.organisation_id, other, "person_left", at, pair=pair.id)
    return len(living)
