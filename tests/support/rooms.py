"""Pairs with their rooms on a real database, and the whole server around them: for tests that talk over sockets."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from aiohttp import web
from prometheus_client import CollectorRegistry
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.compose import Capabilities
from server.ground import Ground
from server.infra.database import Database
from server.infra.jobs import Jobs
from server.infra.notices import Notices
from server.kernel.clock import ManualClock
from server.kernel.events import Bus
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.kernel.principal import Principal
from server.media.engine import MediaEngine
from server.media.forwarding import ForwardingEngine
from server.pairs.rules import Pair, State
from server.pairs.store import insert_pair
from server.people import store as people
from server.people.consent.rules import Purpose
from server.people.sessions.store import insert_session
from server.people.sessions.tokens import hash_token, new_token
from server.rooms import store as rooms
from server.settings import Settings
from server.transport.health import Health
from tests.support.consents import EVERYTHING, consented
from tests.support.papers import vetted
from tests.support.raw_socket import RawSocket
from tests.support.roles import bound
from tests.support.site import Site, serving

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SETTINGS = {"BINOME_RATE_FACTOR": "1000", "BINOME_SECRET": "of these tests alone " * 2}
CHILD = date(2012, 3, 4)


@dataclass(frozen=True)
class Person:
    id: UUID
    role: Role
    name: str
    principal: Principal
    token: str


@dataclass(frozen=True)
class Room:
    """A pair's room and its three people; their seats are 1, 2 and 3 in this order."""

    id: UUID
    number: int
    pair: Pair
    mentor: Person
    mentee: Person
    supervisor: Person
    guardian_id: UUID | None = None  # who consented with a child


async def organisation(database: Database, name: str = "North") -> people.Organisation:
    made = people.Organisation(new_id(), name, "FR", "Europe/Paris")
    async with database.everywhere() as conn:
        await people.insert_organisation(conn, made)
    return made


async def person(
    database: Database,
    where: people.Organisation,
    role: Role,
    name: str,
    *,
    born: date | None = None,
    now: datetime = NOW,
) -> Person:
    """Somebody who is signed in."""
    born = CHILD if role is Role.MENTEE and born is None else born
    account = people.Person(new_id(), where.id, name, role, "fr", where.zone, born, False)
    token = new_token()
    principal = Principal(account.id, where.id, new_id(), role, name, "fr", born, now + timedelta(days=1))
    async with database.everywhere() as conn:
        await people.insert_account(conn, people.Account(account, f"{name.lower()}-{account.id}", None))
        await _made_at(conn, account.id, now)
        await insert_session(conn, principal, "bearer", hash_token(token), now)
    return Person(account.id, role, name, principal, token)


async def room(
    database: Database,
    where: people.Organisation,
    *,
    state: State = State.ACTIVE,
    mentor: Person | None = None,
    mentee: Person | None = None,
    supervisor: Person | None = None,
    mentee_born: date | None = None,
    since: datetime | None = None,
    consents: Collection[Purpose] = EVERYTHING,
    guardian: Person | None = None,
    vetting: bool = True,
    now: datetime = NOW,
) -> Room:
    """A pair and its room, with new people in the seats that are not given, ``consents`` to all purposes, and the
    mentor's papers."""
    mentor = mentor or await person(database, where, Role.MENTOR, "Julien", now=now)
    mentee = mentee or await person(database, where, Role.MENTEE, "Lea", born=mentee_born, now=now)
    supervisor = supervisor or await person(database, where, Role.SUPERVISOR, "Claire", now=now)
    pair = Pair(new_id(), where.id, mentor.id, mentee.id, supervisor.id, state, since)
    born = mentee.principal.birth_date
    assert born is not None
    async with database.everywhere() as conn:
        guardian_id = guardian.id if guardian is not None else None
        guardian_id = await consented(
            conn, where, mentee.id, born, supervisor.id, now, guardian=guardian_id, purposes=consents
        )
        if guardian is None and guardian_id is not None:
            await _made_at(conn, guardian_id, now)
        if vetting:
            await vetted(conn, mentor.id, supervisor.id, now)
        await insert_pair(conn, pair)
        room_id = await rooms.create_room(conn, pair)
        found = await rooms.room(conn, room_id)
    assert found is not None
    return Room(room_id, found.number, pair, mentor, mentee, supervisor, guardian_id)


