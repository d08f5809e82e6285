"""Promise 5 in a call: who has lost the room, their session or their role is out of it now, in every process, whether
or not a socket of theirs is there to be cut."""

import asyncio
import logging
from typing import Final
from uuid import UUID

from server.infra.database import Database
from server.infra.notices import Notices
from server.infra.rechecks import Rechecks
from server.kernel.clock import Clock
from server.kernel.errors import NotFound
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
    """Checks the parts that a notice may be about; after a gap in the notices, all of them. What depends on the room
    and what on who came in are looked at apart: of most changes one is enough, and somebody is heard until then."""

    def __init__(self, calls: Calls, rights: Rights, notices: Notices, database: Database, clock: Clock) -> None:
        self._calls = calls
        self._rights = rights
        self._notices = notices
        self._database = database
        self._clock = clock
        self._patience: asyncio.TimerHandle | None = None
        self._room_checks = Rechecks(self._check_room, "calls")
        self._session_checks = Rechecks(self._check_sessions, "calls")
        rights.watch(self._room_changed)
        notices.on("rights", self._on_notice)
        notices.on_lost(self._be_patient)
        notices.on_gap(self._on_gap)

    async def stop(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
        await self._room_checks.stop()
        await self._session_checks.stop()

    async def _room_changed(self, room_id: UUID) -> None:
        if self._calls.parts.of_room(room_id):
            self._room_checks.ask([room_id])

    async def _on_notice(self, payload: str) -> None:
        kind, _, identifier = payload.partition(":")
        if kind in ("session", "account"):
            about = UUID(identifier)
            rooms = [
                part.room_id
                for part in self._calls.parts.all()
                if about in (part.principal.session_id, part.principal.account_id)
            ]
            self._session_checks.ask(rooms)
            if kind == "account":  # how old somebody is decides what consent is asked for
                self._room_checks.ask(rooms)

    async def _on_gap(self) -> None:
        self._be_patient()
        rooms = self._calls.parts.rooms()
        self._room_checks.ask(rooms)
        self._session_checks.ask(rooms)

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

    # None of these waits for an end: a media process may hang.

    async def _check_room(self, room_id: UUID) -> None:
        try:
            place = await self._rights.place(room_id, None)
        except NotFound:
            place = None
        for part in self._calls.parts.of_room(room_id):
            code = _why_out(place, part)
            if code is not None:
                self._calls.end_soon(part, code)
        if place is not None:
            await self._calls.floor.pause(room_id, place.room.pause)

    async def _check_sessions(self, room_id: UUID) -> None:
        came = [(part, part.principal) for part in self._calls.parts.of_room(room_id)]
        if not came:
            return
        async with self._database.begin(came[0][1].organisation_id) as conn:
            roles = await roles_of_live(conn, {principal.session_id for _, principal in came}, self._clock.now())
        for part, principal in came:
            # Who has come back to it in another session meanwhile was let in by that one.
            if part.principal is principal and roles.get(principal.session_id) is not principal.role:
                self._calls.end_soon(part, "removed")


def _why_out(place: Place | None, part: Part) -> EndCode | None:
    """Why this person may not be in the room's call any more, if so."""
    if place is None:
        return "removed"
    try:
        access = place.access(part.principal)
    except NotFound:
        return "removed"
    if not access.may_write:
        return "removed"
    if not access.may_call:
        return "consent"
    if access.put_out:
        return "put_out"
    return "stopped" if part.calls_ended != place.room.calls_ended else None
