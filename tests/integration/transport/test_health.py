"""/healthz, /readyz and /metrics, as whoever watches the server sees them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from server.infra.telemetry import new_registry
from server.kernel.clock import ManualClock
from server.transport import health as health_module
from server.transport.health import FRESH_SECONDS, Health

Client = TestClient[web.Request, web.Application]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 22, tzinfo=UTC))


@pytest.fixture
def health(clock: ManualClock) -> Health:
    return Health(clock, new_registry())


@pytest.fixture
async def client(health: Health) -> AsyncIterator[Client]:
    app = web.Application()
    health.attach(app)
    async with TestClient(TestServer(app)) as client:
        yield client


def answering(*results: bool | Exception) -> tuple[Callable[[], Awaitable[bool]], list[int]]:
    """A check that gives these results one after the other, the last for ever; and the count of its calls."""
    calls: list[int] = []

    async def check() -> bool:
        result = results[min(len(calls), len(results) - 1)]
        calls.append(1)
        if isinstance(result, Exception):
            raise result
        return result

    return check, calls


async def ready(client: Client) -> tuple[int, object]:
    async with client.get("/readyz") as answer:
        assert answer.headers["Cache-Control"] == "no-store"
        return answer.status, await answer.json()


async def test_alive_whatever_the_checks_say(client: Client, health: Health) -> None:
    health.add("database", answering(False)[0])
    async with client.get("/healthz") as answer:
        assert (answer.status, await answer.json()) == (200, {"alive": True})


async def test_ready_when_every_check_passes_and_by_itself_again(
    client: Client, health: Health, clock: ManualClock
) -> None:
    health.add("database", answering(True, False, OSError("10.0.0.1 of Amina is gone"), True)[0])
    health.add("notices", answering(True)[0])
    for status, database in ((200, "ok"), (503, "failed"), (503, "failed"), (200, "ok")):
        assert await ready(client) == (
            status,
            {"ready": status == 200, "checks": {"database": database, "notices": "ok"}},
        )
        clock.advance(FRESH_SECONDS)


async def test_a_check_that_hangs_has_failed(client: Client, health: Health, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health_module, "CHECK_SECONDS", 0.05)

    async def hangs() -> bool:
        await asyncio.sleep(60)
        return True

    health.add("database", hangs)
    health.add("notices", answering(True)[0])
    assert await ready(client) == (503, {"ready": False, "checks": {"database": "failed", "notices": "ok"}})


async def test_asking_often_costs_one_check(client: Client, health: Health, clock: ManualClock) -> None:
    check, calls = answering(True)
    health.add("database", check)
    await asyncio.gather(*(ready(client) for _ in range(30)))
    assert len(calls) == 1
    clock.advance(FRESH_SECONDS)
    await ready(client)
    assert len(calls) == 2


async def test_draining_is_not_ready_at_once(client: Client, health: Health) -> None:
    health.add("database", answering(True)[0])
    assert (await ready(client))[0] == 200
    health.draining = True
    assert await ready(client) == (503, {"ready": False, "checks": {"database": "ok", "draining": "failed"}})


async def test_metrics_are_prometheus_text(client: Client) -> None:
    async with client.get("/metrics") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
        assert "binome_log_records" in await answer.text()
