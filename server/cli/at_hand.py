"""What commands share: the settings, a loop to run on, the database, a line to the operator."""

import sys
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from server.infra.database import Database
    from server.settings import Settings

T = TypeVar("T")


def read_settings() -> "Settings":
    """The settings, with the logs set up as they say."""
    from server.infra import telemetry
    from server.settings import Settings

    settings = Settings.load()
    telemetry.configure(settings.log_format, settings.log_level)
    return settings


def run(work: Coroutine[Any, Any, T]) -> T:
    import asyncio

    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def run_on_database(settings: "Settings", work: Callable[["Database"], Awaitable[T]], *, migrated: bool = True) -> T:
    """Does ``work`` with the database, beside a running server or without one."""
    from server.infra.open_database import borrow_database

    async def borrow() -> T:
        async with AsyncExitStack() as running:
            return await work(await borrow_database(settings, running, migrated=migrated))

    return run(borrow())


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
