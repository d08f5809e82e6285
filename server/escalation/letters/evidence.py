"""A letter that a case is about, chosen by a professional who reads it: of somebody in the case, or of its pair."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation import store as cases
from server.escalation.card import CaseCard
from server.escalation.contents import Contents
from server.escalation.letters import store
from server.escalation.letters.letters import Letters
from server.escalation.letters.rules import Line
from server.escalation.letters.store import Letter
from server.escalation.opening import Link
from server.escalation.rules import Case
from server.escalation.viewers import around
from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import NotFound
from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.pairs.store import pairs_by_id
from server.people.store import people_of


class LetterEvidence:
    def __init__(self, database: Database, clock: Clock, letters: Letters, contents: Contents) -> None:
        self._database = database
        self._clock = clock
        self._letters = letters
        self._contents = contents

    async def add(self, principal: Principal, case_id: UUID, letter_id: UUID) -> CaseCard:
        """Raises Forbidden, NotFound; also for a letter that is not theirs to read, or of nobody in the case."""
        principal.require(Permission.RELAY_WRITE)
        async with self._database.begin(principal.organisation_id) as conn:
            case, letter = await cases.case_of(conn, case_id), await store.letter(conn, letter_id)
            if case is None or letter is None or letter.person_id not in await _in_case(conn, case):
                raise NotFound
            if not await may_stand_in(conn, case, letter, self._clock.now()):
                raise NotFound
            person = (await people_of(conn, [letter.person_id]))[letter.person_id]
            readers = await self._letters.readers_of(conn, letter.organisation_id, letter.person_id, letter.line)
        if principal.account_id not in readers:
            raise NotFound
        young = person.id if person.role is Role.MENTEE else None
        return await self._contents.link(principal, case_id, Link("letter", letter.id), young=young)


async def may_stand_in(conn: AsyncConnection, case: Case, letter: Letter, now: datetime) -> bool:
    """Whether nobody would read it in the case whom it was written around: who writes to somebody else than their
    professional is not read by that professional (docs/decisions/0229)."""
    if letter.line is Line.OWN:
        return True
    avoided = (await store.avoided(conn, [letter.person_id]))[letter.person_id]
    near, people = await around(conn, [case]), await people_of(conn, avoided)
    viewers = [near.viewer(one.id, one.organisation_id, one.role) for one in people.values()]
    return all(near.sight(case, viewer, now) != "whole" for viewer in viewers)


async def _in_case(conn: AsyncConnection, case: Case) -> set[UUID]:
    people = {one for one in (case.about_id, case.by_id) if one is not None}
    people |= (await cases.parts_of(conn, [case.id]))[case.id].keys()
    pair = (await pairs_by_id(conn, [case.pair_id])).get(case.pair_id) if case.pair_id is not None else None
    return people | ({pair.mentee_id, pair.mentor_id} if pair is not None else set())
