"""What a signed-in person does with their own keys: second factors, password, devices. What changes who can come in
asks for a proof that they are there now: the present password, or a second factor used for it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.infra.secrets import InstanceKeyring
from server.kernel.clock import Clock
from server.kernel.errors import BadCredentials, BadRequest, Conflict, NotFound
from server.kernel.principal import Principal
from server.people import notices, rules
from server.people import store as people
from server.people.factors import devices, passkeys, store
from server.people.factors.checks import Checks, Taken
from server.people.factors.passkeys import RelyingParty, Response
from server.people.factors.setting_up import Ready, SettingUp
from server.people.passwords import Passwords
from server.people.sessions import store as sessions
from server.people.sessions.signin import SignIn
from server.trail.acts import Act
from server.trail.record import record


@dataclass(frozen=True, slots=True)
class Proof:
    """One of the three."""

    password: str | None = None
    code: str | None = None
    passkey: Response | None = None


class Own:
    """Use cases of a person about themselves."""

    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        checks: Checks,
        setting_up: SettingUp,
        sign_in: SignIn,
        keyring: InstanceKeyring,
        clock: Clock,
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._checks = checks
        self._setting_up = setting_up
        self._sign_in = sign_in
        self._keyring = keyring
        self._clock = clock

    async def factors(self, principal: Principal) -> store.Factors:
        async with self._database.begin(principal.organisation_id) as conn:
            return await store.factors_of(conn, principal.account_id)

    async def has_password(self, principal: Principal) -> bool:
        async with self._database.begin(principal.organisation_id) as conn:
            return await people.password_hash_of(conn, principal.account_id) is not None

    @staticmethod
    def must_have(principal: Principal) -> bool:
        """Whether this person's role asks for a second factor."""
        return principal.role in sessions.STAFF

    async def add(
        self, principal: Principal, ready: Ready, proof: Proof, party: RelyingParty | None
    ) -> tuple[str, ...]:
        """One more second factor. Returns the recovery codes when it is the first, or none are left. Raises what
        ``_prove`` does, BadCredentials, Conflict."""
        shown = await self._prove(principal, proof, party)
        left = (await self.factors(principal)).recovery_left
        sheet = {} if left else await self._setting_up.new_sheet()
        async with self._database.begin(principal.organisation_id) as conn:
            await self._use_up(conn, principal, shown)
            await self._setting_up.add(conn, principal, ready)
            return await self._setting_up.put_sheet(conn, principal, sheet) if sheet else ()

    async def remove(
        self, principal: Principal, passkey: UUID | None, proof: Proof, party: RelyingParty | None
    ) -> None:
        """A passkey, or the one-time codes. Raises what ``_prove`` does, NotFound, Conflict."""
        shown = await self._prove(principal, proof, party)
        async with self._database.begin(principal.organisation_id) as conn:
            await self._use_up(conn, principal, shown)
            await self._setting_up.remove(conn, principal, passkey)

    async def new_codes(self, principal: Principal, proof: Proof, party: RelyingParty | None) -> tuple[str, ...]:
        """A new sheet of recovery codes. Raises what ``_prove`` does; Conflict to who has no second factor."""
        shown = await self._prove(principal, proof, party)
        sheet = await self._setting_up.new_sheet()
        async with self._database.begin(principal.organisation_id) as conn:
            await self._use_up(conn, principal, shown)
            if not await store.has_second_factor(conn, principal.account_id):
                raise Conflict("no_second_factor")
            return await self._setting_up.put_sheet(conn, principal, sheet)

    async def change_password(self, principal: Principal, new: str, proof: Proof, party: RelyingParty | None) -> None:
        """Ends all other sessions. Raises what ``_prove`` does, BadRequest with the field named."""
        async with self._database.begin(principal.organisation_id) as conn:
            login = await people.login_of(conn, principal.account_id)
            organisation = await people.organisation(conn, principal.organisation_id)
        rules.check_password(principal.role, new, about=(login, principal.name, organisation.name))
        shown = await self._prove(principal, proof, party)
        hashed, now, who = await self._passwords.hash(new), self._clock.now(), principal.account_id
        async with self._database.begin(principal.organisation_id) as conn:
            await self._use_up(conn, principal, shown)
            await people.set_password_hash(conn, who, hashed)
            ended = await sessions.delete_of_account(conn, who, but=principal.session_id)
            await notices.tell(conn, principal.organisation_id, who, "password_changed", now)
            await record(conn, principal.organisation_id, now, Act.PASSWORD_CHANGED, by=who, about=[who])
        await self._sign_in.announce(ended, "password_changed")

    async def sessions(self, principal: Principal) -> list[sessions.Listed]:
        async with self._database.begin(principal.organisation_id) as conn:
            return await sessions.listed(conn, principal.account_id, self._clock.now())

    async def end(self, principal: Principal, session_id: UUID) -> None:
        """One of one's own sessions, with its sockets and calls; of what is none of one's own, nothing. A device that
        somebody else may hold is not known any more."""
        async with self._database.begin(principal.organisation_id) as conn:
            if session_id != principal.session_id:
                await devices.forget_of(conn, principal.account_id, session_id)
            ended = await sessions.delete_own(conn, principal.account_id, session_id)
            await self._sign_in.record_ended(conn, principal, ended)
        await self._sign_in.announce(ended, "signed_out")

    async def end_all(self, principal: Principal) -> None:
        """All of one's own, this one too; no device is known any more."""
        async with self._database.begin(principal.organisation_id) as conn:
            ended = await sessions.delete_of_account(conn, principal.account_id)
            await self._sign_in.record_ended(conn, principal, ended)
            await devices.forget_all(conn, principal.account_id)
        await self._sign_in.announce(ended, "signed_out")

    def challenge(self, principal: Principal, party: RelyingParty) -> dict[str, object]:
        """For a proof by passkey: ``PublicKeyCredentialRequestOptionsJSON``."""
        return passkeys.using(self._keyring.keys, party, principal.session_id.bytes, self._clock.now())

    async def _prove(self, principal: Principal, proof: Proof, party: RelyingParty | None) -> Taken | None:
        """That they are there now. A code is looked at here and used up with what it is for. Raises BadRequest unless
        there is exactly one proof; BadCredentials, TooFast."""
        given = [one for one in (proof.password, proof.code, proof.passkey) if one is not None]
        if len(given) != 1:
            raise BadRequest("proof", field="proof")
        organisation_id, who = principal.organisation_id, principal.account_id
        if proof.passkey is not None:
            if party is None:
                raise BadRequest("passkey_address")
            key = await self._checks.take_passkey(party, principal.session_id.bytes, proof.passkey)
            if key.account_id != who:
                raise BadCredentials("passkey")
            return None
        async with self._database.begin(organisation_id) as conn:
            device = await sessions.device_of(conn, principal.session_id)
            stored = await people.password_hash_of(conn, who)
        if proof.code is not None:
            return await self._checks.look_at_code(organisation_id, who, proof.code, device)
        await self._checks.lasting.take_code(who, device)
        if len(proof.password or "") > rules.PASSWORD_MAX or not await self._passwords.verify(
            stored, proof.password or ""
        ):
            raise BadCredentials("password")
        await self._checks.lasting.code_succeeded(who, device)
        return None

    async def _use_up(self, conn: AsyncConnection, principal: Principal, shown: Taken | None) -> None:
        """Holds the account's row, so that two changes of one person have an order; takes the code that was shown."""
        if await sessions.open_account(conn, principal.account_id) is None:
            raise NotFound
        if shown is not None:
            await self._checks.take_code(conn, principal.organisation_id, principal.account_id, shown)
