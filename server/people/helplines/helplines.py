"""The help card: for everybody of an organisation, and for the admin who keeps it."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, Conflict
from server.kernel.permissions import Permission
from server.kernel.principal import Principal, age_on
from server.people.answering import answering_for
from server.people.caseload import Professionals
from server.people.helplines.lines import Line, shipped
from server.people.helplines.rules import Entry, check_entries, merged
from server.people.helplines.store import Written, write, written
from server.people.reach.queueing import shown_phones
from server.people.rules import checked_phone
from server.people.store import Organisation, Person, organisation
from server.trail.acts import Act
from server.trail.record import record

log = logging.getLogger(__name__)

LAST_VERSION: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Card:
    """``lines`` in their order, without the hidden ones for all but the admin. ``professionals``: who answers for the
    one who asks, ``phones`` what of them they show; ``age`` is that of the one who asks, in years."""

    version: int
    organisation: Organisation
    phone: str | None
    lines: Sequence[Line]
    today: date
    professionals: Collection[Person] = ()
    phones: Mapping[UUID, str] = field(default_factory=dict)
    age: int | None = None


class Helplines:
    def __init__(self, database: Database, clock: Clock, professionals: Professionals) -> None:
        self._database = database
        self._clock = clock
        self._professionals = professionals

    async def card(self, principal: Principal) -> Card:
        """The card of one's own organisation, with who answers for oneself."""
        async with self._database.begin(principal.organisation_id) as conn:
            whole = await self._whole(conn, principal.organisation_id)
            people = await answering_for(conn, self._professionals, principal.account_id, principal.role)
            phones = await shown_phones(conn, [one.id for one in people])
        born = principal.birth_date
        return Card(
            whole.version,
            whole.organisation,
            whole.phone,
            [line for line in whole.lines if not line.hidden],
            whole.today,
            people,
            phones,
            age_on(born, whole.today) if born is not None else None,
        )

    async def read(self, principal: Principal) -> Card:
        """All lines, also those that are hidden. Raises Forbidden."""
        principal.require(Permission.HELPLINE_SET)
        async with self._database.begin(principal.organisation_id) as conn:
            return await self._whole(conn, principal.organisation_id)

    async def change(self, principal: Principal, after: int, phone: str | None, entries: Sequence[Entry]) -> Card:
        """The card that follows version ``after``, whole. Raises Forbidden, BadRequest with the field named,
        Conflict("helplines_changed") when somebody else wrote meanwhile."""
        principal.require(Permission.HELPLINE_SET)
        here, at = principal.organisation_id, self._clock.now()
        if not 0 <= after < LAST_VERSION:
            raise BadRequest("out_of_range", field="after")
        async with self._database.begin(here) as conn:
            where = await organisation(conn, here)
            check_entries(shipped(where.country), entries, at.astimezone(ZoneInfo(where.zone)).date())
            number = checked_phone(phone, where.country) if phone else None
            before = await written(conn, here, for_change=True)
            if before.version != after or not await write(
                conn, here, Written(after + 1, number, entries), principal.account_id, at
            ):
                raise Conflict("helplines_changed")
            detail = {
                "version": after + 1,
                "own": sum(isinstance(entry, Line) for entry in entries),
                "hidden": sum(entry.hidden for entry in entries),
                "phone": "changed" if number != before.phone else "same",
            }
            await record(conn, here, at, Act.HELPLINES_CHANGED, by=principal.account_id, detail=detail)
            card = await self._whole(conn, here)
        log.info("helplines_changed", extra={"organisation": here, "account": principal.account_id})
        return card

    async def _whole(self, conn: AsyncConnection, organisation_id: UUID) -> Card:
        where = await organisation(conn, organisation_id)
        own = await written(conn, organisation_id)
        today = self._clock.now().astimezone(ZoneInfo(where.zone)).date()
        lines = merged(shipped(where.country), own.entries, where.zone)
        return Card(own.version, where, own.phone, lines, today)
