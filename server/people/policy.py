"""What an organisation decides for all its people. What opens something is off until an admin switches it on."""

import logging
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.permissions import Permission
from server.kernel.principal import Principal
from server.people.tables import organisations
from server.trail.acts import Act
from server.trail.record import record

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Policy:
    """``direct_calls``: two adults who both agree may call from device to device, and so learn each other's address.
    ``silence_days``: after so many days without any exchange in a pair, a professional looks."""

    direct_calls: bool
    silence_days: int = 21


Adult = Literal["none", "mentor", "professional"]


@dataclass(frozen=True, slots=True)
class CallPolicy:
    """How calls are watched over. ``announce_s``: so long before they enter a call professionals announce themselves.
    Without whom a call of a young person does not go on, by their age: nobody, the mentor (or a professional), or a
    professional."""

    announce_s: int
    under_15: Adult
    under_18: Adult


async def call_policy_of(conn: AsyncConnection, organisation_id: UUID) -> CallPolicy:
    """Of an organisation that there is."""
    table = organisations.c
    query = select(table.announce_seconds, table.adult_under_15, table.adult_under_18)
    return CallPolicy(*(await conn.execute(query.where(table.id == organisation_id))).one())


async def policy_of(conn: AsyncConnection, organisation_id: UUID) -> Policy:
    """Of an organisation that there is."""
    columns = (organisations.c.direct_calls, organisations.c.silence_days)
    row = (await conn.execute(select(*columns).where(organisations.c.id == organisation_id))).one()
    return Policy(row.direct_calls, row.silence_days)


class Policies:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def read(self, principal: Principal) -> Policy:
        """That of one's own organisation. Raises Forbidden."""
        principal.require(Permission.POLICY_SET)
        async with self._database.begin(principal.organisation_id) as conn:
            return await policy_of(conn, principal.organisation_id)

    async def change(self, principal: Principal, direct_calls: bool, silence_days: int | None = None) -> None:
        """Holds everywhere at once: a trigger tells every server process. None leaves the days. Raises Forbidden."""
        principal.require(Permission.POLICY_SET)
        own = organisations.c.id == principal.organisation_id
        detail: dict[str, bool | int] = {"direct_calls": direct_calls}
        detail |= {"silence_days": silence_days} if silence_days is not None else {}
        async with self._database.begin(principal.organisation_id) as conn:
            other = [organisations.c[name].is_distinct_from(value) for name, value in detail.items()]
            changed = await conn.execute(update(organisations).where(own, or_(*other)).values(**detail))
            if changed.rowcount:
                await record(
                    conn,
                    principal.organisation_id,
                    self._clock.now(),
                    Act.POLICY_CHANGED,
                    by=principal.account_id,
                    detail=detail,
                )
        if changed.rowcount:
            state = "direct_on" if direct_calls else "direct_off"
            log.info(
                "policy_changed",
                extra={"organisation": principal.organisation_id, "account": principal.account_id, "state": state},
            )

    async def read_calls(self, principal: Principal) -> CallPolicy:
        """As ``read``."""
        principal.require(Permission.POLICY_SET)
        async with self._database.begin(principal.organisation_id) as conn:
            return await call_policy_of(conn, principal.organisation_id)

    async def change_calls(self, principal: Principal, policy: CallPolicy) -> None:
        """As ``change``; ``policy`` is within its bounds."""
        principal.require(Permission.POLICY_SET)
        organisation_id = principal.organisation_id
        values = {
            "announce_seconds": policy.announce_s,
            "adult_under_15": policy.under_15,
            "adult_under_18": policy.under_18,
        }
        async with self._database.begin(organisation_id) as conn:
            if await call_policy_of(conn, organisation_id) == policy:
                return
            await conn.execute(update(organisations).where(organisations.c.id == organisation_id).values(values))
            now, by = self._clock.now(), principal.account_id
            await record(conn, organisation_id, now, Act.POLICY_CHANGED, by=by, detail=values)
        log.info("policy_changed", extra={"organisation": organisation_id, "account": by, "state": "calls"})
