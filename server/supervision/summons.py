"""Somebody in a call asks, before everybody in it, that a professional come (FIELD 77).

It is a call for help first (``rooms.help``), with its case, its deadline and its pages; what is added here is that the
call is told, that the professional need not wait at the door, and that who asked sees what becomes of it. What stands
is remembered where the call is carried, and goes with it: a row that a process left behind when it died opens nothing.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import UNSET
from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation import store as cases
from server.escalation.acknowledging import took_up
from server.escalation.pager import CHANNEL as CASES
from server.infra.database import Database
from server.infra.notices import Notices
from server.kernel.clock import Clock
from server.kernel.identifiers import new_id
from server.kernel.principal import Principal
from server.pairs.card import PersonName
from server.people.store import people_of
from server.rooms.access import Access, Rights
from server.rooms.messages import topic
from server.rooms.stand_ins import follow_cases
from server.rooms.visits import others
from server.rooms.work import Work
from server.signalling.calls import Calls
from server.signalling.parts import Part
from server.supervision import store, wire
from server.supervision.rules import Over
from server.supervision.store import Summons
from server.trail.acts import Act
from server.trail.record import record
from server.transport.gateway import Connection, Gateway
from server.transport.wire import timestamp

log = logging.getLogger(__name__)

REMEMBERED: Final = 1000  # summonses: a notice is late by seconds


@dataclass(frozen=True, slots=True)
class _Asked:
    """A summons that stands, and who of the professionals said that they look after it."""

    row: Summons
    by: PersonName
    seen: PersonName | None = None


class Summoning:
    """One summons a person and room. ``start`` of the calls comes after, so that ``stop`` finds all of them over."""

    def __init__(
        self, database: Database, clock: Clock, gateway: Gateway, rights: Rights, calls: Calls, notices: Notices
    ) -> None:
        self._database = database
        self._clock = clock
        self._gateway = gateway
        self._rights = rights
        self._calls = calls
        self._asked: dict[UUID, dict[UUID, _Asked]] = {}  # by room, then by who asked
        self._heard: deque[UUID] = deque(maxlen=REMEMBERED)  # what stood here once, and is not told again
        self._work = Work()
        self._on_change: list[Callable[[UUID], None]] = []
        calls.on_hold(self._held)
        calls.on_end(self._ended)
        notices.on("supervision", self._on_notice)
        notices.on(CASES, self._on_case)

    def on_change(self, changed: Callable[[UUID], None]) -> None:
        """``changed`` is called with each room in whose call somebody asks, or does no more."""
        self._on_change.append(changed)

    async def stop(self) -> None:
        await self._work.stop()

    async def ask(self, principal: Principal, access: Access) -> None:
        """``principal``, whose call for help is written already, asks in the call of this room. Nothing comes of it
        for a professional, or where nobody is in a call."""
        if access.staff:
            return
        now, organisation_id = self._clock.now(), principal.organisation_id
        async with self._database.begin(organisation_id) as conn:
            case_id = await cases.call_for_help(conn, principal.account_id)
            new = Summons(new_id(), organisation_id, access.room_id, principal.account_id, case_id, now)
            await store.insert_summons(conn, new)
            await self._write_down(conn, new, now, Act.CALL_SUMMONED, "summoned")
        self._stand(new, principal.name, await self._seen(new))

    async def take_back(self, connection: Connection, request: wire.WhichRoom) -> None:
        """Who asked does so no more; their call for help stays with the professionals. Idempotent. Raises NotFound."""
        principal = connection.principal
        access = await self._rights.access(request.room, principal)
        await self._over(access.room_id, principal.organisation_id, "withdrawn", principal.account_id)

    def stands(self, room_id: UUID) -> bool:
        """Whether somebody who is in the call of this room asks for a professional."""
        return any(self._calls.parts.of_account(room_id, who) for who in self._asked.get(room_id, ()))

    def asking(self, room_id: UUID) -> list[wire.Asking]:
        """Who asks in the call of this room, the first one first."""
        found = sorted(self._asked.get(room_id, {}).values(), key=lambda one: (one.row.at, one.row.id))
        return [wire.Asking(one.by, timestamp(one.row.at), one.seen or UNSET) for one in found]

    def arrived(self, connection: Connection, room_id: UUID) -> None:
        """``connection`` came into the room: it is told who asks."""
        if room_id in self._asked:
            connection.send("call:summoned", wire.Summoned(room_id, self.asking(room_id)))

    # What happens to calls

    def _held(self, part: Part) -> None:
        """A part begins, or has another socket."""
        if part.room_id not in self._asked:
            return
        if part.staff:
            self._answered(part.room_id, part.principal)
        elif part.connection is not None:
            self.arrived(part.connection, part.room_id)

    def _ended(self, part: Part) -> None:
        if part.principal.account_id in self._asked.get(part.room_id, ()):
            # Not before the part that may replace it is there.
            asyncio.get_running_loop().call_soon(self._gone, part.room_id, part.principal)

    def _gone(self, room_id: UUID, who: Principal) -> None:
        if self._calls.parts.of_account(room_id, who.account_id) is None:
            self._work.beside(self._over_soon(room_id, who.organisation_id, "ended", who.account_id))

    def _answered(self, room_id: UUID, by: Principal) -> None:
        """A professional is in the call: all who asked have what they asked for."""
        self._work.beside(self._over_soon(room_id, by.organisation_id, "answered", None, answered_by=by))

    # What stands

    async def _over_soon(
        self,
        room_id: UUID,
        organisation_id: UUID,
        over: Over,
        who: UUID | None,
        *,
        answered_by: Principal | None = None,
    ) -> None:
        """``_over`` for whom nobody waits. When the database is away nothing stands here all the same, and the case
        waits for a person."""
        try:
            await self._over(room_id, organisation_id, over, who, answered_by=answered_by)
        except Exception as error:
            log.warning("summons_not_ended", extra={"room": room_id, "error": type(error).__name__})

    async def _over(
        self,
        room_id: UUID,
        organisation_id: UUID,
        over: Over,
        who: UUID | None,
        *,
        answered_by: Principal | None = None,
    ) -> None:
        """Nothing of ``who`` (None: of anybody) stands in this room any more: here at once, in all processes with the
        row."""
        asked = self._asked.get(room_id, {})
        gone = [account_id for account_id in asked if who in (None, account_id)]
        for account_id in gone:
            del asked[account_id]
        if gone:
            self._tell(room_id)
        now = self._clock.now()
        async with self._database.begin(organisation_id) as conn:
            ended = await store.end_summonses(conn, room_id, now, over, by=who)
            if answered_by is not None:
                case_ids = {row.case_id for row in ended if row.case_id is not None}
                await took_up(conn, case_ids, answered_by.account_id, now, "came")
                await follow_cases(conn, case_ids, now)
            elif over == "withdrawn":
                for row in ended:
                    await self._write_down(conn, row, now, Act.CALL_SUMMONS_WITHDRAWN, "summons_withdrawn")
        log.info("summons_over", extra={"room": room_id, "state": over, "count": len(ended)})

    def _stand(self, row: Summons, name: str, seen: PersonName | None) -> None:
        """Tells it, where who asked has a part in the call here."""
        if row.id in self._heard or self._calls.parts.of_account(row.room_id, row.account_id) is None:
            return
        self._heard.append(row.id)
        self._asked.setdefault(row.room_id, {})[row.account_id] = _Asked(row, PersonName(row.account_id, name), seen)
        log.info("summoned", extra={"room": row.room_id, "account": row.account_id})
        self._tell(row.room_id)
        there = next((other for other in self._calls.parts.of_room(row.room_id) if other.staff), None)
        if there is not None:
            self._answered(row.room_id, there.principal)

    def _tell(self, room_id: UUID) -> None:
        """To everybody in the room who is connected here."""
        if not self._asked.get(room_id, True):
            del self._asked[room_id]
        self._gateway.publish(topic(room_id), "call:summoned", wire.Summoned(room_id, self.asking(room_id)))
        for changed in self._on_change:
            changed(room_id)

    # What other processes, and the case, tell

    async def _on_notice(self, payload: str) -> None:
        kind, _, identifier = payload.partition(":")
        if kind != "summons":
            return
        async with self._database.everywhere() as conn:
            found = await store.summons(conn, UUID(identifier))
            people = await people_of(conn, [found.account_id]) if found is not None else {}
        if found is None or found.account_id not in people:
            return
        standing = self._asked.get(found.room_id, {}).get(found.account_id)
        if found.over is None:
            self._stand(found, people[found.account_id].name, await self._seen(found))
        elif standing is not None and standing.row.id == found.id:
            del self._asked[found.room_id][found.account_id]
            self._tell(found.room_id)

    async def _on_case(self, payload: str) -> None:
        """Somebody may have said that they look after it."""
        _, _, case = payload.partition(":")
        about = [one for asked in self._asked.values() for one in asked.values() if str(one.row.case_id) == case]
        for one in about:
            seen, here = await self._seen(one.row), self._asked.get(one.row.room_id, {})
            if here.get(one.row.account_id) is one and one.seen != seen:
                here[one.row.account_id] = replace(one, seen=seen)
                self._tell(one.row.room_id)

    async def _seen(self, row: Summons) -> PersonName | None:
        if row.case_id is None:
            return None
        async with self._database.begin(row.organisation_id) as conn:
            case = await cases.case_of(conn, row.case_id)
            who = case.acknowledged_by if case is not None else None
            people = await people_of(conn, [who]) if who is not None else {}
        return PersonName(who, people[who].name) if who is not None and who in people else None

    async def _write_down(self, conn: AsyncConnection, row: Summons, at: datetime, act: Act, did: str) -> None:
        if row.case_id is not None:
            await cases.change(conn, row.case_id)
            await cases.enter(conn, row.case_id, at, did, by=row.account_id)
        about = await others(conn, row.room_id, row.account_id)
        detail = {"summons": row.id, "room": row.room_id}
        await record(conn, row.organisation_id, at, act, by=row.account_id, about=about, detail=detail)
