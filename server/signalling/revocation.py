"""Promise 5 in a call: who has lost the room, their session or their role is out of it now, in every process, whether
or not a socket of theirs is there to be cut."""

import asyncio
import logging
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from server.infra.database import Database
from server.infra.notices import Notices
from server.kernel.clock import Clock
from server.kernel.errors import NotFound
from server.people.sessions.store import roles_of_live
from server.rooms.access import Rights
from server.signalling.calls import Calls
from server.signalling.parts import Part
from server.signalling.rules import EndCode

RETRY: Final = (0.1, 0.5, 1.0, 2.0)  # seconds between attempts while the database is away; the last one repeats

log = logging.getLogger(__name__)


class CallRevocation:
    """Checks the parts that a notice may be about; after a gap in the notices, all of them."""

    def __init__(self, calls: Calls, rights: Rights, notices: Notices, database: Database, clock: Clock) -> None:
        self._calls = calls
        self._rights = rights
        self._database = database
        self._clock = clock
        self._waiting: set[UUID] = set()  # rooms
        self._task: asyncio.Task[None] | None = None
        rights.watch(self._room_changed)
        notices.on("rights", self._on_notice)
        notices.on_gap(self._on_gap)

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _room_changed(self, room_id: UUID) -> None:
        self._check([room_id])

    async def _on_notice(self, payload: str) -> None:
        kind, _, identifier = payload.partition(":")
        if kind in ("session", "account"):
            about = UUID(identifier)
            self._check(
                part.room_id
                for part in self._calls.parts.all()
                if about in (part.principal.session_id, part.principal.account_id)
            )

    async def _on_gap(self) -> None:
        self._check(self._calls.parts.rooms())

    def _check(self, rooms: Iterable[UUID]) -> None:
        self._waiting.update(room for room in rooms if self._calls.parts.of_room(room))
        if self._waiting and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._work(), name="call-rights")

    async def _work(self) -> None:
        failures = 0
        while self._waiting:
            room_id = self._waiting.pop()
            try:
                lost = await self._lost(room_id)
            except Exception as error:
                log.warning("rights_not_read", extra={"room": room_id, "error": type(error).__name__})
                self._waiting.add(room_id)
                await asyncio.sleep(RETRY[min(failures, len(RETRY) - 1)])
                failures += 1
                continue
            failures = 0
            for part, code in lost:
                await self._calls.end(part, code)

    async def _lost(self, room_id: UUID) -> list[tuple[Part, EndCode]]:
        """Those of the room's parts whose person may not be in its call any more, each with why."""
        parts = self._calls.parts.of_room(room_id)
        if not parts:
            return []
        organisation_id = parts[0].principal.organisation_id
        async with self._database.begin(organisation_id) as conn:
            roles = await roles_of_live(conn, {part.principal.session_id for part in parts}, self._clock.now())
        try:
            place = await self._rights.place(room_id, organisation_id)
        except NotFound:
            return [(part, "removed") for part in parts]
        lost: list[tuple[Part, EndCode]] = []
        for part in parts:
            principal = part.principal
            try:
                access = place.access(principal)
            except NotFound:
                lost.append((part, "removed"))
                continue
            if not access.may_write or roles.get(principal.session_id) is not principal.role:
                lost.append((part, "removed"))
            elif not access.may_call:
                lost.append((part, "consent"))
        return lost
