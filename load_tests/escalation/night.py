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
from collections import Counter
from collections.abc import Awaitable, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.engine import make_url

from load_tests.figures import Measured
from server.escalation import store as cases
from server.escalation.acknowledging import acknowledge
from server.escalation.duty import store as duty
from server.escalation.duty.plan import Change, Plan, Shift
from server.escalation.hearing import PATH, Hearing
from server.escalation.ladder import TOP
from server.escalation.opening import NewCase, open_on
from server.escalation.pager import LOOK_S, MOST_STEPS, Pager
from server.escalation.rules import Part
from server.infra import grants, migrate
from server.infra.data_folder import DataFolder
from server.infra.database import Database
from server.infra.embedded_postgres import EmbeddedPostgres
from server.infra.notices import Notices
from server.infra.postgres_roles import SERVER
from server.kernel.clock import ManualClock
from server.kernel.errors import NotFound
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.pairs.rules import Pair, State
from server.pairs.store import insert_pair
from server.people.store import Account, Organisation, Person, insert_account, insert_organisation

BEGINS: Final = datetime(2026, 11, 22, 21, tzinfo=UTC)
TOP_AFTER_S: Final = 900.0  # MODERATION.md: severity 4 has reached the top of the ladder by then
EACH_TICK: Final = 4.0  # signals, on average, from one look to the next; some join cases that wait
TAIL_TICKS: Final = 280  # until what was opened last has gone up
ORGANISATIONS, PAIRS = 8, 30  # pairs of each
PROCESSES: Final = 2
SEVERITIES: Final = (4, 4, 3, 3, 2)

# The machine is not switched off in this night, so nothing need reach its disk.
UNHURRIED: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

# Lots, of each tick.
KILLED, JUMPS, AWAY = 1 / 60, 1 / 200, 1 / 700
DOWN_TICKS, AWAY_TICKS = (1, 24), (2, 30)
LOST_NOTICE = 0.25
# Of each person paged: the page does not arrive; they answer to one that did, within so many seconds.
UNDELIVERED, ANSWERS, ANSWERS_S = 0.25, 0.5, (5.0, 280.0)
OUTSIDE_ANSWERS = 0.6


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
    down_until: int = -1
    since: float | None = None  # its first whole look


@dataclass(frozen=True, slots=True)
class _House:
    id: UUID
    staff: Sequence[UUID]
    pairs: Sequence[Pair]


@dataclass(slots=True)
class Night:
    """What became of it. ``waited``: of each case of severity 4, the seconds until it was acknowledged or at the top;
    ``late``: those that were neither in time; ``excused``: those that came later because nobody was left who had seen
    their timer."""

    cases: int = 0
    signals: int = 0
    severe: int = 0
    pages: int = 0
    acknowledged: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    rungs: Counter[int] = field(default_factory=Counter)
    waited: list[float] = field(default_factory=list)
    late: list[UUID] = field(default_factory=list)
    excused: int = 0
    doubled: int = 0
    astray: int = 0
    step_ms: float = 0.0
    seconds: float = 0.0
    hours: float = 0.0

    def table(self) -> str:
        said = {
            "cases, of signals": f"{self.cases:,} of {self.signals:,}",
            "… of severity 4": f"{self.severe:,}",
            "hours of the night": f"{self.hours:.1f}",
            "pages; by rung": f"{self.pages:,}; {', '.join(f'{self.rungs[rung]:,}' for rung in range(TOP + 1))}",
            "acknowledged by": ", ".join(f"{who} {count:,}" for who, count in sorted(self.acknowledged.items())),
            "faults": ", ".join(f"{what} {count:,}" for what, count in sorted(self.faults.items())),
            "severity 4: acknowledged or at the top after, half / most": f"{_half(self.waited):.0f} / "
            f"{max(self.waited, default=0):.0f} s",
            "a step, with all that stands around it": f"{self.step_ms:.1f} ms",
            "steps paged twice": str(self.doubled),
            "deliveries without a page, pages without": str(self.astray),
            "severity 4, later since nobody lived who saw the timer": str(self.excused),
            "severity 4, neither in time": str(len(self.late)),
        }
        verdict = "held" if not (self.late or self.doubled or self.astray) else "NOT HELD"
        lines = ["| a night | |", "|---|---|", *(f"| {name} | {value} |" for name, value in said.items())]
        return "\n".join([*lines, f"| **the promise** | **{verdict}** |"])


