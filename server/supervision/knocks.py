"""*Knock, knock*: a professional says that they are about to come into a call, everybody in the room is told, and only
then the door opens (promise 4).

The door of a process opens to what that very process has told its own sockets: a notice that was lost opens nothing.
"""

import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.infra.notices import Notices
from server.kernel.clock import Clock
from server.kernel.errors import Forbidden
from server.kernel.identifiers import new_id
from server.kernel.principal import Principal
from server.pairs.card import PersonName
from server.people.policy import call_policy_of
from server.people.store import people_of
from server.rooms.access import Access, Rights, check_calling
from server.rooms.messages import topic
from server.rooms.visits import others
from server.signalling.parts import Part
from server.supervision import store, wire
from server.supervision.rules import KNOCK_LASTS, check_knock
from server.supervision.store import Knock
from server.trail.acts import Act
from server.trail.record import record
from server.transport.gateway import Connection, Gateway
from server.transport.wire import timestamp

log = logging.getLogger(__name__)

REMEMBERED: Final = 1000  # announcements: a notice is late by seconds, not by hundreds of knocks

Summoned = Callable[[UUID], bool]  # of a room: somebody in its call asks that a professional come
Urgent = Callable[[AsyncConnection, UUID], Awaitable[bool]]  # of a pair: something of the highest severity waits


@dataclass(frozen=True, slots=True)
class _Told:
    """What this process told its sockets, and when by its own clock."""

    knock_id: UUID
    by: PersonName
    at: datetime
    wait: timedelta
    summoned: bool

    @property
    def enters_at(self) -> datetime:
        return self.at + self.wait


