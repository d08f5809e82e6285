"""Two associations with people of each role, served over HTTP on a real database: for tests of people and pairs."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

from aiohttp import web
from argon2 import PasswordHasher

from server.infra.database import Database
from server.infra.notices import Notices
from server.infra.secrets import InstanceKeyring
from server.kernel.clock import ManualClock
from server.kernel.errors import BinomeError
from server.kernel.events import Bus
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.kernel.principal import Principal
from server.pairs.http import PairsHttp
from server.pairs.professionals import professionals_of
from server.pairs.rules import Pair, State
from server.pairs.store import insert_pair
from server.people import accounts, store
from server.people.accounts import Accounts, NewAccount
from server.people.events import SessionEnded
from server.people.factors.second_factors import SecondFactors
from server.people.http import PeopleHttp
from server.people.passwords import Passwords
from server.people.sessions import store as sessions
from server.people.sessions.authenticator import SessionAuthenticator
from server.people.sessions.guesses import Guesses
from server.people.sessions.signin import SignIn
from server.people.sessions.visitor import Visitor
from server.people.standing import Standing
from server.people.witnesses import Witnesses
from server.transport import lean, shield
from server.transport.router import Endpoints
from tests.support.roles import bound
from tests.support.site import Site, serving

PASSWORD = "correct horse battery"
SECRET = "a secret of these tests alone, and of nothing else"
START = datetime(2026, 11, 22, 12, tzinfo=UTC)
# Argon2 as cheap as it gets: these tests are about who may, not about how long a guess takes.
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@dataclass
class Association:
    """One organisation: people by login without its suffix, and the tokens of those who signed in."""

    organisation: store.Organisation
    people: dict[str, store.Person] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def id(self, who: str) -> UUID:
        return self.people[who].id


@dataclass
class World:
    """``north`` and ``south`` share a server and nothing else."""

    database: Database
    bound: Database
    clock: ManualClock
    bus: Bus
    passwords: Passwords
    authenticator: SessionAuthenticator
    notices: Notices
    sign_in: SignIn
    accounts: Accounts
    endpoints: Endpoints
    factors: SecondFactors
    site: Site
    ended: list[SessionEnded]
    north: Association
    south: Association

    async def token(self, login: str, kind: str = "bearer") -> str:
        """Signs in and returns the token."""
        visitor = Visitor(f"test {login} {new_id()}", "bearer" if kind == "bearer" else "cookie")
        opened = await self.sign_in.sign_in(login, PASSWORD, visitor)
        return opened.token if opened.principal.missing is None else await self._finished(opened.principal, visitor)

    async def sign_in_from(self, address: str, body: dict[str, str]) -> str:
        """The code of what becomes of it."""
        try:
            opened = await self.sign_in.sign_in(body["login"], body["password"], Visitor(address))
        except BinomeError as refused:
            return refused.code
        return "ok" if opened.principal.missing is None else opened.principal.missing.value

    def forget_guesses(self) -> None:
        """As a restart does."""
        self.sign_in._guesses = Guesses(self.clock)

    async def _finished(self, waiting: Principal, visitor: Visitor) -> str:
        """A session of somebody who has shown a second factor; how, is for the tests of factors."""
        async with self.database.everywhere() as conn:
            person = await sessions.open_account(conn, waiting.account_id)
            assert person is not None
            await sessions.delete_session(conn, waiting.session_id)
            opened = await self.sign_in.open_proved(conn, person, visitor, sessions.Proved.TWO_FACTORS)
        return opened.token

    async def pair(self, where: Association, mentor: str, mentee: str, supervisor: str, state: State) -> Pair:
        pair = Pair(new_id(), where.organisation.id, where.id(mentor), where.id(mentee), where.id(supervisor), state)
        async with self.database.everywhere() as conn:
            await insert_pair(conn, pair)
        return pair


ROLES = {
    "alice": Role.ADMIN,
    "sophie": Role.GUARDIAN,
    "lea": Role.MENTEE,
    "yanis": Role.MENTEE,
    "julien": Role.MENTOR,
    "nadia": Role.MENTOR,
    "marc": Role.PRESCRIBER,
    "claire": Role.SUPERVISOR,
    "samir": Role.SUPERVISOR,
}


async def _association(database: Database, passwords: Passwords, name: str) -> Association:
    """Logins are ``lea.north``; names are ``Lea``."""
    made = Association(store.Organisation(new_id(), name.title(), "FR", "Europe/Paris"))
    async with database.everywhere() as conn:
        await store.insert_organisation(conn, made.organisation)
        for login, role in ROLES.items():
            born = date(2011, 5, 4) if role is Role.MENTEE else None
            new = NewAccount(f"{login}.{name}", login.title(), role, PASSWORD, born)
            checked = await accounts.check(new, passwords, START.date(), made.organisation.name)
            made.people[login] = (await accounts.add(conn, made.organisation, checked)).person
    return made


@asynccontextmanager
async def world(
    database: Database,
    server: Database | None = None,
    *,
    hasher: PasswordHasher = CHEAP,
    sign_in: Sequence[str] = tuple(ROLES),
) -> AsyncIterator[World]:
    """The two associations, served; of each, those named are signed in. ``database`` is the owner's, ``server`` the
    same one as the server sees it."""
    server = server or bound(database)
    clock, bus, notices = ManualClock(START), Bus(), Notices(server)
    passwords = Passwords(hasher)
    authenticator = SessionAuthenticator(server, notices, clock)
    signing = SignIn(server, passwords, Guesses(clock), authenticator, bus, clock)
    witnesses = Witnesses(professionals_of)
    managing = Accounts(server, passwords, signing, Standing(), witnesses, clock)
    ended: list[SessionEnded] = []

    async def remember(event: SessionEnded) -> None:
        ended.append(event)

    bus.subscribe(SessionEnded, remember)
    endpoints = Endpoints(authenticator, authenticator.authenticate_waiting)
    factors = SecondFactors(server, passwords, signing, witnesses, InstanceKeyring(SECRET, Path("/nowhere")), clock)
    endpoints.add(factors.session_http, factors.http, PeopleHttp(managing), PairsHttp(server, clock))
    app = web.Application()
    endpoints.attach(app)
    lean.attach(app)
    shield.attach(app)
    await notices.start()
    try:
        north, south = [await _association(database, passwords, name) for name in ("north", "south")]
        async with serving(app) as site:
            made = World(
                database, server, clock, bus, passwords, authenticator, notices, signing, managing, endpoints, factors,
                site, ended, north, south,
            )  # fmt: skip
            for where, name in ((north, "north"), (south, "south")):
                for login in sign_in:
                    where.tokens[login] = await made.token(f"{login}.{name}")
            yield made
    finally:
        await notices.stop()
        await server.close()
        passwords.close()
