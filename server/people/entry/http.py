"""HTTP of who has a link or a code, of who has forgotten a password, and of the PIN of a bound device."""

from typing import Literal

from msgspec import Struct

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest
from server.kernel.permissions import Role
from server.people.entry.joining import Joining
from server.people.entry.pins import Pins
from server.people.entry.reset import Resets
from server.people.me import Me, me_of
from server.people.sessions.answer import SignedIn, opened_for
from server.people.sessions.visitor import visitor_of
from server.transport.endpoint import Call, endpoint
from server.transport.pace import Pace
from server.transport.reached import reached
from server.transport.web_session import cookie_of, set_cookie
from server.transport.wire import ShortText, timestamp


class LinkBody(Struct, forbid_unknown_fields=True):
    token: ShortText


class WelcomeCard(Struct):
    """Who invites whom; ``purpose`` is `password`, `reset` or `device`."""

    organisation: str
    name: str
    role: Role
    language: str
    login: str
    purpose: str


class ChosenBody(Struct, forbid_unknown_fields=True):
    token: ShortText
    password: ShortText


class Chosen(Struct):
    login: str


class BindBody(Struct, forbid_unknown_fields=True):
    """A ``token`` or a ``code``."""

    token: ShortText | None = None
    code: ShortText | None = None
    kind: Literal["cookie", "bearer"] = "cookie"


class ResetBody(Struct, forbid_unknown_fields=True):
    login: ShortText


class PinBody(Struct, forbid_unknown_fields=True):
    """``pin``: the new one, or none from now on. ``current``: the one that there is, if any."""

    pin: ShortText | None = None
    current: ShortText | None = None


class PinTry(Struct, forbid_unknown_fields=True):
    pin: ShortText


class JoiningHttp:
    def __init__(self, database: Database, joining: Joining, resets: Resets, pins: Pins, clock: Clock) -> None:
        self._database = database
        self._joining = joining
        self._resets = resets
        self._pins = pins
        self._clock = clock

    @endpoint("POST", "/api/v1/join", body=LinkBody, answer=WelcomeCard, signed_in=False)
    async def look_at_link(self, call: Call) -> WelcomeCard:
        """What a link is for; it stays unused."""
        body: LinkBody = call.body
        found = await self._joining.look(body.token, call.address)
        return WelcomeCard(found.organisation, found.name, found.role, found.language, found.login, found.purpose.value)

    @endpoint("POST", "/api/v1/join/password", body=ChosenBody, answer=Chosen, signed_in=False)
    async def choose_password(self, call: Call) -> Chosen:
        """Choose a password with a link, which is then used. All sessions of before end."""
        body: ChosenBody = call.body
        return Chosen(await self._joining.choose_password(body.token, body.password, call.address))

    @endpoint("POST", "/api/v1/join/device", body=BindBody, answer=SignedIn, signed_in=False)
    async def bind_device(self, call: Call) -> SignedIn:
        """Sign in on this device with a link or a code, which is then used."""
        body: BindBody = call.body
        if (body.token is None) == (body.code is None):
            raise BadRequest("missing", field="code")
        opened = await self._joining.bind(visitor_of(call, body.kind), token=body.token, code=body.code)
        return await opened_for(call, self._database, self._clock, opened, body.kind)

    @endpoint("POST", "/api/v1/reset", body=ResetBody, signed_in=False)
    async def ask_for_reset(self, call: Call) -> None:
        """Ask for a link by mail, for who has forgotten their password. The answer does not tell who exists."""
        body: ResetBody = call.body
        here = reached(call.request)
        local = f"{here.scheme}://{here.host}" if here.on_this_machine else None
        await self._resets.ask(body.login, call.address, local)

    @endpoint("POST", "/api/v1/session/renew", answer=Me)
    async def renew(self, call: Call) -> Me:
        """On a device that a code or a link has bound: the session goes on for another 30 days."""
        until = await self._joining.renew(call.principal)
        async with self._database.begin(call.principal.organisation_id) as conn:
            me = await me_of(conn, call.principal, self._clock)
        if until is not None:
            me.expires_at = timestamp(until)
            token = cookie_of(call.request)
            if token is not None:
                set_cookie(call.headers, call.request, token, round((until - self._clock.now()).total_seconds()))
        return me

    @endpoint("PUT", "/api/v1/session/pin", body=PinBody, pace=Pace.COSTLY)
    async def change_pin(self, call: Call) -> None:
        """Set, change or take away the PIN that this device asks for."""
        body: PinBody = call.body
        await self._pins.change(call.principal, body.pin, body.current)

    @endpoint("POST", "/api/v1/session/pin", body=PinTry, pace=Pace.COSTLY)
    async def try_pin(self, call: Call) -> None:
        """Whether it is the PIN of this device. After five wrong ones each costs a wait."""
        body: PinTry = call.body
        await self._pins.check(call.principal, body.pin)