def _half(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2] if values else 0.0


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
    details = {**asdict(night), "late": [str(one) for one in night.late], "seed": seed}
    return Measured(values=values, details={"night": details})


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
        self._server_url = server
        self._owner = self._open(owner)
        self._server = self._open(server)
        self._clock = ManualClock(BEGINS)
        self._hearing = Hearing(self._server, self._clock)
        self._night = Night()
        self._tick = 0
        self._away_until = -1
        self._stood: list[tuple[float, float]] = []  # when nobody could look, in seconds of the night
        self._lived: list[tuple[float, float]] = []  # of each process that was killed
        self._there: set[UUID] = set()  # those that were, by then or later
        self._severe: dict[UUID, float] = {}  # since when, of those that are neither acknowledged nor at the top
        self._reacting: list[tuple[float, int, UUID, int, UUID | str]] = []
        self._number = 0
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
        await self._people()
        self._processes = [self._process() for _ in range(PROCESSES)]
        spent = 0.0
        rest = TAIL_TICKS
        while rest:
            await self._faults()
            if self._tick >= self._away_until:
                lost = self._lots.random() < LOST_NOTICE
                started = time.perf_counter()
                looked = await self._look() if lost else False
                if self._night.cases < self._count:
                    await self._opened()
                looked = (await self._look() if not lost else False) or looked
                spent += time.perf_counter() - started
                self._stand(still=not looked)
                await self._heard_of()
                await self._react()
            else:
                self._stand(still=True)
            rest -= self._night.cases >= self._count
            self._clock.advance(LOOK_S)
            self._tick += 1
        await self._account()
        self._night.step_ms = spent * 1000 / max(1, self._night.pages)
        self._night.seconds = time.perf_counter() - began
        self._night.hours = self._now / 3600
        return self._night

    # People

    async def _people(self) -> None:
        self._houses = [await self._house(number) for number in range(ORGANISATIONS)]
        async with self._owner.everywhere() as conn:  # by which number a page is found when it is committed
            await conn.execute(text("alter table case_pages add column number bigint generated always as identity"))

    async def _house(self, number: int) -> _House:
        where = Organisation(new_id(), f"Association {number}", "FR", "Europe/Paris")
        staff: list[UUID] = []
        pairs: list[Pair] = []
        contact = new_id()
        async with self._owner.everywhere() as conn:
            await insert_organisation(conn, where)

            async def somebody(role: Role) -> UUID:
                born = date(2011, 5, 17) if role is Role.MENTEE else date(1975, 5, 17)
                who = Person(new_id(), where.id, "Personne", role, "fr", where.zone, born, disabled=False)
                await insert_account(conn, Account(who, f"nuit-{who.id}", None))
                return who.id

            staff += [await somebody(role) for role in (Role.SUPERVISOR, Role.SUPERVISOR, Role.SUPERVISOR, Role.ADMIN)]
            for place in range(PAIRS):
                two = await somebody(Role.MENTOR), await somebody(Role.MENTEE)
                pairs.append(Pair(new_id(), where.id, *two, staff[place % 3], State.ACTIVE))
                await insert_pair(conn, pairs[-1])
            await conn.execute(
                text(
                    "insert into outside_contacts (id, organisation_id, name, phone, made_by, made_at) "
                    "values (:id, :organisation, 'Astreinte', '+33600000000', :by, :at)"
                ),
                {"id": contact, "organisation": where.id, "by": staff[3], "at": BEGINS},
            )
            if number % 4:  # one of four has planned nothing
                await self._planned(conn, where, staff, contact)
        self._places |= {who: len(self._places) + place for place, who in enumerate(staff)}
        return _House(where.id, staff, pairs)

    async def _planned(self, conn: Any, where: Organisation, staff: Sequence[UUID], contact: UUID) -> None:
        """Two shifts meet in the night; in one hour of it somebody answers for a colleague, in another one is away."""
        every = frozenset(range(1, 8))
        shifts = [
            Shift(new_id(), every, clock_time(20), clock_time(2), date(2026, 11, 1), (staff[0],)),
            Shift(new_id(), every, clock_time(2), clock_time(8), date(2026, 11, 1), (staff[1], staff[2])),
        ]
        plan = Plan(ZoneInfo(where.zone), shifts=shifts, ladder=(staff[2], staff[3]), fallback=contact)
        await duty.lock(conn, where.id, BEGINS)
        await duty.write(conn, where.id, plan, staff[3], BEGINS)
        for begins, out, into in ((1, staff[0], staff[2]), (3, staff[1], None)):
            since = BEGINS + timedelta(hours=begins)
            change = Change(since, since + timedelta(hours=1), out, into)
            await duty.add_change(conn, where.id, duty.Asked(new_id(), change, "accepted", staff[3], BEGINS, BEGINS))

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
            if one.severity == 4 and case_id not in self._there:
                self._severe.setdefault(case_id, self._now)

    def _case(self) -> NewCase:
        house = self._lots.choice(self._houses)
        severity = self._lots.choice(SEVERITIES)
        at = self._clock.now()
        lot = self._lots.random()
        if lot < 0.03:  # a professional calls for help themselves
            me = self._lots.choice(house.staff)
            return NewCase(house.id, "help", "help", 4, at, me, parts=[(me, "caller")])
        pair = self._lots.choice(house.pairs)
        parts: list[tuple[UUID, Part]] = [(pair.mentee_id, "young"), (pair.supervisor_id, "professional")]
        by, owner = pair.mentee_id, pair.supervisor_id
        if lot < 0.06:  # about who answers for the pair
            parts = [(pair.mentee_id, "young"), (pair.supervisor_id, "reported")]
            return NewCase(
                house.id, "report", "abuse", severity, at, by, about_id=by, pair_id=pair.id, parts=parts, joins=False
            )
        return NewCase(house.id, "flag", "suicide", severity, at, by, owner, by, pair.id, parts=parts)

    # What fails

    def _process(self) -> _Process:
        self._number += 1
        name = f"night-{self._number}"
        url = make_url(self._server_url).update_query_dict({"application_name": name})
        database = Database(url.render_as_string(hide_password=False), pool_size=2)
        self._running.push_async_callback(database.close)
        clock = _Skewed(self._clock)
        return _Process(name, database, clock, Pager(database, clock, Notices(database)))

    async def _faults(self) -> None:
        if self._tick >= self._away_until and self._lots.random() < AWAY:
            self._away_until = self._tick + self._lots.randint(*AWAY_TICKS)
            self._night.faults["database away"] += 1
        for place, process in enumerate(self._processes):
            if self._lots.random() < JUMPS:
                process.clock.skew += timedelta(hours=self._lots.choice((-5, -1, 1, 5)))
                self._night.faults["clock jumped"] += 1
            if 0 <= process.down_until <= self._tick:  # as new, with the clock of its machine
                await process.database.close()
                self._processes[place] = self._process()
                self._processes[place].clock.skew = process.clock.skew

    def _stand(self, *, still: bool) -> None:
        if still:
            if self._stood and self._stood[-1][1] >= self._now:
                self._stood[-1] = (self._stood[-1][0], self._now + LOOK_S)
            else:
                self._stood.append((self._now, self._now + LOOK_S))

    async def _look(self) -> bool:
        """All processes that live look at the same time, and one of them may be killed in the midst of it. Whether
        somebody came to the end of their look."""
        alive = [process for process in self._processes if process.down_until < 0]
        looking = [asyncio.create_task(self._whole_look(process)) for process in alive]
        if alive and self._lots.random() < KILLED:
            victim = self._lots.randrange(len(alive))
            alive[victim].down_until = self._tick + self._lots.randint(*DOWN_TICKS)
            if (since := alive[victim].since) is not None:
                self._lived.append((since, self._now))
            await asyncio.sleep(self._lots.random() * 0.03)
            await self._cut(alive[victim])
            looking[victim].cancel()
            self._night.faults["killed"] += 1
        done = await asyncio.gather(*looking, return_exceptions=True)
        return any(one is True for one, process in zip(done, alive, strict=True) if process.down_until < 0)

    async def _whole_look(self, process: _Process) -> bool:
        while await process.pager.look() == MOST_STEPS:
            pass
        process.since = self._now if process.since is None else process.since
        return True

    async def _cut(self, process: _Process) -> None:
        """As the machine that a process ran on goes: its connections end where they are."""
        cut = await self._sql(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = :name", name=process.name
        )
        self._night.faults["connections cut"] += len(cut)

    # Who answers

    async def _sql(self, statement: str, **parameters: Any) -> list[Any]:
        async with self._owner.everywhere() as conn:
            done = await conn.execute(text(statement), parameters)
            return list(done) if done.returns_rows else []

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
            self._number += 1
            at = self._now + lots.uniform(*ANSWERS_S)
            heapq.heappush(self._reacting, (at, self._number, page.case_id, page.round, who))

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
                self._night.acknowledged["staff"] += 1
        self._reached(case_id)

    def _reached(self, case_id: UUID) -> None:
        since = self._severe.pop(case_id, None)
        if since is None:
            return
        self._there.add(case_id)
        self._night.severe += 1
        self._night.waited.append(self._now - since)
        unseen = self._unseen(since)
        if self._now > self._deadline(since + unseen):
            self._night.late.append(case_id)
        elif self._now > self._deadline(since):
            self._night.excused += 1

    def _deadline(self, since: float) -> float:
        """One look after the quarter of an hour, or after somebody could look again who could not just then."""
        due = since + TOP_AFTER_S
        for begins, ends in self._stood:
            if begins <= due + LOOK_S and due < ends:
                due = ends
        return due + LOOK_S

    def _unseen(self, since: float) -> float:
        """Seconds, of the waits until the top, of those that nobody lived through who saw their beginning."""
        living = [(one.since, float("inf")) for one in self._processes if one.down_until < 0 and one.since is not None]
        lived = [*self._lived, *living]
        wait = TOP_AFTER_S / TOP
        steps = [since + wait * step for step in range(TOP)]
        return sum(wait for at in steps if not any(a <= at and z > at + wait + LOOK_S for a, z in lived))

    async def _account(self) -> None:
        self._night.severe += len(self._severe)
        self._night.late += self._severe  # forgotten
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