async def _made_at(conn: AsyncConnection, account_id: UUID, now: datetime) -> None:
    """The account is as old as the test's clock says, not as the database's: what lasts for years counts from there."""
    await conn.execute(text("update accounts set created_at = :now where id = :id"), {"now": now, "id": account_id})


async def sql(database: Database, statement: str, **parameters: Any) -> list[Any]:
    """Rows of any statement, each as a tuple."""
    async with database.everywhere() as conn:
        done = await conn.execute(text(statement), parameters)
        return [tuple(row) for row in done] if done.returns_rows else []


@dataclass
class Client:
    """A socket that keeps every raw frame it was sent, and hands out what is in them by kind."""

    raw: RawSocket
    frames: list[str] = field(default_factory=list)
    _answers: dict[int, asyncio.Future[Any]] = field(default_factory=dict)
    _arrived: asyncio.Condition = field(default_factory=asyncio.Condition)
    _reader: asyncio.Task[None] | None = None
    _ack: int = 0
    closed: bool = False

    @classmethod
    async def open(cls, port: int, token: str, **auth: Any) -> "Client":
        client = cls(await RawSocket.open(port))
        try:
            await client.raw.connect(token, **auth)
        except BaseException:
            client.raw.writer.transport.abort()
            raise
        client._reader = asyncio.create_task(client._read())
        return client

    async def _read(self) -> None:
        try:
            while True:
                frame = await self._next()
                if frame == "2":
                    self.raw.send("3")
                    continue
                async with self._arrived:
                    self.frames.append(frame)
                    self._arrived.notify_all()
                if frame.startswith("43"):
                    start = frame.index("[")
                    answer = self._answers.pop(int(frame[2:start]))
                    if not answer.done():
                        answer.set_result(msgspec.json.decode(frame[start:])[0])
        except Exception:  # the server or the line: what was told until then stays
            async with self._arrived:
                self.closed = True
                self._arrived.notify_all()
        finally:
            for answer in self._answers.values():
                answer.cancel()

    async def _next(self) -> str:
        while True:
            try:
                return await self.raw.receive()
            except TimeoutError:
                continue

    def send(self, event: str, payload: Any) -> asyncio.Future[Any]:
        """Sends an event; the future is its acknowledgement."""
        self._ack += 1
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._answers[self._ack] = answer
        self.raw.send(f"42{self._ack}".encode() + msgspec.json.encode([event, payload]))
        return answer

    async def call(self, event: str, payload: Any) -> Any:
        async with asyncio.timeout(10):
            return await self.send(event, payload)

    async def say(self, room: Room | int, body: str, message_id: UUID | None = None) -> Any:
        reference = room if isinstance(room, int) else str(room.id)
        return await self.call("chat:send", {"room": reference, "id": str(message_id or new_id()), "body": body})

    @staticmethod
    def told(frames: Sequence[str]) -> list[tuple[str, Any]]:
        """(name, payload) of the events among ``frames``."""
        events = [msgspec.json.decode(frame[2:]) for frame in frames if frame.startswith("42")]
        return [(name, payload) for name, payload in events]

    def events(self, name: str | None = None) -> list[Any]:
        """Payloads of the events so far, of one name or as (name, payload)."""
        told = self.told(self.frames)
        return [payload for event, payload in told if event == name] if name else told

    async def wait(self, name: str, count: int = 1) -> list[Any]:
        """The payloads of the first ``count`` events of this name, when they are there."""
        await self.until(lambda: len(self.events(name)) >= count, f"{count} {name}")
        return self.events(name)[:count]

    async def until(self, done: Callable[[], bool], what: str = "it") -> None:
        try:
            async with asyncio.timeout(10), self._arrived:
                await self._arrived.wait_for(done)
        except TimeoutError:
            raise AssertionError(f"{what} did not come; there came {self.frames}") from None

    async def quiet(self) -> None:
        """Returns when all that the server had to say before now has arrived: answers come in order."""
        await self.call("chat:history", {"room": 2**31 - 1, "limit": 1})

    async def close(self) -> None:
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)
        await self.raw.__aexit__()


