"""Letters in cases: which open one, and what its file says of them. What a letter says is read where letters are, by
who reads its line."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation.card import CasePerson, LetterLine
from server.escalation.letters import store
from server.escalation.letters.letters import Letters
from server.escalation.letters.rules import Line
from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import NotFound
from server.kernel.permissions import Permission
from server.kernel.principal import Principal
from server.pairs.professionals import professionals_of
from server.people.answering import answering_for
from server.people.store import people_of
from server.transport.wire import timestamp


@dataclass(frozen=True, slots=True)
class Opener:
    """A letter that a case is opened for. ``kept_away``: whom it was written around."""

    letter_id: UUID
    person_id: UUID
    kept_away: frozenset[UUID]


class LettersInCases:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._letters = Letters(database, clock)

    async def opener(self, conn: AsyncConnection, principal: Principal, letter_id: UUID) -> Opener:
        """A letter of somebody to professionals, of whom ``principal`` is one. Who answers for them, or did when they
        wrote to somebody else, is kept away from what was written to somebody else. Raises Forbidden, NotFound."""
        principal.require(Permission.LETTER_ANSWER)
        letter = await store.letter(conn, letter_id)
        if letter is None or letter.author_id != letter.person_id:
            raise NotFound
        person_id, line = letter.person_id, letter.line
        if principal.account_id not in await self._letters.readers_of(conn, letter.organisation_id, person_id, line):
            raise NotFound
        if line is Line.OWN:
            return Opener(letter_id, person_id, frozenset())
        role = (await people_of(conn, [person_id]))[person_id].role
        own = {one.id for one in await answering_for(conn, professionals_of, person_id, role)}
        return Opener(letter_id, person_id, frozenset(own | (await store.avoided(conn, [person_id]))[person_id]))

    async def lines(
        self, conn: AsyncConnection, principal: Principal, letter_ids: Collection[UUID]
    ) -> Mapping[UUID, LetterLine]:
        """Whose these letters are and when they were written, of those that are kept still."""
        found = await store.letters_of(conn, letter_ids)
        people = await people_of(conn, {one for letter in found for one in (letter.person_id, letter.author_id)})
        lines = {}
        for letter in found:
            here, person = letter.organisation_id, people[letter.person_id]
            readers = await self._letters.readers_of(conn, here, person.id, letter.line)
            whose, author = CasePerson(person.id, person.name, person.role.value), people[letter.author_id].name
            readable = principal.account_id in readers
            lines[letter.id] = LetterLine(whose, author, letter.line, timestamp(letter.at), readable)
        return lines

    async def hidden_from(
        self, conn: AsyncConnection, principal: Principal, letter_ids: Collection[UUID]
    ) -> frozenset[UUID]:
        """Those of these letters of which ``principal`` is not to know, since they were written around them."""
        around = [letter for letter in await store.letters_of(conn, letter_ids) if letter.line is Line.OTHER]
        avoided = await store.avoided(conn, {letter.person_id for letter in around})
        return frozenset(letter.id for letter in around if principal.account_id in avoided[letter.person_id])
