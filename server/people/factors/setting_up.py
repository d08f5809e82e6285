"""Setting up a second factor, and what else a person changes of their own: adding, removing, a new sheet of codes.

A secret for one-time codes is not kept before its first code has come: it travels to the page and back, sealed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.infra.secrets import InstanceKeyring, NotOurs
from server.kernel.clock import Clock
from server.kernel.errors import BadCredentials, BadRequest, Conflict, NotFound
from server.kernel.principal import Principal
from server.people import notices
from server.people import store as people
from server.people.factors import challenges, passkeys, recovery, store, totp
from server.people.factors.checks import PURPOSE
from server.people.factors.passkeys import RelyingParty, Response
from server.people.passwords import Passwords
from server.people.qr import Qr, qr_of
from server.people.sessions import store as sessions
from server.trail.acts import Act
from server.trail.record import record

_OFFER = "totp offer"  # the purpose of the key that seals a secret on its way
OFFERED_FOR = timedelta(minutes=30)  # to install an app, and find it again
_TIME_BYTES = 8


@dataclass(frozen=True, slots=True)
class Offer:
    """A secret for an app to learn: to type, or from a QR code. ``sealed`` brings it back."""

    secret: str
    qr: Qr
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Ready:
    """A second factor that has been shown to work, not stored yet."""

    totp: tuple[str, int] | None = None
    passkey: passkeys.Made | None = None


class SettingUp:
    """Use cases around one's own second factors. Who may is decided before: see ``own.py`` and ``finish.py``."""

    def __init__(self, database: Database, passwords: Passwords, keyring: InstanceKeyring, clock: Clock) -> None:
        self._database = database
        self._passwords = passwords
        self._keyring = keyring
        self._clock = clock

    async def offer_totp(self, principal: Principal) -> Offer:
        """A new secret. Nothing is stored."""
        async with self._database.begin(principal.organisation_id) as conn:
            login = await people.login_of(conn, principal.account_id)
            organisation = await people.organisation(conn, principal.organisation_id)
        secret = totp.new_secret()
        qr = qr_of(totp.address(secret, login, organisation.name), border=0)
        until = int((self._clock.now() + OFFERED_FOR).timestamp()).to_bytes(_TIME_BYTES)
        sealed = self._keyring.keys.seal(_OFFER, until + secret.encode(), principal.account_id.bytes)
        return Offer(secret, qr, sealed)

    def ready_totp(self, principal: Principal, sealed: bytes, code: str) -> Ready:
        """Raises BadRequest for an offer that is not theirs or too old, BadCredentials("one_time")."""
        now = self._clock.now().timestamp()
        try:
            plain = self._keyring.keys.open(_OFFER, sealed, principal.account_id.bytes)
        except NotOurs:
            raise BadRequest("offer_over", field="sealed") from None
        if now >= int.from_bytes(plain[:_TIME_BYTES]):
            raise BadRequest("offer_over", field="sealed")
        secret = plain[_TIME_BYTES:].decode()
        step = totp.step_of(secret, code, now)
        if step is None:
            raise BadCredentials("one_time")
        return Ready(totp=(secret, step))

    async def offer_passkey(self, principal: Principal, party: RelyingParty) -> Mapping[str, Any]:
        """``PublicKeyCredentialCreationOptionsJSON``."""
        async with self._database.begin(principal.organisation_id) as conn:
            login = await people.login_of(conn, principal.account_id)
            have = await store.factors_of(conn, principal.account_id)
        who = (principal.account_id, login, principal.name)
        known = [key.credential_id for key in have.passkeys]
        return passkeys.making(self._keyring.keys, party, principal.session_id, who, known, self._clock.now())

    def ready_passkey(self, principal: Principal, party: RelyingParty, response: Response) -> Ready:
        """Raises BadCredentials("passkey")."""
        owner = (principal.organisation_id, principal.account_id)
        made = passkeys.made(self._keyring.keys, party, principal.session_id, owner, response, self._clock.now())
        return Ready(passkey=made)

    async def add(self, conn: AsyncConnection, principal: Principal, ready: Ready) -> None:
        """Stores it in the caller's transaction. Raises BadCredentials("passkey") for a challenge that was answered
        before, Conflict for a passkey that is somebody's already."""
        now, kind = self._clock.now(), "totp"
        if ready.totp is not None:
            secret, step = ready.totp
            sealed = self._keyring.keys.seal(PURPOSE, secret.encode(), principal.account_id.bytes)
            await store.put_totp(conn, principal.organisation_id, principal.account_id, sealed, step, now)
        if ready.passkey is not None:
            kind = "passkey"
            if not await challenges.spend(conn, principal.organisation_id, ready.passkey.challenge):
                raise BadCredentials("passkey")
            if not await store.insert_passkey(conn, ready.passkey.key):
                raise Conflict("passkey_there")
        await self._note(conn, principal, Act.FACTOR_ADDED, "second_factor_added", kind)

    async def remove(self, conn: AsyncConnection, principal: Principal, passkey: UUID | None) -> None:
        """A passkey, or (None) the one-time codes, in the caller's transaction. Raises NotFound; Conflict for the last
        second factor of who must have one."""
        await sessions.open_account(conn, principal.account_id)  # of two removals at once, one is the last
        if passkey is None:
            gone = await store.delete_totp(conn, principal.account_id)
        else:
            gone = await store.delete_passkey(conn, principal.account_id, passkey)
        if not gone:
            raise NotFound
        left = (await store.factors_of(conn, principal.account_id)).ways
        if not left and principal.role in sessions.STAFF:
            raise Conflict("second_factor_last")
        if not left:
            await store.put_recovery_codes(conn, principal.organisation_id, principal.account_id, {})
        kind = "totp" if passkey is None else "passkey"
        await self._note(conn, principal, Act.FACTOR_REMOVED, "second_factor_removed", kind)

    async def new_sheet(self) -> dict[str, tuple[str, str]]:
        """Ten recovery codes with their hashes, by what finds each."""
        sheet = {}
        for code in recovery.new_codes():
            selector, rest = recovery.split(code) or ("", "")
            sheet[selector] = (code, await self._passwords.hash(rest))
        return sheet

    async def put_sheet(
        self, conn: AsyncConnection, principal: Principal, sheet: Mapping[str, tuple[str, str]]
    ) -> tuple[str, ...]:
        """Stores it in the place of the last one; the codes, to be told this once."""
        hashes = {selector: hashed for selector, (_, hashed) in sheet.items()}
        await store.put_recovery_codes(conn, principal.organisation_id, principal.account_id, hashes)
        return tuple(code for code, _ in sheet.values())

    async def _note(self, conn: AsyncConnection, principal: Principal, act: Act, kind: str, factor: str) -> None:
        now, who = self._clock.now(), principal.account_id
        await notices.tell(conn, principal.organisation_id, who, kind, now, factor=factor)
        await record(conn, principal.organisation_id, now, act, by=who, about=[who], detail={"factor": factor})