class Knocks:
    def __init__(
        self,
        database: Database,
        clock: Clock,
        gateway: Gateway,
        rights: Rights,
        notices: Notices,
        urgent: Urgent,
        summoned: Summoned,
    ) -> None:
        self._database = database
        self._clock = clock
        self._gateway = gateway
        self._rights = rights
        self._urgent = urgent
        self._summoned = summoned
        self._told: dict[tuple[UUID, UUID], _Told] = {}  # by room and professional
        self._heard: deque[UUID] = deque(maxlen=REMEMBERED)  # what was told here once, and is not told again
        notices.on("supervision", self._on_notice)

    async def look(self, principal: Principal, request: wire.WhichRoom) -> tuple[UUID, int, bool]:
        """Of a room: which it is, how long one would wait at its door in milliseconds, and whether one may come in
        without waiting. Raises NotFound, Forbidden."""
        access = await _of_staff(self._rights, principal, request.room)
        organisation_id = access.room.organisation_id
        async with self._database.begin(organisation_id) as conn:
            policy, urgent = await call_policy_of(conn, organisation_id), await self._urgent(conn, access.pair.id)
        return access.room_id, 0 if self._summoned(access.room_id) else policy.announce_s * 1000, urgent

    async def knock(self, principal: Principal, request: wire.Knock) -> wire.KnockAnswer:
        """Returns when everybody who is connected here has been told. Who knocks again while they wait is told when
        they may come in. Nobody waits whom somebody in the call asked for. Raises NotFound, Forbidden, RoomClosed,
        CallsOff."""
        access = await _of_staff(self._rights, principal, request.room)
        check_calling(access)
        now, me, room_id = self._clock.now(), access.account_id, access.room_id
        organisation_id = access.room.organisation_id
        async with self._database.begin(organisation_id) as conn:
            announce = wait = (await call_policy_of(conn, organisation_id)).announce_s
            summoned = not request.now and self._summoned(room_id)
            if request.now and not await self._urgent(conn, access.pair.id):
                raise Forbidden("not_urgent")
            if request.now or summoned:
                wait = 0
            told = self._in_force(room_id, me, announce)
            if told is not None and now < told.enters_at + KNOCK_LASTS and told.enters_at <= now + timedelta(0, wait):
                return self._answer(told)
            new = Knock(new_id(), organisation_id, room_id, me, now, wait, summoned)
            await store.insert_knock(conn, new)
            about = await others(conn, room_id, me)
            detail = {"knock": new.id, "room": room_id}
            await record(conn, organisation_id, now, Act.ROOM_KNOCKED, by=me, about=about, detail=detail)
            self._heard.append(new.id)  # before its notice can come
        return self._answer(self._tell(new, principal.name))

    async def withdraw(self, principal: Principal, request: wire.WhichRoom) -> None:
        """The professional does not come, for now. Idempotent. Raises NotFound, Forbidden."""
        access = await _of_staff(self._rights, principal, request.room)
        told = self._told.get((access.room_id, access.account_id))
        if told is None:
            return
        async with self._database.begin(access.room.organisation_id) as conn:
            await store.withdraw(conn, told.knock_id, self._clock.now())
        self._forget(access.room_id, access.account_id, told.knock_id)

    async def door(self, access: Access) -> None:
        """Raises Forbidden for a professional who did not announce themselves to everybody here, long enough ago, and
        still."""
        told = self._told.get((access.room_id, access.account_id))
        if told is None:
            raise Forbidden("announce_first")
        organisation_id = access.room.organisation_id
        async with self._database.begin(organisation_id) as conn:
            found = await store.knock(conn, told.knock_id)
            announce = (await call_policy_of(conn, organisation_id)).announce_s
        told = self._in_force(access.room_id, access.account_id, announce)
        if found is None or found.withdrawn_at is not None or told is None or told.knock_id != found.id:
            raise Forbidden("announce_first")
        check_knock(told.at, told.wait, self._clock.now())

    def arrived(self, connection: Connection, room_id: UUID) -> None:
        """``connection`` came into the room: it is told of who is about to come."""
        now = self._clock.now()
        for (room, account), told in self._told.items():
            if room == room_id and account != connection.principal.account_id and now < told.enters_at + KNOCK_LASTS:
                connection.send("supervise:announced", self._announced(room, told))

    def ended(self, part: Part) -> None:
        """A part is over: a professional who wants to come back knocks anew."""
        if part.staff:
            self._told.pop((part.room_id, part.principal.account_id), None)

    async def _on_notice(self, payload: str) -> None:
        kind, _, identifier = payload.partition(":")
        if kind != "knock":
            return
        async with self._database.everywhere() as conn:
            found = await store.knock(conn, UUID(identifier))
            people = await people_of(conn, [found.account_id]) if found is not None else {}
        if found is None:
            return
        if found.withdrawn_at is not None:
            self._forget(found.room_id, found.account_id, found.id)
        elif found.account_id in people and found.id not in self._heard:
            self._tell(found, people[found.account_id].name)

    def _in_force(self, room_id: UUID, account_id: UUID, announce_s: int) -> _Told | None:
        """What was told, as it holds now: who was asked for and is not any more waits as everybody does."""
        told = self._told.get((room_id, account_id))
        if told is not None and told.summoned and not self._summoned(room_id):
            return replace(told, wait=timedelta(seconds=announce_s))
        return told

    def _tell(self, knock: Knock, name: str) -> _Told:
        """To everybody in the room who is connected here."""
        self._heard.append(knock.id)
        now, key = self._clock.now(), (knock.room_id, knock.account_id)
        for old in [old for old, told in self._told.items() if now >= told.enters_at + KNOCK_LASTS]:
            del self._told[old]
        by, wait = PersonName(knock.account_id, name), timedelta(seconds=knock.wait_seconds)
        told = _Told(knock.id, by, now, wait, knock.summoned)
        self._told[key] = told
        self._gateway.publish(topic(knock.room_id), "supervise:announced", self._announced(knock.room_id, told))
        log.info("knocked", extra={"room": knock.room_id, "account": knock.account_id, "seconds": knock.wait_seconds})
        return told

    def _forget(self, room_id: UUID, account_id: UUID, knock_id: UUID) -> None:
        told = self._told.get((room_id, account_id))
        if told is not None and told.knock_id == knock_id:
            del self._told[room_id, account_id]
            self._gateway.publish(topic(room_id), "supervise:withdrawn", wire.Withdrawn(room_id, told.by))

    def _announced(self, room_id: UUID, told: _Told) -> wire.Announced:
        answer = self._answer(told)
        return wire.Announced(room_id, told.by, answer.at, answer.enters_at, answer.wait_ms)

    def _answer(self, told: _Told) -> wire.KnockAnswer:
        left = max(told.enters_at - self._clock.now(), timedelta(0))
        return wire.KnockAnswer(timestamp(told.at), timestamp(told.enters_at), int(left / timedelta(milliseconds=1)))


async def _of_staff(rights: Rights, principal: Principal, room: str | int) -> Access:
    access = await rights.access(room, principal)
    if not access.staff:
        raise Forbidden
    return access
