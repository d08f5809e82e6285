"""What professionals do with a case. Each act is checked against the case as it is now, written with its line in the
timeline, and told by the database."""

from typing import Any, Final
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation import store
from server.escalation.acknowledging import acknowledge
from server.escalation.card import CaseCard
from server.escalation.cards import card_for
from server.escalation.given import tell_given
from server.escalation.held import MOST_NOTE, Cases, Held, check_owner, waits_again, words_of
from server.escalation.ladder import due
from server.escalation.letters.in_cases import LettersInCases
from server.escalation.opening import Link, NewCase, open_case
from server.escalation.reports.progress import tell_reporters
from server.escalation.rules import MERGED, OUTCOMES, Part, State, leads
from server.escalation.viewers import seen
from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, CaseTaken, Conflict, NotFound
from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.pairs.store import pair as pair_of
from server.people.store import people_of

# A client that sends the same case twice at once gets the same answer twice.
_TURN: Final = text("select pg_advisory_xact_lock(hashtextextended('case:' || :case, 0))")


class Handling:
    def __init__(self, cases: Cases, database: Database, clock: Clock) -> None:
        self._cases = cases
        self._database = database
        self._clock = clock
        self._letters = LettersInCases(database, clock)

    async def open(
        self,
        principal: Principal,
        case_id: UUID,
        *,
        pair_id: UUID | None,
        about_id: UUID | None,
        severity: int,
        category: str,
        note: str,
        letter_id: UUID | None = None,
    ) -> CaseCard:
        """A professional opens a case themselves, which acknowledges it; perhaps for a letter that they read, and then
        without those whom it was written around. ``case_id`` is made by the client: again, and it is the same case.
        Raises Forbidden, BadRequest, NotFound, Conflict("case_own") for what is about oneself, ("case_id") for an
        identifier of another's."""
        principal.require(Permission.CASE_HANDLE)
        words, me, now = words_of(note, MOST_NOTE, "note"), principal.account_id, self._clock.now()
        async with self._database.begin(principal.organisation_id) as conn:
            await conn.execute(_TURN, {"case": str(case_id)})
            there = await store.case_of(conn, case_id)
            if there is not None and (there.origin != "person" or there.by_id != me):
                raise Conflict("case_id")
            if there is None:
                parts = await self._parts(conn, principal, pair_id, about_id)
                links = []
                if letter_id is not None:
                    letter = await self._letters.opener(conn, principal, letter_id)
                    parts.append((letter.person_id, "reporter"))
                    parts += [(who, "kept_away") for who in sorted(letter.kept_away)]
                    links.append(Link("letter", letter_id))
                if any(who == me for who, _ in parts):
                    raise Conflict("case_own")
                new = NewCase(
                    principal.organisation_id,
                    "person",
                    category,
                    severity,
                    now,
                    me,
                    owner_id=me,
                    about_id=next((who for who, part in parts if part == "young"), None),
                    pair_id=pair_id,
                    parts=parts,
                    links=links,
                    joins=False,
                    opened_by=me,
                    note=words,
                    id=case_id,
                )
                try:
                    await open_case(conn, new)
                except asyncpg.UniqueViolationError:  # another organisation's, which this one does not see
                    raise Conflict("case_id") from None
                (case,) = await store.locked(conn, case_id)
                await acknowledge(conn, case, me, now)
            case, _, _, _ = await seen(conn, await store.case_of(conn, case_id), principal, now)
            return await card_for(conn, case, principal, now)

    async def acknowledge(self, principal: Principal, case_id: UUID) -> CaseCard:
        """ "I look after it." Raises NotFound, CaseTaken when somebody else has said so: also to who saw the whole of
        it only as long as it waited."""
        async with self._cases.hold(principal, case_id, outline=True) as held:
            if held.case.waits and held.sight != "whole":
                raise NotFound
            if held.case.waits:
                await acknowledge(held.conn, held.case, principal.account_id, held.now)
            elif held.case.acknowledged_by != principal.account_id:
                raise await _taken(held)
            return await held.shown()

    async def move(
        self, principal: Principal, case_id: UUID, revision: int, to: State, outcome: str | None, note: str | None
    ) -> CaseCard:
        """Takes it to another state; a case is closed with an outcome and a sentence. Raises NotFound, CaseMovedOn,
        BadRequest, Conflict("case_step")."""
        async with self._cases.hold(principal, case_id, revision) as held:
            if not leads(held.case.state, to):
                raise Conflict("case_step")
            closing = to is State.CLOSED
            if closing != (outcome is not None) or (outcome is not None and outcome not in OUTCOMES):
                raise BadRequest("missing" if outcome is None else "unexpected", field="outcome")
            words = words_of(note, MOST_NOTE, "note") if closing or note is not None else None
            values: dict[str, Any] = {"state": to.value}
            if closing:
                values |= {"outcome": outcome, "closed_at": held.now, "closed_by": principal.account_id}
            await held.change(**values)
            said = {"outcome": outcome} if closing else {}
            await held.enter(to.value, note=words, tier="team" if words else None, **said)
            await held.write_down(to.value, **said)
            await tell_reporters(held.conn, case_id, held.now, principal.account_id)
            return await held.shown()

    async def reopen(self, principal: Principal, case_id: UUID, revision: int, note: str) -> CaseCard:
        """Opens a closed case again: it waits for a person again, and is paged again. Raises NotFound, CaseMovedOn,
        BadRequest, Conflict("case_step")."""
        words = words_of(note, MOST_NOTE, "note")
        async with self._cases.hold(principal, case_id, revision) as held:
            case, now = held.case, held.now
            if case.state is not State.CLOSED or case.outcome == MERGED:
                raise Conflict("case_step")
            await held.change(outcome=None, closed_at=None, closed_by=None, **waits_again(case, now))
            await held.enter("reopened", note=words, tier="team")
            await held.write_down("reopened", round=case.round + 1)
            await tell_reporters(held.conn, case_id, now, principal.account_id)
            return await held.shown()

    async def assign(self, principal: Principal, case_id: UUID, revision: int, owner_id: UUID) -> CaseCard:
        """Gives it to a professional who is not in it. Raises NotFound, CaseMovedOn, BadRequest("case_owner")."""
        async with self._cases.hold(principal, case_id, revision) as held:
            if held.case.state is State.CLOSED:
                raise Conflict("case_step")
            await check_owner(held, owner_id)
            if held.case.owner_id != owner_id:
                await tell_given(held.conn, held.case, owner_id, held.now, principal.account_id)
                await held.change(owner_id=owner_id)
                await held.enter("assigned", owner=owner_id)
                await held.write_down("assigned", owner=owner_id)
            return await held.shown()

    async def grade(self, principal: Principal, case_id: UUID, revision: int, severity: int, note: str) -> CaseCard:
        """Says how serious it is. What nobody has acknowledged can only become more serious: to say less would silence
        the ladder. Raises NotFound, CaseMovedOn, BadRequest, Conflict("case_severity")."""
        words = words_of(note, MOST_NOTE, "note")
        async with self._cases.hold(principal, case_id, revision) as held:
            case, now = held.case, held.now
            if case.state is State.CLOSED:
                raise Conflict("case_step")
            if case.waits and severity < case.severity:
                raise Conflict("case_severity")
            if severity != case.severity:
                again: dict[str, Any] = {}
                if case.waits:
                    again = {"round": case.round + 1, "round_at": now, "step": 0, "page_at": now}
                    again |= {"due_at": due(severity, now)}
                elif severity > case.severity and case.owner_id is not None:
                    await tell_given(held.conn, case, case.owner_id, now, principal.account_id, severity)
                await held.change(severity=severity, **again)
                await held.enter("graded", note=words, tier="team", before=case.severity, after=severity)
                await held.write_down("graded", before=case.severity, after=severity)
            return await held.shown()

    async def _parts(
        self, conn: AsyncConnection, principal: Principal, pair_id: UUID | None, about_id: UUID | None
    ) -> list[tuple[UUID, Part]]:
        """Who is in a case that a professional opens: the young person, and who answers for the pair. Raises
        NotFound, BadRequest."""
        parts: list[tuple[UUID, Part]] = []
        if pair_id is not None:
            pair = await pair_of(conn, pair_id)
            if pair is None:
                raise NotFound
            if principal.account_id in (pair.mentor_id, pair.mentee_id):
                raise Conflict("case_own")
            parts.append((pair.mentee_id, "young"))
            if pair.supervisor_id != principal.account_id:
                parts.append((pair.supervisor_id, "professional"))
            if about_id is not None and about_id != pair.mentee_id:
                raise BadRequest("unexpected", field="about")
        elif about_id is not None:
            person = (await people_of(conn, [about_id])).get(about_id)
            if person is None:
                raise NotFound
            parts.append((about_id, "young" if person.role is Role.MENTEE else "reported"))
        return parts


async def _taken(held: Held) -> CaseTaken:
    by = held.case.acknowledged_by
    person = (await people_of(held.conn, [by])).get(by) if by is not None else None
    return CaseTaken("by", name=person.name) if person is not None else CaseTaken()
