"""Writes down that the two of a room met in a call: at most once an hour, and never in the way of the call."""

import asyncio
import logging
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from server.infra.database import Database
from server.kernel.clock import Clock
from server.rooms.meetings import met
from server.signalling.calls import Calls
from server.signalling.parts import Part

log = logging.getLogger(__name__)

AGAIN: Final = timedelta(hours=1)  # it is days that are counted
REMEMBERED: Final = 10_000  # rooms


class Meetings:
    def __init__(self, calls: Calls, database: Database, clock: Clock) -> None:
        self._calls = calls
        self._database = database
        self._clock = clock
        self._last: OrderedDict[UUID, datetime] = OrderedDict()
        self._writing: set[asyncio.Task[None]] = set()
        calls.on_hold(self._held)

    async def stop(self) -> None:
        """Returns when what is being written is."""
        await asyncio.gather(*self._writing, return_exceptions=True)

    def _held(self, part: Part) -> None:
        room_id, now = part.room_id, self._clock.now()
        here = {one.principal.account_id for one in self._calls.parts.of_room(room_id) if not one.staff}
        last = self._last.get(room_id)
        if len(here) < 2 or (last is not None and now - last < AGAIN):
            return
        self._last[room_id] = now
        self._last.move_to_end(room_id)
        if len(self._last) > REMEMBERED:
            self._last.popitem(last=False)
        task = asyncio.get_running_loop().create_task(
            self._write(part.principal.organisation_id, room_id, now), name="meeting"
        )
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _write(self, organisation_id: UUID, room_id: UUID, at: datetime) -> None:
        try:
            await met(self._database, organisation_id, room_id, at)
        except Exception as error:  # the next one who joins, or comes back, says it again
            self._last.pop(room_id, None)
            log.warning("meeting_not_written", extra={"room": room_id, "error": type(error).__name__})
