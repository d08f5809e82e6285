"""A pair in which nothing is exchanged any more: once a day it is looked at, and somebody is told by a case
(FIELD 86, 90; docs/decisions/0240).

An exchange is a message of one of the two, whatever became of it, or a call of both. The time counts from the last one;
from when the pair began or went on, if that was later; and from when the last case of its silence was closed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation.opening import NewCase, open_case
from server.escalation.rules import Part
from server.escalation.silences import silences_of
from server.infra.database import Database
from server.infra.jobs import Jobs, for_each
from server.kernel.clock import Clock
from server.pairs import history
from server.pairs.rules import Pair, State, belongs
from server.pairs.store import locked, pairs_of_organisation
from server.people.everyone import all_organisations
from server.people.policy import policy_of
from server.people.store import people_of

JOB: Final = "rooms:silence"
EACH_MORNING: Final = "12 6 * * *"  # UTC: before the working day in Europe
SEVERITY: Final = 2
CATEGORY: Final = "silence"

_WATCHED: Final = frozenset({State.ACTIVE, State.PROBATION})

# The last message of the two is found by the primary key, from the end of the room.
_EXCHANGES: Final = text("""
select r.pair_id, greatest(
    (select m.at from messages m where m.room_id = r.id and m.author_id in (p.mentor, p.mentee)
        order by m.seq desc limit 1),
    (select met.at from room_meetings met where met.room_id = r.id)
) as at
from unnest(cast(:pairs as uuid[]), cast(:mentors as uuid[]), cast(:mentees as uuid[])) as p (pair, mentor, mentee)
join rooms r on r.pair_id = p.pair
""")


@dataclass(frozen=True, slots=True)
class Known:
    """Of one pair: the last exchange, since when it goes on, and of the cases of its silence the open one and when the
    last was closed."""

    exchanged_at: datetime | None
    goes_on_since: datetime
    closed_at: datetime | None = None
    opened_at: datetime | None = None


def silent(state: State, known: Known, now: datetime, days: int) -> bool:
    """Whether somebody is to be told now: not of what is paused, ends or has not begun, and of one silence once."""
    if state not in _WATCHED:
        return False
    since = max(at for at in (known.exchanged_at, known.goes_on_since, known.closed_at) if at is not None)
    told = known.opened_at is not None and known.opened_at >= since
    return not told and now - since >= timedelta(days=days)


class Silence:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def register(self, jobs: Jobs) -> None:
        jobs.schedule(JOB, EACH_MORNING, self.run)

    async def run(self, _payload: Mapping[str, Any]) -> None:
        """Each organisation in a transaction of its own. Run twice, it tells once."""
        async with self._database.everywhere() as conn:
            every = [one.id for one in await all_organisations(conn)]
        await for_each(every, self._run_for)

    async def _run_for(self, organisation_id: UUID) -> None:
        now = self._clock.now()
        async with self._database.begin(organisation_id) as conn:
            days = (await policy_of(conn, organisation_id)).silence_days
            pairs = await pairs_of_organisation(conn, organisation_id)
            quiet = await self._quiet(conn, pairs, now, days)
            # Locked, they are looked at again: of two processes that look at once, one tells.
            for pair in await self._quiet(conn, await locked(conn, [pair.id for pair in quiet]), now, days):
                await _open(conn, pair, now)

    async def _quiet(self, conn: AsyncConnection, pairs: list[Pair], now: datetime, days: int) -> list[Pair]:
        watched = [pair for pair in pairs if pair.state in _WATCHED]
        if not watched:
            return []
        ids = [pair.id for pair in watched]
        two = {"mentors": [pair.mentor_id for pair in watched], "mentees": [pair.mentee_id for pair in watched]}
        exchanges = {row.pair_id: row.at for row in await conn.execute(_EXCHANGES, {"pairs": ids, **two})}
        going = await history.goes_on_since(conn, ids)
        silences = await silences_of(conn, ids)
        found = []
        for pair in watched:
            before = silences.get(pair.id)
            known = Known(
                exchanges.get(pair.id),
                going.get(pair.id) or pair.since or now,
                before.closed_at if before else None,
                before.opened_at if before else None,
            )
            if silent(pair.state, known, now, days):
                found.append(pair)
        return found


async def _open(conn: AsyncConnection, pair: Pair, now: datetime) -> None:
    answers = (await people_of(conn, [pair.supervisor_id]))[pair.supervisor_id]
    owner = None if answers.disabled or belongs(pair, answers.id) else answers.id
    before = (await silences_of(conn, [pair.id])).get(pair.id)
    parts: list[tuple[UUID, Part]] = [(pair.mentee_id, "young")]
    if owner is not None:
        parts.append((owner, "professional"))
    await open_case(
        conn,
        NewCase(
            organisation_id=pair.organisation_id,
            origin="cadence",
            category=CATEGORY,
            severity=SEVERITY,
            at=now,
            by_id=None,
            owner_id=owner,
            about_id=pair.mentee_id,
            pair_id=pair.id,
            parts=parts,
            joins=False,
            into=before.living if before is not None else None,
        ),
    )
