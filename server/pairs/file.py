"""All that a professional is shown of one pair: where it stands, why it is held, what can be done, what was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import NotFound
from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.pairs import history, holds_store, papers_store, store
from server.pairs.acts import lacking, life_of, sees
from server.pairs.history import Step
from server.pairs.holds_store import Hold
from server.pairs.life import YOUNG, Act, possible
from server.pairs.papers import missing
from server.pairs.propose import Proposal, proposals
from server.pairs.required import HoldKind
from server.pairs.rules import Pair, State
from server.people.store import Person, people_in_role, people_of

OF_MENTOR: Final = frozenset({"vetting", "charter", "training", "suspended", "decision"})
"""Holds for which somebody may step in: they are about the mentor, or a professional has decided so."""


@dataclass(frozen=True, slots=True)
class PairFile:
    """``underneath`` is what the pair is when nothing holds it; ``lacking`` what is not in order for it to begin or go
    on; ``bridges`` are mentors who could step in now; ``bridge`` is the one that is there."""

    pair: Pair
    underneath: State
    proposal: Proposal | None
    holds: Sequence[Hold]
    lacking: Sequence[HoldKind]
    acts: Sequence[Act]
    bridge: Pair | None
    bridges: Sequence[Person]
    history: Sequence[Step]

    @property
    def people(self) -> set[UUID]:
        """Everybody whose name it takes to show it."""
        told = {who for step in self.history for who in (step.by, step.supervisor) if who is not None}
        told |= {hold.by for hold in self.holds if hold.by is not None}
        return told | set(self.pair.people) | (set(self.bridge.people) if self.bridge is not None else set())


async def pair_file(conn: AsyncConnection, staff: Principal, pair_id: UUID, at: datetime) -> PairFile:
    """Raises Forbidden; NotFound for a pair that is not theirs to know about."""
    staff.require(Permission.PAIR_LIST)
    pair = await store.pair(conn, pair_id)
    if pair is None or not sees(staff, pair):
        raise NotFound
    holds = (await holds_store.open_holds(conn, [pair.id])).get(pair.id, [])
    life = life_of(pair, holds)
    lacks = [] if pair.state is State.CLOSED else await lacking(conn, pair, at)
    acts = [act for act in possible(life) if act not in YOUNG and not (act is Act.START and lacks)]
    bridge = await store.bridge_of(conn, pair.id)
    offers = bridge is None and pair.kind == "pair" and pair.state is State.PAUSED
    offers = offers and any(hold.kind in OF_MENTOR for hold in holds)
    return PairFile(
        pair,
        life.state,
        (await proposals(conn, [pair.id])).get(pair.id),
        holds,
        lacks,
        acts,
        bridge,
        await ready_mentors(conn, pair, at) if offers else [],
        await history.of_pair(conn, pair.id),
    )


async def ready_mentors(conn: AsyncConnection, pair: Pair, at: datetime) -> list[Person]:
    """Mentors of the organisation whose papers are in order, other than the pair's own."""
    organisation = pair.organisation_id
    mentors = [
        person for person in await people_in_role(conn, organisation, Role.MENTOR) if person.id != pair.mentor_id
    ]
    policy = await papers_store.policy(conn, organisation)
    today = (await papers_store.todays(conn, [organisation], at))[organisation]
    papers = await papers_store.papers_of(conn, [person.id for person in mentors])
    suspended = await holds_store.suspended(conn, [person.id for person in mentors])
    return [
        person
        for person in mentors
        if person.id not in suspended and not missing(papers.get(person.id, ()), policy, today)
    ]


class PairFiles:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def of(self, staff: Principal, pair_id: UUID) -> tuple[PairFile, dict[UUID, Person]]:
        """The file, and the people whose names are in it."""
        async with self._database.begin(staff.organisation_id) as conn:
            found = await pair_file(conn, staff, pair_id, self._clock.now())
            return found, dict(await people_of(conn, found.people))
