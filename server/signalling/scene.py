"""Who is heard and seen in a call, whatever they switch on themselves: pure decisions on plain values."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from server.kernel.permissions import Role
from server.media.engine import PeerState
from server.rooms.store import Pause

Missing = Literal["adult_left", "adult_awaited"]

Hush = Literal["observing", "paused", "adult", "led", "unaware"]
"""Why somebody is neither heard nor seen: they observe; the room is paused; the call waits for an adult; a professional
leads instead of the mentor; they have no socket on which they could have been told who came to observe."""


@dataclass(frozen=True, slots=True)
class Hold:
    """The call waits for an adult without whom it does not go on: since when, and until when it is kept."""

    why: Missing
    since: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """What holds for all of a call."""

    pause: Pause | None = None
    hold: Hold | None = None


def hush_of(scene: Scene, role: Role, *, staff: bool, observing: bool, led: bool, unaware: bool) -> Hush | None:
    """Why this person is neither heard nor seen, if so. ``led``: a professional leads instead of the mentor."""
    if staff:
        return "observing" if observing else None
    if scene.pause is not None:
        return "paused"
    if scene.hold is not None:
        return "adult"
    if led and role is Role.MENTOR:
        return "led"
    return "unaware" if unaware else None


def in_force(wished: PeerState, hush: Hush | None) -> PeerState:
    """What is let out and in of what a person wishes."""
    return wished if hush is None else PeerState(mic=False, camera=False, voice_only=wished.voice_only)
