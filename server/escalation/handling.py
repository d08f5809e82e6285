"""What professionals do with a case. Each act is checked against the case as it is now, written with its line in the
timeline, and told by the database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation import store
from server.escalation.acknowledging import acknowledge
from server.escalation.card import CaseCard
from server.escalation.cards import card_for
from server.escalation.ladder import due
from server.escalation.opening import Link, NewCase, open_case
from server.escalation.rules import MERGED, OUTCOMES, Case, Part, State, Tier, concerned, leads
from server.escalation.store import Task
from server.escalation.viewers import Around, seen
from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, CaseMovedOn, CaseTaken, Conflict, NotFound
from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.pairs.store import pair as pair_of
from server.people.store import people_in_role, people_of
from server.trail.acts import Act
from server.trail.record import record

MOST_NOTE: Final = 4_000  # code points of a note: two pages
MOST_TASK: Final = 500


@dataclass(frozen=True, slots=True)
class _Held:
    """A case that this transaction has locked, as its reader sees it."""

    conn: AsyncConnection
    case: Case
    near: Around
    by: Principal
    now: datetime

    async def enter(self, act: str, *, note: str | None = None, tier: Tier | None = None, **detail: Any) -> None:
        await store.enter(self.conn, self.case.id, self.now, act, by=self.by.account_id, note=note, tier=tier, **detail)

    async def change(self, **values: Any) -> None:
        await store.change(self.conn, self.case.id, **values)

    async def write_down(self, did: str, **facts: Any) -> None:
        about = [self.case.about_id] if self.case.about_id is not None else []
        detail = {"case": self.case.id, "did": did, **facts}
        organisation, by = self.case.organisation_id, self.by.account_id
        await record(self.conn, organisation, self.now, Act.CASE_CHANGED, by=by, about=about, detail=detail)


class Handling:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

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
    ) -> CaseCard:
        """A professional opens a case themselves, which acknowledges it. ``case_id`` is made by the client: again, and
        it is the same case. Raises Forbidden, BadRequest, NotFound, Conflict("case_own") for what is about oneself."""
        principal.require(Permission.CASE_HANDLE)
        words, me, now = _words(note, MOST_NOTE, "note"), principal.account_id, self._clock.now()
        async with self._database.begin(principal.organisation_id) as conn:
            if await store.case_of(conn, case_id) is None:
                parts = await self._parts(conn, principal, pair_id, about_id)
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
                    joins=False,
                    opened_by=me,
                    note=words,
                    id=case_id,
                )
                await open_case(conn, new)
                (case,) = await store.locked(conn, case_id)
                await acknowledge(conn, case, me, now)
            case, _, _, _ = await seen(conn, await store.case_of(conn, case_id), principal, now)
            return await card_for(conn, case, principal, now)

    async def acknowledge(self, principal: Principal, case_id: UUID) -> CaseCard:
        """ "I look after it." Raises NotFound, CaseTaken when somebody else has said so."""
        async with self._held(principal, case_id) as held:
            if held.case.waits:
                await acknowledge(held.conn, held.case, principal.account_id, held.now)
            elif held.case.acknowledged_by != principal.account_id:
                raise await _taken(held)
            return await self._shown(held)

    async def move(
        self, principal: Principal, case_id: UUID, revision: int, to: State, outcome: str | None, note: str | None
    ) -> CaseCard:
        """Takes it to another state; a case is closed with an outcome and a sentence. Raises NotFound, CaseMovedOn,
        BadRequest, Conflict("case_step")."""
        async with self._held(principal, case_id, revision) as held:
            if not leads(held.case.state, to):
                raise Conflict("case_step")
            closing = to is State.CLOSED
            if closing != (outcome is not None) or (outcome is not None and outcome not in OUTCOMES):
                raise BadRequest("missing" if outcome is None else "unexpected", field="outcome")
            words = _words(note, MOST_NOTE, "note") if closing or note is not None else None
            values: dict[str, Any] = {"state": to.value}
            if closing:
                values |= {"outcome": outcome, "closed_at": held.now, "closed_by": principal.account_id}
            await held.change(**values)
            said = {"outcome": outcome} if closing else {}
            await held.enter(to.value, note=words, tier="team" if words else None, **said)
            await held.write_down(to.value, **said)
            return await self._shown(held)

    async def reopen(self, principal: Principal, case_id: UUID, revision: int, note: str) -> CaseCard:
        """Opens a closed case again: it waits for a person again, and is paged again. Raises NotFound, CaseMovedOn,
        BadRequest, Conflict("case_step")."""
        words = _words(note, MOST_NOTE, "note")
        async with self._held(principal, case_id, revision) as held:
            case, now = held.case, held.now
            if case.state is not State.CLOSED or case.outcome == MERGED:
                raise Conflict("case_step")
            await held.change(
                state=State.OPEN.value,
                outcome=None,
                closed_at=None,
                closed_by=None,
                acknowledged_at=None,
                acknowledged_by=None,
                acknowledged_outside=None,
                round=case.round + 1,
                round_at=now,
                step=0,
                page_at=now if case.severity > 1 else None,
                due_at=due(case.severity, now),
            )
            await held.enter("reopened", note=words, tier="team")
            await held.write_down("reopened", round=case.round + 1)
            return await self._shown(held)

    async def assign(self, principal: Principal, case_id: UUID, revision: int, owner_id: UUID) -> CaseCard:
        """Gives it to a professional who is not in it. Raises NotFound, CaseMovedOn, BadRequest("case_owner")."""
        async with self._held(principal, case_id, revision) as held:
            if held.case.state is State.CLOSED:
                raise Conflict("case_step")
            if owner_id not in {one.id for one in await may_own(held.conn, held.case, held.near)}:
                raise BadRequest("case_owner", field="owner")
            if held.case.owner_id != owner_id:
                await held.change(owner_id=owner_id)
                await held.enter("assigned", owner=owner_id)
                await held.write_down("assigned", owner=owner_id)
            return await self._shown(held)

    async def grade(self, principal: Principal, case_id: UUID, revision: int, severity: int, note: str) -> CaseCard:
        """Says how serious it is. What nobody has acknowledged can only become more serious: to say less would silence
        the ladder. Raises NotFound, CaseMovedOn, BadRequest, Conflict("case_severity")."""
        words = _words(note, MOST_NOTE, "note")
        async with self._held(principal, case_id, revision) as held:
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
                await held.change(severity=severity, **again)
                await held.enter("graded", note=words, tier="team", before=case.severity, after=severity)
                await held.write_down("graded", before=case.severity, after=severity)
            return await self._shown(held)

    async def note(self, principal: Principal, case_id: UUID, note_id: UUID, words: str, tier: Tier) -> CaseCard:
        """Adds a note; again with the same identifier, and nothing happens. Raises NotFound, BadRequest."""
        said = _words(words, MOST_NOTE, "words")
        async with self._held(principal, case_id) as held:
            me = principal.account_id
            if await store.enter(held.conn, case_id, held.now, "noted", by=me, note=said, tier=tier, entry_id=note_id):
                await held.change()
            return await self._shown(held)

    async def add_task(
        self, principal: Principal, case_id: UUID, task_id: UUID, words: str, owner_id: UUID | None, due_on: date | None
    ) -> CaseCard:
        """Raises NotFound, BadRequest."""
        said = _words(words, MOST_TASK, "words")
        async with self._held(principal, case_id) as held:
            if owner_id is not None and owner_id not in {
                one.id for one in await may_own(held.conn, held.case, held.near)
            }:
                raise BadRequest("case_owner", field="owner")
            task = Task(task_id, case_id, said, owner_id, due_on, held.now, principal.account_id, None, None)
            if await store.add_task(held.conn, task):
                await held.change()
                await held.enter("task", task=task_id)
            return await self._shown(held)

    async def end_task(self, principal: Principal, case_id: UUID, task_id: UUID) -> CaseCard:
        """Raises NotFound."""
        async with self._held(principal, case_id) as held:
            done = await store.task_done(held.conn, case_id, task_id, principal.account_id, held.now)
            if done is None:
                raise NotFound
            if done:
                await held.change()
                await held.enter("task_done", task=task_id)
            return await self._shown(held)

    async def merge(self, principal: Principal, case_id: UUID, revision: int, into: UUID) -> CaseCard:
        """Puts a case under another, which goes on with what both are about and who is in both; that other case. Both
        must be seen whole, and be about the same young person or the same pair. Raises NotFound, CaseMovedOn,
        Conflict("case_step", "case_other")."""
        if into == case_id:
            raise BadRequest("case_other", field="into")
        async with self._held(principal, case_id, revision, beside=into) as held:
            case, now, me = held.case, held.now, principal.account_id
            other, _, sight, _ = await seen(held.conn, await store.case_of(held.conn, into), principal, now)
            if sight != "whole":
                raise NotFound
            if case.state is State.CLOSED or other.state is State.CLOSED:
                raise Conflict("case_step")
            same_young = case.about_id is not None and case.about_id == other.about_id
            if not same_young and (case.pair_id is None or case.pair_id != other.pair_id):
                raise Conflict("case_other")
            if other.waits and case.severity > other.severity:
                raise Conflict("case_severity")
            for link in await store.links_of(held.conn, case.id):
                await store.add_link(held.conn, into, link, now, me)
            await store.add_link(held.conn, into, Link("case", case.id), now, me)
            for who, parts in held.near.parts[case.id].items():
                for part in sorted(parts):
                    await store.add_party(held.conn, into, who, part)
            values = {"state": State.CLOSED.value, "outcome": MERGED, "merged_into": into}
            await held.change(closed_at=now, closed_by=me, page_at=None, **values)
            await held.enter("merged", into=into)
            await store.change(held.conn, into)
            await store.enter(held.conn, into, now, "took_in", by=me, case=case.id)
            await held.write_down("merged", into=into)
            (kept,) = await store.locked(held.conn, into)
            return await card_for(held.conn, kept, principal, now)

    @asynccontextmanager
    async def _held(
        self, principal: Principal, case_id: UUID, revision: int | None = None, *, beside: UUID | None = None
    ) -> AsyncIterator[_Held]:
        """The case, locked, for somebody who sees the whole of it; with ``revision``, as they have seen it. ``beside``:
        another that is locked with it. Raises Forbidden, NotFound, CaseMovedOn."""
        principal.require(Permission.CASE_HANDLE)
        now = self._clock.now()
        async with self._database.begin(principal.organisation_id) as conn:
            ids = [case_id] if beside is None else [case_id, beside]
            found = {case.id: case for case in await store.locked(conn, *ids)}
            case, _, sight, near = await seen(conn, found.get(case_id), principal, now)
            if sight != "whole":
                raise NotFound
            if revision is not None and revision != case.revision:
                raise CaseMovedOn
            yield _Held(conn, case, near, principal, now)

    async def _shown(self, held: _Held) -> CaseCard:
        case = await store.case_of(held.conn, held.case.id)
        if case is None:
            raise NotFound
        return await card_for(held.conn, case, held.by, held.now)

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


async def may_own(conn: AsyncConnection, case: Case, near: Around) -> list[Any]:
    """The professionals who may be given it: no one whom it is about; admins where there is no such professional."""
    for role in (Role.SUPERVISOR, Role.ADMIN):
        people = await people_in_role(conn, case.organisation_id, role)
        fit = [
            one
            for one in people
            if not concerned(case, near.parts[case.id], near.viewer(one.id, case.organisation_id, role))
        ]
        if fit:
            return fit
    return []


async def _taken(held: _Held) -> CaseTaken:
    by = held.case.acknowledged_by
    person = (await people_of(held.conn, [by])).get(by) if by is not None else None
    return CaseTaken("by", name=person.name) if person is not None else CaseTaken()


def _words(text: str | None, most: int, field: str) -> str:
    """What a person wrote, without the blanks around it. Raises BadRequest."""
    words = (text or "").strip()
    if not words:
        raise BadRequest("missing", field=field)
    if len(words) > most:
        raise BadRequest("too_long", field=field, maximum=most)
    if "\x00" in words:
        raise BadRequest("nul", field=field)
    return words
