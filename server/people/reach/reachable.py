"""Whether the professionals of an organisation can be reached at all, for admins and the doctor; and by what young
people may be told, which admins decide."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.permissions import Permission
from server.kernel.principal import Principal
from server.people.reach.rules import EVERY, PROFESSIONALS, Channel, Urgency, channels, refusal
from server.people.reach.tables import reach_policies
from server.people.reach.who import Gateways, Suspended, accounts_reached
from server.people.store import Person, people_in_role
from server.trail.acts import Act
from server.trail.record import record


@dataclass(frozen=True, slots=True)
class Way:
    """By what a professional hears of something critical; nothing: by no way that leaves this server."""

    person: Person
    channels: frozenset[Channel]


async def ways_to_professionals(
    conn: AsyncConnection, organisation_id: UUID, at: datetime, gateways: Gateways, suspended: Suspended
) -> list[Way]:
    """All of an organisation who have an open account, those who are out of reach first, then by name."""
    people = [one for role in sorted(PROFESSIONALS) for one in await people_in_role(conn, organisation_id, role)]
    reached = await accounts_reached(conn, [one.id for one in people], at, gateways, suspended)
    ways = []
    for person in people:
        to = reached[person.id].recipient
        open_to = refusal(to, Urgency.CRITICAL) is None
        ways.append(Way(person, frozenset(channels(to, Urgency.CRITICAL)) if open_to else frozenset()))
    return sorted(ways, key=lambda way: (bool(way.channels), way.person.name.lower(), way.person.id))


async def young_channels(conn: AsyncConnection, organisation_id: UUID) -> frozenset[Channel]:
    """By what this organisation lets its young people be told, where they consent."""
    query = select(reach_policies).where(reach_policies.c.organisation_id == organisation_id)
    row = (await conn.execute(query)).first()
    return EVERY if row is None else frozenset(one for one in Channel if getattr(row, f"young_{one.value}"))


class Reachability:
    """Use cases of an admin. ``gateways``: what leads out of this server."""

    def __init__(self, database: Database, clock: Clock, gateways: Gateways, suspended: Suspended) -> None:
        self._database = database
        self._clock = clock
        self._gateways = gateways
        self._suspended = suspended

    async def professionals(self, principal: Principal) -> list[Way]:
        """Raises Forbidden."""
        principal.require(Permission.REACH_MANAGE)
        async with self._database.begin(principal.organisation_id) as conn:
            return await ways_to_professionals(
                conn, principal.organisation_id, self._clock.now(), self._gateways, self._suspended
            )

    async def young(self, principal: Principal) -> frozenset[Channel]:
        """Raises Forbidden."""
        principal.require(Permission.REACH_MANAGE)
        async with self._database.begin(principal.organisation_id) as conn:
            return await young_channels(conn, principal.organisation_id)

    async def let_young(self, principal: Principal, allowed: frozenset[Channel]) -> None:
        """Holds for all that is sent from now on. Raises Forbidden."""
        principal.require(Permission.REACH_MANAGE)
        now = self._clock.now()
        told = {f"young_{channel.value}": channel in allowed for channel in Channel}
        values = {**told, "changed_by": principal.account_id, "changed_at": now}
        async with self._database.begin(principal.organisation_id) as conn:
            await conn.execute(
                insert(reach_policies)
                .values(organisation_id=principal.organisation_id, **values)
                .on_conflict_do_update(index_elements=["organisation_id"], set_=values)
            )
            await record(conn, principal.organisation_id, now, Act.POLICY_CHANGED, by=principal.account_id, detail=told)
