"""The statement that writes messages: one round trip for any number of rooms, rights checked and numbers given by
the database itself. ``log.py`` decides when it runs; nobody else writes new messages."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement

from server.kernel.errors import BinomeError, NotFound, RoomClosed, RoomPaused, TryAgain
from server.moderation.flag import NewFlag
from server.pairs.rules import State as PairState
from server.pairs.rules import writable, writable_by_staff
from server.rooms.rules import MessageKind, State

# The shape of the plan must not depend on what the tables held when it was made: it is kept for as long as the
# connection lives, and a plan for empty tables is forty times slower on full ones. Hence the generic plan, no scan of
# whole tables, and lateral subqueries that can only be answered through an index, in the order of the batch.
SESSION = """
set plan_cache_mode = force_generic_plan; set jit = off; set enable_seqscan = off; set enable_bitmapscan = off;
set enable_hashjoin = off; set enable_mergejoin = off; set synchronous_commit = on; set lock_timeout = '2s';
set application_name = 'binome log'
"""

# Locks the room, then the membership, for each message in the order of the arrays, which are sorted by room in every
# process alike: no deadlock between logs. Under READ COMMITTED ``for update`` reads the newest version after waiting,
# so last_seq, closed_at, pair_state and left_at are those of now, not of the statement's snapshot. A repeat that the
# snapshot cannot see yet runs into messages_id_room_id_author_id_key, and the whole statement is tried again.
APPEND = """
with numbered as materialized (
    select e.*, r.last_seq + row_number() over (partition by e.room_id order by e.place) as seq
    from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
        $9::boolean[]) with ordinality
        as e (room_id, author_id, id, kind, body, masked_body, state, notice, staff, place)
    cross join lateral (
        select last_seq from rooms
        where id = e.room_id and closed_at is null and (e.staff or paused_at is null) and (pair_state is null
            or pair_state = any($10::text[]) or (e.staff and pair_state = any($11::text[])))
        for no key update
    ) r
    cross join lateral (
        select from room_members
        where room_id = e.room_id and account_id = e.author_id and left_at is null
        for share
    ) m
    where (
        select seq from messages
        where id = e.id and room_id is not distinct from e.room_id and author_id is not distinct from e.author_id
    ) is null
), inserted as (
    insert into messages (room_id, seq, changed, id, author_id, at, kind, body, masked_body, state, notice)
    select room_id, seq, seq, id, author_id, $12::timestamptz, kind, body, masked_body, state, notice from numbered
), counted as (
    update rooms set last_seq = n.seq
    from (select room_id, max(seq) as seq from numbered group by room_id) n
    where rooms.id = n.room_id
)
select place, seq from numbered
"""

# For the few that APPEND left out: were they said before, or why may they not be said? What was changed since is told
# as it was at first: what became of it is told under the change's own number. (Before there were versions, only what
# was held could change.)
EXPLAIN = """
select e.place, s.seq, s.at, s.notice,
    case when v.seq is not null then v.state when s.changed = s.seq then s.state else 'held' end as state,
    case when v.seq is not null then v.masked_body else s.masked_body end as masked_body,
    m.account_id is not null as member,
    r.closed_at is null and (r.pair_state is null or r.pair_state = any($5::text[])
        or (e.staff and r.pair_state = any($6::text[]))) as writable,
    r.paused_at is not null and not e.staff as paused
from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::boolean[]) with ordinality
    as e (room_id, author_id, id, staff, place)
left join messages s
    on s.id = e.id and s.room_id is not distinct from e.room_id and s.author_id is not distinct from e.author_id
