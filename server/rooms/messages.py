"""A message as it stands in the log, with what the wire needs to name it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from server.rooms.rules import MessageKind, State, View, visible


@dataclass(frozen=True, slots=True)
class Message:
    """``number`` is its room's, ``seat`` its author's: how the compact form names them."""

    room_id: UUID
    number: int
    seq: int
    changed: int
    id: UUID
    author_id: UUID
    seat: int
    at: datetime
    kind: MessageKind
    body: str
    masked_body: str | None
    state: State

    def view_of(self, account_id: UUID, *, staff: bool) -> View:
        """As whom ``account_id`` sees it."""
        if account_id == self.author_id:
            return View.AUTHOR
        return View.STAFF if staff else View.OTHERS

    def visible_to(self, account_id: UUID, *, staff: bool) -> bool:
        return visible(self.state, self.view_of(account_id, staff=staff))


def topic(room_id: UUID) -> str:
    """The gateway's topic of everyone who is present in the room: at home in it, or a professional who has entered."""
    return f"room:{room_id}"
