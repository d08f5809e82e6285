"""Keeps one worker running: replaces it when it dies or hangs, with growing pauses when that does not help."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Final

from server.kernel.ground import GroundError
from server.media.worker import messages
from server.media.worker.process import Gone, Worker

PAUSES: Final = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  # seconds before each replacement in a row
STEADY: Final = 20.0  # seconds that a worker must have run for its end to count as the first again

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Duty:
    """What every worker is started with; worker ``number`` has ``port`` + its number, or any if that is 0."""

    host: str
    port: int
    public_address: str | None
    log_format: str
    log_level: str


class Keeper:
    """Of worker ``number``. ``told`` is given what it says by itself; ``up`` is called whenever it runs (again);
    ``down`` when it is gone."""

    def __init__(
        self,
        number: int,
        duty: Duty,
        told: Callable[[messages.Event], None],
        up: Callable[[], None],
        down: Callable[[int], None],
    ) -> None:
        self._number = number
        self._duty = duty
        self._told = told
        self._up = up
        self._down = down
        self._port = duty.port + number if duty.port else 0
        self._past: Counter[str] = Counter()  # what workers that are gone had counted
        self._counted: dict[str, int] = {}
        self._coming: Worker | None = None
        self._keeping: asyncio.Task[None] | None = None
        self.worker: Worker | None = None  # only while it runs
        self.replaced = 0

    @property
    def port(self) -> int:
        return self._port

    def spawn(self) -> Worker:
        """Begins a process, which takes a while to be of use."""
        worker = self._coming = Worker(self._hear)
        worker.spawn(self._duty.log_format, self._duty.log_level)
        return worker

    async def start(self) -> None:
        """Raises GroundError when the port cannot be had, or no process begins."""
        try:
            await self._run()
        except Gone as error:
            raise GroundError("the process that carries calls ended at its start; its last lines say why") from error
        self._keeping = asyncio.create_task(self._keep(), name="media-keeper")

    async def stop(self) -> None:
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        for worker in (self.worker, self._coming):
            if worker is not None:
                await worker.stop()
        self.worker = self._coming = None

    def counters(self) -> Counter[str]:
        """Of all workers that there were; only ever grows."""
        total = self._past.copy()
        total.update(self._counted)
        return total

    async def _run(self) -> None:
        """A process of which ``spawn`` may have begun already."""
        worker = self._coming or self.spawn()
        duty = self._duty
        try:
            self._port = await worker.start(duty.host, self._port, duty.public_address)
        except BaseException:
            self._coming = None
            await worker.end()
            raise
        self.worker, self._coming = worker, None
        self._up()

    async def _keep(self) -> None:
        in_a_row = 0
        while True:
            worker, began = self.worker, monotonic()
            if worker is not None:
                await worker.gone.wait()
                self._forget()
                await worker.end()  # it may hang, and its port is wanted
                log.error("media_worker_died", extra={"pid": worker.pid, "status": worker.status})
            in_a_row = 0 if worker is not None and monotonic() - began >= STEADY else in_a_row
            await asyncio.sleep(PAUSES[min(in_a_row, len(PAUSES) - 1)])
            in_a_row += 1
            try:
                await self._run()
            except GroundError as error:
                log.error("media_worker_not_started", extra={"reason": error})  # noqa: TRY400 - told in one line
            except Gone:
                log.error("media_worker_not_started")  # noqa: TRY400 - its own lines say why
            else:
                self.replaced += 1
                log.warning("media_worker_replaced", extra={"pid": self.worker.pid if self.worker else None})

    def _hear(self, message: messages.Counted | messages.Event) -> None:
        if isinstance(message, messages.Counted):
            self._counted = message.counters
        else:
            self._told(message)

    def _forget(self) -> None:
        self.worker = None
        self._past, self._counted = self.counters(), {}
        self._down(self._number)
