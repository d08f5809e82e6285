"""No young person is left alone in a call: when the adult who must be there drops out of it, the call waits, says so
kindly, goes on by itself when they are back, and ends when they are not (FIELD 33).

A part outlives its socket and its media for a while (docs/decisions/0118): that is no dropping out.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from server.infra.database import Database
from server.infra.notices import Notices
from server.infra.rechecks import Rechecks
from server.kernel.clock import Clock
from server.kernel.permissions import Role
from server.kernel.principal import day_everywhere
from server.people.policy import Adult, call_policy_of
from server.people.store import people_of
from server.signalling.calls import Calls
from server.signalling.parts import Part
from server.signalling.scene import Hold, Missing
from server.supervision.rules import BACK_WITHIN, Company, Standing, is_there, required, standing, waits_for

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Call:
    """What is remembered of a call while somebody is in it. ``had``: the adult was there with the young person."""

    needed: Adult = "none"
    had: bool = False
    ending: asyncio.TimerHandle | None = None

    def stay(self) -> None:
        if self.ending is not None:
            self.ending.cancel()
            self.ending = None


class Adults:
    """``back_within``: seconds that a call is kept."""

    def __init__(
        self,
        calls: Calls,
        database: Database,
        clock: Clock,
        notices: Notices,
        *,
        back_within: float = BACK_WITHIN.total_seconds(),
    ) -> None:
        self._calls = calls
        self._database = database
        self._clock = clock
        self._back_within = back_within
        self._rooms: dict[UUID, _Call] = {}
        self._checks = Rechecks(self._look, "adults")
        self._on_look: list[Callable[[UUID], None]] = []
        calls.on_hold(self._changed)
        calls.on_end(self._changed)
        notices.on("rights", self._on_notice)
        notices.on_gap(self._on_gap)

    def on_look(self, looked: Callable[[UUID], None]) -> None:
        """``looked`` is called with each room whose ``standing`` may be another."""
        self._on_look.append(looked)

    def standing(self, room_id: UUID) -> Standing:
        call = self._rooms.get(room_id)
        return standing(call.needed, self._company(room_id)) if call is not None else "not_required"

    async def stop(self) -> None:
        for call in self._rooms.values():
            call.stay()
        await self._checks.stop()

    def _changed(self, part: Part) -> None:
        self._checks.ask([part.room_id])

    async def _on_notice(self, payload: str) -> None:
        kind, _, identifier = payload.partition(":")
        if kind in ("account", "organisation"):
            about = UUID(identifier)
            self._checks.ask(
                {
                    part.room_id
                    for part in self._calls.parts.all()
                    if about in (part.principal.account_id, part.principal.organisation_id)
                }
            )

    async def _on_gap(self) -> None:
        self._checks.ask(self._calls.parts.rooms())

    async def _look(self, room_id: UUID) -> None:
        """Whether the call of the room is to wait, as things stand now."""
        young = self._young(room_id)
        needed = await self._needed(young) if young is not None else "none"
        if not self._calls.parts.of_room(room_id):
            gone = self._rooms.pop(room_id, None)
            if gone is not None:
                gone.stay()
            return
        call = self._rooms.setdefault(room_id, _Call())
        if call.needed != needed:  # another adult, whom nobody has missed yet
            call.needed, call.had = needed, False
        company = self._company(room_id)
        call.had = call.had or (company.young and needed != "none" and is_there(needed, company))
        await self._wait(room_id, call, waits_for(needed, company, had=call.had))
        for looked in self._on_look:
            looked(room_id)

    async def _wait(self, room_id: UUID, call: _Call, why: Missing | None) -> None:
        before = self._calls.floor.scene(room_id).hold
        if why == (before.why if before is not None else None):
            return
        call.stay()
        hold = None
        if why is not None:
            now, until = self._clock.now(), None
            if why == "adult_left":
                until = now + BACK_WITHIN
                call.ending = asyncio.get_running_loop().call_later(self._back_within, self._end, room_id)
            hold = Hold(why, now, until)
        if hold is not None:
            log.info("call_waits", extra={"room": room_id, "state": hold.why})
        else:
            log.info("call_goes_on", extra={"room": room_id})
        await self._calls.floor.hold(room_id, hold)

    def _end(self, room_id: UUID) -> None:
        """They did not come back."""
        for part in self._calls.parts.of_room(room_id):
            self._calls.end_soon(part, "adult")

    def _young(self, room_id: UUID) -> Part | None:
        parts = self._calls.parts.of_room(room_id)
        return next((part for part in parts if part.principal.role is Role.MENTEE), None)

    async def _needed(self, young: Part) -> Adult:
        who = young.principal
        async with self._database.begin(who.organisation_id) as conn:
            policy = await call_policy_of(conn, who.organisation_id)
            known = (await people_of(conn, [who.account_id])).get(who.account_id)
        born = known.birth_date if known is not None else None
        return required(born, day_everywhere(self._clock.now()), policy)

    def _company(self, room_id: UUID) -> Company:
        parts = self._calls.parts.of_room(room_id)
        roles = {part.principal.role for part in parts if not part.staff}
        staff = any(part.staff for part in parts)
        return Company(Role.MENTEE in roles, Role.MENTOR in roles, staff)
