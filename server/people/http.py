"""HTTP around people: the session, and the accounts of an organisation."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.permissions import Permission, Role
from server.people import store
from server.people.accounts import Accounts, NewAccount
from server.people.me import Me, me_of
from server.people.signin import SignIn
from server.transport.endpoint import Call, endpoint
from server.transport.web_session import check_origin, clear_cookie, cookie_of, set_cookie

ShortText = Annotated[str, Meta(max_length=400)]  # bounds what is looked at; rules.py says what is right


class SignInBody(msgspec.Struct, forbid_unknown_fields=True):
    login: ShortText
    password: ShortText
    kind: Literal["cookie", "bearer"] = "cookie"


class SignedIn(Me, kw_only=True):
    """``token`` is there for ``kind: bearer`` only, and only this once."""

    token: str | UnsetType = UNSET


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

    def __init__(self, database: Database, sign_in: SignIn, accounts: Accounts, clock: Clock) -> None:
        self._database = database
        self._sign_in = sign_in
        self._accounts = accounts
        self._clock = clock

    @endpoint("POST", "/api/v1/session", body=SignInBody, answer=SignedIn, signed_in=False)
    async def sign_in(self, call: Call) -> SignedIn:
        """Sign in. A browser gets its cookie, a program its token."""
        body: SignInBody = call.body
        browser = body.kind == "cookie"
        if browser:
            check_origin(call.request, required=False)
        opened = await self._sign_in.sign_in(
            body.login,
            body.password,
            body.kind,
            address=call.address,
            replaces=cookie_of(call.request) if browser else None,
        )
        principal = opened.principal
        async with self._database.begin(principal.organisation_id) as conn:
            me = await me_of(conn, principal, self._clock)
        if browser:
            seconds = round((principal.expires_at - self._clock.now()).total_seconds())
            set_cookie(call.headers, call.request, opened.token, seconds)
        return SignedIn(me.account, me.organisation, me.expires_at, token=UNSET if browser else opened.token)

    @endpoint("GET", "/api/v1/session", answer=Me)
    async def who_am_i(self, call: Call) -> Me:
        """Who is signed in."""
        async with self._database.begin(call.principal.organisation_id) as conn:
            return await me_of(conn, call.principal, self._clock)

    @endpoint("DELETE", "/api/v1/session")
    async def sign_out(self, call: Call) -> None:
        """Sign out. The sockets of the session are closed."""
        await self._sign_in.sign_out(call.principal)
        clear_cookie(call.headers, call.request)

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
