"""People outside who can be told when nobody inside answers: kept by admins, each with a way to reach them."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, Conflict, NotFound
from server.kernel.permissions import Permission
from server.kernel.principal import Principal
from server.people import rules, store
from server.people.reach.tables import outside_contacts
from server.trail.acts import Act
from server.trail.record import record

# Whether somebody outside is who is asked when nobody else answers; told by the capability that asks them.
Needed = Callable[[AsyncConnection, UUID, UUID, datetime], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an admin writes of a contact. At least one of ``email`` and ``phone``."""

    name: str
    works_for: str
    email: str | None
    phone: str | None
    language: str


@dataclass(frozen=True, slots=True)
class Contact:
    """``removed``: nobody is told any more by it."""

    id: UUID
    name: str
    works_for: str
    email: str | None
    phone: str | None
    language: str
    removed: bool = False


async def contacts_of(conn: AsyncConnection, ids: Collection[UUID]) -> Mapping[UUID, Contact]:
    """The contacts of ``ids``, also those that were taken out, of whom nothing but this is known any more."""
    rows = await conn.execute(select(outside_contacts).where(outside_contacts.c.id.in_(ids)))
    return {row.id: _contact(row) for row in rows}


async def contacts_in(conn: AsyncConnection, organisation_id: UUID) -> list[Contact]:
    """All of an organisation that can be told, by name."""
    rows = outside_contacts.c
    query = select(outside_contacts).where(rows.organisation_id == organisation_id, rows.removed_at.is_(None))
    return [_contact(row) for row in await conn.execute(query.order_by(func.lower(rows.name), rows.id))]


class OutsideContacts:
    """Use cases of an admin; what is another organisation's answers NotFound."""

    def __init__(self, database: Database, clock: Clock, needed: Needed) -> None:
        self._database = database
        self._clock = clock
        self._needed = needed

    async def listed(self, principal: Principal) -> list[Contact]:
        """Raises Forbidden."""
        principal.require(Permission.REACH_MANAGE)
        async with self._database.begin(principal.organisation_id) as conn:
            return await contacts_in(conn, principal.organisation_id)

    async def add(self, principal: Principal, contact_id: UUID, wanted: Wanted) -> None:
        """``contact_id`` is the client's: the same again by the same admin changes nothing. Raises Forbidden,
        BadRequest, Conflict for one that is taken."""
        principal.require(Permission.REACH_MANAGE)
        now = self._clock.now()
        async with self._database.begin(principal.organisation_id) as conn:
            values = await self._checked(conn, principal, wanted)
            row = {"id": contact_id, "organisation_id": principal.organisation_id, "made_by": principal.account_id}
            adding = insert(outside_contacts).values(**row, **values, made_at=now).on_conflict_do_nothing()
            if (await conn.execute(adding)).rowcount:
                await self._record(conn, principal, Act.CONTACT_ADDED, contact_id)
            elif not await self._made(conn, principal, contact_id):
                raise Conflict

    async def change(self, principal: Principal, contact_id: UUID, wanted: Wanted) -> None:
        """Raises Forbidden, NotFound, BadRequest."""
        principal.require(Permission.REACH_MANAGE)
        async with self._database.begin(principal.organisation_id) as conn:
            await self._set(conn, contact_id, await self._checked(conn, principal, wanted))
            await self._record(conn, principal, Act.CONTACT_CHANGED, contact_id)

    async def remove(self, principal: Principal, contact_id: UUID) -> None:
        """Nothing is sent to them any more, and nothing stays of who they were. Raises Forbidden, NotFound,
        Conflict("contact_on_duty") for the one who is asked when nobody else answers."""
        principal.require(Permission.REACH_MANAGE)
        now = self._clock.now()
        gone = {"name": "", "works_for": "", "email": None, "phone": None, "removed_at": now}
        async with self._database.begin(principal.organisation_id) as conn:
            if await self._needed(conn, principal.organisation_id, contact_id, now):
                raise Conflict("contact_on_duty")
            await self._set(conn, contact_id, gone)
            await self._record(conn, principal, Act.CONTACT_REMOVED, contact_id)

    async def _made(self, conn: AsyncConnection, principal: Principal, contact_id: UUID) -> bool:
        rows = outside_contacts.c
        mine = (rows.id == contact_id) & (rows.made_by == principal.account_id)
        return (await conn.execute(select(rows.id).where(mine))).first() is not None

    async def _set(self, conn: AsyncConnection, contact_id: UUID, values: Mapping[str, Any]) -> None:
        rows = outside_contacts.c
        done = update(outside_contacts).where(rows.id == contact_id, rows.removed_at.is_(None)).values(**values)
        if not (await conn.execute(done)).rowcount:
            raise NotFound

    async def _checked(self, conn: AsyncConnection, principal: Principal, wanted: Wanted) -> dict[str, Any]:
        country = (await store.organisation(conn, principal.organisation_id)).country
        email = rules.checked_email(wanted.email) if wanted.email else None
        phone = rules.checked_phone(wanted.phone, country) if wanted.phone else None
        if email is None and phone is None:
            raise BadRequest("contact_unreachable", field="phone")
        works_for = rules.checked_name(wanted.works_for, field="works_for") if wanted.works_for.strip() else ""
        found = {"name": rules.checked_name(wanted.name), "works_for": works_for, "language": wanted.language}
        return {**found, "email": email, "phone": phone}

    async def _record(self, conn: AsyncConnection, principal: Principal, act: Act, contact_id: UUID) -> None:
        detail = {"contact": str(contact_id)}
        now = self._clock.now()
        await record(conn, principal.organisation_id, now, act, by=principal.account_id, detail=detail)


def _contact(row: Row[*tuple[Any, ...]]) -> Contact:
    return Contact(row.id, row.name, row.works_for, row.email, row.phone, row.language, row.removed_at is not None)
