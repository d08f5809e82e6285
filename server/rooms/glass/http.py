"""HTTP around broken glass."""

from typing import Annotated
from uuid import UUID

from aiohttp import web
from msgspec import UNSET, Meta, Struct, UnsetType

from server.kernel.permissions import Permission
from server.pairs.card import PersonName
from server.rooms.glass.glass import Glass, Overview
from server.rooms.glass.rules import SENTENCE, Motive, Reason
from server.rooms.glass.store import Access
from server.rooms.notes.http import OGG, sounding
from server.rooms.rules import View
from server.rooms.wire import FullMessage, full
from server.transport.endpoint import Call, endpoint
from server.transport.pace import Pace
from server.transport.wire import Identifier, Moment, Timestamp, timestamp

Sentence = Annotated[str, Meta(max_length=2 * SENTENCE[1])]  # bounds what is looked at; rules.py says what is right


class BreakBody(Struct, forbid_unknown_fields=True):
    room: Identifier
    motive: Motive
    sentence: Sentence


class DeferBody(Struct, forbid_unknown_fields=True):
    room: Identifier
    reason: Reason
    sentence: Sentence
    until: Moment


class MessagesQuery(Struct, forbid_unknown_fields=True):
    before: Annotated[int, Meta(ge=1, le=2**53 - 1)] | None = None


class AccessCard(Struct, frozen=True):
    """``tell_at``: when the two are told, or were to be; ``told_at``: when they were. ``mine``: the reader's own."""

    id: UUID
    room: UUID
    motive: Motive
    sentence: str
    opened_at: Timestamp
    expires_at: Timestamp
    tell_at: Timestamp
    mine: bool
    reader: PersonName | UnsetType = UNSET
    told_at: Timestamp | UnsetType = UNSET


class DeferralCard(Struct, frozen=True):
    id: UUID
    room: UUID
    by: PersonName
    reason: Reason
    sentence: str
    made_at: Timestamp
    until: Timestamp


class GlassRoom(Struct, frozen=True):
    """``breakable``: by a professional who does not answer for the pair; who does enters the room instead."""

    room: UUID
    mentor: PersonName
    mentee: PersonName
    supervisor: PersonName
    breakable: bool


class GlassOverview(Struct, frozen=True):
    rooms: list[GlassRoom]
    accesses: list[AccessCard]
    deferrals: list[DeferralCard]


class GlassMessages(Struct, frozen=True):
    """``messages`` as professionals read them, the oldest first; ``more``: there are older ones."""

    messages: list[FullMessage]
    more: bool


class GlassHttp:
    def __init__(self, glass: Glass) -> None:
        self._glass = glass

    @endpoint("GET", "/api/v1/glass", answer=GlassOverview, permission=Permission.GLASS_LIST)
    async def overview(self, call: Call) -> GlassOverview:
        """Who broke which glass and why, in one's organisation, what is put off, and the pairs there are."""
        return _overview(await self._glass.overview(call.principal), call.principal.account_id)

    @endpoint("POST", "/api/v1/glass", body=BreakBody, answer=AccessCard, permission=Permission.GLASS_BREAK, status=201)
    async def break_glass(self, call: Call) -> AccessCard:
        """Read the messages of a pair that one does not answer for, for an hour. The two are told."""
        body: BreakBody = call.body
        return _card(await self._glass.break_glass(call.principal, body.room, body.motive, body.sentence), mine=True)

    @endpoint(
        "GET",
        "/api/v1/glass/{room}/messages",
        query=MessagesQuery,
        answer=GlassMessages,
        permission=Permission.GLASS_BREAK,
        pace=Pace.COSTLY,
    )
    async def messages(self, call: Call) -> GlassMessages:
        """What was said in a room whose glass one broke: fifty messages, the newest or those before a place."""
        query: MessagesQuery = call.query
        page, more = await self._glass.messages(call.principal, call.identifier("room"), query.before)
        return GlassMessages([full(message, View.STAFF) for message in page], more)

    @endpoint("GET", "/api/v1/glass/{room}/notes/{note}", content=OGG, permission=Permission.GLASS_BREAK)
    async def hear(self, call: Call) -> web.Response:
        """A voice note of a room whose glass one broke. Takes a Range."""
        note = await self._glass.note(call.principal, call.identifier("room"), call.identifier("note"))
        return await sounding(
            call.request, note, lambda start, end: self._glass.content(call.principal, note, start, end)
        )

    @endpoint("POST", "/api/v1/glass/deferrals", body=DeferBody, permission=Permission.GLASS_DEFER)
    async def defer(self, call: Call) -> None:
        """Put off telling the two of a pair when somebody else breaks their glass, for at most 30 days."""
        body: DeferBody = call.body
        await self._glass.defer(call.principal, body.room, body.reason, body.sentence, body.until)

    @endpoint("POST", "/api/v1/glass/deferrals/{deferral}/end", permission=Permission.GLASS_DEFER)
    async def end(self, call: Call) -> None:
        """Put off telling no longer: what was read meanwhile is told now, unless a colleague puts it off too."""
        await self._glass.end_deferral(call.principal, call.identifier("deferral"))


def _overview(found: Overview, me: UUID) -> GlassOverview:
    def name(person: UUID) -> PersonName:
        return PersonName(person, found.people[person].name)

    rooms = [
        GlassRoom(room, name(pair.mentor_id), name(pair.mentee_id), name(pair.supervisor_id), room in found.breakable)
        for room, pair in found.pairs.items()
    ]
    accesses = [
        _card(access, mine=access.account_id == me, reader=name(access.account_id)) for access in found.accesses
    ]
    deferrals = [
        DeferralCard(
            one.id, one.room_id, name(one.by_id), one.reason, one.sentence, timestamp(one.made_at), timestamp(one.until)
        )
        for one in found.deferrals
    ]
    return GlassOverview(rooms, accesses, deferrals)


def _card(access: Access, *, mine: bool, reader: PersonName | UnsetType = UNSET) -> AccessCard:
    return AccessCard(
        access.id,
        access.room_id,
        access.motive,  # type: ignore[arg-type] # the table holds no other
        access.sentence,
        timestamp(access.opened_at),
        timestamp(access.expires_at),
        timestamp(access.tell_at),
        mine,
        reader,
        timestamp(access.told_at) if access.told_at is not None else UNSET,
    )