def _ruling(decision: str, reason: str, more: dict[str, Any]) -> dict[str, Any]:
    advice = {"advice": "Il manque un bonjour."} if decision == "return" else {}
    return {"decision": decision, "reason": reason, **advice, **more}


@dataclass
class House:
    """A served server. ``clock`` moves only when told to. ``database`` is the owner's, for the tests' own SQL; the
    server itself uses ``bound``, and is held by row-level security."""

    database: Database
    bound: Database
    clock: ManualClock
    notices: Notices
    capabilities: Capabilities
    site: Site
    north: people.Organisation
    jobs: Jobs
    clients: list[Client] = field(default_factory=list)
    probes: dict[str, asyncio.Event] = field(default_factory=dict)

    async def room(self, **how: Any) -> Room:
        made = await room(self.database, how.pop("where", self.north), now=self.clock.now(), **how)
        await self.told()
        return made

    async def told(self) -> None:
        """Returns when the server has heard of all that is committed, and nobody is being told of it any more."""
        probe = str(new_id())
        self.probes[probe] = asyncio.Event()
        await self.sql("select pg_notify('probes', :probe)", probe=probe)
        async with asyncio.timeout(10):
            await self.probes[probe].wait()
            for queue in self.notices._queues.values():
                await queue.join()
            while self.capabilities.rooms.removal.checks.busy:
                await asyncio.sleep(0)

    async def person(self, role: Role, name: str, **how: Any) -> Person:
        where = how.pop("where", self.north)
        return await person(self.database, where, role, name, now=self.clock.now(), **how)

    async def open(self, who: Person, **auth: Any) -> Client:
        """A connected socket that has its ``room:sync``."""
        client = await Client.open(self.site.port, who.token, **auth)
        self.clients.append(client)
        await client.wait("room:sync")
        return client

    async def ask(self, who: Person, method: str, path: str, body: Any = None) -> Any:
        return await self.site.ask(method, path, body, token=who.token)

    async def decide(self, who: Person, flag_id: Any, decision: str, reason: str = "other", **more: Any) -> Any:
        return await self.ask(who, "POST", f"/api/v1/flags/{flag_id}/decide", _ruling(decision, reason, more))

    async def sql(self, statement: str, **parameters: Any) -> list[Any]:
        return await sql(self.database, statement, **parameters)


@asynccontextmanager
async def served(database: Database, media: MediaEngine | None = None, **more: str) -> AsyncIterator[House]:
    """A whole server on ``database``, on a free port, with ``more`` settings; one that is empty is left out. Calls are
    carried by ``media``, by default in this very process, which begins faster."""
    clock, metrics = ManualClock(NOW), CollectorRegistry()
    server = bound(database)
    notices, jobs = Notices(server), Jobs(server, clock)
    ground = Ground(
        settings=Settings.load({name: value for name, value in {**SETTINGS, **more}.items() if value}),
        clock=clock,
        database=server,
        bus=Bus(),
        notices=notices,
        jobs=jobs,
        health=Health(clock, metrics),
        media=media or ForwardingEngine("127.0.0.1", 0),
        metrics=metrics,
    )
    capabilities = Capabilities(ground)
    app = web.Application()
    capabilities.attach(app)
    probes: dict[str, asyncio.Event] = {}

    async def heard(probe: str) -> None:
        if probe in probes:  # of this very house
            probes[probe].set()

    notices.on("probes", heard)
    await notices.start()
    try:
        await capabilities.start()
        async with serving(app) as site:
            house = House(database, server, clock, notices, capabilities, site, await organisation(database), jobs)
            house.probes = probes
            try:
                yield house
            finally:
                for client in house.clients:
                    await client.close()
                await capabilities.stop()
    finally:
        await notices.stop()
        await server.close()
