"""SQL of guardians and of the consent ledger."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Row, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.people.consent.rules import Capacity, Decision, File, How, Link, Purpose, Word
from server.people.consent.tables import consent_entries, guardian_links
from server.people.tables import accounts


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger."""

    id: UUID
    organisation_id: UUID
    mentee_id: UUID
    purpose: Purpose
    version: int
    decision: Decision
    by: UUID
    capacity: Capacity
    how: How
    at: datetime
    recorded_by: UUID
    recorded_at: datetime

    @property
    def word(self) -> Word:
        return Word(self.by, self.decision, self.version, self.at, self.recorded_at)


@dataclass(frozen=True, slots=True)
class GuardianLink:
    """That somebody is a guardian of a young person, on what paper, and until when."""

    id: UUID
    organisation_id: UUID
    guardian_id: UUID
    mentee_id: UUID
    relation: str
    authority: bool
    paper: str
    since: datetime
    recorded_by: UUID
    until: datetime | None = None
    ended_by: UUID | None = None
    ended_why: str | None = None

    @property
    def link(self) -> Link:
        return Link(self.guardian_id, self.authority, self.since, self.until)


_FILES = text("""
select a.id, a.birth_date, o.zone,
    cast((select json_agg(json_build_array(l.guardian_id, l.authority, l.since, l.until) order by l.since, l.id)
        from guardian_links l where l.mentee_id = a.id) as text) as links,
    cast((select json_agg(json_build_array(e.purpose, e.by_id, e.decision, e.version, e.at, e.recorded_at)
            order by e.number)
        from consent_entries e where e.mentee_id = a.id) as text) as words,
    cast((select json_agg(json_build_array(t.purpose, t.version, t.asks_again_from))
        from consent_texts t
        where t.organisation_id = a.organisation_id and t.asks_again_from is not null) as text) as asks,
    (select max(g.at) from asked_again g where g.organisation_id = a.organisation_id) as begun
from accounts a join organisations o on o.id = a.organisation_id
where a.id = any(cast(:mentees as uuid[])) and a.role = 'mentee' and a.birth_date is not null
""")
_read_links = msgspec.json.Decoder(list[tuple[UUID, bool, datetime, datetime | None]]).decode
_read_words = msgspec.json.Decoder(list[tuple[Purpose, UUID, Decision, int, datetime, datetime]]).decode
_read_asks = msgspec.json.Decoder(list[tuple[Purpose, int, datetime]]).decode


async def files(conn: AsyncConnection, mentee_ids: Collection[UUID]) -> dict[UUID, File]:
    """What decides about each of these young people, in one query; who is none is left out."""
    if not mentee_ids:
        return {}
    rows = await conn.execute(_FILES, {"mentees": list(mentee_ids)})
    return {row.id: _file(row) for row in rows}


def _file(row: Row[*tuple[Any, ...]]) -> File:
    words: dict[Purpose, list[Word]] = defaultdict(list)
    for purpose, by, decision, version, at, recorded_at in _read_words(row.words or "[]"):
        words[purpose].append(Word(by, decision, version, at, recorded_at))
    asks: dict[Purpose, list[tuple[int, datetime]]] = defaultdict(list)
    for purpose, version, begins in _read_asks(row.asks or "[]"):
        asks[purpose].append((version, begins))
    links = [Link(*link) for link in _read_links(row.links or "[]")]
    return File(row.id, row.birth_date, ZoneInfo(row.zone), links, words, asks, row.begun)


async def entries_of(conn: AsyncConnection, mentee_ids: Collection[UUID]) -> list[Entry]:
    """The ledger of these young people, in its order."""
    query = (
        select(consent_entries).where(consent_entries.c.mentee_id.in_(mentee_ids)).order_by(consent_entries.c.number)
    )
    return [_entry(row) for row in await conn.execute(query)]


def _entry(row: Row[*tuple[Any, ...]]) -> Entry:
    return Entry(
        row.id,
        row.organisation_id,
        row.mentee_id,
        Purpose(row.purpose),
        row.version,
        Decision(row.decision),
        row.by_id,
        Capacity(row.capacity),
        How(row.how),
        row.at,
        row.recorded_by,
        row.recorded_at,
    )


async def append(conn: AsyncConnection, entries: Sequence[Entry]) -> None:
    """Adds to the ledger. Every process is told by the database."""
    if entries:
        await conn.execute(
            insert(consent_entries),
            [
                {
                    "id": entry.id,
                    "organisation_id": entry.organisation_id,
                    "mentee_id": entry.mentee_id,
                    "purpose": entry.purpose.value,
                    "version": entry.version,
                    "decision": entry.decision.value,
                    "by_id": entry.by,
                    "capacity": entry.capacity.value,
                    "how": entry.how.value,
                    "at": entry.at,
                    "recorded_by": entry.recorded_by,
                    "recorded_at": entry.recorded_at,
                }
                for entry in entries
            ],
        )


async def links_of(
    conn: AsyncConnection, *, mentee_ids: Collection[UUID] = (), guardian_ids: Collection[UUID] = ()
) -> list[GuardianLink]:
    """The links of these young people, or of these guardians, also those that are over; the oldest first."""
    which = guardian_links.c.mentee_id.in_(mentee_ids) if mentee_ids else guardian_links.c.guardian_id.in_(guardian_ids)
    rows = await conn.execute(select(guardian_links).where(which).order_by(guardian_links.c.since, guardian_links.c.id))
    return [
        GuardianLink(
            row.id,
            row.organisation_id,
            row.guardian_id,
            row.mentee_id,
            row.relation,
            row.authority,
            row.paper,
            row.since,
            row.recorded_by,
            row.until,
            row.ended_by,
            row.ended_why,
        )
        for row in rows
    ]


async def insert_link(conn: AsyncConnection, link: GuardianLink) -> None:
    """Raises sqlalchemy.exc.IntegrityError when the two are linked already."""
    await conn.execute(
        insert(guardian_links).values(
            id=link.id,
            organisation_id=link.organisation_id,
            guardian_id=link.guardian_id,
            mentee_id=link.mentee_id,
            relation=link.relation,
            authority=link.authority,
            paper=link.paper,
            since=link.since,
            recorded_by=link.recorded_by,
        )
    )


async def end_link(conn: AsyncConnection, link_id: UUID, at: datetime, by: UUID | None, why: str) -> bool:
    """False when it is over already."""
    done = await conn.execute(
        update(guardian_links)
        .where(guardian_links.c.id == link_id, guardian_links.c.until.is_(None))
        .values(until=at, ended_by=by, ended_why=why)
    )
    return done.rowcount == 1


async def lock(conn: AsyncConnection, mentee_id: UUID) -> bool:
    """Until the transaction ends, nobody else writes about this young person: two who answer at the same moment each
    see what the other said. False when there is no such young person."""
    row = await conn.execute(
        select(accounts.c.id)
        .where(accounts.c.id == mentee_id, accounts.c.role == "mentee")
        .with_for_update(key_share=True)
    )
    return row.first() is not None
