"""Where an information préoccupante goes: the departments of France, and the contact of the CRIP of each, which nobody
but the association itself says. None is shipped: an address that is wrong costs a child days."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, NotFound
from server.kernel.permissions import Permission
from server.kernel.principal import Principal
from server.relay import store
from server.trail.acts import Act
from server.trail.record import record

DEPARTMENTS: Final[Mapping[str, str]] = json.loads(
    Path(__file__).with_name("departments.json").read_text(encoding="utf-8")
)
"""Name by code, of the official list (INSEE, code officiel géographique), with Saint-Pierre-et-Miquelon."""


@dataclass(frozen=True, slots=True)
class Contact:
    """How the CRIP of a department is reached, who said so, and when that was checked."""

    department: str
    name: str
    address: str
    email: str
    phone: str
    source: str
    checked_on: date


def department_name(code: str) -> str | None:
    """None for what is no department."""
    return DEPARTMENTS.get(code)


async def contact_of(conn: AsyncConnection, principal: Principal, department: str) -> Contact | None:
    """What the association has noted; None where it has not."""
    found = (await store.contacts_of(conn, principal.organisation_id)).get(department)
    return None if found is None else _contact(found)


class Contacts:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def all_of(self, principal: Principal) -> Mapping[str, Contact]:
        """By department; those that are not noted are not there. Raises Forbidden."""
        principal.require(Permission.CRIP_SEE)
        async with self._database.begin(principal.organisation_id) as conn:
            found = await store.contacts_of(conn, principal.organisation_id)
        return {code: _contact(row) for code, row in sorted(found.items())}

    async def keep(self, principal: Principal, new: Contact) -> None:
        """Notes, or corrects, the contact of a department. Raises Forbidden, NotFound, BadRequest."""
        principal.require(Permission.CRIP_KEEP)
        _check_department(new.department)
        clean = {name: getattr(new, name).strip() for name in ("name", "address", "email", "phone", "source")}
        for name in ("name", "source"):
            if not clean[name]:
                raise BadRequest("missing", field=name)
        if not any(clean[name] for name in ("address", "email", "phone")):
            raise BadRequest("missing", field="email")
        if any("\x00" in text for text in clean.values()):
            raise BadRequest("nul", field="name")
        now, where = self._clock.now(), principal.organisation_id
        if new.checked_on > now.date():
            raise BadRequest("out_of_range", field="checked_on")
        async with self._database.begin(where) as conn:
            by = {"changed_by": principal.account_id, "changed_at": now}
            await store.put_contact(
                conn, organisation_id=where, department=new.department, checked_on=new.checked_on, **clean, **by
            )
            await self._record(conn, principal, new.department)

    async def remove(self, principal: Principal, department: str) -> None:
        """Takes it back: nobody is sent to an address that is not known to be right. Raises Forbidden, NotFound."""
        principal.require(Permission.CRIP_KEEP)
        _check_department(department)
        async with self._database.begin(principal.organisation_id) as conn:
            await store.remove_contact(conn, principal.organisation_id, department)
            await self._record(conn, principal, department)

    async def _record(self, conn: AsyncConnection, principal: Principal, department: str) -> None:
        where, by, detail = principal.organisation_id, principal.account_id, {"department": department}
        await record(conn, where, self._clock.now(), Act.CRIP_KEPT, by=by, detail=detail)


def _check_department(code: str) -> None:
    if code not in DEPARTMENTS:
        raise NotFound


def _contact(row: Any) -> Contact:
    return Contact(row.department, row.name, row.address, row.email, row.phone, row.source, row.checked_on)
