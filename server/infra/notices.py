"""What other processes tell through PostgreSQL's NOTIFY. One connection listens for the whole server.

A notice can be lost while the connection is down. Who relies on notices therefore also says what to do after a gap:
take everything as changed.
"""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable

import asyncpg

from server.infra.database import Database

log = logging.getLogger(__name__)

PROBE_SECONDS = 5.0  # between two questions whether a silent connection still lives
RETRY_SECONDS = (0.1, 0.25, 0.5, 1.0)  # before each try to connect again; the last one repeats
BACKLOG = 10_000  # notices that may wait for their handlers; beyond, they count as a gap

Handler = Callable[[str], Awaitable[None]]
GapHandler = Callable[[], Awaitable[None]]


class Notices:
    """Hands each notice of a channel to the channel's handlers, one notice at a time, in the order of the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._handlers: dict[str, list[Handler]] = defaultdict(list)
        self._gap_handlers: list[GapHandler] = []
        self._queue: asyncio.Queue[tuple[str, str]] = asyncio.Queue(BACKLOG)
        self._overflowed = False
        self._lost = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._connection: asyncpg.Connection | None = None
        self.alive = False  # listening, and nothing missed that a gap handler has not been told of

    def on(self, channel: str, handler: Handler) -> None:
        """Calls ``handler`` with the payload of each notice on ``channel``. To be said before ``start``."""
        self._handlers[channel].append(handler)

    def on_gap(self, handler: GapHandler) -> None:
        """Calls ``handler`` after notices may have been missed, once listening goes on."""
        self._gap_handlers.append(handler)

    async def start(self) -> None:
        """Listens. Raises when the database cannot be reached; afterwards, connects again for ever by itself."""
        await self._listen()
        self.alive = True
        self._task = asyncio.create_task(self._keep(), name="notices")

    async def stop(self) -> None:
        self.alive = False
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def _listen(self) -> None:
        connection = await self._database.connect_raw()
        try:
            self._lost.clear()
            connection.add_termination_listener(lambda _connection: self._lost.set())
            for channel in self._handlers:
                await connection.add_listener(channel, self._receive)
        except BaseException:
            connection.terminate()
            raise
        self._connection = connection

    def _receive(self, _connection: object, _pid: int, channel: str, payload: str) -> None:
        try:
            self._queue.put_nowait((channel, payload))
        except asyncio.QueueFull:
            self._overflowed = True

    async def _keep(self) -> None:
        while True:
            serving = asyncio.create_task(self._serve(), name="notices-serve")
            try:
                await self._until_lost()
            finally:
                serving.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await serving
            self.alive = False
            log.warning("notices_lost")
            await self._reconnect()
            # What was received before the gap is covered by "take everything as changed".
            self._forget_backlog()
            await self._tell_gap()
            self.alive = True
            log.info("notices_restored")

    async def _until_lost(self) -> None:
        """Returns when the connection is gone, also when nobody told us (a network that swallows packets)."""
        while not self._lost.is_set():
            try:
                async with asyncio.timeout(PROBE_SECONDS):
                    await self._lost.wait()
            except TimeoutError:
                connection = self._connection
                if connection is None:
                    return
                try:
                    await connection.execute("select 1", timeout=PROBE_SECONDS)
                except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    connection.terminate()
                    return

    async def _reconnect(self) -> None:
        tries = 0
        while True:
            await asyncio.sleep(RETRY_SECONDS[min(tries, len(RETRY_SECONDS) - 1)])
            tries += 1
            try:
                await self._listen()
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                continue
            return

    async def _serve(self) -> None:
        while True:
            channel, payload = await self._queue.get()
            if self._overflowed:
                self._forget_backlog()
                await self._tell_gap()
                continue
            for handler in self._handlers[channel]:
                await self._call(handler(payload))

    def _forget_backlog(self) -> None:
        self._overflowed = False
        while not self._queue.empty():
            self._queue.get_nowait()

    async def _tell_gap(self) -> None:
        for handler in self._gap_handlers:
            await self._call(handler())

    async def _call(self, handling: Awaitable[None]) -> None:
        try:
            await handling
        except Exception:
            log.exception("notice_handler_failed")
