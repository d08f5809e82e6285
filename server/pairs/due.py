"""What lapses or is due soon: the list that staff go through, mentors' papers and evaluations together."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.pairs import papers_store, store
from server.pairs.papers import standing
from server.pairs.rules import Pair, State, answers_for
from server.pairs.welfare import track
from server.people.store import Person, people_in_role, people_of

DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class Due:
    """``what`` is a gate, or ``evaluation``, or ``welfare`` for steps of the track that are missing, or ``account`` for
    somebody who is wanted in a pair and whose account is closed. ``on`` is the last day, None for what is not there at
    all."""

    what: str
    who: Person
    on: date | None
    days: int | None

    @property
    def order(self) -> tuple[int, str, str]:
        return (self.days if self.days is not None else -(10**6), self.who.name.lower(), self.what)


async def due(conn: AsyncConnection, staff: Principal, at: datetime) -> list[Due]:
    """Of one's caseload, for an admin of the whole organisation; what is over or missing first. Raises Forbidden."""
    staff.require(Permission.PAIR_LIST)
    organisation = staff.organisation_id
    today = (await papers_store.todays(conn, [organisation], at))[organisation]
    if staff.role is Role.ADMIN:
        pairs = await store.pairs_of_organisation(conn, organisation)
        mentors = await people_in_role(conn, organisation, Role.MENTOR)
    else:
        pairs = [pair for pair in await store.pairs_of(conn, staff.account_id) if answers_for(pair, staff.account_id)]
        ids = {pair.mentor_id for pair in pairs if pair.state is not State.CLOSED}
        mentors = [person for person in (await people_of(conn, ids)).values() if not person.disabled]
    living = [pair for pair in pairs if pair.state is not State.CLOSED]
    told = await _gone(conn, living)
    told += await _of_mentors(conn, organisation, mentors, today)
    told += await _of_mentees(conn, living, today)
    return sorted(told, key=lambda item: item.order)


async def _gone(conn: AsyncConnection, pairs: Collection[Pair]) -> list[Due]:
    """Nobody answers a young person there, or nobody answers for them."""
    wanted = await people_of(conn, {person for pair in pairs for person in (pair.mentor_id, pair.supervisor_id)})
    return [Due("account", person, None, None) for person in wanted.values() if person.disabled]


async def _of_mentors(conn: AsyncConnection, organisation: UUID, mentors: Collection[Person], today: date) -> list[Due]:
    policy = await papers_store.policy(conn, organisation)
    papers = await papers_store.papers_of(conn, [person.id for person in mentors])
    told = []
    for person in mentors:
        for gate in policy.gates:
            now = standing(papers.get(person.id, ()), gate, today, policy)
            days = (now.until - today).days if now.until is not None else None
            if not now.open or (days is not None and days <= DAYS):
                told.append(Due(gate.value, person, now.until, days))
    return told


async def _of_mentees(conn: AsyncConnection, pairs: Collection[Pair], today: date) -> list[Due]:
    mentees = await people_of(conn, {pair.mentee_id for pair in pairs})
    told = []
    for mentee_id, entries in (await papers_store.entries_of(conn, mentees.keys())).items():
        now = track(entries)
        if now.open and now.due_on is not None and (now.due_on - today).days <= DAYS:
            told.append(Due("evaluation", mentees[mentee_id], now.due_on, (now.due_on - today).days))
        if now.open and now.missing:
            told.append(Due("welfare", mentees[mentee_id], None, None))
    return told
