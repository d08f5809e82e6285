"""An association of the night: its people and their pairs, and who of them is on call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text

from server.escalation.duty import store as duty
from server.escalation.duty.plan import Change, Plan, Shift
from server.infra.database import Database
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.pairs.rules import Pair, State
from server.pairs.store import insert_pair
from server.people.store import Account, Organisation, Person, insert_account, insert_organisation

PAIRS: Final = 30


@dataclass(frozen=True, slots=True)
class Association:
    id: UUID
    staff: Sequence[UUID]
    pairs: Sequence[Pair]


async def found(database: Database, name: str, begins: datetime, *, plans: bool) -> Association:
    """As the night begins. ``plans``: whether it has said who is on call."""
    where = Organisation(new_id(), name, "FR", "Europe/Paris")
    staff: list[UUID] = []
    pairs: list[Pair] = []
    contact = new_id()
    async with database.everywhere() as conn:
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
            {"id": contact, "organisation": where.id, "by": staff[3], "at": begins},
        )
        if plans:
            await _plan(conn, where, staff, contact, begins)
    return Association(where.id, staff, pairs)


async def _plan(conn: Any, where: Organisation, staff: Sequence[UUID], contact: UUID, begins: datetime) -> None:
    """Two shifts meet in the night; in one hour of it somebody answers for a colleague, in another one is away."""
    every = frozenset(range(1, 8))
    since = begins.date().replace(day=1)
    shifts = [
        Shift(new_id(), every, clock_time(20), clock_time(2), since, (staff[0],)),
        Shift(new_id(), every, clock_time(2), clock_time(8), since, (staff[1], staff[2])),
    ]
    plan = Plan(ZoneInfo(where.zone), shifts=shifts, ladder=(staff[2], staff[3]), fallback=contact)
    await duty.lock(conn, where.id, begins)
    await duty.write(conn, where.id, plan, staff[3], begins)
    for hours, out, into in ((1, staff[0], staff[2]), (3, staff[1], None)):
        at = begins + timedelta(hours=hours)
        change = Change(at, at + timedelta(hours=1), out, into)
        await duty.add_change(conn, where.id, duty.Asked(new_id(), change, "accepted", staff[3], begins, begins))
