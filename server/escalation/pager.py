"""Takes the steps of the ladder: one page a step, once, until a person acknowledges (docs/decisions/0234).

Every process has one; of several, and of one that was killed and another, whoever locks the case first takes the step,
and its row in ``case_pages`` is there once for ever. The page, what is delivered, the line in the timeline and the next
timer are one transaction.
"""

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation import ladder, store
from server.escalation.about import pairs_about
from server.escalation.duty.plan import Plan, Team
from server.escalation.duty.standing import OnDuty, standing, without_plan
from server.escalation.duty.store import plan_of, team_of
from server.escalation.hearing import new_link
from server.escalation.rules import CONCERNED, Case, Part
from server.escalation.store import Page
from server.escalation.tables import cases
from server.escalation.timers import Due, Timer, Timers
from server.infra.database import Database
from server.infra.ended import ended
from server.infra.notices import Notices
from server.kernel.clock import Clock
from server.pairs.store import pairs_by_id
from server.people.reach.queueing import queue
from server.people.sessions.store import STAFF
from server.people.store import people_of

log = logging.getLogger(__name__)

CHANNEL: Final = "cases"  # of NOTIFY: organisation:case, by a trigger (0018)
DOUBTFUL: Final = 3  # looks in a row that failed, after which the server says that it is not ready
MOST_STEPS: Final = 50  # of one look, half a second: then it is seen whether something more severe came meanwhile
BREATH_S: Final = 0.2  # from one look to the next at least: of ten changes in a moment, one look sees all
STUCK_S: Final = 60.0  # for longer, no look takes: it waits for a database that will not answer
LOOK_S: Final = 5.0  # between two looks when nothing was heard: what a lost notice may cost

_WAITING = select(
    cases.c.id, cases.c.organisation_id, cases.c.severity, cases.c.round, cases.c.step, cases.c.page_at
).where(cases.c.page_at.is_not(None))


_Plans = dict[UUID, tuple[Plan, Team]]  # by organisation


def page_key(case_id: UUID, round_: int, step: int) -> str:
    """By which what was sent for one step is found, and sent once."""
    return f"case:{case_id}:{round_}:{step}"


