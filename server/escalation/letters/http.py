"""HTTP around letters."""

from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from server.escalation.card import CaseCard
from server.escalation.letters.evidence import LetterEvidence
from server.escalation.letters.letters import Letters, Page
from server.escalation.letters.rules import MAX_BODY, Line
from server.escalation.letters.store import Letter
from server.kernel.errors import NotFound
from server.kernel.permissions import Permission, Role
from server.people.store import Person
from server.transport.endpoint import Call, endpoint
from server.transport.wire import Identifier, Timestamp, moment, timestamp

LARGEST = 64 * 1024  # bytes: the longest letter, each character outside the basic plane written as two escapes
Number = Annotated[int, Meta(ge=0, le=2**62)]


class LetterPerson(Struct, frozen=True):
    id: UUID
    name: str
    role: Role


class LineCard(Struct):
    """``line`` own: to who answers for the person; other: to somebody else. ``readers``: who reads it now. ``at``: of
    the last letter, where there is one."""

    person: LetterPerson
    line: Line
    readers: list[str]
    unread: bool
    at: Timestamp | UnsetType = UNSET


class LetterLines(Struct):
    """One's own two lines, or those that a professional reads; ``people``: whom else they may write to."""

    lines: list[LineCard]
    people: list[LetterPerson]


class LetterCard(Struct):
    """``theirs``: written by whose line it is. ``seen``: the other side has read it, of several at least one."""

    id: UUID
    seq: int
    author: str
    mine: bool
    theirs: bool
    at: Timestamp
    body: str
    seen: bool


class LetterPage(Struct):
    """The oldest first; ``more`` stand before them."""

    person: LetterPerson
    line: Line
    readers: list[str]
    letters: list[LetterCard]
    more: bool


class WriteBody(Struct, forbid_unknown_fields=True):
    id: Identifier
    body: Annotated[str, Meta(min_length=1, max_length=2 * MAX_BODY)]


class Written(Struct):
    seq: int
    at: Timestamp


class SeenLettersBody(Struct, forbid_unknown_fields=True):
    upto: Number


class LetterBody(Struct, forbid_unknown_fields=True):
    letter: Identifier


class PageQuery(Struct, forbid_unknown_fields=True):
    before: Number | None = None


class LettersHttp:
    """Endpoints of letters. ``{person}`` is whose line it is: one's own identifier, or for a professional another's."""

    def __init__(self, letters: Letters, evidence: LetterEvidence) -> None:
        self._letters = letters
        self._evidence = evidence

    @endpoint("GET", "/api/v1/letters", answer=LetterLines, permission=Permission.LETTER_WRITE)
    async def lines(self, call: Call) -> LetterLines:
        """The lines between a person and their professionals that are one's own to read."""
        lines, people = await self._letters.lines(call.principal)
        cards = [
            LineCard(
                _person(each.person),
                each.line,
                [reader.name for reader in each.readers],
                each.unread,
                moment(each.at),
            )
            for each in lines
        ]
        return LetterLines(cards, [_person(one) for one in people])

    @endpoint(
        "GET",
        "/api/v1/letters/{person}/{line}",
        query=PageQuery,
        answer=LetterPage,
        permission=Permission.LETTER_WRITE,
    )
    async def page(self, call: Call) -> LetterPage:
        """The last letters of a line, or those before `before`."""
        found = await self._letters.page(call.principal, call.identifier("person"), _line(call), call.query.before)
        return LetterPage(
            _person(found.person),
            found.line,
            [reader.name for reader in found.readers],
            [_card(letter, found, call.principal.account_id) for letter in found.letters],
            found.more,
        )

    @endpoint(
        "POST",
        "/api/v1/letters/{person}/{line}",
        body=WriteBody,
        answer=Written,
        permission=Permission.LETTER_WRITE,
        max_body=LARGEST,
    )
    async def write(self, call: Call) -> Written:
        """Write a letter: to one's professional (`own`) or to somebody else than them (`other`). Twice is once."""
        body: WriteBody = call.body
        letter = await self._letters.write(
            call.principal, call.identifier("person"), _line(call), UUID(int=body.id.int), body.body
        )
        return Written(letter.seq, timestamp(letter.at))

    @endpoint(
        "POST",
        "/api/v1/letters/{person}/{line}/seen",
        body=SeenLettersBody,
        permission=Permission.LETTER_WRITE,
    )
    async def seen(self, call: Call) -> None:
        """One has read the letters up to this one."""
        body: SeenLettersBody = call.body
        await self._letters.seen(call.principal, call.identifier("person"), _line(call), body.upto)

    @endpoint(
        *("POST", "/api/v1/cases/{case}/letters"), body=LetterBody, answer=CaseCard, permission=Permission.RELAY_WRITE
    )
    async def add_to_case(self, call: Call) -> CaseCard:
        """Say that a case is about this letter, too: of somebody in the case, and one's own to read."""
        body: LetterBody = call.body
        return await self._evidence.add(call.principal, call.identifier("case"), UUID(int=body.letter.int))


def _line(call: Call) -> Line:
    try:
        return Line(call.path["line"])
    except ValueError:
        raise NotFound from None


def _person(person: Person) -> LetterPerson:
    return LetterPerson(person.id, person.name, person.role)


def _card(letter: Letter, page: Page, me: UUID) -> LetterCard:
    author = page.authors.get(letter.author_id)
    return LetterCard(
        id=letter.id,
        seq=letter.seq,
        author=author.name if author is not None else "",
        mine=letter.author_id == me,
        theirs=letter.author_id == page.person.id,
        at=timestamp(letter.at),
        body=letter.body,
        seen=letter.seq <= (page.seen if letter.author_id == page.person.id else page.answers_seen),
    )
