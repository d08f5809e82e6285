"""Papers, pairs and bridges of the demonstration, by the same use cases as real life, each at its time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.ground import Ground
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.kernel.principal import Principal
from server.pairs import papers_store, store
from server.pairs.acts import act_on, answer
from server.pairs.holds import Holds
from server.pairs.life import Act
from server.pairs.papers import Gate, Paper
from server.pairs.propose import Criteria, propose_pair
from server.pairs.rules import Pair
from server.people.standing import Standing
from server.people.tables import account_notices
from server.rooms.pairing import Pairing
from server.rooms.store import create_room


async def record_papers(
    conn: AsyncConnection, told: Mapping[str, Any], people: Mapping[str, Principal], now: datetime
) -> None:
    """What each mentor of ``told`` has shown, signed and done."""
    admin = _admin(people)
    for papers in told["papers"]:
        mentor = people[papers["mentor"]]
        at = now - timedelta(days=papers["days_ago"])
        for gate, kind, version, days in (
            (Gate.VETTING, "honorability", None, papers["vetting_days"]),
            (Gate.CHARTER, "charter", 1, None),
            (Gate.TRAINING, "welcome", None, None),
        ):
            until = now.date() + timedelta(days=days) if days is not None else None
            by = mentor.account_id if gate is Gate.CHARTER else admin.account_id
            paper = Paper(new_id(), mentor.account_id, gate, kind, version, at.date(), until, by, at)
            await papers_store.insert_paper(conn, mentor.organisation_id, paper)


async def begin(
    conn: AsyncConnection, told: Mapping[str, Any], people: Mapping[str, Principal], at: datetime
) -> tuple[Pair, UUID]:
    """Proposes the pair, lets the young person say yes and the professional begin it; with its room. What everybody was
    told of it then, they have seen."""
    pair = await propose(conn, told, people, at)
    agreed = await answer(conn, people[told["mentee"]], pair.id, Act.AGREE, at)
    begun = await act_on(conn, agreed, Act.START, at, by=pair.supervisor_id)
    await conn.execute(update(account_notices).where(account_notices.c.seen_at.is_(None)).values(seen_at=at))
    return begun, await create_room(conn, begun)


async def propose(
    conn: AsyncConnection, told: Mapping[str, Any], people: Mapping[str, Principal], at: datetime
) -> Pair:
    mentor, mentee, supervisor = (people[told[role]].account_id for role in ("mentor", "mentee", "supervisor"))
    criteria = Criteria(
        told.get("availability", ""),
        told.get("network", "unknown"),
        told.get("equipment", "unknown"),
        told.get("about_mentor", ""),
    )
    return await propose_pair(conn, _admin(people), mentor, mentee, supervisor, criteria, at)


async def other_pairs(ground: Ground, told: Mapping[str, Any], people: Mapping[str, Principal]) -> None:
    """One whose mentor's vetting has lapsed, with another mentor who steps in; and one that waits for its yes."""
    now = ground.clock.now()
    organisation, bridged, proposed = _admin(people).organisation_id, told["bridged"], told["proposed"]
    async with ground.database.begin(organisation) as conn:
        pair, _ = await begin(conn, bridged, people, now - timedelta(days=bridged["begun_days_ago"]))
        await Holds(Standing()).settle(conn, await store.locked(conn, [pair.id]), now)
        await propose(conn, proposed, people, now - timedelta(days=proposed["days_ago"]))
    until = now + timedelta(days=bridged["for_days"])
    staff, mentor = people[bridged["supervisor"]], people[bridged["bridge"]]
    await Pairing(ground.database, ground.clock).bridge(staff, pair.id, mentor.account_id, until)


def _admin(people: Mapping[str, Principal]) -> Principal:
    return next(person for person in people.values() if person.role is Role.ADMIN)
