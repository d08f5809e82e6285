"""The sessions that go on now, for the professionals who watch over them: those of their own pairs, and of those whose
professional they stand in for, with who is in; those of colleagues as an outline for who is on call. Always from the
rows that all processes write (``sessions.py``).
"""

import contextlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import UNSET
from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.infra.notices import Notices
from server.infra.rechecks import Rechecks
from server.kernel.clock import Clock
from server.kernel.errors import NotFound
from server.kernel.permissions import Role
from server.kernel.principal import Principal
from server.pairs import store as pairs
from server.pairs.card import PersonName
from server.pairs.rules import Pair, belongs
from server.people.store import Person, people_of
from server.rooms.access import Rights
from server.rooms.store import Room, rooms_by_id
from server.supervision import wire
from server.supervision.rules import line_of
from server.supervision.sessions import LOST_AFTER
from server.supervision.tables import live_calls
from server.transport.gateway import Connection, Gateway
from server.transport.wire import timestamp

# Who of an organisation is to be reached at this moment.
OnCall = Callable[[AsyncConnection, UUID, datetime], Awaitable[Collection[UUID]]]


class Board:
    def __init__(
        self, database: Database, clock: Clock, gateway: Gateway, notices: Notices, rights: Rights, on_call: OnCall
    ) -> None:
        self._database = database
        self._clock = clock
        self._gateway = gateway
        self._rights = rights
        self._on_call = on_call
        self._watching: dict[UUID, set[Connection]] = defaultdict(set)  # by organisation
        self._told: dict[Connection, wire.Sessions] = {}
        self._checks = Rechecks(self._tell, "board")
        notices.on("live_calls", self._on_notice)
        rights.watch(self._on_rights)
        notices.on_gap(self._on_gap)

    async def sessions(self, principal: Principal) -> wire.Sessions:
        """What this professional is shown now."""
        (shown,) = (await self._read(principal.organisation_id, [principal])).values()
        return shown

    async def watch(self, connection: Connection, *, watch: bool) -> wire.Sessions:
        """From now on ``connection`` is told of each change, or no more."""
        principal = connection.principal
        if watch and connection.open:
            self._watching[principal.organisation_id].add(connection)
        else:
            self.stopped(connection)
        told = await self.sessions(principal)
        if watch and connection.open:
            self._told[connection] = told
        return told

    def stopped(self, connection: Connection) -> None:
        organisation_id = connection.principal.organisation_id
        self._told.pop(connection, None)
        watching = self._watching.get(organisation_id)
        if watching is not None:
            watching.discard(connection)
            if not watching:
                del self._watching[organisation_id]

    async def stop(self) -> None:
        await self._checks.stop()

    async def _on_notice(self, payload: str) -> None:
        self._checks.ask([UUID(payload)] if UUID(payload) in self._watching else [])

    async def _on_rights(self, room_id: UUID) -> None:
        """Somebody may stand in for the professional of this room, or does no more."""
        if self._watching:
            with contextlib.suppress(NotFound):
                await self._on_notice(str((await self._rights.place(room_id, None)).room.organisation_id))

    async def _on_gap(self) -> None:
        self._checks.ask(self._watching)

    async def _tell(self, organisation_id: UUID) -> None:
        """To each who watches and whose board is another now."""
        watching = [connection for connection in self._watching.get(organisation_id, ()) if connection.open]
        if not watching:
            return
        shown = await self._read(organisation_id, [connection.principal for connection in watching])
        for connection in watching:
            told = shown[connection.principal.account_id]
            if self._told.get(connection) != told and connection in self._watching.get(organisation_id, ()):
                self._told[connection] = told
                connection.send("board:sessions", told)

    async def _read(self, organisation_id: UUID, readers: Collection[Principal]) -> Mapping[UUID, wire.Sessions]:
        """By reader."""
        now, table = self._clock.now(), live_calls.c
        query = (
            select(table.room_id, table.since, table.people, table.adult, table.held, table.summons)
            .where(table.organisation_id == organisation_id, table.last_known_at >= now - LOST_AFTER)
            .order_by(table.since, table.room_id)
        )
        async with self._database.begin(organisation_id) as conn:
            calls = (await conn.execute(query)).all()
            rooms = {room.id: room for room in await rooms_by_id(conn, {call.room_id for call in calls})}
            known = await pairs.pairs_by_id(conn, {room.pair_id for room in rooms.values()})
            in_calls = {UUID(one["account"]) for call in calls for one in (*call.people, *call.summons)}
            in_calls |= {UUID(one["seen"]) for call in calls for one in call.summons if one["seen"]}
            people = await people_of(conn, in_calls | {who for pair in known.values() for who in pair.people})
            on_call = await self._on_call(conn, organisation_id, now) if calls else ()
        whole = [(call, rooms[call.room_id], known[rooms[call.room_id].pair_id]) for call in calls]
        return {
            reader.account_id: wire.Sessions(
                [
                    _session(call, room, pair, people, own=reader.account_id in _responsible(room, pair))
                    for call, room, pair in whole
                    if may_see(room, pair, reader.account_id, on_call)
                ]
            )
            for reader in readers
        }


def may_see(room: Room, pair: Pair, reader: UUID, on_call: Collection[UUID]) -> bool:
    """Whether a professional's board has the calls of this pair; never those of a pair that they are one of."""
    return reader in _responsible(room, pair) or (reader in on_call and not belongs(pair, reader))


def _responsible(room: Room, pair: Pair) -> set[UUID]:
    """Who answers for the pair, and who stands in for them: they may come in."""
    return {pair.supervisor_id, *room.seats} - {pair.mentor_id, pair.mentee_id}


def _session(
    call: Row[*tuple[Any, ...]], room: Room, pair: Pair, people: Mapping[UUID, Person], *, own: bool
) -> wire.Session:
    mentor, mentee, supervisor = (_first(people[who]) for who in pair.people)
    return wire.Session(
        room=room.id,
        number=room.number,
        pair=pair.id,
        mentor=mentor,
        mentee=mentee,
        since=timestamp(call.since),
        count=len(call.people),
        adult=call.adult,
        paused=call.held or UNSET,
        summons=[_asking(one, people) for one in call.summons] or UNSET,
        people=[_caller(one, people) for one in call.people] if own else UNSET,
        supervisor=UNSET if own else supervisor,
    )


def _caller(one: Mapping[str, Any], people: Mapping[UUID, Person]) -> wire.Caller:
    who = people[UUID(one["account"])]
    return wire.Caller(
        account=who.id,
        name=_first(who).name,
        role=Role(one["role"]),
        since=one["since"],
        rung=one["rung"],
        line=line_of(one["rung"], weak=one["weak"], connected=one["connected"]),
        observing=one["observing"] or UNSET,
        leading=one["leading"] or UNSET,
        hush=one["hush"] or UNSET,
    )


def _asking(one: Mapping[str, Any], people: Mapping[UUID, Person]) -> wire.Asking:
    seen = _first(people[UUID(one["seen"])]) if one["seen"] else UNSET
    return wire.Asking(_first(people[UUID(one["account"])]), one["at"], seen)


def _first(person: Person) -> PersonName:
    """By first name, as people of a house call each other."""
    return PersonName(person.id, person.name.split()[0])
