"""From a sign-in that lacks a second factor to a session: the waiting one ends, another with a token of its own begins.

Nothing that was known before the second factor is worth anything after it, and of two that finish at once one does.
"""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.infra.secrets import InstanceKeyring
from server.kernel.clock import Clock
from server.kernel.errors import BadCredentials, Conflict, NotSignedIn, SecondFactor
from server.kernel.principal import Missing, Principal
from server.people import store
from server.people.factors import challenges, devices
from server.people.factors.checks import Checks
from server.people.factors.passkeys import RelyingParty, Response
from server.people.factors.setting_up import Ready, SettingUp
from server.people.factors.store import has_second_factor
from server.people.sessions import store as sessions
from server.people.sessions.signin import Opened, SignIn
from server.people.sessions.store import Proved
from server.people.sessions.visitor import Visitor


@dataclass(frozen=True, slots=True)
class Finished:
    """``recovery_codes`` are told once, here, to who has just set up their first second factor."""

    opened: Opened
    recovery_codes: tuple[str, ...] = ()


class Finish:
    """Use cases of who is half signed in, and of who comes with a passkey and needs no password."""

    def __init__(
        self, database: Database, sign_in: SignIn, checks: Checks, keyring: InstanceKeyring, clock: Clock
    ) -> None:
        self._database = database
        self._sign_in = sign_in
        self._checks = checks
        self._keyring = keyring
        self._clock = clock

    async def with_code(self, waiting: Principal, code: str, visitor: Visitor) -> Finished:
        """Raises Conflict when nothing is waited for, SecondFactor when a factor is to be set up first,
        BadCredentials("one_time") or ("one_time_used"), TooFast."""
        _must_wait_for(waiting, Missing.ASKED)
        organisation_id, account_id = waiting.organisation_id, waiting.account_id
        async with self._database.begin(organisation_id) as conn:
            device = await devices.known(conn, visitor.device, account_id)
        taken = await self._checks.look_at_code(organisation_id, account_id, code, device)
        async with self._database.everywhere() as conn:
            person = await self._ended(conn, waiting)
            await self._checks.take_code(conn, organisation_id, account_id, taken)
            opened = await self._sign_in.open_proved(conn, person, visitor, Proved.TWO_FACTORS)
        return await self._told(waiting, opened)

    async def with_passkey(self, party: RelyingParty, response: Response, visitor: Visitor) -> Finished:
        """Whoever's it is. Raises BadCredentials("passkey"), ("disabled")."""
        key = await self._checks.take_passkey(party, b"", response)
        async with self._database.everywhere() as conn:
            person = await sessions.open_account(conn, key.account_id)
            if person is None:
                raise BadCredentials("disabled")
            opened = await self._sign_in.open_proved(conn, person, visitor, Proved.TWO_FACTORS)
        await self._sign_in.announce(opened.ended, "replaced")
        return Finished(opened)

    async def first(self, waiting: Principal, ready: Ready, visitor: Visitor, setting_up: SettingUp) -> Finished:
        """Somebody's first second factor, which finishes their sign-in. Raises Conflict, SecondFactor when another
        was set up meanwhile, BadCredentials("one_time_used"), ("passkey")."""
        _must_wait_for(waiting, Missing.SET_UP)
        sheet = await setting_up.new_sheet()
        async with self._database.everywhere() as conn:
            person = await self._ended(conn, waiting)
            if await has_second_factor(conn, person.id):
                raise SecondFactor
            await setting_up.add(conn, waiting, ready)
            codes = await setting_up.put_sheet(conn, waiting, sheet)
            opened = await self._sign_in.open_proved(conn, person, visitor, Proved.TWO_FACTORS)
        return Finished((await self._told(waiting, opened)).opened, codes)

    async def _ended(self, conn: AsyncConnection, waiting: Principal) -> store.Person:
        """Ends the waiting session; whose it is, with their account held. Raises NotSignedIn when it has ended."""
        person = await sessions.open_account(conn, waiting.account_id)
        if person is None or not await sessions.delete_session(conn, waiting.session_id):
            raise NotSignedIn
        return person

    async def _told(self, waiting: Principal, opened: Opened) -> Finished:
        ended = (sessions.EndedSession(waiting.session_id, waiting.account_id), *opened.ended)
        await self._sign_in.announce(ended, "replaced")
        return Finished(opened)

    async def purge(self) -> None:
        """Takes out the challenges that have run out."""
        async with self._database.everywhere() as conn:
            await challenges.purge(conn, self._clock.now())


def _must_wait_for(waiting: Principal, missing: Missing) -> None:
    if waiting.missing is None:
        raise Conflict("signed_in")
    if waiting.missing is not missing:
        raise SecondFactor
