"""What may have changed is looked at until a look succeeds that began afterwards; one thing never waits for another."""

import asyncio
from collections.abc import Callable

import pytest

from server.infra import rechecks
from server.infra.rechecks import AT_ONCE, Rechecks


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rechecks, "RETRY_S", (0.0,))


class Looks:
    """Each look waits until it is let go on."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.fails: set[str] = set()
        self.open = asyncio.Event()
        self.rechecks = Rechecks(self.look, "rooms")

    async def look(self, key: str) -> None:
        self.begun.append(key)
        await self.open.wait()
        if key in self.fails:
            raise OSError

    async def until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not done():
                await asyncio.sleep(0)


async def test_what_changes_under_a_look_is_looked_at_again_and_only_then() -> None:
    looks = Looks()
    looks.rechecks.ask(["a"])
    await looks.until(lambda: looks.begun == ["a"])
    for _ in range(3):
        looks.rechecks.ask(["a"])
    looks.open.set()
    await looks.until(lambda: not looks.rechecks.busy)
    assert looks.begun == ["a", "a"]


async def test_one_that_fails_is_tried_again_and_holds_up_nobody() -> None:
    looks = Looks()
    looks.open.set()
    looks.fails = {"a"}
    looks.rechecks.ask(["a"])
    await looks.until(lambda: looks.begun.count("a") > 3)
    looks.rechecks.ask(["b"])
    await looks.until(lambda: "b" in looks.begun)
    looks.fails.clear()
    await looks.until(lambda: not looks.rechecks.busy)


async def test_a_few_at_a_time() -> None:
    looks = Looks()
    looks.rechecks.ask(str(number) for number in range(10))
    for _ in range(50):
        await asyncio.sleep(0)
    assert len(looks.begun) == AT_ONCE
    looks.open.set()
    await looks.until(lambda: not looks.rechecks.busy)
    assert sorted(looks.begun) == [str(number) for number in range(10)]


async def test_it_stops_in_the_middle() -> None:
    looks = Looks()
    looks.rechecks.ask(str(number) for number in range(10))
    await looks.until(lambda: looks.begun != [])
    await looks.rechecks.stop()
    assert not looks.rechecks.busy
