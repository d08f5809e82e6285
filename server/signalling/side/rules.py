"""Who may see stills of whom, and how often they are wanted. Functions of plain values."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from server.media.engine import PeerState
from server.signalling.rules import lets_pictures_out
from server.signalling.rungs import Rung, rank

SOONEST_MS: Final = 4_000  # between two stills of one person: of 3 KB each, 6 kbit/s
LATEST_MS: Final = 8_000

_STILLS: Final = rank("stills")


class Side(NamedTuple):
    """One person's wishes and rungs."""

    state: PeerState
    out: Rung
    into: Rung


def may_see(sender: Side, receiver: Side) -> bool:
    """Whether stills of ``sender`` go to ``receiver``. Between two who have video there are none."""
    if not lets_pictures_out(camera=sender.state.camera, voice_only=sender.state.voice_only):
        return False
    lower = max(rank(sender.out), rank(receiver.into))
    return lower == _STILLS and not receiver.state.voice_only


def every_ms(sender: Side, receivers: Sequence[Side]) -> int | None:
    """How often a still of ``sender`` is wanted; None for not at all. The more there are to look at, the less often:
    they share one line."""
    if not any(may_see(sender, receiver) for receiver in receivers):
        return None
    others = len(receivers)
    return min(LATEST_MS, SOONEST_MS + 2_000 * (others - 1))
