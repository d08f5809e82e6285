"""SQL of organisations and accounts."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.kernel.permissions import Role
from server.kernel.principal import ADULT_AGE, age_on
from server.people.tables import accounts, organisations


@dataclass(frozen=True, slots=True)
class Person:
    """Who someone is, as far as other capabilities need it."""

    id: UUID
    organisation_id: UUID
    name: str
    role: Role
    language: str
    zone: str
    birth_date: date | None
    disabled: bool

    def minor_on(self, day: date) -> bool:
        return self.birth_date is not None and age_on(self.birth_date, day) < ADULT_AGE


@dataclass(frozen=True, slots=True)
class Organisation:
    """An association: all its people and pairs are its own."""

    id: UUID
    name: str
    country: str
    zone: str


@dataclass(frozen=True, slots=True)
class Account:
    """An account with what only its own organisation's staff and the sign-in may know."""

    person: Person
    login: str
    password_hash: str | None
    email: str | None = None
    phone: str | None = None
    version: int = 1


_PERSON = (
    accounts.c.id,
    accounts.c.organisation_id,
    accounts.c.name,
    accounts.c.role,
    accounts.c.language,
    accounts.c.zone,
    accounts.c.birth_date,
    accounts.c.disabled_at.is_not(None).label("disabled"),
)


def _person(row: Row[*tuple[Any, ...]]) -> Person:
    return Person(
        row.id, row.organisation_id, row.name, Role(row.role), row.language, row.zone, row.birth_date, row.disabled
    )


_ACCOUNT = (
    *_PERSON,
    accounts.c.login,
    accounts.c.password_hash,
    accounts.c.email,
    accounts.c.phone,
    accounts.c.version,
)


def _account(row: Row[*tuple[Any, ...]]) -> Account:
    return Account(_person(row), row.login, row.password_hash, row.email, row.phone, row.version)


async def people_of(conn: AsyncConnection, ids: Collection[UUID]) -> Mapping[UUID, Person]:
    """The people of ``ids``, by identifier, in one query; those who do not exist are left out."""
    if not ids:
        return {}
    rows = await conn.execute(select(*_PERSON).where(accounts.c.id.in_(ids)))
    return {row.id: _person(row) for row in rows}


async def account_by_login(conn: AsyncConnection, login: str) -> Account | None:
    """The account with this login, in whatever case it is written."""
    query = select(*_ACCOUNT).where(accounts.c.login_key == func.lower(login))
    row = (await conn.execute(query)).first()
    return _account(row) if row else None


async def login_of(conn: AsyncConnection, account_id: UUID) -> str:
    """Of an account that there is."""
    login: str = (await conn.execute(select(accounts.c.login).where(accounts.c.id == account_id))).scalar_one()
    return login


async def accounts_of(conn: AsyncConnection, organisation_id: UUID) -> list[Account]:
    """All accounts of an organisation, by name."""
    query = (
        select(*_ACCOUNT)
        .where(accounts.c.organisation_id == organisation_id)
        .order_by(func.lower(accounts.c.name), accounts.c.login)
    )
    return [_account(row) for row in await conn.execute(query)]


async def people_in_role(conn: AsyncConnection, organisation_id: UUID, role: Role) -> list[Person]:
    """The people of an organisation who have this role and an open account, the longest-standing first."""
    query = (
        select(*_PERSON)
        .where(
            accounts.c.organisation_id == organisation_id,
            accounts.c.role == role.value,
            accounts.c.disabled_at.is_(None),
        )
        .order_by(accounts.c.created_at, accounts.c.id)
    )
    return [_person(row) for row in await conn.execute(query)]


async def insert_account(conn: AsyncConnection, account: Account) -> None:
    """Raises sqlalchemy.exc.IntegrityError when the login is taken."""
    person = account.person
    await conn.execute(
        insert(accounts).values(
            id=person.id,
            organisation_id=person.organisation_id,
            login=account.login,
            name=person.name,
            role=person.role.value,
            language=person.language,
            zone=person.zone,
            birth_date=person.birth_date,
            password_hash=account.password_hash,
            email=account.email,
            phone=account.phone,
        )
    )


