"""SQL of the sessions that prove who is asking, and how long they last."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.kernel.permissions import Role
from server.kernel.principal import Missing, Principal
from server.people import store
from server.people.tables import accounts, auth_sessions

Kind = Literal["cookie", "bearer"]


class Proved(StrEnum):
    """What a session has proved. The first two wait for a second factor, and open nothing."""

    ASKED = Missing.ASKED.value
    SET_UP = Missing.SET_UP.value
    ONE_FACTOR = "one_factor"
    TWO_FACTORS = "two_factors"


OPEN = frozenset({Proved.ONE_FACTOR, Proved.TWO_FACTORS})

# Fixed at sign-in and never moved (docs/decisions/0021). Who works with other people's data signs in each day.
LIFETIME = timedelta(days=30)
LIFETIME_OF_STAFF = timedelta(hours=12)
LIFETIME_WAITING = timedelta(minutes=10)  # for the second factor, however it is looked for; then the password again
STAFF = frozenset({Role.ADMIN, Role.SUPERVISOR})
# For so long an ended session is still answered "session_expired", not "never heard of it".
KEPT_AFTER_EXPIRY = timedelta(days=7)
MAX_PER_ACCOUNT = 20  # devices and programs of one person; the oldest give way


@dataclass(frozen=True, slots=True)
class Device:
    """Of a session: the device that is known, if any, and in plain words what it is."""

    id: UUID | None = None
    system: str | None = None
    browser: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A session as its owner sees it."""

    id: UUID
    system: str | None
    browser: str | None
    since: datetime
    used_on: date | None


@dataclass(frozen=True, slots=True)
class EndedSession:
    id: UUID
    account_id: UUID


def lifetime(role: Role) -> timedelta:
    """How long a session of this role lasts."""
    return LIFETIME_OF_STAFF if role in STAFF else LIFETIME


async def insert_session(
    conn: AsyncConnection,
    principal: Principal,
    kind: Kind,
    token_hash: bytes,
    at: datetime,
    *,
    proved: Proved | None = None,
    device: Device = Device(),
) -> None:
    """``proved`` is by default what ``principal`` needs to act."""
    if proved is None:
        proved = Proved.TWO_FACTORS if principal.role in STAFF else Proved.ONE_FACTOR
    await conn.execute(
        insert(auth_sessions).values(
            id=principal.session_id,
            account_id=principal.account_id,
            kind=kind,
            token_hash=token_hash,
            created_at=at,
            expires_at=principal.expires_at,
            state=proved.value,
            device_id=device.id,
            system=device.system,
            browser=device.browser,
            used_on=at.date(),
        )
    )


async def still_valid(conn: AsyncConnection, account_id: UUID, password_hash: str) -> bool:
    """Whether the account is open and its password still the one that was just verified. Locks the row until the end
    of the transaction, so that closing it and signing in have an order."""
    query = (
        select(accounts.c.id)
        .where(
            accounts.c.id == account_id,
            accounts.c.disabled_at.is_(None),
            accounts.c.password_hash == password_hash,
        )
        .with_for_update(key_share=True)
    )
    return (await conn.execute(query)).first() is not None


async def open_account(conn: AsyncConnection, account_id: UUID) -> store.Person | None:
    """Whose account this is, unless it is closed. Locks the row until the end of the transaction, likewise."""
    query = select(accounts.c.disabled_at).where(accounts.c.id == account_id).with_for_update(key_share=True)
    row = (await conn.execute(query)).first()
    if row is None or row.disabled_at is not None:
        return None
    return (await store.people_of(conn, [account_id])).get(account_id)


async def principal_by_token(conn: AsyncConnection, token_hash: bytes, today: date) -> tuple[Principal, bool] | None:
    """(who the session belongs to, whether it opens nothing any more because their account is closed or their role has
    come to want a second factor), also for one that has ended. None: not known. Notes the day of its last use."""
    query = (
        select(
            auth_sessions.c.id.label("session_id"),
            auth_sessions.c.expires_at,
            auth_sessions.c.state,
            auth_sessions.c.used_on,
            accounts.c.id,
            accounts.c.organisation_id,
            accounts.c.role,
            accounts.c.name,
            accounts.c.language,
            accounts.c.birth_date,
            accounts.c.disabled_at,
        )
        .join(accounts, accounts.c.id == auth_sessions.c.account_id)
        .where(auth_sessions.c.token_hash == token_hash)
    )
    row = (await conn.execute(query)).first()
    if row is None:
        return None
    proved = Proved(row.state)
    principal = Principal(
        account_id=row.id,
        organisation_id=row.organisation_id,
        session_id=row.session_id,
        role=Role(row.role),
        name=row.name,
        language=row.language,
        birth_date=row.birth_date,
        expires_at=row.expires_at,
        missing=None if proved in OPEN else Missing(proved.value),
    )
    if proved in OPEN and (row.used_on is None or row.used_on < today):
        await conn.execute(update(auth_sessions).where(auth_sessions.c.id == row.session_id).values(used_on=today))
    too_little = proved is Proved.ONE_FACTOR and principal.role in STAFF
    return principal, row.disabled_at is not None or too_little


