"""Nobody is on call at some time of the coming days: all staff hear of it, on the page and outside it, at once and each
day again, however that came about. Until it is mended."""

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation.duty import rota, store
from server.escalation.duty.plan import Plan, Team
from server.escalation.duty.rota import Span
from server.escalation.duty.rules import Told, to_tell, told_until
from server.escalation.duty.tables import duty_alarms
from server.infra.database import Database
from server.infra.jobs import Jobs, for_each
from server.kernel.clock import Clock
from server.people.everyone import all_organisations
from server.people.notices import tell
from server.people.reach.queueing import queue
from server.people.reach.rules import Urgency
from server.people.sessions.store import STAFF
from server.people.store import people_of
from server.trail.acts import Act
from server.trail.record import record
from server.transport.wire import timestamp

JOB: Final = "duty:gaps"
OFTEN: Final = "*/5 * * * *"
KIND: Final = "duty_gap"
PAGE: Final = "/#/duty"

log = logging.getLogger(__name__)


class Alarm:
    """Looks for gaps: in a job, and when the standing of one of the staff has changed."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def register(self, jobs: Jobs) -> None:
        jobs.schedule(JOB, OFTEN, self.run)

    async def run(self, _payload: Mapping[str, Any]) -> None:
        """Each organisation in a transaction of its own."""
        async with self._database.everywhere() as conn:
            every = [organisation.id for organisation in await all_organisations(conn)]
        await for_each(every, self._look)

    async def standing_changed(self, conn: AsyncConnection, accounts: Collection[UUID], at: datetime) -> None:
        """For ``Standing.watch``."""
        people = (await people_of(conn, accounts)).values()
        for organisation_id in sorted({person.organisation_id for person in people if person.role in STAFF}):
            await store.lock(conn, organisation_id, at)  # who plans on them at this moment is waited for
            await look(conn, organisation_id, at)

    async def _look(self, organisation_id: UUID) -> None:
        async with self._database.begin(organisation_id) as conn:
            await look(conn, organisation_id, self._clock.now())


async def look(conn: AsyncConnection, organisation_id: UUID, at: datetime) -> None:
    """Tells of the gaps of the coming days where that is due. Safe to repeat."""
    if not (await _due(conn, organisation_id, at))[1]:
        return
    await store.lock(conn, organisation_id, at)
    team, gaps = await _due(conn, organisation_id, at)
    if gaps:
        await sound(conn, organisation_id, team, gaps, at)
        await keep_told(conn, organisation_id, at)


async def _due(conn: AsyncConnection, organisation_id: UUID, at: datetime) -> tuple[Team, list[Span]]:
    plan, team, gaps = await _near(conn, organisation_id, at)
    return team, to_tell(gaps, await told(conn, organisation_id), at, at.astimezone(plan.zone).date())


async def _near(conn: AsyncConnection, organisation_id: UUID, at: datetime) -> tuple[Plan, Team, list[Span]]:
    plan = await store.plan_of(conn, organisation_id, since=at)
    team = await store.team_of(conn, organisation_id)
    return plan, team, rota.gaps(plan, team, at, told_until(at))


async def sound(
    conn: AsyncConnection, organisation_id: UUID, team: Team, gaps: Sequence[Span], at: datetime, by: UUID | None = None
) -> None:
    """Tells all staff of these gaps, ``by`` too: nobody can say that they did not know."""
    begins, ends = gaps[0]
    for who in sorted(team.everyone):
        await tell(conn, organisation_id, who, KIND, at, begins=begins, ends=ends, count=len(gaps))
        await queue(conn, organisation_id, who, f"{KIND}:{timestamp(at)}", KIND, Urgency.PROMPT, at, link=PAGE)
    detail = {"begins": timestamp(begins), "ends": timestamp(ends), "count": len(gaps)}
    await record(conn, organisation_id, at, Act.DUTY_ALARMED, by=by, detail=detail)
    log.warning("duty_gap", extra={"organisation": organisation_id, "count": len(gaps)})


async def told(conn: AsyncConnection, organisation_id: UUID) -> Told | None:
    query = select(duty_alarms).where(duty_alarms.c.organisation_id == organisation_id)
    row = (await conn.execute(query)).first()
    if row is None:
        return None
    return Told(
        row.told_on, [(datetime.fromisoformat(begins), datetime.fromisoformat(ends)) for begins, ends in row.gaps]
    )


async def keep_told(conn: AsyncConnection, organisation_id: UUID, at: datetime) -> None:
    """Of all gaps of the coming days, as they stand in this transaction, the staff have been told today."""
    plan, _, gaps = await _near(conn, organisation_id, at)
    values = {"told_on": at.astimezone(plan.zone).date(), "gaps": [[edge.isoformat() for edge in gap] for gap in gaps]}
    new = upsert(duty_alarms).values(organisation_id=organisation_id, **values)
    await conn.execute(new.on_conflict_do_update(index_elements=["organisation_id"], set_=values))
