"""What decides in a call, as functions of plain values."""

from typing import Final, Literal

from server.kernel.errors import CallFull
from server.signalling.rungs import Rung, worse

CAPACITY: Final = 12  # people in one call, a professional included; those who speak are on slots (docs/media.md)

AWAY: Final = 120.0  # seconds that a part is kept whose socket is gone: as long as an outage may last
UNHEARD: Final = 90.0  # the same for its media, which the engine has missed for 30 s when it gives it up
CLOSED: Final = 10.0  # and when the browser has closed it, which nobody who comes back does for long
GONE: Final = 3.0  # and when neither is there: the socket is gone, the media closed, or it never got through

HANGS: Final = 0.3  # seconds for the engine to let go of somebody; then people are told all the same

EndCode = Literal["left", "removed", "consent", "lost", "replaced", "drained", "stopped", "put_out", "adult"]


def check_place(others: int) -> None:
    """Raises CallFull unless one more may come to ``others``, who are all but the person's own earlier part."""
    if others >= CAPACITY:
        raise CallFull


def first_rung(*, wants_pictures: bool, voice_only: bool, suggested: Rung | None = None) -> Rung:
    """The rung of the quality ladder that a person starts on (DESIGN promise 6). ``suggested``: by the check that the
    client made before the call; it can only lower."""
    start: Rung = "video" if wants_pictures and not voice_only else "voice"
    return start if suggested is None else worse(start, suggested)


def lets_pictures_out(*, camera: bool, voice_only: bool) -> bool:
    """Whether others can see this person: what ``camera`` means to everyone else."""
    return camera and not voice_only
