"""Looking again at what may have changed, until a look succeeds: for whoever hears that a right has moved."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable, Iterable
from typing import Final, Generic, TypeVar

RETRY_S: Final = (0.1, 0.5, 1.0, 2.0)  # between looks at one thing while the database is away; the last one repeats
AT_ONCE: Final = 3  # looks under way: what a change of thousands of rights takes of the database's connections

Key = TypeVar("Key", bound=Hashable)

log = logging.getLogger(__name__)


class Rechecks(Generic[Key]):
    """``look`` is awaited for each thing that is asked about, and once more when it was asked about meanwhile. One that
    raises is tried again until it does not; the others do not wait for it."""

    def __init__(self, look: Callable[[Key], Awaitable[None]], part: str) -> None:
        """``part`` names it in the log."""
        self._look = look
        self._part = part
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        self._again: set[Key] = set()

    @property
    def busy(self) -> bool:
        return bool(self._tasks)

    def ask(self, keys: Iterable[Key]) -> None:
        for key in keys:
            if key in self._tasks:
                self._again.add(key)
            else:
                self._tasks[key] = asyncio.get_running_loop().create_task(self._check(key), name=f"{self._part}-rights")

    async def stop(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _check(self, key: Key) -> None:
        failures = 0
        try:
            while True:
                try:
                    async with self._turn:
                        self._again.discard(key)
                        await self._look(key)
                except Exception as error:
                    log.warning("rights_not_read", extra={"part": self._part, "error": type(error).__name__})
                    await asyncio.sleep(RETRY_S[min(failures, len(RETRY_S) - 1)])
                    failures += 1
                else:
                    failures = 0
                    if key not in self._again:
                        return
        finally:
            del self._tasks[key]  # no await since nothing new was seen
            self._again.discard(key)
