"""What happens to people that other parts act on, told on the bus after the commit."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """A session was ended before its time: its sockets are to be closed, with ``code`` as the reason told."""

    session_id: UUID
    account_id: UUID
    code: str
