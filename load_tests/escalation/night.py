"""A night of thousands of cases on a real database, in which everything fails: server processes are killed in the midst
of a page, connections are cut, the database goes away, clocks jump by hours, notices are lost, letters do not arrive,
people sleep, colleagues swap their shifts. Time is driven by hand. All lots are drawn from one seed, those of a page by
whom it is for, whoever took the step; who of two racing processes is first, and where a kill hits, is the machine's.

Who is to be reached in a case of severity 4 has acknowledged it, or all who can be are reached, fifteen minutes and one
look after it was opened; where nobody could look at that moment (all processes killed, the database away), one look
after somebody could again. A clock that is wrong can only be made up for by a process that saw the timer being set:
where none of them lived until it was over, the next wait may count from the start of another one, and no later. Such
cases are told apart.
"""

import asyncio
import heapq
import random
import time
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text

from load_tests.escalation.association import found
from load_tests.escalation.machines import Machines
from load_tests.escalation.reckoning import Night, Reckoning
from load_tests.figures import Measured
from server.escalation import store as cases
from server.escalation.acknowledging import acknowledge
from server.escalation.hearing import PATH, Hearing
from server.escalation.ladder import TOP
from server.escalation.opening import NewCase, open_on
from server.escalation.pager import LOOK_S
from server.escalation.rules import Part
from server.infra import grants, migrate
from server.infra.data_folder import DataFolder
from server.infra.database import Database
from server.infra.embedded_postgres import EmbeddedPostgres
from server.infra.postgres_roles import SERVER
from server.kernel.clock import ManualClock
from server.kernel.errors import NotFound
from server.rooms.stand_ins import follow_cases

BEGINS: Final = datetime(2026, 11, 22, 21, tzinfo=UTC)
EACH_TICK: Final = 4.0  # signals, on average, from one look to the next; some join cases that wait
TAIL_TICKS: Final = 280  # until what was opened last has gone up
ASSOCIATIONS: Final = 8
SEVERITIES: Final = (4, 4, 3, 3, 2)

# The machine is not switched off in this night, so nothing need reach its disk.
UNHURRIED: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

# Lots, of each tick.
AWAY, AWAY_TICKS = 1 / 700, (2, 30)
LOST_NOTICE = 0.25
# Of each person paged: the page does not arrive; they answer to one that did, within so many seconds.
UNDELIVERED, ANSWERS, ANSWERS_S = 0.25, 0.5, (5.0, 280.0)
OUTSIDE_ANSWERS = 0.6


async def measure(folder: Path, count: int = 10_000, seed: int = 6) -> Measured:
    """On a PostgreSQL of its own."""
    data, runner = _cluster(folder)
    try:
        await asyncio.to_thread(runner.start)
        database = Database(runner.urls.owner)
        await migrate.upgrade(database)
        await grants.grant(database, SERVER)
        await database.close()
        night = await spend(runner.urls.owner, runner.urls.server, count, seed)
    finally:
        await asyncio.to_thread(runner.stop)
        data.close()
    print(night.table(), flush=True)
    values = {
        "night.late": float(len(night.late)),
        "night.twice": float(night.doubled + night.astray),
        "night.most": max(night.waited, default=0.0),
        "night.step": night.step_ms,
    }
    return Measured(values=values, details={"night": night.details() | {"seed": seed}})


def _cluster(folder: Path) -> tuple[DataFolder, EmbeddedPostgres]:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)  # PostgreSQL runs as somebody else when we are root
    data = DataFolder(folder / "data")
    data.open()
    return data, EmbeddedPostgres(data, UNHURRIED, role_options="IN ROLE pg_read_all_stats, pg_signal_backend")


async def spend(owner: str, server: str, count: int, seed: int) -> Night:
    """A night of ``count`` cases on a fresh, migrated database. ``owner``, ``server``: its URLs as its owner and as the
    server that is held by row-level security."""
    async with AsyncExitStack() as running:
        return await _Simulation(owner, server, count, seed, running).run()


