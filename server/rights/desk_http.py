"""HTTP around the desk of staff: requests to answer, erasures to decide, legal holds, and retention."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from server.infra.database import Database
from server.kernel.errors import Conflict
from server.kernel.permissions import Permission
from server.kernel.principal import Principal
from server.pairs.rules import Pair
from server.pairs.store import pairs_by_id
from server.people.store import people_of
from server.rights.desk import Desk, Step
from server.rights.erasure import Prospect
from server.rights.holds import Hold, LegalHolds, NewHold
from server.rights.http import RequestList, Words, cards
from server.rights.retention import Retention
from server.transport.endpoint import Call, endpoint
from server.transport.messages import sentence
from server.transport.pace import Pace
from server.transport.wire import Identifier, Moment, Timestamp, timestamp

Revision = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Reason = Annotated[str, Meta(min_length=1, max_length=2000)]


class StepBody(Struct, forbid_unknown_fields=True):
    step: Step
    revision: Revision
    words: Words | None = None


class EraseBody(Struct, forbid_unknown_fields=True):
    revision: Revision


class HoldCard(Struct, frozen=True):
    """``people``: whom it is about. ``untold_until``: until when they are not told."""

    id: UUID
    kind: Literal["person", "pair"]
    people: list[str]
    reason: str
    by: str
    since: Timestamp
    until: Timestamp
    untold_until: Timestamp | UnsetType = UNSET
    told_at: Timestamp | UnsetType = UNSET
    ended_at: Timestamp | UnsetType = UNSET


class HoldList(Struct, frozen=True):
    holds: list[HoldCard]


class NewHoldBody(Struct, forbid_unknown_fields=True):
    """About one of ``person`` and ``pair``."""

    reason: Reason
    until: Moment
    person: Identifier | None = None
    pair: Identifier | None = None
    untold_until: Moment | None = None
    untold_why: Reason | None = None


class ProspectCard(Struct, frozen=True):
    """What forgetting somebody would do. ``removed`` and ``blanked`` count rows by table. With ``sealed_until``, what a
    legal hold covers is kept sealed until then. ``why_not``: what has to be done first."""

    name: str
    removed: dict[str, int]
    blanked: dict[str, int]
    pairs: int
    sealed_until: Timestamp | UnsetType = UNSET
    why_not: str | UnsetType = UNSET


class PurposeCard(Struct, frozen=True):
    """``count``: what is old enough to go this night. ``held``: as old, and under a legal hold."""

    purpose: str
    days: int
    least: int
    most: int
    count: int
    held: int


class RetentionPlan(Struct, frozen=True):
    purposes: list[PurposeCard]


class RetentionBody(Struct, forbid_unknown_fields=True):
    purpose: Annotated[str, Meta(max_length=40)]
    days: Annotated[int, Meta(ge=1, le=100_000)]


class DeskHttp:
    def __init__(self, database: Database, desk: Desk, holds: LegalHolds, retention: Retention) -> None:
        self._database = database
        self._desk = desk
        self._holds = holds
        self._retention = retention

    @endpoint("GET", "/api/v1/data/desk", answer=RequestList, permission=Permission.DATA_ANSWER)
    async def desk(self, call: Call) -> RequestList:
        """Requests of the people one works for, the most urgent first, then those that are answered."""
        return RequestList(cards(await self._desk.requests(call.principal)))

    @endpoint("POST", "/api/v1/data/desk/{request}/step", body=StepBody, permission=Permission.DATA_ANSWER)
    async def step(self, call: Call) -> None:
        """Take a request on, extend it once by two months, answer or refuse it. The person is told."""
        body: StepBody = call.body
        words = body.words.strip() if body.words is not None else None
        await self._desk.step(call.principal, call.identifier("request"), body.step, body.revision, words)

    @endpoint("POST", "/api/v1/data/desk/{request}/lift", permission=Permission.DATA_ANSWER)
    async def lift(self, call: Call) -> None:
        """Use data again that was put aside by this request, in a week: the person is told now."""
        await self._desk.lift(call.principal, call.identifier("request"))

    @endpoint(
        "GET",
        "/api/v1/data/desk/{request}/erasure",
        answer=ProspectCard,
        permission=Permission.DATA_ERASE,
        pace=Pace.COSTLY,
    )
    async def prospect(self, call: Call) -> ProspectCard:
        """What an erasure would remove. Changes nothing."""
        return _prospect(await self._desk.prospect(call.principal, call.identifier("request")), call.language)

    @endpoint(
        "POST", "/api/v1/data/desk/{request}/erase", body=EraseBody, permission=Permission.DATA_ERASE, pace=Pace.COSTLY
    )
    async def erase(self, call: Call) -> None:
        """Decide for an erasure. It happens now and cannot be undone."""
        body: EraseBody = call.body
        await self._desk.erase(call.principal, call.identifier("request"), body.revision)

    @endpoint("GET", "/api/v1/data/holds", answer=HoldList, permission=Permission.DATA_HOLD)
    async def holds(self, call: Call) -> HoldList:
        """The legal holds of one's organisation, the newest first."""
        return await self._hold_list(call.principal)

    @endpoint("POST", "/api/v1/data/holds", body=NewHoldBody, permission=Permission.DATA_HOLD)
    async def place(self, call: Call) -> None:
        """Keep what is about a person, or about a pair, from being removed."""
        body: NewHoldBody = call.body
        new = NewHold(body.person, body.pair, body.reason.strip(), body.until, body.untold_until, body.untold_why)
        await self._holds.place(call.principal, new)

    @endpoint("POST", "/api/v1/data/holds/{hold}/end", permission=Permission.DATA_HOLD)
    async def end(self, call: Call) -> None:
        """End a legal hold. What it kept of somebody who was forgotten is destroyed."""
        await self._holds.end(call.principal, call.identifier("hold"))

    @endpoint(
        "GET", "/api/v1/data/retention", answer=RetentionPlan, permission=Permission.DATA_RETAIN, pace=Pace.COSTLY
    )
    async def retention(self, call: Call) -> RetentionPlan:
        """For how long what is kept, and what would go this night. Changes nothing."""
        lines = await self._retention.preview(call.principal)
        return RetentionPlan(
            [
                PurposeCard(line.purpose.name, line.days, line.purpose.least, line.purpose.most, line.count, line.held)
                for line in lines
            ]
        )

    @endpoint("PUT", "/api/v1/data/retention", body=RetentionBody, permission=Permission.DATA_RETAIN)
    async def change(self, call: Call) -> None:
        """Keep what is for one purpose longer or shorter, between its bounds."""
        body: RetentionBody = call.body
        await self._retention.change(call.principal, body.purpose, body.days)

    async def _hold_list(self, principal: Principal) -> HoldList:
        holds = await self._holds.of(principal)
        async with self._database.begin(principal.organisation_id) as conn:
            pairs = await pairs_by_id(conn, {hold.pair_id for hold in holds if hold.pair_id is not None})
            about = {
                hold.id: [hold.account_id] if hold.account_id is not None else [*_two(pairs, hold.pair_id)]
                for hold in holds
            }
            named = {who for people in about.values() for who in people} | {hold.by for hold in holds}
            people = await people_of(conn, named)
        return HoldList(
            [_hold(hold, [people[who].name for who in about[hold.id]], people[hold.by].name) for hold in holds]
        )


def _two(pairs: Mapping[UUID, Pair], pair_id: UUID | None) -> tuple[UUID, ...]:
    return () if pair_id is None else (pairs[pair_id].mentor_id, pairs[pair_id].mentee_id)


def _hold(hold: Hold, people: list[str], by: str) -> HoldCard:
    def at(moment: datetime | None) -> Timestamp | UnsetType:
        return timestamp(moment) if moment is not None else UNSET

    return HoldCard(
        hold.id,
        "person" if hold.account_id is not None else "pair",
        people,
        hold.reason,
        by,
        timestamp(hold.since),
        timestamp(hold.until),
        at(hold.untold_until),
        at(hold.told_at),
        at(hold.ended_at),
    )


def _prospect(found: Prospect, language: str) -> ProspectCard:
    until = found.cover.until
    why_not: Conflict | None = found.why_not
    return ProspectCard(
        found.person.name,
        dict(found.removed),
        dict(found.blanked),
        found.pairs,
        timestamp(until) if until is not None else UNSET,
        sentence(why_not, language) if why_not is not None else UNSET,
    )
