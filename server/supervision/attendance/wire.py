"""The types of the calls that stand in a case (docs/protocol.md)."""

from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from server.escalation.card import CasePerson
from server.supervision.attendance.rules import Why
from server.transport.wire import Timestamp


class Attended(Struct, frozen=True):
    """Somebody in a call, once however often their line was cut. ``why`` they went, at ``went_at``; for ``lost`` and
    ``crashed`` that is when they were last known to be there. Without it they still are."""

    who: CasePerson
    came_at: Timestamp
    went_at: Timestamp | UnsetType = UNSET
    why: Why | UnsetType = UNSET


class CallCard(Struct, frozen=True):
    """A call in ``room``. Without ``ended_at`` it goes on."""

    id: UUID
    room: UUID
    began_at: Timestamp
    people: list[Attended]
    ended_at: Timestamp | UnsetType = UNSET


class CallsAround(Struct, frozen=True):
    """The calls of the pair between ``since`` and ``until``, the first first. ``more``: the earliest are left out."""

    since: Timestamp
    until: Timestamp
    calls: list[CallCard]
    more: bool
