"""Looks, every few seconds, for flags whose time has come, so that colleagues see them without asking."""

import asyncio
import logging

from server.infra.ended import ended
from server.moderation.flags import Flags

log = logging.getLogger(__name__)

LOOK_S = 10.0  # how much later than due a colleague may see a flag: little beside five minutes


class Overdue:
    def __init__(self, flags: Flags) -> None:
        self._flags = flags
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._look(), name="overdue flags")

    async def stop(self) -> None:
        await ended(self._task)
        self._task = None

    async def _look(self) -> None:
        while True:
            try:
                await self._flags.tell_overdue()
            except Exception as error:  # the database is away: it is asked again soon
                log.warning("overdue_not_told", extra={"error": type(error).__name__})
            await asyncio.sleep(LOOK_S)