left join message_versions v on v.room_id = s.room_id and v.seq = s.seq and v.version = 1
left join rooms r on r.id = e.room_id
left join room_members m on m.room_id = e.room_id and m.account_id = e.author_id and m.left_at is null
"""

# Which organisations' rooms the session may see, until it is told of others: row-level security holds the log to them.
REACH = "select set_config('binome.organisations', $1, false)"

SESSION_NAME = "select pid, backend_start from pg_stat_activity where pid = pg_backend_pid()"
END_SESSION = "select pg_terminate_backend(pid) from pg_stat_activity where pid = $1 and backend_start = $2"

FREE = "select id from rooms where id = any($1::uuid[]) order by id for no key update skip locked"

WRITABLE = [state.value for state in PairState if writable(state)]
WRITABLE_BY_STAFF = [state.value for state in PairState if writable_by_staff(state)]

Key = tuple[UUID, UUID, UUID]


@dataclass(frozen=True, slots=True)
class Appended:
    """Where a message stands. ``notice`` is a stable code for a kind word, where the state does not say it already.
    ``again``: it had been said before, and this is the answer of then."""

    seq: int
    at: datetime
    state: State
    masked_body: str | None
    notice: str | None = None
    again: bool = False


Outcome = Appended | type[BinomeError]


@dataclass(slots=True, eq=False)
class Draft:
    """A message on its way into the log. ``flag`` makes the flag once the message has its place and instant;
    ``freeze`` pauses the pair of that flag in the same transaction. ``memory`` is what the moderation is to remember of
    people in this room, where that has changed. ``staff``: a professional, who may write while a pair is paused.
    ``origin`` is the caller's own, for whoever is told of the commit."""

    room_id: UUID
    author_id: UUID
    id: UUID
    body: str
    state: State
    masked_body: str | None = None
    kind: MessageKind = "text"
    notice: str | None = None
    staff: bool = False
    pair_id: UUID | None = None
    flag: Callable[[int, datetime], NewFlag] | None = None
    freeze: bool = False
    memory: Mapping[UUID, bytes] = field(default_factory=dict)
    origin: Any = None
    organisation_id: UUID = field(kw_only=True)
    flagged: NewFlag | None = None  # set by the log, committed with the message
    waiting: list[asyncio.Future[Appended]] = field(default_factory=list)  # the log's own

    @property
    def key(self) -> Key:
        return self.room_id, self.author_id, self.id

    @property
    def plain(self) -> bool:
        """Nothing but the message itself is to be written."""
        return self.flag is None and not self.memory


class Statements:
    """The prepared statements of one connection."""

    def __init__(self, raw: asyncpg.Connection, append: PreparedStatement) -> None:
        self.raw = raw
        self._append = append
        self._reach = frozenset[UUID]()

    @classmethod
    async def prepare(cls, raw: asyncpg.Connection) -> "Statements":
        await raw.execute(SESSION)
        return cls(raw, await raw.prepare(APPEND))

    async def reach(self, drafts: Sequence[Draft]) -> None:
        """Says which organisations ``drafts`` are about, before anything else of them and outside a transaction, which
        could take it back. Asks the database only when these are not the same ones as last time."""
        organisations = frozenset({draft.organisation_id for draft in drafts})
        if organisations != self._reach:
            await self.raw.execute(REACH, ",".join(map(str, organisations)))
            self._reach = organisations

    async def append(self, drafts: Sequence[Draft], at: datetime) -> dict[int, int]:
        """Appends what may be appended: the index in ``drafts``, sorted by room, and the number each one got."""
        rows = await self._append.fetch(
            [draft.room_id for draft in drafts],
            [draft.author_id for draft in drafts],
            [draft.id for draft in drafts],
            [draft.kind for draft in drafts],
            [draft.body for draft in drafts],
            [draft.masked_body for draft in drafts],
            [draft.state for draft in drafts],
            [draft.notice for draft in drafts],
            [draft.staff for draft in drafts],
            WRITABLE,
            WRITABLE_BY_STAFF,
            at,
        )
        return {row[0] - 1: row[1] for row in rows}

    async def explain(self, drafts: Sequence[Draft]) -> list[Outcome]:
        """For each draft that was not appended, the stored answer or the refusal."""
        await self.reach(drafts)
        rows = await self.raw.fetch(
            EXPLAIN, *_keys(drafts), [draft.staff for draft in drafts], WRITABLE, WRITABLE_BY_STAFF
        )
        return [_outcome(row) for row in sorted(rows, key=lambda row: cast("int", row["place"]))]

    async def free(self, drafts: Sequence[Draft]) -> set[UUID]:
        """The rooms of ``drafts`` whose rows nobody else holds just now."""
        rows = await self.raw.fetch(FREE, list({draft.room_id for draft in drafts}))
        return {row["id"] for row in rows}

    async def session(self) -> tuple[int, datetime]:
        """The name of this session, which no other will ever have: its backend and when that was started."""
        row = await self.raw.fetchrow(SESSION_NAME)
        return row["pid"], row["backend_start"]

    async def end_session(self, backend: int, started: datetime) -> None:
        """Ends the named session, and returns when it is over. Nothing happens when it is over already."""
        while await self.raw.fetch(END_SESSION, backend, started):  # noqa: ASYNC110 - nothing tells when it is
            await asyncio.sleep(0.05)


def _keys(drafts: Sequence[Draft]) -> tuple[list[UUID], list[UUID], list[UUID]]:
    return [d.room_id for d in drafts], [d.author_id for d in drafts], [d.id for d in drafts]


def _outcome(row: asyncpg.Record) -> Outcome:
    if row["seq"] is not None:
        return Appended(row["seq"], row["at"], row["state"], row["masked_body"], row["notice"], again=True)
    if not row["member"]:
        return NotFound  # also for what exists but is not yours to know about
    if not row["writable"]:
        return RoomClosed
    if row["paused"]:
        return RoomPaused
    return TryAgain  # it may be said now: the right came between the two statements
