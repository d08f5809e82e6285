"""Retention: what is kept for which purpose and for how long, and the nightly job that lets go of the rest.

The job works in batches, changes nothing when it runs again, and leaves alone what a legal hold covers. A dry run
counts what it would take, with the same conditions.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.infra.holdings import Keeping
from server.infra.jobs import Jobs, for_each
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, Conflict
from server.kernel.permissions import Permission
from server.kernel.principal import Principal
from server.rights.covering import Held, held, lock
from server.rights.erasure import Erasure
from server.rights.holdings import CONTACTS, KEEPINGS, PASSING
from server.rights.passing import let_pass, passing
from server.rights.tables import retention_periods
from server.trail.acts import Act
from server.trail.record import record

JOB: Final = "rights:retention"
EACH_NIGHT: Final = "11 2 * * *"  # UTC
BATCH: Final = 500  # rows of one transaction
PEOPLE: Final = "people"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Purpose:
    """``days`` is what holds until somebody says otherwise, between ``least`` and ``most``."""

    name: str
    days: int
    least: int
    most: int

    @property
    def fixed(self) -> bool:
        """Of what is about no organisation (``passing.py``)."""
        return self.least == self.most


def _purposes() -> dict[str, Purpose]:
    # Two years after the last contact: FIELD, "Rules with figures" (CNIL).
    found = {PEOPLE: Purpose(PEOPLE, 730, 180, 730)}
    for keeping in KEEPINGS:
        found.setdefault(keeping.purpose, Purpose(keeping.purpose, keeping.days, keeping.least, keeping.most))
    for one in PASSING:
        found[one.purpose] = Purpose(one.purpose, one.days, one.days, one.days)
    return found


PURPOSES: Final[Mapping[str, Purpose]] = _purposes()

# The people of whom nothing was heard for long enough. Whoever works here leaves by an admin's hand.
_CONTACT: Final = f"greatest({', '.join(f'cast({contact} as timestamptz)' for contact in CONTACTS)})"
_SILENT: Final = text(f"""
select a.id from accounts a where a.organisation_id = :organisation and a.erased_at is null
    and (a.role not in ('admin', 'supervisor') or a.disabled_at is not null)
    and not a.id = any(cast(:but as uuid[])) and (cast(:only as uuid) is null or a.id = :only)
    and {_CONTACT} < :before
    and not exists (select from guardian_links l join accounts c on c.id = l.mentee_id
        where l.guardian_id = a.id and l.until is null and c.erased_at is null)
