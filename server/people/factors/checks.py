"""Looks at what somebody shows as a second factor, and takes it: whatever can be used once is used up here."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.infra.secrets import InstanceKeyring, NotOurs
from server.kernel.clock import Clock
from server.kernel.errors import BadCredentials
from server.people import notices
from server.people.factors import challenges, passkeys, recovery, store, totp
from server.people.factors.passkeys import RelyingParty, Response
from server.people.passwords import Passwords
from server.people.sessions.lasting import LastingGuesses
from server.trail.acts import Act
from server.trail.record import record

PURPOSE = "totp"  # of the key that seals the secrets of one-time codes


@dataclass(frozen=True, slots=True)
class Taken:
    """A one-time code that fits, or the recovery code found by ``selector``, not taken yet."""

    sealed: bytes | None = None
    step: int = 0
    selector: str = ""
    code_hash: str = ""


class Checks:
    """``look_at…`` takes time and no transaction; ``take…`` is what of two at once only one can, in the caller's."""

    def __init__(self, database: Database, passwords: Passwords, keyring: InstanceKeyring, clock: Clock) -> None:
        self._database = database
        self._passwords = passwords
        self._keyring = keyring
        self._clock = clock
        self.lasting = LastingGuesses(database, clock)

    async def look_at_code(self, organisation_id: UUID, account_id: UUID, code: str, device: UUID | None) -> Taken:
        """A one-time code or a recovery code of this person. Raises BadCredentials("one_time") or ("one_time_used"),
        TooFast, TryAgain."""
        await self.lasting.take_code(account_id, device)
        found = await (self._one_time if totp.is_code(code) else self._recovery)(organisation_id, account_id, code)
        if found is None:
            raise BadCredentials("one_time")
        await self.lasting.code_succeeded(account_id, device)
        return found

    async def _one_time(self, organisation_id: UUID, account_id: UUID, code: str) -> Taken | None:
        async with self._database.begin(organisation_id) as conn:
            kept = await store.sealed_totp(conn, account_id)
            if kept is None:
                return None
            sealed, last_step = kept
            try:
                secret = self._keyring.keys.open(PURPOSE, sealed, account_id.bytes).decode()
            except NotOurs:
                return None
            if self._keyring.keys.outdated(sealed):
                anew = self._keyring.keys.seal(PURPOSE, secret.encode(), account_id.bytes)
                await store.seal_totp_anew(conn, account_id, sealed, anew)
                sealed = anew
        step = totp.step_of(secret, code, self._clock.now().timestamp())
        if step is not None and step <= last_step:  # whoever looked over a shoulder: no reason to forgive guesses
            raise BadCredentials("one_time_used")
        return Taken(sealed, step) if step is not None else None

    async def _recovery(self, organisation_id: UUID, account_id: UUID, code: str) -> Taken | None:
        selector, rest = recovery.split(code) or ("", "")
        async with self._database.begin(organisation_id) as conn:
            code_hash = await store.recovery_hash(conn, account_id, selector)
        right = await self._passwords.verify(code_hash, rest)  # for a code that is not there too, and as long
        return Taken(selector=selector, code_hash=code_hash) if right and code_hash is not None else None

    async def take_code(self, conn: AsyncConnection, organisation_id: UUID, account_id: UUID, taken: Taken) -> None:
        """Raises BadCredentials("one_time_used") when it was taken meanwhile."""
        if taken.sealed is not None:
            done = await store.take_totp(conn, account_id, taken.sealed, taken.step)
        else:
            now = self._clock.now()
            done = await store.take_recovery_code(conn, account_id, taken.selector, taken.code_hash, now)
            if done:
                left = (await store.factors_of(conn, account_id)).recovery_left
                await notices.tell(conn, organisation_id, account_id, "recovery_used", now, left=left)
        if not done:
            raise BadCredentials("one_time_used")

    async def take_passkey(self, party: RelyingParty, about: bytes, response: Response) -> store.Passkey:
        """The passkey that answers a challenge about ``about``, which is spent. Raises BadCredentials("passkey"), with
        its owner told when its counter did not go up."""
        now, credential = self._clock.now(), passkeys.credential_id(response)
        async with self._database.everywhere() as conn:  # whose it is, is what is asked
            key = await store.passkey_by_credential(conn, credential)
        if key is None:
            raise BadCredentials("passkey")
        used = passkeys.used(self._keyring.keys, party, about, key, response, now)
        async with self._database.begin(key.organisation_id) as conn:
            fresh = await challenges.spend(conn, key.organisation_id, used.challenge)
            rose = fresh and await store.count_passkey(conn, key.id, used.sign_count, now.date())
            if fresh and not rose:
                await self._copied(conn, key, now)
        if not rose:
            raise BadCredentials("passkey")
        return key

    async def _copied(self, conn: AsyncConnection, key: store.Passkey, now: datetime) -> None:
        await notices.tell(conn, key.organisation_id, key.account_id, "passkey_copied", now)
        await record(
            conn, key.organisation_id, now, Act.PASSKEY_REFUSED, by=None, about=[key.account_id], detail={"key": key.id}
        )
