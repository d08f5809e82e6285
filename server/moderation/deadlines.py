"""By when a flag wants to be looked at, by its severity (MODERATION.md: 5 minutes, an hour, a day)."""

from datetime import datetime, timedelta
from typing import Final

DEADLINES: Final = {4: timedelta(minutes=5), 3: timedelta(hours=1), 2: timedelta(days=1)}


def due(severity: int, since: datetime) -> datetime | None:
    """When a flag of this severity that was raised, or appealed, at ``since`` is overdue; a note never is."""
    deadline = DEADLINES.get(severity)
    return since + deadline if deadline is not None else None
