"""An author asks for another look at what was hidden, held or sent back: the flag opens again, for somebody else than
who decided."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.kernel.errors import NotFound
from server.kernel.identifiers import new_id
from server.moderation import store
from server.moderation.data_files import engine_version
from server.moderation.deadlines import due
from server.moderation.flag import APPEAL, FlagAction, MessageState, NewFlag, storable
from server.moderation.review import WAITING
from server.moderation.tables import appeals

SEVERITY = 2  # of what nobody had flagged: to be looked at within a day
_ACTION: dict[MessageState, FlagAction] = {"masked": "mask", "held": "hold", "blocked": "block", "delivered": "deliver"}

# Two devices that ask at once ask once: they take turns, by message.
_TURN = text("select pg_advisory_xact_lock(hashtextextended('appeal:' || cast(:place as text), 0))")

# Of each message the newest: an edit may have been flagged, and appealed, on its own.
_STATES = text("""
select room_id, seq, at, decided_at, kept from (
    select distinct on (f.room_id, f.seq) f.room_id, f.seq, a.at, a.decided_at, a.decided_at is not null and
           (f.state = 'acknowledged' or (f.state is not distinct from a.before_state and f.state <> 'returned')) as kept
    from appeals a join flags f on f.id = a.flag_id
    where f.author_id = :author and f.room_id = any(:rooms) and f.seq = coalesce(cast(:seq as bigint), f.seq)
    order by f.room_id, f.seq, a.at desc, f.id desc
) newest order by at desc, room_id, seq desc limit :limit
""")


@dataclass(frozen=True, slots=True)
class AppealState:
    """How the appeal of a message stands. ``kept``: it was answered, and what had become of the message stays so."""

    room_id: UUID
    seq: int
    at: datetime
    decided_at: datetime | None
    kept: bool


@dataclass(frozen=True, slots=True)
class Appealed:
    """The message as it stands: the text that its author wants, what became of it (``state``), and ``changed``, the
    number of its last change."""

    organisation_id: UUID
    supervisor_id: UUID
    pair_id: UUID | None
    room_id: UUID
    seq: int
    changed: int
    author_id: UUID
    state: MessageState
    text: str


async def appeal(conn: AsyncConnection, about: Appealed, words: str | None, at: datetime) -> UUID:
    """Writes the appeal of the author of ``about`` in the transaction of ``conn``; once a flag: the same again changes
    nothing. Returns the flag, to be told (``Flags.tell``) after the commit.

    It locks the flag, so it comes before the room or the message are locked. Raises NotFound for a flag of somebody
    else's words."""
    await conn.execute(_TURN, {"place": f"{about.room_id}:{about.seq}"})
    flag_id = await store.flag_of_message(conn, about.room_id, about.seq)
    if flag_id is None:
        flag_id = await _raise(conn, about, at)
    flag = await store.locked(conn, flag_id)
    if flag is None or flag.author_id != about.author_id:
        raise NotFound
    if flag.appeal is not None:
        return flag_id
    again = flag.state not in WAITING
    before = {"before_state": flag.state, "before_by": flag.decided_by, "before_at": flag.decided_at} if again else {}
    await conn.execute(insert(appeals).values(flag_id=flag_id, at=at, words=words or None, **before))
    says: dict[str, Any] = {}
    if flag.known is None or about.changed > flag.known:  # else a decision came between the reading and the lock
        edited = None if about.text == flag.excerpt else storable(about.text)
        says = {"known": about.changed, "message": about.state, "edited": edited}
    if again:
        undone = {"state": "open", "decided_at": None, "decided_by": None, "seconded_by": None}
        told = {"reason": None, "note": None, "advice": None}
        by = due(max(flag.severity, SEVERITY), at)
        await store.change(conn, flag_id, shared=True, overdue=False, due_at=by, **says, **undone, **told)
    else:
        await store.change(conn, flag_id, **says)
    return flag_id


async def appeals_of(
    conn: AsyncConnection, author_id: UUID, room_ids: Collection[UUID], *, seq: int | None = None, limit: int
) -> list[AppealState]:
    """The appeals of an author in these rooms, or of the one message at ``seq``, the newest first."""
    asked = {"author": author_id, "rooms": list(room_ids), "seq": seq, "limit": limit}
    return [AppealState(*row) for row in await conn.execute(_STATES, asked)]


async def _raise(conn: AsyncConnection, about: Appealed, at: datetime) -> UUID:
    """A flag for what was never one: policy may hide something without asking anybody to look."""
    new = NewFlag(
        id=new_id(),
        organisation_id=about.organisation_id,
        supervisor_id=about.supervisor_id,
        pair_id=about.pair_id,
        room_id=about.room_id,
        seq=about.seq,
        author_id=about.author_id,
        category=APPEAL,
        severity=SEVERITY,
        action=_ACTION.get(about.state, "deliver"),
        labels=(),
        excerpt=storable(about.text),
        engine=engine_version(),
        raised_at=at,
        due_at=due(SEVERITY, at),
        changed=about.changed,
        message=about.state,
    )
    raw = await conn.get_raw_connection()
    await store.insert(raw.driver_connection, [new])
    return new.id
