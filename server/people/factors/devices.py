"""SQL of the devices that a person signed in from: known by a random cookie that the device brings, by nothing else."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.kernel.identifiers import new_id
from server.people.factors.tables import auth_devices
from server.people.sessions.tokens import new_token
from server.people.tables import auth_sessions

PROGRAM = "program"  # all programs of a person are one device: they bring no cookie


@dataclass(frozen=True, slots=True)
class Recognised:
    """``unseen``: never before, though this person has signed in elsewhere. ``token`` is for the device to keep."""

    id: UUID
    token: str
    unseen: bool


def hash_of(token: str, account_id: UUID) -> bytes:
    """Another for each person, so that the table does not tell who shares a device."""
    return hashlib.sha256(account_id.bytes + token.encode()).digest()


async def known(conn: AsyncConnection, token: str | None, account_id: UUID) -> UUID | None:
    """The device of this person that has ``token``."""
    if token is None:
        return None
    query = select(auth_devices.c.id).where(auth_devices.c.token_hash == hash_of(token, account_id))
    found: UUID | None = (await conn.execute(query)).scalar_one_or_none()
    return found


async def recognise(
    conn: AsyncConnection, organisation_id: UUID, account_id: UUID, token: str | None, at: datetime
) -> Recognised:
    """Notes that this person signs in from the device of ``token``, or from one that has none yet."""
    device = await known(conn, token, account_id)
    if device is not None and token is not None:
        await conn.execute(update(auth_devices).where(auth_devices.c.id == device).values(last_on=at.date()))
        return Recognised(device, token, unseen=False)
    others = (await conn.execute(select(exists().where(auth_devices.c.account_id == account_id)))).scalar_one()
    made = Recognised(new_id(), token or new_token(), unseen=bool(others))
    written = await conn.execute(
        insert(auth_devices)
        .values(
            id=made.id,
            organisation_id=organisation_id,
            account_id=account_id,
            token_hash=hash_of(made.token, account_id),
            first_at=at,
            last_on=at.date(),
        )
        .on_conflict_do_nothing()
    )
    if written.rowcount:
        return made
    at_once = await known(conn, made.token, account_id)  # it signs in twice at this moment
    return Recognised(at_once or made.id, made.token, unseen=False)


async def forget_of(conn: AsyncConnection, account_id: UUID, session_id: UUID) -> None:
    """The device of this session, of this person, is a new one again: whoever holds it now is a stranger."""
    of_session = select(auth_sessions.c.device_id).where(
        auth_sessions.c.id == session_id, auth_sessions.c.account_id == account_id
    )
    await conn.execute(delete(auth_devices).where(auth_devices.c.id.in_(of_session)))


async def forget_all(conn: AsyncConnection, account_id: UUID) -> None:
    """Every device of this person is a new one again."""
    await conn.execute(delete(auth_devices).where(auth_devices.c.account_id == account_id))
