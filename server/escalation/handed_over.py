"""A pair that is handed over to another professional: the cases of it that the old one looks after go with it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation import store
from server.escalation.given import tell_given
from server.escalation.held import waits_again
from server.escalation.tables import case_links, case_parties, cases
from server.escalation.viewers import around


async def hand_over(
    conn: AsyncConnection, pair_id: UUID, before: UUID, supervisor_id: UUID, by: UUID, at: datetime
) -> None:
    """The cases of the pair that go on are answered for by ``supervisor_id``, who owns those that ``before`` owned;
    what waits for somebody is paged anew, by a round of its own. Whom a case is about gets none: it waits. A case that
    took the pair in beside its own stays with who owns it. After flags, pairs and rooms in the transaction."""
    taken_in = exists().where(
        case_links.c.case_id == cases.c.id, case_links.c.kind == "pair", case_links.c.ref == pair_id
    )
    living = (
        select(cases).where((cases.c.pair_id == pair_id) | taken_in, cases.c.state != "closed").order_by(cases.c.id)
    )
    found = await store.select_cases(conn, living.with_for_update())
    near = await around(conn, found)
    for case in found:
        others = [near.pairs[one] for one in near.about[case.id] - {pair_id}]
        if before not in {pair.supervisor_id for pair in others}:
            mine = (case_parties.c.case_id == case.id) & (case_parties.c.account_id == before)
            await conn.execute(delete(case_parties).where(mine, case_parties.c.part == "professional"))
        fits = not near.concerned(case, supervisor_id)
        if fits:
            await store.add_party(conn, case.id, supervisor_id, "professional")
        owner = supervisor_id if fits else None
        if case.owner_id == before and case.pair_id == pair_id:
            again = waits_again(case, at) if case.waits or owner is None else {}
            if owner is not None and not again:
                await tell_given(conn, case, owner, at, by)
            await store.change(conn, case.id, owner_id=owner, **again)
            await store.enter(conn, case.id, at, "assigned", by=by, owner=owner)
        else:
            await store.change(conn, case.id)
