"""Who is in which call: one part for each person. Plain bookkeeping; ``calls.py`` acts on it."""

from asyncio import TimerHandle
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from server.kernel.principal import Principal
from server.media.engine import PeerState, SlotState
from server.signalling.lines import Line
from server.signalling.rules import EndCode
from server.signalling.scene import Hush
from server.transport.gateway import Connection


@dataclass(slots=True, eq=False)
class Part:
    """One person's part in one call. ``connection`` is the socket that it is steered from; None while that is gone and
    the media goes on without it. ``media``: whether the engine knows it; not while it is kept for its person to come
    back. ``carried``: whether its voice has a way that may last without that socket, which media has that got through
    and was not closed by the browser. ``slots``: whom the person is shown where, as the engine told last.
    ``wished``: what the person switched on; ``state``: what is let through of it, less where they are hushed.
    ``observing`` and ``leading`` are of a professional: only watches, speaks instead of the mentor. ``unaware``: no
    socket was there to be told of who came to observe. ``calls_ended``: of the room, when they came.
    ``relays_until``: when the credentials that it was told last run out. ``ended``: why it is over, once it is.
    ``away`` and ``unheard`` run while the socket or the media is gone."""

    peer: UUID
    room_id: UUID
    principal: Principal
    seat: int
    staff: bool
    since: datetime
    state: PeerState
    line: Line
    connection: Connection | None
    wished: PeerState
    calls_ended: int = 0
    observing: bool = False
    leading: bool = False
    unaware: bool = False
    hush: Hush | None = None
    slots: tuple[SlotState, ...] = ()
    connected: bool = False
    media: bool = True
    carried: bool = False
    relays_until: datetime | None = None
    ended: EndCode | None = None
    away: TimerHandle | None = field(default=None, repr=False)
    unheard: TimerHandle | None = field(default=None, repr=False)

    def hold(self, connection: Connection) -> None:
        """The part is steered from ``connection`` from now on."""
        self.connection = connection
        self.principal = connection.principal
        self.unaware = False  # whoever comes into a room is shown its call
        if self.away is not None:
            self.away.cancel()
            self.away = None

    def stop_hearing(self, end: TimerHandle) -> None:
        """The engine has lost it; ``end`` is what will end it."""
        self.hear()
        self.media = False
        self.unheard = end

    def hear(self) -> None:
        """The engine has the part again."""
        self.media = True
        if self.unheard is not None:
            self.unheard.cancel()
            self.unheard = None

    def stop_waiting(self) -> None:
        for timer in (self.away, self.unheard):
            if timer is not None:
                timer.cancel()
        self.away = self.unheard = None


class Parts:
    """All parts of this process, in the order in which they came."""

    def __init__(self) -> None:
        self._parts: dict[UUID, Part] = {}  # by peer
        self._rooms: dict[UUID, dict[UUID, Part]] = {}

    def add(self, part: Part) -> None:
        self._parts[part.peer] = part
        self._rooms.setdefault(part.room_id, {})[part.peer] = part

    def remove(self, part: Part) -> bool:
        """Whether it was there."""
        if self._parts.pop(part.peer, None) is None:
            return False
        room = self._rooms[part.room_id]
        del room[part.peer]
        if not room:
            del self._rooms[part.room_id]
        part.stop_waiting()
        return True

    def find(self, peer: UUID) -> Part | None:
        return self._parts.get(peer)

    def of_room(self, room_id: UUID) -> list[Part]:
        return list(self._rooms.get(room_id, {}).values())

    def of_account(self, room_id: UUID, account_id: UUID) -> Part | None:
        return next((part for part in self.of_room(room_id) if part.principal.account_id == account_id), None)

    def all(self) -> list[Part]:
        return list(self._parts.values())

    def rooms(self) -> list[UUID]:
        return list(self._rooms)

    def __len__(self) -> int:
        return len(self._parts)
