"""A professional who is in a call, seen by all: only watches, speaks, or leads instead of the mentor and hands back."""

from uuid import UUID

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import Forbidden
from server.rooms.visits import others
from server.signalling.calls import Calls
from server.signalling.parts import Part
from server.supervision import wire
from server.trail.acts import Act
from server.trail.record import record
from server.transport.gateway import Connection


class Leading:
    """What is done ends with the professional's part: nobody stays silenced by somebody who has gone."""

    def __init__(self, database: Database, clock: Clock, calls: Calls) -> None:
        self._database = database
        self._clock = clock
        self._calls = calls

    async def speak(self, connection: Connection, request: wire.Speak) -> None:
        """Is heard and seen from now on, as far as they switch it on; or only watches again. Everybody is told before
        anything of it is heard. Raises NotFound, Forbidden, RoomClosed, CallsOff."""
        part = await self._own(connection, request.room, request.peer)
        if part.observing == request.speak:
            await self._record(part, Act.CALL_SPOKEN if request.speak else Act.CALL_OBSERVED)
            await self._calls.floor.observe(part, observing=not request.speak)

    async def lead(self, connection: Connection, request: wire.Lead) -> None:
        """The mentor is neither heard nor seen any more when this returns, or is again. Raises what ``speak`` does."""
        part = await self._own(connection, request.room, request.peer)
        if part.leading != request.lead:
            await self._record(part, Act.CALL_LED if request.lead else Act.CALL_HANDED_BACK)
            await self._calls.floor.lead(part, leading=request.lead)

    async def _own(self, connection: Connection, room: str | int, peer: UUID) -> Part:
        part = await self._calls.part(connection, room, peer)
        if not part.staff:
            raise Forbidden
        return part

    async def _record(self, part: Part, act: Act) -> None:
        principal = part.principal
        async with self._database.begin(principal.organisation_id) as conn:
            about = await others(conn, part.room_id, principal.account_id)
            detail = {"room": part.room_id, "peer": part.peer}
            now, by = self._clock.now(), principal.account_id
            await record(conn, principal.organisation_id, now, act, by=by, about=about, detail=detail)
