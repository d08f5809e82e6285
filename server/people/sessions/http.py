"""HTTP around the session: a password, then a second factor where there must be one; or a passkey, which is both."""

import base64
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from server.infra.database import Database
from server.infra.secrets import InstanceKeyring
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, SecondFactor
from server.kernel.principal import Missing, Principal
from server.people.factors import passkeys
from server.people.factors.finish import Finish, Finished
from server.people.factors.setting_up import SettingUp
from server.people.me import Me, me_of
from server.people.sessions.answer import SignedIn, opened_for, signed_in
from server.people.sessions.signin import SignIn
from server.people.sessions.store import Kind
from server.people.sessions.visitor import visitor_of
from server.transport.endpoint import Call, endpoint
from server.transport.pace import Pace
from server.transport.reached import reached
from server.transport.web_session import clear_cookie, uses_cookie
from server.transport.wire import ShortText

Base64Url = Annotated[str, Meta(max_length=8_000)]  # a key of the largest kind in use, with what vouches for it


class SignInBody(msgspec.Struct, forbid_unknown_fields=True):
    login: ShortText
    password: ShortText
    kind: Literal["cookie", "bearer"] = "cookie"


class CodeBody(msgspec.Struct, forbid_unknown_fields=True):
    """A one-time code, or a recovery code."""

    code: ShortText


class PasskeyResponse(msgspec.Struct, forbid_unknown_fields=True):
    """What an authenticator answered (WebAuthn Level 2, section 5.1), each part in base64url."""

    id: Base64Url
    client_data: Base64Url
    attestation: Base64Url | None = None
    authenticator_data: Base64Url | None = None
    signature: Base64Url | None = None

    def read(self) -> passkeys.Response:
        return passkeys.Response(self.id, self.client_data, self.attestation, self.authenticator_data, self.signature)


class PasskeyBody(msgspec.Struct, forbid_unknown_fields=True):
    passkey: PasskeyResponse
    kind: Literal["cookie", "bearer"] = "cookie"


class TotpBody(msgspec.Struct, forbid_unknown_fields=True):
    """``sealed`` as it was offered, and the first code."""

    sealed: ShortText
    code: ShortText


class NewPasskeyBody(msgspec.Struct, forbid_unknown_fields=True):
    passkey: PasskeyResponse


class TotpOffer(msgspec.Struct):
    """``qr`` is an SVG path of ``size`` × ``size`` squares, ``secret`` the same to type."""

    secret: str
    qr: str
    size: int
    sealed: str


class PasskeyOptions(msgspec.Struct):
    """``public_key`` is for ``navigator.credentials``, in the JSON form of WebAuthn Level 3, section 5.1."""

    public_key: dict[str, Any]


