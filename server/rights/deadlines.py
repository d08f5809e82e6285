"""By when a request on one's data is answered: one month after it came, three when that was said with a reason (GDPR
article 12.3). Months are the calendar's, in the organisation's zone. Pure decisions on plain values."""

from calendar import monthrange
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

ANSWER_MONTHS: Final = 1
EXTENDED_MONTHS: Final = 3
WARNINGS: Final = (7, 3, 0, -1)  # days before the last day on which staff is warned; -1: it is over


def due_on(at: datetime, zone: str, months: int = ANSWER_MONTHS) -> date:
    """The last day: the same day of a later month, or its last one where it has no such day (Regulation 1182/71,
    article 3)."""
    day = at.astimezone(ZoneInfo(zone)).date()
    year, month = divmod(day.month - 1 + months, 12)
    year += day.year
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def warning(due: date, today: date, warned: int | None) -> int | None:
    """Which warning is to be given now, if any: each once, the nearest only after a standstill."""
    left = (due - today).days
    reached = [days for days in WARNINGS if left <= days]
    if not reached:
        return None
    nearest = min(reached)
    return nearest if warned is None or nearest < warned else None