class _Simulation:
    def __init__(self, owner: str, server: str, count: int, seed: int, running: AsyncExitStack) -> None:
        self._count, self._seed, self._running = count, seed, running
        self._lots = random.Random(seed)  # noqa: S311 - lots
        self._owner = self._open(owner)
        self._server = self._open(server)
        self._clock = ManualClock(BEGINS)
        self._hearing = Hearing(self._server, self._clock, follow_cases)
        self._night = Night()
        self._reckoning = Reckoning(self._night)
        self._machines = Machines(server, self._owner, self._clock, self._lots, self._night, running)
        self._tick = 0
        self._away_until = -1
        self._reacting: list[tuple[float, int, UUID, int, UUID | str]] = []
        self._answers = 0
        self._seen_pages = 0
        self._places: dict[UUID, int] = {}  # of people and cases, in the order in which they came

    def _open(self, url: str) -> Database:
        database = Database(url, pool_size=4)
        self._running.push_async_callback(database.close)
        return database

    @property
    def _now(self) -> float:
        return self._clock.monotonic()

    async def run(self) -> Night:
        began = time.perf_counter()
        await self._begin()
        spent = 0.0
        rest = TAIL_TICKS
        while rest:
            if self._tick >= self._away_until and self._lots.random() < AWAY:
                self._away_until = self._tick + self._lots.randint(*AWAY_TICKS)
                self._night.faults["database away"] += 1
            await self._machines.befall(self._tick)
            looked = False
            if self._tick >= self._away_until:
                lost = self._lots.random() < LOST_NOTICE
                started = time.perf_counter()
                looked = await self._machines.look(self._tick) if lost else False
                if self._night.cases < self._count:
                    await self._opened()
                looked = (await self._machines.look(self._tick) if not lost else False) or looked
                spent += time.perf_counter() - started
            if not looked:
                self._reckoning.stood_still(self._now)
            if self._tick >= self._away_until:
                await self._heard_of()
                await self._react()
            rest -= self._night.cases >= self._count
            self._clock.advance(LOOK_S)
            self._tick += 1
        await self._account()
        self._night.step_ms = spent * 1000 / max(1, self._night.pages)
        self._night.seconds = time.perf_counter() - began
        self._night.hours = self._now / 3600
        return self._night

    async def _begin(self) -> None:
        self._associations = [
            await found(self._owner, f"Association {number}", BEGINS, plans=number % 4 != 0)
            for number in range(ASSOCIATIONS)
        ]
        for one in self._associations:
            self._places |= {who: len(self._places) + place for place, who in enumerate(one.staff)}
        async with self._owner.everywhere() as conn:  # by which number a page is found when it is committed
            await conn.execute(text("alter table case_pages add column number bigint generated always as identity"))

    # What is serious

    async def _opened(self) -> None:
        many = sum(self._lots.random() < EACH_TICK / 8 for _ in range(8))
        many = min(many, self._count - self._night.cases)
        raw = await self._server.connect_raw() if many else None
        if raw is None:
            return
        try:
            async with raw.transaction():
                await raw.execute("select set_config('binome.organisations', '*', true)")
                new = [self._case() for _ in range(many)]
                ids = await open_on(raw, new)
        finally:
            await raw.close()
        self._night.signals += many
        self._night.cases += sum(case_id == one.id for case_id, one in zip(ids, new, strict=True))
        for case_id, one in zip(ids, new, strict=True):
            self._places.setdefault(case_id, len(self._places))
            if one.severity == 4:
                self._reckoning.opened(case_id, self._now)

    def _case(self) -> NewCase:
        where = self._lots.choice(self._associations)
        severity = self._lots.choice(SEVERITIES)
        at = self._clock.now()
        lot = self._lots.random()
        if lot < 0.03:  # a professional calls for help themselves
            me = self._lots.choice(where.staff)
            return NewCase(where.id, "help", "help", 4, at, me, parts=[(me, "caller")])
        pair = self._lots.choice(where.pairs)
        parts: list[tuple[UUID, Part]] = [(pair.mentee_id, "young"), (pair.supervisor_id, "professional")]
        by, owner = pair.mentee_id, pair.supervisor_id
        if lot < 0.06:  # about who answers for the pair
            parts = [(pair.mentee_id, "young"), (pair.supervisor_id, "reported")]
            return NewCase(
                where.id, "report", "abuse", severity, at, by, about_id=by, pair_id=pair.id, parts=parts, joins=False
            )
        return NewCase(where.id, "flag", "suicide", severity, at, by, owner, by, pair.id, parts=parts)

    # Who answers

    async def _heard_of(self) -> None:
        """Of the pages that are new: who reads them, and when they will have answered."""
        new = await self._sql(
            "select p.*, c.state, (select d.link from deliveries d where d.contact_id = p.outside "
            "and d.key = concat_ws(':', 'case', p.case_id, p.round, p.step)) as link "
            "from case_pages p join cases c on c.id = p.case_id where p.number > :seen order by p.number",
            seen=self._seen_pages,
        )
        for page in new:
            self._seen_pages = page.number
            self._night.pages += 1
            self._night.rungs[page.rung] += 1
            if page.rung == TOP and page.severity == 4:
                self._reached(page.case_id)
            for person in page.people:
                self._will(page, person, self._places[person], ANSWERS)
            if page.link is not None:
                self._will(page, page.link.removeprefix(PATH), -1, OUTSIDE_ANSWERS)

    def _will(self, page: Any, who: UUID | str, place: int, answers: float) -> None:
        of = (self._seed, self._places[page.case_id], page.round, page.step, place)
        lots = random.Random(repr(of))  # noqa: S311 - lots
        if lots.random() < UNDELIVERED:
            self._night.faults["undelivered"] += 1
        elif lots.random() < answers:
            self._answers += 1
            at = self._now + lots.uniform(*ANSWERS_S)
            heapq.heappush(self._reacting, (at, self._answers, page.case_id, page.round, who))

    async def _react(self) -> None:
        acts: list[Awaitable[None]] = []
        while self._reacting and self._reacting[0][0] <= self._now:
            _, _, case_id, round_, who = heapq.heappop(self._reacting)
            acts.append(self._answer(case_id, round_, who))
        for first in range(0, len(acts), 3):
            await asyncio.gather(*acts[first : first + 3])

    async def _answer(self, case_id: UUID, round_: int, who: UUID | str) -> None:
        if isinstance(who, str):
            try:
                call = await self._hearing.acknowledge(who)
            except NotFound:  # it became more serious since: they were sent another link
                return
            if call.acknowledged_at == self._clock.now():
                self._night.acknowledged["outside contact"] += 1
        else:
            async with self._server.everywhere() as conn:
                (case,) = await cases.locked(conn, case_id)
                if not case.waits or case.round != round_:
                    return
                await acknowledge(conn, case, who, self._clock.now())
                await follow_cases(conn, [case.id], self._clock.now())
                self._night.acknowledged["staff"] += 1
        self._reached(case_id)

    def _reached(self, case_id: UUID) -> None:
        self._reckoning.reached(case_id, self._now, self._machines.lives)

    # What stands in the database

    async def _sql(self, statement: str, **parameters: Any) -> list[Any]:
        async with self._owner.everywhere() as conn:
            done = await conn.execute(text(statement), parameters)
            return list(done) if done.returns_rows else []

    async def _account(self) -> None:
        self._reckoning.close()
        ((self._night.doubled,),) = await self._sql(
            "select count(*) from (select 1 from case_entries where act = 'paged' "
            "group by case_id, detail->>'round', detail->>'step' having count(*) > 1) twice"
        )
        ((self._night.astray,),) = await self._sql(
            "select count(*) from (select concat_ws(':', 'case', case_id, round, step) as key, who from case_pages, "
            "unnest(case when outside is null then people else people || outside end) as who) p full join "
            "(select key, coalesce(account_id, contact_id) as who from deliveries) d using (key, who) "
            "where p.key is null or d.key is null"
        )
