"""What a case holds: notes, tasks, what and whom it is about, and another case that is put under it."""

from datetime import date
from typing import Any, Final
from uuid import UUID

from server.escalation import about, store
from server.escalation.card import CaseCard
from server.escalation.cards import card_for
from server.escalation.given import tell_given
from server.escalation.held import MOST_NOTE, Cases, Held, check_owner, waits_again, words_of
from server.escalation.opening import Link
from server.escalation.reports import store as reports
from server.escalation.reports.progress import tell_reporters
from server.escalation.rules import MERGED, LinkKind, Part, State, Tier
from server.escalation.store import Task
from server.escalation.viewers import around, seen
from server.kernel.errors import BadRequest, Conflict, NotFound
from server.kernel.permissions import Role
from server.kernel.principal import Principal
from server.people.store import people_of

MOST_TASK: Final = 500  # code points


class Contents:
    def __init__(self, cases: Cases) -> None:
        self._cases = cases

    async def note(self, principal: Principal, case_id: UUID, note_id: UUID, words: str, tier: Tier) -> CaseCard:
        """Adds a note; again with the same identifier, and nothing happens. Raises NotFound, BadRequest,
        Conflict("case_id") for an identifier of another's."""
        said = words_of(words, MOST_NOTE, "words")
        async with self._cases.hold(principal, case_id) as held:
            me = principal.account_id
            if await store.enter(held.conn, case_id, held.now, "noted", by=me, note=said, tier=tier, entry_id=note_id):
                await held.change()
            elif not await store.is_entry(held.conn, note_id, case_id, me):
                raise Conflict("case_id")
            return await held.shown()

    async def link(
        self, principal: Principal, case_id: UUID, link: Link, *, young: UUID | None, pair_id: UUID | None = None
    ) -> CaseCard:
        """Says that the case is about something more, which the caller has checked; again, and nothing happens.
        ``young``: in whose conversation it was said, or who wrote it, who is in the case from then on: what others read
        of it is theirs to know, and it goes with them. ``pair_id``: of which pair it is, whose two see the case no
        more. Raises NotFound."""
        async with self._cases.hold(principal, case_id) as held:
            me, case = principal.account_id, held.case
            if await store.add_link(held.conn, case_id, link, held.now, me):
                if pair_id is not None and pair_id != case.pair_id:
                    await store.add_link(held.conn, case_id, Link("pair", pair_id), held.now, None)
                if young is not None:
                    await store.add_party(held.conn, case_id, young, "young")
                again = await _without_owner(held)
                await held.change(**again)
                await held.enter(
                    "linked", kind=link.kind, ref=link.ref, room=link.room_id, seq=link.seq, **_begins(again)
                )
            return await held.shown()

    async def unlink(self, principal: Principal, case_id: UUID, kind: LinkKind, ref: UUID, why: str) -> CaseCard:
        """Takes back what a professional added; again, and nothing happens. What the case was opened for stays. Raises
        NotFound, BadRequest."""
        words = words_of(why, MOST_NOTE, "note")
        async with self._cases.hold(principal, case_id) as held:
            gone = await about.remove_link(held.conn, case_id, kind, ref)
            await _take_back(held, "unlinked", words, gone=gone, kind=kind, ref=ref)
            return await held.shown()

    async def involve(self, principal: Principal, case_id: UUID, person_id: UUID, part: Part) -> None:
        """Says who else is in it, and as what; again, and nothing happens. Who turns out to be what it is about neither
        runs nor sees it any more: where they owned it, it waits for somebody again. Raises NotFound,
        BadRequest("wrong_person")."""
        async with self._cases.hold(principal, case_id) as held:
            person = (await people_of(held.conn, [person_id])).get(person_id)
            if person is None:
                raise NotFound
            fits = {"young": Role.MENTEE, "professional": Role.SUPERVISOR}
            if fits.get(part, person.role) is not person.role:
                raise BadRequest("wrong_person", field="person")
            if not await store.add_party(held.conn, case_id, person_id, part, principal.account_id):
                return
            again = await _without_owner(held)
            await held.change(**again)
            await held.enter("involved", person=person_id, part=part, **_begins(again))
            await held.write_down("involved", person=person_id, part=part)

    async def uninvolve(self, principal: Principal, case_id: UUID, person_id: UUID, part: Part, why: str) -> CaseCard:
        """Takes back that somebody is in it, where a professional said so; again, and nothing happens. Who is in it
        from what opened it stays. Raises NotFound, BadRequest."""
        words = words_of(why, MOST_NOTE, "note")
        async with self._cases.hold(principal, case_id) as held:
            gone = await about.remove_party(held.conn, case_id, person_id, part)
            await _take_back(held, "uninvolved", words, gone=gone, person=person_id, part=part)
            return await held.shown()

    async def add_task(
        self, principal: Principal, case_id: UUID, task_id: UUID, words: str, owner_id: UUID | None, due_on: date | None
    ) -> CaseCard:
        """Raises NotFound, BadRequest, Conflict("case_id") for an identifier of another's."""
        said = words_of(words, MOST_TASK, "words")
        async with self._cases.hold(principal, case_id) as held:
            if owner_id is not None:
                await check_owner(held, owner_id)
            me = principal.account_id
            task = Task(task_id, case_id, said, owner_id, due_on, held.now, me, None, None)
            if await store.add_task(held.conn, task):
                await held.change()
                await held.enter("task", task=task_id)
            elif (task_id, me) not in [(one.id, one.made_by) for one in await store.tasks_of(held.conn, case_id)]:
                raise Conflict("case_id")
            return await held.shown()

    async def end_task(self, principal: Principal, case_id: UUID, task_id: UUID) -> CaseCard:
        """Raises NotFound."""
        async with self._cases.hold(principal, case_id) as held:
            done = await store.task_done(held.conn, case_id, task_id, principal.account_id, held.now)
            if done is None:
                raise NotFound
            if done:
                await held.change()
                await held.enter("task_done", task=task_id)
            return await held.shown()

    async def merge(self, principal: Principal, case_id: UUID, revision: int, into: UUID) -> CaseCard:
        """Puts a case under another, which goes on with what both are about and who is in both, their pairs too; that
        other case. Both must be seen whole, and be about the same young person or the same pair; the other is as
        serious at least. Raises NotFound, CaseMovedOn, Conflict("case_step", "case_other", "case_lighter")."""
        if into == case_id:
            raise BadRequest("case_other", field="into")
        async with self._cases.hold(principal, case_id, revision, beside=into) as held:
            case, now, me = held.case, held.now, principal.account_id
            other, _, sight, _ = await seen(held.conn, await store.case_of(held.conn, into), principal, now)
            if sight != "whole":
                raise NotFound
            if case.state is State.CLOSED or other.state is State.CLOSED:
                raise Conflict("case_step")
            same_young = case.about_id is not None and case.about_id == other.about_id
            if not same_young and (case.pair_id is None or case.pair_id != other.pair_id):
                raise Conflict("case_other")
            if case.severity > other.severity:  # it would go on as less than it is
                raise Conflict("case_lighter")
            await about.take_in(held.conn, case.id, into)
            await store.add_link(held.conn, into, Link("case", case.id), now, None)
            if case.pair_id is not None and case.pair_id != other.pair_id:
                await store.add_link(held.conn, into, Link("pair", case.pair_id), now, None)
                answering = held.near.pairs[case.pair_id].supervisor_id
                await store.add_party(held.conn, into, answering, "professional")
            values = {"state": State.CLOSED.value, "outcome": MERGED, "merged_into": into}
            await held.change(closed_at=now, closed_by=me, page_at=None, **values)
            await held.enter("merged", into=into)
            # who owned the other, and turns out to be in this one, runs neither
            theirs = other.owner_id is not None and held.near.concerned(case, other.owner_id)
            mine = theirs or (other.owner_id is None and not other.waits)
            if case.waits and not (other.waits or mine) and other.owner_id is not None:
                await tell_given(held.conn, other, other.owner_id, now, me)
            await store.change(held.conn, into, **({"owner_id": me} if mine else {}))
            await store.enter(held.conn, into, now, "took_in", by=me, case=case.id)
            await held.write_down("merged", into=into)
            await reports.move(held.conn, case.id, into)
            await tell_reporters(held.conn, into, now, me)
            (kept,) = await store.locked(held.conn, into)
            return await card_for(held.conn, kept, principal, now)


async def _take_back(held: Held, act: str, why: str, *, gone: bool, **what: UUID | str) -> None:
    """Writes down what has ``gone`` now. Raises NotFound for what is there to stay, or never was."""
    if gone:
        await held.change()
        await held.enter(act, note=why, tier="team", **what)
        await held.write_down(act, **what)
    elif not await about.is_said(held.conn, held.case.id, act, {name: str(one) for name, one in what.items()}):
        raise NotFound


async def _without_owner(held: Held) -> dict[str, Any]:
    """What becomes of a case whose owner turns out to be what it is about: it waits for somebody again."""
    case = held.case
    if case.owner_id is None or not (await around(held.conn, [case])).concerned(case, case.owner_id):
        return {}
    return {"owner_id": None} | (waits_again(case, held.now) if case.state is not State.CLOSED else {})


def _begins(again: dict[str, Any]) -> dict[str, Any]:
    """What the timeline says of a round that begins with an act."""
    return {"again": True} if "round" in again else {}
