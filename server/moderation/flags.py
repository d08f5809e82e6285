"""Flags are written with what they are about, told after the commit to the supervisors on whose lists they are, listed,
and claimed by who looks at them. What is decided stands in ``decisions.py``."""

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import FlagClaimed, FlagDecided, NotFound
from server.kernel.events import Bus
from server.kernel.principal import Principal
from server.moderation import lists, store
from server.moderation.cards import Beside, beside, blind_card, card, cards
from server.moderation.events import FlagRaised
from server.moderation.flag import Flag, NewFlag
from server.moderation.flag_card import FlagCard
from server.moderation.lists import ListName
from server.moderation.review import CLAIM, WAITING, Reviewer, claimed_by_another, concerns, is_theirs, on_list
from server.moderation.reviewers import reviewer, reviewers, supervisors_of
from server.moderation.serious import open_cases
from server.people.store import people_of
from server.trail.acts import Act
from server.trail.record import record
from server.transport.gateway.gateway import Gateway

log = logging.getLogger(__name__)


class Flags:
    """Use cases around flags. Nothing is emitted inside a transaction: whoever commits calls ``announce`` for new
    flags, ``tell`` for changed ones."""

    def __init__(self, database: Database, clock: Clock, bus: Bus, gateway: Gateway) -> None:
        self._database = database
        self._clock = clock
        self._bus = bus
        self._gateway = gateway
        gateway.declare("flag:raised", FlagCard)
        gateway.declare("flag:changed", FlagCard)

    async def insert(self, raw: asyncpg.Connection, flags: Sequence[NewFlag]) -> None:
        """Writes ``flags`` in the transaction of ``raw``, and the cases of those that are serious: with their messages
        or not at all."""
        await store.insert(raw, flags)
        await open_cases(raw, flags)

    async def announce(self, organisation_id: UUID, flag_ids: Collection[UUID]) -> None:
        """After the commit: tells the supervisors who are connected of new flags, ``flag:raised``, and the bus. Never
        raises: the flags are committed, and a supervisor whose screen missed one finds it in the queue."""
        for flag in await self._send(organisation_id, flag_ids, lambda _flag, _reader: "flag:raised"):
            await self._bus.publish(FlagRaised(flag.id, flag.organisation_id, flag.supervisor_id, flag.severity))

    async def tell(self, organisation_id: UUID, flag_ids: Collection[UUID]) -> None:
        """After the commit: ``flag:changed``, to every supervisor on whose lists they are or were. Never raises."""
        await self._send(organisation_id, flag_ids, lambda _flag, _reader: "flag:changed")

    async def tell_overdue(self) -> None:
        """Flags that nobody has looked at in time come to the colleagues, each once."""
        async with self._database.everywhere() as conn:  # time passes for all organisations alike
            overdue = await store.newly_overdue(conn, self._clock.now())

        def event(flag: Flag, reader: Reviewer) -> str:
            return "flag:changed" if flag.supervisor_id == reader.account_id else "flag:raised"

        for organisation_id, flag_ids in overdue.items():
            await self._send(organisation_id, flag_ids, event)

    async def page(
        self, principal: Principal, which: ListName, *, before: UUID | None, limit: int
    ) -> tuple[list[FlagCard], bool]:
        """A page of one of the lists behind the flag ``before``, and whether more follow. Raises NotFound when
        ``before`` is not, or never was, on this list."""
        now = self._clock.now()
        async with self._database.begin(principal.organisation_id) as conn:
            me = await reviewer(conn, principal)
            after = await self._after(conn, which, before, me, now) if before is not None else None
            found = await lists.page(conn, which, me, now, after, limit + 1)
            known = await beside(conn, found[:limit])
        shown = [self._card(which, flag, known, me, now) for flag in found[:limit]]
        return shown, len(found) > limit

    async def one(self, principal: Principal, flag_id: UUID) -> FlagCard:
        """A flag that the reader may read, whatever list it is on. Raises NotFound."""
        now = self._clock.now()
        async with self._database.begin(principal.organisation_id) as conn:
            me = await reviewer(conn, principal)
            flag, blind = await self.readable(conn, flag_id, me, now)
            return self._card("sample" if blind else "open", flag, await beside(conn, [flag]), me, now)

    async def claim(self, flag_id: UUID, principal: Principal) -> FlagCard:
        """For five minutes nobody else decides it; again, and they begin anew. Raises NotFound, FlagDecided,
        FlagClaimed."""
        now = self._clock.now()
        async with self._database.begin(principal.organisation_id) as conn:
            me = await reviewer(conn, principal)
            await self.waiting(conn, flag_id, me, now)
            if not await store.claim(conn, flag_id, me.account_id, now + CLAIM, now):
                flag = await self.waiting(conn, flag_id, me, now)
                await self.refuse_claimed(conn, flag, me, now)
                raise FlagDecided
            found = await store.flags_of(conn, [flag_id])
            (shown,) = await cards(conn, found, me, now)
            about, detail = [found[0].author_id], {"flag": flag_id}
            await record(conn, me.organisation_id, now, Act.FLAG_CLAIMED, by=me.account_id, about=about, detail=detail)
        await self.tell(principal.organisation_id, [flag_id])
        return shown

    async def unclaim(self, flag_id: UUID, principal: Principal) -> FlagCard:
        """Leaves it to whoever comes next; nothing happens to somebody else's claim. Raises NotFound, FlagDecided."""
        now = self._clock.now()
        async with self._database.begin(principal.organisation_id) as conn:
            me = await reviewer(conn, principal)
            await self.waiting(conn, flag_id, me, now)
            ended = await store.unclaim(conn, flag_id, me.account_id)
            (shown,) = await cards(conn, await store.flags_of(conn, [flag_id]), me, now)
        if ended:
            await self.tell(principal.organisation_id, [flag_id])
        return shown

    async def readable(self, conn: AsyncConnection, flag_id: UUID, me: Reviewer, now: datetime) -> tuple[Flag, bool]:
        """A flag that the reviewer may read, whatever list it is on; True when they may not know what was decided.
        Who has its case may, also once a colleague has decided it. Raises NotFound."""
        found = await store.flags_of(conn, [flag_id])
        if found and flag_id in me.called and not concerns(found[0], me):
            return found[0], False
        if found and (on_list(found[0], me, now) is not None or is_theirs(found[0], me)):
            return found[0], False
        if found and await lists.on_list(conn, "sample", me, now, flag_id):
            return found[0], True
        raise NotFound

    async def waiting(self, conn: AsyncConnection, flag_id: UUID, me: Reviewer, now: datetime) -> Flag:
        """A flag that waits for the reviewer. Raises NotFound, FlagDecided."""
        flag, _ = await self.readable(conn, flag_id, me, now)
        if flag.state not in WAITING:
            raise FlagDecided
        return flag

    async def refuse_claimed(self, conn: AsyncConnection, flag: Flag, me: Reviewer, now: datetime) -> None:
        """Raises FlagClaimed, with the name, when a colleague is looking at it."""
        if flag.claimed_by is not None and claimed_by_another(flag, me, now):
            raise FlagClaimed("by", name=(await people_of(conn, [flag.claimed_by]))[flag.claimed_by].name)

    async def _after(self, conn: AsyncConnection, which: ListName, before: UUID, me: Reviewer, now: datetime) -> Flag:
        """The flag that a page begins behind. It may have left the list since the page before was read."""
        flag, blind = await self.readable(conn, before, me, now)
        if (which == "sample") != blind or (which == "closed" and flag.decided_at is None):
            raise NotFound
        return flag

    def _card(self, which: ListName, flag: Flag, known: Beside, me: Reviewer, now: datetime) -> FlagCard:
        return blind_card(flag, known, me) if which == "sample" else card(flag, known, me, now)

    async def _send(
        self, organisation_id: UUID, flag_ids: Collection[UUID], event: Callable[[Flag, Reviewer], str]
    ) -> list[Flag]:
        now = self._clock.now()
        told: list[tuple[UUID, str, FlagCard]] = []
        try:
            async with self._database.begin(organisation_id) as conn:
                flags = await store.flags_of(conn, flag_ids)
                known = await beside(conn, flags)
                for reader in await self._there(conn, organisation_id, flags) if flags else ():
                    seen = [flag for flag in flags if _is_told(flag, reader, now)]
                    told += [(reader.account_id, event(flag, reader), card(flag, known, reader, now)) for flag in seen]
        except Exception:
            log.exception("flags_not_announced", extra={"flags": len(flag_ids)})
            return []
        for account_id, name, shown in told:
            for connection in self._gateway.of_account(account_id):
                connection.send(name, shown)
        return flags

    async def _there(self, conn: AsyncConnection, organisation_id: UUID, flags: Collection[Flag]) -> list[Reviewer]:
        """Who is connected of those who may be told: the supervisors of the organisation, and whoever answers for these
        flags (an admin, where there is no supervisor yet)."""
        supervisors = await supervisors_of(conn, organisation_id)
        concerned = supervisors | {flag.supervisor_id for flag in flags}
        here = [account_id for account_id in concerned if self._gateway.of_account(account_id)]
        return await reviewers(conn, organisation_id, here, supervisors)


def _is_told(flag: Flag, reader: Reviewer, now: datetime) -> bool:
    """Whether it is on a list of theirs, or may have been."""
    if on_list(flag, reader, now) is not None or is_theirs(flag, reader):
        return True
    return flag.shared and not concerns(flag, reader)
