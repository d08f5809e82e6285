"""The types of live supervision (docs/protocol.md)."""

from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from server.kernel.permissions import Role
from server.pairs.card import PersonName
from server.signalling.rungs import Rung
from server.signalling.scene import Hush
from server.supervision.rules import WHISPER_MAX, Line, Standing, Why
from server.transport.wire import Identifier, Timestamp

RoomReference = str | int


class Knock(Struct, forbid_unknown_fields=True):
    """``now``: without waiting, where something of the highest severity waits for somebody."""

    room: RoomReference
    now: bool = False


class KnockAnswer(Struct, frozen=True):
    """From ``enters_at`` on, ``wait_ms`` from now, ``call:join`` lets the professional in."""

    at: Timestamp
    enters_at: Timestamp
    wait_ms: int


class WhichRoom(Struct, forbid_unknown_fields=True):
    room: RoomReference


class Speak(Struct, forbid_unknown_fields=True):
    """``peer``: one's own part."""

    room: RoomReference
    peer: Identifier
    speak: bool


class Lead(Struct, forbid_unknown_fields=True):
    room: RoomReference
    peer: Identifier
    lead: bool


class StepIn(Struct, forbid_unknown_fields=True):
    room: RoomReference
    why: Why


class PutOut(Struct, forbid_unknown_fields=True):
    room: RoomReference
    account: Identifier
    why: Why


class LetIn(Struct, forbid_unknown_fields=True):
    room: RoomReference
    account: Identifier


class LookAnswer(Struct, frozen=True):
    """For a professional who is about to come in: how long they would wait, whether they may come without waiting
    (``supervise:knock`` with ``now``), and who in the call asks for one."""

    wait_ms: int
    now: bool
    summons: list["Asking"]


class SendWhisper(Struct, forbid_unknown_fields=True):
    """``id`` is the client's, so that what is sent twice is said once."""

    room: RoomReference
    id: Identifier
    body: Annotated[str, Meta(max_length=2 * WHISPER_MAX)]  # bounds what is looked at; rules.py says what is right


class WhisperAnswer(Struct, frozen=True):
    at: Timestamp


class WatchBoard(Struct, forbid_unknown_fields=True):
    watch: bool


class Announced(Struct, frozen=True):
    """``by`` will come into the call of the room. ``wait_ms``: from now."""

    room: UUID
    by: PersonName
    at: Timestamp
    enters_at: Timestamp
    wait_ms: int


class Withdrawn(Struct, frozen=True):
    """``by`` will not come, for now."""

    room: UUID
    by: PersonName


class Asking(Struct, frozen=True):
    """``by`` asks, in a call, that a professional come. ``seen``: who of them said that they look after it."""

    by: PersonName
    at: Timestamp
    seen: PersonName | UnsetType = UNSET


class Summoned(Struct, frozen=True):
    """All who ask in the call of the room; none: nobody any more."""

    room: UUID
    summons: list[Asking]


class Whisper(Struct, frozen=True):
    """``by`` wrote it, and of the young person's screens it is on none."""

    room: UUID
    id: UUID
    by: PersonName
    at: Timestamp
    body: str


class Whispers(Struct, frozen=True):
    """The newest last."""

    whispers: list[Whisper]


class Caller(Struct, frozen=True):
    """Somebody in a call. ``name``: the first name. ``rung`` is what they send, ``line`` the same in a plain word."""

    account: UUID
    name: str
    role: Role
    since: Timestamp
    rung: Rung
    line: Line
    observing: bool | UnsetType = UNSET
    leading: bool | UnsetType = UNSET
    hush: Hush | UnsetType = UNSET


class Session(Struct, frozen=True):
    """A call that goes on. ``paused``: why it is (``call:paused``). ``adult``: whether who must be there is.
    ``summons``: who in it asks for a professional.
    ``supervisor`` is there for the pairs of colleagues, which are an outline: without ``people``."""

    room: UUID
    number: int
    pair: UUID
    mentor: PersonName
    mentee: PersonName
    since: Timestamp
    count: int
    adult: Standing
    paused: str | UnsetType = UNSET
    summons: list[Asking] | UnsetType = UNSET
    people: list[Caller] | UnsetType = UNSET
    supervisor: PersonName | UnsetType = UNSET


class Sessions(Struct, frozen=True):
    """All of them, each time; the oldest first."""

    sessions: list[Session]
