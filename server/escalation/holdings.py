"""What the tables of cases hold about a person (``infra/holdings.py``). What professionals note for each other is
confidential: it is not given with a copy, and its words go when somebody in the case is forgotten."""

from typing import Final
from uuid import UUID

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation import tables
from server.infra.holdings import NOBODY, Blanked, Holding, Keeping, Kept, columns

_IN_CASE: Final = "exists (select from case_parties p where p.case_id = {0} and p.account_id = :person)"
_PAIR_OF: Final = """exists (select from cases c where c.id = {0} and c.pair_id = any(cast(:pairs as uuid[])))
    or exists (select from case_links l
        where l.case_id = {0} and l.kind = 'pair' and l.ref = any(cast(:pairs as uuid[])))"""
_OF_CASE: Final = _IN_CASE.format("t.case_id")
_CASE_IN_PAIR: Final = _PAIR_OF.format("t.case_id")

# An adult who is looked at must not learn of it by their copy: a person is given their own calls for help and reports,
# and a young person what is about them, once it is over.
_TOLD: Final = """t.by_id = :person and t.origin in ('help', 'report')
    or (t.state = 'closed' and t.about_id = :person
        and exists (select from accounts a where a.id = :person and a.role = 'mentee'))"""

HOLDINGS: Final = (
    Holding(
        tables.case_entries,
        _OF_CASE,
        Blanked({"note": "null"}),
        acted=("by_id",),
        of_pair=_CASE_IN_PAIR,
    ),
    Holding(
        tables.case_tasks,
        _OF_CASE,
        Blanked({"words": "''"}),
        acted=("owner_id", "made_by", "done_by"),
        of_pair=_CASE_IN_PAIR,
    ),
    Holding(
        tables.case_links,
        _OF_CASE,
        Kept("identifiers of what a case is about"),
        acted=("added_by",),
        of_pair=_CASE_IN_PAIR,
    ),
    Holding(tables.case_pages, _OF_CASE, Kept("who was called, and when"), of_pair=_CASE_IN_PAIR),
    Holding(tables.case_readings, NOBODY, Kept("which professional read, and when"), acted=("account_id",)),
    Holding(tables.case_parties, "t.account_id = :person", Kept("identifiers and words of ours"), acted=("added_by",)),
    Holding(
        tables.cases,
        "t.about_id = :person or t.by_id = :person or " + _IN_CASE.format("t.id"),
        Kept("identifiers, dates and words of ours"),
        acted=("owner_id", "acknowledged_by", "closed_by"),
        shown=columns("opened_at", "reference", "origin", "state", "closed_at"),
        seen=_TOLD,
        order="t.opened_at",
        intimate=True,
        of_pair=_PAIR_OF.format("t.id"),
    ),
)

# Five years: how long somebody may go to court over what was done or left undone (French civil code, article 2224); an
# association may need twenty, for violence done to a minor (article 2226). The rest of a case goes with it.
_PEOPLE: Final = "array(select p.account_id from case_parties p where p.case_id = t.id)"
KEEPINGS: Final = (Keeping("cases", tables.cases, "t.closed_at", 1826, 365, 7305, _PEOPLE, "t.pair_id"),)


async def living(conn: AsyncConnection, person_id: UUID) -> int:
    """How many cases that somebody is in, other than as a professional or kept away, are not over."""
    rows, parties = tables.cases.c, tables.case_parties.c
    about = parties.part.not_in(("kept_away", "professional"))
    mine = exists().where(parties.case_id == rows.id, parties.account_id == person_id, about)
    query = select(func.count()).where(rows.state != "closed", mine)
    return int((await conn.execute(query)).scalar_one())


async def owned(conn: AsyncConnection, person_id: UUID) -> int:
    """How many cases that somebody looks after are not over."""
    rows = tables.cases.c
    query = select(func.count()).where(rows.state != "closed", rows.owner_id == person_id)
    return int((await conn.execute(query)).scalar_one())
