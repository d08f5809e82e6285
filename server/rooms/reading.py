"""SQL that reads the message log: what someone missed, a page of the past, the last words for the moderation.

Every query asks once more who belongs to the room, so that nothing is read by a right that has ended; and each is one
statement, so that the messages and the room's counter are of the same moment.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Row, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Instant
from server.rooms.messages import Message
from server.rooms.rules import FIRST_PAGE, PAGE_BYTES, SHARED_STATES
from server.rooms.wire import Page, weight

_SHARED = ", ".join(f"'{state}'" for state in SHARED_STATES)
_VISIBLE = f"(:staff or author_id = :me or state in ({_SHARED}))"

_INSIDE = "(:staff or author_id = :me)"
_OPEN = f"(coalesce(private_change, 0) < changed or not {_INSIDE})"

# ``changed`` is ``seq`` for all but a few messages, and only those few are in an index by ``changed``. Of what has a
# later change that not everyone may know of, those who may know of it are told under that number, and only once.
_AFTER = f"""
    (select * from messages where room_id = mine.id and seq > mine.cursor and changed = seq and {_VISIBLE} and {_OPEN}
        order by seq limit :some)
    union all
    (select * from messages where room_id = mine.id and changed > mine.cursor and changed <> seq and {_VISIBLE}
        and {_OPEN} order by changed limit :some)
    union all
    (select * from messages where room_id = mine.id and private_change > mine.cursor and private_change > changed
        and {_INSIDE} order by private_change limit :some)
"""  # noqa: S608 - put together from constants; all values are parameters
_BEFORE = f"""
    (select * from messages where room_id = mine.id and seq < mine.before and {_VISIBLE}
        order by seq desc limit :page)
"""  # noqa: S608 - see above
_SHAPE = f"""
select mine.id as room_id, mine.number, mine.last_seq, mine.cursor, mine.seat as my_seat,
    m.seq, m.changed, m.id, m.author_id, author.seat, m.at, m.kind, m.body, m.masked_body, m.state, m.edited,
    case when :staff or m.author_id = :me then m.advice end as advice,
    case when :staff or m.author_id = :me then m.edit_body end as edit_body,
    case when :staff or m.author_id = :me then m.edit_state end as edit_state,
    case when :staff or m.author_id = :me then m.private_change end as private_change
from mine
left join lateral ({_AFTER} union all {_BEFORE}) m on true
left join room_members author on author.room_id = mine.id and author.account_id = m.author_id
"""  # noqa: S608 - see above

# A cursor beyond the end comes from a time that a restored backup knows nothing of: as good as none.
_SYNC = text(
    f"""
with mine as materialized (
    select r.id, r.number, r.last_seq, me.seat, c.cursor, case when c.cursor is null then r.last_seq + 1 end as before
    from room_members me
    join rooms r on r.id = me.room_id
    left join unnest(cast(:rooms as text[]), cast(:cursors as bigint[])) as c (room, cursor)
        on c.room in (r.number::text, r.id::text) and c.cursor between 0 and r.last_seq
    where me.account_id = :me and me.left_at is null
)
{_SHAPE}
order by mine.number
"""  # noqa: S608 - see above
).bindparams(bindparam("staff", False))

_HISTORY = text(
    f"""
with mine as materialized (
    select r.id, r.number, r.last_seq, me.seat, cast(:cursor as bigint) as cursor, cast(:before as bigint) as before
    from room_members me
    join rooms r on r.id = me.room_id
    where me.account_id = :me and me.left_at is null and r.id = :room
)
{_SHAPE}
"""  # noqa: S608 - see above
)

_RECENT = text("""
select author_id, coalesce(edit_body, body) as body, at from messages
where room_id = :room and at >= :since and kind = 'text' order by seq desc limit :some
""")

_ONE = text("""
select m.room_id, r.number, r.last_seq, m.seq, m.changed, m.id, m.author_id, author.seat, m.at, m.kind, m.body,
    m.masked_body, m.state, m.edited, m.advice, m.edit_body, m.edit_state, m.private_change
from messages m
join rooms r on r.id = m.room_id
join room_members author on author.room_id = m.room_id and author.account_id = m.author_id
where m.room_id = :room and m.seq = :seq
""")

# What is said of one message, of several: those before a place and after it, or an instant where there is no place.
_AROUND = text(
    f"""
{_ONE.text.partition("where ")[0]}
where m.room_id = :room and m.seq in (
    (select seq from messages where room_id = :room and seq <= coalesce(:seq, seq) and (:seq is not null or at <= :at)
        order by seq desc limit :before)
    union all
    (select seq from messages where room_id = :room and seq > coalesce(:seq, 0) and (:seq is not null or at > :at)
        order by seq limit :after))
