"""Why a conversation is paused, in a word for whoever reads it: true for each of them, and staining nobody. The
sentences of the words are the client's."""

from collections.abc import Collection
from typing import Literal

from server.kernel.permissions import Role
from server.pairs.papers import Gate

Pause = Literal["look", "consent", "papers", "away", "break"]
"""``look``: a professional is looking at something. ``papers``: to the mentor alone, of their own. ``away``: the mentor
cannot be there just now, whatever the reason. ``break``: the team has decided so."""

_GATES = frozenset(gate.value for gate in Gate)


def pause_of(holds: Collection[tuple[str, bool]], role: Role) -> Pause:
    """``holds`` are kinds, each with whether it is about the mentor."""
    kinds = {kind for kind, _ in holds}
    if "flag" in kinds:
        return "look"
    if kinds & _GATES and role is Role.MENTOR:
        return "papers"
    if kinds & _GATES or any(kind == "suspended" and mentors for kind, mentors in holds):
        return "break" if role is Role.MENTOR else "away"
    return "consent" if "consent" in kinds else "break"
