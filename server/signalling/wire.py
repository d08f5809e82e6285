"""The types of the events of calls (docs/protocol.md)."""

from collections.abc import Iterable
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from server.kernel.permissions import Role
from server.media.engine import Kind, SlotState
from server.signalling.parts import Part
from server.signalling.rules import EndCode, Rung, lets_pictures_out
from server.transport.wire import Identifier, Timestamp, timestamp

RoomReference = str | int


class Caps(Struct, forbid_unknown_fields=True):
    """What the device can do."""

    video: bool


class Join(Struct, forbid_unknown_fields=True):
    """``sdp``: the offer of *up*."""

    room: RoomReference
    sdp: str
    caps: Caps
    mic: bool
    camera: bool
    voice_only: bool = False


class Answer(Struct, forbid_unknown_fields=True):
    """``sdp``: the answer for *down*."""

    room: RoomReference
    peer: Identifier
    sdp: str


class Restart(Struct, forbid_unknown_fields=True):
    """``sdp``: an offer of *up* with new ICE credentials."""

    room: RoomReference
    peer: Identifier
    sdp: str


class State(Struct, forbid_unknown_fields=True):
    room: RoomReference
    peer: Identifier
    mic: bool
    camera: bool
    voice_only: bool


class Leave(Struct, forbid_unknown_fields=True):
    room: RoomReference
    peer: Identifier


class Slot(Struct, frozen=True):
    """A section of *down*; ``peer``: whom it carries now."""

    mid: str
    kind: Kind
    peer: UUID | UnsetType = UNSET


class Person(Struct, frozen=True):
    peer: UUID
    seat: int
    account: UUID
    name: str
    role: Role
    mic: bool
    camera: bool
    voice_only: bool
    connected: bool
    since: Timestamp


class IceServer(Struct, frozen=True):
    """As RTCPeerConnection takes it."""

    urls: str


class JoinAnswer(Struct, frozen=True):
    peer: UUID
    answer: str
    offer: str
    slots: list[Slot]
    rung: Rung
    ice: list[IceServer]
    people: list[Person]


class RestartAnswer(Struct, frozen=True):
    answer: str
    offer: str


class Slots(Struct, frozen=True):
    """Who is on which slot of ``peer``; the whole list, each time."""

    room: UUID
    peer: UUID
    slots: list[Slot]


class People(Struct, frozen=True):
    """Everyone in the call; the whole list, each time."""

    room: UUID
    people: list[Person]


class Ended(Struct, frozen=True):
    """The part ``peer`` of whoever receives this is over."""

    room: UUID
    peer: UUID
    code: EndCode


def slots_of(slots: Iterable[SlotState]) -> list[Slot]:
    return [Slot(slot.mid, slot.kind, UNSET if slot.peer is None else UUID(slot.peer)) for slot in slots]


def person_of(part: Part) -> Person:
    state = part.state
    return Person(
        peer=part.peer,
        seat=part.seat,
        account=part.principal.account_id,
        name=part.principal.name,
        role=part.principal.role,
        mic=state.mic,
        camera=lets_pictures_out(camera=state.camera, voice_only=state.voice_only),
        voice_only=state.voice_only,
        connected=part.connected,
        since=timestamp(part.since),
    )
