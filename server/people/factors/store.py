"""SQL of second factors. What may be used once is taken by one statement, so that of two at once exactly one wins."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, delete, exists, func, insert, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.people.factors.tables import passkeys, recovery_codes, totp_secrets


@dataclass(frozen=True, slots=True)
class Passkey:
    """A public key of this person, whose private half never left their device or its keeper."""

    id: UUID
    organisation_id: UUID
    account_id: UUID
    credential_id: bytes
    public_key: bytes
    sign_count: int
    rp_id: str
    created_at: datetime
    used_on: date


@dataclass(frozen=True, slots=True)
class Factors:
    """What a person has set up. ``recovery_left`` counts codes that are not used yet."""

    totp: bool
    passkeys: tuple[Passkey, ...]
    recovery_left: int

    @property
    def ways(self) -> int:
        """Second factors; a sheet of recovery codes is not one by itself."""
        return int(self.totp) + len(self.passkeys)


async def has_second_factor(conn: AsyncConnection, account_id: UUID) -> bool:
    either = or_(
        exists().where(totp_secrets.c.account_id == account_id), exists().where(passkeys.c.account_id == account_id)
    )
    return bool((await conn.execute(select(either))).scalar_one())


async def factors_of(conn: AsyncConnection, account_id: UUID) -> Factors:
    totp = (await conn.execute(select(exists().where(totp_secrets.c.account_id == account_id)))).scalar_one()
    query = select(passkeys).where(passkeys.c.account_id == account_id).order_by(passkeys.c.created_at)
    keys = tuple(_passkey(row) for row in await conn.execute(query))
    unused = and_(recovery_codes.c.account_id == account_id, recovery_codes.c.used_at.is_(None))
    left = (await conn.execute(select(func.count()).select_from(recovery_codes).where(unused))).scalar_one()
    return Factors(bool(totp), keys, left)


async def sealed_totp(conn: AsyncConnection, account_id: UUID) -> tuple[bytes, int] | None:
    """(the sealed secret, the last step that was taken)."""
    query = select(totp_secrets.c.sealed, totp_secrets.c.last_step).where(totp_secrets.c.account_id == account_id)
    row = (await conn.execute(query)).first()
    return (row.sealed, row.last_step) if row else None


async def put_totp(
    conn: AsyncConnection, organisation_id: UUID, account_id: UUID, sealed: bytes, step: int, at: datetime
) -> None:
    """A secret whose code of ``step`` has just been shown; it takes the place of the one before."""
    values = {"sealed": sealed, "last_step": step, "created_at": at}
    await conn.execute(
        upsert(totp_secrets)
        .values(account_id=account_id, organisation_id=organisation_id, **values)
        .on_conflict_do_update(index_elements=["account_id"], set_=values)
    )


async def seal_totp_anew(conn: AsyncConnection, account_id: UUID, before: bytes, sealed: bytes) -> None:
    of_it = and_(totp_secrets.c.account_id == account_id, totp_secrets.c.sealed == before)
    await conn.execute(update(totp_secrets).where(of_it).values(sealed=sealed))


async def take_totp(conn: AsyncConnection, account_id: UUID, sealed: bytes, step: int) -> bool:
    """Whether the code of ``step`` is taken now: False when it, or a later one, was taken before."""
    later = and_(
        totp_secrets.c.account_id == account_id, totp_secrets.c.sealed == sealed, totp_secrets.c.last_step < step
    )
    return (await conn.execute(update(totp_secrets).where(later).values(last_step=step))).rowcount == 1


async def delete_totp(conn: AsyncConnection, account_id: UUID) -> bool:
    return (await conn.execute(delete(totp_secrets).where(totp_secrets.c.account_id == account_id))).rowcount == 1


async def put_recovery_codes(
    conn: AsyncConnection, organisation_id: UUID, account_id: UUID, hashes: dict[str, str]
) -> None:
    """A new sheet, by what finds each code; the one before is void."""
    await conn.execute(delete(recovery_codes).where(recovery_codes.c.account_id == account_id))
    if hashes:
        rows = [
            {"account_id": account_id, "organisation_id": organisation_id, "selector": selector, "code_hash": hashed}
            for selector, hashed in hashes.items()
        ]
        await conn.execute(insert(recovery_codes), rows)


async def recovery_hash(conn: AsyncConnection, account_id: UUID, selector: str) -> str | None:
    """The hash of a code that is not used yet."""
    query = select(recovery_codes.c.code_hash).where(
        recovery_codes.c.account_id == account_id,
        recovery_codes.c.selector == selector,
        recovery_codes.c.used_at.is_(None),
    )
    found: str | None = (await conn.execute(query)).scalar_one_or_none()
    return found


async def take_recovery_code(
    conn: AsyncConnection, account_id: UUID, selector: str, code_hash: str, at: datetime
) -> bool:
    """Whether it is taken now: False when it was taken before."""
    unused = and_(
        recovery_codes.c.account_id == account_id,
        recovery_codes.c.selector == selector,
        recovery_codes.c.code_hash == code_hash,
        recovery_codes.c.used_at.is_(None),
    )
    return (await conn.execute(update(recovery_codes).where(unused).values(used_at=at))).rowcount == 1


async def passkey_by_credential(conn: AsyncConnection, credential_id: bytes) -> Passkey | None:
    row = (await conn.execute(select(passkeys).where(passkeys.c.credential_id == credential_id))).first()
    return _passkey(row) if row else None


async def insert_passkey(conn: AsyncConnection, key: Passkey) -> bool:
    """False when this credential is somebody's already."""
    values = {name: getattr(key, name) for name in Passkey.__dataclass_fields__}
    return (await conn.execute(upsert(passkeys).values(values).on_conflict_do_nothing())).rowcount == 1


async def count_passkey(conn: AsyncConnection, key_id: UUID, sign_count: int, day: date) -> bool:
    """Notes a use. False when the authenticator's counter did not go up as it must (WebAuthn section 6.1.1): there may
    be a copy of it. One that does not count says 0 for ever."""
    rises = or_(passkeys.c.sign_count < sign_count, and_(passkeys.c.sign_count == 0, literal(sign_count) == 0))
    done = await conn.execute(
        update(passkeys).where(passkeys.c.id == key_id, rises).values(sign_count=sign_count, used_on=day)
    )
    return done.rowcount == 1


async def delete_passkey(conn: AsyncConnection, account_id: UUID, key_id: UUID) -> bool:
    of_person = and_(passkeys.c.account_id == account_id, passkeys.c.id == key_id)
    return (await conn.execute(delete(passkeys).where(of_person))).rowcount == 1


async def delete_all(conn: AsyncConnection, account_id: UUID) -> None:
    """All that a person could prove a second factor with."""
    for table in (totp_secrets, recovery_codes, passkeys):
        await conn.execute(delete(table).where(table.c.account_id == account_id))


def _passkey(row: Row[Any]) -> Passkey:
    return Passkey(**{name: getattr(row, name) for name in Passkey.__dataclass_fields__})
