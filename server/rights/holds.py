"""Legal holds: what is about a person, or of a pair, may not go for now. An admin places one with its reason and its
end; the people concerned are told, at once or on a day that the admin gives reasons for.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, insert, select, text, update
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
from server.rights.covering import lock
from server.rights.sealing import destroy
from server.rights.tables import legal_holds
from server.trail.acts import Act
from server.trail.record import record

LONGEST: Final = timedelta(days=1826)  # five years; another hold may follow
JOB: Final = "rights:holds"
OFTEN: Final = "*/5 * * * *"

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


_COLUMNS: Final = tuple(column for column in legal_holds.c if column.name != "untold_why")


@dataclass(frozen=True, slots=True)
class NewHold:
    account_id: UUID | None
    pair_id: UUID | None
    reason: str
    until: datetime
    untold_until: datetime | None = None
    untold_why: str | None = None


def _in_force(at: datetime) -> ColumnElement[bool]:
    return legal_holds.c.ended_at.is_(None) & (legal_holds.c.until > at)


async def _holds(conn: AsyncConnection, which: ColumnElement[bool]) -> list[Hold]:
    rows = legal_holds.c
    query = select(*_COLUMNS).where(which).order_by(rows.since.desc(), rows.id)
    return [Hold(*row) for row in await conn.execute(query)]


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
        if not new.reason:
            raise BadRequest("missing", field="reason")
        if not now < new.until <= now + LONGEST:
            raise BadRequest("out_of_range", field="until")
        if (new.untold_until is None) != (new.untold_why is None):
            raise BadRequest("missing", field="untold_why")
        if new.untold_until is not None and not now < new.untold_until <= new.until:
            raise BadRequest("out_of_range", field="untold_until")
        async with self._database.begin(admin.organisation_id) as conn:
            await lock(conn)
            concerned = await self._concerned(conn, admin.organisation_id, new.account_id, new.pair_id)
            hold = Hold(
                new_id(), admin.organisation_id, new.account_id, new.pair_id, new.reason, admin.account_id, now,
                new.until, new.untold_until, None, None, None,
            )  # fmt: skip
            values = {column.name: value for column, value in zip(_COLUMNS, astuple(hold), strict=True)}
            await conn.execute(insert(legal_holds).values(**values, untold_why=new.untold_why))
            detail = {"hold": hold.id, "until": hold.until, "told": hold.untold_until is None}
            await record(
                conn, admin.organisation_id, now, Act.HOLD_PLACED, by=admin.account_id, about=concerned, detail=detail
            )
            if hold.untold_until is None:
                await self._tell(conn, hold, concerned, "hold_placed", now)

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
            for hold in await _holds(conn, rows.told_at.is_(None) & (rows.untold_until <= now)):
                concerned = await self._concerned(conn, hold.organisation_id, hold.account_id, hold.pair_id)
                kind = "hold_placed" if hold.ended_at is None else "hold_ended"
                await self._tell(conn, hold, concerned, kind, now)
            await self._destroy(conn, now)

    async def _end(self, conn: AsyncConnection, hold: Hold, now: datetime, by: UUID | None) -> None:
        rows = legal_holds.c
        await conn.execute(update(legal_holds).where(rows.id == hold.id).values(ended_at=now, ended_by=by))
        concerned = await self._concerned(conn, hold.organisation_id, hold.account_id, hold.pair_id)
        await record(conn, hold.organisation_id, now, Act.HOLD_ENDED, by=by, about=concerned, detail={"hold": hold.id})
        # Ended before the day on which they were to be told, it is told on that day.
        if hold.told_at is not None or (hold.untold_until is not None and hold.untold_until <= now):
            await self._tell(conn, hold, concerned, "hold_ended", now)
        await self._destroy(conn, now)

    async def _destroy(self, conn: AsyncConnection, now: datetime) -> None:
        """What was sealed and no hold names any more, and what the holds said of people who were forgotten."""
        for (organisation_id, account_id), count in (await destroy(conn, now)).items():
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

    async def _tell(self, conn: AsyncConnection, hold: Hold, people: Sequence[UUID], kind: str, at: datetime) -> None:
        if hold.told_at is None:
            await conn.execute(update(legal_holds).where(legal_holds.c.id == hold.id).values(told_at=at))
        on = hold.until if kind == "hold_placed" else hold.ended_at or at
        for person in people:
            await tell(conn, hold.organisation_id, person, kind, at, on=on)


# The words of holds that are over, where somebody whom they are about was forgotten.
_BLANK: Final = text("""
update legal_holds h set reason = '', untold_why = case when untold_why is not null then '' end
where h.ended_at is not null and (h.reason <> '' or h.untold_why <> '') and exists (
    select from accounts a where a.erased_at is not null and (a.id = h.account_id or exists (
        select from pairs p where p.id = h.pair_id and a.id in (p.mentor_id, p.mentee_id))))
""")
