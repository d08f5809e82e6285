"""The calls that this process carries, written where all processes can read them: a row each, moved on as long as the
process lives. Who watches a board reads the rows (``board.py``).
"""

import asyncio
import contextlib
import logging
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from msgspec import UNSET
from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.identifiers import new_id
from server.signalling.calls import Calls
from server.signalling.parts import Part
from server.signalling.wire import paused_of
from server.supervision.adults import Adults
from server.supervision.summons import Summoning
from server.supervision.tables import live_calls
from server.supervision.wire import Asking
from server.transport.wire import timestamp

log = logging.getLogger(__name__)

PACE_S: Final = 0.5  # between two writings: a board is looked at by people, and rungs move every second
BEAT_S: Final = 5.0  # how often what is carried is moved on, and what nobody carries any more removed
LOST_AFTER: Final = timedelta(seconds=15)  # a call that nobody moved on for three beats is over


class Sessions:
    """``start`` it first."""

    def __init__(self, calls: Calls, adults: Adults, summoning: Summoning, database: Database, clock: Clock) -> None:
        self._calls = calls
        self._adults = adults
        self._summoning = summoning
        self._database = database
        self._clock = clock
        self._carrier = new_id()
        self._written: set[UUID] = set()
        self._dirty: set[UUID] = set()
        self._wake = asyncio.Event()
        self._writing = asyncio.Lock()
        self._tasks: list[asyncio.Task[None]] = []
        calls.on_people(self._changed)
        adults.on_look(self._changed)
        summoning.on_change(self._changed)

    def start(self) -> None:
        self._tasks = [asyncio.create_task(run(), name="sessions") for run in (self._write_changes, self._beat)]

    async def stop(self) -> None:
        """Takes away what this process has written."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(Exception):  # then it is found to be lost
            async with self._database.everywhere() as conn:
                await conn.execute(delete(live_calls).where(live_calls.c.carrier == self._carrier))

    def _changed(self, room_id: UUID) -> None:
        self._dirty.add(room_id)
        self._wake.set()

    async def _write_changes(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self._write()
            except Exception as error:  # with the next change, or beat
                log.warning("sessions_not_written", extra={"error": type(error).__name__})
            await asyncio.sleep(PACE_S)

    async def _beat(self) -> None:
        table = live_calls.c
        while True:
            await asyncio.sleep(BEAT_S)
            now = self._clock.now()
            self._dirty |= set(self._calls.parts.rooms()) ^ self._written
            try:
                await self._write()
                async with self._database.everywhere() as conn:
                    mine = update(live_calls).where(table.carrier == self._carrier)
                    await conn.execute(mine.values(last_known_at=now))
                    await conn.execute(delete(live_calls).where(table.last_known_at < now - LOST_AFTER))
            except Exception as error:
                log.warning("sessions_not_kept", extra={"error": type(error).__name__})

    async def _write(self) -> None:
        """What is dirty, each as it is at this moment; one writing after the other, so that the newest stays."""
        async with self._writing, self._database.everywhere() as conn:
            rooms, self._dirty = self._dirty, set()
            try:
                for room_id in sorted(rooms):
                    await self._write_one(conn, room_id)
            except BaseException:
                self._dirty |= rooms
                raise

    async def _write_one(self, conn: AsyncConnection, room_id: UUID) -> None:
        table, parts = live_calls.c, self._calls.parts.of_room(room_id)
        if parts:
            values = self._row(room_id, parts, self._clock.now())
            writing = insert(live_calls).values(carrier=self._carrier, room_id=room_id, **values)
            await conn.execute(writing.on_conflict_do_update(index_elements=["carrier", "room_id"], set_=values))
            self._written.add(room_id)
        else:
            await conn.execute(delete(live_calls).where(table.carrier == self._carrier, table.room_id == room_id))
            self._written.discard(room_id)

    def _row(self, room_id: UUID, parts: list[Part], now: datetime) -> dict[str, Any]:
        paused = paused_of(room_id, self._calls.floor.scene(room_id))
        return {
            "organisation_id": parts[0].principal.organisation_id,
            "since": min(part.since for part in parts),
            "people": [_person(part) for part in parts],
            "adult": self._adults.standing(room_id),
            "summons": [_asking(one) for one in self._summoning.asking(room_id)],
            "held": None if paused.why is UNSET else paused.why,
            "last_known_at": now,
        }


def _asking(one: Asking) -> dict[str, Any]:
    return {"account": str(one.by.id), "at": one.at, "seen": None if one.seen is UNSET else str(one.seen.id)}


def _person(part: Part) -> dict[str, Any]:
    return {
        "account": str(part.principal.account_id),
        "role": part.principal.role.value,
        "since": timestamp(part.since),
        "rung": part.line.told.out,
        "weak": part.line.weak,
        "connected": part.connected,
        "observing": part.observing,
        "leading": part.leading,
        "hush": part.hush,
    }