class Pager:
    """``start`` it, and cases are paged. ``look`` is one look at all timers."""

    def __init__(self, database: Database, clock: Clock, notices: Notices) -> None:
        self._database = database
        self._clock = clock
        self._timers = Timers()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._failures = 0  # looks in a row
        self._began: float | None = None  # the look that goes on, by the time of the loop
        notices.on(CHANNEL, self._on_notice)
        notices.on_gap(self._on_gap)

    @property
    def alive(self) -> bool:
        """Whether somebody looks at the timers, and can. Within the event loop."""
        if self._began is not None and asyncio.get_running_loop().time() - self._began > STUCK_S:
            return False
        return self._task is not None and not self._task.done() and self._failures < DOUBTFUL

    def start(self) -> None:
        self._timers, self._began = Timers(), None  # who begins has seen nothing
        self._task = asyncio.create_task(self._run(), name="pager")

    async def stop(self) -> None:
        await ended(self._task)
        self._task = None

    async def look(self) -> int:
        """Takes the steps that are due, at most so many as keep nothing more severe waiting; how many. One that fails
        is tried again at the next look, and keeps none of the others waiting."""
        async with self._database.everywhere() as conn:  # time passes for all organisations alike
            waiting = [Timer(*row) for row in await conn.execute(_WAITING)]
        taken = 0
        plans: _Plans = {}  # as they are while this look lasts
        for due in self._timers.look(waiting, self._clock.now(), self._clock.monotonic()):
            if taken == MOST_STEPS:
                break
            try:
                taken += await self._take(due, plans)
            except Exception:
                log.exception("page_failed", extra={"case": due.timer.case_id, "severity": due.timer.severity})
        return taken

    async def _take(self, due: Due, plans: _Plans) -> bool:
        """False when another process has it, or somebody acknowledged meanwhile."""
        timer, now = due.timer, self._clock.now()
        async with self._database.begin(timer.organisation_id) as conn:
            query = (
                select(cases)
                .where(
                    cases.c.id == timer.case_id,
                    cases.c.page_at.is_not(None),
                    cases.c.round == timer.round,
                    cases.c.step == timer.step,
                    cases.c.severity == timer.severity,
                )
                .with_for_update(skip_locked=True)
            )
            found = await store.select_cases(conn, query)
            if not found:
                return False
            case = found[0]
            parts = (await store.parts_of(conn, [case.id]))[case.id]
            duty, team = await _duty(conn, case.organisation_id, now, plans)
            rung = ladder.rung(case.severity, due.take)
            aside = await self._aside(conn, case, parts)
            answering, house = await self._answering(conn, case, parts), [*team.supervisors, *team.admins]
            whom = ladder.reached(case.severity, rung, answering, duty, aside, house)
            link, link_hash = new_link() if whom.outside is not None else (None, None)
            page = Page(case.id, case.round, due.take, now, case.severity, rung, whom.people, whom.outside)
            if not await store.add_page(conn, page, link_hash):
                raise RuntimeError("a step is taken by whoever has the case locked")
            key, how = page_key(case.id, case.round, due.take), ladder.urgency(case.severity)
            loud = case.severity >= 4
            kind = "page" if loud else "case"  # the sentences that go out, in server/locales
            for person in whom.people:
                path = f"/#/case/{case.id}"
                await queue(conn, case.organisation_id, person, key, kind, how, now, link=path, every_channel=loud)
            if whom.outside is not None:
                await queue(
                    conn, case.organisation_id, whom.outside, key, kind, how, now, link=link, every_channel=loud
                )
            await store.enter(
                conn,
                case.id,
                now,
                "paged",
                by=None,
                round=case.round,
                step=due.take,
                rung=rung,
                people=[str(one) for one in whom.people],
                outside=whom.outside is not None,
                uncovered=duty.uncovered,
            )
            next_at = now - due.late + ladder.wait_after(case.severity, due.take)
            await store.climb(conn, case.id, due.take + 1, next_at)
        if not whom.people and whom.outside is None:
            log.error("case_without_anyone", extra={"case": case.id, "organisation": case.organisation_id})
        return True

    async def _aside(self, conn: AsyncConnection, case: Case, parts: Mapping[UUID, frozenset[Part]]) -> set[UUID]:
        """Whom the case is about: they are never paged."""
        aside = {who for who, mine in parts.items() if mine & CONCERNED}
        about = (await pairs_about(conn, [case]))[case.id]
        for pair in (await pairs_by_id(conn, about)).values():
            aside |= {pair.mentor_id, pair.mentee_id}
        return aside

    async def _answering(self, conn: AsyncConnection, case: Case, parts: Mapping[UUID, frozenset[Part]]) -> list[UUID]:
        """Who owns the case, then who answers for the people in it; of these, who is still of the staff."""
        wanted = [who for who, mine in sorted(parts.items()) if "professional" in mine]
        if case.owner_id is not None:
            wanted = [case.owner_id, *(one for one in wanted if one != case.owner_id)]
        people = await people_of(conn, wanted)
        return [one for one in wanted if not people[one].disabled and people[one].role in STAFF]

    async def _run(self) -> None:
        while True:
            began = self._began = asyncio.get_running_loop().time()
            self._wake.clear()
            try:
                if await self.look() == MOST_STEPS:
                    self._wake.set()  # there may be more
                self._failures = 0
            except Exception as error:  # the database is away: it is asked again soon
                self._failures += 1
                log.warning("pager_interrupted", extra={"error": type(error).__name__})
            self._began = None
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._timers.next_in(self._clock.monotonic(), LOOK_S)):
                    await self._wake.wait()
            await asyncio.sleep(began + BREATH_S - asyncio.get_running_loop().time())

    async def _on_notice(self, _payload: str) -> None:
        self._wake.set()

    async def _on_gap(self) -> None:
        self._wake.set()


async def _duty(conn: AsyncConnection, organisation_id: UUID, now: datetime, plans: _Plans) -> tuple[OnDuty, Team]:
    """Who is to be reached now, and all staff. A plan that cannot be read keeps nobody from being paged."""
    team = plans[organisation_id][1] if organisation_id in plans else await team_of(conn, organisation_id)
    try:
        if organisation_id not in plans:
            plans[organisation_id] = await plan_of(conn, organisation_id, since=now), team
        return standing(plans[organisation_id][0], team, now), team
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:  # a zone that this machine has not, say
        log.exception("duty_unreadable", extra={"organisation": organisation_id, "error": type(error).__name__})
        return without_plan(team), team
