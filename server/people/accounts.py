"""Accounts: staff make them for everyone of their organisation, and close them; nobody signs up by themselves."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, Conflict, NotFound
from server.kernel.identifiers import new_id
from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.people import rules, sessions, store
from server.people.passwords import Passwords
from server.people.signin import SignIn
from server.transport.messages import DEFAULT_LANGUAGE, LANGUAGES

ScreenName = Callable[[UUID, str, bool], Awaitable[None]]

_LOGIN_KEY = "accounts_login_key"  # the unique index on lower(login), in tables.py


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What is asked for; nothing in it is checked yet."""

    login: str
    name: str
    role: Role
    password: str
    birth_date: date | None = None
    language: str = DEFAULT_LANGUAGE
    confirmed: bool = False  # whoever asks has seen what was said of the name, and means it


@dataclass(frozen=True, slots=True)
class CheckedAccount:
    """What may be stored. The password is a hash already: that takes long, and no transaction waits for it."""

    login: str
    name: str
    role: Role
    password_hash: str
    birth_date: date | None
    language: str


async def check(new: NewAccount, passwords: Passwords, today: date) -> CheckedAccount:
    """Raises BadRequest with the field named, TryAgain when too many passwords are being hashed."""
    login, name = rules.checked_login(new.login), rules.checked_name(new.name)
    rules.check_birth_date(new.role, new.birth_date, today)
    rules.check_password(new.role, new.password, about=(login, name))
    if new.language not in LANGUAGES:
        raise BadRequest("wrong_type", field="language")
    return CheckedAccount(login, name, new.role, await passwords.hash(new.password), new.birth_date, new.language)


async def add(conn: AsyncConnection, organisation: store.Organisation, new: CheckedAccount) -> store.Account:
    """Adds the account to ``organisation`` in the caller's transaction. Raises Conflict("login_taken"): a login is
    unique on the whole instance, so that one field is enough to sign in."""
    account = store.Account(
        person=store.Person(
            id=new_id(),
            organisation_id=organisation.id,
            name=new.name,
            role=new.role,
            language=new.language,
            zone=organisation.zone,
            birth_date=new.birth_date,
            disabled=False,
        ),
        login=new.login,
        password_hash=new.password_hash,
    )
    try:
        await store.insert_account(conn, account)
    except IntegrityError as error:
        if _LOGIN_KEY in str(error.orig):
            raise Conflict("login_taken", field="login") from None
        raise
    return account


class Accounts:
    """Use cases of an organisation's staff around its accounts. ``screen_name`` refuses a name that others should not
    read, by the organisation, the name, and whether it was confirmed."""

    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        sign_in: SignIn,
        clock: Clock,
        screen_name: ScreenName | None = None,
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._sign_in = sign_in
        self._clock = clock
        self._screen_name = screen_name

    async def create(self, principal: Principal, new: NewAccount) -> store.Account:
        """Makes an account in the organisation of ``principal``. Raises Forbidden, BadRequest, Conflict."""
        principal.require(Permission.ACCOUNT_CREATE)
        if self._screen_name is not None:
            await self._screen_name(principal.organisation_id, rules.checked_name(new.name), new.confirmed)
        checked = await check(new, self._passwords, self._clock.now().date())
        async with self._database.begin(principal.organisation_id) as conn:
            organisation = await store.organisation(conn, principal.organisation_id)
            return await add(conn, organisation, checked)

    async def all_of(self, principal: Principal) -> list[store.Account]:
        """All accounts of the organisation of ``principal``. Raises Forbidden."""
        principal.require(Permission.ACCOUNT_LIST)
        async with self._database.begin(principal.organisation_id) as conn:
            return await store.accounts_of(conn, principal.organisation_id)

    async def disable(self, organisation_id: UUID, account_id: UUID) -> store.Person:
        """Closes an account: its sessions, sockets and calls end now, in every process. Closing twice is once.

        Raises NotFound when the organisation has no such account.
        """
        async with self._database.begin(organisation_id) as conn:
            person = (await store.people_of(conn, [account_id])).get(account_id)
            if person is None or person.organisation_id != organisation_id:
                raise NotFound
            await store.set_disabled(conn, account_id, self._clock.now())
            ended = await sessions.delete_of_account(conn, account_id)
        await self._sign_in.announce(ended, "disabled")
        return replace(person, disabled=True)
