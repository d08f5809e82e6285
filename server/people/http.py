"""HTTP around the accounts of an organisation."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from server.kernel.permissions import Permission, Role
from server.people import store
from server.people.accounts import Accounts, NewAccount
from server.transport.endpoint import Call, endpoint

ShortText = Annotated[str, Meta(max_length=400)]  # bounds what is looked at; rules.py says what is right


class NewAccountBody(msgspec.Struct, forbid_unknown_fields=True):
    login: ShortText
    name: ShortText
    role: Role
    password: ShortText
    birth_date: date | None = None
    language: Literal["fr", "en"] = "fr"
    confirmed: bool = False


class AccountRow(msgspec.Struct):
    id: UUID
    login: str
    name: str
    role: Role
    disabled: bool
    birth_date: date | UnsetType = UNSET


class AccountList(msgspec.Struct):
    accounts: list[AccountRow]


class PeopleHttp:
    """Endpoints of people."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    @endpoint("GET", "/api/v1/accounts", answer=AccountList, permission=Permission.ACCOUNT_LIST)
    async def list_accounts(self, call: Call) -> AccountList:
        """All accounts of one's organisation."""
        return AccountList([_row(account) for account in await self._accounts.all_of(call.principal)])

    @endpoint(
        "POST",
        "/api/v1/accounts",
        body=NewAccountBody,
        answer=AccountRow,
        permission=Permission.ACCOUNT_CREATE,
        status=201,
    )
    async def create_account(self, call: Call) -> AccountRow:
        """Make an account in one's organisation. Of a name that may be a bad word, `conflict` with the field `name`: it
        can be `confirmed`."""
        body: NewAccountBody = call.body
        new = NewAccount(
            body.login, body.name, body.role, body.password, body.birth_date, body.language, body.confirmed
        )
        return _row(await self._accounts.create(call.principal, new))


def _row(account: store.Account) -> AccountRow:
    person = account.person
    return AccountRow(
        id=person.id,
        login=account.login,
        name=person.name,
        role=person.role,
        disabled=person.disabled,
        birth_date=person.birth_date if person.birth_date is not None else UNSET,
    )
