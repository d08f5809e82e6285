"""What a planned session may look like. Pure decisions on plain values."""

import unicodedata
from datetime import datetime
from functools import cache
from zoneinfo import available_timezones

from server.kernel.errors import BadRequest

TITLE_MAX = 120  # characters
MINUTES = (5, 480)  # a word between two trains; a day spent together


@cache
def _zones() -> frozenset[str]:
    """Read from disk once. Names without an area (CET, GB, localtime) are left-overs, and the last one differs from
    machine to machine."""
    return frozenset(zone for zone in available_timezones() if "/" in zone or zone == "UTC")


def check_zone(zone: str, *, field: str = "zone") -> None:
    """Raises BadRequest unless ``zone`` is in the IANA database: overseas territories are users."""
    if zone not in _zones():
        raise BadRequest("zone", field=field)


def checked_title(text: str) -> str:
    """A title as it is stored: one line. Raises BadRequest."""
    title = unicodedata.normalize("NFC", text).strip()
    if not title:
        raise BadRequest("empty", field="title")
    if len(title) > TITLE_MAX:
        raise BadRequest("too_long", field="title", maximum=TITLE_MAX)
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in title):
        raise BadRequest("control_characters", field="title")
    return title


def check_time(starts_at: datetime, minutes: int, now: datetime) -> None:
    """Raises BadRequest unless the session lies ahead and has a length that makes sense."""
    shortest, longest = MINUTES
    if not shortest <= minutes <= longest:
        raise BadRequest("minutes", field="minutes", minimum=shortest, maximum=longest)
    if starts_at <= now:
        raise BadRequest("past", field="starts_at")
