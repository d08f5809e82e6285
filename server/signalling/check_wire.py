"""The types of the events of a look at the line (docs/protocol.md)."""

from uuid import UUID

from msgspec import Struct

from server.signalling.wire import IceServer
from server.transport.wire import Identifier


class Nothing(Struct, forbid_unknown_fields=True):
    pass


class NetworkAnswer(Struct, frozen=True):
    """``network``: the same word each time that a device comes from the same network."""

    network: str


class Check(Struct, forbid_unknown_fields=True):
    """``sdp``: an offer that sends one voice."""

    sdp: str


class CheckAnswer(Struct, frozen=True):
    """``answer`` to the offer, and an ``offer`` of what comes back."""

    check: UUID
    answer: str
    offer: str
    ice: list[IceServer]


class Checked(Struct, forbid_unknown_fields=True):
    """``sdp``: the answer to the offer of what comes back."""

    check: Identifier
    sdp: str


class CheckEnd(Struct, forbid_unknown_fields=True):
    check: Identifier
