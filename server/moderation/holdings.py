"""What the tables of moderation hold about a person (``infra/holdings.py``). What professionals note for each other is
confidential: it is not given, and it goes when the author of what was flagged is forgotten."""

from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.holdings import NOBODY, Blanked, Holding, Keeping, Kept, columns
from server.moderation import tables
from server.moderation.flag import HELP

_FLAGGED: Final = "exists (select from flags f where f.id = t.flag_id and f.author_id = :person)"
_FLAGGED_IN_PAIR: Final = (
    "exists (select from flags f where f.id = t.flag_id and f.pair_id = any(cast(:pairs as uuid[])))"
)

# An adult who is looked at must not learn by their copy of what, before a professional has answered or where the answer
# went to another professional: they are given their own calls for help, and what was decided about a message of theirs,
# as they were told. A young person is given all.
_TOLD: Final = f"""t.author_id = :person and (t.category = '{HELP}'
    or t.state in ('released', 'released_masked', 'returned', 'refused')
    or exists (select from accounts a where a.id = t.author_id and a.role = 'mentee'))"""

HOLDINGS: Final = (
    Holding(
        tables.reviews,
        _FLAGGED,
        Blanked({"note": "null", "advice": "null", "spans": "null"}),
        acted=("by_id",),
        of_pair=_FLAGGED_IN_PAIR,
    ),
    Holding(
        tables.appeals,
        _FLAGGED,
        Blanked({"words": "null"}),
        acted=("before_by",),
        shown=columns("at", "words", "decided_at"),
        order="t.at",
        intimate=True,
        of_pair=_FLAGGED_IN_PAIR,
    ),
    Holding(tables.samples, _FLAGGED, Blanked({"reason": "null"}), acted=("reviewed_by",), of_pair=_FLAGGED_IN_PAIR),
    Holding(
        tables.flags,
        "t.author_id = :person",
        Blanked({"excerpt": "''", "edited": "null", "labels": "'[]'::jsonb", "note": "null", "advice": "null"}),
        acted=("supervisor_id", "decided_by", "claimed_by", "escalated_by", "seconded_by"),
        shown=columns("raised_at", "category", "severity", "action", "excerpt", "state", "decided_at", "advice"),
        seen=_TOLD,
        order="t.raised_at",
        intimate=True,
        of_pair="t.pair_id = any(cast(:pairs as uuid[]))",
    ),
    Holding(tables.own_rules, NOBODY, Kept("rules of the organisation"), acted=("changed_by",)),
)

_PEOPLE: Final = "array[(select f.author_id from flags f where f.id = t.flag_id)]"
_PAIR: Final = "(select f.pair_id from flags f where f.id = t.flag_id)"
_DECIDED: Final = "(select f.decided_at from flags f where f.id = t.flag_id)"
_ORGANISATION: Final = "(select f.organisation_id from flags f where f.id = t.flag_id)"

KEEPINGS: Final = (
    *(
        Keeping("flags", table, _DECIDED, 730, 180, 730, _PEOPLE, _PAIR, _ORGANISATION)
        for table in (tables.samples, tables.appeals, tables.reviews)
    ),
    Keeping("flags", tables.flags, "t.decided_at", 730, 180, 730, "array[t.author_id]", "t.pair_id"),
)


async def undecided(conn: AsyncConnection, author_id: UUID) -> int:
    """How many flags about what this person said wait for a professional's answer."""
    rows = tables.flags.c
    query = select(func.count()).where(rows.author_id == author_id, rows.decided_at.is_(None), rows.due_at.is_not(None))
    return int((await conn.execute(query)).scalar_one())
