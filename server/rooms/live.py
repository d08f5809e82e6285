"""Real-time text: what somebody in the call is writing, shown to the others while they write it (EN 301 549, 6.2).

Never stored. The server reads each state of the line as it would read a message, and shows what may be shown: once a
line is held, no more of it comes. Finished with Enter it is an ordinary message, and the line is over.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from server.kernel.errors import Forbidden
from server.moderation.live import finished, without_details, word_by_word
from server.moderation.policy import UNASSESSED
from server.moderation.verdict import Verdict
from server.rooms.access import Rights
from server.rooms.chat import Chat
from server.rooms.conversations import Conversations, Recent
from server.rooms.judging import Judge, Setting
from server.rooms.messages import topic
from server.rooms.rules import is_staff
from server.transport.gateway import Connection, encode_event
from server.transport.gateway.gateway import Gateway

FORGOTTEN_AFTER = 10.0  # seconds of silence: then nobody is writing any more

InCall = Callable[[UUID, UUID], bool]
_Key = tuple[UUID, UUID]


class LiveTold(Struct, frozen=True):
    """All that is shown of the line now; empty when it is over."""

    room: UUID
    seat: int
    text: str


class LiveAnswer(Struct, frozen=True):
    """``held``: the others are shown no more of this line. ``help``: the help card is to be shown."""

    held: bool | UnsetType = UNSET
    help: bool | UnsetType = UNSET


@dataclass(slots=True)
class _Line:
    seat: int
    connection: Connection
    fading: asyncio.TimerHandle
    shown: str = ""
    held: bool = False


class Live:
    """``in_call`` says whether an account is in the call of a room; it is set by who knows of calls."""

    def __init__(
        self, gateway: Gateway, rights: Rights, conversations: Conversations, chat: Chat, judge: Judge
    ) -> None:
        self._gateway = gateway
        self._rights = rights
        self._conversations = conversations
        self._judge = judge
        self._lines: dict[_Key, _Line] = {}
        self.in_call: InCall = lambda _room, _account: False
        chat.watch(self.over)
        rights.watch(self._rights_changed)

    async def write(self, connection: Connection, room: str | int, text: str) -> LiveAnswer:
        """Shows the others what may be shown of the line as it is now. Raises NotFound, Forbidden, RoomClosed."""
        principal = connection.principal
        access = await self._rights.writing(room, connection)
        setting = await self._judge.setting(access, principal)
        recent = await self._conversations.of(access.room)
        access = await self._rights.writing(room, connection)  # again: from here to the end without a wait for others
        if not self.in_call(access.room_id, access.account_id):
            raise Forbidden("not_in_call")
        key = (access.room_id, access.account_id)
        if not text.strip():
            self.over(*key)
            return LiveAnswer()
        line = self._line(key, access.seat, connection)
        if line.held:
            return LiveAnswer(held=True)
        shown, verdict = self._showable(recent, setting, text)
        line.held = shown is None
        self._show(key, line, shown or "")
        # A fault of ours is told with the message, not at each of its letters.
        help_card = verdict.show_help and all(label.category != UNASSESSED for label in verdict.labels)
        return LiveAnswer(held=True if line.held else UNSET, help=True if help_card else UNSET)

    def over(self, room_id: UUID, account_id: UUID) -> None:
        """The line, if there is one, has become a message, was erased, or is forgotten."""
        line = self._lines.pop((room_id, account_id), None)
        if line is not None:
            line.fading.cancel()
            self._show((room_id, account_id), line, "")

    async def _rights_changed(self, room_id: UUID) -> None:
        """Where the two may not write any more, what they had begun is taken off the screens."""
        begun = [key for key, line in self._lines.items() if key[0] == room_id and not _by_staff(line)]
        if not begun:
            return
        room = (await self._rights.place(room_id, None)).room
        if not room.takes(staff=False):
            for key in begun:
                self.over(*key)

    def stopped(self, connection: Connection) -> None:
        """``connection`` is gone, and so is what was being written on it."""
        for key in [key for key, line in self._lines.items() if line.connection is connection]:
            self.over(*key)

    def stop(self) -> None:
        for key in list(self._lines):
            self.over(*key)

    def _line(self, key: _Key, seat: int, connection: Connection) -> _Line:
        fading = asyncio.get_running_loop().call_later(FORGOTTEN_AFTER, self.over, *key)
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = _Line(seat, connection, fading)
        else:
            line.fading.cancel()
            line.fading, line.connection = fading, connection
        return line

    def _showable(self, recent: Recent, setting: Setting, text: str) -> tuple[str | None, Verdict]:
        """What of ``text`` may be shown, None when nothing may, and the verdict on it."""
        careful = word_by_word(setting.speaker, setting.circumstances)
        whole = finished(text) if careful else text
        verdict = self._judge.verdict(setting, recent, whole)
        if verdict.action != "deliver":
            return None, verdict
        if not careful:
            return whole, verdict
        shown = without_details(whole)
        # Left out words leave another sentence: it is read too.
        if shown != whole.strip() and self._judge.verdict(setting, recent, shown).action != "deliver":
            return None, verdict
        return shown, verdict

    def _show(self, key: _Key, line: _Line, text: str) -> None:
        """Tells the others in the call, and the professional who is in the room."""
        if text == line.shown:
            return
        line.shown = text
        room_id, account_id = key
        frame = encode_event("chat:live", LiveTold(room_id, line.seat, text))
        for connection in self._gateway.topic(topic(room_id)):
            principal = connection.principal
            reads = is_staff(principal.role) or self.in_call(room_id, principal.account_id)
            if reads and principal.account_id != account_id:
                connection.send_frame(frame)


def _by_staff(line: _Line) -> bool:
    return is_staff(line.connection.principal.role)
