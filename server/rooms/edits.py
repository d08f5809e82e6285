"""An author changes a message of theirs.

An edit has a transaction of its own: it locks what it changes, gives it the room's next number, keeps what was there
before, and what it was judged to be is written with it. Then it is told as a professional's decision is: behind all
that the log has in flight (docs/decisions/0043, 0155).
"""

import asyncio
import logging
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.infra.outage import is_passing
from server.kernel.clock import Clock
from server.kernel.errors import Conflict, Forbidden, NotFound, RoomClosed, RoomPaused
from server.moderation.flag import NewFlag, needs_flag
from server.moderation.flags import Flags
from server.moderation.verdict import Verdict
from server.pairs import freeze
from server.rooms import memories, reading, store
from server.rooms.access import Access, Rights
from server.rooms.append import Appended
from server.rooms.changing import Standing, accept_edit, keep_edit, next_number, standing, write
from server.rooms.chat import flag_maker
from server.rooms.conversations import Conversations, Recent
from server.rooms.fanout import Fanout
from server.rooms.judging import Judge, Setting
from server.rooms.log import Log
from server.rooms.rules import SHARED_STATES, check_text, notice_of, state_of
from server.rooms.wire import EditAnswer, edit_answer
from server.rooms.work import LOOK_AGAIN_S, Work
from server.transport.gateway import Connection

log = logging.getLogger(__name__)

WINDOW: Final = timedelta(minutes=15)  # in which what others have read can be changed: a slip is seen soon


@dataclass(frozen=True, slots=True)
class _Done:
    """What became of an edit: the answer, and what is still to be told."""

    appended: Appended
    changed: int
    told: bool = False  # whether the message changed for anybody
    flag_id: UUID | None = None


