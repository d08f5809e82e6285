"""The whole of one case, for who may see it: its reading is written down, for the young person to know."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec import UNSET
from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation import store
from server.escalation.about import added_parts
from server.escalation.card import (
    CaseCard,
    CaseFile,
    CasePerson,
    EntryLine,
    LinkLine,
    PageLine,
    PartyLine,
    ReachedLine,
    SentLine,
    TaskLine,
)
from server.escalation.cards import card_for, pair_named
from server.escalation.held import may_own
from server.escalation.letters.in_cases import LettersInCases
from server.escalation.pager import page_key
from server.escalation.rules import Case, Part
from server.escalation.store import Entry, Linked, Page, Parts, Task
from server.escalation.viewers import Around, seen
from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.permissions import Permission
from server.kernel.principal import Principal
from server.people.reach.contacts import contacts_of
from server.people.reach.queueing import Outcome, outcomes
from server.people.store import Person, people_of
from server.trail.acts import Act
from server.trail.record import record
from server.transport.wire import moment, timestamp

SITTING: Final = timedelta(minutes=30)  # who looks twice within it has read once


class Files:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._letters = LettersInCases(database, clock)

    async def card(self, principal: Principal, case_id: UUID) -> CaseCard:
        """What the reader may see without opening the file. Raises Forbidden, NotFound."""
        principal.require(Permission.CASE_LIST)
        now = self._clock.now()
        async with self._database.begin(principal.organisation_id) as conn:
            case, _, _, _ = await seen(conn, await store.case_of(conn, case_id), principal, now)
            return await card_for(conn, case, principal, now)

    async def read(self, principal: Principal, case_id: UUID) -> CaseFile | None:
        """Everything that the reader may read; None when an outline is all. Raises Forbidden, NotFound."""
        principal.require(Permission.CASE_HANDLE)
        now = self._clock.now()
        async with self._database.begin(principal.organisation_id) as conn:
            case, _, sight, near = await seen(conn, await store.case_of(conn, case_id), principal, now)
            if sight != "whole":
                return None
            entries, tasks = await store.entries_of(conn, case_id), await store.tasks_of(conn, case_id)
            pages = await store.pages_of(conn, case_id)
            links, parts = await store.links_of(conn, case_id), near.parts[case_id]
            letters = [link.ref for link in links if link.kind == "letter"]
            hidden = await self._letters.hidden_from(conn, principal, letters)
            links = [link for link in links if link.ref not in hidden]
            entries = [entry for entry in entries if entry.detail.get("ref") not in {str(one) for one in hidden}]
            people = await people_of(conn, _named(entries, tasks, pages) | parts.keys() | _added_by(links))
            file = CaseFile(
                await card_for(conn, case, principal, now),
                [_entry(entry, people, case, principal) for entry in entries],
                party_lines(parts, await added_parts(conn, case_id), people),
                _around(near),
                await self._links(conn, principal, links, near, people),
                [_task(task, people) for task in tasks],
                await page_lines(conn, case, pages, people),
                [CasePerson(one.id, one.name, one.role.value) for one in await may_own(conn, case, near)],
            )
            await write_down(conn, case, parts, principal.account_id, now)
            return file

    async def _links(
        self,
        conn: AsyncConnection,
        principal: Principal,
        links: Sequence[Linked],
        near: Around,
        people: Mapping[UUID, Person],
    ) -> list[LinkLine]:
        references = await store.references_of(conn, [link.ref for link in links if link.kind == "case"])
        letters = await self._letters.lines(conn, principal, [link.ref for link in links if link.kind == "letter"])
        return [
            LinkLine(
                link.kind,
                link.ref,
                UNSET if link.room_id is None else link.room_id,
                UNSET if link.seq is None else link.seq,
                UNSET if link.added_by is None else timestamp(link.added_at),
                UNSET if link.added_by is None else people[link.added_by].name,
                references.get(link.ref, UNSET),
                pair_named(near, link.ref) if link.kind == "pair" else UNSET,
                letters.get(link.ref, UNSET),
            )
            for link in links
        ]


async def write_down(conn: AsyncConnection, case: Case, parts: Parts, reader: UUID, now: datetime) -> None:
    """What a professional who is called to look at a case reads of somebody stands in that person's journal, once a
    sitting: whom it is about, who caused it, and every young person in it."""
    young = {who for who, theirs in parts.items() if "young" in theirs}
    about = ({one for one in (case.about_id, case.by_id) if one is not None} | young) - {reader}
    if await store.first_look(conn, case.id, reader, now, SITTING):
        await record(conn, case.organisation_id, now, Act.CASE_READ, by=reader, about=about, detail={"case": case.id})


def _named(entries: list[Entry], tasks: list[Task], pages: list[Page]) -> set[UUID]:
    ids = {entry.by_id for entry in entries} | {
        one for task in tasks for one in (task.owner_id, task.made_by, task.done_by)
    }
    return {one for one in ids if one is not None} | {one for page in pages for one in page.people}


def _entry(entry: Entry, people: Mapping[UUID, Person], case: Case, reader: Principal) -> EntryLine:
    own = reader.account_id in (entry.by_id, case.owner_id)
    hidden = entry.note is not None and entry.tier == "confidential" and not own
    return EntryLine(
        entry.id,
        timestamp(entry.at),
        entry.act,
        dict(entry.detail),
        UNSET if entry.by_id is None else people[entry.by_id].name,
        UNSET if entry.tier is None else entry.tier,
        UNSET if entry.note is None or hidden else entry.note,
        hidden,
    )


def _added_by(links: Sequence[Linked]) -> set[UUID]:
    return {link.added_by for link in links if link.added_by is not None}


def _around(near: Around) -> list[CasePerson]:
    ids = {person for pair in near.pairs.values() for person in pair.people}
    found = sorted((near.people[one] for one in ids), key=lambda one: (one.name.lower(), one.id))
    return [CasePerson(one.id, one.name, one.role.value) for one in found]


def party_lines(parts: Parts, added: Collection[tuple[UUID, Part]], people: Mapping[UUID, Person]) -> list[PartyLine]:
    """Who is in it, by name."""
    lines = [
        PartyLine(
            CasePerson(who, people[who].name, people[who].role.value),
            sorted(mine),
            sorted(part for part in mine if (who, part) in added),
        )
        for who, mine in parts.items()
        if who in people
    ]
    return sorted(lines, key=lambda line: (line.person.name.lower(), line.person.id))


def _task(task: Task, people: Mapping[UUID, Person]) -> TaskLine:
    owner = people.get(task.owner_id) if task.owner_id is not None else None
    return TaskLine(
        task.id,
        task.words,
        people[task.made_by].name,
        UNSET if owner is None else CasePerson(owner.id, owner.name, owner.role.value),
        UNSET if task.due_on is None else task.due_on.isoformat(),
        moment(task.done_at),
        UNSET if task.done_by is None else people[task.done_by].name,
    )


async def page_lines(
    conn: AsyncConnection, case: Case, pages: list[Page], people: Mapping[UUID, Person]
) -> list[PageLine]:
    """The steps of the ladder that were taken, each with whom it was for and what became of it."""
    sent: defaultdict[tuple[str, UUID], list[Outcome]] = defaultdict(list)
    for one in await outcomes(conn, [page_key(case.id, page.round, page.step) for page in pages]):
        sent[one.key, one.to].append(one)
    outside = await contacts_of(conn, {page.outside for page in pages if page.outside is not None})
    lines = []
    for page in pages:
        key = page_key(case.id, page.round, page.step)
        reached = [ReachedLine(people[who].name, False, _sent(sent[key, who])) for who in page.people]
        if page.outside is not None:
            reached.append(
                ReachedLine(
                    outside[page.outside].name if page.outside in outside else "", True, _sent(sent[key, page.outside])
                )
            )
        lines.append(PageLine(page.round, page.step, page.rung, timestamp(page.at), reached))
    return lines


def _sent(found: list[Outcome]) -> list[SentLine]:
    """Each try; and what stands, when it was not tried, or nothing is left to try."""
    lines = []
    for one in found:
        lines += [
            SentLine(tried.channel, tried.result, timestamp(tried.at), UNSET if tried.reason is None else tried.reason)
            for tried in one.attempts
        ]
        if one.state in ("dropped", "failed") or not one.attempts:
            reason = UNSET if one.reason is None else one.reason
            lines.append(SentLine("", one.state, timestamp(one.at), reason))
    return lines
