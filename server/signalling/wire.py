"""The types of the events of calls (docs/protocol.md)."""

from collections.abc import Iterable
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType, field

from server.kernel.permissions import Role
from server.media.engine import Kind, Pictures, SlotState
from server.signalling import rungs
from server.signalling.parts import Part
from server.signalling.reasons import Reason
from server.signalling.rules import EndCode, lets_pictures_out
from server.signalling.rungs import Rung
from server.signalling.scene import Hush, Scene
from server.transport.wire import Identifier, Timestamp, timestamp

RoomReference = str | int
Bytes = Annotated[int, Meta(ge=0, le=2**40)]


class Caps(Struct, forbid_unknown_fields=True):
    """What the device can do: show pictures, send and show stills, carry voices over the web socket."""

    video: bool
    stills: bool = False
    web: bool = False


class Join(Struct, forbid_unknown_fields=True):
    """``sdp``: the offer of *up*. ``peer``: the part that this goes on with. ``first``: what the check before the call
    found the line good for."""

    room: RoomReference
    sdp: str
    caps: Caps
    mic: bool
    camera: bool
    voice_only: bool = False
    peer: Identifier | None = None
    first: Rung | None = None


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


class IceCredentials(Struct, forbid_unknown_fields=True):
    """ICE credentials, as a description has them (RFC 8839 section 5.4)."""

    ufrag: Annotated[str, Meta(pattern="^[A-Za-z0-9+/]{4,256}\\Z")]
    pwd: Annotated[str, Meta(pattern="^[A-Za-z0-9+/]{22,256}\\Z")]


class Restarted(Struct, forbid_unknown_fields=True):
    """The browser restarted ICE by itself; its credentials of both connections since then."""

    room: RoomReference
    peer: Identifier
    up: IceCredentials
    down: IceCredentials


class State(Struct, forbid_unknown_fields=True):
    """``budget``: what the device may use in this call; None for no limit, left out for as it was."""

    room: RoomReference
    peer: Identifier
    mic: bool
    camera: bool
    voice_only: bool
    budget: Bytes | UnsetType | None = UNSET


Count = Annotated[int, Meta(ge=-1, le=2**31)]
Permille = Annotated[int, Meta(ge=-1, le=1000)]


class Numbers(Struct, array_like=True, forbid_unknown_fields=True, frozen=True):
    """What a client's ``getStats`` says of the time since the last; -1 is unknown (docs/protocol.md)."""

    used_kb: Count
    available_kbps: Count
    out_kbps: Count
    out_loss: Permille
    in_kbps: Count
    in_loss: Permille
    concealed: Permille
    rtt_ms: Count
    socket_rtt_ms: Count
    fps: Annotated[int, Meta(ge=-1, le=1000)]
    path: Annotated[int, Meta(ge=-1, le=3)]


class Stats(Struct, forbid_unknown_fields=True):
    room: RoomReference
    peer: Identifier
    n: Numbers


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
    rung: Rung
    weak: bool
    observing: bool | UnsetType = UNSET
    leading: bool | UnsetType = UNSET
    hush: Hush | UnsetType = UNSET


class IceServer(Struct, frozen=True):
    """A relay, as RTCPeerConnection takes it."""

    urls: list[str]
    username: str
    credential: str


class Voice(Struct, frozen=True):
    """``rungs.Voice``."""

    kbps: int
    ptime: int
    red: bool
    dtx: bool
    fec: bool


class Paused(Struct, frozen=True):
    """The call of a room is paused, or, without ``why``, goes on. ``by``: the account of the professional who paused
    the room; ``until``: so long the call is kept for the adult whom it waits for."""

    room: UUID
    why: str | UnsetType = UNSET
    since: Timestamp | UnsetType = UNSET
    by: UUID | UnsetType = UNSET
    until: Timestamp | UnsetType = UNSET


class JoinAnswer(Struct, frozen=True):
    peer: UUID
    answer: str
    offer: str
    slots: list[Slot]
    rung: Rung
    voice: Voice
    ice: list[IceServer]
    people: list[Person]
    every_ms: int
    paused: Paused | UnsetType = UNSET


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


class Step(Struct, frozen=True, omit_defaults=True):
    """Which rung ``peer`` is on in each direction, and what it sends now. ``who``: whose line it is, when another's."""

    room: UUID
    peer: UUID
    out: Rung
    in_: Rung = field(name="in")
    voice: Voice
    layers: list[Pictures]
    stills: bool
    every_ms: int
    reason: Reason | UnsetType = UNSET
    who: UUID | UnsetType = UNSET


class Renew(Struct, frozen=True):
    """The media of ``peer`` is gone: join again with its name."""

    room: UUID
    peer: UUID


class Ice(Struct, frozen=True):
    """The relays of ``peer`` from now on: the credentials of before run out."""

    room: UUID
    peer: UUID
    ice: list[IceServer]


class Ended(Struct, frozen=True):
    """The part ``peer`` of whoever receives this is over."""

    room: UUID
    peer: UUID
    code: EndCode


def slots_of(slots: Iterable[SlotState]) -> list[Slot]:
    return [Slot(slot.mid, slot.kind, UNSET if slot.peer is None else UUID(slot.peer)) for slot in slots]


def voice_of(voice: rungs.Voice) -> Voice:
    return Voice(voice.kbps, voice.ptime, voice.red, voice.dtx, voice.fec)


def paused_of(room_id: UUID, scene: Scene) -> Paused:
    """What is told of a call; what a professional has decided stands before what the call waits for."""
    if scene.pause is not None:
        return Paused(room_id, scene.pause.why, timestamp(scene.pause.since), by=scene.pause.by)
    if scene.hold is not None:
        until = UNSET if scene.hold.until is None else timestamp(scene.hold.until)
        return Paused(room_id, scene.hold.why, timestamp(scene.hold.since), until=until)
    return Paused(room_id)


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
        rung=part.line.told.out,
        weak=part.line.weak,
        observing=part.observing or UNSET,
        leading=part.leading or UNSET,
        hush=part.hush or UNSET,
    )
