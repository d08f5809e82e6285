"""Sending a message: check it, assess it, write it, answer; then tell the others and, if need be, a professional."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from server.kernel.errors import BinomeError
from server.kernel.principal import Principal
from server.moderation.flag import NewFlag, flag_of, needs_flag
from server.moderation.flags import Flags
from server.moderation.verdict import Verdict
from server.rooms.access import Access, Rights
from server.rooms.append import Appended, Draft
from server.rooms.conversations import Conversations
from server.rooms.fanout import Fanout
from server.rooms.judging import Judge, Setting
from server.rooms.log import Log
from server.rooms.messages import Message
from server.rooms.notes.notes import Notes
from server.rooms.rules import MessageKind, check_text, notice_of, state_of
from server.rooms.wire import SendAnswer, send_answer
from server.transport.gateway import Connection

log = logging.getLogger(__name__)

FlagMaker = Callable[..., NewFlag]
Said = Callable[[UUID, UUID], None]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a draft came from: what names its author on the wire, and the connection that gets the answer instead."""

    number: int
    seat: int
    connection: Connection | None


class Chat:
    """``chat:send``. Becomes what the log tells of each commit."""

    def __init__(
        self,
        log: Log,
        rights: Rights,
        fanout: Fanout,
        conversations: Conversations,
        flags: Flags,
        notes: Notes,
        judge: Judge,
    ) -> None:
        self._log = log
        self._rights = rights
        self._fanout = fanout
        self._conversations = conversations
        self._flags = flags
        self._notes = notes
        self._judge = judge
        self._on_said: list[Said] = []
        self._raised: defaultdict[UUID, list[UUID]] = defaultdict(list)  # flags, by organisation
        self._telling: asyncio.Task[None] | None = None
        log.committed = self.committed

    async def send(
        self, connection: Connection, room: str | int, message_id: UUID, text: str, kind: MessageKind = "text"
    ) -> SendAnswer:
        """Returns when the message is in the log for good, or was already. The same ``message_id`` again gives the
        first answer, whatever ``text`` now is. The ``text`` of a voice message names its note, whose id it has too.
        Raises BadRequest, NotFound, Forbidden, RoomClosed, Conflict, TryAgain."""
        check_text(text)
        # Not ``writing``: a repeat of what was accepted before the room closed still gets its answer. The log refuses.
        access = await self._rights.present(room, connection)
        if kind == "voice":
            await self._notes.check_said(access, message_id, text)
        appended, show_help = await self.post(access, connection.principal, message_id, text, connection, kind)
        # No await from here: the acknowledgement goes out before what was written after this message.
        return send_answer(appended, compacted=connection.compact, show_help=show_help)

    async def post(
        self,
        access: Access,
        principal: Principal,
        message_id: UUID,
        text: str,
        connection: Connection | None = None,
        kind: MessageKind = "text",
    ) -> tuple[Appended, bool]:
        """Assesses and writes a checked text of ``principal``, or the name of a checked note. What was written, and
        whether its author is to be shown the help card. Raises NotFound, RoomClosed, TryAgain."""
        setting = await self._judge.setting(access, principal)
        recent = await self._conversations.of(access.room)
        # From here to the append without an await: what is assessed next already knows of this message.
        fresh = recent.verdict((principal.account_id, message_id), text) is None
        verdict = self._judge.judge(setting, recent, (principal.account_id, message_id), text, kind)
        draft = Draft(
            access.room_id,
            principal.account_id,
            message_id,
            text,
            state_of(verdict),
            verdict.masked_text if verdict.action == "mask" else None,
            kind,
            notice_of(verdict, slip=fresh and recent.first_slip(principal.account_id, verdict)),
            access.staff,
            access.pair.id,
            flag=flag_maker(verdict, text, access, setting) if needs_flag(verdict) else None,
            freeze=verdict.freeze,
            memory=recent.changes(access.room.seats),
            origin=Origin(access.number, access.seat, connection),
            organisation_id=access.room.organisation_id,
        )
        try:
            appended = await self._log.append(draft)
        except BinomeError:
            self._conversations.forget(access.room_id)
            raise
        if appended.again and fresh:  # it was remembered a second time
            self._conversations.forget(access.room_id)
        return appended, verdict.show_help

    def committed(self, draft: Draft, appended: Appended) -> None:
        """What the log tells of each message it has written."""
        origin: Origin = draft.origin
        message = Message(
            draft.room_id,
            origin.number,
            appended.seq,
            appended.seq,
            draft.id,
            draft.author_id,
            origin.seat,
            appended.at,
            draft.kind,
            draft.body,
            appended.masked_body,
            appended.state,
        )
        self._fanout.send(message, skip=origin.connection)
        for said in self._on_said:
            said(draft.room_id, draft.author_id)
        if draft.flagged is not None:
            self._raised[draft.organisation_id].append(draft.flagged.id)
            if self._telling is None:
                self._telling = asyncio.create_task(self._tell_raised(), name="flags raised")

    def watch(self, said: Said) -> None:
        """``said`` is called with room and author after each message has gone out."""
        self._on_said.append(said)

    async def stop(self) -> None:
        """Returns when the professionals have been told of all that was written."""
        if self._telling is not None:
            await asyncio.wait([self._telling])

    async def _tell_raised(self) -> None:
        try:
            while self._raised:
                raised, self._raised = self._raised, defaultdict(list)
                for organisation_id, flag_ids in raised.items():
                    await self._flags.announce(organisation_id, flag_ids)
        finally:
            self._telling = None  # no await since none was seen waiting


def flag_maker(verdict: Verdict, text: str, access: Access, setting: Setting) -> FlagMaker:
    """What makes the flag for ``text``, once its place, or the number of its change, and its instant are known."""
    own = setting.circumstances.own

    def make(seq: int, at: datetime, changed: int | None = None) -> NewFlag:
        return flag_of(
            verdict,
            text,
            organisation_id=access.room.organisation_id,
            supervisor_id=access.pair.supervisor_id,
            pair_id=access.pair.id,
            room_id=access.room_id,
            seq=seq,
            author_id=access.account_id,
            at=at,
            changed=changed,
            rules_version=own.version if own is not None else None,
        )

    return make