class Edits:
    """``chat:edit``."""

    def __init__(
        self,
        database: Database,
        message_log: Log,
        rights: Rights,
        fanout: Fanout,
        conversations: Conversations,
        flags: Flags,
        judge: Judge,
        clock: Clock,
    ) -> None:
        self._database = database
        self._log = message_log
        self._rights = rights
        self._fanout = fanout
        self._conversations = conversations
        self._flags = flags
        self._judge = judge
        self._clock = clock
        self._work = Work()

    async def edit(self, connection: Connection, room: str | int, seq: int, body: str) -> EditAnswer:
        """Returns when the new text, or that it is held, is in the log for good. The same request again, with nothing
        in between, gives the same answer. Goes on when the caller is cancelled.

        Raises BadRequest, NotFound, Forbidden for what somebody else has said, RoomClosed, and Conflict:
        "edit_too_late", "edit_waiting" (one is held already), "edit_impossible" (a note; what is held or refused).
        """
        check_text(body)
        access = await self._rights.present(room, connection)
        done, show_help = await self._work.finish(self._edit(access, connection, seq, body))
        return edit_answer(done.appended, done.changed, compacted=connection.compact, show_help=show_help)

    async def stop(self) -> None:
        """Returns when the edits under way are made and told."""
        await self._work.stop()

    async def _edit(self, access: Access, connection: Connection, seq: int, body: str) -> tuple[_Done, bool]:
        setting = await self._judge.setting(access, connection.principal)
        # What cannot be done is not judged, nor remembered as said.
        async with self._database.begin(access.room.organisation_id) as conn:
            known = _repeat(await self._standing(conn, access, setting, seq, body), body)
        if known is not None:
            return known, False
        recent = await self._conversations.of(access.room)
        verdict = self._judge.judge(setting, recent, (access.account_id, ("edit", seq)), body)
        try:
            done = await self._write(access, setting, recent, seq, body, verdict)
        except BaseException:
            self._conversations.forget(access.room_id)
            raise
        return done, verdict.show_help

    async def _write(
        self, access: Access, setting: Setting, recent: Recent, seq: int, body: str, verdict: Verdict
    ) -> _Done:
        before, done = 0, None
        with ExitStack() as stack:
            try:
                async with self._database.begin(access.room.organisation_id) as conn:
                    if needs_flag(verdict):  # before the room, as everywhere
                        await freeze.lock(await _raw(conn), [access.pair.id], change=verdict.freeze)
                    # From before the number is taken until all with smaller numbers have been handed over.
                    stack.enter_context(self._fanout.changing(access.room_id))
                    stands = await self._standing(conn, access, setting, seq, body)
                    known = _repeat(stands, body)
                    if known is not None:
                        return known
                    before = stands.last_change
                    done = await self._apply(conn, stands, access, setting, recent, body, verdict)
            except Exception as error:
                if done is not None and is_passing(error):
                    self._work.look_again(self._look_again(access, seq, before, done))
                raise
            if done.told:
                await self._tell(access, seq, done.changed)
        if done.flag_id is not None:
            await self._flags.announce(access.room.organisation_id, [done.flag_id])
        return done

    async def _standing(self, conn: AsyncConnection, access: Access, setting: Setting, seq: int, body: str) -> Standing:
        """The message, locked, when this author may give it this text now."""
        stands = await standing(conn, access.room_id, seq)
        if stands.author_id != access.account_id:
            raise Forbidden("not_author") if access.staff or stands.state in SHARED_STATES else NotFound
        if _repeat(stands, body) is None:
            room = await store.room(conn, access.room_id)  # as it is under the lock, not as it is remembered
            if room is None or access.account_id not in room.seats:
                raise NotFound
            if not room.takes(staff=access.staff):
                raise RoomPaused if room.pause is not None else RoomClosed
            check_editable(stands, setting.now)
        return stands

    async def _apply(
        self,
        conn: AsyncConnection,
        stands: Standing,
        access: Access,
        setting: Setting,
        recent: Recent,
        body: str,
        verdict: Verdict,
    ) -> _Done:
        """Writes the new text, or that it waits, or that it was blocked; with its flag, freeze and memory."""
        state, masked = state_of(verdict), verdict.masked_text if verdict.action == "mask" else None
        slip = verdict.action == "hold" and recent.first_slip(access.account_id, verdict)
        notice = notice_of(verdict, slip=slip)
        blocked = state == "blocked"
        number = stands.last_change if blocked else await next_number(conn, stands.room_id)
        flag = None
        if needs_flag(verdict):
            flag = flag_maker(verdict, body, access, setting)(stands.seq, setting.now, number)
        version = await keep_edit(
            conn, stands, body, state, masked, notice, flag.id if flag is not None else None, setting.now, number
        )
        if state in SHARED_STATES or (state == "held" and stands.state == "returned"):
            await accept_edit(conn, stands, version, body, state, masked, number)
        elif state == "held":
            await write(conn, stands, edit_body=body, edit_state="held", advice=None, private_change=number)
        await self._write_beside(conn, access, recent, flag, verdict, setting.now)
        appended = Appended(stands.seq, stands.at, state, masked, notice)
        return _Done(appended, number, told=not blocked, flag_id=flag.id if flag is not None else None)

    async def _write_beside(
        self,
        conn: AsyncConnection,
        access: Access,
        recent: Recent,
        flag: NewFlag | None,
        verdict: Verdict,
        now: datetime,
    ) -> None:
        raw = await _raw(conn)
        if flag is not None:
            await self._flags.insert(raw, [flag])
            if verdict.freeze:
                await freeze.freeze(raw, [(access.pair.id, flag.id)], now)
        changes = recent.changes(access.room.seats)
        if changes:
            await memories.write(raw, {(access.room_id, account): state for account, state in changes.items()}, now)

    async def _tell(self, access: Access, seq: int, number: int) -> None:
        """Sends the message as it is now. Whatever goes wrong here, the edit stands, and clients find it by their
        cursors."""
        try:
            async with self._database.begin(access.room.organisation_id) as conn:
                message = await reading.message(conn, access.room_id, seq)
            await self._log.settled()
            if message is not None:
                self._fanout.send(message, about=number)
        except Exception as error:
            log.warning("edit_not_told", extra={"room": access.room_id, "seq": seq, "error": type(error).__name__})

    async def _look_again(self, access: Access, seq: int, before: int, done: _Done) -> None:
        """The connection was lost around the commit. If the edit was made after all, it has to be told."""
        for delay in LOOK_AGAIN_S:
            await asyncio.sleep(delay)
            try:
                async with self._database.begin(access.room.organisation_id) as conn:
                    message = await reading.message(conn, access.room_id, seq)
            except Exception as error:
                log.info("edit_not_known", extra={"room": access.room_id, "error": type(error).__name__})
                continue
            if message is not None and message.last_change > before:
                await self._log.settled()
                self._fanout.send(message)
            if done.flag_id is not None:  # if there is such a flag now
                await self._flags.announce(access.room.organisation_id, [done.flag_id])
            return


def check_editable(stands: Standing, now: datetime) -> None:
    """Raises Conflict unless the author may change this message now."""
    if stands.kind != "text" or stands.state not in (*SHARED_STATES, "returned"):
        raise Conflict("edit_impossible")
    if stands.edit_state == "held":
        raise Conflict("edit_waiting")
    if stands.state in SHARED_STATES and now - stands.at > WINDOW:
        raise Conflict("edit_too_late")


def _repeat(stands: Standing, body: str) -> _Done | None:
    """The answer already given to this very edit, when nothing has happened since; or that the text stands already."""
    newest = stands.newest
    if newest is not None and newest.body == body and newest.changed == stands.last_change:
        return _Done(Appended(stands.seq, stands.at, newest.state, newest.masked_body, newest.notice), newest.changed)
    if stands.body == body and stands.state in SHARED_STATES and stands.edit_state is None:
        return _Done(Appended(stands.seq, stands.at, stands.state, stands.masked_body), stands.last_change)
    return None


async def _raw(conn: AsyncConnection) -> Any:
    return (await conn.get_raw_connection()).driver_connection
