"""HTTP around one's own second factors, password and devices, and what an admin does of them."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from server.kernel.errors import BadRequest
from server.kernel.permissions import Permission
from server.people.factors import passkeys
from server.people.factors.colleagues import Colleagues
from server.people.factors.own import Own, Proof
from server.people.factors.passkeys import RelyingParty
from server.people.factors.setting_up import SettingUp
from server.people.sessions.http import PasskeyOptions, PasskeyResponse, sealed_in
from server.transport.endpoint import Call, endpoint
from server.transport.pace import Pace
from server.transport.reached import reached
from server.transport.web_session import clear_cookie
from server.transport.wire import ShortText, Timestamp, timestamp


class ProofBody(msgspec.Struct, forbid_unknown_fields=True):
    """That one is there now: the present password, a code, or a passkey; one of them."""

    password: ShortText | None = None
    code: ShortText | None = None
    passkey: PasskeyResponse | None = None

    def read(self) -> Proof:
        return Proof(self.password, self.code, self.passkey.read() if self.passkey is not None else None)


class ProvenBody(msgspec.Struct, forbid_unknown_fields=True):
    proof: ProofBody


class AddTotpBody(msgspec.Struct, forbid_unknown_fields=True):
    sealed: ShortText
    code: ShortText
    proof: ProofBody


class AddPasskeyBody(msgspec.Struct, forbid_unknown_fields=True):
    passkey: PasskeyResponse
    proof: ProofBody


class PasswordBody(msgspec.Struct, forbid_unknown_fields=True):
    password: ShortText
    proof: ProofBody


class PasskeyRow(msgspec.Struct):
    """``used_on`` is the day of its last use."""

    id: UUID
    created_at: Timestamp
    used_on: date


class SecondFactors(msgspec.Struct):
    """``recovery_left`` counts the recovery codes that are not used yet; ``required`` whether one must stay;
    ``password`` whether there is one: who comes in by a code alone has nothing to prove a change with."""

    totp: bool
    passkeys: list[PasskeyRow]
    recovery_left: int
    required: bool
    password: bool


class RecoveryCodes(msgspec.Struct):
    """Told this once; none when there was nothing new to tell."""

    recovery_codes: list[str]


class DeviceRow(msgspec.Struct):
    """A session: on what kind of device, since when, used last on which day; ``here`` is the one that asks."""

    id: UUID
    system: str
    browser: str
    since: Timestamp
    here: bool
    used_on: date | UnsetType = UNSET


class Devices(msgspec.Struct):
    devices: list[DeviceRow]


class GuessedRow(msgspec.Struct):
    """``times`` somebody was not even let to try."""

    account: UUID
    times: Annotated[int, Meta(ge=0)]
    since: Timestamp
    last: Timestamp


class GuessedList(msgspec.Struct):
    guessed: list[GuessedRow]


class FactorsHttp:
    """Endpoints of second factors, passwords and devices."""

    def __init__(self, own: Own, setting_up: SettingUp, colleagues: Colleagues) -> None:
        self._own = own
        self._setting_up = setting_up
        self._colleagues = colleagues

    @endpoint("GET", "/api/v1/second-factors", answer=SecondFactors)
    async def second_factors(self, call: Call) -> SecondFactors:
        """One's own second factors."""
        found = await self._own.factors(call.principal)
        rows = [PasskeyRow(key.id, timestamp(key.created_at), key.used_on) for key in found.passkeys]
        required, password = self._own.must_have(call.principal), await self._own.has_password(call.principal)
        return SecondFactors(found.totp, rows, found.recovery_left, required, password)

    @endpoint("POST", "/api/v1/second-factors/challenge", answer=PasskeyOptions)
    async def challenge(self, call: Call) -> PasskeyOptions:
        """What a browser needs to prove with a passkey that one is there."""
        return PasskeyOptions(self._own.challenge(call.principal, _party(call)))

    @endpoint("POST", "/api/v1/second-factors/totp", body=AddTotpBody, answer=RecoveryCodes, pace=Pace.COSTLY)
    async def add_totp(self, call: Call) -> RecoveryCodes:
        """Set up one-time codes, in the place of those there were."""
        body: AddTotpBody = call.body
        ready = self._setting_up.ready_totp(call.principal, sealed_in(body.sealed), body.code)
        return RecoveryCodes(
            list(await self._own.add(call.principal, ready, body.proof.read(), _party_for(call, body.proof)))
        )

    @endpoint("POST", "/api/v1/second-factors/totp/remove", body=ProvenBody, pace=Pace.COSTLY)
    async def remove_totp(self, call: Call) -> None:
        """Remove the one-time codes."""
        body: ProvenBody = call.body
        await self._own.remove(call.principal, None, body.proof.read(), _party_for(call, body.proof))

    @endpoint("POST", "/api/v1/second-factors/passkeys", body=AddPasskeyBody, answer=RecoveryCodes, pace=Pace.COSTLY)
    async def add_passkey(self, call: Call) -> RecoveryCodes:
        """Add a passkey."""
        body: AddPasskeyBody = call.body
        party = _party(call)
        ready = self._setting_up.ready_passkey(call.principal, party, body.passkey.read())
        return RecoveryCodes(list(await self._own.add(call.principal, ready, body.proof.read(), party)))

    @endpoint("POST", "/api/v1/second-factors/passkeys/{passkey}/remove", body=ProvenBody, pace=Pace.COSTLY)
    async def remove_passkey(self, call: Call) -> None:
        """Remove a passkey."""
        body: ProvenBody = call.body
        passkey = call.identifier("passkey")
        await self._own.remove(call.principal, passkey, body.proof.read(), _party_for(call, body.proof))

    @endpoint("POST", "/api/v1/second-factors/recovery-codes", body=ProvenBody, answer=RecoveryCodes, pace=Pace.COSTLY)
    async def new_recovery_codes(self, call: Call) -> RecoveryCodes:
        """New recovery codes, in the place of all those there were."""
        body: ProvenBody = call.body
        party = _party_for(call, body.proof)
        return RecoveryCodes(list(await self._own.new_codes(call.principal, body.proof.read(), party)))

    @endpoint("POST", "/api/v1/password", body=PasswordBody, pace=Pace.COSTLY)
    async def change_password(self, call: Call) -> None:
        """Change one's password. All other sessions end."""
        body: PasswordBody = call.body
        party = _party_for(call, body.proof)
        await self._own.change_password(call.principal, body.password, body.proof.read(), party)

    @endpoint("GET", "/api/v1/session/devices", answer=Devices)
    async def devices(self, call: Call) -> Devices:
        """Where one is signed in, the last used first."""
        here = call.principal.session_id
        return Devices(
            [
                DeviceRow(
                    id=session.id,
                    system=session.system or "other",
                    browser=session.browser or "other",
                    since=timestamp(session.since),
                    here=session.id == here,
                    used_on=session.used_on if session.used_on is not None else UNSET,
                )
                for session in await self._own.sessions(call.principal)
            ]
        )

    @endpoint("DELETE", "/api/v1/session/devices/{device}")
    async def end_device(self, call: Call) -> None:
        """Sign out there: its sockets close and its calls end."""
        await self._own.end(call.principal, call.identifier("device"))

    @endpoint("DELETE", "/api/v1/session/devices")
    async def end_all_devices(self, call: Call) -> None:
        """Sign out everywhere, here too."""
        await self._own.end_all(call.principal)
        clear_cookie(call.headers, call.request)

    @endpoint("DELETE", "/api/v1/accounts/{account}/second-factors", permission=Permission.SECOND_FACTOR_RESET)
    async def reset(self, call: Call) -> None:
        """Take the second factors of somebody away who has lost them. They sign in anew, and are told."""
        await self._colleagues.reset(call.principal, call.identifier("account"))

    @endpoint("GET", "/api/v1/accounts/guessed", answer=GuessedList, permission=Permission.ACCOUNT_LIST)
    async def guessed(self, call: Call) -> GuessedList:
        """The people whose password or codes somebody has been guessing at these days."""
        return GuessedList(
            [
                GuessedRow(one.account_id, one.times, timestamp(one.since), timestamp(one.last))
                for one in await self._colleagues.guessed_at(call.principal)
            ]
        )


def _party(call: Call) -> RelyingParty:
    return passkeys.relying_party(reached(call.request))


def _party_for(call: Call, proof: ProofBody) -> RelyingParty | None:
    """None where passkeys cannot be, and none is shown."""
    try:
        return _party(call)
    except BadRequest:
        if proof.passkey is not None:
            raise
        return None
