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
from server.infra.limits import Rate, site_of
from server.kernel.clock import Clock
from server.kernel.errors import TooFast
from server.people.sessions.guesses import LOGIN


@dataclass(frozen=True, slots=True)
class Patience:
    """``free`` wrong ones in a row, then a wait, then twice as long each time; without a try for a day, anew."""

    longest: timedelta
    free: int = 5  # what a nervous person types
    first: timedelta = timedelta(seconds=30)


CODE = Patience(timedelta(hours=1))  # 24 guesses a day at one code of a million, three of which fit at a time
# 96 a day at one PIN of 10,000; no longer, since it is a child who waits after a classmate has played with it.
PIN = Patience(timedelta(minutes=15))
# Codes to come in with, by address: 60 children behind one school line type theirs together, each up to three times;
# whoever guesses gets 43,200 a day. The code's own 42.8 bits and the cost of its hash do the rest: nobody else is ever
# made to wait (docs/decisions/0184).
ADDRESS = Rate(per_second=1 / 2, burst=180)
FORGOTTEN_AFTER = timedelta(days=1)
KEPT = timedelta(days=7)  # for so long staff see that somebody was guessed at; then retention takes it


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
        await self._take("login", login_hash(login), LOGIN)

    async def take_address(self, address: str) -> None:
        """A code to come in with, typed at ``address``. Raises TooFast."""
        await self._take("address", hashlib.sha256(site_of(address).encode()).digest(), ADDRESS)

    async def take_code(self, account_id: UUID, device: UUID | None) -> None:
        """A code of this person; ``device`` is the one it comes from when it has signed in before. Raises
        TooFast: after a few that were wrong, each costs twice the wait of the last."""
        await self._escalate("code", _key(account_id, device), CODE)

    async def code_succeeded(self, account_id: UUID, device: UUID | None) -> None:
        """It was right: the next mistake is a first one again."""
        await self._forgive("code", _key(account_id, device))

    async def take_pin(self, session_id: UUID) -> None:
        """A PIN of the device of this session. Raises TooFast, likewise."""
        await self._escalate("pin", session_id.bytes, PIN)

    async def pin_succeeded(self, session_id: UUID) -> None:
        await self._forgive("pin", session_id.bytes)

    async def _take(self, kind: str, key: bytes, rate: Rate) -> None:
        now = self._clock.now()
        cost, burst = timedelta(seconds=1 / rate.per_second), timedelta(seconds=rate.burst / rate.per_second)
        async with self._database.everywhere() as conn:
            values = {"kind": kind, "key": key, "now": now, "cost": cost, "burst": burst}
            if (await conn.execute(_TAKE, values)).first() is not None:
                return
            free_at = await _refused(conn, kind, key, now)
        raise TooFast("signin", retry_in_ms=_milliseconds(free_at + cost - burst - now))

    async def _escalate(self, kind: str, key: bytes, patience: Patience) -> None:
        now = self._clock.now()
        values = {"kind": kind, "key": key, "now": now, "forgotten": now - FORGOTTEN_AFTER, "free": patience.free}
        async with self._database.everywhere() as conn:
            waits = {"first": patience.first, "longest": patience.longest}
            if (await conn.execute(_ESCALATE, values | waits)).first() is not None:
                return
            free_at = await _refused(conn, kind, key, now)
        raise TooFast(kind, retry_in_ms=_milliseconds(free_at - now))

    async def _forgive(self, kind: str, key: bytes) -> None:
        async with self._database.everywhere() as conn:
            await conn.execute(_FORGIVE, {"kind": kind, "key": key, "now": self._clock.now()})


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
    INSERT INTO guesses (kind, key, free_at) VALUES (:kind, :key, CAST(:now AS timestamptz) + CAST(:cost AS interval))
    ON CONFLICT (kind, key) DO UPDATE SET free_at = greatest(guesses.free_at, :now) + CAST(:cost AS interval)
    WHERE greatest(guesses.free_at, :now) + CAST(:cost AS interval)
        <= CAST(:now AS timestamptz) + CAST(:burst AS interval)
    RETURNING free_at
    """
)
_ESCALATE = text(
    """
    INSERT INTO guesses (kind, key, free_at, failures) VALUES (:kind, :key, :now, 1)
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
_FORGIVE = text("UPDATE guesses SET failures = 0, free_at = :now WHERE kind = :kind AND key = :key")
_OF_ACCOUNT = """
    (guesses.kind = 'login' AND guesses.key = sha256(convert_to(accounts.login_key, 'UTF8')))
    OR (guesses.kind = 'code' AND guesses.key = uuid_send(accounts.id))
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
