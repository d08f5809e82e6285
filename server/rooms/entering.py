"""A professional enters a room, seen by everyone in it and written into its journal, and leaves it again."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from server.kernel.errors import Forbidden, TryAgain
from server.rooms.access import Access, Rights
from server.rooms.catchup import READS, CatchUp
from server.rooms.fanout import Fanout
from server.rooms.home import Homes, RoomCard
from server.rooms.presence import Presence
from server.rooms.rules import FIRST_PAGE
from server.rooms.visits import Visits
from server.rooms.wire import CompactMessage, FullMessage, Page, page_messages
from server.transport.gateway import Connection


class EnterAnswer(Struct, frozen=True):
    """``messages`` are the newest, in the form of ``chat:history``; ``more``: there are older ones."""

    room: RoomCard
    upto: int
    messages: Sequence[FullMessage | CompactMessage]
    more: bool


class Entering:
    def __init__(
        self, rights: Rights, catch_up: CatchUp, homes: Homes, fanout: Fanout, presence: Presence, visits: Visits
    ) -> None:
        self._rights = rights
        self._catch_up = catch_up
        self._homes = homes
        self._fanout = fanout
        self._presence = presence
        self._visits = visits

    async def enter(self, connection: Connection, room: str | int) -> EnterAnswer:
        """Returns what there is to read, after the visit is in the journal and everyone present has been told. Raises
        NotFound, or Forbidden for who is at home in the room."""
        access = await self._rights.access(room, connection.principal)
        if not access.staff:
            raise Forbidden
        await self._visits.enter(access.room.organisation_id, access.room_id, access.account_id, "read", connection)
        try:
            card, page = await self._come_in(connection, access)
        finally:
            if access.topic not in connection.topics:
                await self._visits.leave(access.room_id, access.account_id, "read", connection)
        messages = page_messages(page, access.account_id, staff=True, compacted=connection.compact)
        return EnterAnswer(card, page.upto, messages, page.more)

    async def _come_in(self, connection: Connection, access: Access) -> tuple[RoomCard, Page]:
        """Reads the room and joins it in one moment: again when something was said or a right changed meanwhile."""
        for _ in range(READS):
            changes = self._rights.changes
            card = await self._homes.card(connection.principal, access.room_id)
            with self._fanout.recording() as posted:
                page = await self._catch_up.page(access, None, None, FIRST_PAGE)
                said = any(p.message.room_id == page.room_id and p.message.last_change > page.upto for p in posted())
            if said or changes != self._rights.changes:
                continue
            # No await since the page was read.
            if access.topic not in connection.topics:
                self._fanout.knows(connection, access.room_id, page.upto)
                self._presence.arrive(connection, access.room_id, access.seat)
            return card, page
        raise TryAgain

    async def leave(self, connection: Connection, room: str | int) -> None:
        """Leaves, and closes the visit. Raises NotFound, or Forbidden for who is at home in the room."""
        access = await self._rights.access(room, connection.principal)
        if not access.staff:
            raise Forbidden
        await self.gone(connection, access.room_id)

    async def gone(self, connection: Connection, room_id: UUID) -> None:
        """``connection`` is in the room no more, by whatever way."""
        self._presence.depart(connection, room_id)
        await self._visits.leave(room_id, connection.principal.account_id, "read", connection)
