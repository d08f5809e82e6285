"""HTTP around rooms: the first page, and the access journal."""

from msgspec import UNSET, Struct, UnsetType

from server.infra.database import Database
from server.kernel.permissions import Permission, Role
from server.people.store import people_of
from server.rooms.access import Rights
from server.rooms.home import Home, Homes
from server.rooms.reference import of_path
from server.rooms.visits import Act, visits_of
from server.transport.endpoint import Call, endpoint
from server.transport.wire import Timestamp, timestamp


class VisitCard(Struct, frozen=True):
    name: str
    role: Role
    act: Act
    entered_at: Timestamp
    left_at: Timestamp | UnsetType = UNSET


class VisitList(Struct, frozen=True):
    visits: list[VisitCard]


class RoomsHttp:
    """Endpoints of rooms."""

    def __init__(self, database: Database, rights: Rights, homes: Homes) -> None:
        self._database = database
        self._rights = rights
        self._homes = homes

    @endpoint("GET", "/api/v1/home", answer=Home)
    async def home(self, call: Call) -> Home:
        """All that the first page of any role needs."""
        return await self._homes.of(call.principal)

    @endpoint("GET", "/api/v1/rooms/{room}/visits", answer=VisitList, permission=Permission.ROOM_READ)
    async def visits(self, call: Call) -> VisitList:
        """Who was in the room or its call to watch over it, for those of the room: the newest first, at most 100."""
        access = await self._rights.access(of_path(call), call.principal)
        async with self._database.begin(access.room.organisation_id) as conn:
            rows = await visits_of(conn, access.room_id)
            people = await people_of(conn, {row.account_id for row in rows})
        return VisitList(
            [
                VisitCard(
                    people[row.account_id].name,
                    people[row.account_id].role,
                    row.act,
                    timestamp(row.entered_at),
                    timestamp(row.left_at) if row.left_at is not None else UNSET,
                )
                for row in rows
            ]
        )
