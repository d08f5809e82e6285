"""Opening cases, in the transaction of what they are opened for: neither exists without the other.

What is serious about the same thing, by the same person, joins the case of it that nobody has acknowledged yet; once
somebody has, a new case makes sure that it is looked at again. A person's calls for help are one, whichever room they
came from. On a raw connection of asyncpg, since the message log
writes through one. The database tells every process after the commit.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation.ladder import due
from server.escalation.rules import LinkKind, Origin, Part, reference
from server.kernel.identifiers import new_id

_JOIN: Final = """
select id, severity from cases
where organisation_id = $1 and origin = $2 and by_id = $3 and state = 'open'
    and ($2 = 'help' or pair_id is not distinct from $4)
order by opened_at, id limit 1 for update
"""

# More serious than it was: another round begins, by its times. Else it is only touched, so that screens are told.
_JOINED: Final = """
update cases set revision = revision + 1, severity = greatest(severity, $2),
    category = case when severity < $2 then $3 else category end,
    due_at = case when severity < $2 then $4 else due_at end,
    round = case when severity < $2 then round + 1 else round end,
    round_at = case when severity < $2 then $5 else round_at end,
    step = case when severity < $2 then 0 else step end,
    page_at = case when severity < $2 then $5 else page_at end
where id = $1
"""

_INSERT: Final = """
insert into cases (id, organisation_id, reference, origin, category, severity, about_id, by_id, pair_id, room_id,
                   owner_id, opened_at, due_at, round_at, page_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $12, $14)
"""

_PARTY: Final = "insert into case_parties (case_id, account_id, part) values ($1, $2, $3) on conflict do nothing"
_LINK: Final = """
insert into case_links (case_id, kind, ref, room_id, seq, added_at, added_by) values ($1, $2, $3, $4, $5, $6, $7)
on conflict do nothing
"""
_ENTRY: Final = """
insert into case_entries (id, case_id, at, by_id, act, tier, note, detail) values ($1, $2, $3, $4, $5, $6, $7, $8)
"""


@dataclass(frozen=True, slots=True)
class Link:
    """Something that a case is about: a thing of another capability, by its identifier."""

    kind: LinkKind
    ref: UUID
    room_id: UUID | None = None
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case as somebody asks for it. ``by_id``: who caused it; ``opened_by``: a professional who opens it themselves.
    ``parts``: who is in it and as what; ``rules.concerned`` says who of them may not run it. ``owner_id``: who does, if
    anybody can yet. ``joins``: it may join an open one of the same origin, pair and person.
    ``note``: what a professional writes at once, for the team."""

    organisation_id: UUID
    origin: Origin
    category: str
    severity: int
    at: datetime
    by_id: UUID
    owner_id: UUID | None = None
    about_id: UUID | None = None
    pair_id: UUID | None = None
    room_id: UUID | None = None
    parts: Sequence[tuple[UUID, Part]] = ()
    links: Sequence[Link] = ()
    joins: bool = True
    opened_by: UUID | None = None
    note: str | None = None
    id: UUID = field(default_factory=new_id)


async def open_case(conn: AsyncConnection, new: NewCase) -> UUID:
    """Opens ``new`` in the caller's transaction, or joins it to an open one; which case it is now."""
    raw = (await conn.get_raw_connection()).driver_connection
    if raw is None:
        raise RuntimeError("a transaction has a connection")
    return await open_on(raw, new)


async def open_on(raw: asyncpg.Connection, new: NewCase) -> UUID:
    """As ``open_case``, in whatever transaction ``raw`` is in."""
    found = None
    if new.joins:
        found = await raw.fetchrow(_JOIN, new.organisation_id, new.origin, new.by_id, new.pair_id)
    if found is not None:
        case_id: UUID = found["id"]
        await raw.execute(_JOINED, case_id, new.severity, new.category, due(new.severity, new.at), new.at)
    else:
        case_id = new.id
        await _insert(raw, new)
    await raw.executemany(_PARTY, [(case_id, account_id, part) for account_id, part in new.parts])
    links = [(case_id, link.kind, link.ref, link.room_id, link.seq, new.at, new.opened_by) for link in new.links]
    await raw.executemany(_LINK, links)
    raised = found is not None and found["severity"] < new.severity
    detail = {"severity": new.severity, "category": new.category, **({"raised": True} if raised else {})}
    await _enter(raw, case_id, new, "opened" if found is None else "joined", detail)
    return case_id


async def _insert(raw: asyncpg.Connection, new: NewCase) -> None:
    await raw.execute(
        _INSERT,
        new.id,
        new.organisation_id,
        reference(new.id),
        new.origin,
        new.category,
        new.severity,
        new.about_id,
        new.by_id,
        new.pair_id,
        new.room_id,
        new.owner_id,
        new.at,
        due(new.severity, new.at),
        new.at if new.severity > 1 else None,
    )


async def _enter(raw: asyncpg.Connection, case_id: UUID, new: NewCase, act: str, detail: dict[str, object]) -> None:
    tier = "team" if new.note else None
    await raw.execute(_ENTRY, new_id(), case_id, new.at, new.opened_by, act, tier, new.note or None, json.dumps(detail))
