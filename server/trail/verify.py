"""Reads every chain from its first entry to its last and says what does not fit. Beside a running server: all that is
read is one moment of the database. In bounded memory: entries pass by, only the heads that were kept are held."""

from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import asyncpg

from server.infra.database import EVERYWHERE, Database
from server.trail.chain import Fault, Head, Row, Walk, Wrong

_AT_ONCE: Final = 1_000  # entries read ahead: about 1 MB
MOST_FAULTS: Final = 1_000  # of one chain; of more, only how many

_ENTRIES: Final = """
select organisation_id, sequence, at, act, by_id, about, entry, hash from audit_entries
where organisation_id = $1 order by sequence
"""
_HEADS: Final = "select organisation_id, sequence, hash from audit_heads"
_DAYS: Final = "select organisation_id, sequence, hash, day from audit_day_heads order by day"
_DRAFTS: Final = "select organisation_id, count(*) as many from audit_drafts group by organisation_id"
# Every organisation that has an entry, by one step in the index for each of them.
_CHAINS: Final = """
with recursive chains as (
    (select organisation_id from audit_entries order by organisation_id limit 1)
    union all
    select (select e.organisation_id from audit_entries e where e.organisation_id > c.organisation_id
            order by e.organisation_id limit 1)
    from chains c where c.organisation_id is not null
)
select organisation_id from chains where organisation_id is not null
"""
_GUARDS: Final = """
select c.relname || '.' || t.tgname as name from pg_trigger t join pg_class c on c.oid = t.tgrelid
where c.relname like 'audit\\_%' and not t.tgisinternal and t.tgenabled in ('O', 'A')
"""
# What else is append-only, with each way to change it that no trigger of it looks at (catalog: pg_trigger.tgtype).
_OPEN: Final = """
select c.relname || ' (' || way.name || ')' as name
from pg_class c cross join (values ('delete', 8), ('update', 16), ('truncate', 32)) as way (name, bit)
where c.relnamespace = 'public'::regnamespace and obj_description(c.oid, 'pg_class') = 'append-only'
    and c.relname not like 'audit\\_%' and not exists (
        select from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal and t.tgenabled in ('O', 'A')
            and t.tgtype::int & way.bit <> 0 and t.tgtype::int & 2 <> 0) -- before
"""
GUARDS: Final = frozenset(
    {
        "audit_day_heads.added",
        "audit_day_heads.changed",
        "audit_day_heads.emptied",
        "audit_drafts.audit_chain",
        "audit_drafts.changed",
        "audit_drafts.emptied",
        "audit_drafts.taken",
        "audit_entries.added",
        "audit_entries.changed",
        "audit_entries.emptied",
        "audit_heads.emptied",
        "audit_heads.moved",
        "audit_heads.removed",
    }
)


@dataclass(slots=True)
class Finding:
    """What there is to say of one chain. ``organisation`` None: of what keeps them all. ``faults`` are the first
    MOST_FAULTS, ``wrong`` is how many there are."""

    organisation: UUID | None
    entries: int = 0
    head: str = ""
    faults: list[Fault] = field(default_factory=list)
    wrong: int = 0

    def add(self, *faults: Fault) -> None:
        self.wrong += len(faults)
        self.faults += faults[: MOST_FAULTS - len(self.faults)]


async def verify(
    database: Database, known: Mapping[UUID, str], kept: Collection[Head], only: UUID | None = None
) -> AsyncIterator[Finding]:
    """A finding for each chain, in the order of their identifiers, then one for what keeps them all if it is wrong.

    ``known`` are the organisations that there are; ``kept`` heads from outside, read before this was called: what is
    added to the chains from then on is none of their business. ``only``: the chain of this organisation alone."""
    conn = await database.connect_raw()
    try:
        async with conn.transaction(isolation="repeatable_read", readonly=True):
            await conn.execute("select set_config('binome.organisations', $1, true)", EVERYWHERE)
            heads = {row["organisation_id"]: _head(row, "the head") for row in await conn.fetch(_HEADS)}
            remembered = [*kept, *[_head(row, f"the head of {row['day']}") for row in await conn.fetch(_DAYS)]]
            drafts = {row["organisation_id"] for row in await conn.fetch(_DRAFTS)}
            chains = {row["organisation_id"] for row in await conn.fetch(_CHAINS)}
            everyone = chains | drafts | heads.keys() | known.keys() | {head.organisation for head in remembered}
            for organisation in sorted(everyone if only is None else {only}):
                mine = [head for head in remembered if head.organisation == organisation]
                finding = await _walk(conn, organisation, mine, heads.get(organisation))
                if organisation not in known:
                    finding.add(Fault(organisation, None, Wrong.UNKNOWN))
                if organisation in drafts:
                    finding.add(Fault(organisation, None, Wrong.DRAFT))
                yield finding
            guards = {row["name"] for row in await conn.fetch(_GUARDS)}
            unguarded = {row["name"] for row in await conn.fetch(_OPEN)}
            if missing := sorted((GUARDS - guards) | unguarded):
                finding = Finding(None)
                finding.add(*[Fault(None, None, Wrong.GUARD, name) for name in missing])
                yield finding
    finally:
        await conn.close()


async def _walk(conn: asyncpg.Connection, organisation: UUID, kept: Collection[Head], head: Head | None) -> Finding:
    finding, walk = Finding(organisation), Walk(organisation, kept)
    async for row in conn.cursor(_ENTRIES, organisation, prefetch=_AT_ONCE):
        finding.entries += 1
        finding.add(*walk.step(Row(*row)))
    finding.add(*walk.end(head))
    finding.head = walk.head
    return finding


def _head(row: asyncpg.Record, source: str) -> Head:
    return Head(row["organisation_id"], row["sequence"], row["hash"], source)
