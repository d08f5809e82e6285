"""Opening cases, in the transaction of what they are opened for: neither exists without the other.

What is serious about the same thing, by the same person, joins the case of it that nobody has acknowledged yet; once
somebody has, a new case makes sure that it is looked at again. A person's calls for help are one, whichever room they
came from. On a raw connection of asyncpg, since the message log writes through one. The database tells every process
after the commit.
"""

import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation.ladder import due
from server.escalation.rules import LinkKind, Origin, Part, reference
from server.kernel.identifiers import new_id

# Those that nobody has acknowledged yet, locked in one order, so that no two transactions wait for each other.
_THERE: Final = """
select id, organisation_id, origin, by_id, pair_id, severity from cases
where state = 'open' and (by_id = any($1::uuid[]) or id = any($3::uuid[])) and not id = any($2::uuid[])
order by id
"""
_FREE: Final = f"{_THERE} for update skip locked"
_LOCKED: Final = f"{_THERE} for update"

# A page, or what a professional does, has a case locked for some milliseconds. Who has it for longer stands still:
# nothing serious waits for them, nor do the messages of others that are written in the same transaction.
_PATIENCE: Final = "300ms"
_LIMIT: Final = "select set_config('lock_timeout', $1, true)"

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
# Who owned it and is in it now runs it no longer.
_DISOWN: Final = """
update cases set owner_id = null where id = $1 and owner_id in (
    select account_id from case_parties where case_id = $1 and part in ('author', 'caller', 'reported', 'young')
)
"""
_LINK: Final = """
insert into case_links (case_id, kind, ref, room_id, seq, added_at, added_by) values ($1, $2, $3, $4, $5, $6, $7)
on conflict do nothing
"""
_ENTRY: Final = """
insert into case_entries (id, case_id, at, by_id, act, tier, note, detail) values ($1, $2, $3, $4, $5, $6, $7, $8)
"""

_Key = tuple[UUID, str, UUID | None, UUID | None]  # organisation, origin, who caused it, pair


@dataclass(frozen=True, slots=True)
class Link:
    """Something that a case is about: a thing of another capability, by its identifier."""

    kind: LinkKind
    ref: UUID
    room_id: UUID | None = None
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case as somebody asks for it. ``by_id``: who caused it, if anybody did; ``opened_by``: a professional who opens
    it themselves. ``parts``: who is in it and as what; ``rules.concerned`` says who of them may not run it.
    ``owner_id``: who does, if anybody can yet. ``joins``: it may join an open one of the same origin, pair and person;
    ``into``: it joins this one, if that is open still. ``note``: what a professional writes at once, for the team."""

    organisation_id: UUID
    origin: Origin
    category: str
    severity: int
    at: datetime
    by_id: UUID | None
    owner_id: UUID | None = None
    about_id: UUID | None = None
    pair_id: UUID | None = None
    room_id: UUID | None = None
    parts: Sequence[tuple[UUID, Part]] = ()
    links: Sequence[Link] = ()
    joins: bool = True
    into: UUID | None = None
    opened_by: UUID | None = None
    note: str | None = None
    id: UUID = field(default_factory=new_id)


async def open_case(conn: AsyncConnection, new: NewCase) -> UUID:
    """Opens ``new`` in the caller's transaction, or joins it to an open one; which case it is now."""
    raw = (await conn.get_raw_connection()).driver_connection
    if raw is None:
        raise RuntimeError("a transaction has a connection")
    (case_id,) = await open_on(raw, [new])
    return case_id


async def open_on(raw: asyncpg.Connection, new: Sequence[NewCase]) -> list[UUID]:
    """As ``open_case`` for each of ``new``, in whatever transaction ``raw`` is in, in few statements however many there
    are: others may wait for that transaction."""
    if not new:
        return []
    joining = [one.by_id for one in new if one.joins and one.by_id is not None]
    named = [one.into for one in new if one.into is not None]
    there: dict[_Key | UUID, tuple[UUID, int]] = {}
    for row in await _open(raw, joining, named) if joining or named else ():
        key = _key(row["organisation_id"], row["origin"], row["by_id"], row["pair_id"])
        there.setdefault(key, (row["id"], row["severity"]))
        there[row["id"]] = (row["id"], row["severity"])
    ids: list[UUID] = []
    opened, joined, entries = [], [], []
    for one in new:
        key = _key(one.organisation_id, one.origin, one.by_id, one.pair_id)
        found = there.get(key) if one.joins else there.get(one.into) if one.into is not None else None
        case_id = one.id if found is None else found[0]
        detail: dict[str, object] = {"severity": one.severity, "category": one.category}
        if found is None:
            opened.append(_row(one))
        else:
            joined.append((case_id, one.severity, one.category, due(one.severity, one.at), one.at))
            detail |= {"raised": True} if one.severity > found[1] else {}
        if one.joins:
            there[key] = (case_id, max(one.severity, found[1] if found is not None else 0))
        entries.append(_entry(case_id, one, "opened" if found is None else "joined", detail))
        ids.append(case_id)
    both = list(zip(ids, new, strict=True))
    await raw.executemany(_INSERT, opened)
    await raw.executemany(_JOINED, joined)
    await raw.executemany(_PARTY, [(case_id, who, part) for case_id, one in both for who, part in one.parts])
    links = [
        (case_id, link.kind, link.ref, link.room_id, link.seq, one.at, None)
        for case_id, one in both
        for link in one.links
    ]
    await raw.executemany(_DISOWN, [(case_id,) for case_id in {row[0] for row in joined}])
    await raw.executemany(_LINK, links)
    await raw.executemany(_ENTRY, entries)
    return ids


async def _open(raw: asyncpg.Connection, by: Sequence[UUID], named: Sequence[UUID]) -> list[asyncpg.Record]:
    """The cases by these people, and those of ``named``, that wait for somebody, locked; without those that somebody
    else has had locked for too long."""
    found: list[asyncpg.Record] = await raw.fetch(_FREE, by, [], named)
    mine = [row["id"] for row in found]
    if await raw.fetchval(f"select exists ({_THERE})", by, mine, named):
        before = await raw.fetchval("select current_setting('lock_timeout')")
        with contextlib.suppress(asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            async with raw.transaction():  # a savepoint: the caller's transaction goes on, whatever becomes of it
                await raw.execute(_LIMIT, _PATIENCE)
                found += await raw.fetch(_LOCKED, by, mine, named)
                await raw.execute(_LIMIT, before)
    return found


def _key(organisation_id: UUID, origin: str, by_id: UUID | None, pair_id: UUID | None) -> _Key:
    """What joins what: a person's calls for help are one, whichever room they came from."""
    return organisation_id, origin, by_id, None if origin == "help" else pair_id


def _row(new: NewCase) -> tuple[Any, ...]:
    return (
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


def _entry(case_id: UUID, new: NewCase, act: str, detail: dict[str, object]) -> tuple[Any, ...]:
    tier = "team" if new.note else None
    return new_id(), case_id, new.at, new.opened_by, act, tier, new.note or None, json.dumps(detail)
