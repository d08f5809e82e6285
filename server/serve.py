"""Runs a server until it is told to stop: SIGTERM drains it, Ctrl-C stops it, a second signal hurries that."""

import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable

from server.app import App, build
from server.infra.open_files import raise_limit
from server.infra.telemetry import watch_loop
from server.settings import Settings

log = logging.getLogger(__name__)

HURRY_SECONDS = 3.0  # for everything to stop after the second signal; the third ends the process


async def serve(settings: Settings, prepare: Callable[[App], Awaitable[None]] | None = None) -> None:
    """Serves until a signal. ``prepare`` is awaited once the server runs, before its address is told. Raises
    GroundError when the server cannot start."""
    loop = asyncio.get_running_loop()
    watch_loop(loop)
    raise_limit()
    signals: asyncio.Queue[signal.Signals] = asyncio.Queue()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, signals.put_nowait, number)
    app = build(settings)
    first = asyncio.create_task(signals.get())
    if not await _unless(first, _start(app, settings, prepare)):
        return
    number = await first
    log.info("stopping", extra={"code": number.name.lower()})
    second = asyncio.create_task(signals.get())
    if number == signal.SIGTERM:
        await _unless(second, app.drain())
    stopping = asyncio.ensure_future(app.stop())
    await asyncio.wait({second, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if not stopping.done():
        stopping.cancel()  # breaks off what is being waited for; the rest is stopped all the same
        third = asyncio.create_task(signals.get())
        await asyncio.wait({third, stopping}, timeout=HURRY_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    if not stopping.done():
        os._exit(1)  # something does not stop; an embedded PostgreSQL sees our end and stops by itself
    with contextlib.suppress(asyncio.CancelledError):
        await stopping


async def _start(app: App, settings: Settings, prepare: Callable[[App], Awaitable[None]] | None) -> None:
    await app.start()
    try:
        if prepare is not None:
            await prepare(app)
    except BaseException:
        await app.stop()
        raise
    # Code, lexicons and tables stay for good: no later collection walks them again, which under load is felt as delay.
    gc.collect()
    gc.freeze()
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    host = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(host, host)  # noqa: S104 - to a form that a browser takes
    sys.stdout.write(f"Binôme is at http://{host}:{app.port} (Ctrl-C stops it)\n")
    sys.stdout.flush()


async def _unless(told: asyncio.Task[signal.Signals], work: Awaitable[None]) -> bool:
    """Does ``work`` and returns True; or breaks it off, when ``told`` comes first, and returns False."""
    task = asyncio.ensure_future(work)
    await asyncio.wait({told, task}, return_when=asyncio.FIRST_COMPLETED)
    if not task.done():
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        return False
    await task
    return True
