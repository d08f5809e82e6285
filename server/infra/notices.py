"""What other processes tell through PostgreSQL's NOTIFY. One connection listens for the whole server.

A notice can be lost while the connection is down. Who relies on notices therefore also says what to do after a gap:
take everything as changed.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable

import asyncpg

from server.infra.database import Database
from server.infra.ended import ended

log = logging.getLogger(__name__)

PROBE_SECONDS = 0.5  # between two questions whether a silent connection still lives
STEP_SECONDS = 0.5
MOST_SILENT = 4  # steps without an answer; then it does not. Our own steps, so that a stall of ours blames nobody
RETRY_SECONDS = (0.1, 0.25, 0.5, 1.0)  # before each try to connect again; the last one repeats
BACKLOG = 10_000  # notices of a channel that may wait for its handlers; beyond, they count as a gap

Handler = Callable[[str], Awaitable[None]]
GapHandler = Callable[[], Awaitable[None]]


class Notices:
    """Hands each notice of a channel to the channel's handlers, one notice at a time, in the order of the database. No
    channel waits for the handlers of another: a right that ends is not told behind a thousand letters."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._handlers: dict[str, list[Handler]] = defaultdict(list)
        self._gap_handlers: list[GapHandler] = []
        self._loss_handlers: list[Callable[[], None]] = []
        self._queues: dict[str, asyncio.Queue[str]] = {}
        self._overflowed: set[str] = set()  # channels
        self._lost = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._connection: asyncpg.Connection | None = None
        self.alive = False  # listening, and nothing missed that a gap handler has not been told of

    def on(self, channel: str, handler: Handler) -> None:
        """Calls ``handler`` with the payload of each notice on ``channel``. To be said before ``start``."""
        self._handlers[channel].append(handler)
        self._queues.setdefault(channel, asyncio.Queue(BACKLOG))

    def on_lost(self, handler: Callable[[], None]) -> None:
        """Calls ``handler`` when notices cannot arrive any more. Must not raise."""
        self._loss_handlers.append(handler)

    def on_gap(self, handler: GapHandler) -> None:
        """Calls ``handler`` after notices may have been missed: once listening goes on, and now and then while the
        database answers others but has no place for who listens."""
        self._gap_handlers.append(handler)

    async def start(self) -> None:
        """Listens. Raises when the database cannot be reached; afterwards, connects again for ever by itself."""
        await self._listen()
        self.alive = True
        self._task = asyncio.create_task(self._keep(), name="notices")

    async def stop(self) -> None:
        self.alive = False
        await ended(self._task)
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
            self._queues[channel].put_nowait(payload)
        except asyncio.QueueFull:
            self._overflowed.add(channel)

    async def _keep(self) -> None:
        while True:
            serving = [asyncio.create_task(self._serve(channel), name=f"notices-{channel}") for channel in self._queues]
            try:
                await self._until_lost()
                self.alive = False
            finally:
                for task in serving:
                    task.cancel()
                await asyncio.gather(*serving, return_exceptions=True)
            log.warning("notices_lost")
            for lost in self._loss_handlers:
                lost()
            await self._reconnect()
            # What was received before the gap is covered by "take everything as changed".
            for channel in self._queues:
                self._forget_backlog(channel)
            await self._tell_gap()
            self.alive = True
            log.info("notices_restored")

    async def _until_lost(self) -> None:
        """Returns when the connection is gone, also when nobody told us (a network that swallows packets)."""
        while not self._lost.is_set() and self._connection is not None:
            try:
                async with asyncio.timeout(PROBE_SECONDS):
                    await self._lost.wait()
            except TimeoutError:
                if not await _answers(self._connection):
                    self._connection.terminate()
                    return

    async def _reconnect(self) -> None:
        tries = 0
        while True:
            await asyncio.sleep(RETRY_SECONDS[min(tries, len(RETRY_SECONDS) - 1)])
            tries += 1
            try:
                await self._listen()
            except asyncpg.TooManyConnectionsError:
                await self._tell_gap()
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                continue
            else:
                return

    async def _serve(self, channel: str) -> None:
        queue = self._queues[channel]
        while True:
            payload = await queue.get()
            try:
                if channel in self._overflowed:
                    self._forget_backlog(channel)
                    await self._tell_gap()
                else:
                    for handler in self._handlers[channel]:
                        await self._call(handler(payload))
            finally:
                queue.task_done()

    def _forget_backlog(self, channel: str) -> None:
        self._overflowed.discard(channel)
        queue = self._queues[channel]
        while not queue.empty():
            queue.get_nowait()
            queue.task_done()

    async def _tell_gap(self) -> None:
        for handler in self._gap_handlers:
            await self._call(handler())

    async def _call(self, handling: Awaitable[None]) -> None:
        try:
            await handling
        except Exception:
            log.exception("notice_handler_failed")


async def _answers(connection: asyncpg.Connection) -> bool:
    # Whoever looks at the database's connections sees what this one is for.
    asking = asyncio.ensure_future(connection.execute("LISTEN rights"))
    try:
        for _ in range(MOST_SILENT):
            await asyncio.wait({asking}, timeout=STEP_SECONDS)
            if asking.done():
                return asking.exception() is None
    finally:
        asking.cancel()
    return False
