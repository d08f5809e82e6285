"""SQL of flags: written, read, changed. Which of them are on whose list stands in ``lists.py``."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.moderation.flag import HELP, Appeal, Flag, NewFlag, Proposal, Ruling, storable
from server.moderation.tables import appeals, flags, reviews
from server.moderation.verdict import Label

_OWN = tuple(column for column in flags.c if column.name != "proposal_id")

_FLAG = select(
    *_OWN,
    reviews.c.id.label("proposal_id"),
    reviews.c.decision.label("proposal_decision"),
    reviews.c.reason.label("proposal_reason"),
    reviews.c.note.label("proposal_note"),
    reviews.c.advice.label("proposal_advice"),
    reviews.c.lift_freeze.label("proposal_lift_freeze"),
    reviews.c.spans.label("proposal_spans"),
    reviews.c.by_id.label("proposal_by"),
    reviews.c.at.label("proposal_at"),
    appeals.c.at.label("appeal_at"),
    appeals.c.words.label("appeal_words"),
    appeals.c.before_state,
    appeals.c.before_by,
    appeals.c.before_at,
    appeals.c.decided_at.label("appeal_decided_at"),
).select_from(
    flags.outerjoin(reviews, reviews.c.id == flags.c.proposal_id).outerjoin(appeals, appeals.c.flag_id == flags.c.id)
)

# One statement for any number of flags: it is inside the message log's transaction, which others wait for.
_INSERT = """
insert into flags (id, organisation_id, supervisor_id, pair_id, room_id, seq, author_id, category, severity, action,
                   labels, excerpt, engine, raised_at, alert, due_at, rules_version, changed, message, known)
select *, changed from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::bigint[], $7::uuid[],
    $8::text[], $9::smallint[], $10::text[], $11::jsonb[], $12::text[], $13::text[], $14::timestamptz[],
    $15::boolean[], $16::timestamptz[], $17::integer[], $18::bigint[], $19::text[])
    as f (id, organisation_id, supervisor_id, pair_id, room_id, seq, author_id, category, severity, action,
          labels, excerpt, engine, raised_at, alert, due_at, rules_version, changed, message)
