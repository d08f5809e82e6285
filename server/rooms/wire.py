"""Messages as they go on the wire: named fields for everyone, positional arrays for who asked for them at connect.

Both forms are described in docs/protocol.md and say the same; a property test holds them to each other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Struct, UnsetType

from server.kernel.identifiers import shorten
from server.rooms.append import Appended
from server.rooms.messages import Message
from server.rooms.rules import KINDS, STATES, EditState, State, View, body_for
from server.transport.gateway import encode_event
from server.transport.wire import Timestamp, timestamp

_NUMBER_OF_STATE = {state: number for number, state in enumerate(STATES)}
_NUMBER_OF_KIND = {kind: number for number, kind in enumerate(KINDS)}


class Edit(Struct, frozen=True):
    """A newer text of the author that others do not read."""

    body: str
    state: EditState


class FullMessage(Struct, frozen=True):
    """A message with named fields. ``changed`` is there when it differs from ``seq``. ``advice`` and ``edit`` are there
    for the author and professionals."""

    room: UUID
    seq: int
    id: UUID
    author: UUID
    at: Timestamp
    kind: str
    body: str
    state: State
    changed: int | UnsetType = UNSET
    edited: bool | UnsetType = UNSET
    advice: str | UnsetType = UNSET
    edit: Edit | UnsetType = UNSET


CompactMessage = list[Any]
"""``[room number, seq, seat, at, body, state?, changed?, id?, kind?, edited?, advice?, edit?]``; without the room
number in sync and history."""

CompactSync = list[tuple[int, int, int, list[CompactMessage]]]
"""``[[room number, upto, more, [message, …]], …]``."""


class SyncedRoom(Struct, frozen=True):
    room: UUID
    number: int
    upto: int
    more: bool
    messages: list[FullMessage]


class Sync(Struct, frozen=True):
    rooms: list[SyncedRoom]
    at: Timestamp


class SendAnswer(Struct, frozen=True):
    """``body`` is what others read, when that differs. ``notice`` is a stable code for a kind word."""

    seq: int
    at: Timestamp | int
    state: State | UnsetType = UNSET
    body: str | UnsetType = UNSET
    help: bool | UnsetType = UNSET
    notice: str | UnsetType = UNSET


class EditAnswer(SendAnswer, frozen=True, kw_only=True):
    """What became of the new text. ``changed`` is the number under which that is known; of what was blocked, the number
    that the message had already."""

    changed: int


class HistoryAnswer(Struct, frozen=True):
    messages: Sequence[FullMessage | CompactMessage]
    more: bool
    upto: int | UnsetType = UNSET


@dataclass(frozen=True, slots=True)
class Page:
    """A piece of a room's log for one person: ``messages`` are all visible to them. ``more``: there is more of what
    was asked for. ``upto``: where a cursor stands that knows this page and all before it."""

    room_id: UUID
    number: int
    messages: Sequence[Message]
    more: bool
    upto: int


def full(message: Message, view: View) -> FullMessage:
    return FullMessage(
        room=message.room_id,
        seq=message.seq,
        id=message.id,
        author=message.author_id,
        at=timestamp(message.at),
        kind=message.kind,
        body=body_for(message.body, message.masked_body, message.state, view),
        state=message.state,
        changed=_changed(message, view) or UNSET,
        edited=message.edited or UNSET,
        advice=message.advice or UNSET if view is not View.OTHERS else UNSET,
        edit=Edit(*edit) if (edit := _edit(message, view)) is not None else UNSET,
    )


def _changed(message: Message, view: View) -> int:
    """0 when it is as it was written."""
    changed = message.changed_for(view)
    return changed if changed != message.seq else 0


def _edit(message: Message, view: View) -> tuple[str, EditState] | None:
    if view is View.OTHERS or message.edit_body is None or message.edit_state is None:
        return None
    return message.edit_body, message.edit_state


def compact(message: Message, view: View, *, with_room: bool) -> CompactMessage:
    body = body_for(message.body, message.masked_body, message.state, view)
    form: CompactMessage = [message.seq, message.seat, int(message.at.timestamp()), body]
    name = shorten(message.id) if view is View.AUTHOR else ""
    edit = _edit(message, view)
    tail: list[Any] = [
        _NUMBER_OF_STATE[message.state],
        _changed(message, view),
        name,
        _NUMBER_OF_KIND[message.kind],
        int(message.edited),
        (message.advice or "") if view is not View.OTHERS else "",
        [_NUMBER_OF_STATE[edit[1]], edit[0]] if edit is not None else 0,
    ]
    while tail and not tail[-1]:
        tail.pop()
    form += tail
    return [message.number, *form] if with_room else form


def page_messages(page: Page, viewer: UUID, *, staff: bool, compacted: bool) -> list[Any]:
    views = ((message, message.view_of(viewer, staff=staff)) for message in page.messages)
    if compacted:
        return [compact(message, view, with_room=False) for message, view in views]
    return [full(message, view) for message, view in views]


def sync(pages: Iterable[tuple[Page, int | None]], viewer: UUID, at: datetime, *, compacted: bool) -> Sync | list[Any]:
    """``room:sync`` of ``pages``, each with the cursor that the client brought for it."""
    if compacted:
        return [
            [page.number, page.upto, int(page.more), page_messages(page, viewer, staff=False, compacted=True)]
            for page, cursor in pages
            if page.upto != (cursor or 0) or page.messages
        ]
    rooms = [
        SyncedRoom(
            page.room_id,
            page.number,
            page.upto,
            page.more,
            page_messages(page, viewer, staff=False, compacted=False),
        )
        for page, _ in pages
    ]
    return Sync(rooms, timestamp(at))


def send_answer(appended: Appended, *, compacted: bool, show_help: bool) -> SendAnswer:
    return SendAnswer(**_answer(appended, compacted=compacted, show_help=show_help))


def edit_answer(appended: Appended, changed: int, *, compacted: bool, show_help: bool) -> EditAnswer:
    return EditAnswer(**_answer(appended, compacted=compacted, show_help=show_help), changed=changed)


def _answer(appended: Appended, *, compacted: bool, show_help: bool) -> dict[str, Any]:
    state = appended.state
    return {
        "seq": appended.seq,
        "at": int(appended.at.timestamp()) if compacted else timestamp(appended.at),
        "state": UNSET if compacted and state == "delivered" else state,
        "body": appended.masked_body if state == "masked" and appended.masked_body is not None else UNSET,
        "help": True if show_help else UNSET,
        "notice": appended.notice or (state if state in ("held", "masked", "blocked") else UNSET),
    }


class Post:
    """A message on its way to everyone present. Encoded at most once for each form and view, whoever receives it."""

    __slots__ = ("_frames", "about", "message")

    def __init__(self, message: Message, about: int = 0) -> None:
        self.message = message
        self.about = about or message.last_change  # the number of the change that is told
        self._frames: dict[tuple[View, bool], bytes] = {}

    def frame(self, view: View, *, compacted: bool) -> bytes:
        frame = self._frames.get((view, compacted))
        if frame is None:
            form = compact(self.message, view, with_room=True) if compacted else full(self.message, view)
            frame = self._frames[view, compacted] = encode_event("chat:message", form)
        return frame


def weight(message: Message) -> int:
    """What a message weighs in an answer, in bytes: its texts, and what stands around them in the full form."""
    texts = (message.body, message.edit_body or "", message.advice or "")
    return sum(len(text.encode()) for text in texts) + 250


def encoded(value: Any) -> bytes:
    """``value`` as the gateway would encode it."""
    return msgspec.json.encode(value)
