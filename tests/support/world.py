"""Two associations with people of each role, served over HTTP on a real database: for tests of people and pairs."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from uuid import UUID

from aiohttp import web
from argon2 import PasswordHasher

from server.infra.database import Database
from server.infra.notices import Notices
from server.kernel.clock import ManualClock
from server.kernel.events import Bus
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.pairs.http import PairsHttp
from server.pairs.rules import Pair, State
from server.pairs.store import insert_pair
from server.people import accounts, store
from server.people.accounts import Accounts, NewAccount
from server.people.authenticator import SessionAuthenticator
from server.people.events import SessionEnded
from server.people.guesses import Guesses
from server.people.http import PeopleHttp
from server.people.passwords import Passwords
from server.people.signin import SignIn
from server.transport import lean
from server.transport.router import Endpoints
from tests.support.site import Site, serving

PASSWORD = "correct horse battery"
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
    clock: ManualClock
    bus: Bus
    passwords: Passwords
    authenticator: SessionAuthenticator
    notices: Notices
    sign_in: SignIn
    accounts: Accounts
    endpoints: Endpoints
    site: Site
    ended: list[SessionEnded]
    north: Association
    south: Association

    async def token(self, login: str, kind: str = "bearer") -> str:
        """Signs in and returns the token."""
        opened = await self.sign_in.sign_in(
            login, PASSWORD, "bearer" if kind == "bearer" else "cookie", address=f"test {login} {new_id()}"
        )
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
            checked = await accounts.check(new, passwords, START.date())
            made.people[login] = (await accounts.add(conn, made.organisation, checked)).person
    return made


@asynccontextmanager
async def world(
    database: Database, *, hasher: PasswordHasher = CHEAP, sign_in: Sequence[str] = tuple(ROLES)
) -> AsyncIterator[World]:
    """The two associations, served; of each, those named are signed in."""
    clock, bus, notices = ManualClock(START), Bus(), Notices(database)
    passwords = Passwords(hasher)
    authenticator = SessionAuthenticator(database, notices, clock)
    signing = SignIn(database, passwords, Guesses(clock), authenticator, bus, clock)
    managing = Accounts(database, passwords, signing, clock)
    ended: list[SessionEnded] = []

    async def remember(event: SessionEnded) -> None:
        ended.append(event)

    bus.subscribe(SessionEnded, remember)
    endpoints = Endpoints(authenticator)
    endpoints.add(PeopleHttp(database, signing, managing, clock), PairsHttp(database))
    app = web.Application()
    endpoints.attach(app)
    lean.attach(app)
    await notices.start()
    try:
        north, south = [await _association(database, passwords, name) for name in ("north", "south")]
        async with serving(app) as site:
            made = World(
                database, clock, bus, passwords, authenticator, notices, signing, managing, endpoints, site, ended,
                north, south,
            )  # fmt: skip
            for where, name in ((north, "north"), (south, "south")):
                for login in sign_in:
                    where.tokens[login] = await made.token(f"{login}.{name}")
            yield made
    finally:
        await notices.stop()
        passwords.close()
