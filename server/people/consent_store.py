"""SQL of guardians and of the consent ledger."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.people.consent_rules import Capacity, Decision, File, How, Link, Purpose, Word
from server.people.consent_tables import consent_entries, consent_texts, guardian_links
from server.people.tables import accounts, organisations


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


async def files(conn: AsyncConnection, mentee_ids: Collection[UUID]) -> dict[UUID, File]:
    """What decides about each of these young people; who is none is left out."""
    if not mentee_ids:
        return {}
    young = (
        await conn.execute(
            select(accounts.c.id, accounts.c.birth_date, accounts.c.organisation_id, organisations.c.zone)
            .join(organisations, organisations.c.id == accounts.c.organisation_id)
            .where(accounts.c.id.in_(mentee_ids), accounts.c.role == "mentee", accounts.c.birth_date.is_not(None))
        )
    ).all()
    links: dict[UUID, list[Link]] = defaultdict(list)
    for link in await links_of(conn, mentee_ids=mentee_ids):
        links[link.mentee_id].append(link.link)
    words: dict[UUID, dict[Purpose, list[Word]]] = defaultdict(lambda: defaultdict(list))
    for entry in await entries_of(conn, mentee_ids):
        words[entry.mentee_id][entry.purpose].append(entry.word)
    asks = await _asks(conn, {row.organisation_id for row in young})
    return {
        row.id: File(
            row.id, row.birth_date, ZoneInfo(row.zone), links[row.id], words[row.id], asks[row.organisation_id]
        )
        for row in young
    }


async def _asks(
    conn: AsyncConnection, organisation_ids: Collection[UUID]
) -> Mapping[UUID, Mapping[Purpose, Sequence[tuple[int, datetime]]]]:
    found: dict[UUID, dict[Purpose, list[tuple[int, datetime]]]] = defaultdict(lambda: defaultdict(list))
    query = select(
        consent_texts.c.organisation_id,
        consent_texts.c.purpose,
        consent_texts.c.version,
        consent_texts.c.asks_again_from,
    ).where(consent_texts.c.organisation_id.in_(organisation_ids), consent_texts.c.asks_again_from.is_not(None))
    for row in await conn.execute(query):
        found[row.organisation_id][Purpose(row.purpose)].append((row.version, row.asks_again_from))
    return found


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
