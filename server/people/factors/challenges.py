"""Challenges of WebAuthn (Level 2, section 13.4.3): the server signs them rather than keeps them, so that whoever asks
for one writes nothing to the database; each is answered once, which is kept until it has run out anyway."""

import os
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.secrets import Keyring
from server.people.factors.tables import spent_challenges

LIFETIME = timedelta(minutes=5)  # WebAuthn Level 3, section 15.1: what user verification asks for
_RANDOM_BYTES = 16  # at least, section 13.4.3
_TIME_BYTES = 8
_LENGTH = _RANDOM_BYTES + _TIME_BYTES + 32


def issue(keys: Keyring, purpose: str, about: bytes, now: datetime) -> bytes:
    """A challenge for one purpose, about one session or none."""
    until = int((now + LIFETIME).timestamp() * 1000).to_bytes(_TIME_BYTES)
    plain = os.urandom(_RANDOM_BYTES) + until
    return plain + keys.sign(f"challenge {purpose}", plain + about)


def holds(keys: Keyring, challenge: bytes, purpose: str, about: bytes, now: datetime) -> bool:
    """Whether we issued it for that, and not too long ago."""
    plain, signature = challenge[: _RANDOM_BYTES + _TIME_BYTES], challenge[_RANDOM_BYTES + _TIME_BYTES :]
    if len(challenge) != _LENGTH or not keys.verify(f"challenge {purpose}", plain + about, signature):
        return False
    return now.timestamp() * 1000 < int.from_bytes(plain[_RANDOM_BYTES:])


def until(challenge: bytes) -> datetime:
    """When one that ``holds`` runs out."""
    return datetime.fromtimestamp(int.from_bytes(challenge[_RANDOM_BYTES:][:_TIME_BYTES]) / 1000, UTC)


async def spend(conn: AsyncConnection, organisation_id: object, challenge: bytes) -> bool:
    """Whether this is the first answer to one that ``holds``, also among answers that come at once."""
    values = {"challenge": challenge, "organisation_id": organisation_id, "expires_at": until(challenge)}
    written = await conn.execute(insert(spent_challenges).values(values).on_conflict_do_nothing())
    return bool(written.rowcount)


async def purge(conn: AsyncConnection, now: datetime) -> None:
    await conn.execute(delete(spent_challenges).where(spent_challenges.c.expires_at < now))
