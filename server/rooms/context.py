"""What was said around a flagged message, for the professional who judges it. Reading it is written down where the
people of the room can see it (promise 4), in the same transaction: nobody reads unseen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.identifiers import new_id
from server.kernel.principal import Principal
from server.moderation.flag import Flag, as_raised
from server.moderation.flags import Flags
from server.moderation.reviewers import reviewer
from server.rooms import reading
from server.rooms.messages import Message
from server.rooms.tables import room_visits
from server.rooms.visits import is_visiting, others
from server.trail.acts import Act
from server.trail.record import record

BEFORE: Final = 10
AFTER: Final = 5
ONE_READING: Final = timedelta(minutes=5)  # who looks twice within it has read once


@dataclass(frozen=True, slots=True)
class Context:
    messages: Sequence[Message]
    flagged: int | None


class Contexts:
    def __init__(self, database: Database, clock: Clock, flags: Flags) -> None:
        self._database = database
        self._clock = clock
        self._flags = flags

    async def around(self, flag_id: UUID, principal: Principal) -> Context:
        """The messages around a flag that is on a list of ``principal``; none for a call for help from outside a room.
        Who judges blindly sees the message as it was raised. Raises NotFound."""
        now = self._clock.now()
        async with self._database.begin(principal.organisation_id) as conn:
            flag, blind = await self._flags.readable(conn, flag_id, await reviewer(conn, principal), now)
            if flag.room_id is None:
                return Context([], None)
            found = await reading.around(conn, flag.room_id, flag.seq, flag.raised_at, BEFORE, AFTER)
            if await _note_reading(conn, flag.room_id, principal.account_id, now):
                about = await others(conn, flag.room_id, principal.account_id)
                detail = {"flag": flag.id, "room": flag.room_id, "category": flag.category}
                me = principal.account_id
                await record(conn, flag.organisation_id, now, Act.FLAG_CONTEXT_READ, by=me, about=about, detail=detail)
        messages = [_as_raised(message, flag) if blind and message.seq == flag.seq else message for message in found]
        return Context(messages, flag.seq)


async def _note_reading(conn: AsyncConnection, room_id: UUID, account_id: UUID, now: datetime) -> bool:
    """False when it belongs to a visit, or to a reading, that is written down already."""
    if await is_visiting(conn, room_id, account_id, now):
        return False
    visits = room_visits.c
    mine = visits.room_id == room_id, visits.account_id == account_id, visits.act == "read"
    last = (
        await conn.execute(
            select(visits.id).where(*mine, visits.left_at >= now - ONE_READING).order_by(visits.left_at.desc()).limit(1)
        )
    ).scalar_one_or_none()
    if last is not None:
        await conn.execute(update(room_visits).where(visits.id == last).values(left_at=now, last_known_at=now))
        return False
    row = {"room_id": room_id, "account_id": account_id, "act": "read"}
    await conn.execute(insert(room_visits).values(id=new_id(), entered_at=now, last_known_at=now, left_at=now, **row))
    return True


def _as_raised(message: Message, flag: Flag) -> Message:
    state = as_raised(flag).message
    return replace(
        message,
        changed=message.seq,
        body=flag.excerpt,
        masked_body=None,
        state=message.state if state == "none" else state,
        advice=None,
        edited=False,
        edit_body=None,
        edit_state=None,
        private_change=None,
    )
