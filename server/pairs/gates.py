"""What an organisation asks of its mentors, and deciding otherwise: whoever lacks what is asked for from now on is
paused at once, and whoever lacked what is asked for no more is freed."""

from uuid import UUID

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.permissions import Permission
from server.kernel.principal import Principal
from server.pairs import papers_store, store
from server.pairs.papers import Policy
from server.people.standing import Standing
from server.people.witnesses import tell_staff
from server.trail.acts import Act as Trail
from server.trail.record import record


class Gates:
    def __init__(self, database: Database, clock: Clock, standing: Standing) -> None:
        self._database = database
        self._clock = clock
        self._standing = standing

    async def policy(self, organisation_id: UUID) -> Policy:
        async with self._database.begin(organisation_id) as conn:
            return await papers_store.policy(conn, organisation_id)

    async def decide(self, admin: Principal, policy: Policy) -> None:
        """The others of the staff are told: an unvetted mentor is nothing that one admin lets in alone, unseen. Raises
        Forbidden."""
        admin.require(Permission.POLICY_SET)
        where, at = admin.organisation_id, self._clock.now()
        values = papers_store.values_of(policy)
        async with self._database.begin(where) as conn:
            await papers_store.set_policy(conn, where, policy, admin.account_id, at)
            await record(conn, where, at, Trail.GATES_CHANGED, by=admin.account_id, detail=values)
            await tell_staff(conn, where, "gates_changed", at, admin.account_id)
            pairs = await store.pairs_of_organisation(conn, where)
            await self._standing.changed(conn, {pair.mentor_id for pair in pairs}, at)
