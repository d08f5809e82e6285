"""HTTP around acts on pairs: proposing, answering, beginning, pausing, bridging, closing, handing over."""

from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.permissions import Permission, Role
from server.pairs.card import PairCard, PersonName, card
from server.pairs.file import PairFiles
from server.pairs.http import PairFileCard, file_card
from server.pairs.life import Act
from server.pairs.propose import Answer, Criteria, Equipment, Network
from server.pairs.rules import Pair, State
from server.people.store import people_in_role, people_of
from server.rooms.pairing import Goodbye, Pairing
from server.transport.endpoint import Call, endpoint
from server.transport.wire import Identifier, Moment

Word = Annotated[str, Meta(max_length=40)]
Line = Annotated[str, Meta(max_length=400)]
Note = Annotated[str, Meta(max_length=2000)]
Revision = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Pairs = Annotated[list[Identifier], Meta(min_length=1, max_length=200)]


class NewPairBody(Struct, forbid_unknown_fields=True):
    mentor: Identifier
    mentee: Identifier
    supervisor: Identifier
    availability: Line = ""
    network: Network = "unknown"
    equipment: Equipment = "unknown"
    about_mentor: Line = ""


class AnswerBody(Struct, forbid_unknown_fields=True):
    answer: Answer


class Answered(Struct, frozen=True):
    state: State


class GoodbyeBody(Struct, forbid_unknown_fields=True):
    starts_at: Moment
    zone: Word
    title: Line
    minutes: Annotated[int, Meta(ge=5, le=480)] = 45


class ActBody(Struct, forbid_unknown_fields=True):
    act: Act
    revision: Revision
    why: Word | None = None
    note: Note | None = None
    goodbye: GoodbyeBody | None = None


class BridgeBody(Struct, forbid_unknown_fields=True):
    mentor: Identifier
    until: Moment
    revision: Revision


class HandOverBody(Struct, forbid_unknown_fields=True):
    pairs: Pairs
    supervisor: Identifier
    note: Note | None = None


class Colleagues(Struct, frozen=True):
    colleagues: list[PersonName]


class PairActsHttp:
    """Endpoints of acts on pairs."""

    def __init__(self, database: Database, clock: Clock, pairing: Pairing) -> None:
        self._database = database
        self._files = PairFiles(database, clock)
        self._pairing = pairing

    @endpoint("POST", "/api/v1/pairs", body=NewPairBody, answer=PairCard, permission=Permission.PAIR_CREATE, status=201)
    async def propose(self, call: Call) -> PairCard:
        """Propose a pair: the young person is asked, and nothing opens before they said yes and somebody begins it."""
        body: NewPairBody = call.body
        criteria = Criteria(body.availability.strip(), body.network, body.equipment, body.about_mentor.strip())
        mentor, mentee, supervisor = (_uuid(each) for each in (body.mentor, body.mentee, body.supervisor))
        return await self._card(await self._pairing.propose(call.principal, mentor, mentee, supervisor, criteria))

    @endpoint(
        "POST", "/api/v1/pairs/{pair}/answer", body=AnswerBody, answer=Answered, permission=Permission.PAIR_ANSWER
    )
    async def answer(self, call: Call) -> Answered:
        """Say yes, not now, or no to a pair that is proposed to oneself, as often as one likes before it begins."""
        body: AnswerBody = call.body
        return Answered((await self._pairing.answer(call.principal, call.identifier("pair"), body.answer)).state)

    @endpoint("POST", "/api/v1/pairs/{pair}/acts", body=ActBody, answer=PairFileCard, permission=Permission.PAIR_CHANGE)
    async def act(self, call: Call) -> PairFileCard:
        """Do one of the `acts` that the pair's file names, on what `revision` of it showed."""
        body: ActBody = call.body
        pair_id = call.identifier("pair")
        await self._pairing.act(
            call.principal,
            pair_id,
            body.act,
            revision=body.revision,
            why=body.why,
            note=_note(body.note),
            goodbye=None if body.goodbye is None else _goodbye(body.goodbye),
        )
        return await file_card(self._files, call.principal, pair_id)

    @endpoint(
        "POST",
        "/api/v1/pairs/{pair}/bridge",
        body=BridgeBody,
        answer=PairCard,
        permission=Permission.PAIR_CHANGE,
        status=201,
    )
    async def bridge(self, call: Call) -> PairCard:
        """Let another mentor step in while the pair is paused, until a day within three months."""
        body: BridgeBody = call.body
        return await self._card(
            await self._pairing.bridge(
                call.principal, call.identifier("pair"), _uuid(body.mentor), body.until, body.revision
            )
        )

    @endpoint("POST", "/api/v1/caseload/hand_over", body=HandOverBody, permission=Permission.PAIR_HAND_OVER)
    async def hand_over(self, call: Call) -> None:
        """Hand pairs over to another professional: all of these, or none. The two of each are told."""
        body: HandOverBody = call.body
        await self._pairing.hand_over(
            call.principal, [_uuid(pair) for pair in body.pairs], _uuid(body.supervisor), _note(body.note)
        )

    @endpoint("GET", "/api/v1/caseload/colleagues", answer=Colleagues, permission=Permission.PAIR_HAND_OVER)
    async def colleagues(self, call: Call) -> Colleagues:
        """The professionals to whom pairs can be handed over: those of one's organisation, oneself left out."""
        staff = call.principal
        async with self._database.begin(staff.organisation_id) as conn:
            found = await people_in_role(conn, staff.organisation_id, Role.SUPERVISOR)
        return Colleagues([PersonName(person.id, person.name) for person in found if person.id != staff.account_id])

    async def _card(self, pair: Pair) -> PairCard:
        async with self._database.begin(pair.organisation_id) as conn:
            return card(pair, await people_of(conn, pair.people))


def _goodbye(body: GoodbyeBody) -> Goodbye:
    return Goodbye(body.starts_at, body.minutes, body.zone, body.title)


def _note(note: str | None) -> str | None:
    return note.strip() or None if note is not None else None


def _uuid(identifier: Identifier) -> UUID:
    return UUID(int=identifier.int)
