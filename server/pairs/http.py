"""HTTP around pairs. Making one also makes its room, so that endpoint is with the rooms."""

import msgspec

from server.infra.database import Database
from server.kernel.permissions import Permission, Role
from server.pairs import store
from server.pairs.card import PairCard, card
from server.people.store import people_of
from server.transport.endpoint import Call, endpoint


class PairList(msgspec.Struct):
    pairs: list[PairCard]


class PairsHttp:
    """Endpoints of pairs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @endpoint("GET", "/api/v1/pairs", answer=PairList, permission=Permission.PAIR_LIST)
    async def list_pairs(self, call: Call) -> PairList:
        """The pairs one answers for; for an admin, all of the organisation."""
        principal = call.principal
        async with self._database.begin(principal.organisation_id) as conn:
            if principal.role is Role.ADMIN:
                pairs = await store.pairs_of_organisation(conn, principal.organisation_id)
            else:
                pairs = await store.pairs_of(conn, principal.account_id)
            people = await people_of(conn, {person for pair in pairs for person in pair.people})
        return PairList([card(pair, people) for pair in pairs])
