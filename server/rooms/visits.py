"""The access journal: when a professional was in a room or its call, for the people of the room to read (promise 4).

A visit is written before anything is shown. It is open as long as the process that holds it moves it on; when that
process dies, the visit ends at the last instant that is known.
"""

import asyncio
import contextlib
import logging
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.infra.ended import ended
from server.kernel.clock import Clock
from server.kernel.identifiers import new_id
from server.rooms.tables import room_members, room_visits, rooms
from server.trail.acts import Act as Trail
from server.trail.record import record

log = logging.getLogger(__name__)

Act = Literal["read", "call"]

BEAT_S = 15.0  # how often open visits are moved on: how wrong the end of one may be after a crash
LOST_AFTER = timedelta(seconds=60)  # a visit that nobody moved on for four beats is nobody's
TOLD = 100  # visits in one answer


@dataclass(slots=True)
class _Visit:
    id: UUID
    organisation_id: UUID
    room_id: UUID
    account_id: UUID
    act: Act
    holders: set[Hashable] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class VisitRow:
    account_id: UUID
    act: Act
    entered_at: datetime
    left_at: datetime | None


class Visits:
    """One visit a person, room and act, however many connections hold it open. ``start`` it first."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._open: dict[tuple[UUID, UUID, Act], _Visit] = {}
        self._ended: dict[UUID, tuple[_Visit, datetime]] = {}  # left, and not written yet: which, and when
        # Who leaves while visits are moved on must not be written as there again.
        self._writing = asyncio.Lock()
        self._entering = asyncio.Lock()  # two tabs that enter at once are one visit
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Closes what a process that died left open, and moves on what is open here from now on."""
        await self._keep()
        self._task = asyncio.create_task(self._beat(), name="visits")

    async def stop(self) -> None:
        """Ends all visits of this process."""
        await ended(self._task)
        self._task = None
        now = self._clock.now()
        self._ended |= {visit.id: (visit, now) for visit in self._open.values()}
        self._open.clear()
        with contextlib.suppress(Exception):  # then the next process finds them
            await self._keep()

    async def enter(self, organisation_id: UUID, room_id: UUID, account_id: UUID, act: Act, holder: Hashable) -> None:
        """Returns when the journal says that the person is there."""
        key = (room_id, account_id, act)
        async with self._entering:
            if key not in self._open:
                visit = _Visit(new_id(), organisation_id, room_id, account_id, act)
                now = self._clock.now()
                async with self._database.begin(organisation_id) as conn:
                    await conn.execute(
                        insert(room_visits).values(
                            id=visit.id,
                            room_id=room_id,
                            account_id=account_id,
                            act=act,
                            entered_at=now,
                            last_known_at=now,
                        )
                    )
                    await _record(conn, visit, now, Trail.ROOM_ENTERED)
                self._open[key] = visit
            self._open[key].holders.add(holder)

    async def leave(self, room_id: UUID, account_id: UUID, act: Act, holder: Hashable) -> None:
        """The visit ends when its last holder leaves. When the database is away, its end is written later."""
        key = (room_id, account_id, act)
        visit = self._open.get(key)
        if visit is None or holder not in visit.holders:
            return
        visit.holders.remove(holder)
        if visit.holders:
            return
        del self._open[key]
        self._ended[visit.id] = (visit, self._clock.now())
        try:
            async with self._writing:
                await self._write_ends()
        except Exception as error:
            log.warning("visit_end_delayed", extra={"error": type(error).__name__})

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            try:
                await self._keep()
            except Exception as error:
                log.warning("visits_not_kept", extra={"error": type(error).__name__})

    async def _keep(self) -> None:
        async with self._writing:
            await self._write_ends()
            now = self._clock.now()
            held = [visit.id for visit in self._open.values()]
            async with self._database.everywhere() as conn:  # what died left visits open in any organisation
                if held:  # an outage may have made another process think that we died: they are open all the same
                    await conn.execute(
                        update(room_visits).where(room_visits.c.id.in_(held)).values(last_known_at=now, left_at=None)
                    )
                visits = room_visits.c
                lost = await conn.execute(
                    update(room_visits)
                    .where(visits.left_at.is_(None), visits.last_known_at < now - LOST_AFTER)
                    .values(left_at=visits.last_known_at)
                    .returning(visits.id, visits.room_id, visits.account_id, visits.act, visits.left_at)
                )
                for row in lost.all():
                    where = select(rooms.c.organisation_id).where(rooms.c.id == row.room_id)
                    organisation_id = (await conn.execute(where)).scalar_one()
                    visit = _Visit(row.id, organisation_id, row.room_id, row.account_id, row.act)
                    await _record(conn, visit, row.left_at, Trail.ROOM_LEFT)

    async def _write_ends(self) -> None:
        ended = dict(self._ended)
        if not ended:
            return
        async with self._database.begin(*{visit.organisation_id for visit, _ in ended.values()}) as conn:
            await conn.execute(
                update(room_visits)
                .where(room_visits.c.id == bindparam("visit"))
                .values(left_at=bindparam("at"), last_known_at=bindparam("at")),
                [{"visit": visit_id, "at": at} for visit_id, (_, at) in ended.items()],
            )
            for visit, at in ended.values():
                await _record(conn, visit, at, Trail.ROOM_LEFT)
        for visit_id in ended:
            self._ended.pop(visit_id, None)


async def _record(conn: AsyncConnection, visit: _Visit, at: datetime, act: Trail) -> None:
    about = await others(conn, visit.room_id, visit.account_id)
    detail = {"visit": visit.id, "room": visit.room_id, "how": visit.act}
    await record(conn, visit.organisation_id, at, act, by=visit.account_id, about=about, detail=detail)


async def others(conn: AsyncConnection, room_id: UUID, account_id: UUID) -> list[UUID]:
    """Those of the room whom somebody's reading in it is about."""
    members = room_members.c
    query = select(members.account_id).where(members.room_id == room_id, members.account_id != account_id)
    return list((await conn.execute(query)).scalars())


async def is_visiting(conn: AsyncConnection, room_id: UUID, account_id: UUID, now: datetime) -> bool:
    """Whether the person is in the room or its call just now, seen by all: for acts that come without a socket."""
    query = select(room_visits.c.id).where(
        room_visits.c.room_id == room_id,
        room_visits.c.account_id == account_id,
        room_visits.c.left_at.is_(None),
        room_visits.c.last_known_at >= now - LOST_AFTER,
    )
    return (await conn.execute(query.limit(1))).first() is not None


async def visits_of(conn: AsyncConnection, room_id: UUID) -> list[VisitRow]:
    """The last visits to a room, the newest first."""
    query = (
        select(room_visits.c.account_id, room_visits.c.act, room_visits.c.entered_at, room_visits.c.left_at)
        .where(room_visits.c.room_id == room_id)
        .order_by(room_visits.c.entered_at.desc(), room_visits.c.id.desc())
        .limit(TOLD)
    )
    return [VisitRow(*row) for row in await conn.execute(query)]
