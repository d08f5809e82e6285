"""Work that goes on when who asked for it is gone: kept, so that it is not lost, and done before the server ends."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final, TypeVar

LOOK_AGAIN_S: Final = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  # between looks, after a commit whose outcome was lost

T = TypeVar("T")


class Work:
    """The tasks under way of one part."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._given_up: set[asyncio.Task[Any]] = set()  # those that ``stop`` does not wait for

    async def finish(self, doing: Coroutine[Any, Any, T]) -> T:
        """What ``doing`` comes to. Goes on when the caller is cancelled."""
        return await asyncio.shield(self._keep(asyncio.create_task(doing)))

    def beside(self, doing: Coroutine[Any, Any, None]) -> None:
        """Runs ``doing`` while the caller goes on; finished before the server ends."""
        self._keep(asyncio.create_task(doing))

    def look_again(self, looking: Coroutine[Any, Any, None]) -> None:
        """Runs ``looking`` beside everything else; the server's end breaks it off."""
        task = self._keep(asyncio.create_task(looking))
        self._given_up.add(task)
        task.add_done_callback(self._given_up.discard)

    async def stop(self) -> None:
        """Returns when all is finished."""
        for task in tuple(self._given_up):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _keep(self, task: asyncio.Task[T]) -> asyncio.Task[T]:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda done: done.cancelled() or done.exception())  # whoever asked may be gone
        return task
