"""What a professional writes to the mentor aside during a session, and the mentor's answer: on no screen of the young
person, whose journal says that it was done. Kept with the room, never moderated, never held.
"""

from collections import deque
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.infra.notices import Notices
from server.kernel.clock import Clock
from server.kernel.errors import Conflict, Forbidden, RoomClosed
from server.kernel.permissions import Role
from server.kernel.principal import Principal
from server.pairs.card import PersonName
from server.people.store import Person, people_of
from server.rooms.access import Access, Rights
from server.rooms.visits import others
from server.supervision import store, wire
from server.supervision.rules import checked_whisper
from server.supervision.store import Whisper
from server.trail.acts import Act
from server.trail.readings import record_reading
from server.transport.gateway import Connection, Gateway
from server.transport.wire import timestamp

REMEMBERED: Final = 1000  # whispers that this process has delivered itself


class Whispers:
    def __init__(self, database: Database, clock: Clock, gateway: Gateway, rights: Rights, notices: Notices) -> None:
        self._database = database
        self._clock = clock
        self._gateway = gateway
        self._rights = rights
        self._delivered: deque[UUID] = deque(maxlen=REMEMBERED)
        notices.on("supervision", self._on_notice)

    async def whisper(self, connection: Connection, request: wire.SendWhisper) -> wire.WhisperAnswer:
        """From a professional who has entered the room, to its mentor. Raises BadRequest, NotFound, Forbidden, and
        Conflict when the identifier was used for something else."""
        access = await self._rights.present(request.room, connection)
        if not access.staff:
            raise Forbidden
        return await self._send(access, request, access.pair.mentor_id, connection.principal.name)

    async def answer(self, connection: Connection, request: wire.SendWhisper) -> wire.WhisperAnswer:
        """From the mentor, to the professional who last wrote to them, if that one is of the room still; else to who
        answers for the pair. Raises what ``whisper`` raises."""
        access = await self._rights.present(request.room, connection)
        if access.member_role != "mentor":
            raise Forbidden
        if not access.may_write:
            raise RoomClosed
        async with self._database.begin(access.room.organisation_id) as conn:
            said = await store.whispers_of(conn, access.room_id)
        wrote = (one.author_id for one in reversed(said) if one.to_id == access.account_id)
        to = next((who for who in wrote if who in access.room.seats), access.pair.supervisor_id)
        return await self._send(access, request, to, connection.principal.name)

    async def listed(self, principal: Principal, room: UUID | int) -> wire.Whispers:
        """The last ones between the reader and the other. Raises NotFound, Forbidden."""
        access = await self._rights.access(room, principal)
        if access.member_role == "mentee":
            raise Forbidden
        async with self._database.begin(principal.organisation_id) as conn:
            found = await store.whispers_of(conn, access.room_id)
            people = await people_of(conn, {one.author_id for one in found})
        mine = [one for one in found if principal.account_id in (one.author_id, one.to_id)]
        return wire.Whispers([_told(one, people) for one in mine])

    async def _send(self, access: Access, request: wire.SendWhisper, to: UUID, name: str) -> wire.WhisperAnswer:
        now, me, organisation_id = self._clock.now(), access.account_id, access.room.organisation_id
        said = checked_whisper(request.body)
        new = Whisper(UUID(int=request.id.int), organisation_id, access.room_id, me, to, now, said)
        async with self._database.begin(organisation_id) as conn:
            if not await store.insert_whisper(conn, new):
                before = await store.whisper(conn, new.id)
                if before is None or (before.room_id, before.author_id, before.body) != (new.room_id, me, said):
                    raise Conflict
                return wire.WhisperAnswer(timestamp(before.at))
            await self._journal(conn, access, new)
            self._delivered.append(new.id)  # before its notice can come
        self._deliver(new, PersonName(me, name))
        return wire.WhisperAnswer(timestamp(now))

    async def _journal(self, conn: AsyncConnection, access: Access, new: Whisper) -> None:
        about = [who for who in await others(conn, access.room_id, new.author_id) if who != new.to_id]
        where, room = new.organisation_id, {"room": access.room_id}
        await record_reading(conn, where, new.at, Act.WHISPER_SENT, by=new.author_id, about=about, detail=room)

    async def _on_notice(self, payload: str) -> None:
        kind, _, identifier = payload.partition(":")
        if kind != "whisper" or UUID(identifier) in self._delivered:
            return
        async with self._database.everywhere() as conn:
            found = await store.whisper(conn, UUID(identifier))
            people = await people_of(conn, [found.author_id]) if found is not None else {}
        if found is not None and found.author_id in people:
            self._deliver(found, PersonName(found.author_id, people[found.author_id].name))

    def _deliver(self, whisper: Whisper, by: PersonName) -> None:
        """To the connections of the two here; a professional's are told what they wrote on another."""
        told = wire.Whisper(whisper.room_id, whisper.id, by, timestamp(whisper.at), whisper.body)
        for account in (whisper.to_id, whisper.author_id):
            for connection in self._gateway.of_account(account):
                if connection.principal.role in (Role.MENTOR, Role.SUPERVISOR):
                    connection.send("supervise:whispered", told)


def _told(whisper: Whisper, people: Mapping[UUID, Person]) -> wire.Whisper:
    by = PersonName(whisper.author_id, people[whisper.author_id].name)
    return wire.Whisper(whisper.room_id, whisper.id, by, timestamp(whisper.at), whisper.body)
