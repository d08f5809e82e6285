"""HTTP around the accounts of an organisation."""

from datetime import date
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from server.kernel.permissions import Permission, Role
from server.people import store
from server.people.accounts import Accounts, NewAccount, State
from server.transport.endpoint import Call, endpoint
from server.transport.wire import ShortText


class NewAccountBody(msgspec.Struct, forbid_unknown_fields=True):
    name: ShortText
    role: Role
    login: ShortText | None = None
    password: ShortText | None = None
    birth_date: date | None = None
    language: Literal["fr", "en"] = "fr"
    confirmed: bool = False
    email: ShortText | None = None
    phone: ShortText | None = None


class AccountRow(msgspec.Struct):
    """``state`` is how far the person has come: `none`, `invited`, `not_delivered`, `in`, or `closed`."""

    id: UUID
    login: str
    name: str
    role: Role
    disabled: bool
    state: State
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
        return AccountList(
            [_row(listed.account, listed.state) for listed in await self._accounts.all_of(call.principal)]
        )

    @endpoint(
        "POST",
        "/api/v1/accounts",
        body=NewAccountBody,
        answer=AccountRow,
        permission=Permission.ACCOUNT_CREATE,
        status=201,
    )
    async def create_account(self, call: Call) -> AccountRow:
        """Make an account in one's organisation; without a password, the person comes in by invitation.

        Of a name that may be a bad word, `conflict` with the field `name`: it can be `confirmed`."""
        body: NewAccountBody = call.body
        new = NewAccount(
            body.login,
            body.name,
            body.role,
            body.password,
            body.birth_date,
            body.language,
            body.confirmed,
            body.email,
            body.phone,
        )
        account = await self._accounts.create(call.principal, new)
        return _row(account, "none" if account.password_hash is None else "in")


def _row(account: store.Account, state: State) -> AccountRow:
    person = account.person
    return AccountRow(
        id=person.id,
        login=account.login,
        name=person.name,
        role=person.role,
        disabled=person.disabled,
        state=state,
        birth_date=person.birth_date if person.birth_date is not None else UNSET,
    )
