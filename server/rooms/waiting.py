"""Who has not read what was written to them a while ago, and is not here, is told once that something waits.

Nothing of it stands in the way of a message: that it went out is noted in memory, and the database is asked minutes
later, for all rooms at once. A server that is killed meanwhile tells of the next message.
"""

import asyncio
import logging
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.infra.ended import ended
from server.kernel.clock import Clock
from server.kernel.permissions import Role
from server.people.reach.queueing import queue
from server.people.reach.rules import Urgency
from server.people.store import people_of
from server.rooms.rules import SHARED_STATES
from server.transport.gateway.gateway import Gateway

AFTER_S: Final = 120.0  # who is in the conversation has read by then
LOOK_S: Final = 15.0
LONGEST_S: Final = 3_600.0  # for so long somebody may sit before another page without being told elsewhere
KIND: Final = "message"
_SHARED: Final = ", ".join(f"'{state}'" for state in SHARED_STATES)

# Who belongs to the room and has not seen a message of somebody else's; what was released later counts by its change.
_UNREAD: Final = text(f"""
select r.id as room_id, r.organisation_id, r.number, m.account_id, coalesce(mark.seen, 0) as seen
from rooms r
join room_members m on m.room_id = r.id and m.left_at is null
left join room_marks mark on mark.room_id = r.id and mark.account_id = m.account_id
where r.id = any(cast(:rooms as uuid[])) and r.closed_at is null and (
    exists (select from messages g where g.room_id = r.id and g.seq > coalesce(mark.seen, 0)
        and g.author_id <> m.account_id and g.state in ({_SHARED}))
    or exists (select from messages g where g.room_id = r.id and g.changed <> g.seq
        and g.changed > coalesce(mark.seen, 0) and g.seq <= coalesce(mark.seen, 0)
        and g.author_id <> m.account_id and g.state in ({_SHARED}))
)
order by r.id, m.account_id
""")  # noqa: S608 - put together from constants; all values are parameters

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Unread:
    room_id: UUID
    organisation_id: UUID
    number: int
    account_id: UUID
    seen: int


class Waiting:
    def __init__(self, database: Database, gateway: Gateway, clock: Clock) -> None:
        self._database = database
        self._gateway = gateway
        self._clock = clock
        self._since: dict[UUID, float] = {}  # rooms in which something was said, by the monotonic clock
        self._task: asyncio.Task[None] | None = None

    def touched(self, room_id: UUID) -> None:
        """Something went out to this room."""
        if room_id not in self._since:
            self._since[room_id] = self._clock.monotonic()

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep_looking(), name="unread messages")

    async def stop(self) -> None:
        await ended(self._task)
        self._task = None

    async def look(self) -> None:
        """Tells those who have waited for long enough. Raises what the database raises, and looks again then."""
        now = self._clock.monotonic()
        due = {room: since for room, since in self._since.items() if now - since >= AFTER_S}
        if not due:
            return
        async with self._database.everywhere() as conn:
            unread = await self._unread(conn, due.keys())
        here = {one.room_id for one in unread if self._gateway.of_account(one.account_id)}
        away = [one for one in unread if not self._gateway.of_account(one.account_id)]
        for organisation_id in {one.organisation_id for one in away}:
            async with self._database.begin(organisation_id) as conn:
                for one in away:
                    if one.organisation_id == organisation_id:
                        await self._tell(conn, one)
        for room, since in due.items():
            if room not in here or now - since >= LONGEST_S:
                del self._since[room]

    async def _unread(self, conn: AsyncConnection, rooms: Collection[UUID]) -> list[_Unread]:
        found = [_Unread(*row) for row in await conn.execute(_UNREAD, {"rooms": list(rooms)})]
        people = await people_of(conn, {one.account_id for one in found})
        # The professional of a pair does not read along; what they must know, they are told as a case.
        two = {person.id for person in people.values() if person.role in (Role.MENTOR, Role.MENTEE)}
        return [one for one in found if one.account_id in two]

    async def _tell(self, conn: AsyncConnection, one: _Unread) -> None:
        """Once until they have read on, whatever is written meanwhile, and whichever process saw it."""
        key, link = f"{KIND}:{one.room_id}:{one.seen}", f"/#/r/{one.number}"
        now, who = self._clock.now(), one.account_id
        await queue(conn, one.organisation_id, who, key, KIND, Urgency.ORDINARY, now, link=link)

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                await self.look()
            except Exception as error:  # the database is away: it is asked again soon
                log.warning("unread_not_read", extra={"error": type(error).__name__})
