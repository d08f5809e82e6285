"""HTTP around rooms: the first page, the access journal, and making a pair with its room."""

from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from server.infra.database import Database
from server.kernel.permissions import Permission, Role
from server.pairs.card import PairCard, card
from server.pairs.create import create_pair
from server.people.store import people_of
from server.rooms import store
from server.rooms.access import Rights
from server.rooms.home import Home, Homes
from server.rooms.reference import of_path
from server.rooms.visits import Act, visits_of
from server.transport.endpoint import Call, endpoint
from server.transport.wire import Identifier, Timestamp, timestamp


class VisitCard(Struct, frozen=True):
    name: str
    role: Role
    act: Act
    entered_at: Timestamp
    left_at: Timestamp | UnsetType = UNSET


class VisitList(Struct, frozen=True):
    visits: list[VisitCard]


class NewPairBody(Struct, forbid_unknown_fields=True):
    mentor: Identifier
    mentee: Identifier
    supervisor: Identifier


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

    @endpoint("POST", "/api/v1/pairs", body=NewPairBody, answer=PairCard, permission=Permission.PAIR_CREATE, status=201)
    async def create_pair(self, call: Call) -> PairCard:
        """Make a pair, and its room with a seat for each of the two and for who answers for them."""
        body: NewPairBody = call.body
        async with self._database.begin(call.principal.organisation_id) as conn:
            pair = await create_pair(
                conn, call.principal, _uuid(body.mentor), _uuid(body.mentee), _uuid(body.supervisor)
            )
            await store.create_room(conn, pair)
            people = await people_of(conn, pair.people)
        return card(pair, people)


def _uuid(identifier: Identifier) -> UUID:
    return UUID(int=identifier.int)
