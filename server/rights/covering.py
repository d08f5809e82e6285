"""What legal holds in force keep: of somebody who is forgotten, and from retention. A hold on a person is on all that
is about them, and on their pairs; one on a pair is on that alone, with who the two are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_LOCK: Final = 0x42494E48  # "BINH": what places a hold and what removes things do not overlap


async def lock(conn: AsyncConnection) -> None:
    """Until the end of the transaction no hold is placed, or nothing is removed: whoever asks first."""
    await conn.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})


@dataclass(frozen=True, slots=True)
class Cover:
    """What is kept of somebody: all of it, for a hold on them, and their part in ``pairs``, for one on the pair or on
    the other of the two. ``until``: when the last of these holds ends."""

    whole: bool
    pairs: tuple[UUID, ...]
    until: datetime | None


# A professional who has, or had, a seat in the room of a pair has a part in it, too.
_COVER: Final = text("""
select h.until, cast(null as uuid) as pair_id from legal_holds h
where h.account_id = :person and h.ended_at is null and h.until > :at
union all
select h.until, p.id from legal_holds h
join pairs p on p.id = h.pair_id or (h.account_id <> :person and h.account_id in (p.mentor_id, p.mentee_id))
where h.ended_at is null and h.until > :at and (:person in (p.mentor_id, p.mentee_id) or exists (
    select from room_members m join rooms r on r.id = m.room_id where r.pair_id = p.id and m.account_id = :person))
""")


async def cover_of(conn: AsyncConnection, person: UUID, at: datetime) -> Cover:
    rows = (await conn.execute(_COVER, {"person": person, "at": at})).all()
    pairs = {row.pair_id for row in rows if row.pair_id is not None}
    until = max((row.until for row in rows), default=None)
    return Cover(any(row.pair_id is None for row in rows), tuple(sorted(pairs)), until)


@dataclass(frozen=True, slots=True)
class Held:
    """What is kept from retention, also because somebody asked to have their data put aside: everything about
    ``people``, and all that is of ``pairs``, theirs among them.
    ``named`` are the people and the two of each pair: nobody forgets them while a hold is in force but by hand."""

    people: Sequence[UUID]
    pairs: Sequence[UUID]
    named: Sequence[UUID]


_HELD: Final = text("""
with holds as (
    select account_id, pair_id from legal_holds
    where organisation_id = :organisation and ended_at is null and until > :at
    union all
    select account_id, null from restrictions
    where organisation_id = :organisation and kind = 'restriction' and (until is null or until > :at)
)
select account_id as person, null as pair, null as mentor, null as mentee from holds where account_id is not null
union all
select null, p.id, p.mentor_id, p.mentee_id from pairs p
where exists (select from holds h where h.pair_id = p.id or h.account_id in (p.mentor_id, p.mentee_id))
""")


async def held(conn: AsyncConnection, organisation_id: UUID, at: datetime) -> Held:
    rows = (await conn.execute(_HELD, {"organisation": organisation_id, "at": at})).all()
    people = {row.person for row in rows if row.person is not None}
    two = {who for row in rows if row.pair is not None for who in (row.mentor, row.mentee)}
    pairs = sorted(row.pair for row in rows if row.pair is not None)
    return Held(sorted(people), pairs, sorted(people | two))
