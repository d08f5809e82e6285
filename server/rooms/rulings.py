"""A professional releases or refuses a held message: the flag, the message and its number change together or not at
all. Then it is told to those who may now see it, and to its author."""

import asyncio
import logging
from contextlib import ExitStack
from typing import Any, Literal, TypeVar
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.infra.outage import is_passing
from server.kernel.errors import Conflict
from server.kernel.principal import Principal
from server.moderation.cards import FlagCard, cards
from server.moderation.flag import Flag
from server.moderation.flags import Flags
from server.rooms import reading
from server.rooms.fanout import Fanout
from server.rooms.log import Log
from server.rooms.rules import State
from server.rooms.tables import messages

log = logging.getLogger(__name__)

T = TypeVar("T")
Ruling = Literal["released", "refused"]

_STATE: dict[Ruling, State] = {"released": "delivered", "refused": "refused"}

_NEXT = text("update rooms set last_seq = last_seq + 1 where id = :room returning last_seq")

LOOK_AGAIN_S = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  # after a commit whose outcome was lost with the connection


class Rulings:
    def __init__(self, database: Database, message_log: Log, fanout: Fanout, flags: Flags) -> None:
        self._database = database
        self._log = message_log
        self._fanout = fanout
        self._flags = flags
        self._tasks: set[asyncio.Task[Any]] = set()

    async def rule(self, flag_id: UUID, reviewer: Principal, ruling: Ruling, note: str | None) -> FlagCard:
        """Decides a flag of the reviewer's own caseload and the message that it held. Raises NotFound; Conflict when
        it is decided already, or holds no message. Goes on when the caller is cancelled."""
        return await asyncio.shield(self._keep(asyncio.create_task(self._rule(flag_id, reviewer, ruling, note))))

    async def stop(self) -> None:
        """Returns when the rulings under way are made and told."""
        for task in [task for task in self._tasks if task.get_name() == "look again"]:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _keep(self, task: asyncio.Task[T]) -> asyncio.Task[T]:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda done: done.cancelled() or done.exception())  # whoever asked may be gone
        return task

    async def _rule(self, flag_id: UUID, reviewer: Principal, ruling: Ruling, note: str | None) -> FlagCard:
        place: tuple[UUID, int] | None = None
        with ExitStack() as stack:
            try:
                async with self._database.begin() as conn:
                    flag = await self._flags.decide(conn, flag_id, reviewer, ruling, note)
                    place = _place(flag)
                    # From before the number is taken until all with smaller numbers have been handed over.
                    stack.enter_context(self._fanout.changing(place[0]))
                    await self._change(conn, *place, ruling)
                    (card,) = await cards(conn, [flag])
            except Exception as error:
                if place is not None and is_passing(error):
                    self._keep(asyncio.create_task(self._look_again(*place, flag_id), name="look again"))
                raise
            await self._tell(*place)
        await self._flags.announce([flag_id])
        return card

    async def _change(self, conn: AsyncConnection, room_id: UUID, seq: int, ruling: Ruling) -> None:
        changed = (await conn.execute(_NEXT, {"room": room_id})).scalar_one()
        done = await conn.execute(
            update(messages)
            .where(messages.c.room_id == room_id, messages.c.seq == seq, messages.c.state == "held")
            .values(state=_STATE[ruling], changed=changed)
        )
        if done.rowcount != 1:
            raise Conflict("flag_not_held")

    async def _tell(self, room_id: UUID, seq: int) -> None:
        """Sends the message as it is now. Whatever goes wrong here, the ruling stands, and clients find it by their
        cursors."""
        try:
            async with self._database.begin() as conn:
                message = await reading.message(conn, room_id, seq)
            await self._log.settled()
            if message is not None:
                self._fanout.send(message)
        except Exception as error:
            log.warning("ruling_not_told", extra={"room": room_id, "seq": seq, "error": type(error).__name__})

    async def _look_again(self, room_id: UUID, seq: int, flag_id: UUID) -> None:
        """The connection was lost around the commit. If the ruling was made after all, it has to be told."""
        for delay in LOOK_AGAIN_S:
            await asyncio.sleep(delay)
            try:
                async with self._database.begin() as conn:
                    message = await reading.message(conn, room_id, seq)
            except Exception as error:
                log.info("ruling_not_known", extra={"room": room_id, "error": type(error).__name__})
                continue
            if message is not None and message.state != "held":
                await self._log.settled()
                self._fanout.send(message)
                await self._flags.announce([flag_id])
            return


def _place(flag: Flag) -> tuple[UUID, int]:
    if flag.room_id is None or flag.seq is None:
        raise Conflict("flag_not_held")
    return flag.room_id, flag.seq
