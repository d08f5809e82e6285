"""Who speaks, in a call of more people than there are slots. Pure.

A cough takes nobody's place, and a pause for breath gives none away: one speaks after a third of a second of voice, and
goes on speaking until one and a half seconds of silence (attack and hold).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

LOUD: Final = 50  # -dBov (RFC 6464): speech is louder, a quiet room is not
ATTACK: Final = 0.3  # seconds of voice before one speaks
PAUSE: Final = 0.25  # seconds of silence that end a run of voice: between two syllables, or three lost packets
HOLD: Final = 1.5  # seconds of silence after which one does not speak any more
DRONE: Final = 30.0  # seconds without a single pause: a machine, a street, or a browser that sends silence as speech


@dataclass(slots=True)
class Voice:
    """``since`` is when the present run of voice began, ``heard_at`` when there was voice last, ``spoke_at`` when one
    spoke last."""

    since: float
    heard_at: float
    spoke_at: float


class Speakers:
    __slots__ = ("_voices",)

    def __init__(self) -> None:
        self._voices: dict[str, Voice] = {}

    def heard(self, peer: str, level: int, now: float) -> bool:
        """A voice packet of ``peer`` came, of ``level`` -dBov. Returns whether the peer begins to speak with it."""
        if level > LOUD:
            return False
        voice = self._voices.get(peer)
        if voice is None:
            voice = self._voices[peer] = Voice(now, now, float("-inf"))
        elif now - voice.heard_at > PAUSE:
            voice.since = now
        voice.heard_at = now
        spoke = now - voice.spoke_at <= HOLD
        if not spoke and now - voice.since < ATTACK:
            return False
        voice.spoke_at = now
        return not spoke

    def speaks(self, peer: str, now: float) -> bool:
        voice = self._voices.get(peer)
        return voice is not None and now - voice.spoke_at <= HOLD and voice.spoke_at - voice.since <= DRONE

    def spoke_at(self, peer: str) -> float:
        voice = self._voices.get(peer)
        return voice.spoke_at if voice is not None else float("-inf")

    def forget(self, peer: str) -> None:
        self._voices.pop(peer, None)

    def seat_for(self, peer: str, seats: Sequence[str | None], now: float) -> int | None:
        """Which of the seats of a receiver a speaker takes: a free one, else that of who has been silent longest. None
        while all who sit there speak too, or the peer does already."""
        if peer in seats:
            return None
        silent = [
            (self.spoke_at(shown) if shown is not None else float("-inf"), index)
            for index, shown in enumerate(seats)
            if shown is None or not self.speaks(shown, now)
        ]
        return min(silent)[1] if silent else None
