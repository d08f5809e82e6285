"""The review queue: flags are written with what they are about, told to the supervisor after the commit, decided
once."""

import logging
from collections.abc import Collection, Sequence
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import Conflict, NotFound
from server.kernel.events import Bus
from server.kernel.permissions import Permission
from server.kernel.principal import Principal
from server.moderation import store
from server.moderation.cards import FlagCard, cards
from server.moderation.events import FlagDecided, FlagRaised
from server.moderation.flag import Decision, Flag, NewFlag, check_decision
from server.transport.gateway.gateway import Gateway

__all__ = ["Flags", "NewFlag"]

log = logging.getLogger(__name__)


class Flags:
    """Use cases around flags. Nothing is emitted inside a transaction: whoever commits calls ``announce``."""

    def __init__(self, database: Database, clock: Clock, bus: Bus, gateway: Gateway) -> None:
        self._database = database
        self._clock = clock
        self._bus = bus
        self._gateway = gateway
        gateway.declare("flag:raised", FlagCard)
        gateway.declare("flag:changed", FlagCard)

    async def insert(self, raw: asyncpg.Connection, flags: Sequence[NewFlag]) -> None:
        """Writes ``flags`` in the transaction of ``raw``: with their messages or not at all, in one statement."""
        await store.insert(raw, flags)

    async def announce(self, flag_ids: Collection[UUID]) -> None:
        """After the commit: tells the supervisors who are connected, ``flag:raised`` of open flags, ``flag:changed``
        of decided ones, and the bus. Never raises: the flags are committed, and a supervisor whose screen missed one
        finds it in the queue."""
        try:
            async with self._database.begin() as conn:
                flags = await store.flags_of(conn, flag_ids)
                shown = await cards(conn, flags)
        except Exception:
            log.exception("flags_not_announced", extra={"flags": len(flag_ids)})
            return
        for flag, card in zip(flags, shown, strict=True):
            event = "flag:raised" if flag.state == "open" else "flag:changed"
            for connection in self._gateway.of_account(flag.supervisor_id):
                connection.send(event, card)
        for flag in flags:
            if flag.decided_by is None:
                await self._bus.publish(FlagRaised(flag.id, flag.organisation_id, flag.supervisor_id, flag.severity))
            else:
                await self._bus.publish(FlagDecided(flag.id, flag.organisation_id, flag.supervisor_id, flag.decided_by))

    async def decide(
        self, conn: AsyncConnection, flag_id: UUID, reviewer: Principal, decision: Decision, note: str | None
    ) -> Flag:
        """Decides an open flag of the reviewer's own caseload, in the transaction of ``conn``; of two who decide at
        once the second raises Conflict. Raises NotFound for a flag of somebody else, Conflict for a decision that is
        not one for this flag."""
        flag = await self._own(conn, flag_id, reviewer)
        check_decision(flag.action, decision)
        decided = await store.close(
            conn, flag_id, decision, reviewer.account_id, self._clock.now(), (note or "").strip() or None
        )
        if decided is None:
            raise Conflict("flag_decided")
        return decided

    async def acknowledge(self, flag_id: UUID, reviewer: Principal, note: str | None) -> FlagCard:
        """Seen, with nothing to decide."""
        async with self._database.begin() as conn:
            flag = await self.decide(conn, flag_id, reviewer, "acknowledged", note)
            (card,) = await cards(conn, [flag])
        await self.announce([flag_id])
        return card

    async def page(
        self, reviewer: Principal, *, closed: bool, before: UUID | None, limit: int
    ) -> tuple[list[FlagCard], bool]:
        """A page of the reviewer's own flags behind the flag ``before``, and whether more follow. Raises NotFound
        when ``before`` is not a flag of theirs."""
        reviewer.require(Permission.FLAG_REVIEW)
        async with self._database.begin() as conn:
            after = await self._own(conn, before, reviewer) if before is not None else None
            if closed:
                # Behind a flag that is still open there is nothing: it is not in this list.
                if after is not None and after.decided_at is None:
                    raise NotFound
                cursor = (after.decided_at, after.id) if after is not None and after.decided_at else None
                found = await store.closed_page(conn, reviewer.account_id, cursor, limit + 1)
            else:
                found = await store.open_page(conn, reviewer.account_id, after, limit + 1)
            return await cards(conn, found[:limit]), len(found) > limit

    async def _own(self, conn: AsyncConnection, flag_id: UUID, reviewer: Principal) -> Flag:
        reviewer.require(Permission.FLAG_REVIEW)
        found = await store.flags_of(conn, [flag_id])
        if not found or found[0].supervisor_id != reviewer.account_id:
            raise NotFound
        return found[0]
