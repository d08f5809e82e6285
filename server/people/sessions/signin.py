"""Signing in and out: a password becomes a session, and a session ends.

Check, then do in one transaction, then announce. A password alone opens nothing to who has a second factor, or must
have one: the session waits for it, ten minutes, and is replaced by another when it comes (``factors/finish.py``). Other
ways in (codes, invitations) come beside this and open their sessions with ``open``.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import BadCredentials
from server.kernel.events import Bus
from server.kernel.identifiers import new_id
from server.kernel.principal import Missing, Principal
from server.people import notices, store
from server.people.events import SessionEnded
from server.people.factors import devices
from server.people.factors.store import has_second_factor
from server.people.passwords import Passwords
from server.people.rules import PASSWORD_MAX, login_key
from server.people.sessions import store as sessions
from server.people.sessions.authenticator import SessionAuthenticator
from server.people.sessions.guesses import Guesses
from server.people.sessions.lasting import LastingGuesses
from server.people.sessions.store import Proved
from server.people.sessions.tokens import hash_token, new_token
from server.people.sessions.visitor import Visitor
from server.trail.acts import Act
from server.trail.record import record

_NOBODY = UUID(int=0)  # looked for when there is no such login, so that it takes as long


@dataclass(frozen=True, slots=True)
class Opened:
    """A new session. ``token`` is told once, here; the database keeps its hash only. With ``principal.missing`` it
    opens nothing yet. ``device`` is what a browser is known by from now on. ``ended`` are to be announced after the
    commit."""

    token: str
    principal: Principal
    device: str | None = None
    ended: tuple[sessions.EndedSession, ...] = ()


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
        self._lasting = LastingGuesses(database, clock)
        self._authenticator = authenticator
        self._bus = bus
        self._clock = clock
        self.on_new_device: Callable[[AsyncConnection, UUID], Awaitable[None]] | None = None  # beside the notice

    async def sign_in(self, login: str, password: str, visitor: Visitor) -> Opened:
        """Opens a session, in the place of the one that the visitor's device had.

        Raises BadCredentials, with the same work done and the same answer whether the login or the password is wrong;
        BadCredentials("disabled") only to who knows the password; TooFast; TryAgain.
        """
        login = login_key(login)
        async with self._database.everywhere() as conn:  # a login is unique on the instance, and tells whose it is
            account = await store.account_by_login(conn, login)
            device = await devices.known(conn, visitor.device, account.person.id if account is not None else _NOBODY)
        # A device that is known counts apart, whatever strangers do, also those on the same line.
        where = visitor.address if device is None else str(device)
        if self._guesses.take(login, where, known=device is not None):
            await self._lasting.take_login(login)
        for _ in range(2):
            account = await self._verified(login, password)
            self._guesses.succeeded(login, where)
            opened = await self._open(account, password, visitor)
            if opened is not None:
                return opened
        raise BadCredentials

    async def _verified(self, login: str, password: str) -> store.Account:
        async with self._database.everywhere() as conn:
            account = await store.account_by_login(conn, login)
        stored = account.password_hash if account is not None else None
        right = len(password) <= PASSWORD_MAX and await self._passwords.verify(stored, password)
        if account is None or not right:
            raise BadCredentials
        if account.person.disabled:
            raise BadCredentials("disabled")
        return account

    async def _open(self, account: store.Account, password: str, visitor: Visitor) -> Opened | None:
        """A session for who was just verified. None when the account changed while that was under way: it may have
        been closed, or given another password, so everything is asked again."""
        stored = account.password_hash or ""
        fresh = await self._passwords.hash(password) if self._passwords.outdated(stored) else None
        async with self._database.everywhere() as conn:  # the session it replaces may be of another organisation
            if not await sessions.still_valid(conn, account.person.id, stored):
                return None
            opened = await self.open(conn, account.person, visitor)
            if fresh is not None:
                await store.replace_password_hash(conn, account.person.id, stored, fresh)
        await self.announce(opened.ended, "replaced")
        return opened

    async def open(self, conn: AsyncConnection, person: store.Person, visitor: Visitor) -> Opened:
        """A session for who has proved one factor, in the caller's transaction, which must see everything and hold the
        account's row. It waits for the second factor of who has one or must have one. ``announce`` its ``ended`` after
        the commit."""
        if await has_second_factor(conn, person.id):
            return await self._waiting(conn, person, visitor, Proved.ASKED)
        if person.role in sessions.STAFF:
            return await self._waiting(conn, person, visitor, Proved.SET_UP)
        return await self.open_proved(conn, person, visitor, Proved.ONE_FACTOR)

    async def open_proved(
        self, conn: AsyncConnection, person: store.Person, visitor: Visitor, proved: Proved
    ) -> Opened:
        """As ``open``, for who has proved all that is asked of them. A device that was never seen is told to them."""
        now = self._clock.now()
        seen = await devices.recognise(
            conn,
            person.organisation_id,
            person.id,
            visitor.device if visitor.kind == "cookie" else devices.PROGRAM,
            now,
        )
        if seen.unseen:
            facts = {"system": visitor.system, "browser": visitor.browser}
            await notices.tell(conn, person.organisation_id, person.id, "new_device", now, **facts)
            if self.on_new_device is not None:
                await self.on_new_device(conn, person.id)
        device = sessions.Device(seen.id, visitor.system, visitor.browser)
        opened = await self._insert(conn, person, visitor, proved, device)
        surplus = await sessions.delete_surplus(conn, person.id)
        return Opened(opened.token, opened.principal, seen.token, (*opened.ended, *surplus))

    async def _waiting(self, conn: AsyncConnection, person: store.Person, visitor: Visitor, proved: Proved) -> Opened:
        return await self._insert(conn, person, visitor, proved, sessions.Device())

    async def _insert(
        self, conn: AsyncConnection, person: store.Person, visitor: Visitor, proved: Proved, device: sessions.Device
    ) -> Opened:
        token, now = new_token(), self._clock.now()
        full = proved in sessions.OPEN
        principal = Principal(
            account_id=person.id,
            organisation_id=person.organisation_id,
            session_id=new_id(),
            role=person.role,
            name=person.name,
            language=person.language,
            birth_date=person.birth_date,
            expires_at=now + (sessions.lifetime(person.role) if full else sessions.LIFETIME_WAITING),
            missing=None if full else Missing(proved.value),
        )
        await sessions.insert_session(
            conn, principal, visitor.kind, hash_token(token), now, proved=proved, device=device
        )
        detail = {"session": principal.session_id, "kind": visitor.kind, "proved": proved.value}
        await record(
            conn, person.organisation_id, now, Act.SESSION_OPENED, by=person.id, about=[person.id], detail=detail
        )
        ended = await sessions.delete_by_token(conn, hash_token(visitor.token)) if visitor.token is not None else []
        return Opened(token, principal, ended=tuple(ended))

    async def sign_out(self, principal: Principal) -> None:
        """Ends the session that ``principal`` came with, here and in every process."""
        async with self._database.begin(principal.organisation_id) as conn:
            ended = await sessions.delete_session(conn, principal.session_id)
            await self.record_ended(conn, principal, ended)
        await self.announce(ended, "signed_out")

    async def record_ended(
        self, conn: AsyncConnection, principal: Principal, ended: Sequence[sessions.EndedSession]
    ) -> None:
        """In the trail, that ``principal`` ended these of their own."""
        organisation_id, me, now = principal.organisation_id, principal.account_id, self._clock.now()
        for session in ended:
            detail = {"session": session.id}
            await record(conn, organisation_id, now, Act.SESSION_ENDED, by=me, about=[me], detail=detail)

    async def announce(self, ended: Sequence[sessions.EndedSession], code: str) -> None:
        """Tells this process at once of sessions whose end is committed; the others hear of it by notice."""
        for session in ended:
            self._authenticator.forget(session.id)
            await self._bus.publish(SessionEnded(session.id, session.account_id, code))

    def forget(self, session_id: UUID) -> None:
        """What is kept of this session has changed: its next use asks the database."""
        self._authenticator.forget(session_id)