async def roles_of_live(conn: AsyncConnection, ids: Collection[UUID], now: datetime) -> dict[UUID, Role]:
    """The sessions of ``ids`` that still hold and whose accounts are open, each with the role it speaks for."""
    query = (
        select(auth_sessions.c.id, accounts.c.role)
        .join(accounts, accounts.c.id == auth_sessions.c.account_id)
        .where(
            auth_sessions.c.id.in_(ids),
            auth_sessions.c.expires_at > now,
            auth_sessions.c.state.in_(OPEN),
            accounts.c.disabled_at.is_(None),
        )
    )
    return {row.id: Role(row.role) for row in await conn.execute(query)}


async def device_of(conn: AsyncConnection, session_id: UUID) -> UUID | None:
    """The known device of a session."""
    query = select(auth_sessions.c.device_id).where(auth_sessions.c.id == session_id)
    found: UUID | None = (await conn.execute(query)).scalar_one_or_none()
    return found


async def listed(conn: AsyncConnection, account_id: UUID, now: datetime) -> list[Listed]:
    """The sessions of a person that are open, the last used first."""
    query = (
        select(auth_sessions)
        .where(
            auth_sessions.c.account_id == account_id,
            auth_sessions.c.expires_at > now,
            auth_sessions.c.state.in_(OPEN),
        )
        .order_by(auth_sessions.c.used_on.desc().nulls_last(), auth_sessions.c.created_at.desc())
    )
    return [Listed(row.id, row.system, row.browser, row.created_at, row.used_on) for row in await conn.execute(query)]


async def with_open(conn: AsyncConnection, organisation_id: UUID, now: datetime) -> set[UUID]:
    """The people of an organisation who have a session that is open."""
    query = (
        select(auth_sessions.c.account_id)
        .distinct()
        .join(accounts, accounts.c.id == auth_sessions.c.account_id)
        .where(
            accounts.c.organisation_id == organisation_id,
            auth_sessions.c.expires_at > now,
            auth_sessions.c.state.in_(OPEN),
        )
    )
    return set((await conn.execute(query)).scalars())


async def delete_session(conn: AsyncConnection, session_id: UUID) -> list[EndedSession]:
    return await _delete(conn, auth_sessions.c.id == session_id)


async def delete_by_token(conn: AsyncConnection, token_hash: bytes) -> list[EndedSession]:
    return await _delete(conn, auth_sessions.c.token_hash == token_hash)


async def delete_own(conn: AsyncConnection, account_id: UUID, session_id: UUID) -> list[EndedSession]:
    """A session of this person; of anybody else's, none."""
    return await _delete(conn, (auth_sessions.c.id == session_id) & (auth_sessions.c.account_id == account_id))


async def delete_of_account(conn: AsyncConnection, account_id: UUID, *, but: UUID | None = None) -> list[EndedSession]:
    """All sessions of a person, ``but`` one."""
    of_account = auth_sessions.c.account_id == account_id
    return await _delete(conn, of_account if but is None else of_account & (auth_sessions.c.id != but))


async def delete_surplus(conn: AsyncConnection, account_id: UUID) -> list[EndedSession]:
    """Ends the oldest sessions of a person who has more than MAX_PER_ACCOUNT. Those that wait for a second factor do
    not count: who knows a password alone must not end what its owner has open."""
    surplus = (
        select(auth_sessions.c.id)
        .where(auth_sessions.c.account_id == account_id, auth_sessions.c.state.in_(OPEN))
        .order_by(auth_sessions.c.created_at.desc(), auth_sessions.c.id.desc())
        .offset(MAX_PER_ACCOUNT)
    )
    return await _delete(conn, auth_sessions.c.id.in_(surplus))


async def purge_expired(conn: AsyncConnection, now: datetime) -> int:
    """Deletes the sessions that ended long enough ago. Returns how many."""
    return len(await _delete(conn, auth_sessions.c.expires_at < now - KEPT_AFTER_EXPIRY))


async def _delete(conn: AsyncConnection, which: ColumnElement[bool]) -> list[EndedSession]:
    rows = await conn.execute(
        delete(auth_sessions).where(which).returning(auth_sessions.c.id, auth_sessions.c.account_id)
    )
    return [EndedSession(row.id, row.account_id) for row in rows]
