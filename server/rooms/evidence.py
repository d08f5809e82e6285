"""Messages that a case is about: chosen by a professional who may read them, and read in the case with what was said
around them. That reading stands in the journal of the young person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation.card import CaseCard
from server.escalation.contents import Contents
from server.escalation.opening import Link
from server.escalation.store import Linked, case_of, links_of
from server.escalation.viewers import seen
from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import NotFound
from server.kernel.permissions import Permission
from server.kernel.principal import Principal
from server.pairs.rules import answers_for
from server.pairs.store import pair as pair_of
from server.people.store import Person, people_of
from server.rooms import reading, store
from server.rooms.access import Rights
from server.rooms.context import AFTER, BEFORE
from server.rooms.messages import Message
from server.trail.acts import Act
from server.trail.readings import record_reading


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The messages around the one of this place, and who wrote them."""

    messages: Sequence[Message]
    seq: int
    people: Mapping[UUID, Person]


class Evidence:
    def __init__(self, database: Database, clock: Clock, rights: Rights, contents: Contents) -> None:
        self._database = database
        self._clock = clock
        self._rights = rights
        self._contents = contents

    async def add(self, principal: Principal, case_id: UUID, room_id: UUID, seq: int) -> CaseCard:
        """Says that a case is about this message: of a room that they answer for, or around what the case was opened
        for. Raises Forbidden, NotFound; also for any other message: who sees a case is not given a way through the
        whole of a room by it."""
        principal.require(Permission.CASE_HANDLE)
        async with self._database.begin(principal.organisation_id) as conn:
            case = await case_of(conn, case_id)
            message = await reading.message(conn, room_id, seq)
            if case is None or message is None:
                raise NotFound
            opened_for = seq in await _around_what_opened(conn, case_id, room_id)
        place = await self._rights.place(room_id, principal.organisation_id)
        if not opened_for and not answers_for(place.pair, principal.account_id):
            raise NotFound
        link = Link("message", message.id, room_id, seq)
        pair = place.pair
        return await self._contents.link(principal, case_id, link, young=pair.mentee_id, pair_id=pair.id)

    async def read(self, principal: Principal, case_id: UUID, message_id: UUID) -> Excerpt:
        """A message that a case is about, with what was said around it, for who sees the whole of the case. Adults of
        the room are not told of it: the case may be about them. Raises Forbidden, NotFound."""
        principal.require(Permission.CASE_HANDLE)
        now, me = self._clock.now(), principal.account_id
        async with self._database.begin(principal.organisation_id) as conn:
            case, _, sight, near = await seen(conn, await case_of(conn, case_id), principal, now)
            links = await links_of(conn, case_id) if sight == "whole" else []
            link = next((one for one in links if one.kind == "message" and one.ref == message_id), None)
            if link is None or link.room_id is None or link.seq is None:
                raise NotFound
            room = await store.room(conn, link.room_id)
            pair = await pair_of(conn, room.pair_id) if room is not None else None
            if pair is None:
                raise NotFound
            found = await reading.around(conn, link.room_id, link.seq, link.added_at, BEFORE, AFTER)
            about = {who for who, parts in near.parts[case_id].items() if "young" in parts} | {pair.mentee_id}
            detail = {"case": case_id, "message": message_id}
            here = case.organisation_id
            await record_reading(conn, here, now, Act.CASE_MESSAGE_READ, by=me, about=sorted(about), detail=detail)
            people = await people_of(conn, {message.author_id for message in found})
        return Excerpt(found, link.seq, people)


async def _around_what_opened(conn: AsyncConnection, case_id: UUID, room_id: UUID) -> set[int]:
    """The places in a room that whoever sees the case reads around its flags and what was reported; not around what was
    added to it, or each message would lead to the next."""
    places: set[int] = set()
    for link in await links_of(conn, case_id):
        if link.room_id == room_id and _opened(link):
            found = await reading.around(conn, room_id, link.seq, link.added_at, BEFORE, AFTER)
            places |= {message.seq for message in found}
    return places


def _opened(link: Linked) -> bool:
    return link.kind == "flag" or (link.kind == "message" and link.added_by is None)
