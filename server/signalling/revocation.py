"""Promise 5 in a call: who has lost the room, their session or their role is out of it now, in every process, whether
or not a socket of theirs is there to be cut."""

import asyncio
import logging
from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from server.infra.database import Database
from server.infra.notices import Notices
from server.infra.rechecks import Rechecks
from server.kernel.clock import Clock
from server.kernel.errors import NotFound
from server.kernel.permissions import Role
from server.people.sessions.store import roles_of_live
from server.rooms.access import Place, Rights
from server.signalling.calls import Calls
from server.signalling.parts import Part
from server.signalling.rules import EndCode

BLIND_S: Final = 120.0
"""So long a call goes on of which nobody can tell whether it may: an outage of the database, in which no right changes
either, is over by then; a process that alone has lost its way to it would carry the call for hours."""

log = logging.getLogger(__name__)


class CallRevocation:
    """Checks the parts that a notice may be about; after a gap in the notices, all of them."""

    def __init__(self, calls: Calls, rights: Rights, notices: Notices, database: Database, clock: Clock) -> None:
        self._calls = calls
        self._rights = rights
        self._notices = notices
        self._database = database
        self._clock = clock
        self._patience: asyncio.TimerHandle | None = None
        self._checks = Rechecks(self._check, "calls")
        rights.watch(self._room_changed)
        notices.on("rights", self._on_notice)
        notices.on_lost(self._be_patient)
        notices.on_gap(self._on_gap)

    async def stop(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
        await self._checks.stop()

    async def _room_changed(self, room_id: UUID) -> None:
        if self._calls.parts.of_room(room_id):
            self._checks.ask([room_id])

    async def _on_notice(self, payload: str) -> None:
        kind, _, identifier = payload.partition(":")
        if kind in ("session", "account"):
            about = UUID(identifier)
            self._checks.ask(
                part.room_id
                for part in self._calls.parts.all()
                if about in (part.principal.session_id, part.principal.account_id)
            )

    async def _on_gap(self) -> None:
        self._be_patient()
        self._checks.ask(self._calls.parts.rooms())

    def _be_patient(self) -> None:
        """Counted anew from each time that all rights were read."""
        if self._patience is not None:
            self._patience.cancel()
        self._patience = asyncio.get_running_loop().call_later(BLIND_S, self._end_if_blind)

    def _end_if_blind(self) -> None:
        if not self._notices.alive:
            parts = self._calls.parts.all()
            log.error("calls_ended_unwatched", extra={"count": len(parts)})
            for part in parts:  # they may come back as soon as their right can be asked
                self._calls.end_soon(part, "lost")

    async def _check(self, room_id: UUID) -> None:
        for part, code in await self._lost(room_id):
            self._calls.end_soon(part, code)  # none waits for a media process that hangs

    async def _lost(self, room_id: UUID) -> list[tuple[Part, EndCode]]:
        """Those of the room's parts whose person may not be in its call any more, each with why."""
        parts = self._calls.parts.of_room(room_id)
        if not parts:
            return []
        organisation_id = parts[0].principal.organisation_id
        sessions = {part.principal.session_id for part in parts}
        # At once: a busy database answers each after a while, and somebody is heard until then.
        roles, place = await asyncio.gather(
            self._roles(organisation_id, sessions), self._place(organisation_id, room_id)
        )
        if place is None:
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

    async def _roles(self, organisation_id: UUID, sessions: Collection[UUID]) -> Mapping[UUID, Role]:
        async with self._database.begin(organisation_id) as conn:
            return await roles_of_live(conn, sessions, self._clock.now())

    async def _place(self, organisation_id: UUID, room_id: UUID) -> Place | None:
        try:
            return await self._rights.place(room_id, organisation_id)
        except NotFound:
            return None
