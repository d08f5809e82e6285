"""A pair that is handed over to another professional: the cases of it that the old one looks after go with it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation import store
from server.escalation.given import tell_given
from server.escalation.held import waits_again
from server.escalation.rules import CONCERNED
from server.escalation.tables import case_parties, cases


async def hand_over(
    conn: AsyncConnection, pair_id: UUID, before: UUID, supervisor_id: UUID, by: UUID, at: datetime
) -> None:
    """The cases of the pair that go on are answered for by ``supervisor_id``, who owns those that ``before`` owned;
    what waits for somebody is paged anew, by a round of its own. Whom a case is about gets none: it waits. After flags,
    pairs and rooms in the transaction."""
    living = select(cases).where(cases.c.pair_id == pair_id, cases.c.state != "closed").order_by(cases.c.id)
    found = await store.select_cases(conn, living.with_for_update())
    parts = await store.parts_of(conn, [case.id for case in found])
    for case in found:
        mine = (case_parties.c.case_id == case.id) & (case_parties.c.account_id == before)
        await conn.execute(delete(case_parties).where(mine, case_parties.c.part == "professional"))
        fits = not parts[case.id].get(supervisor_id, frozenset()) & CONCERNED
        if fits:
            await store.add_party(conn, case.id, supervisor_id, "professional")
        owner = supervisor_id if fits else None
        if case.owner_id == before:
            again = waits_again(case, at) if case.waits or owner is None else {}
            if owner is not None and not again:
                await tell_given(conn, case, owner, at, by)
            await store.change(conn, case.id, owner_id=owner, **again)
            await store.enter(conn, case.id, at, "assigned", by=by, owner=owner)
        else:
            await store.change(conn, case.id)
