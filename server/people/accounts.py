"""Accounts: staff make them for everyone of their organisation; nobody signs up by themselves. What is corrected of one
later, its closing and its opening again are in ``person_file.py``; how the person comes in, in ``invitations.py``.
"""

import secrets
import unicodedata
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, Conflict, NotFound
from server.kernel.identifiers import new_id
from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.people import rules, store
from server.people.entry import codes
from server.people.entry import store as invitation_store
from server.people.entry.store import Invitation
from server.people.passwords import Passwords
from server.people.sessions import store as sessions
from server.people.sessions.signin import SignIn
from server.people.standing import Standing
from server.people.witnesses import Touched, Witnesses
from server.trail.acts import Act
from server.trail.record import record
from server.transport.messages import DEFAULT_LANGUAGE, LANGUAGES

ScreenName = Callable[[UUID, str, bool], Awaitable[None]]

MADE_FROM_NAME = 20  # characters of a login that is made
MADE_SIGNS = 6  # 387 million: two people of one name get the same once in a very long while, and then a refusal

_LOGIN_KEY = "accounts_login_key_key"  # the unique constraint on the column, in tables.py


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What is asked for; nothing in it is checked yet. Without a login, one is made; without a password, the person
    comes in by invitation."""

    login: str | None
    name: str
    role: Role
    password: str | None
    birth_date: date | None = None
    language: str = DEFAULT_LANGUAGE
    confirmed: bool = False  # whoever asks has seen what was said of the name, and means it
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class CheckedAccount:
    """What may be stored. The password is a hash already: that takes long, and no transaction waits for it."""

    login: str
    name: str
    role: Role
    password_hash: str | None
    birth_date: date | None
    language: str
    email: str | None = None
    phone: str | None = None


State = Literal["closed", "in", "invited", "not_delivered", "none"]


@dataclass(frozen=True, slots=True)
class Listed:
    """An account in the list of staff. ``in``: can sign in, or has a device that is; ``invited``: has a way in that was
    not used yet; ``none``: neither."""

    account: store.Account
    state: State


def state_of(account: store.Account, invited: Invitation | None, bound: bool, now: datetime) -> State:
    if account.person.disabled:
        return "closed"
    if account.password_hash is not None or bound:
        return "in"
    if invited is None or not invited.open_at(now):
        return "none"
    return "not_delivered" if invited.delivery == "failed" else "invited"


async def check(new: NewAccount, passwords: Passwords, today: date, organisation: str) -> CheckedAccount:
    """For an organisation of this name. Raises BadRequest with the field named, TryAgain when too many passwords are
    being hashed."""
    name = rules.checked_name(new.name)
    login = rules.checked_login(new.login) if new.login is not None else made_login(name)
    rules.check_birth_date(new.role, new.birth_date, today)
    if new.password is not None:
        rules.check_password(new.role, new.password, about=(login, name, organisation))
    if new.language not in LANGUAGES:
        raise BadRequest("wrong_type", field="language")
    email = rules.checked_email(new.email) if new.email is not None else None
    hashed = await passwords.hash(new.password) if new.password is not None else None
    return CheckedAccount(login, name, new.role, hashed, new.birth_date, new.language, email, new.phone)


def made_login(name: str) -> str:
    """A login for who was given none: ``lea-k7m2``. The signs behind it tell one Léa from another, and nobody guesses
    from a name whether there is such an account."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    first = "".join(character for character in plain.split(" ")[0] if character.isalnum())[:MADE_FROM_NAME]
    return f"{first or 'binome'}-{''.join(secrets.choice(codes.ALPHABET.lower()) for _ in range(MADE_SIGNS))}"


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
        email=new.email,
        phone=rules.checked_phone(new.phone, organisation.country) if new.phone is not None else None,
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
        standing: Standing,
        witnesses: Witnesses,
        clock: Clock,
        screen_name: ScreenName | None = None,
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._sign_in = sign_in
        self._standing = standing
        self._witnesses = witnesses
        self._clock = clock
        self._screen_name = screen_name

    async def create(self, principal: Principal, new: NewAccount) -> store.Account:
        """Makes an account in the organisation of ``principal``; of one of the staff, the others are told. Raises
        Forbidden, BadRequest, Conflict."""
        principal.require(Permission.ACCOUNT_CREATE)
        if self._screen_name is not None:
            await self._screen_name(principal.organisation_id, rules.checked_name(new.name), new.confirmed)
        async with self._database.begin(principal.organisation_id) as conn:
            organisation = await store.organisation(conn, principal.organisation_id)
        checked = await check(new, self._passwords, self._clock.now().date(), organisation.name)
        async with self._database.begin(principal.organisation_id) as conn:
            account = await add(conn, organisation, checked)
            now = self._clock.now()
            if account.person.role in sessions.STAFF:
                await self._witnesses.tell(conn, account.person, [Touched.ACCOUNT], now, principal.account_id)
            await record(
                conn,
                principal.organisation_id,
                now,
                Act.ACCOUNT_CREATED,
                by=principal.account_id,
                about=[account.person.id],
                detail={"role": account.person.role.value},
            )
            return account

    async def all_of(self, principal: Principal) -> list[Listed]:
        """All accounts of the organisation of ``principal``, and how far each has come. Raises Forbidden."""
        principal.require(Permission.ACCOUNT_LIST)
        now = self._clock.now()
        async with self._database.begin(principal.organisation_id) as conn:
            found = await store.accounts_of(conn, principal.organisation_id)
            invited = await invitation_store.latest_of_all(conn, principal.organisation_id)
            bound = await sessions.with_open(conn, principal.organisation_id, now)
        return [
            Listed(account, state_of(account, invited.get(account.person.id), account.person.id in bound, now))
            for account in found
        ]

    async def disable(self, organisation_id: UUID, account_id: UUID, *, by: UUID | None = None) -> store.Person:
        """Closes an account: its sessions, sockets and calls end now, in every process, and no invitation lets it in.
        What follows for others (``Standing``) is in the same transaction. Closing twice is once.

        Raises NotFound when the organisation has no such account.
        """
        now = self._clock.now()
        async with self._database.begin(organisation_id) as conn:
            account = await store.account_for_change(conn, account_id)
            if account is None or account.person.organisation_id != organisation_id:
                raise NotFound
            if await store.set_disabled(conn, account_id, now):
                await invitation_store.revoke_open(conn, account_id, now)
                await record(conn, organisation_id, now, Act.ACCOUNT_CLOSED, by=by, about=[account_id])
                await self._witnesses.tell(conn, account.person, [Touched.CLOSED], now, by)
                await self._standing.changed(conn, [account_id], now)
            ended = await sessions.delete_of_account(conn, account_id)
        await self._sign_in.announce(ended, "disabled")
        return replace(account.person, disabled=True)
