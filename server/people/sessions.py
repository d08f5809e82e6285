"""SQL of the sessions that prove who is asking, and how long they last."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.kernel.permissions import Role
from server.kernel.principal import Principal
from server.people.tables import accounts, auth_sessions

Kind = Literal["cookie", "bearer"]

# Fixed at sign-in and never moved (docs/decisions/0021). Who works with other people's data signs in each day.
LIFETIME = timedelta(days=30)
LIFETIME_OF_STAFF = timedelta(hours=12)
STAFF = frozenset({Role.ADMIN, Role.SUPERVISOR})
# For so long an ended session is still answered "session_expired", not "never heard of it".
KEPT_AFTER_EXPIRY = timedelta(days=7)
MAX_PER_ACCOUNT = 20  # devices and programs of one person; the oldest give way


@dataclass(frozen=True, slots=True)
class EndedSession:
    id: UUID
    account_id: UUID


def lifetime(role: Role) -> timedelta:
    """How long a session of this role lasts."""
    return LIFETIME_OF_STAFF if role in STAFF else LIFETIME


async def insert_session(
    conn: AsyncConnection, principal: Principal, kind: Kind, token_hash: bytes, at: datetime
) -> None:
    await conn.execute(
        insert(auth_sessions).values(
            id=principal.session_id,
            account_id=principal.account_id,
            kind=kind,
            token_hash=token_hash,
            created_at=at,
            expires_at=principal.expires_at,
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


async def principal_by_token(conn: AsyncConnection, token_hash: bytes) -> tuple[Principal, bool] | None:
    """(who the session belongs to, whether their account is closed), also for one that has ended. None: not known."""
    query = (
        select(
            auth_sessions.c.id.label("session_id"),
            auth_sessions.c.expires_at,
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
    principal = Principal(
        account_id=row.id,
        organisation_id=row.organisation_id,
        session_id=row.session_id,
        role=Role(row.role),
        name=row.name,
        language=row.language,
        birth_date=row.birth_date,
        expires_at=row.expires_at,
    )
    return principal, row.disabled_at is not None


async def roles_of_live(conn: AsyncConnection, ids: Collection[UUID], now: datetime) -> dict[UUID, Role]:
    """The sessions of ``ids`` that still hold and whose accounts are open, each with the role it speaks for."""
    query = (
        select(auth_sessions.c.id, accounts.c.role)
        .join(accounts, accounts.c.id == auth_sessions.c.account_id)
        .where(auth_sessions.c.id.in_(ids), auth_sessions.c.expires_at > now, accounts.c.disabled_at.is_(None))
    )
    return {row.id: Role(row.role) for row in await conn.execute(query)}


async def delete_session(conn: AsyncConnection, session_id: UUID) -> list[EndedSession]:
    return await _delete(conn, auth_sessions.c.id == session_id)


async def delete_by_token(conn: AsyncConnection, token_hash: bytes) -> list[EndedSession]:
    return await _delete(conn, auth_sessions.c.token_hash == token_hash)


async def delete_of_account(conn: AsyncConnection, account_id: UUID) -> list[EndedSession]:
    return await _delete(conn, auth_sessions.c.account_id == account_id)


async def delete_surplus(conn: AsyncConnection, account_id: UUID) -> list[EndedSession]:
    """Ends the oldest sessions of a person who has more than MAX_PER_ACCOUNT."""
    surplus = (
        select(auth_sessions.c.id)
        .where(auth_sessions.c.account_id == account_id)
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
