"""Who asks too often is told when to come back: the person on all devices, the device, the address."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from msgspec import Struct

from server.infra.limits import Limiter, MemoryLimiter, Rate
from server.infra.redis_limits import RedisLimiter
from server.kernel.clock import ManualClock
from server.kernel.errors import NotSignedIn
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.kernel.principal import Principal
from server.transport.endpoint import Call, endpoint
from server.transport.pace import PACES, Pace, Pacer, Paces, pace_of
from server.transport.reached import TRUSTED_PROXIES, TrustedProxies
from server.transport.router import Endpoints
from tests.support.redis_server import redis_server
from tests.support.site import Site, serving

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TELEPHONE, TABLET, OTHER = "A" * 43, "B" * 43, "C" * 43
SLOW = Rate(per_second=0.5, burst=2)


class Said(Struct):
    ok: bool = True


class Parts:
    @endpoint("GET", "/api/v1/page", answer=Said)
    async def page(self, _call: Call) -> Said:
        """Read."""
        return Said()

    @endpoint("POST", "/api/v1/export", answer=Said, pace=Pace.COSTLY)
    async def export(self, _call: Call) -> Said:
        """Much work."""
        return Said()

    @endpoint("POST", "/api/v1/code", answer=Said, signed_in=False)
    async def code(self, _call: Call) -> Said:
        """Without a session."""
        return Said()


class Known:
    def __init__(self) -> None:
        self.mine = Principal(new_id(), new_id(), new_id(), Role.MENTEE, "Lea", "fr", None, NOW + timedelta(days=1))
        self.people = {
            TELEPHONE: self.mine,
            TABLET: replace(self.mine, session_id=new_id()),
            OTHER: replace(self.mine, session_id=new_id(), account_id=new_id()),
        }

    async def authenticate(self, token: str, address: str | None = None) -> Principal:  # noqa: ARG002 - the protocol's signature
        if token not in self.people:
            raise NotSignedIn
        return self.people[token]


@asynccontextmanager
async def served(limits: Limiter, known: Known) -> AsyncIterator[Site]:
    endpoints = Endpoints(known, pacer=Pacer(limits))
    endpoints.add(Parts())
    app = web.Application()
    app[TRUSTED_PROXIES] = TrustedProxies.parse("127.0.0.1")
    endpoints.attach(app)
    async with serving(app) as site:
        yield site


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
async def site(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    monkeypatch.setitem(PACES, Pace.READ, Paces(account=Rate(0.5, 3), device=SLOW, address=Rate(0.5, 5)))
    monkeypatch.setitem(PACES, Pace.COSTLY, Paces(account=Rate(0.5, 1), device=None, address=None))
    monkeypatch.setitem(PACES, Pace.OPEN, Paces(account=None, device=None, address=SLOW))
    async with served(MemoryLimiter(clock), Known()) as site:
        yield site


async def statuses(
    site: Site, token: str | None, times: int, path: str = "/api/v1/page", at: str = "203.0.113.9"
) -> list[int]:
    method = "GET" if path.endswith("page") else "POST"
    headers = {"X-Forwarded-For": at}
    return [(await site.ask(method, path, token=token, headers=headers)).status for _ in range(times)]


async def test_a_device_then_the_person_then_the_address(site: Site) -> None:
    assert await statuses(site, TELEPHONE, 3) == [200, 200, 429]
    assert await statuses(site, TABLET, 2) == [200, 429]  # three of this person
    assert await statuses(site, OTHER, 3) == [200, 200, 429]  # five of this address
    assert await statuses(site, OTHER, 1, at="198.51.100.7") == [429]  # its device is still too fast


async def test_the_refusal_says_when_and_keeps_its_word(site: Site, clock: ManualClock) -> None:
    await statuses(site, TELEPHONE, 2)
    reply = await site.ask("GET", "/api/v1/page", token=TELEPHONE)
    assert (reply.status, reply.headers["Retry-After"], reply.error) == (429, "2", ("too_fast", None))
    assert reply.body["error"]["retry_in_ms"] == 2000
    clock.advance(2)
    assert await statuses(site, TELEPHONE, 1) == [200]


async def test_classes_are_counted_apart(site: Site) -> None:
    assert await statuses(site, TELEPHONE, 2, "/api/v1/export") == [200, 429]
    assert await statuses(site, TELEPHONE, 2) == [200, 200]


async def test_without_a_session_the_address_counts(site: Site) -> None:
    assert await statuses(site, None, 3, "/api/v1/code") == [200, 200, 429]
    assert await statuses(site, None, 1, "/api/v1/code", at="198.51.100.7") == [200]


async def test_two_processes_count_the_same_person_device_and_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: ManualClock
) -> None:
    """In a real Redis, which keeps its own time: rates so slow that no test is long enough for one more."""
    slow = Rate(per_second=0.01, burst=2)
    monkeypatch.setitem(PACES, Pace.READ, Paces(account=Rate(0.01, 3), device=slow, address=Rate(0.01, 5)))
    async with AsyncExitStack() as running:
        redis = await running.enter_async_context(redis_server(tmp_path))
        known, sites = Known(), []
        for _ in range(2):
            limits = RedisLimiter(redis.url, clock, b"of these tests alone")
            running.push_async_callback(limits.close)
            sites.append(await running.enter_async_context(served(limits, known)))
        one, other = sites
        assert await statuses(one, TELEPHONE, 1) + await statuses(other, TELEPHONE, 2) == [200, 200, 429]
        assert await statuses(one, TABLET, 1) + await statuses(other, TABLET, 1) == [200, 429]
        assert await statuses(other, OTHER, 2) + await statuses(one, OTHER, 1, at="198.51.100.7") == [200, 200, 429]


def test_each_class_has_a_line() -> None:
    assert set(PACES) == set(Pace)


def test_a_whole_school_behind_one_address_gets_more_than_one_person() -> None:
    for paces in PACES.values():
        if paces.account is not None and paces.address is not None:
            assert paces.address.per_second >= 10 * paces.account.per_second
            assert paces.address.burst >= 10 * paces.account.burst


@pytest.mark.parametrize(
    ("method", "signed_in", "upload", "pace"),
    [
        ("GET", True, False, Pace.READ),
        ("POST", True, False, Pace.CHANGE),
        ("PUT", True, True, Pace.UPLOAD),
        ("GET", False, False, Pace.OPEN),
        ("POST", False, True, Pace.OPEN),
    ],
)
def test_the_class_of_an_endpoint(method: str, signed_in: bool, upload: bool, pace: Pace) -> None:
    assert pace_of(method, signed_in=signed_in, upload=upload) is pace
