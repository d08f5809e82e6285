"""Takes what is to be told to where people are: as soon as it is committed, again while it fails, whoever was killed.

Every process has one. PostgreSQL hands each delivery to one of them (``store.take``), for as long as a round through
all channels may take; nothing is remembered outside the database but for how long something has been seen waiting, so
that a clock which is put back keeps no page.
"""

import asyncio
import contextlib
import logging
from datetime import timedelta
from typing import Final
from uuid import UUID

from server.infra.database import Database
from server.infra.ended import ended
from server.infra.notices import Notices
from server.kernel.clock import Clock
from server.people.reach import store
from server.people.reach.rules import Urgency, ripe
from server.people.reach.sending import Sending
from server.people.reach.store import Delivery, Waiting

CHANNEL: Final = "deliveries"  # of NOTIFY, by a trigger (0019)
POLL_S: Final = 2.0  # what comes due by itself, and what no notice told of
STOP_S: Final = 10.0  # for what is on its way to arrive; the rest goes out again elsewhere

# What a round may take, with the database answering slowly. After that, whoever had it counts as killed.
LEASES: Final = {
    Urgency.CRITICAL: timedelta(seconds=30),
    Urgency.PROMPT: timedelta(seconds=90),
    Urgency.ORDINARY: timedelta(seconds=90),
}
_CRITICAL: Final = [Urgency.CRITICAL]
_CALM: Final = [Urgency.PROMPT, Urgency.ORDINARY]
CRITICAL_AT_ONCE: Final = 16
CALM_AT_ONCE: Final = 8  # the others never take the places of what is critical

log = logging.getLogger(__name__)


class Courier:
    def __init__(
        self, database: Database, clock: Clock, notices: Notices, sending: Sending, *, poll_s: float = POLL_S
    ) -> None:
        self._database = database
        self._clock = clock
        self._sending = sending
        self._poll_s = poll_s
        self._woken = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None
        self._carrying: dict[UUID, asyncio.Task[None]] = {}
        self._calm: set[UUID] = set()
        # What waits and does not go by the clock on the wall alone, by its turn: since when, by the monotonic clock.
        self._seen: dict[tuple[UUID, int], float] = {}
        notices.on(CHANNEL, self._on_notice)
        notices.on_gap(self._on_gap)

    def start(self) -> None:
        self._looking = asyncio.create_task(self._keep_looking(), name="courier")

    async def stop(self) -> None:
        """Lets what is on its way arrive, and takes no more."""
        await ended(self._looking)
        self._looking = None
        if self._carrying:
            _, late = await asyncio.wait(self._carrying.values(), timeout=STOP_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def look(self) -> None:
        """Takes what is due, as much as there is room for. Raises what the database raises."""
        async with self._database.everywhere() as conn:
            overdue = self._ripe(await store.waiting(conn, self._clock.now()))
        await self._take(_CRITICAL, CRITICAL_AT_ONCE - (len(self._carrying) - len(self._calm)), overdue)
        await self._take(_CALM, CALM_AT_ONCE - len(self._calm), overdue)

    async def _take(self, urgencies: list[Urgency], room: int, overdue: list[Waiting]) -> None:
        if room <= 0:
            return
        now, lease = self._clock.now(), LEASES[urgencies[0]]
        async with self._database.everywhere() as conn:
            taken = await store.take(conn, urgencies, now, lease, room, busy=self._carrying.keys(), ripe=overdue)
        for delivery in taken:
            if delivery.urgency is not Urgency.CRITICAL:
                self._calm.add(delivery.id)
            self._carrying[delivery.id] = asyncio.create_task(self._carry(delivery), name="delivery")

    def _ripe(self, waiting: list[Waiting]) -> list[Waiting]:
        """Those that have waited for long enough since this process saw them, whatever the clock on the wall says."""
        now, instant = self._clock.now(), self._clock.monotonic()
        self._seen = {(one.id, one.turn): self._seen.get((one.id, one.turn), instant) for one in waiting}
        return [one for one in waiting if ripe(one.due_at, one.wait_s, now, instant - self._seen[one.id, one.turn])]

    async def _carry(self, delivery: Delivery) -> None:
        try:
            await self._sending.deliver(delivery)
        except Exception as error:  # the database is away, or it is our fault: when the lease is over it comes again
            log.exception("delivery_broken_off", extra={"kind": delivery.kind, "error": type(error).__name__})
        finally:
            del self._carrying[delivery.id]
            self._calm.discard(delivery.id)
            self._woken.set()  # there is room again

    async def _keep_looking(self) -> None:
        while True:
            self._woken.clear()
            try:
                await self.look()
            except Exception as error:  # the database is away: it is asked again soon
                log.warning("deliveries_not_read", extra={"error": type(error).__name__})
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._poll_s):
                    await self._woken.wait()

    async def _on_notice(self, _payload: str) -> None:
        self._woken.set()

    async def _on_gap(self) -> None:
        self._woken.set()