order by a.id
""")  # noqa: S608 - put together of declarations


@dataclass(frozen=True, slots=True)
class Line:
    """What retention does, or would do, for one purpose. ``held``: old enough, but under a legal hold."""

    purpose: Purpose
    days: int
    before: datetime
    count: int
    held: int


@dataclass(slots=True)
class _Night:
    """One organisation, one run."""

    organisation_id: UUID
    now: datetime
    days: Mapping[str, int]
    counts: dict[str, int] = field(default_factory=dict)

    def before(self, purpose: str) -> datetime:
        return self.now - timedelta(days=self.days[purpose])


class Retention:
    def __init__(self, database: Database, clock: Clock, erasure: Erasure) -> None:
        self._database = database
        self._clock = clock
        self._erasure = erasure

    def register(self, jobs: Jobs) -> None:
        jobs.schedule(JOB, EACH_NIGHT, self.run)

    async def preview(self, admin: Principal) -> list[Line]:
        """The periods, and what this night would take. Raises Forbidden."""
        admin.require(Permission.DATA_RETAIN)
        return await self.dry_run(admin.organisation_id)

    async def change(self, admin: Principal, purpose: str, days: int) -> None:
        """Raises Forbidden; BadRequest for what is no purpose, or outside of its bounds."""
        admin.require(Permission.DATA_RETAIN)
        known = PURPOSES.get(purpose)
        if known is None:
            raise BadRequest("kind", field="purpose")
        if not known.least <= days <= known.most:
            raise BadRequest("out_of_range", field="days")
        now = self._clock.now()
        values = {"days": days, "changed_by": admin.account_id, "changed_at": now}
        async with self._database.begin(admin.organisation_id) as conn:
            row = insert(retention_periods).values(organisation_id=admin.organisation_id, purpose=purpose, **values)
            await conn.execute(row.on_conflict_do_update(index_elements=["organisation_id", "purpose"], set_=values))
            detail = {"purpose": purpose, "days": days}
            await record(conn, admin.organisation_id, now, Act.RETENTION_CHANGED, by=admin.account_id, detail=detail)

    async def organisations(self) -> list[UUID]:
        async with self._database.everywhere() as conn:
            return list((await conn.execute(text("select id from organisations order by id"))).scalars())

    async def dry_run(self, organisation_id: UUID) -> list[Line]:
        """Counts what is the organisation's, and changes nothing."""
        async with self._database.begin(organisation_id) as conn:
            night = _Night(organisation_id, self._clock.now(), await _days(conn, organisation_id))
            holds = await held(conn, organisation_id, night.now)
            free, kept = dict.fromkeys(PURPOSES, 0), dict.fromkeys(PURPOSES, 0)
            free[PEOPLE] = len(await _silent(conn, night, holds.named))
            kept[PEOPLE] = len(await _silent(conn, night, [])) - free[PEOPLE]
            for keeping in KEEPINGS:
                free[keeping.purpose] += await _count(conn, keeping, night, holds, held=False)
                kept[keeping.purpose] += await _count(conn, keeping, night, holds, held=True)
        return [
            Line(purpose, night.days[name], night.before(name), free[name], kept[name])
            for name, purpose in PURPOSES.items()
        ]

    async def run(self, _payload: Mapping[str, Any]) -> None:
        await self.passing()
        await for_each(await self.organisations(), self.run_for)

    async def passing(self, *, dry_run: bool = False) -> Mapping[str, int]:
        """Lets go of what is about no organisation; how many rows of each purpose. That is for the operator alone: it
        tells of the whole instance."""
        return await (passing if dry_run else let_pass)(self._database, self._clock.now())

    async def run_for(self, organisation_id: UUID) -> Mapping[str, int]:
        """Lets go of what is too old; how many rows, or people, of each purpose."""
        async with self._database.begin(organisation_id) as conn:
            night = _Night(organisation_id, self._clock.now(), await _days(conn, organisation_id))
        for keeping in KEEPINGS:
            while count := await self._batch(keeping, night):
                night.counts[keeping.purpose] = night.counts.get(keeping.purpose, 0) + count
        await self._people(night)
        if night.counts:
            log.info("retention_done", extra={"organisation": organisation_id, "count": sum(night.counts.values())})
        return night.counts

    async def _batch(self, keeping: Keeping, night: _Night) -> int:
        async with self._database.begin(night.organisation_id) as conn:
            await lock(conn)
            holds = await held(conn, night.organisation_id, night.now)
            table = keeping.table.name
            statement = text(
                f"delete from {table} d using (select t.ctid from {table} t"  # noqa: S608 - of declarations
                f" where {_old(keeping)} and not {_COVERED.format(k=keeping)} limit {BATCH}) old"
                " where d.ctid = old.ctid"
            )
            count = (await conn.execute(statement, _parameters(keeping, night, holds))).rowcount
            if count:
                detail = {keeping.purpose: count}
                await record(conn, night.organisation_id, night.now, Act.RETENTION_DONE, by=None, detail=detail)
            return count

    async def _people(self, night: _Night) -> None:
        async with self._database.begin(night.organisation_id) as conn:
            silent = await _silent(conn, night, (await held(conn, night.organisation_id, night.now)).named)
        for person_id in silent:
            try:
                async with self._database.begin(night.organisation_id) as conn:
                    await lock(conn)
                    named = (await held(conn, night.organisation_id, night.now)).named
                    if not await _silent(conn, night, named, person_id):  # a hold, or a word from them
                        continue
                    await self._erasure.erase(conn, night.organisation_id, person_id, by=None, why="retention")
            except Conflict as error:  # a professional has something to decide first
                log.info("person_not_forgotten", extra={"account": person_id, "code": error.code})
                continue
            night.counts[PEOPLE] = night.counts.get(PEOPLE, 0) + 1


_COVERED: Final = (
    "(({k.people}) && cast(:people as uuid[]) or coalesce(({k.pair}) = any(cast(:pairs as uuid[])), false))"
)


def _old(keeping: Keeping) -> str:
    return f"{keeping.organisation} = :organisation and {keeping.ended} < :before"


def _parameters(keeping: Keeping, night: _Night, holds: Held) -> dict[str, Any]:
    return {
        "organisation": night.organisation_id,
        "before": night.before(keeping.purpose),
        "people": list(holds.people),
        "pairs": list(holds.pairs),
    }


async def _count(conn: AsyncConnection, keeping: Keeping, night: _Night, holds: Held, *, held: bool) -> int:
    which = _COVERED.format(k=keeping) if held else f"not {_COVERED.format(k=keeping)}"
    statement = f"select count(*) from {keeping.table.name} t where {_old(keeping)} and {which}"  # noqa: S608 - likewise
    return int((await conn.execute(text(statement), _parameters(keeping, night, holds))).scalar_one())


async def _silent(
    conn: AsyncConnection, night: _Night, but: Sequence[UUID], only: UUID | None = None
) -> list[UUID]:  # fmt: skip
    """Those of the organisation, or this one if they are; ``but`` those."""
    parameters = {
        "organisation": night.organisation_id, "before": night.before(PEOPLE), "but": list(but), "only": only
    }  # fmt: skip
    return list((await conn.execute(_SILENT, parameters)).scalars())


async def _days(conn: AsyncConnection, organisation_id: UUID) -> dict[str, int]:
    own = retention_periods.c
    rows = await conn.execute(select(own.purpose, own.days).where(own.organisation_id == organisation_id))
    changed = {row.purpose: row.days for row in rows}
    return {name: changed.get(name, purpose.days) for name, purpose in PURPOSES.items()}
