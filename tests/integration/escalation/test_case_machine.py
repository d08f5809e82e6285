"""Promise 3 as Hypothesis attacks it: people who call, flags, reports, professionals who act at once, pagers that race,
stand still and are killed between a lock and a commit, clocks that jump."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import hypothesis.strategies as st
from hypothesis.stateful import invariant, precondition, rule
from sqlalchemy import text

from server.escalation.contents import Contents
from server.escalation.duty import store as duty
from server.escalation.duty.plan import Plan
from server.escalation.handling import Handling
from server.escalation.hearing import PATH, Hearing
from server.escalation.held import Cases
from server.escalation.ladder import wait_after
from server.escalation.left import left
from server.escalation.opening import Link, NewCase, open_case, open_on
from server.escalation.pager import Pager
from server.escalation.rules import OUTCOMES, State
from server.infra.database import Database
from server.infra.notices import Notices
from server.kernel.clock import ManualClock
from server.kernel.errors import BinomeError, CaseTaken, Conflict, NotFound
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.moderation.flag import NewFlag
from server.moderation.serious import case_of
from server.pairs.two import two_of
from server.people.store import set_disabled, set_open
from server.rooms import stand_ins
from tests.conftest import Postgres
from tests.support.roles import bound
from tests.support.rooms import NOW, Person, Room, organisation, person, room
from tests.support.state_machine import StateMachine, run_on

CONCERNED = "('author', 'caller', 'reported', 'young')"
LIVING = [state for state in State if state is not State.CLOSED]
# Of who looks and waits to queue what is to be delivered.
KILL = """
select pg_terminate_backend(a.pid) from pg_stat_activity a join pg_locks l using (pid)
where not l.granted and l.relation = 'deliveries'::regclass and a.datname = current_database()
"""
LINKS = """
select d.link from deliveries d join case_pages p on d.key = concat_ws(':', 'case', p.case_id, p.round, p.step)
where d.contact_id is not null and p.case_id = :case and p.round = :round
"""
INVOLVED = f"""
select case_id, account_id from case_parties where part in {CONCERNED}
union select c.id, unnest(array[p.mentor_id, p.mentee_id]) from cases c join pairs p on p.id = c.pair_id
union select l.case_id, unnest(array[p.mentor_id, p.mentee_id]) from case_links l join pairs p on p.id = l.ref
where l.kind = 'pair'
"""  # noqa: S608 - nothing comes from outside
# Who has a seat in the room of a pair that is not theirs, and who is to have one.
SEATED = """
select m.room_id, m.account_id from room_members m join rooms r on r.id = m.room_id join pairs p on p.id = r.pair_id
where m.left_at is null and m.account_id not in (p.mentor_id, p.mentee_id, p.supervisor_id)
"""
STANDING_IN = """
select distinct r.id, c.owner_id
from cases c join accounts a on a.id = c.owner_id, rooms r join pairs p on p.id = r.pair_id
where c.severity = 4 and c.state in ('acknowledged', 'in_progress', 'relayed')
    and a.role = 'supervisor' and a.disabled_at is null and (c.origin <> 'person' or c.by_id <> c.owner_id)
    and c.owner_id not in (p.mentor_id, p.mentee_id, p.supervisor_id)
    and (p.id = c.pair_id or exists (select from case_links l
        where l.case_id = c.id and l.kind = 'flag' and l.added_by is null and l.room_id = r.id))
