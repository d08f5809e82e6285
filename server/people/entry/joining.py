"""Coming in with what staff gave: a link, or a code that was typed. Each is used once, whoever tries it at that moment.

Whatever is wrong with a link or a code (never made, used, revoked, too old, of a closed account), the answer is one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.infra.limits import Buckets, Rate, site_of
from server.kernel.clock import Clock
from server.kernel.errors import BadCredentials, TooFast
from server.kernel.permissions import Role
from server.kernel.principal import Principal
from server.people import notices, rules, store
from server.people.entry import codes
from server.people.entry import store as invitation_store
from server.people.entry.store import Invitation, Purpose
from server.people.passwords import Passwords
from server.people.sessions import store as sessions
from server.people.sessions.guesses import MAX_KEYS
from server.people.sessions.lasting import LastingGuesses
from server.people.sessions.signin import Opened, SignIn
from server.people.sessions.tokens import hash_token
from server.people.sessions.visitor import Visitor
from server.people.tables import auth_sessions, bound_sessions
from server.trail.acts import Act
from server.trail.record import record
from server.transport.web_session import plausible_token

LINKS = Rate(per_second=2, burst=240)  # nobody guesses 256 bits; this bounds what the database is asked

BOUND_UNTIL = timedelta(days=400)  # from the binding: what browsers keep a cookie for at the most (RFC 6265bis)
RENEWED_BEFORE = timedelta(days=29)  # of the 30 left: so a session is moved once a day at the most


@dataclass(frozen=True, slots=True)
class Welcome:
    """What a link says before it is used: who invites whom, and to what."""

    organisation: str
    name: str
    role: Role
    language: str
    login: str
    purpose: Purpose


@dataclass(frozen=True, slots=True)
class _Found:
    invitation: Invitation
    account: store.Account


class Joining:
    """Use cases of who has a link or a code."""

    def __init__(self, database: Database, passwords: Passwords, sign_in: SignIn, clock: Clock) -> None:
        self._database = database
        self._passwords = passwords
        self._sign_in = sign_in
        self._clock = clock
        self._lasting = LastingGuesses(database, clock)
        self._links = Buckets(clock, MAX_KEYS)

    async def look(self, token: str, address: str) -> Welcome:
        """What ``token`` is for; it stays unused. Raises BadCredentials("link"), TooFast."""
        self._take_link(address)
        async with self._database.everywhere() as conn:  # whose it is, is what is asked
            found = await self._find_link(conn, token)
            organisation = await store.organisation(conn, found.account.person.organisation_id)
        person = found.account.person
        return Welcome(
            organisation.name, person.name, person.role, person.language, found.account.login, found.invitation.purpose
        )

    async def choose_password(self, token: str, password: str, address: str) -> str:
        """Uses ``token``: from now on the account has this password, no other session, and no other link to choose one.
        Returns the login to sign in with. Raises BadCredentials("link"), BadRequest, TooFast, TryAgain."""
        self._take_link(address)
        async with self._database.everywhere() as conn:
            found = await self._find_link(conn, token)
            organisation = await store.organisation(conn, found.account.person.organisation_id)
        if found.invitation.purpose is Purpose.DEVICE:
            raise BadCredentials("link")
        about = (found.account.login, found.account.person.name, organisation.name)
        rules.check_password(found.account.person.role, password, about=about)
        hashed = await self._passwords.hash(password)
        async with self._database.begin(found.invitation.organisation_id) as conn:
            account = await self._use(conn, found, "link")
            await store.set_password_hash(conn, account.person.id, hashed)
            await invitation_store.revoke_choosing(conn, account.person.id, self._clock.now())
            ended = await sessions.delete_of_account(conn, account.person.id)
            await self._record(conn, Act.PASSWORD_CHOSEN, found.invitation)
            if found.invitation.purpose is Purpose.RESET:
                await notices.tell(
                    conn, found.invitation.organisation_id, account.person.id, "password_changed", self._clock.now()
                )
        await self._sign_in.announce(ended, "password_changed")
        return account.login

    async def bind(self, visitor: Visitor, *, token: str | None = None, code: str | None = None) -> Opened:
        """Uses ``token`` or ``code``: the visitor's device has a session, without a password. Raises
        BadCredentials("link") or ("code"), TooFast, TryAgain."""
        if code is not None:
            wrong, secret = "code", await self._hash_of_code(code, visitor.address)
        else:
            self._take_link(visitor.address)
            wrong, secret = "link", _hash_of_link(token or "")
        async with self._database.everywhere() as conn:
            found = await self._find(conn, secret, wrong)
            if found.invitation.purpose is not Purpose.DEVICE:
                raise BadCredentials(wrong)
            account = await self._use(conn, found, wrong)
            opened = await self._sign_in.open(conn, account.person, visitor)
            await conn.execute(
                insert(bound_sessions).values(
                    session_id=opened.principal.session_id,
                    organisation_id=account.person.organisation_id,
                    account_id=account.person.id,
                )
            )
            await self._record(conn, Act.DEVICE_BOUND, found.invitation, session=opened.principal.session_id)
        await self._sign_in.announce(opened.ended, "replaced")
        return opened

    async def renew(self, principal: Principal) -> datetime | None:
        """The later end of a session that a code or a link has opened, when it has come nearer. None: it stays."""
        now = self._clock.now()
        if principal.expires_at - now > RENEWED_BEFORE:
            return None
        until = now + sessions.LIFETIME
        rows = auth_sessions.c
        async with self._database.begin(principal.organisation_id) as conn:
            moved = await conn.execute(
                update(auth_sessions)
                .where(
                    rows.id == principal.session_id,
                    rows.id == bound_sessions.c.session_id,
                    rows.created_at > until - BOUND_UNTIL,
                    rows.expires_at > now,
                )
                .values(expires_at=until)
            )
        if not moved.rowcount:
            return None
        self._sign_in.forget(principal.session_id)
        return until

    def _take_link(self, address: str) -> None:
        wait = self._links.take(site_of(address), LINKS)
        if wait:
            raise TooFast("signin", retry_in_ms=ceil(wait * 1000))

    async def _hash_of_code(self, code: str, address: str) -> bytes:
        read = codes.typed(code[: 4 * codes.LENGTH])
        if read is None:  # a sign is wrong: no guess, and free
            raise BadCredentials("code")
        await self._lasting.take_address(address)
        return await self._passwords.hash_code(read)

    async def _find_link(self, conn: AsyncConnection, token: str) -> _Found:
        return await self._find(conn, _hash_of_link(token), "link")

    async def _find(self, conn: AsyncConnection, secret: bytes, wrong: str) -> _Found:
        invitation = await invitation_store.find(conn, secret, self._clock.now())
        account = await store.account(conn, invitation.account_id) if invitation is not None else None
        if invitation is None or account is None or account.person.disabled:
            raise BadCredentials(wrong)
        return _Found(invitation, account)

    async def _use(self, conn: AsyncConnection, found: _Found, wrong: str) -> store.Account:
        """The account, as it is now and locked before its invitation: staff who issue another take the same order."""
        account = await store.account_for_change(conn, found.account.person.id)
        if account is None or account.person.disabled:
            raise BadCredentials(wrong)
        if not await invitation_store.use(conn, found.invitation.id, self._clock.now()):
            raise BadCredentials(wrong)
        return account

    async def _record(
        self, conn: AsyncConnection, act: Act, invitation: Invitation, *, session: UUID | None = None
    ) -> None:
        detail = {"invitation": invitation.id, **({"session": session} if session is not None else {})}
        account = invitation.account_id
        now = self._clock.now()
        await record(conn, invitation.organisation_id, now, act, by=account, about=[account], detail=detail)


def _hash_of_link(token: str) -> bytes:
    if not plausible_token(token):
        raise BadCredentials("link")
    return hash_token(token)
