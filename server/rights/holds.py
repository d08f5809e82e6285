"""Legal holds: what is about a person, or about a pair and its two people, may not go for now. An admin places one with
its reason and its end; the people concerned are told, at once or after a day that the admin gives reasons for.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.infra.jobs import Jobs
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, NotFound
from server.kernel.identifiers import new_id
from server.kernel.permissions import Permission
from server.kernel.principal import Principal
from server.pairs.store import pair as pair_of
from server.people.notices import tell
from server.people.store import people_of
from server.rights.sealing import destroy
from server.rights.tables import legal_holds, sealed_remains
from server.trail.acts import Act
from server.trail.record import record

LONGEST: Final = timedelta(days=1826)  # five years; another hold may follow
JOB: Final = "rights:holds"
OFTEN: Final = "*/5 * * * *"
_LOCK: Final = 0x42494E48  # "BINH": what places a hold and what removes things do not overlap

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Hold:
    id: UUID
    organisation_id: UUID
    account_id: UUID | None
    pair_id: UUID | None
    reason: str
    by: UUID
    since: datetime
    until: datetime
    untold_until: datetime | None
    told_at: datetime | None
    ended_at: datetime | None
    ended_by: UUID | None


@dataclass(frozen=True, slots=True)
class NewHold:
    account_id: UUID | None
    pair_id: UUID | None
    reason: str
    until: datetime
    untold_until: datetime | None = None
    untold_why: str | None = None


async def lock(conn: AsyncConnection) -> None:
    """Until the end of the transaction no hold is placed, or nothing is removed: whoever asks first."""
    await conn.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})


async def holds_about(conn: AsyncConnection, account_id: UUID, pairs: Sequence[UUID], at: datetime) -> list[Hold]:
    """Those in force on the person or on one of their pairs."""
    rows = legal_holds.c
    return await _holds(conn, _in_force(at) & or_(rows.account_id == account_id, rows.pair_id.in_(pairs)))


async def held(conn: AsyncConnection, organisation_id: UUID, at: datetime) -> tuple[list[UUID], list[UUID]]:
    """(the people, the pairs) that a hold in force covers: that of a pair its two people, that of a person their
    pairs."""
    holds = await _holds(conn, _in_force(at) & (legal_holds.c.organisation_id == organisation_id))
    people = {hold.account_id for hold in holds if hold.account_id is not None}
    pairs = {hold.pair_id for hold in holds if hold.pair_id is not None}
    both = text("""select id, mentor_id, mentee_id from pairs where id = any(cast(:pairs as uuid[]))
        or mentor_id = any(cast(:people as uuid[])) or mentee_id = any(cast(:people as uuid[]))""")
    of_pairs = {row.id: row for row in await conn.execute(both, {"pairs": list(pairs), "people": list(people)})}
    covered = {who for pair in pairs for who in (of_pairs[pair].mentor_id, of_pairs[pair].mentee_id)}
    return sorted(people | covered), sorted(of_pairs)


def _in_force(at: datetime) -> ColumnElement[bool]:
    return legal_holds.c.ended_at.is_(None) & (legal_holds.c.until > at)


async def _holds(conn: AsyncConnection, which: ColumnElement[bool]) -> list[Hold]:
    rows = await conn.execute(select(legal_holds).where(which).order_by(legal_holds.c.since.desc(), legal_holds.c.id))
    return [
        Hold(
            row.id,
            row.organisation_id,
            row.account_id,
            row.pair_id,
            row.reason,
            row.by_id,
            row.since,
            row.until,
            row.untold_until,
            row.told_at,
            row.ended_at,
            row.ended_by,
        )
        for row in rows
    ]


class LegalHolds:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def register(self, jobs: Jobs) -> None:
        jobs.schedule(JOB, OFTEN, self.run)

    async def of(self, admin: Principal) -> list[Hold]:
        """All of the organisation, the newest first. Raises Forbidden."""
        admin.require(Permission.DATA_HOLD)
        async with self._database.begin(admin.organisation_id) as conn:
            return await _holds(conn, legal_holds.c.organisation_id == admin.organisation_id)

    async def place(self, admin: Principal, new: NewHold) -> None:
        """Raises Forbidden; NotFound for who or what is not of the organisation; BadRequest with the field named."""
        admin.require(Permission.DATA_HOLD)
        now = self._clock.now()
        if (new.account_id is None) == (new.pair_id is None):
            raise BadRequest("one_of_two", field="person")
        if not now < new.until <= now + LONGEST:
            raise BadRequest("out_of_range", field="until")
        if (new.untold_until is None) != (new.untold_why is None):
            raise BadRequest("missing", field="untold_why")
        if new.untold_until is not None and not now < new.untold_until <= new.until:
            raise BadRequest("out_of_range", field="untold_until")
        async with self._database.begin(admin.organisation_id) as conn:
            await lock(conn)
            concerned = await self._concerned(conn, admin.organisation_id, new.account_id, new.pair_id)
            hold_id = new_id()
            values = {
                "id": hold_id,
                "organisation_id": admin.organisation_id,
                "account_id": new.account_id,
                "pair_id": new.pair_id,
                "reason": new.reason,
                "by_id": admin.account_id,
                "since": now,
                "until": new.until,
                "untold_until": new.untold_until,
                "untold_why": new.untold_why,
                "told_at": now if new.untold_until is None else None,
            }
            await conn.execute(insert(legal_holds).values(**values))
            detail = {"hold": hold_id, "until": new.until, "told": new.untold_until is None}
            await record(
                conn, admin.organisation_id, now, Act.HOLD_PLACED, by=admin.account_id, about=concerned, detail=detail
            )
            if new.untold_until is None:
                await self._tell(conn, admin.organisation_id, concerned, "hold_placed", now, new.until)

    async def end(self, admin: Principal, hold_id: UUID) -> None:
        """Ending twice is once. Raises Forbidden, NotFound."""
        admin.require(Permission.DATA_HOLD)
        now = self._clock.now()
        async with self._database.begin(admin.organisation_id) as conn:
            await lock(conn)
            own = (legal_holds.c.id == hold_id) & (legal_holds.c.organisation_id == admin.organisation_id)
            found = await _holds(conn, own)
            if not found:
                raise NotFound
            if found[0].ended_at is None:
                await self._end(conn, found[0], now, admin.account_id)

    async def run(self, _payload: Mapping[str, Any]) -> None:
        """Ends holds whose time ran out, tells of those that were not told of until a day, and destroys what was
        sealed under holds that are over."""
        now, rows = self._clock.now(), legal_holds.c
        async with self._database.everywhere() as conn:
            await lock(conn)
            for hold in await _holds(conn, rows.ended_at.is_(None) & (rows.until <= now)):
                await self._end(conn, hold, now, None)
            for hold in await _holds(conn, _in_force(now) & rows.told_at.is_(None) & (rows.untold_until <= now)):
                concerned = await self._concerned(conn, hold.organisation_id, hold.account_id, hold.pair_id)
                await conn.execute(update(legal_holds).where(rows.id == hold.id).values(told_at=now))
                await self._tell(conn, hold.organisation_id, concerned, "hold_placed", now, hold.until)
            await self._destroy(conn, now)

    async def _end(self, conn: AsyncConnection, hold: Hold, now: datetime, by: UUID | None) -> None:
        rows = legal_holds.c
        await conn.execute(update(legal_holds).where(rows.id == hold.id).values(ended_at=now, ended_by=by))
        concerned = await self._concerned(conn, hold.organisation_id, hold.account_id, hold.pair_id)
        await record(conn, hold.organisation_id, now, Act.HOLD_ENDED, by=by, about=concerned, detail={"hold": hold.id})
        if hold.told_at is not None:
            await self._tell(conn, hold.organisation_id, concerned, "hold_ended", now, now)
        await self._destroy(conn, now)

    async def _destroy(self, conn: AsyncConnection, now: datetime) -> None:
        """What was sealed of people whom no hold covers any more, and what the holds said of them."""
        people = select(sealed_remains.c.account_id, sealed_remains.c.organisation_id).distinct()
        for account_id, organisation_id in (await conn.execute(people)).all():
            if account_id in (await held(conn, organisation_id, now))[0]:
                continue
            count = await destroy(conn, account_id)
            detail = {"count": count}
            await record(conn, organisation_id, now, Act.REMAINS_DESTROYED, by=None, about=[account_id], detail=detail)
            log.info("remains_destroyed", extra={"account": account_id, "count": count})
        await conn.execute(_BLANK)

    async def _concerned(
        self, conn: AsyncConnection, organisation_id: UUID, account_id: UUID | None, pair_id: UUID | None
    ) -> list[UUID]:
        """The people whom a hold is about. Raises NotFound."""
        if account_id is not None:
            person = (await people_of(conn, [account_id])).get(account_id)
            if person is None or person.organisation_id != organisation_id:
                raise NotFound(field="person")
            return [account_id]
        pair = await pair_of(conn, pair_id) if pair_id is not None else None
        if pair is None or pair.organisation_id != organisation_id:
            raise NotFound(field="pair")
        return [pair.mentor_id, pair.mentee_id]

    async def _tell(
        self,
        conn: AsyncConnection,
        organisation_id: UUID,
        people: Sequence[UUID],
        kind: str,
        at: datetime,
        on: datetime,
    ) -> None:
        for person in people:
            await tell(conn, organisation_id, person, kind, at, on=on)


# The words of holds that are over, where somebody whom they are about was forgotten.
_BLANK: Final = text("""
update legal_holds h set reason = '', untold_why = case when untold_why is not null then '' end
where h.ended_at is not null and (h.reason <> '' or h.untold_why <> '') and exists (
    select from accounts a where a.erased_at is not null and (a.id = h.account_id or exists (
        select from pairs p where p.id = h.pair_id and a.id in (p.mentor_id, p.mentee_id))))
""")
