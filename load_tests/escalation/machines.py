"""The server processes of the night, and what befalls them: they are killed in the midst of a look, the clocks of their
machines jump, and each starts anew with the clock that its machine has.
"""

import asyncio
import random
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.engine import make_url

from load_tests.escalation.reckoning import Night
from server.escalation.pager import MOST_STEPS, Pager
from server.infra.database import Database
from server.infra.notices import Notices
from server.kernel.clock import ManualClock

PROCESSES: Final = 2

# Lots, of each tick.
KILLED, JUMPS = 1 / 60, 1 / 200
DOWN_TICKS = (1, 24)


@dataclass(slots=True)
class _Skewed:
    """The clock of one machine: its seconds are right."""

    true: ManualClock
    skew: timedelta = timedelta()

    def now(self) -> datetime:
        return self.true.now() + self.skew

    def monotonic(self) -> float:
        return self.true.monotonic()


@dataclass(slots=True)
class _Process:
    name: str
    database: Database
    clock: _Skewed
    pager: Pager
    down_until: int = -1  # a tick
    since: float | None = None  # its first whole look


class Machines:
    """``server``: the URL by which the processes reach the database; ``owner``: who can cut their connections."""

    def __init__(
        self,
        server: str,
        owner: Database,
        clock: ManualClock,
        lots: random.Random,
        night: Night,
        running: AsyncExitStack,
    ) -> None:
        self._server, self._owner, self._clock = server, owner, clock
        self._lots, self._night, self._running = lots, night, running
        self._started = 0
        self._processes = [self._start() for _ in range(PROCESSES)]
        self._lived: list[tuple[float, float]] = []  # of each that was killed, from its first whole look

    @property
    def lives(self) -> Sequence[tuple[float, float]]:
        """Of each process that came to a whole look, since when and until when it lived; in seconds of the night."""
        living = [one.since for one in self._processes if one.down_until < 0 and one.since is not None]
        return [*self._lived, *((since, float("inf")) for since in living)]

    def _start(self) -> _Process:
        self._started += 1
        name = f"night-{self._started}"
        url = make_url(self._server).update_query_dict({"application_name": name})
        database = Database(url.render_as_string(hide_password=False), pool_size=2)
        self._running.push_async_callback(database.close)
        clock = _Skewed(self._clock)
        return _Process(name, database, clock, Pager(database, clock, Notices(database)))

    async def befall(self, tick: int) -> None:
        """Clocks jump, and who has been down for long enough comes back, as new."""
        for place, process in enumerate(self._processes):
            if self._lots.random() < JUMPS:
                process.clock.skew += timedelta(hours=self._lots.choice((-5, -1, 1, 5)))
                self._night.faults["clock jumped"] += 1
            if 0 <= process.down_until <= tick:
                await process.database.close()
                self._processes[place] = self._start()
                self._processes[place].clock.skew = process.clock.skew

    async def look(self, tick: int) -> bool:
        """All that live look at the same time, and one of them may be killed in the midst of it. Whether somebody came
        to the end of their look."""
        alive = [process for process in self._processes if process.down_until < 0]
        looking = [asyncio.create_task(self._whole_look(process)) for process in alive]
        if alive and self._lots.random() < KILLED:
            victim = self._lots.randrange(len(alive))
            alive[victim].down_until = tick + self._lots.randint(*DOWN_TICKS)
            if (since := alive[victim].since) is not None:
                self._lived.append((since, self._clock.monotonic()))
            await asyncio.sleep(self._lots.random() * 0.03)
            await self._cut(alive[victim])
            looking[victim].cancel()
            self._night.faults["killed"] += 1
        done = await asyncio.gather(*looking, return_exceptions=True)
        return any(one is True for one, process in zip(done, alive, strict=True) if process.down_until < 0)

    async def _whole_look(self, process: _Process) -> bool:
        while await process.pager.look() == MOST_STEPS:
            pass
        process.since = self._clock.monotonic() if process.since is None else process.since
        return True

    async def _cut(self, process: _Process) -> None:
        """As the machine that a process ran on goes: its connections end where they are."""
        async with self._owner.everywhere() as conn:
            cut = await conn.execute(
                text("select pg_terminate_backend(pid) from pg_stat_activity where application_name = :name"),
                {"name": process.name},
            )
            self._night.faults["connections cut"] += len(cut.all())
