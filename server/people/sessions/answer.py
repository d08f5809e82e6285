"""What becomes of a sign-in, as clients are told: who is signed in, or the second factor that is still asked for."""

from msgspec import UNSET, Struct, UnsetType

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.principal import Missing, Principal
from server.people.factors.store import factors_of
from server.people.me import MyAccount, MyOrganisation, me_of
from server.people.sessions.signin import Opened
from server.people.sessions.store import Kind
from server.people.sessions.visitor import hand_over
from server.transport.endpoint import Call
from server.transport.wire import Timestamp, timestamp


class Asked(Struct):
    """The second factor that a sign-in waits for: one that there is, or one to be set up."""

    state: Missing
    totp: bool
    passkey: bool
    recovery: bool


class SignedIn(Struct, kw_only=True):
    """Who is signed in; or, with ``second_factor``, what is still asked for until ``expires_at``. ``token`` is there
    for ``kind: bearer`` only, ``recovery_codes`` after a first second factor, both only this once."""

    account: MyAccount | UnsetType = UNSET
    organisation: MyOrganisation | UnsetType = UNSET
    expires_at: Timestamp
    second_factor: Asked | UnsetType = UNSET
    recovery_codes: list[str] | UnsetType = UNSET
    token: str | UnsetType = UNSET


async def signed_in(database: Database, clock: Clock, principal: Principal) -> SignedIn:
    """How far ``principal`` is signed in."""
    answer = SignedIn(expires_at=timestamp(principal.expires_at))
    async with database.begin(principal.organisation_id) as conn:
        if principal.missing is None:
            me = await me_of(conn, principal, clock)
            answer.account, answer.organisation = me.account, me.organisation
        else:
            have = await factors_of(conn, principal.account_id)
            answer.second_factor = Asked(principal.missing, have.totp, bool(have.passkeys), have.recovery_left > 0)
    return answer


async def opened_for(call: Call, database: Database, clock: Clock, opened: Opened, kind: Kind) -> SignedIn:
    """The same of a session that was just opened, which goes with the answer: as a token, or as a cookie."""
    answer = await signed_in(database, clock, opened.principal)
    if kind == "bearer":
        answer.token = opened.token
    else:
        seconds = round((opened.principal.expires_at - clock.now()).total_seconds())
        hand_over(call, opened.token, seconds, opened.device)
    return answer
