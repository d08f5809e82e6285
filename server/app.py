"""The server, put together: each part is built once, handed what it needs, started and stopped in order.

What runs where: ``start`` takes the ports, opens the ground (database, notices, jobs), composes the capabilities on
it, and listens at last. ``stop`` does the same backwards. Nothing else in the code builds a part of another.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from aiohttp import web
from sqlalchemy import text

from server.compose import Capabilities
from server.ground import Ground
from server.infra import migrate, ports
from server.infra.database import Database
from server.infra.jobs import Jobs
from server.infra.notices import Notices
from server.infra.open_database import open_database
from server.infra.telemetry import new_registry
from server.kernel.clock import Clock, SystemClock
from server.kernel.events import Bus
from server.media.worker.workers import WorkersEngine
from server.settings import Settings
from server.transport import listener as http_listener
from server.transport.health import Health

log = logging.getLogger(__name__)

HTTP_STOP_SECONDS = 5.0  # for requests under way, once the grace is over
RECONNECT_IN_MS = 2_000  # sockets come back elsewhere spread over this time
LEAVING_SECONDS = RECONNECT_IN_MS / 1000 + 0.5
POLL_SECONDS = 0.1


class App:
    """One server. ``start``, then ``drain`` if there is time for it, then ``stop``."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._running = AsyncExitStack()  # what was started, to be stopped in the opposite order
        self._drainers: list[Callable[[int], Awaitable[None]]] = []
        self._busy: list[Callable[[], int]] = []
        self._leaving: list[Callable[[], int]] = []
        self.ground: Ground | None = None
        self.capabilities: Capabilities | None = None
        self.port = settings.port

    async def start(self) -> None:
        """Returns when the server answers. Raises GroundError, with everything stopped again."""
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def _start(self) -> None:
        settings = self._settings
        listener = ports.take_tcp(settings.host, settings.port, "BINOME_PORT")
        self._running.callback(listener.close)
        await ports.look_at_media(settings.media_host, settings.media_ports)
        media = WorkersEngine(
            settings.media_host,
            settings.media_port,
            settings.public_address,
            workers=settings.media_workers,
            log_format=settings.log_format,
            log_level=settings.log_level,
        )
        self._running.push_async_callback(media.stop)
        media.spawn()  # its processes come up while the database does
        metrics = new_registry()
        database = await open_database(settings, self._running)
        ground = self.ground = Ground(
            settings=settings,
            clock=self._clock,
            database=database,
            bus=Bus(),
            notices=Notices(database),
            jobs=Jobs(database, self._clock),
            health=Health(self._clock, metrics),
            media=media,
            metrics=metrics,
        )
        site = web.Application()
        ground.health.attach(site)
        ground.health.add("database", _migrated(database))
        ground.health.add("notices", _listening(ground.notices))
        await self._compose(ground, site)
        # After the capabilities, which say what they listen for and which jobs are theirs; stopped before them.
        self._running.push_async_callback(ground.notices.stop)
        await ground.notices.start()
        self._running.push_async_callback(ground.jobs.stop)
        await ground.jobs.start()
        runner = http_listener.runner(site, stop_s=HTTP_STOP_SECONDS)
        self._running.push_async_callback(runner.cleanup)
        await http_listener.setup(runner)
        await web.SockSite(runner, listener, backlog=1024).start()
        self.port = listener.getsockname()[1]
        log.info("serving", extra={"port": self.port, "media_port": settings.media_port})

    async def _compose(self, ground: Ground, site: web.Application) -> None:
        """Builds the capabilities on the ground and adds what they serve to ``site``."""
        capabilities = self.capabilities = Capabilities(ground)
        self._running.push_async_callback(capabilities.stop)
        await capabilities.start()
        capabilities.attach(site)
        self.on_drain(capabilities.drain)
        self.keeps_busy(capabilities.busy)
        self.leaves(capabilities.connected)
        site.on_shutdown.append(lambda _site: capabilities.part())

    def on_drain(self, handler: Callable[[int], Awaitable[None]]) -> None:
        """``handler`` is awaited with the time, in milliseconds, over which clients are to come back elsewhere."""
        self._drainers.append(handler)

    def keeps_busy(self, count: Callable[[], int]) -> None:
        """While ``count`` answers more than 0 (people in calls), a drain waits, as long as the grace allows."""
        self._busy.append(count)

    def leaves(self, count: Callable[[], int]) -> None:
        """While ``count`` answers more than 0 (sockets), a drain waits, as long as clients were told to take."""
        self._leaving.append(count)

    async def drain(self) -> None:
        """Takes nothing new, sends clients elsewhere, and returns when all have gone or the grace is over; who is in no
        call gets no more of it than clients need to come back elsewhere."""
        if self.ground is None:
            return
        self.ground.health.draining = True
        log.info("draining", extra={"seconds": self._settings.drain_seconds})
        for handler in self._drainers:
            await handler(RECONNECT_IN_MS)
        now = self._clock.monotonic()
        end = now + self._settings.drain_seconds
        await self._until_none(self._leaving, min(end, now + LEAVING_SECONDS))
        await self._until_none(self._busy, end)
        log.info("drained", extra={"count": sum(count() for count in self._busy)})

    async def _until_none(self, counts: list[Callable[[], int]], deadline: float) -> None:
        """Waits until all counts are 0. They change in many ways, and in other layers; looking costs nothing."""
        while self._clock.monotonic() < deadline and sum(count() for count in counts) > 0:  # noqa: ASYNC110
            await asyncio.sleep(POLL_SECONDS)

    async def stop(self) -> None:
        """Stops everything that was started, at once."""
        await self._running.aclose()
        self.ground = None


def build(settings: Settings, clock: Clock | None = None) -> App:
    """A server of these settings, not started yet."""
    return App(settings, clock or SystemClock())


def _migrated(database: Database) -> Callable[[], Awaitable[bool]]:
    head = migrate.head()

    async def check() -> bool:
        async with database.engine.connect() as connection:
            version = await connection.execute(text("select version_num from alembic_version"))
            return version.scalar_one_or_none() == head

    return check


def _listening(notices: Notices) -> Callable[[], Awaitable[bool]]:
    async def check() -> bool:
        return notices.alive

    return check
