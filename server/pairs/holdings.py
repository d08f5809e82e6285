"""What the tables of pairs hold about a person (``infra/holdings.py``)."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.holdings import MINE, NOBODY, Blanked, Deleted, Holding, Keeping, Kept, Routine, Scope, columns
from server.pairs import tables
from server.pairs.life import YOUNG
from server.people.holdings import append_only

_OF_PAIR: Final = "t.pair_id = any(cast(:pairs as uuid[]))"
# A mentor does not learn from a copy of theirs when a child is at home, what it has there, or that it hesitated.
_YOUNG: Final = "exists (select from pairs p where p.id = t.pair_id and p.mentee_id = :person)"
_ANSWERS: Final = ", ".join(f"'{act.value}'" for act in sorted(YOUNG))


async def _history(conn: AsyncConnection, scope: Scope) -> int:
    return await append_only(conn, scope, "pair_history")


async def _welfare(conn: AsyncConnection, scope: Scope) -> int:
    return await append_only(conn, scope, "welfare_entries")


HOLDINGS: Final = (
    Holding(
        tables.pairs,
        ":person in (t.mentor_id, t.mentee_id)",
        Kept("identifiers and states; it was closed before"),
        acted=("supervisor_id",),
        shown={
            "as": "case when t.mentor_id = :person then 'mentor' else 'mentee' end",
            **columns("kind", "state", "created_at", "until", "closed_at"),
        },
        order="t.created_at",
    ),
    Holding(
        tables.pair_holds,
        "t.about = :person",
        Kept("identifiers and words of ours"),
        acted=("lifted_by", "by_id"),
        shown=columns("kind", "since", "lifted_at"),
        order="t.since",
        section="pauses",
    ),
    # Staff wrote of both in one sentence, so it goes with the first who leaves.
    Holding(
        tables.pair_proposals,
        _OF_PAIR,
        Blanked({"availability": "''", "about_mentor": "''"}),
        shown={
            "about_mentor": "t.about_mentor",
            **{
                name: f"case when {_YOUNG} then t.{name} end"
                for name in ("availability", "network", "equipment", "answer", "answered_at")
            },
        },
        section="proposals",
        of_pair=_OF_PAIR,
    ),
    Holding(
        tables.pair_history,
        _OF_PAIR,
        Routine(_history, "t.note is not null"),
        acted=("by_id", "supervisor_id"),
        shown=columns("act", "from_state", "to_state", "at"),
        seen=f"{_OF_PAIR} and (t.act not in ({_ANSWERS}) or {_YOUNG})",
        order="t.at",
        of_pair=_OF_PAIR,
    ),
    Holding(
        tables.suspensions,
        MINE,
        Blanked({"why": "''"}),
        acted=("by_id", "lifted_by"),
        shown=columns("since", "lifted_at"),
        order="t.since",
    ),
    Holding(tables.gate_policies, NOBODY, Kept("what the organisation asks of mentors"), acted=("changed_by",)),
    Holding(tables.charters, NOBODY, Kept("the words of the charter, as mentors signed them"), acted=("changed_by",)),
    Holding(
        tables.mentor_papers,
        MINE,
        Kept("proof that the organisation looked at papers, by identifiers, dates and words of ours"),
        acted=("by_id",),
        shown=columns("gate", "kind", "version", "issued_on", "valid_until", "at"),
        order="t.at",
        section="papers",
    ),
    Holding(
        tables.welfare_entries,
        "t.mentee_id = :person",
        Routine(_welfare, "t.note is not null"),
        acted=("by_id",),
        shown=columns("step", "on_day", "outcome"),
        order="t.at",
        section="welfare",
    ),
    Holding(tables.due_warnings, MINE, Deleted(), shown=columns("what", "due_on", "days", "at"), section="warnings"),
)

KEEPINGS: Final = (Keeping("warnings", tables.due_warnings, "t.at", 365, 30, 365, "array[t.account_id]"),)

# Who is in a pair that lives is in contact, and who was in one was until it closed. ``infinity``: now and later.
CONTACTS: Final = (
    """(select max(case when p.state = 'closed' then coalesce(p.closed_at, p.created_at) else 'infinity' end)
        from pairs p where a.id in (p.mentor_id, p.mentee_id, p.supervisor_id))""",
    """(select max(h.at) from pair_history h join pairs p on p.id = h.pair_id
        where a.id in (p.mentor_id, p.mentee_id, h.by_id))""",
)