class SessionHttp:
    """Endpoints around one's session."""

    def __init__(
        self,
        database: Database,
        sign_in: SignIn,
        finish: Finish,
        setting_up: SettingUp,
        keyring: InstanceKeyring,
        clock: Clock,
    ) -> None:
        self._database = database
        self._sign_in = sign_in
        self._finish = finish
        self._setting_up = setting_up
        self._keyring = keyring
        self._clock = clock

    @endpoint("POST", "/api/v1/session", body=SignInBody, answer=SignedIn, signed_in=False)
    async def sign_in(self, call: Call) -> SignedIn:
        """Sign in. A browser gets its cookie, a program its token; who has a second factor, or must have one, gets one
        that opens nothing but what finishes the sign-in, for ten minutes."""
        body: SignInBody = call.body
        opened = await self._sign_in.sign_in(body.login, body.password, visitor_of(call, body.kind))
        return await self._answer(call, Finished(opened), body.kind)

    @endpoint("POST", "/api/v1/session/code", body=CodeBody, answer=SignedIn, finishes_sign_in=True)
    async def finish_with_code(self, call: Call) -> SignedIn:
        """Finish signing in, with a one-time code or a recovery code."""
        body: CodeBody = call.body
        kind = kind_of(call)
        finished = await self._finish.with_code(call.principal, body.code, visitor_of(call, kind))
        return await self._answer(call, finished, kind)

    @endpoint("POST", "/api/v1/session/passkey/options", answer=PasskeyOptions, signed_in=False)
    async def passkey_options(self, call: Call) -> PasskeyOptions:
        """What a browser needs to sign in with a passkey, whosever it is."""
        party = passkeys.relying_party(reached(call.request))
        return PasskeyOptions(passkeys.using(self._keyring.keys, party, b"", self._clock.now()))

    @endpoint("POST", "/api/v1/session/passkey", body=PasskeyBody, answer=SignedIn, signed_in=False)
    async def sign_in_with_passkey(self, call: Call) -> SignedIn:
        """Sign in with a passkey, which is both factors; or finish signing in with it."""
        body: PasskeyBody = call.body
        party = passkeys.relying_party(reached(call.request))
        finished = await self._finish.with_passkey(party, body.passkey.read(), visitor_of(call, body.kind))
        return await self._answer(call, finished, body.kind)

    @endpoint("GET", "/api/v1/session/second-factor", answer=SignedIn, finishes_sign_in=True)
    async def what_is_asked(self, call: Call) -> SignedIn:
        """What a sign-in still waits for, if anything: for a page that was loaded anew meanwhile."""
        return await signed_in(self._database, self._clock, call.principal)

    @endpoint("POST", "/api/v1/session/totp/offer", answer=TotpOffer, finishes_sign_in=True)
    async def offer_totp(self, call: Call) -> TotpOffer:
        """A new secret for an app that makes one-time codes. Nothing is stored."""
        offer = await self._setting_up.offer_totp(_may_set_up(call.principal))
        return TotpOffer(offer.secret, offer.qr.path, offer.qr.size, base64.urlsafe_b64encode(offer.sealed).decode())

    @endpoint("POST", "/api/v1/session/totp", body=TotpBody, answer=SignedIn, finishes_sign_in=True, pace=Pace.COSTLY)
    async def first_totp(self, call: Call) -> SignedIn:
        """Finish a first sign-in by setting up one-time codes. The recovery codes are told this once."""
        body: TotpBody = call.body
        kind = kind_of(call)
        ready = self._setting_up.ready_totp(call.principal, sealed_in(body.sealed), body.code)
        finished = await self._finish.first(call.principal, ready, visitor_of(call, kind), self._setting_up)
        return await self._answer(call, finished, kind)

    @endpoint("POST", "/api/v1/session/new-passkey/options", answer=PasskeyOptions, finishes_sign_in=True)
    async def offer_passkey(self, call: Call) -> PasskeyOptions:
        """What a browser needs to make a passkey."""
        party = passkeys.relying_party(reached(call.request))
        return PasskeyOptions(dict(await self._setting_up.offer_passkey(_may_set_up(call.principal), party)))

    @endpoint(
        "POST",
        "/api/v1/session/new-passkey",
        body=NewPasskeyBody,
        answer=SignedIn,
        finishes_sign_in=True,
        pace=Pace.COSTLY,
    )
    async def first_passkey(self, call: Call) -> SignedIn:
        """Finish a first sign-in by making a passkey. The recovery codes are told this once."""
        body: NewPasskeyBody = call.body
        kind = kind_of(call)
        party = passkeys.relying_party(reached(call.request))
        ready = self._setting_up.ready_passkey(call.principal, party, body.passkey.read())
        finished = await self._finish.first(call.principal, ready, visitor_of(call, kind), self._setting_up)
        return await self._answer(call, finished, kind)

    @endpoint("GET", "/api/v1/session", answer=Me)
    async def who_am_i(self, call: Call) -> Me:
        """Who is signed in."""
        async with self._database.begin(call.principal.organisation_id) as conn:
            return await me_of(conn, call.principal, self._clock)

    @endpoint("DELETE", "/api/v1/session", finishes_sign_in=True)
    async def sign_out(self, call: Call) -> None:
        """Sign out. The sockets of the session are closed."""
        await self._sign_in.sign_out(call.principal)
        clear_cookie(call.headers, call.request)

    async def _answer(self, call: Call, finished: Finished, kind: Kind) -> SignedIn:
        answer = await opened_for(call, self._database, self._clock, finished.opened, kind)
        if finished.recovery_codes:
            answer.recovery_codes = list(finished.recovery_codes)
        return answer


def kind_of(call: Call) -> Kind:
    """How the session that this request carries is held, so that the next one is held alike."""
    return "cookie" if uses_cookie(call.request) else "bearer"


def _may_set_up(principal: Principal) -> Principal:
    """Raises SecondFactor for who has one, and has not shown it."""
    if principal.missing is Missing.ASKED:
        raise SecondFactor
    return principal


def sealed_in(text: str) -> bytes:
    """Raises BadRequest for what was not offered."""
    try:
        return base64.urlsafe_b64decode(text)
    except ValueError:
        raise BadRequest("offer_over", field="sealed") from None
