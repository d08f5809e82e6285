"""SQL of invitations: ways in that are used once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Row, exists, insert, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from server.people.tables import invitations

Way = Literal["mail", "sms"]
Delivered = Literal["queued", "sent", "failed"]


class Purpose(StrEnum):
    """``DEVICE`` opens a session on the device that uses it; the others let somebody choose a password."""

    DEVICE = "device"
    PASSWORD = "password"  # noqa: S105 - the name of a purpose
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Invitation:
    """Without its secrets, which are told once and not kept. ``failure`` is why it has not been delivered (yet)."""

    id: UUID
    organisation_id: UUID
    account_id: UUID
    purpose: Purpose
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None
    way: Way | None
    delivery: Delivered | None
    failure: str | None

    def open_at(self, at: datetime) -> bool:
        return self.used_at is None and self.revoked_at is None and self.expires_at > at


def _invitation(row: Row[*tuple[Any, ...]]) -> Invitation:
    return Invitation(
        row.id,
        row.organisation_id,
        row.account_id,
        Purpose(row.purpose),
        row.created_at,
        row.expires_at,
        row.used_at,
        row.revoked_at,
        row.way,
        row.delivery,
        row.failure,
    )


async def insert_invitation(
    conn: AsyncConnection, new: Invitation, by: UUID | None, hashes: Mapping[str, bytes]
) -> None:
    """``hashes`` by column: of the link that is shown, of the code to type."""
    await conn.execute(
        insert(invitations).values(
            id=new.id,
            organisation_id=new.organisation_id,
            account_id=new.account_id,
            purpose=new.purpose.value,
            created_at=new.created_at,
            created_by=by,
            expires_at=new.expires_at,
            way=new.way,
            delivery=new.delivery,
            **hashes,
        )
    )


async def find(conn: AsyncConnection, secret_hash: bytes, at: datetime) -> Invitation | None:
    """The open invitation that a link or a code belongs to."""
    rows = invitations.c
    own = or_(rows.shown_hash == secret_hash, rows.sent_hash == secret_hash, rows.code_hash == secret_hash)
    row = (await conn.execute(select(invitations).where(own, *_open(at)))).first()
    return _invitation(row) if row else None


# What anybody may ask for with a login does not hide what staff gave.
_LATEST_FIRST = (invitations.c.created_by.is_(None), invitations.c.created_at.desc(), invitations.c.id.desc())


async def latest(conn: AsyncConnection, account_id: UUID) -> Invitation | None:
    """The last invitation of a person, whatever became of it: of staff, or else one that they asked for themselves."""
    query = select(invitations).where(invitations.c.account_id == account_id).order_by(*_LATEST_FIRST).limit(1)
    row = (await conn.execute(query)).first()
    return _invitation(row) if row else None


async def latest_of_all(conn: AsyncConnection, organisation_id: UUID) -> Mapping[UUID, Invitation]:
    """The same of each person of an organisation, by account."""
    query = (
        select(invitations)
        .ext(distinct_on(invitations.c.account_id))
        .where(invitations.c.organisation_id == organisation_id)
        .order_by(invitations.c.account_id, *_LATEST_FIRST)
    )
    return {row.account_id: _invitation(row) for row in await conn.execute(query)}


async def asked_since(conn: AsyncConnection, account_id: UUID, since: datetime) -> bool:
    """Whether somebody has asked, for this person, for a link to choose another password."""
    rows = invitations.c
    own = (rows.account_id == account_id, rows.purpose == Purpose.RESET.value, rows.created_by.is_(None))
    query = select(exists().where(*own, rows.created_at > since))
    return bool((await conn.execute(query)).scalar_one())


async def for_sending(conn: AsyncConnection, invitation_id: UUID, at: datetime) -> Invitation | None:
    """An open invitation that has not been sent yet; nobody else changes it until the end of the transaction."""
    query = (
        select(invitations)
        .where(invitations.c.id == invitation_id, invitations.c.delivery != "sent", *_open(at))
        .with_for_update()
    )
    row = (await conn.execute(query)).first()
    return _invitation(row) if row else None


async def set_sent_hash(conn: AsyncConnection, invitation_id: UUID, sent_hash: bytes) -> None:
    await conn.execute(update(invitations).where(invitations.c.id == invitation_id).values(sent_hash=sent_hash))


async def set_delivery(conn: AsyncConnection, invitation_id: UUID, delivery: str, failure: str | None) -> None:
    await conn.execute(
        update(invitations).where(invitations.c.id == invitation_id).values(delivery=delivery, failure=failure)
    )


async def use(conn: AsyncConnection, invitation_id: UUID, at: datetime) -> bool:
    """Whether this is the one use that it has."""
    done = await conn.execute(
        update(invitations).where(invitations.c.id == invitation_id, *_open(at)).values(used_at=at)
    )
    return done.rowcount == 1


async def revoke_open(conn: AsyncConnection, account_id: UUID, at: datetime) -> bool:
    """Whether there was one to revoke."""
    own = (invitations.c.account_id == account_id, *_open(at))
    return bool((await conn.execute(update(invitations).where(*own).values(revoked_at=at))).rowcount)


async def revoke_choosing(conn: AsyncConnection, account_id: UUID, at: datetime) -> None:
    """Only those that let somebody choose a password."""
    own = (invitations.c.account_id == account_id, invitations.c.purpose != Purpose.DEVICE.value, *_open(at))
    await conn.execute(update(invitations).where(*own).values(revoked_at=at))


async def void_sent(conn: AsyncConnection, account_id: UUID, way: Way, at: datetime) -> None:
    """What went to an address that is not the person's any more opens nothing; what staff were shown still does."""
    own = (invitations.c.account_id == account_id, invitations.c.way == way, *_open(at))
    await conn.execute(
        update(invitations)
        .where(*own, invitations.c.sent_hash.is_not(None))
        .values(sent_hash=None, delivery="failed", failure="address_changed")
    )


def _open(at: datetime) -> tuple[ColumnElement[bool], ...]:
    rows = invitations.c
    return rows.used_at.is_(None), rows.revoked_at.is_(None), rows.expires_at > at
