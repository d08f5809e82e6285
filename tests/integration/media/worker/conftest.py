"""Real worker processes, and people who call each other through them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import cast

import psutil
import pytest

from server.media.forwarding import ForwardingEngine
from server.media.worker.workers import WorkersEngine
from tests.integration.media.conftest import Calls, Told
from tests.support.bare_browser import BareBrowser


@dataclass
class ToldByWorkers(Told):
    failures: list[list[str]] = field(default_factory=list)

    def failed(self, rooms: Sequence[str]) -> None:
        self.failures.append(list(rooms))


@dataclass
class Works(Calls):
    """Calls on worker processes."""

    workers: WorkersEngine = field(kw_only=True)
    heard: ToldByWorkers = field(kw_only=True)

    def process(self, number: int = 0) -> psutil.Process:
        worker = self.workers._keepers[number].worker
        assert worker is not None
        return psutil.Process(worker.pid)

    def offer(self) -> str:
        """Of somebody who asks to join, and no more."""
        browser = BareBrowser()
        self.browsers.append(browser)
        return browser.offer()

    async def back(self) -> None:
        """Returns when all workers run."""
        async with asyncio.timeout(20):
            while not self.workers.alive():
                await asyncio.sleep(0.02)


@asynccontextmanager
async def working(count: int) -> AsyncIterator[Works]:
    engine, told = WorkersEngine("127.0.0.1", 0, workers=count), ToldByWorkers()
    works = Works(cast("ForwardingEngine", engine), told, workers=engine, heard=told)  # one is as good as the other
    try:
        await engine.start(told)
        yield works
    finally:
        await engine.stop()
        await asyncio.gather(*(browser.close() for browser in works.browsers))


@pytest.fixture
async def works() -> AsyncIterator[Works]:
    async with working(1) as works:
        yield works


@pytest.fixture
async def two_workers() -> AsyncIterator[Works]:
    async with working(2) as works:
        yield works
