"""Who is asking, as the edges hand it to the use cases."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from server.kernel.errors import Forbidden
from server.kernel.permissions import Permission, Role, allows

ADULT_AGE = 18  # years: French civil code, art. 414


def age_on(birth_date: date, day: date) -> int:
    """Whole years at ``day``. Someone born on 29 February has their birthday on 1 March in common years."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def day_everywhere(now: datetime) -> date:
    """The day that has begun in every time zone (the last is UTC-12). What protects minors goes by it where no zone is
    at hand: it may hold for hours longer than it must, and never ends an hour too early."""
    return (now.astimezone(UTC) - timedelta(hours=12)).date()


class Missing(StrEnum):
    """What a sign-in still lacks: a second factor that there is, or one to be made."""

    ASKED = "asked"
    SET_UP = "set_up"


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in person, for the length of one act. ``expires_at`` is when the session that proves it ends.

    With something ``missing`` nobody is signed in yet: only the endpoints that finish a sign-in are handed such a one.
    """

    account_id: UUID
    organisation_id: UUID
    session_id: UUID
    role: Role
    name: str
    language: str
    birth_date: date | None
    expires_at: datetime
    missing: Missing | None = None

    def require(self, permission: Permission) -> None:
        """Raises Forbidden when the role does not hold ``permission``."""
        if not allows(self.role, permission):
            raise Forbidden
