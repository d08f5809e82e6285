"""Who looks at cases: the staff of an organisation, and what one needs to know of them to say what they may see."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation import store
from server.escalation.about import pairs_about
from server.escalation.rules import Case, Sight, Viewer, concerned, sight
from server.escalation.store import Parts
from server.kernel.errors import NotFound
from server.kernel.permissions import Role
from server.kernel.principal import Principal
from server.pairs.rules import Pair, answers_for, belongs
from server.pairs.store import pairs_by_id
from server.people.store import Person, people_of


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around some cases, fetched once for any number of viewers."""

    parts: Mapping[UUID, Parts]
    paged: Mapping[UUID, frozenset[UUID]]
    about: Mapping[UUID, frozenset[UUID]]  # which pairs, by case
    pairs: Mapping[UUID, Pair]
    people: Mapping[UUID, Person]

    def viewer(self, account_id: UUID, organisation_id: UUID, role: Role) -> Viewer:
        mine = frozenset(pair.id for pair in self.pairs.values() if answers_for(pair, account_id))
        own = frozenset(pair.id for pair in self.pairs.values() if belongs(pair, account_id))
        return Viewer(account_id, organisation_id, role, mine, own)

    def sight(self, case: Case, viewer: Viewer, now: datetime) -> Sight | None:
        return sight(case, self.parts[case.id], self.about[case.id], self.paged[case.id], viewer, now)

    def concerned(self, case: Case, who: UUID) -> bool:
        """Whether a case is about somebody of the staff, whatever their role."""
        viewer = self.viewer(who, case.organisation_id, Role.SUPERVISOR)
        return concerned(self.parts[case.id], self.about[case.id], viewer)


async def around(conn: AsyncConnection, cases: Collection[Case]) -> Around:
    """Five queries, however many cases."""
    ids = [case.id for case in cases]
    about = await pairs_about(conn, cases)
    pairs = await pairs_by_id(conn, set().union(*about.values()))
    named = {one for case in cases for one in (case.about_id, case.by_id, case.owner_id, case.acknowledged_by)}
    named |= {person for pair in pairs.values() for person in pair.people}
    people = await people_of(conn, {one for one in named if one is not None})
    return Around(await store.parts_of(conn, ids), await store.paged_of(conn, ids), about, pairs, people)


async def seen(
    conn: AsyncConnection, case: Case | None, principal: Principal, now: datetime
) -> tuple[Case, Viewer, Sight, Around]:
    """A case as ``principal`` may see it. Raises NotFound for what they may not know of."""
    if case is None:
        raise NotFound
    near = await around(conn, [case])
    viewer = near.viewer(principal.account_id, principal.organisation_id, principal.role)
    found = near.sight(case, viewer, now)
    if found is None:
        raise NotFound
    return case, viewer, found, near
