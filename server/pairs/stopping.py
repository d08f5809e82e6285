"""Contact that stops at once, because somebody asked for it: the pair is suspended until a professional lifts that by
name. Both hear the same of it, and nobody hears who asked."""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from server.kernel.errors import Conflict
from server.pairs import history, holds_store, store
from server.pairs.acts import life_of
from server.pairs.life import Act, step
from server.pairs.rules import Pair
from server.pairs.telling import tell_held
from server.trail.acts import Act as Trail
from server.trail.record import record

WHY: Final = "report"  # one of the reasons in life.py


async def stop_contact(conn: AsyncConnection, pair: Pair, at: datetime) -> bool:
    """Suspends a locked pair in the caller's transaction. False when there is nothing to stop: it is suspended already,
    has not begun, or is over. The database tells every process; sockets and calls are cut after the commit."""
    holds = (await holds_store.open_holds(conn, [pair.id])).get(pair.id, [])
    before = life_of(pair, holds)
    try:
        after = step(before, Act.SUSPEND)
    except Conflict:
        return False
    await holds_store.add(conn, pair.id, "suspended", after.state, at, why=WHY)
    await store.touch(conn, pair.id, state=after.shown.value)
    await history.write(conn, pair, Act.SUSPEND.value, pair.state, after.shown, at, by=None, why=WHY)
    detail = {"pair": str(pair.id), "act": Act.SUSPEND.value, "state": after.shown.value, "why": WHY}
    two = (pair.mentor_id, pair.mentee_id)
    await record(conn, pair.organisation_id, at, Trail.PAIR_SUSPENDED, by=None, about=two, detail=detail)
    if not before.holds:
        await tell_held(conn, pair, at)
    return True
