"""Who reads which line of a person. Pure decisions on identifiers."""

from collections.abc import Collection
from enum import StrEnum
from typing import Final
from uuid import UUID

from server.kernel.permissions import Role

MAX_BODY: Final = 4000  # code points, as a message in a room
STAFF: Final = frozenset({Role.ADMIN, Role.SUPERVISOR})


class Line(StrEnum):
    """``own``: to who answers for the person. ``other``: to somebody else, perhaps because it is about them."""

    OWN = "own"
    OTHER = "other"


def readers(
    line: Line,
    *,
    own: Collection[UUID],
    avoided: Collection[UUID],
    supervisors: Collection[UUID],
    admins: Collection[UUID],
) -> frozenset[UUID]:
    """Who reads and answers a line. ``own`` answer for the person now, ``avoided`` did when the person wrote to
    somebody else; ``supervisors`` and ``admins`` are all of the organisation. All have open accounts; the person is
    none of them.

    Their own line is read by who answers for them, else by any supervisor, else by the admins. The other one never by
    who answers or answered for them: by the other supervisors, else by the admins. Empty when there is nobody.
    """
    choices: list[Collection[UUID]] = [own, supervisors, admins]
    kept_away: frozenset[UUID] = frozenset()
    if line is Line.OTHER:
        choices, kept_away = choices[1:], frozenset(own) | frozenset(avoided)
    return next((found for choice in choices if (found := frozenset(choice) - kept_away)), frozenset())