order by m.seq"""  # noqa: S608 - see above
).bindparams(bindparam("seq", type_=BigInteger), bindparam("at", type_=Instant))

END = 2**62  # a ``before`` that is after everything


@dataclass(frozen=True, slots=True)
class Missed:
    """What someone missed in one of their rooms, where they have ``seat``. ``cursor`` is the one that counted."""

    seat: int
    cursor: int | None
    page: Page


async def sync(conn: AsyncConnection, account_id: UUID, cursors: Mapping[str, int], limit: int) -> list[Missed]:
    """For each room that the person belongs to, what came after their cursor, or the last messages where there is
    none. ``cursors`` are by the room's number or 36-character identifier. All together stay within PAGE_BYTES: what
    goes beyond is left for ``history``."""
    rows = await conn.execute(
        _SYNC,
        {
            "me": account_id,
            "rooms": list(cursors),
            "cursors": list(cursors.values()),
            "some": limit + 1,
            "page": FIRST_PAGE + 1,
        },
    )
    missed = []
    budget = PAGE_BYTES
    for room in _by_room(rows):
        cursor = room[0].cursor
        page = after(room, limit, budget) if cursor is not None else newest(room, FIRST_PAGE, budget)
        budget -= sum(map(weight, page.messages))
        missed.append(Missed(room[0].my_seat, cursor, page))
    return missed


async def history_after(
    conn: AsyncConnection, room_id: UUID, account_id: UUID, cursor: int, limit: int, *, staff: bool
) -> Page | None:
    """The changes after ``cursor``, the oldest first. None when the person does not belong to the room."""
    parameters = {"cursor": cursor, "before": None, "some": limit + 1, "page": 0}
    rows = await _history(conn, room_id, account_id, parameters, staff=staff)
    return after(rows, limit, PAGE_BYTES) if rows else None


async def history_before(
    conn: AsyncConnection, room_id: UUID, account_id: UUID, before: int, limit: int, *, staff: bool
) -> Page | None:
    """The newest messages with a smaller place than ``before``, by place. None as above."""
    parameters = {"cursor": None, "before": before, "some": 0, "page": limit + 1}
    rows = await _history(conn, room_id, account_id, parameters, staff=staff)
    return newest(rows, limit, PAGE_BYTES) if rows else None


async def recent(conn: AsyncConnection, room_id: UUID, since: datetime, some: int) -> list[tuple[UUID, str, datetime]]:
    """Author, body and instant of the last written messages of a room, whatever became of them, the oldest first."""
    rows = await conn.execute(_RECENT, {"room": room_id, "since": since, "some": some})
    return [(row.author_id, row.body, row.at) for row in reversed(rows.all())]


async def message(conn: AsyncConnection, room_id: UUID, seq: int) -> Message | None:
    row = (await conn.execute(_ONE, {"room": room_id, "seq": seq})).first()
    return _message(row) if row is not None else None


async def around(
    conn: AsyncConnection, room_id: UUID, seq: int | None, at: datetime, before: int, after: int
) -> list[Message]:
    """The message at ``seq`` with so many before and after it, by place; without a place, those around an instant."""
    counts = {"before": before if seq is None else before + 1, "after": after}
    rows = await conn.execute(_AROUND, {"room": room_id, "seq": seq, "at": at, **counts})
    return [_message(row) for row in rows]


async def _history(
    conn: AsyncConnection, room_id: UUID, account_id: UUID, parameters: dict[str, Any], *, staff: bool
) -> list[Row[Any]]:
    return list(await conn.execute(_HISTORY, {"room": room_id, "me": account_id, "staff": staff, **parameters}))


def after(rows: list[Row[Any]], limit: int, budget: int) -> Page:
    """A page of ``rows`` of one room, at least one, that begins with the oldest change."""
    messages = sorted(_messages(rows), key=lambda message: message.last_change)
    kept = _fitting(messages, limit, budget)
    more = len(kept) < len(messages)
    first = rows[0]
    upto = first.last_seq
    if more:
        upto = kept[-1].last_change if kept else first.cursor
    return Page(first.room_id, first.number, kept, more, upto)


def newest(rows: list[Row[Any]], limit: int, budget: int) -> Page:
    """A page of ``rows`` of one room, at least one, that ends with the newest message."""
    messages = sorted(_messages(rows), key=lambda message: message.seq, reverse=True)
    kept = _fitting(messages, limit, budget)
    first = rows[0]
    return Page(first.room_id, first.number, kept[::-1], len(kept) < len(messages), first.last_seq)


def _fitting(messages: list[Message], limit: int, budget: int) -> list[Message]:
    kept = []
    for message in messages[:limit]:
        budget -= weight(message)
        if budget < 0:
            break
        kept.append(message)
    return kept


def _by_room(rows: Iterable[Row[Any]]) -> Iterable[list[Row[Any]]]:
    rooms: dict[int, list[Row[Any]]] = {}
    for row in rows:
        rooms.setdefault(row.number, []).append(row)
    return rooms.values()


def _messages(rows: Iterable[Row[Any]]) -> list[Message]:
    return [_message(row) for row in rows if row.seq is not None]


def _message(row: Row[Any]) -> Message:
    return Message(
        row.room_id,
        row.number,
        row.seq,
        row.changed,
        row.id,
        row.author_id,
        row.seat,
        row.at,
        row.kind,
        row.body,
        row.masked_body,
        row.state,
        row.advice,
        row.edited,
        row.edit_body,
        row.edit_state,
        row.private_change,
    )
