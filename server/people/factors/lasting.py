"""What guessing costs, kept in the database: a restart forgives nothing, and several processes count together.

Nothing here locks anyone out for good, and a device that has signed in before counts apart from all strangers: they can
make each other wait, never its owner (docs/decisions/0181).
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import TooFast
from server.people.sessions.guesses import LOGIN

FREE = 5  # wrong codes in a row before the first wait: what a nervous person types
FIRST_WAIT = timedelta(seconds=30)  # then twice as long each time
LONGEST_WAIT = timedelta(hours=1)  # 24 guesses a day at one code of a million, three of which fit at a time
FORGOTTEN_AFTER = timedelta(days=1)  # without a try, the count begins anew
KEPT = timedelta(days=7)  # for so long staff see that somebody was guessed at


@dataclass(frozen=True, slots=True)
class Guessed:
    """Somebody whose password or code strangers try: ``times`` more often than they were let to."""

    account_id: UUID
    times: int
    since: datetime
    last: datetime


class LastingGuesses:
    """Asked before a guess is looked at; each asking is committed by itself, so that guesses made at once count."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def take_login(self, login: str) -> None:
        """A password for ``login`` from a device that never signed in to it. Raises TooFast, alike whether or not
        there is such a login."""
        now, key = self._clock.now(), login_hash(login)
        cost, burst = timedelta(seconds=1 / LOGIN.per_second), timedelta(seconds=LOGIN.burst / LOGIN.per_second)
        async with self._database.everywhere() as conn:
            values = {"key": key, "now": now, "cost": cost, "burst": burst}
            if (await conn.execute(_TAKE, values)).first() is not None:
                return
            free_at = await _refused(conn, "login", key, now)
        raise TooFast("signin", retry_in_ms=_milliseconds(free_at + cost - burst - now))

    async def take_code(self, account_id: UUID, device: UUID | None) -> None:
        """A code of this person; ``device`` is the one it comes from when it has signed in before. Raises
        TooFast: after a few that were wrong, each costs twice the wait of the last."""
        now, key = self._clock.now(), _key(account_id, device)
        values = {"key": key, "now": now, "free": FREE, "first": FIRST_WAIT, "longest": LONGEST_WAIT}
        async with self._database.everywhere() as conn:
            if (await conn.execute(_ESCALATE, values | {"forgotten": now - FORGOTTEN_AFTER})).first() is not None:
                return
            free_at = await _refused(conn, "code", key, now)
        raise TooFast("code", retry_in_ms=_milliseconds(free_at - now))

    async def code_succeeded(self, account_id: UUID, device: UUID | None) -> None:
        """It was right: the next mistake is a first one again."""
        async with self._database.everywhere() as conn:
            await conn.execute(_FORGIVE, {"key": _key(account_id, device), "now": self._clock.now()})

    async def purge(self) -> None:
        """What is full again and old enough says nothing any more."""
        async with self._database.everywhere() as conn:
            await conn.execute(_PURGE, {"before": self._clock.now() - KEPT})


async def guessed_at(conn: AsyncConnection, organisation_id: UUID, since: datetime) -> list[Guessed]:
    """Whose secrets strangers guessed at since then, the latest first. A device of their own is no stranger. The
    transaction must see everything."""
    rows = await conn.execute(_GUESSED, {"organisation": organisation_id, "since": since})
    return [Guessed(row.id, row.times, row.since, row.last) for row in rows]


async def untold(conn: AsyncConnection, now: datetime) -> list[tuple[UUID, UUID]]:
    """(organisation, account) of those of whom staff have not been told today, who are marked as told."""
    rows = await conn.execute(_UNTOLD, {"now": now, "today": now - timedelta(days=1)})
    return [(row.organisation_id, row.id) for row in rows]


def login_hash(login: str) -> bytes:
    """The same in SQL below."""
    return hashlib.sha256(login.encode()).digest()


def _key(account_id: UUID, device: UUID | None) -> bytes:
    return account_id.bytes + (device.bytes if device is not None else b"")


def _milliseconds(wait: timedelta) -> int:
    return max(1, ceil(wait.total_seconds() * 1000))


async def _refused(conn: AsyncConnection, kind: str, key: bytes, now: datetime) -> datetime:
    free_at: datetime = (await conn.execute(_REFUSED, {"kind": kind, "key": key, "now": now})).scalar_one()
    return free_at


# The generic cell rate algorithm of infra/limits.py as one statement: concurrent takers wait for the row.
_TAKE = text(
    """
    INSERT INTO guesses (kind, key, free_at) VALUES ('login', :key, CAST(:now AS timestamptz) + CAST(:cost AS interval))
    ON CONFLICT (kind, key) DO UPDATE SET free_at = greatest(guesses.free_at, :now) + CAST(:cost AS interval)
    WHERE greatest(guesses.free_at, :now) + CAST(:cost AS interval)
        <= CAST(:now AS timestamptz) + CAST(:burst AS interval)
    RETURNING free_at
    """
)
_ESCALATE = text(
    """
    INSERT INTO guesses (kind, key, free_at, failures) VALUES ('code', :key, :now, 1)
    ON CONFLICT (kind, key) DO UPDATE SET
        failures = CASE WHEN guesses.free_at < :forgotten THEN 1 ELSE guesses.failures + 1 END,
        free_at = CAST(:now AS timestamptz) + CASE
            WHEN guesses.free_at < :forgotten OR guesses.failures + 1 < CAST(:free AS integer) THEN interval '0'
            ELSE least(
                CAST(:first AS interval) * power(2, least(guesses.failures + 1 - CAST(:free AS integer), 20)),
                CAST(:longest AS interval)
            )
        END
    WHERE guesses.free_at <= :now
    RETURNING free_at
    """
)
_REFUSED = text(
    """
    UPDATE guesses SET refused = refused + 1, refused_at = :now, refused_since = coalesce(refused_since, :now)
    WHERE kind = :kind AND key = :key RETURNING free_at
    """
)
_FORGIVE = text("UPDATE guesses SET failures = 0, free_at = :now WHERE kind = 'code' AND key = :key")
_PURGE = text("DELETE FROM guesses WHERE free_at < :before AND coalesce(refused_at, free_at) < :before")
_OF_ACCOUNT = """
    (guesses.kind = 'login' AND guesses.key = sha256(convert_to(accounts.login_key, 'UTF8')))
    OR (guesses.kind <> 'login' AND guesses.key = uuid_send(accounts.id))
"""
_GUESSED = text(
    f"""
    SELECT accounts.id, sum(refused) AS times, min(refused_since) AS since, max(refused_at) AS last
    FROM guesses JOIN accounts ON {_OF_ACCOUNT}
    WHERE accounts.organisation_id = :organisation AND refused > 0 AND refused_at > :since
    GROUP BY accounts.id ORDER BY last DESC
    """  # noqa: S608 - made of constants of this file
)
_UNTOLD = text(
    f"""
    UPDATE guesses SET told_at = :now FROM accounts
    WHERE ({_OF_ACCOUNT}) AND refused > 0 AND refused_at > :today AND (told_at IS NULL OR told_at < :today)
    RETURNING accounts.organisation_id, accounts.id
    """  # noqa: S608 - likewise
)
