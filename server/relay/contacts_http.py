"""HTTP around the departments and the contacts of their CRIP."""

from datetime import date
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from server.kernel.permissions import Permission
from server.relay.contacts import DEPARTMENTS, Contact, Contacts
from server.transport.endpoint import Call, endpoint

_ONE = "/api/v1/departments/{code}"
Line = Annotated[str, Meta(max_length=200)]


class ContactCard(Struct, frozen=True):
    name: str
    address: str
    email: str
    phone: str
    source: str
    checked_on: str


class DepartmentCard(Struct, frozen=True):
    """``contact`` is missing until an admin has noted one."""

    code: str
    name: str
    contact: ContactCard | UnsetType = UNSET


class DepartmentList(Struct, frozen=True):
    departments: list[DepartmentCard]


class ContactBody(Struct, forbid_unknown_fields=True):
    name: Line
    source: Line
    checked_on: date
    address: Annotated[str, Meta(max_length=500)] = ""
    email: Line = ""
    phone: Line = ""


class ContactsHttp:
    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts

    @endpoint("GET", "/api/v1/departments", answer=DepartmentList, permission=Permission.CRIP_SEE)
    async def departments(self, call: Call) -> DepartmentList:
        """The departments of France, each with the contact of its CRIP where an admin has noted one."""
        noted = await self._contacts.all_of(call.principal)
        return DepartmentList(
            [DepartmentCard(code, name, _card(noted.get(code))) for code, name in DEPARTMENTS.items()]
        )

    @endpoint("PUT", _ONE, body=ContactBody, permission=Permission.CRIP_KEEP)
    async def keep_contact(self, call: Call) -> None:
        """Note, or correct, the contact of the CRIP of a department: who said so, and when it was checked."""
        body: ContactBody = call.body
        new = Contact(call.path["code"], body.name, body.address, body.email, body.phone, body.source, body.checked_on)
        await self._contacts.keep(call.principal, new)

    @endpoint("DELETE", _ONE, permission=Permission.CRIP_KEEP)
    async def remove_contact(self, call: Call) -> None:
        """Take a contact back that is not right any more."""
        await self._contacts.remove(call.principal, call.path["code"])


def _card(contact: Contact | None) -> ContactCard | UnsetType:
    if contact is None:
        return UNSET
    checked = contact.checked_on.isoformat()
    return ContactCard(contact.name, contact.address, contact.email, contact.phone, contact.source, checked)
