"""Proposing a pair: staff choose the two and the professional who answers for them, and say why they fit. Nothing opens
before the young person has said yes and a professional begins it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.kernel.errors import BadRequest, Conflict, NotFound
from server.kernel.identifiers import new_id
from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.pairs import history, store
from server.pairs.rules import Pair, State
from server.pairs.tables import pair_proposals
from server.pairs.telling import tell_of_proposal
from server.people.store import Person, people_of
from server.trail.acts import Act as Trail
from server.trail.record import record

_OPEN_PAIR_KEY = "pairs_open_key"  # the unique index on (mentor, mentee) of pairs not closed, in tables.py

Network = Literal["good", "weak", "unknown"]
Equipment = Literal["phone", "computer", "both", "shared", "none", "unknown"]
Answer = Literal["yes", "not_now", "no"]

PLACES: Final = {"mentor": Role.MENTOR, "mentee": Role.MENTEE, "supervisor": Role.SUPERVISOR}


@dataclass(frozen=True, slots=True)
class Criteria:
    """What was looked at (FIELD 13). ``about_mentor`` says in plain words, for the young person, who the mentor is."""

    availability: str = ""
    network: Network = "unknown"
    equipment: Equipment = "unknown"
    about_mentor: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    criteria: Criteria
    answer: Answer | None
    answered_at: datetime | None


async def propose_pair(
    conn: AsyncConnection,
    staff: Principal,
    mentor: UUID,
    mentee: UUID,
    supervisor: UUID,
    criteria: Criteria,
    at: datetime,
) -> Pair:
    """Writes a proposed pair in the caller's transaction, and tells the young person.

    Raises Forbidden; NotFound with the field named for who is not of this organisation, whether or not they exist;
    BadRequest("wrong_person") for another role or a closed account; Conflict("pair_exists").
    """
    staff.require(Permission.PAIR_CREATE)
    await check_people(conn, staff, {"mentor": mentor, "mentee": mentee, "supervisor": supervisor})
    new = Pair(new_id(), staff.organisation_id, mentor, mentee, supervisor, State.PROPOSED, at)
    await insert_pair(conn, new)
    await conn.execute(
        insert(pair_proposals).values(
            pair_id=new.id,
            organisation_id=new.organisation_id,
            availability=criteria.availability,
            network=criteria.network,
            equipment=criteria.equipment,
            about_mentor=criteria.about_mentor,
        )
    )
    await history.write(conn, new, "propose", None, State.PROPOSED, at, by=staff.account_id)
    detail = {"pair": str(new.id), "supervisor": str(supervisor)}
    await record(
        conn, new.organisation_id, at, Trail.PAIR_PROPOSED, by=staff.account_id, about=(mentor, mentee), detail=detail
    )
    await tell_of_proposal(conn, new, at)
    return new


async def check_people(conn: AsyncConnection, staff: Principal, wanted: Mapping[str, UUID]) -> Mapping[str, Person]:
    """Those of ``wanted``, by place. Raises NotFound or BadRequest("wrong_person") with the place named."""
    people = await people_of(conn, list(wanted.values()))
    for field, account_id in wanted.items():
        person = people.get(account_id)
        if person is None or person.organisation_id != staff.organisation_id:
            raise NotFound(field=field)
        if person.role is not PLACES[field] or person.disabled:
            raise BadRequest("wrong_person", field=field)
    return {field: people[account_id] for field, account_id in wanted.items()}


async def insert_pair(conn: AsyncConnection, new: Pair) -> None:
    """Raises Conflict("pair_exists") when the two are a pair that is not over."""
    try:
        await store.insert_pair(conn, new)
    except IntegrityError as error:
        if _OPEN_PAIR_KEY in str(error.orig):
            raise Conflict("pair_exists") from None
        raise


async def proposals(conn: AsyncConnection, pair_ids: Collection[UUID]) -> Mapping[UUID, Proposal]:
    """Of these pairs, by pair, in one query; those that were never proposed are left out."""
    if not pair_ids:
        return {}
    rows = await conn.execute(select(pair_proposals).where(pair_proposals.c.pair_id.in_(pair_ids)))
    return {
        row.pair_id: Proposal(
            Criteria(row.availability, row.network, row.equipment, row.about_mentor), row.answer, row.answered_at
        )
        for row in rows
    }


async def write_answer(conn: AsyncConnection, pair_id: UUID, answer: Answer, at: datetime) -> None:
    await conn.execute(
        update(pair_proposals).where(pair_proposals.c.pair_id == pair_id).values(answer=answer, answered_at=at)
    )


async def waiting_for(conn: AsyncConnection, mentee_id: UUID) -> list[tuple[Pair, Proposal]]:
    """What is proposed to this young person and has not begun, the oldest first."""
    pairs = await store.proposed_to(conn, mentee_id)
    told = await proposals(conn, [pair.id for pair in pairs])
    return [(pair, told[pair.id]) for pair in pairs if pair.id in told]
