"""What a person has missed: at connect for all their rooms at once, later a page at a time."""

from collections.abc import Mapping

from msgspec import UNSET

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, NotFound, TryAgain
from server.kernel.identifiers import parse_id
from server.rooms import reading
from server.rooms.access import Access, Rights
from server.rooms.fanout import Fanout
from server.rooms.presence import Presence
from server.rooms.reading import END
from server.rooms.rules import MAX_PAGE, is_staff
from server.rooms.wire import HistoryAnswer, Page, page_messages, sync
from server.transport.gateway import Connection

DEFAULT_LIMIT = 50  # messages of a page of history, when the client names no number
READS = 10  # of the same rooms, while rights go on changing under the query

_SYNCED = "rooms.synced"


class CatchUp:
    def __init__(self, database: Database, clock: Clock, rights: Rights, fanout: Fanout, presence: Presence) -> None:
        self._database = database
        self._clock = clock
        self._rights = rights
        self._fanout = fanout
        self._presence = presence

    async def connected(self, connection: Connection) -> None:
        """Brings ``connection`` into all rooms of its person, and sends what each cursor has missed (``room:sync``).
        A professional is in no room until they enter one."""
        principal = connection.principal
        with self._fanout.recording() as posted:
            missed = [] if is_staff(principal.role) else await self._missed(connection)
            # From here on without an await. What was posted since the query began is sent behind the sync; what comes
            # later, the gateway sends.
            for room in missed:
                self._fanout.knows(connection, room.page.room_id, room.page.upto)
            pages = [(room.page, room.cursor) for room in missed]
            now = self._clock.now()
            connection.send("room:sync", sync(pages, principal.account_id, now, compacted=connection.compact))
            rooms = {room.page.room_id for room in missed}
            for post in posted():
                if post.message.room_id in rooms:
                    self._fanout.deliver(post, connection)
            for room in missed:
                self._presence.arrive(connection, room.page.room_id, room.seat)
            connection.state[_SYNCED] = True

    async def history(
        self, connection: Connection, room: str | int, after: int | None, before: int | None, limit: int
    ) -> HistoryAnswer:
        """A page of a room: the changes after a number, or the messages before one, or the newest. Raises BadRequest,
        NotFound, Forbidden."""
        if after is not None and before is not None:
            raise BadRequest("after_and_before", field="before")
        access = await self._rights.present(room, connection)
        page = await self.page(access, after, before, limit)
        messages = page_messages(page, access.account_id, staff=access.staff, compacted=connection.compact)
        return HistoryAnswer(messages, page.more, page.upto if before is None else UNSET)

    async def page(self, access: Access, after: int | None, before: int | None, limit: int) -> Page:
        """As ``history``, for whoever has this access. Raises NotFound when it has ended."""
        async with self._database.begin(access.room.organisation_id) as conn:
            if after is not None:
                page = await reading.history_after(
                    conn, access.room_id, access.account_id, after, limit, staff=access.staff
                )
            else:
                page = await reading.history_before(
                    conn,
                    access.room_id,
                    access.account_id,
                    END if before is None else before,
                    limit,
                    staff=access.staff,
                )
        if page is None:
            raise NotFound
        return page

    async def _missed(self, connection: Connection) -> list[reading.Missed]:
        """Read again when a right changed meanwhile: who has just lost a room must not join it on what was true."""
        cursors = _cursors(connection.cursors)
        for _ in range(READS):
            changes = self._rights.changes
            async with self._database.begin(connection.principal.organisation_id) as conn:
                missed = await reading.sync(conn, connection.principal.account_id, cursors, MAX_PAGE)
            if changes == self._rights.changes:
                return missed
        raise TryAgain


def is_synced(connection: Connection) -> bool:
    """Whether ``connection`` has been brought into its rooms."""
    return _SYNCED in connection.state


def _cursors(brought: Mapping[str, int]) -> dict[str, int]:
    """Cursors by number or by 36-character identifier; what names no room is left out."""
    cursors = {}
    for reference, cursor in brought.items():
        if reference.isascii() and reference.isdigit():
            cursors[reference] = cursor
        else:
            try:
                cursors[str(parse_id(reference))] = cursor
            except ValueError:
                continue
    return cursors