"""
PICK = st.integers(0, 10_000)  # which of the cases there are: how many depends on who was first
STOOD_S = 60.0  # longer without a look, and steps may be left out
# What a line of the timeline makes of a case; of the others it leaves the state alone.
BECOMES = {
    "opened": "open",
    "acknowledged": "acknowledged",
    "heard": "acknowledged",
    "in_progress": "in_progress",
    "relayed": "relayed",
    "closed": "closed",
    "merged": "closed",
    "reopened": "open",
    "left": "open",
}


@dataclass
class SkewedClock:
    """Of one machine: what it says is beside the truth, and may jump; its seconds are right."""

    true: ManualClock
    skew: timedelta = timedelta()

    def now(self) -> datetime:
        return self.true.now() + self.skew

    def monotonic(self) -> float:
        return self.true.monotonic()


@dataclass
class Machine:
    """One server process, as far as pages go. ``looked``: when it last did."""

    database: Database
    clock: SkewedClock
    pager: Pager
    looked: float | None = None
    stood: set[tuple[UUID, int]] = field(default_factory=set)


class Nights(StateMachine):
    async def begin_on(self, database: Database) -> None:
        self.database, self.server = database, bound(database)
        self.stack.push_async_callback(self.server.close)
        self.clock = ManualClock(NOW)
        cases = Cases(self.server, self.clock, stand_ins.follow_cases)
        self.handling, self.contents = Handling(cases, self.server, self.clock), Contents(cases)
        self.hearing = Hearing(self.server, self.clock, stand_ins.follow_cases)
        self.north = await organisation(self.database)
        self.staff = [await person(self.database, self.north, Role.SUPERVISOR, name) for name in ("Claire", "Samir")]
        self.staff.append(await person(self.database, self.north, Role.ADMIN, "Nadia"))
        self.rooms: list[Room] = [
            await room(self.database, self.north, supervisor=supervisor) for supervisor in self.staff[:2]
        ]
        # A second pair of the first young person, whose mentor is a professional now.
        second: Any = {"mentor": self.staff[1], "mentee": self.rooms[0].mentee, "supervisor": self.staff[0]}
        self.people = [*self.staff, *(who for each in self.rooms for who in (each.mentor, each.mentee))]
        self.rooms.append(await room(self.database, self.north, **second))
        self.outside = new_id()
        await self._sql(
            "insert into outside_contacts (id, organisation_id, name, phone, made_by, made_at) "
            "values (:id, :organisation, 'Astreinte', '+33600000000', :by, :at)",
            id=self.outside,
            organisation=self.north.id,
            by=self.staff[2].id,
            at=NOW,
        )
        self.machines = [self._machine(), self._machine()]
        self.closed: set[UUID] = set()  # accounts
        self.pages: set[tuple[UUID, int, int]] = set()
        self.holes: set[tuple[UUID, int]] = set()  # rounds in which steps may be left out

    def _machine(self) -> Machine:
        database, clock = bound(self.database), SkewedClock(self.clock)
        self.stack.push_async_callback(database.close)
        return Machine(database, clock, Pager(database, clock, Notices(database)))

    async def _sql(self, statement: str, **parameters: Any) -> list[Any]:
        async with self.database.everywhere() as conn:
            done = await conn.execute(text(statement), parameters)
            return list(done) if done.returns_rows else []

    # What opens cases

    @rule(place=st.integers(0, 2), mentor=st.booleans(), severities=st.lists(st.integers(2, 4), min_size=1, max_size=3))
    def flags(self, place: int, mentor: bool, severities: list[int]) -> None:
        self.run(self._flags(self.rooms[place], mentor, severities))

    async def _flags(self, where: Room, mentor: bool, severities: list[int]) -> None:
        author = where.mentor if mentor else where.mentee
        flags = [self._flag(where, author, severity) for severity in severities]
        raw = await self.server.connect_raw()
        try:
            async with raw.transaction():
                await raw.execute("select set_config('binome.organisations', '*', true)")
                two = await two_of(raw, {where.pair.id})
                await open_on(raw, [case_of(flag, two[where.pair.id]) for flag in flags])
        finally:
            await raw.close()

    def _flag(self, where: Room | None, author: Person, severity: int, action: Any = "hold") -> NewFlag:
        return NewFlag(
            id=new_id(),
            organisation_id=self.north.id,
            supervisor_id=where.supervisor.id if where is not None else self.staff[0].id,
            pair_id=where.pair.id if where is not None else None,
            room_id=where.id if where is not None else None,
            seq=1 if where is not None else None,
            author_id=author.id,
            category="suicide" if action == "hold" else "help",
            severity=severity,
            action=action,
            labels=(),
            excerpt="",
            engine="test",
            raised_at=self.clock.now(),
            alert=True,
        )

    @rule(place=st.integers(0, 6), times=st.integers(1, 2))
    def taps(self, place: int, times: int) -> None:
        """By anybody, professionals too; perhaps by two devices at once."""
        self.run(self._all([lambda: self._tap(self.people[place])] * times))

    async def _tap(self, who: Person) -> None:
        async with self.server.begin(self.north.id) as conn:
            await open_case(conn, case_of(self._flag(None, who, 4, "help"), None))

    @rule(place=st.integers(0, 2), reported=st.integers(0, 6), severity=st.integers(1, 4))
    def report(self, place: int, reported: int, severity: int) -> None:
        self.run(self._report(self.rooms[place], self.people[reported], severity))

    async def _report(self, where: Room, reported: Person, severity: int) -> None:
        owner = None if reported.id == where.supervisor.id else where.supervisor.id
        parts: list[Any] = [(where.mentee.id, "young"), (where.mentee.id, "reporter"), (reported.id, "reported")]
        new = NewCase(
            self.north.id,
            "report",
            "abuse",
            severity,
            self.clock.now(),
            where.mentee.id,
            owner_id=owner,
            about_id=where.mentee.id,
            pair_id=where.pair.id,
            parts=parts,
            links=[Link("report", new_id())],
        )
        async with self.server.begin(self.north.id) as conn:
            await open_case(conn, new)

    @rule(who=st.integers(0, 2), place=st.integers(0, 2), severity=st.integers(1, 4), times=st.integers(1, 2))
    def opened_by_a_professional(self, who: int, place: int, severity: int, times: int) -> None:
        case_id, principal, where = new_id(), self.staff[who].principal, self.rooms[place]
        if principal.account_id in self.closed:
            return

        async def opening() -> None:
            what: Any = {"pair_id": where.pair.id, "about_id": None, "severity": severity, "category": "other"}
            card = await self.handling.open(principal, case_id, **what, note="vu en entretien")
            assert (card.state, card.id) == ("acknowledged", case_id)

        self.run(self._all([opening] * times))

    # What people do with them

    async def _case(self, pick: int, states: Collection[str] = tuple(State)) -> Any:
        rows = await self._sql("select id, revision, state, severity, owner_id, round from cases order by id")
        fit = [row for row in rows if row.state in states]
        return fit[pick % len(fit)] if fit else None

    @rule(pick=PICK, who=st.lists(st.integers(0, 2), min_size=1, max_size=3), outside=st.booleans())
    def acknowledge(self, pick: int, who: list[int], outside: bool) -> None:
        """Several at once, and perhaps whoever holds the link; at most one of them is the one."""
        self.run(self._acknowledge(pick, who, outside))

    async def _acknowledge(self, pick: int, who: list[int], outside: bool) -> None:
        found = await self._case(pick, ["open"])
        if found is None:
            return
        who = [place for place in who if self.staff[place].id not in self.closed]
        acts: list[Any] = [self.handling.acknowledge(self.staff[place].principal, found.id) for place in who]
        links = await self._sql(LINKS, case=found.id, round=found.round)
        acts += [self.hearing.acknowledge(link.removeprefix(PATH)) for (link,) in links] if outside else []
        answers = await asyncio.gather(*acts, return_exceptions=True)
        self._none_broke(answers)
        assert all(isinstance(one, CaseTaken | NotFound) for one in answers if isinstance(one, BaseException)), answers
        ((state, by, by_outside),) = await self._sql(
            "select state, acknowledged_by, acknowledged_outside from cases where id = :id", id=found.id
        )
        # Somebody of them may, or none of them: then all were told that there is no such case.
        heard = any(not isinstance(one, NotFound) for one in answers)
        assert state == ("acknowledged" if heard else "open")
        winners = {who[place] for place, one in enumerate(answers[: len(who)]) if not isinstance(one, BaseException)}
        if heard and by is not None:
            assert [self.staff[place].id for place in winners] == [by]
        else:
            assert not winners
            assert by_outside == (self.outside if heard else None)

    @rule(pick=PICK, who=st.integers(0, 2), to=st.sampled_from(State), stale=st.booleans())
    def move(self, pick: int, who: int, to: State, stale: bool) -> None:
        outcome = sorted(OUTCOMES)[pick % len(OUTCOMES)] if to is State.CLOSED else None
        self._act(pick, lambda by, it: self.handling.move(by, it.id, it.revision - stale, to, outcome, "vu"), who)

    @rule(pick=PICK, who=st.integers(0, 2))
    def reopen(self, pick: int, who: int) -> None:
        self._act(pick, lambda by, it: self.handling.reopen(by, it.id, it.revision, "encore"), who, ["closed"])

    @rule(pick=PICK, who=st.integers(0, 2), severity=st.integers(1, 4))
    def grade(self, pick: int, who: int, severity: int) -> None:
        self._act(pick, lambda by, it: self.handling.grade(by, it.id, it.revision, severity, "revu"), who)

    @rule(pick=PICK, who=st.integers(0, 2), owner=st.integers(0, 6))
    def assign(self, pick: int, who: int, owner: int) -> None:
        self._act(pick, lambda by, it: self.handling.assign(by, it.id, it.revision, self.people[owner].id), who)

    @rule(pick=PICK, who=st.integers(0, 2))
    def note(self, pick: int, who: int) -> None:
        self._act(pick, lambda by, it: self.contents.note(by, it.id, new_id(), "appelé", "team"), who)

    @rule(pick=PICK, who=st.integers(0, 2), whom=st.integers(0, 6), part=st.sampled_from(("reported", "witness")))
    def involve(self, pick: int, who: int, whom: int, part: Any) -> None:
        self._act(pick, lambda by, it: self.contents.involve(by, it.id, self.people[whom].id, part), who)

    @rule(pick=PICK, into=PICK, who=st.integers(0, 2))
    def merge(self, pick: int, into: int, who: int) -> None:
        other = self.run(self._case(into, LIVING))
        if other is not None:
            self._act(pick, lambda by, it: self.contents.merge(by, it.id, it.revision, other.id), who)

    def _act(self, pick: int, act: Callable[[Any, Any], Awaitable[Any]], who: int, states: Any = tuple(State)) -> None:
        found = self.run(self._case(pick, states))
        if found is not None and self.staff[who].id not in self.closed:
            with contextlib.suppress(BinomeError):  # what is refused changes nothing: the invariants say so
                self.run(self._one(act(self.staff[who].principal, found)))

    async def _one(self, act: Awaitable[Any]) -> None:
        await act

    async def _all(self, acts: list[Callable[[], Awaitable[None]]]) -> None:
        answers = await asyncio.gather(*(act() for act in acts), return_exceptions=True)
        self._none_broke(answers)
        assert not any(isinstance(one, BinomeError) and not isinstance(one, Conflict) for one in answers), answers

    def _none_broke(self, answers: list[Any]) -> None:
        for one in answers:
            if isinstance(one, BaseException) and not isinstance(one, BinomeError):
                raise one

    @rule(who=st.integers(0, 1))
    def an_account_is_closed_or_opened_again(self, who: int) -> None:
        self.run(self._close_or_open(self.staff[who].id))

    async def _close_or_open(self, account_id: UUID) -> None:
        self.closed ^= {account_id}
        now = self.clock.now()
        async with self.server.begin(self.north.id) as conn:
            if account_id in self.closed:
                await set_disabled(conn, account_id, now)
                await left(conn, [account_id], now)
                await stand_ins.left(conn, [account_id], now)
            else:
                await set_open(conn, account_id)

    # What becomes of the machines

    @rule(planned=st.booleans(), who=st.permutations(range(3)), fallback=st.booleans())
    def plan(self, planned: bool, who: list[int], fallback: bool) -> None:
        up = tuple(self.staff[place].id for place in who) if planned else ()
        self.run(self._plan(Plan(ZoneInfo("Europe/Paris"), ladder=up, fallback=self.outside if fallback else None)))

    async def _plan(self, plan: Plan) -> None:
        async with self.server.begin(self.north.id) as conn:
            await duty.lock(conn, self.north.id, self.clock.now())
            await duty.write(conn, self.north.id, plan, self.staff[2].id, self.clock.now())

    @rule(seconds=st.one_of(st.integers(0, 59), st.sampled_from((60, 300, 900, 3_600, 86_400))))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @rule(place=st.integers(0, 1), hours=st.sampled_from((-5, -1, 1, 5)))
    def a_clock_jumps(self, place: int, hours: int) -> None:
        self.machines[place].clock.skew += timedelta(hours=hours)

    @rule(place=st.integers(0, 1))
    def a_machine_starts_again(self, place: int) -> None:
        self.machines[place] = self._machine()

    @rule(places=st.sampled_from(((0,), (1,), (0, 1), (1, 0, 1))))
    def look(self, places: tuple[int, ...]) -> None:
        self.run(self._look([self.machines[place] for place in places]))

    async def _look(self, machines: list[Machine]) -> None:
        for machine in machines:
            away = machine.looked is None or self.clock.monotonic() - machine.looked >= STOOD_S
            waiting = {(row.id, row.round) for row in await self._waiting()}
            machine.stood = waiting if away else machine.stood & waiting
            machine.looked = self.clock.monotonic()
            self.holes |= machine.stood
        await asyncio.gather(*(machine.pager.look() for machine in machines))

    async def _waiting(self) -> list[Any]:
        return await self._sql("select id, round, step from cases where page_at is not null")

    @precondition(lambda self: hasattr(self, "machines"))
    @rule(place=st.integers(0, 1), beside=st.booleans())
    def killed_between_the_lock_and_the_commit(self, place: int, beside: bool) -> None:
        """Its connection is ended when it has written the page and waits to queue what is to be delivered; another may
        look meanwhile."""
        self.run(self._killed(self.machines[place], self.machines[1 - place] if beside else None))
        self.machines[place] = self._machine()

    async def _killed(self, machine: Machine, other: Machine | None) -> None:
        before = await self._sql("select count(*) from case_pages")
        async with self.database.engine.connect() as holding:
            await holding.exec_driver_sql("lock table deliveries in share mode")
            looking = asyncio.create_task(self._look([machine]))
            while not looking.done():
                killed = await self._sql(KILL)
                await asyncio.sleep(0 if killed else 0.005)
            await looking
            assert await self._sql("select count(*) from case_pages") == before
            await holding.rollback()
        if other is not None:
            await self._look([other])

    # What holds whatever happens

    @invariant()
    def promises(self) -> None:
        if hasattr(self, "machines"):
            self.run(self._promises())

    async def _promises(self) -> None:
        cases = {row.id: row for row in await self._rows("select * from cases")}
        pages = await self._rows("select * from case_pages order by case_id, round, step")
        entries: defaultdict[UUID, list[Any]] = defaultdict(list)
        for entry in await self._rows("select * from case_entries order by ctid"):
            entries[entry.case_id].append(entry)
        self._paged_iff_they_wait(cases)
        self._told(cases, entries)
        self._steps(cases, pages, entries)
        await self._nobody_concerned(pages)
        await self._delivered(pages)
        assert sorted(await self._sql(SEATED)) == sorted(await self._sql(STANDING_IN))
        self.pages = {(page.case_id, page.round, page.step) for page in pages}

    async def _rows(self, statement: str) -> list[Any]:
        async with self.database.engine.connect() as conn:
            return list(await conn.exec_driver_sql(statement))

    def _paged_iff_they_wait(self, cases: dict[UUID, Any]) -> None:
        for case in cases.values():
            assert (case.page_at is not None) == (case.state == "open" and case.severity > 1)
            if case.state != "open" and case.outcome != "merged":
                assert case.acknowledged_by is not None or case.acknowledged_outside is not None
            if case.acknowledged_at is not None:
                assert (case.acknowledged_by is None) != (case.acknowledged_outside is None)

    def _told(self, cases: dict[UUID, Any], entries: dict[UUID, list[Any]]) -> None:
        """The timeline, read from its first line on, ends where the case is."""
        assert set(entries) == set(cases)
        for case_id, lines in entries.items():
            assert [line.act for line in lines].count("opened") == 1
            case, state, round_, severity = cases[case_id], "open", 1, lines[0].detail["severity"]
            for line in lines:
                if line.act == "joined" and line.detail.get("raised"):
                    severity, round_ = line.detail["severity"], round_ + 1
                elif line.act == "graded":
                    assert severity == line.detail["before"]
                    severity, round_ = line.detail["after"], round_ + (state == "open")
                elif line.act == "involved" and line.detail.get("again"):
                    state, round_ = "open", round_ + 1
                state = BECOMES.get(line.act, state)
                round_ += line.act in ("reopened", "left")
                if line.act in ("acknowledged", "heard"):
                    assert (line.by_id is None) == (line.act == "heard")
            assert (state, round_, severity) == (case.state, case.round, case.severity)

    def _steps(self, cases: dict[UUID, Any], pages: list[Any], entries: dict[UUID, list[Any]]) -> None:
        """One page a step, none left out unless everything stood still; each with its line."""
        steps: defaultdict[tuple[UUID, int], list[int]] = defaultdict(list)
        for page in pages:
            steps[page.case_id, page.round].append(page.step)
        for (case_id, round_), taken in steps.items():
            assert taken == sorted(set(taken))
            if (case_id, round_) not in self.holes:
                assert taken == list(range(len(taken)))
        for case in cases.values():
            assert case.step == max(steps[case.id, case.round], default=-1) + 1
            told = [(line.detail["round"], line.detail["step"]) for line in entries[case.id] if line.act == "paged"]
            assert sorted(told) == [(page.round, page.step) for page in pages if page.case_id == case.id]

    async def _nobody_concerned(self, pages: list[Any]) -> None:
        involved = defaultdict(set)
        for case_id, account_id in await self._sql(INVOLVED):
            involved[case_id].add(account_id)
        new = [page for page in pages if (page.case_id, page.round, page.step) not in self.pages]
        for page in new:
            assert not involved[page.case_id] & set(page.people)
            assert len(set(page.people)) == len(page.people)
            there = {one.id for one in self.staff} - involved[page.case_id] - self.closed
            assert set(page.people) <= there
            assert page.people or not there
        for case_id, owner_id, state in await self._sql(
            "select id, owner_id, state from cases where state <> 'closed'"
        ):
            assert owner_id not in involved[case_id]
            assert state == "open" or owner_id not in self.closed

    async def _delivered(self, pages: list[Any]) -> None:
        wanted = sorted(
            (f"case:{page.case_id}:{page.round}:{page.step}", to)
            for page in pages
            for to in (*page.people, *([page.outside] if page.outside else []))
        )
        rows = await self._sql("select key, coalesce(account_id, contact_id) from deliveries where key like 'case:%'")
        assert sorted(rows) == wanted

    async def finish(self) -> None:
        """Whatever happened: after one more wait of each and a look, each case that waits has gone up."""
        (machine, *_) = self.machines
        await self._look([machine])
        before = {row.id: row.step for row in await self._waiting()}
        for severity in (4, 3, 2):
            self.clock.advance(wait_after(severity, 9).total_seconds())
            await self._look([machine])
        after = {row.id: row.step for row in await self._waiting()}
        assert set(after) == set(before)
        assert all(after[case_id] > before[case_id] for case_id in before)
        await self._promises()


def test_cases_and_their_pages(postgres: Postgres) -> None:
    run_on(Nights, postgres, examples=15, steps=40)
