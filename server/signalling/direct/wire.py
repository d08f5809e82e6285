"""The types of direct calls (docs/protocol.md)."""

from typing import Annotated, Final, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from server.transport.wire import Identifier

LONGEST_DESCRIPTION: Final = 16 * 1024  # characters; a browser's for a voice and a picture has 6,000

State = Literal["off", "possible", "on"]
Why = Literal["company", "policy", "withdrawn", "away"]


class Agree(Struct, forbid_unknown_fields=True):
    """``agree: false`` takes it back."""

    room: str | int
    peer: Identifier
    agree: bool


class Describe(Struct, forbid_unknown_fields=True):
    """``sdp``: the description of this device for the other, whole, with its candidates."""

    room: str | int
    peer: Identifier
    link: Annotated[int, Meta(ge=0, le=2**31 - 1)]
    sdp: Annotated[str, Meta(max_length=LONGEST_DESCRIPTION)]


class Direct(Struct, frozen=True):
    """How things stand for the part ``peer``. ``mine``, ``theirs``: who has agreed. When ``on``: ``other`` is who is
    called on the way ``link``, and ``offers`` whether this device makes the offer. ``why`` it ended just now."""

    room: UUID
    peer: UUID
    state: State
    mine: bool
    theirs: bool
    other: UUID | UnsetType = UNSET
    link: int | UnsetType = UNSET
    offers: bool | UnsetType = UNSET
    why: Why | UnsetType = UNSET


class Described(Struct, frozen=True):
    """The other's description, for the part ``peer``."""

    room: UUID
    peer: UUID
    link: int
    sdp: str
