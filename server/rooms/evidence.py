"""A message that a case is about, chosen by a professional who may read it: of a room that they answer for, or of the
room that the case came from."""

from uuid import UUID

from server.escalation.card import CaseCard
from server.escalation.contents import Contents
from server.escalation.opening import Link
from server.escalation.store import case_of
from server.infra.database import Database
from server.kernel.errors import NotFound
from server.kernel.permissions import Permission
from server.kernel.principal import Principal
from server.rooms import reading
from server.rooms.access import Rights


class Evidence:
    def __init__(self, database: Database, rights: Rights, contents: Contents) -> None:
        self._database = database
        self._rights = rights
        self._contents = contents

    async def add(self, principal: Principal, case_id: UUID, room_id: UUID, seq: int) -> CaseCard:
        """Raises Forbidden, NotFound; also for a message that is not in a room of theirs or of the case."""
        principal.require(Permission.CASE_HANDLE)
        async with self._database.begin(principal.organisation_id) as conn:
            case = await case_of(conn, case_id)
            message = await reading.message(conn, room_id, seq)
        if case is None or message is None:
            raise NotFound
        if case.room_id != room_id and not (await self._rights.access(room_id, principal)).staff:
            raise NotFound
        place = await self._rights.place(room_id, principal.organisation_id)
        link = Link("message", message.id, room_id, seq)
        return await self._contents.link(principal, case_id, link, young=place.pair.mentee_id)
