"""HTTP around one's own data: the export, who sees what, and requests."""

from typing import Annotated
from uuid import UUID

from aiohttp import hdrs, web
from msgspec import UNSET, Meta, Struct, UnsetType

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.permissions import Permission, Role
from server.pairs.card import PersonName
from server.rights.exports import Exports, blocks
from server.rights.requests import Requests
from server.rights.requests_store import Kind, Listed, Request, State
from server.rights.tables import MOST_WORDS
from server.rights.who import Data, Reach, who_sees
from server.transport.endpoint import Call, endpoint
from server.transport.pace import Pace
from server.transport.wire import Identifier, Timestamp, timestamp

ZIP = "application/zip"
Words = Annotated[str, Meta(max_length=MOST_WORDS)]


class SeerCard(Struct, frozen=True):
    """``people``: who stands in this role for the reader now, where that is somebody in particular."""

    role: Role
    reach: Reach
    sees: list[Data]
    never: list[Data]
    people: list[str]


class Seers(Struct, frozen=True):
    seers: list[SeerCard]


class RequestCard(Struct, frozen=True):
    """``due_on`` is the last day for an answer, ``days`` how many are left, below zero when it is over. ``aside``: by
    this request the data is put aside now, until ``aside_until`` where that has a day."""

    id: UUID
    kind: Kind
    state: State
    about: PersonName
    by: PersonName
    at: Timestamp
    due_on: str
    days: int
    revision: int
    words: str | UnsetType = UNSET
    taken_by: str | UnsetType = UNSET
    taken_at: Timestamp | UnsetType = UNSET
    extended_at: Timestamp | UnsetType = UNSET
    extended_why: str | UnsetType = UNSET
    ended_by: str | UnsetType = UNSET
    ended_at: Timestamp | UnsetType = UNSET
    answer: str | UnsetType = UNSET
    aside: bool | UnsetType = UNSET
    aside_until: Timestamp | UnsetType = UNSET


class RequestList(Struct, frozen=True):
    requests: list[RequestCard]


class OwnRequests(Struct, frozen=True):
    """``children``: for whom the reader may ask too, as the holder of parental authority."""

    requests: list[RequestCard]
    children: list[PersonName]


class ExportQuery(Struct, forbid_unknown_fields=True):
    """``person``: whose; one's own where it is missing."""

    person: Identifier | None = None


class WithdrawBody(Struct, forbid_unknown_fields=True):
    id: Identifier


class NewRequestBody(Struct, forbid_unknown_fields=True):
    id: Identifier
    kind: Kind
    person: Identifier | None = None
    words: Words | None = None


class DataHttp:
    def __init__(self, database: Database, clock: Clock, exports: Exports, requests: Requests) -> None:
        self._database = database
        self._clock = clock
        self._exports = exports
        self._requests = requests

    @endpoint(
        "GET", "/api/v1/data/export", query=ExportQuery, content=ZIP, permission=Permission.DATA_OWN, pace=Pace.COSTLY
    )
    async def export(self, call: Call) -> web.Response:
        """All that is held about oneself, as a zip (docs/export.md); with `?person=`, staff about somebody."""
        query: ExportQuery = call.query
        file = await self._exports.make(call.principal, query.person)
        day = self._clock.now().date().isoformat()
        headers = {
            hdrs.CACHE_CONTROL: "no-store",
            hdrs.CONTENT_DISPOSITION: f'attachment; filename="binome-{day}.zip"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        }
        return web.Response(body=blocks(file), content_type=ZIP, headers=headers)

    @endpoint("GET", "/api/v1/data/who", answer=Seers, permission=Permission.DATA_OWN)
    async def who(self, call: Call) -> Seers:
        """Who sees what about oneself, by role, and who that is now."""
        async with self._database.begin(call.principal.organisation_id) as conn:
            seers = await who_sees(conn, call.principal)
        return Seers(
            [SeerCard(one.role, one.reach, list(one.sees), list(one.never), list(one.people)) for one in seers]
        )

    @endpoint("GET", "/api/v1/data/requests", answer=OwnRequests, permission=Permission.DATA_OWN)
    async def own(self, call: Call) -> OwnRequests:
        """One's own requests and those that one made for a child, each with where it stands."""
        listed = await self._requests.own(call.principal)
        children = await self._requests.children(call.principal)
        return OwnRequests(cards(listed), [PersonName(child.id, child.name) for child in children])

    @endpoint("POST", "/api/v1/data/requests", body=NewRequestBody, permission=Permission.DATA_OWN)
    async def make(self, call: Call) -> None:
        """Ask for something about one's data, or a child's. The same `id` twice is once."""
        body: NewRequestBody = call.body
        words = body.words.strip() if body.words is not None else ""
        await self._requests.make(call.principal, body.id, body.kind, body.person, words or None)

    @endpoint("POST", "/api/v1/data/requests/withdraw", body=WithdrawBody, permission=Permission.DATA_OWN)
    async def withdraw(self, call: Call) -> None:
        """Take a request of one's own back while it is open."""
        body: WithdrawBody = call.body
        await self._requests.withdraw(call.principal, body.id)


def cards(listed: Listed) -> list[RequestCard]:
    return [_card(one, listed) for one in listed.requests]


def _card(one: Request, listed: Listed) -> RequestCard:
    def name(who: UUID | None) -> str | UnsetType:
        return listed.people[who].name if who is not None else UNSET

    until = listed.aside.get(one.id)
    # Of what is over, the days that were left then.
    day = listed.today if one.ended_at is None else one.ended_at.astimezone(listed.zone).date()
    return RequestCard(
        id=one.id,
        kind=one.kind,
        state=one.state,
        about=PersonName(one.about, listed.people[one.about].name),
        by=PersonName(one.by, listed.people[one.by].name),
        at=timestamp(one.at),
        due_on=one.due_on.isoformat(),
        days=(one.due_on - day).days,
        revision=one.revision,
        words=one.words or UNSET,
        taken_by=name(one.taken_by),
        taken_at=timestamp(one.taken_at) if one.taken_at is not None else UNSET,
        extended_at=timestamp(one.extended_at) if one.extended_at is not None else UNSET,
        extended_why=one.extended_why or UNSET,
        ended_by=name(one.ended_by),
        ended_at=timestamp(one.ended_at) if one.ended_at is not None else UNSET,
        answer=one.answer or UNSET,
        aside=one.id in listed.aside or UNSET,
        aside_until=timestamp(until) if until is not None else UNSET,
    )
