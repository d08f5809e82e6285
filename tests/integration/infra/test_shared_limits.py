"""Rates in memory and in a real Redis: one suite for both; and what becomes of them when Redis goes away."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from redis.asyncio import Redis

from server.infra import redis_limits
from server.infra.limits import Limiter, MemoryLimiter, Rate
from server.infra.redis_limits import AWAY_SECONDS, RedisLimiter, limiter
from server.infra.secrets import InstanceKeyring
from server.kernel.clock import ManualClock
from tests.support.redis_server import RedisServer, redis_server

NOW = datetime(2026, 11, 22, tzinfo=UTC)
FEW = Rate(per_second=0.01, burst=3)  # so slow that no test is long enough for one more
ONE = Rate(per_second=0.01, burst=1)
SECRET = b"of these tests alone"


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Redis that is there is waited for, however busy the machine: else each process would count by itself."""
    monkeypatch.setattr(redis_limits, "ANSWER_SECONDS", 30.0)


@pytest.fixture
async def redis(tmp_path: Path, patient: None) -> AsyncIterator[RedisServer]:
    async with redis_server(tmp_path) as server:
        yield server


@pytest.fixture(params=["memory", "redis"])
async def limits(request: pytest.FixtureRequest, tmp_path: Path, patient: None) -> AsyncIterator[Limiter]:
    if request.param == "memory":
        yield MemoryLimiter(ManualClock(NOW))
        return
    async with redis_server(tmp_path) as server:
        limiter = RedisLimiter(server.url, ManualClock(NOW), SECRET)
        yield limiter
        await limiter.close()


async def test_a_burst_passes_and_the_next_is_told_when(limits: Limiter) -> None:
    assert [await limits.take([("a", FEW)]) for _ in range(3)] == [0.0] * 3
    wait = await limits.take([("a", FEW)])
    assert 90 < wait <= 100
    assert await limits.take([("b", FEW)]) == 0.0


async def test_all_or_none(limits: Limiter) -> None:
    assert await limits.take([("full", ONE)]) == 0.0
    for _ in range(5):
        assert await limits.take([("a", FEW), ("full", ONE), ("b", FEW)]) > 0
    assert [await limits.take([("a", FEW), ("b", FEW)]) for _ in range(3)] == [0.0] * 3
    assert await limits.take([("a", FEW)]) > 0


async def test_asked_for_nothing_it_refuses_nothing(limits: Limiter) -> None:
    assert await limits.take([]) == 0.0


async def test_of_many_at_once_as_many_pass_as_there_are_tokens(limits: Limiter) -> None:
    waits = await asyncio.gather(*(limits.take([("a", FEW)]) for _ in range(15)))
    assert sorted(wait > 0 for wait in waits) == [False] * 3 + [True] * 12


async def test_two_processes_count_together(redis: RedisServer) -> None:
    one, other = (RedisLimiter(redis.url, ManualClock(NOW), SECRET) for _ in range(2))
    waits = await asyncio.gather(*(limits.take([("a", FEW)]) for limits in (one, other) * 5))
    assert sorted(wait > 0 for wait in waits) == [False] * 3 + [True] * 7
    await one.close()
    await other.close()


async def test_redis_learns_nobodys_address_and_forgets(redis: RedisServer) -> None:
    limits = RedisLimiter(redis.url, ManualClock(NOW), SECRET)
    await limits.take([("open:a:203.0.113.9", FEW), ("open:a:2001:db8::/64", Rate(0.01, 1))])
    async with Redis.from_url(redis.url, decode_responses=True) as client:
        kept = [str(key) for key in await client.keys("*")]
        assert [re.fullmatch(r"binome:rate:[0-9a-f]{32}", key) is not None for key in kept] == [True, True]
        lives = [await client.pttl(key) for key in kept]
        other = RedisLimiter(redis.url, ManualClock(NOW), b"another")  # the same address, for who does not know ours
        await other.take([("open:a:203.0.113.9", FEW)])
        assert len(await client.keys("*")) == 3
        await other.close()
    assert max(lives) <= 100_001
    assert -1 not in lives  # none is kept for ever
    await limits.close()


async def test_when_redis_is_away_each_process_counts_and_the_log_says_it_once(
    redis: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    clock = ManualClock(NOW)
    limits = RedisLimiter(redis.url, clock, SECRET)
    caplog.set_level(logging.INFO, "server.infra.redis_limits")
    assert await limits.take([("a", FEW)]) == 0.0
    await redis.stop()
    assert [await limits.take([("a", FEW)]) for _ in range(3)] == [0.0] * 3
    assert await limits.take([("a", FEW)]) > 0
    clock.advance(AWAY_SECONDS)
    assert await limits.take([("a", FEW)]) > 0
    assert [record.message for record in caplog.records] == ["redis_away"]
    await redis.start()
    clock.advance(AWAY_SECONDS)
    assert await limits.take([("a", FEW)]) == 0.0  # what it forgot is forgotten: a limit is no record
    assert [record.message for record in caplog.records] == ["redis_away", "redis_back"]
    await limits.close()


async def test_a_redis_that_does_not_answer_is_not_waited_for() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.read()
        finally:
            writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    limits = RedisLimiter(f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}", ManualClock(NOW), SECRET)
    async with asyncio.timeout(20):
        assert await limits.take([("a", ONE)]) == 0.0
        assert await limits.take([("a", ONE)]) > 0
    await limits.close()
    server.close()


def test_without_a_setting_it_is_memory() -> None:
    assert isinstance(limiter(None, ManualClock(NOW), InstanceKeyring("x" * 32, Path())), MemoryLimiter)
