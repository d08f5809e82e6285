"""What decides in a call, as functions of plain values."""

from typing import Final, Literal

from server.kernel.errors import CallFull

CAPACITY: Final = 4  # people in one call, a professional included: a pair, their supervisor, one more (docs/media.md)

Rung = Literal["video", "voice"]
EndCode = Literal["left", "removed", "lost", "replaced", "drained"]


def check_place(others: int) -> None:
    """Raises CallFull unless one more may come to ``others``, who are all but the person's own earlier part."""
    if others >= CAPACITY:
        raise CallFull


def rung(*, wants_pictures: bool, voice_only: bool) -> Rung:
    """The rung of the quality ladder that a person starts on (DESIGN promise 6)."""
    return "video" if wants_pictures and not voice_only else "voice"


def lets_pictures_out(*, camera: bool, voice_only: bool) -> bool:
    """Whether others can see this person: what ``camera`` means to everyone else."""
    return camera and not voice_only
