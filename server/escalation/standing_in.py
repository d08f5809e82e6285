"""Who looks after a pair that is not theirs, for as long as a case of the highest severity is in their hands. The seats
that come of it are the rooms'."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation import store
from server.escalation.rules import Case, State
from server.escalation.tables import case_links, case_parties, cases
from server.escalation.viewers import around
from server.kernel.permissions import Role
from server.pairs.rules import Pair
from server.people.store import people_of

GRAVEST: Final = 4

Seats = Callable[[AsyncConnection, Collection[UUID], datetime], Awaitable[None]]
"""Makes the seats in rooms follow these cases, last in the transaction that changes them."""

# What opened a case, or joined it by itself: what professionals added to it lets nobody into a room.
_RAISED: Final = (case_links.c.kind == "flag", case_links.c.added_by.is_(None))


async def stand_ins(conn: AsyncConnection, pair: Pair, room_ids: Collection[UUID]) -> Mapping[UUID, Case]:
    """The professionals who have acknowledged, or were given, a case of the highest severity about ``pair``, or raised
    in one of its rooms, each with the oldest of theirs. Not the pair's own people; nobody whom such a case is about;
    nor who opened it themselves: nobody lets themselves in."""
    query = select(cases).where(
        _grave(pair, room_ids),
        cases.c.state.not_in((State.OPEN.value, State.CLOSED.value)),
        cases.c.owner_id.is_not(None),
    )
    found = await store.select_cases(conn, query.order_by(cases.c.opened_at, cases.c.id))
    owned = [(case, case.owner_id) for case in found if case.owner_id is not None]
    if not owned:
        return {}
    near, people = await around(conn, found), await people_of(conn, {owner_id for _, owner_id in owned})
    fit: dict[UUID, Case] = {}
    for case, owner_id in owned:
        owner = people[owner_id]
        if owner.disabled or owner.role is not Role.SUPERVISOR or owner_id in pair.people:
            continue
        if (case.origin != "person" or case.by_id != owner_id) and not near.concerned(case, owner_id):
            fit.setdefault(owner_id, case)
    return fit


async def may_be_told(conn: AsyncConnection, pair: Pair, room_ids: Collection[UUID]) -> list[UUID]:
    """Whom of the two it does not warn that somebody stands in: the young person; the mentor, unless what they wrote or
    did is what such a case was opened for."""
    theirs = exists().where(
        _grave(pair, room_ids),
        case_parties.c.case_id == cases.c.id,
        case_parties.c.account_id == pair.mentor_id,
        case_parties.c.part.in_(("author", "reported")),
    )
    warned = (await conn.execute(select(theirs))).scalar_one()
    return [pair.mentee_id] if warned else [pair.mentor_id, pair.mentee_id]


def _grave(pair: Pair, room_ids: Collection[UUID]) -> ColumnElement[bool]:
    raised = exists().where(case_links.c.case_id == cases.c.id, *_RAISED, case_links.c.room_id.in_(room_ids))
    return and_(
        cases.c.organisation_id == pair.organisation_id,
        cases.c.severity == GRAVEST,
        or_(cases.c.pair_id == pair.id, raised),
    )


async def places_of(conn: AsyncConnection, case_ids: Collection[UUID]) -> tuple[frozenset[UUID], frozenset[UUID]]:
    """Of these cases, the pairs that they are about, and the rooms in which what opened them was raised."""
    pairs = select(cases.c.pair_id).where(cases.c.id.in_(case_ids), cases.c.pair_id.is_not(None))
    rooms = select(case_links.c.room_id).where(
        case_links.c.case_id.in_(case_ids), case_links.c.room_id.is_not(None), *_RAISED
    )
    return frozenset((await conn.execute(pairs)).scalars()), frozenset((await conn.execute(rooms)).scalars())
