"""The events of rooms: their types, and the use case behind each. Nothing is decided here."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from server.infra.limits import Rate
from server.kernel.errors import BadRequest
from server.kernel.permissions import Permission
from server.rooms.appeal_news import AppealTold
from server.rooms.appeals import AppealAnswer, Appeals, Words
from server.rooms.catchup import DEFAULT_LIMIT, CatchUp
from server.rooms.chat import Chat
from server.rooms.edits import Edits
from server.rooms.entering import EnterAnswer, Entering
from server.rooms.help import CallForHelp, Help, HelpAnswer
from server.rooms.live import Live, LiveAnswer, LiveTold
from server.rooms.marks import Marks, MarksTold
from server.rooms.presence import Presence, PresenceList
from server.rooms.removal import RoomRights
from server.rooms.rules import KINDS, MAX_PAGE
from server.rooms.typing import Typing, TypingTold
from server.rooms.wire import CompactMessage, CompactSync, EditAnswer, FullMessage, HistoryAnswer, SendAnswer, Sync
from server.transport.gateway import Connection
from server.transport.gateway.gateway import Gateway
from server.transport.wire import Identifier

RoomReference = str | int
Number = Annotated[int, Meta(ge=0, le=2**62)]  # of a room's counter

MAX_LIVE = 500  # code points of a line that is being written: what is longer is a message already
LONGEST_HELP = 128 * 1024  # bytes: all that a frame can be
LONGEST_SEND = 64 * 1024  # bytes: 4,000 characters outside the basic plane, each written as two escapes, are 48,000


class Send(Struct, forbid_unknown_fields=True):
    room: RoomReference
    id: Identifier
    body: str
    kind: str = "text"


CompactSend = tuple[RoomReference, Identifier, str]


class EditMessage(Struct, forbid_unknown_fields=True):
    room: RoomReference
    seq: Number
    body: str


class AskAppeal(Struct, forbid_unknown_fields=True):
    room: RoomReference
    seq: Number
    words: Words | None = None


class History(Struct, forbid_unknown_fields=True):
    room: RoomReference
    after: Number | None = None
    before: Number | None = None
    limit: Annotated[int, Meta(ge=1, le=MAX_PAGE)] = DEFAULT_LIMIT


class Read(Struct, forbid_unknown_fields=True):
    room: RoomReference
    delivered: Number = 0
    seen: Number = 0


class SetTyping(Struct, forbid_unknown_fields=True):
    room: RoomReference
    typing: bool


class WriteLive(Struct, forbid_unknown_fields=True):
    room: RoomReference
    text: Annotated[str, Meta(max_length=MAX_LIVE)]


class WhichRoom(Struct, forbid_unknown_fields=True):
    room: RoomReference


_OFTEN = Rate(per_second=5, burst=60)
_SOMETIMES = Rate(per_second=2, burst=20)
_KEYSTROKES = Rate(per_second=4, burst=20)  # a line is sent every 300 ms while it changes


@dataclass(frozen=True, slots=True)
class Rates:
    """How often a person may do what, over all their devices. A client that waits ``retry_in_ms`` loses nothing."""

    send: Rate = _OFTEN  # nobody writes faster; the burst is an outbox after an hour offline
    edit: Rate = _SOMETIMES
    appeal: Rate = _SOMETIMES
    history: Rate = _OFTEN  # pages, and what many rooms ask for after an outage
    read: Rate = _OFTEN
    live: Rate = _KEYSTROKES
    typing: Rate = _SOMETIMES
    enter: Rate = _SOMETIMES


class RoomsSocket:
    """Registers the events of rooms on the gateway."""

    def __init__(
        self,
        gateway: Gateway,
        *,
        catch_up: CatchUp,
        chat: Chat,
        edits: Edits,
        appeals: Appeals,
        entering: Entering,
        help_line: Help,
        marks: Marks,
        presence: Presence,
        live: Live,
        typing: Typing,
        rates: Rates | None = None,
    ) -> None:
        self._catch_up = catch_up
        self._chat = chat
        self._edits = edits
        self._appeals = appeals
        self._entering = entering
        self._help = help_line
        self._marks = marks
        self._presence = presence
        self._live = live
        self._typing = typing
        rates = rates or Rates()
        read, write, enter = Permission.ROOM_READ, Permission.ROOM_WRITE, Permission.ROOM_ENTER
        on = gateway.on
        on(
            "chat:send",
            Send | CompactSend,
            self.send,
            answer=SendAnswer,
            permission=write,
            rate=rates.send,
            max_bytes=LONGEST_SEND,
        )
        on(
            "chat:edit",
            EditMessage,
            self.edit,
            answer=EditAnswer,
            permission=write,
            rate=rates.edit,
            max_bytes=LONGEST_SEND,
        )
        on("chat:appeal", AskAppeal, self.appeal, answer=AppealAnswer, permission=write, rate=rates.appeal)
        on("chat:history", History, self.history, answer=HistoryAnswer, permission=read, rate=rates.history)
        on("chat:read", Read, self.read, permission=read, rate=rates.read)
        on("chat:typing", SetTyping, self.set_typing, permission=write, rate=rates.typing)
        on("chat:live", WriteLive, self.write_live, answer=LiveAnswer, permission=write, rate=rates.live)
        on("room:enter", WhichRoom, self.enter, answer=EnterAnswer, permission=enter, rate=rates.enter)
        on("room:leave", WhichRoom, self.leave, permission=enter, rate=rates.enter)
        on(
            "help:now",
            CallForHelp,
            self.help,
            answer=HelpAnswer,
            permission=Permission.HELP_ASK,
            rate=None,
            max_bytes=LONGEST_HELP,
            lenient=True,
        )
        gateway.declare("room:sync", Sync | CompactSync)
        gateway.declare("chat:message", FullMessage | CompactMessage)
        gateway.declare("chat:appealed", AppealTold)
        gateway.declare("chat:read", MarksTold)
        gateway.declare("chat:live", LiveTold)
        gateway.declare("chat:typing", TypingTold)
        gateway.declare("room:presence", PresenceList)
        gateway.declare("room:rights", RoomRights)
        gateway.on_connect(catch_up.connected)
        gateway.on_disconnect(self.disconnected)

    async def send(self, connection: Connection, payload: Any) -> SendAnswer:
        if isinstance(payload, Send):
            if payload.kind not in KINDS:
                raise BadRequest("kind", field="kind")
            message_id = UUID(int=payload.id.int)
            return await self._chat.send(connection, payload.room, message_id, payload.body, payload.kind)
        room, identifier, body = payload
        return await self._chat.send(connection, room, UUID(int=identifier.int), body)

    async def edit(self, connection: Connection, payload: EditMessage) -> EditAnswer:
        return await self._edits.edit(connection, payload.room, payload.seq, payload.body)

    async def appeal(self, connection: Connection, payload: AskAppeal) -> AppealAnswer:
        return await self._appeals.ask(connection, payload.room, payload.seq, payload.words)

    async def history(self, connection: Connection, payload: History) -> HistoryAnswer:
        return await self._catch_up.history(connection, payload.room, payload.after, payload.before, payload.limit)

    async def read(self, connection: Connection, payload: Read) -> None:
        await self._marks.grow(connection, payload.room, payload.delivered, payload.seen)

    async def set_typing(self, connection: Connection, payload: SetTyping) -> None:
        await self._typing.set(connection, payload.room, typing=payload.typing)

    async def write_live(self, connection: Connection, payload: WriteLive) -> LiveAnswer:
        return await self._live.write(connection, payload.room, payload.text)

    async def enter(self, connection: Connection, payload: WhichRoom) -> EnterAnswer:
        return await self._entering.enter(connection, payload.room)

    async def leave(self, connection: Connection, payload: WhichRoom) -> None:
        await self._entering.leave(connection, payload.room)

    async def help(self, connection: Connection, payload: CallForHelp) -> HelpAnswer:
        return await self._help.call(connection.principal, payload)

    async def disconnected(self, connection: Connection) -> None:
        self._live.stopped(connection)
        self._typing.stopped(connection)
        rooms = self._presence.rooms_of(connection)
        for room_id in rooms:
            self._presence.depart(connection, room_id)
        for room_id in rooms:
            await self._entering.gone(connection, room_id)
