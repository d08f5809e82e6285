"""SIGTERM: not ready any more, clients sent elsewhere, calls kept as long as the grace allows, then the end."""

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Callable

import pytest
from aiohttp import ClientSession

from server.app import App, build
from server.settings import Settings
from tests.conftest import Postgres
from tests.processes import Server, postgres_of, wait_until
from tests.support.ports import free_port
from tests.support.roles import bound_url


@pytest.fixture
async def app(postgres: Postgres) -> AsyncIterator[App]:
    url = await postgres.create()
    app = build(
        Settings(
            database_url=bound_url(url),
            database_owner_url=url,
            port=free_port(),
            media_port=free_port(),
            drain_seconds=1.5,
        )
    )
    await app.start()
    yield app
    await app.stop()
    await postgres.drop(url)


async def test_a_drain_waits_for_calls_and_says_so(app: App) -> None:
    calls = 2
    told: list[int] = []

    async def tell(milliseconds: int) -> None:
        told.append(milliseconds)

    app.on_drain(tell)
    app.keeps_busy(lambda: calls)
    drain = asyncio.create_task(app.drain())
    await asyncio.sleep(0.3)
    async with ClientSession() as client, client.get(f"http://127.0.0.1:{app.port}/readyz") as answer:
        assert answer.status == 503
        assert (await answer.json())["checks"]["draining"] == "failed"
    assert told == [2000]
    assert not drain.done()
    calls = 0
    await asyncio.wait_for(drain, 1)


async def test_the_grace_is_no_longer_than_allowed(app: App) -> None:
    app.keeps_busy(lambda: 1)
    start = time.monotonic()
    await app.drain()
    assert 1.4 < time.monotonic() - start < 5


def test_sigterm_ends_an_idle_server_at_once(make_server: Callable[..., Server]) -> None:
    server = make_server(drain_seconds=50)
    server.start()
    start = time.monotonic()
    server.signal(signal.SIGTERM)
    assert server.wait() == 0
    assert time.monotonic() - start < 15
    assert postgres_of(server.data) == []
    assert server.events()[-3:] == ["stopping", "draining", "drained"]


def test_signals_before_it_serves_end_it_too(make_server: Callable[..., Server]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        server = make_server(fresh=True)
        server.start(ready=False)
        wait_until(server.data.exists, 20, "the beginning")
        server.signal(number)
        assert server.wait() == 0, server.output()
        assert postgres_of(server.data) == []


def test_signals_in_quick_succession(make_server: Callable[..., Server]) -> None:
    server = make_server()
    server.start()
    for _ in range(5):
        server.signal(signal.SIGTERM)
        time.sleep(0.01)
    server.wait(10)
    wait_until(lambda: postgres_of(server.data) == [], 15)
    server.start()


@pytest.mark.parametrize("after", [0.05, 0.1, 0.2, 0.4])
def test_killed_while_it_stops(make_server: Callable[..., Server], after: float) -> None:
    """Wherever in its stopping it is killed, its PostgreSQL does not outlive it."""
    server = make_server()
    server.start()
    server.signal(signal.SIGTERM)
    time.sleep(after)
    with contextlib.suppress(ProcessLookupError):
        server.signal(signal.SIGKILL)
    server.wait()
    wait_until(lambda: postgres_of(server.data) == [], 15)