"""


async def insert(raw: asyncpg.Connection, new: Sequence[NewFlag]) -> None:
    """Writes ``new`` in whatever transaction ``raw`` is in."""
    if not new:
        return
    await raw.execute(
        _INSERT,
        [flag.id for flag in new],
        [flag.organisation_id for flag in new],
        [flag.supervisor_id for flag in new],
        [flag.pair_id for flag in new],
        [flag.room_id for flag in new],
        [flag.seq for flag in new],
        [flag.author_id for flag in new],
        [flag.category for flag in new],
        [flag.severity for flag in new],
        [flag.action for flag in new],
        [msgspec.json.encode(flag.labels).decode() for flag in new],
        [flag.excerpt for flag in new],
        [flag.engine for flag in new],
        [flag.raised_at for flag in new],
        [flag.alert for flag in new],
        [flag.due_at for flag in new],
        [flag.rules_version for flag in new],
        [flag.changed for flag in new],
        [flag.message for flag in new],
    )


def select_flags() -> Any:
    """A query for whole flags, for ``flags_in``."""
    return _FLAG


async def flags_in(conn: AsyncConnection, query: Any) -> list[Flag]:
    return [_flag(row) for row in await conn.execute(query)]


async def flags_of(conn: AsyncConnection, ids: Collection[UUID]) -> list[Flag]:
    """The flags of ``ids`` that exist, the oldest first."""
    if not ids:
        return []
    return await flags_in(conn, _FLAG.where(flags.c.id.in_(ids)).order_by(flags.c.raised_at, flags.c.id))


async def locked(conn: AsyncConnection, flag_id: UUID) -> Flag | None:
    """The flag, for this transaction alone to change. Before pairs, rooms and messages are locked, never after."""
    await conn.execute(select(flags.c.id).where(flags.c.id == flag_id).with_for_update())
    # In a statement of its own: what stands beside the flag is read as it is once the lock is ours.
    found = await flags_of(conn, [flag_id])
    return found[0] if found else None


async def change(conn: AsyncConnection, flag_id: UUID, **values: Any) -> None:
    """Changes a flag that this transaction has locked, or one that need not be as it was; counts its revision."""
    await conn.execute(update(flags).where(flags.c.id == flag_id).values(revision=flags.c.revision + 1, **values))


async def has_newer(conn: AsyncConnection, flag: Flag) -> bool:
    """Whether a later text of the same message has a flag of its own."""
    later = exists().where(
        flags.c.room_id == flag.room_id, flags.c.seq == flag.seq, flags.c.changed > flag.changed, flags.c.id != flag.id
    )
    return bool((await conn.execute(select(later))).scalar_one())


async def flag_of_message(conn: AsyncConnection, room_id: UUID, seq: int) -> UUID | None:
    """The newest flag of a message."""
    query = (
        select(flags.c.id)
        .where(flags.c.room_id == room_id, flags.c.seq == seq)
        .order_by(flags.c.changed.desc().nulls_last(), flags.c.raised_at.desc(), flags.c.id.desc())
        .limit(1)
    )
    found: UUID | None = (await conn.execute(query)).scalar_one_or_none()
    return found


async def claim(conn: AsyncConnection, flag_id: UUID, by: UUID, until: datetime, now: datetime) -> bool:
    """Takes, or keeps, the flag for ``by`` unless somebody else holds it at ``now``: of two at once, one. False when
    it is held."""
    done = await conn.execute(
        update(flags)
        .where(
            flags.c.id == flag_id,
            flags.c.decided_at.is_(None),
            flags.c.claimed_by.is_(None) | (flags.c.claimed_by == by) | (flags.c.claimed_until <= now),
        )
        .values(claimed_by=by, claimed_until=until, revision=flags.c.revision + 1)
    )
    return done.rowcount == 1


async def unclaim(conn: AsyncConnection, flag_id: UUID, by: UUID) -> bool:
    """Ends the claim of ``by``; False when they had none."""
    done = await conn.execute(
        update(flags)
        .where(flags.c.id == flag_id, flags.c.claimed_by == by)
        .values(claimed_by=None, claimed_until=None, revision=flags.c.revision + 1)
    )
    return done.rowcount == 1


async def newly_overdue(conn: AsyncConnection, now: datetime) -> dict[UUID, list[UUID]]:
    """The open flags that have become overdue since this was last asked, by organisation; marks them, so that of
    several processes one is told."""
    query = (
        update(flags)
        .where(flags.c.state == "open", flags.c.due_at <= now, flags.c.overdue.is_(False))
        .values(shared=True, overdue=True, revision=flags.c.revision + 1)
        .returning(flags.c.organisation_id, flags.c.id)
    )
    overdue = defaultdict[UUID, list[UUID]](list)
    for organisation_id, flag_id in await conn.execute(query):
        overdue[organisation_id].append(flag_id)
    return overdue


async def calls_for_help(conn: AsyncConnection, author_id: UUID, at: datetime, within: timedelta) -> list[Flag]:
    """The open calls for help of a person so near to this instant, the oldest first. Not those of a clock that was far
    ahead: they would hide what comes now."""
    query = _FLAG.where(
        flags.c.author_id == author_id,
        flags.c.action == HELP,
        flags.c.state == "open",
        flags.c.raised_at.between(at - within, at + within),
    ).order_by(flags.c.raised_at, flags.c.id)
    return await flags_in(conn, query)


async def calls_answered(conn: AsyncConnection, ids: Collection[UUID], supervisor_id: UUID) -> frozenset[UUID]:
    """Those of ``ids`` that are a call for help for somebody else, of which this supervisor has a flag of their own."""
    own = flags.alias("own")
    theirs = exists().where(
        own.c.supervisor_id == supervisor_id,
        own.c.action == HELP,
        own.c.author_id == flags.c.author_id,
        own.c.raised_at == flags.c.raised_at,
    )
    query = select(flags.c.id).where(
        flags.c.id.in_(ids), flags.c.action == HELP, flags.c.supervisor_id != supervisor_id, theirs
    )
    return frozenset((await conn.execute(query)).scalars())


async def add_words(conn: AsyncConnection, flag: Flag, words: str) -> None:
    """Puts more words of the same call for help under those that are there."""
    await change(conn, flag.id, excerpt=storable(f"{flag.excerpt}\n{words}" if flag.excerpt else words))


def _flag(row: Any) -> Flag:
    own: dict[str, Any] = {column.name: getattr(row, column.name) for column in _OWN}
    own["labels"] = msgspec.convert(row.labels, tuple[Label, ...])
    return Flag(**own, proposal=_proposal(row), appeal=_appeal(row))


def _proposal(row: Any) -> Proposal | None:
    if row.proposal_id is None:
        return None
    spans = None if row.proposal_spans is None else tuple((start, end) for start, end in row.proposal_spans)
    ruling = Ruling(
        row.proposal_decision,
        row.proposal_reason,
        row.proposal_note,
        row.proposal_advice,
        row.proposal_lift_freeze,
        spans,
    )
    return Proposal(row.proposal_id, ruling, row.proposal_by, row.proposal_at)


def _appeal(row: Any) -> Appeal | None:
    if row.appeal_at is None:
        return None
    return Appeal(
        row.appeal_at, row.appeal_words, row.before_state, row.before_by, row.before_at, row.appeal_decided_at
    )
