"""A message as it stands in the log, with what the wire needs to name it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from server.rooms.rules import EditState, MessageKind, State, View, visible


@dataclass(frozen=True, slots=True)
class Message:
    """``number`` is its room's, ``seat`` its author's: how the compact form names them. ``advice`` is a professional's
    to the author; ``edit_body`` is a newer text of the author that others do not read, and ``private_change`` the
    number of the last change that only the author and professionals may know of."""

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
    advice: str | None = None
    edited: bool = False
    edit_body: str | None = None
    edit_state: EditState | None = None
    private_change: int | None = None

    @property
    def last_change(self) -> int:
        """The number of its last change, whoever may know of it."""
        return max(self.changed, self.private_change or 0)

    def changed_for(self, view: View) -> int:
        """The number of the last change that ``view`` may know of."""
        return self.changed if view is View.OTHERS else self.last_change

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
