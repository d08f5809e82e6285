"""Writes down who comes into the calls that this process carries, and when and why they go.

Nothing of a call waits for it. What cannot be written now is kept in memory and written as soon as it can, with the
instants at which it happened: they are counted back from the database's clock, which all processes share. A process
says every five seconds that it lives; what one carried that died, another closes, at the instant that was last known.
"""

import asyncio
import contextlib
import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.identifiers import new_id
from server.signalling.calls import Calls
from server.signalling.parts import Part
from server.supervision.attendance import store
from server.supervision.attendance.rules import Why
from server.supervision.attendance.store import Arrival, Departure

log = logging.getLogger(__name__)

PACE_S: Final = 0.5  # between two writings: those who come together are one
BEAT_S: Final = 5.0  # how wrong the end of somebody may be whose process died, or whose line was cut
STOP_S: Final = 5.0  # a process that stops waits so long for a database that does not answer
LOST_AFTER: Final = timedelta(seconds=15)  # a process that has said nothing for three beats is gone


@dataclass(slots=True, eq=False)
class _Stay:
    """Somebody in a call. Times are of the process's steady clock; ``came_at`` is there once it is written. ``seen``:
    when they were last known. ``part`` None: theirs was replaced, and the one that replaces it is about to begin.
    ``later``: the name of the presence that goes on with this one where another process has closed it."""

    organisation_id: UUID
    room_id: UUID
    account_id: UUID
    role: str
    came: float
    seen: float
    part: Part | None
    id: UUID = field(default_factory=new_id)
    later: UUID = field(default_factory=new_id)
    came_at: datetime | None = None
    went: float | None = None
    why: Why = "lost"


class Register:
    """``start`` it first."""

    def __init__(self, calls: Calls, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._carrier = new_id()
        self._here: dict[tuple[UUID, UUID], _Stay] = {}  # by room and account
        self._gone: list[_Stay] = []  # whose end is not written yet
        self._known = False  # whether the database knows of this process
        self._well_since: float | None = None  # since when each writing has succeeded
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        calls.on_hold(self._came)
        calls.on_end(self._went)

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="attendance")

    async def stop(self) -> None:
        """Writes what is not written yet. After the calls: they have ended."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
        with contextlib.suppress(Exception):  # then another process closes what is open
            async with asyncio.timeout(STOP_S):
                await self._write()

    # What happens in calls. Costs no look at the database.

    def _came(self, part: Part) -> None:
        who, now = part.principal, self._clock.monotonic()
        stay = self._here.get((part.room_id, who.account_id))
        if stay is None:
            stay = _Stay(who.organisation_id, part.room_id, who.account_id, who.role.value, now, now, part)
            self._here[part.room_id, who.account_id] = stay
            self._wake.set()
        stay.part, stay.seen = part, now

    def _went(self, part: Part) -> None:
        stay = self._here.get((part.room_id, part.principal.account_id))
        if stay is None or stay.part is not part:
            return
        if _there(part):
            stay.seen = self._clock.monotonic()
        if part.ended == "replaced":
            stay.part = None
        else:
            self._end(stay, part.ended or "lost")

    def _end(self, stay: _Stay, why: Why) -> None:
        """Who was cut off was last there when they were last known, not when the wait for them was over."""
        stay.went, stay.why = stay.seen if why == "lost" else self._clock.monotonic(), why
        del self._here[stay.room_id, stay.account_id]
        self._gone.append(stay)
        self._wake.set()

    # Writing it down

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(BEAT_S):
                    await self._wake.wait()
            self._wake.clear()
            began = self._clock.monotonic()
            try:
                self._look()
                await self._write()
                if self._clock.monotonic() - began > BEAT_S:  # others may have waited for as long
                    self._well_since = None
                await self._close_lost()
            except Exception as error:  # with the next beat
                self._well_since = None
                log.warning("attendance_not_written", extra={"error": type(error).__name__})
            await asyncio.sleep(PACE_S)

    def _look(self) -> None:
        for stay in list(self._here.values()):
            if stay.part is None:
                self._end(stay, "lost")
            elif _there(stay.part):
                stay.seen = self._clock.monotonic()

    async def _write(self) -> None:
        here, gone = list(self._here.values()), list(self._gone)
        ended = [(stay, stay.went, stay.why) for stay in gone if stay.went is not None]
        if not here and not gone and not self._known:
            return
        async with self._database.everywhere() as conn:
            now, steady = await store.clock(conn), self._clock.monotonic()

            def instant(moment: float) -> datetime:
                return now - timedelta(seconds=steady - moment)

            # First of all: from here on nobody else ends what is carried here.
            away = {stay.id: instant(stay.seen) for stay in here if stay.part is None or not _there(stay.part)}
            await store.carry(conn, self._carrier, now, away)
            came = {stay: stay.came_at or instant(stay.came) for stay in (*here, *gone)}
            names = await self._again(conn, came)
            arrivals = [
                Arrival(names[stay], stay.organisation_id, stay.room_id, stay.account_id, stay.role, at)
                for stay, at in came.items()
                if stay.came_at is None or names[stay] != stay.id
            ]
            await store.add_arrivals(conn, self._carrier, arrivals)
            await store.add_departures(
                conn, [Departure(names[stay], max(came[stay], instant(went)), why) for stay, went, why in ended]
            )
            if not here:
                await store.carry_nobody(conn, self._carrier)
        self._known = bool(here)
        for stay, at in came.items():
            stay.came_at = at
            if names[stay] != stay.id:
                stay.id, stay.later = names[stay], new_id()
        self._gone = [stay for stay in self._gone if stay not in gone]

    async def _again(self, conn: AsyncConnection, came: dict[_Stay, datetime]) -> dict[_Stay, UUID]:
        """Under which name each presence is written. One that was given up, as this process had said nothing for too
        long, goes on under another name from the instant at which it was last known."""
        names = {stay: stay.id for stay in came}
        given_up = await store.closed_by_others(conn, [stay.id for stay in came])
        for stay in came:
            if stay.id in given_up:
                names[stay], came[stay] = stay.later, given_up[stay.id]
        return names

    async def _close_lost(self) -> None:
        """Not before it could be written for as long as others are waited for: after an outage of the database, all
        processes have said nothing."""
        now = self._clock.monotonic()
        if self._well_since is None:
            self._well_since = now
        if now - self._well_since < LOST_AFTER.total_seconds():
            return
        async with self._database.everywhere() as conn:
            lost = await store.close_lost(conn, LOST_AFTER)
        if lost:
            log.warning("attendance_of_lost_processes_closed", extra={"count": lost})


def _there(part: Part) -> bool:
    """Whether anything of the person is there: who is cut off may come back to the part for a while."""
    return part.connection is not None or part.connected
