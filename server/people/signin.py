"""Signing in and out: a password becomes a session, and a session ends.

Check, then do in one transaction, then announce. Other ways in (codes, invitations, second factors) come beside this.
"""

from dataclasses import dataclass

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import BadCredentials
from server.kernel.events import Bus
from server.kernel.identifiers import new_id
from server.kernel.principal import Principal
from server.people import sessions, store
from server.people.authenticator import SessionAuthenticator
from server.people.events import SessionEnded
from server.people.guesses import Guesses
from server.people.passwords import Passwords
from server.people.rules import PASSWORD_MAX, login_key
from server.people.tokens import hash_token, new_token


@dataclass(frozen=True, slots=True)
class Opened:
    """A new session. ``token`` is told once, here; the database keeps its hash only."""

    token: str
    principal: Principal


class SignIn:
    """Use cases around sessions."""

    def __init__(
        self,
        database: Database,
        passwords: Passwords,
        guesses: Guesses,
        authenticator: SessionAuthenticator,
        bus: Bus,
        clock: Clock,
    ) -> None:
        self._database = database
        self._passwords = passwords
        self._guesses = guesses
        self._authenticator = authenticator
        self._bus = bus
        self._clock = clock

    async def sign_in(
        self, login: str, password: str, kind: sessions.Kind, *, address: str, replaces: str | None = None
    ) -> Opened:
        """Opens a session; ``replaces`` is the token of one to end with it, on a device that changes hands.

        Raises BadCredentials, with the same work done and the same answer whether the login or the password is wrong;
        BadCredentials("disabled") only to who knows the password; TooFast; TryAgain.
        """
        login = login_key(login)
        self._guesses.take(login, address)
        for _ in range(2):
            account = await self._verified(login, password)
            self._guesses.succeeded(login, address)
            opened = await self._open(account, password, kind, replaces)
            if opened is not None:
                return opened
        raise BadCredentials

    async def _verified(self, login: str, password: str) -> store.Account:
        async with self._database.everywhere() as conn:  # a login is unique on the instance, and tells whose it is
            account = await store.account_by_login(conn, login)
        stored = account.password_hash if account is not None else None
        right = len(password) <= PASSWORD_MAX and await self._passwords.verify(stored, password)
        if account is None or not right:
            raise BadCredentials
        if account.person.disabled:
            raise BadCredentials("disabled")
        return account

    async def _open(
        self, account: store.Account, password: str, kind: sessions.Kind, replaces: str | None
    ) -> Opened | None:
        """A session for who was just verified. None when the account changed while that was under way: it may have
        been closed, or given another password, so everything is asked again."""
        stored = account.password_hash or ""
        fresh = await self._passwords.hash(password) if self._passwords.outdated(stored) else None
        opened = self._new_session(account.person)
        async with self._database.everywhere() as conn:  # the session it replaces may be of another organisation
            if not await sessions.still_valid(conn, account.person.id, stored):
                return None
            await sessions.insert_session(conn, opened.principal, kind, hash_token(opened.token), self._clock.now())
            ended = await sessions.delete_surplus(conn, account.person.id)
            if replaces is not None:
                ended += await sessions.delete_by_token(conn, hash_token(replaces))
            if fresh is not None:
                await store.replace_password_hash(conn, account.person.id, stored, fresh)
        await self.announce(ended, "replaced")
        return opened

    async def sign_out(self, principal: Principal) -> None:
        """Ends the session that ``principal`` came with, here and in every process."""
        async with self._database.begin(principal.organisation_id) as conn:
            ended = await sessions.delete_session(conn, principal.session_id)
        await self.announce(ended, "signed_out")

    async def announce(self, ended: list[sessions.EndedSession], code: str) -> None:
        """Tells this process at once of sessions whose end is committed; the others hear of it by notice."""
        for session in ended:
            self._authenticator.forget(session.id)
            await self._bus.publish(SessionEnded(session.id, session.account_id, code))

    def _new_session(self, person: store.Person) -> Opened:
        principal = Principal(
            account_id=person.id,
            organisation_id=person.organisation_id,
            session_id=new_id(),
            role=person.role,
            name=person.name,
            language=person.language,
            birth_date=person.birth_date,
            expires_at=self._clock.now() + sessions.lifetime(person.role),
        )
        return Opened(new_token(), principal)
