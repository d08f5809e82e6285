"""A professional steps in, from inside the room or from outside: pauses it and lets it go on, ends its call, puts
somebody out of its calls and lets them in again.

None of it shows them anything of what is said. It is written down in the transaction that does it, and a trigger tells
every process, which obeys at once (``rooms.access``, ``signalling.revocation``).
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import Forbidden, NotFound
from server.kernel.principal import Principal
from server.rooms import pausing
from server.rooms.access import Access, Rights
from server.rooms.visits import others
from server.supervision import wire
from server.supervision.rules import Why
from server.trail.acts import Act
from server.trail.record import record


class SteppingIn:
    """Each raises NotFound for a room that is not theirs, Forbidden for who is at home in it. What is so already is
    done, and not recorded twice."""

    def __init__(self, database: Database, clock: Clock, rights: Rights) -> None:
        self._database = database
        self._clock = clock
        self._rights = rights

    async def pause(self, principal: Principal, request: wire.StepIn) -> None:
        """Nobody but professionals writes here or is heard, until it is resumed, whatever restarts meanwhile."""
        me = principal.account_id
        await self._do(
            principal,
            request.room,
            lambda conn, room, now: pausing.pause_room(conn, room, request.why, me, now),
            Act.ROOM_PAUSED,
            request.why,
        )

    async def resume(self, principal: Principal, request: wire.WhichRoom) -> None:
        """Who was put out may come back, too."""
        await self._do(principal, request.room, lambda conn, room, _: pausing.resume_room(conn, room), Act.ROOM_RESUMED)

    async def end(self, principal: Principal, request: wire.StepIn) -> None:
        """The call ends for everybody. Another may begin at once."""

        async def ended(conn: AsyncConnection, room_id: UUID, _: datetime) -> bool:
            await pausing.end_calls(conn, room_id)
            return True

        await self._do(principal, request.room, ended, Act.CALL_STOPPED, request.why)

    async def put_out(self, principal: Principal, request: wire.PutOut) -> None:
        """One of the pair's two is out of its calls, until let in again or the pause of the room ends. Raises NotFound
        also for anybody else."""
        await self._move(principal, request.room, request.account, out=True, why=request.why)

    async def let_in(self, principal: Principal, request: wire.LetIn) -> None:
        """As ``put_out``."""
        await self._move(principal, request.room, request.account, out=False)

    async def _move(
        self, principal: Principal, room: str | int, account: UUID, *, out: bool, why: Why | None = None
    ) -> None:
        who = UUID(int=account.int)
        access = await self._access(principal, room)
        if who not in (access.pair.mentor_id, access.pair.mentee_id):
            raise NotFound
        await self._do(
            principal,
            room,
            lambda conn, room, now: pausing.put_out(conn, room, who, now if out else None),
            Act.ROOM_PUT_OUT if out else Act.ROOM_LET_IN,
            why,
            person=who,
        )

    async def _do(
        self,
        principal: Principal,
        room: str | int,
        change: Callable[[AsyncConnection, UUID, datetime], Awaitable[bool]],
        act: Act,
        why: Why | None = None,
        **more: UUID,
    ) -> None:
        access = await self._access(principal, room)
        organisation_id, now = access.room.organisation_id, self._clock.now()
        async with self._database.begin(organisation_id) as conn:
            if await change(conn, access.room_id, now):
                about = await others(conn, access.room_id, access.account_id)
                detail = {"room": access.room_id, **({"why": why} if why else {}), **more}
                await record(conn, organisation_id, now, act, by=access.account_id, about=about, detail=detail)

    async def _access(self, principal: Principal, room: str | int) -> Access:
        access = await self._rights.access(room, principal)
        if not access.staff:
            raise Forbidden
        return access
