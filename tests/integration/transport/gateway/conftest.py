"""A gateway on a real socket, with handlers that do what a test needs, under both event loops."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
import uvloop
from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest

from server.infra.limits import Rate
from server.kernel.clock import ManualClock
from server.kernel.errors import Conflict, NotSignedIn, SessionExpired
from server.kernel.identifiers import new_id
from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.transport import lean
from server.transport.gateway import Connection, Gateway, Limits
from server.transport.reached import TRUSTED_PROXIES, TrustedProxies
from tests.support.raw_socket import RawSocket
from tests.support.site import Site, serving

ALICE, BOB, EXPIRED = "A" * 43, "B" * 43, "E" * 43
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LIMITS = Limits(sweep_s=0.005, close_within_s=0.5, upgrade_within_s=1, body_within_s=1)


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """pytest-asyncio's hook: the tests of this folder run under both loops, which buffer and close differently, unless
    they are marked for the one of production."""
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


class Say(msgspec.Struct, forbid_unknown_fields=True):
    body: str
    room: int = 0


class Said(msgspec.Struct):
    body: str


@dataclass
class Known:
    """The authenticator: two tokens, one session each."""

    people: dict[str, Principal] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    hold: asyncio.Event | None = None

    def __post_init__(self) -> None:
        for token, role in ((ALICE, Role.MENTOR), (BOB, Role.MENTEE)):
            self.people[token] = Principal(
                new_id(), new_id(), new_id(), role, "Somebody", "en", None, NOW + timedelta(hours=1)
            )

    async def authenticate(self, token: str, address: str | None = None) -> Principal:  # noqa: ARG002 - the protocol's signature
        self.asked.append(token)
        principal = self.people.get(token)
        if self.hold is not None:
            await self.hold.wait()
        if token == EXPIRED:
            raise SessionExpired
        if principal is None:
            raise NotSignedIn
        return principal


@dataclass
class House:
    """The gateway under test and what its handlers saw."""

    gateway: Gateway
    known: Known
    clock: ManualClock
    metrics: CollectorRegistry
    site: Site | None = None
    handled: list[Any] = field(default_factory=list)
    connected: list[Connection] = field(default_factory=list)
    parted: list[Connection] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    refuse_with: Exception | None = None

    @property
    def port(self) -> int:
        assert self.site is not None
        return self.site.port

    @property
    def url(self) -> str:
        assert self.site is not None
        return self.site.url

    def account(self, token: str = ALICE) -> UUID:
        return self.known.people[token].account_id

    def give(self, token: str, principal: Principal) -> None:
        self.known.people[token] = principal

    def somebody(self, **changes: Any) -> Principal:
        return replace(self.known.people[ALICE], account_id=new_id(), session_id=new_id(), **changes)

    async def open(self, token: str = ALICE, **auth: Any) -> RawSocket:
        """A connected raw socket."""
        raw = await RawSocket.open(self.port)
        await raw.connect(token, **auth)
        return raw

    def metric(self, line: str) -> float:
        """The value of one line of /metrics."""
        for told in generate_latest(self.metrics).decode().splitlines():
            name, _, value = told.rpartition(" ")
            if name == line:
                return float(value)
        return 0.0

    # handlers

    async def echo(self, _connection: Connection, payload: Say) -> Said:
        self.handled.append(payload.body)
        return Said(payload.body)

    async def slow(self, _connection: Connection, payload: Say) -> dict[str, Any]:
        self.handled.append(f"in {payload.body}")
        await self.gate.wait()
        self.handled.append(f"out {payload.body}")
        return {"body": payload.body}

    async def fail(self, _connection: Connection, payload: Say) -> None:
        errors: dict[str, Exception] = {
            "conflict": Conflict(field="body"),
            "lost": ConnectionResetError("the database at 10.1.2.3 hung up"),
            "bug": RuntimeError("a secret"),
            "key": KeyError("a secret"),
            "expired": SessionExpired(),
        }
        raise errors[payload.body]

    async def tell(self, connection: Connection, payload: Say) -> None:
        self.gateway.publish(f"room:{payload.room}", "chat:message", Said(payload.body), skip=connection)

    async def enter(self, connection: Connection, payload: Say) -> None:
        self.gateway.join(connection, f"room:{payload.room}")

    async def _connect(self, connection: Connection) -> None:
        self.connected.append(connection)
        self.gateway.join(connection, "room:0")
        connection.send("room:sync", {"cursors": dict(connection.cursors)} if connection.cursors else {})
        if self.refuse_with is not None:
            raise self.refuse_with

    async def _disconnect(self, connection: Connection) -> None:
        self.parted.append(connection)


def build(limits: Limits) -> House:
    clock, known, metrics = ManualClock(NOW), Known(), CollectorRegistry()
    gateway = Gateway(known, clock, limits, metrics)
    house = House(gateway, known, clock, metrics)
    gateway.on("chat:send", Say | tuple[int, str], house.echo, answer=Said, rate=None)
    gateway.on("chat:slow", Say, house.slow, rate=None)
    gateway.on("chat:fail", Say, house.fail, rate=None)
    gateway.on("chat:tell", Say, house.tell, rate=None)
    gateway.on("room:enter", Say, house.enter, rate=None)
    gateway.on("chat:rare", Say, house.echo, rate=Rate(1, 3))
    gateway.on("chat:other", Say, house.echo, rate=Rate(1, 3))
    gateway.on("chat:small", Say, house.echo, rate=None, max_bytes=100)
    gateway.on("flag:review", Say, house.echo, rate=None, permission=Permission.FLAG_REVIEW)
    gateway.declare("chat:message", Said)
    gateway.on_connect(house._connect)
    gateway.on_disconnect(house._disconnect)
    return house


async def serve(limits: Limits, proxies: str = "") -> AsyncIterator[House]:
    house = build(limits)
    app = web.Application()
    app[TRUSTED_PROXIES] = TrustedProxies.parse(proxies)
    lean.attach(app)
    house.gateway.attach(app)
    async with serving(app) as site:
        house.site = site
        yield house
        house.gate.set()
        await house.gateway.close()
    await settled()
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert left == []


async def settled() -> None:
    """What was scheduled has run."""
    for _ in range(10):
        await asyncio.sleep(0.003)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async for house in serve(LIMITS):
        yield house
