"""A pair that a message pauses until a professional has looked: in the transaction of the message, and lifted by name.

Whoever locks more than one thing takes them in this order, so that nobody waits in a circle: flag, pair, room, message.
A change of a pair's state touches the rooms of the pair (docs/decisions/0041), so it locks them in this order too.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.pairs.rules import State, writable

_WRITABLE: Final = [state.value for state in State if writable(state)]

# A flag refers to its pair, which locks it weakly; to change the pair's state takes the strongest lock. Sorted, in one
# statement: no two that lock several pairs wait for each other.
_KEEP = "select from pairs where id = any($1::uuid[]) order by id for key share"
_TAKE = "select from pairs where id = any($1::uuid[]) order by id for update"
_FREE = "select id from pairs where id = any($1::uuid[]) order by id for update skip locked"

# What is not open for writing is paused or over already: there is nothing to pause.
_FREEZE = """
with before as (
    select p.id, p.state, f.flag_id from unnest($1::uuid[], $2::uuid[]) as f (pair_id, flag_id)
    join pairs p on p.id = f.pair_id and p.state = any($4::text[])
), paused as (
    update pairs set state = 'paused' where id in (select id from before)
)
insert into pair_holds (flag_id, pair_id, previous_state, since)
select flag_id, id, state, $3::timestamptz from before
"""

_PAIR_OF = text("select pair_id from pair_holds where flag_id = :flag and lifted_at is null")
_LOCK = text("select state from pairs where id = :pair for update")
_LIFT = text("""
update pair_holds set lifted_at = :at, lifted_by = :by where flag_id = :flag and lifted_at is null
returning previous_state
""")
_OTHERS = text("select exists (select from pair_holds where pair_id = :pair and lifted_at is null)")
_RESTORE = text("update pairs set state = :state where id = :pair and state = 'paused'")
_FLAGS = text("select flag_id from pair_holds where flag_id = any(cast(:flags as uuid[])) and lifted_at is null")


async def lock(raw: asyncpg.Connection, pair_ids: Collection[UUID], *, change: bool) -> None:
    """Locks these pairs before anything else is locked: to refer to them, or to ``change`` their state."""
    await raw.execute(_TAKE if change else _KEEP, list(pair_ids))


async def free(raw: asyncpg.Connection, pair_ids: Collection[UUID]) -> set[UUID]:
    """Those of ``pair_ids`` that nobody else holds just now."""
    return {row["id"] for row in await raw.fetch(_FREE, list(pair_ids))}


async def freeze(raw: asyncpg.Connection, freezes: Sequence[tuple[UUID, UUID]], at: datetime) -> None:
    """Pauses pairs in the transaction of ``raw``, which has locked them: each pair with the flag that says why. Every
    process is told by the database, as of any change of a pair's state."""
    await raw.execute(_FREEZE, [pair for pair, _ in freezes], [flag for _, flag in freezes], at, _WRITABLE)


async def lift(conn: AsyncConnection, flag_id: UUID, by: UUID, at: datetime) -> bool:
    """Lifts the freeze of this flag: the pair is what it was before, unless another freeze is open, or somebody has
    changed its state since. False when the flag froze nothing, or the freeze was lifted before.

    In a transaction that changes a message too, call this first: it locks the pair, and the room comes after it."""
    pair_id = (await conn.execute(_PAIR_OF, {"flag": flag_id})).scalar_one_or_none()
    if pair_id is None:
        return False
    await conn.execute(_LOCK, {"pair": pair_id})
    before = (await conn.execute(_LIFT, {"flag": flag_id, "by": by, "at": at})).scalar_one_or_none()
    if before is None:
        return False  # of two who lift at once, the second
    if not (await conn.execute(_OTHERS, {"pair": pair_id})).scalar_one():
        await conn.execute(_RESTORE, {"pair": pair_id, "state": before})
    return True


async def freezing_flags(conn: AsyncConnection, flag_ids: Collection[UUID]) -> set[UUID]:
    """Those of ``flag_ids`` whose freeze has not been lifted yet."""
    return set((await conn.execute(_FLAGS, {"flags": list(flag_ids)})).scalars())