async def account_for_change(conn: AsyncConnection, account_id: UUID) -> Account | None:
    """The account, whose row nobody else changes until the end of the transaction."""
    query = select(*_ACCOUNT).where(accounts.c.id == account_id).with_for_update(key_share=True)
    row = (await conn.execute(query)).first()
    return _account(row) if row else None


async def account(conn: AsyncConnection, account_id: UUID) -> Account | None:
    row = (await conn.execute(select(*_ACCOUNT).where(accounts.c.id == account_id))).first()
    return _account(row) if row else None


async def named(conn: AsyncConnection, name: str, limit: int) -> list[UUID]:
    """Whose login or mail address ``name`` is, in whatever case it is written; of one mailbox ``limit`` at the most.
    One query that looks twice, whatever there is."""
    by_login = select(accounts.c.id).where(accounts.c.login_key == func.lower(name))
    by_email = select(accounts.c.id).where(accounts.c.email_key == func.lower(name)).order_by(accounts.c.id)
    either = union(by_login, select(by_email.limit(limit).subquery().c.id))
    return sorted((await conn.execute(either)).scalars())


async def correct_account(conn: AsyncConnection, account_id: UUID, values: Mapping[str, Any]) -> None:
    """Writes ``values`` as the next version of the account."""
    await conn.execute(
        update(accounts).where(accounts.c.id == account_id).values(**values, version=accounts.c.version + 1)
    )


async def set_password_hash(conn: AsyncConnection, account_id: UUID, password_hash: str) -> None:
    await conn.execute(update(accounts).where(accounts.c.id == account_id).values(password_hash=password_hash))


async def replace_password_hash(conn: AsyncConnection, account_id: UUID, old: str, new: str) -> None:
    """Puts ``new`` in the place of ``old``, unless somebody changed the password meanwhile."""
    await conn.execute(
        update(accounts).where(accounts.c.id == account_id, accounts.c.password_hash == old).values(password_hash=new)
    )


async def password_hash_of(conn: AsyncConnection, account_id: UUID) -> str | None:
    query = select(accounts.c.password_hash).where(accounts.c.id == account_id)
    found: str | None = (await conn.execute(query)).scalar_one_or_none()
    return found


async def set_disabled(conn: AsyncConnection, account_id: UUID, at: datetime) -> bool:
    """Closes the account at ``at``. False when it does not exist or is closed already."""
    done = await conn.execute(
        update(accounts).where(accounts.c.id == account_id, accounts.c.disabled_at.is_(None)).values(disabled_at=at)
    )
    return done.rowcount == 1


async def set_open(conn: AsyncConnection, account_id: UUID) -> bool:
    """Opens a closed account again. False when it does not exist, is open, or was erased: then nobody is behind it."""
    done = await conn.execute(
        update(accounts)
        .where(accounts.c.id == account_id, accounts.c.disabled_at.is_not(None), accounts.c.erased_at.is_(None))
        .values(disabled_at=None)
    )
    return done.rowcount == 1


async def organisation(conn: AsyncConnection, organisation_id: UUID) -> Organisation:
    """The organisation of this identifier, which comes from one of its accounts and so exists."""
    row = (await conn.execute(select(organisations).where(organisations.c.id == organisation_id))).one()
    return Organisation(row.id, row.name, row.country, row.zone)


async def organisation_by_name(conn: AsyncConnection, name: str) -> Organisation | None:
    """The oldest organisation of this name."""
    query = select(organisations).where(organisations.c.name == name).order_by(organisations.c.id).limit(1)
    row = (await conn.execute(query)).first()
    return Organisation(row.id, row.name, row.country, row.zone) if row else None


async def insert_organisation(conn: AsyncConnection, new: Organisation) -> None:
    await conn.execute(insert(organisations).values(id=new.id, name=new.name, country=new.country, zone=new.zone))
