"""What the tables of rooms hold about a person (``infra/holdings.py``), and their voice."""

from collections.abc import AsyncIterator, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.holdings import MINE, NOBODY, Deleted, Holding, Keeping, Kept, Routine, Scope, columns
from server.people.holdings import append_only
from server.rooms import tables
from server.rooms.forgetting import SAID, forget_messages
from server.rooms.glass import tables as glass
from server.rooms.rules import SHARED_STATES

_SHARED: Final = ", ".join(f"'{state}'" for state in SHARED_STATES)
_IN_MY_ROOMS: Final = "t.room_id = any(cast(:rooms as uuid[]))"
_OWN: Final = "t.author_id = :person"
_ROOM_NUMBER: Final = "(select r.number from rooms r where r.id = t.room_id)"
# The first two seats of a pair's room are theirs, in this order (rooms/store.py).
_AUTHOR: Final = """case when t.author_id = :person then 'me' else (
    select case m.seat when 1 then 'mentor' when 2 then 'mentee' else 'supervisor' end
    from room_members m where m.room_id = t.room_id and m.account_id = t.author_id) end"""


async def _accesses(conn: AsyncConnection, scope: Scope) -> int:
    return await append_only(conn, scope, "glass_accesses")


async def _deferrals(conn: AsyncConnection, scope: Scope) -> int:
    return await append_only(conn, scope, "glass_deferrals")


HOLDINGS: Final = (
    Holding(tables.rooms, NOBODY, Kept("numbers and states"), acted=("paused_by",)),
    Holding(
        tables.room_members,
        MINE,
        Kept("that a seat was taken, by an identifier"),
        shown={"room": _ROOM_NUMBER, **columns("joined_at", "left_at", "put_out_at")},
        order="t.joined_at",
        section="rooms",
    ),
    Holding(
        tables.message_versions,
        "exists (select from messages m where m.room_id = t.room_id and m.seq = t.seq and m.author_id = :person)",
        Deleted(),
        shown={"room": _ROOM_NUMBER, **columns("seq", "version", "at", "body", "state")},
        order="t.room_id, t.seq, t.version",
        section="changed_messages",
        intimate=True,
        of_pair=_IN_MY_ROOMS,
    ),
    # The conversation that one took part in: of the others what one could read, and neither name nor identifier.
    Holding(
        tables.messages,
        _OWN,
        Routine(forget_messages, SAID),
        shown={
            "room": _ROOM_NUMBER,
            "seq": "t.seq",
            "at": "t.at",
            "author": _AUTHOR,
            "kind": "t.kind",
            "text": "case when t.kind = 'text' then case when t.author_id <> :person and t.masked_body is not null"
            " then t.masked_body else t.body end end",
            "voice": "case when t.kind = 'voice' then 'voice/' || t.id || '.ogg' end",
            "state": "t.state",
            "own_edit": "case when t.author_id = :person then t.edit_body end",
            "advice": "case when t.author_id = :person then t.advice end",
        },
        seen=f"{_OWN} or ({_IN_MY_ROOMS} and t.state in ({_SHARED}))",
        order="t.room_id, t.seq",
        section="conversation",
        intimate=True,
        of_pair=_IN_MY_ROOMS,
    ),
    Holding(tables.conversation_states, MINE, Deleted(), of_pair=_IN_MY_ROOMS),
    Holding(
        tables.voice_note_chunks,
        "exists (select from voice_notes n where n.id = t.note_id and n.author_id = :person)",
        Deleted(),
        of_pair="exists (select from voice_notes n where n.id = t.note_id and n.room_id = any(cast(:rooms as uuid[])))",
    ),
    Holding(
        tables.voice_notes,
        _OWN,
        Deleted(),
        shown={"room": _ROOM_NUMBER, "file": "'voice/' || t.id || '.ogg'", **columns("created_at", "milliseconds")},
        order="t.created_at",
        intimate=True,
        of_pair=_IN_MY_ROOMS,
    ),
    Holding(
        tables.room_marks,
        MINE,
        Deleted(),
        shown={"room": _ROOM_NUMBER, **columns("delivered", "seen")},
        section="reading_marks",
        of_pair=_IN_MY_ROOMS,
    ),
    Holding(tables.room_meetings, NOBODY, Kept("that there was a call")),
    Holding(
        tables.room_visits,
        MINE,
        Kept("who watched over a room, for the people of the room to read, by an identifier"),
        shown={"room": _ROOM_NUMBER, **columns("act", "entered_at", "left_at")},
        order="t.entered_at",
    ),
    # Why somebody broke the glass: the person reads it in the access journal, once they are told (glass/).
    Holding(
        glass.glass_accesses,
        _IN_MY_ROOMS,
        Routine(_accesses, "t.sentence <> ''"),
        acted=("account_id",),
        of_pair=_IN_MY_ROOMS,
    ),
    Holding(
        glass.glass_deferrals,
        _IN_MY_ROOMS,
        Routine(_deferrals, "t.sentence <> ''"),
        acted=("by_id",),
        of_pair=_IN_MY_ROOMS,
    ),
    Holding(glass.glass_deferral_ends, NOBODY, Kept("an identifier and a date"), acted=("by_id",)),
    Holding(glass.glass_tellings, NOBODY, Kept("an identifier and a date")),
)

_ROOM_PAIR: Final = "(select r.pair_id from rooms r where r.id = t.room_id)"
_ROOM_ORGANISATION: Final = "(select r.organisation_id from rooms r where r.id = t.room_id)"
# A conversation is over with its pair; then its last message counts.
_LAST: Final = """(select (select m.at from messages m where m.room_id = r.id order by m.seq desc limit 1)
    from rooms r where r.id = t.room_id and r.pair_state = 'closed')"""

KEEPINGS: Final = (
    Keeping(
        "room_visits",
        tables.room_visits,
        "coalesce(t.left_at, t.last_known_at)",
        *(365, 180, 365),
        pair=_ROOM_PAIR,
        organisation=_ROOM_ORGANISATION,
    ),
    *(
        Keeping("conversations", table, _LAST, 730, 90, 730, pair=_ROOM_PAIR, organisation=_ROOM_ORGANISATION)
        for table in (tables.message_versions, tables.conversation_states, tables.voice_notes, tables.messages)
    ),
)

CONTACTS: Final = (
    "(select max(m.at) from room_members s join messages m on m.room_id = s.room_id and m.author_id = s.account_id"
    " where s.account_id = a.id)",
)

_HEARD: Final = text(f"""
select n.id from voice_notes n where n.milliseconds is not null and (n.author_id = :person or exists (
    select from messages m where m.room_id = any(cast(:rooms as uuid[])) and m.id = n.id and m.room_id = n.room_id
        and m.author_id = n.author_id and m.kind = 'voice' and m.state in ({_SHARED})))
order by n.created_at
""")  # noqa: S608 - put together from constants


async def rooms_of_pairs(conn: AsyncConnection, pairs: Sequence[UUID]) -> list[UUID]:
    return list((await conn.execute(select(tables.rooms.c.id).where(tables.rooms.c.pair_id.in_(pairs)))).scalars())


async def voices(conn: AsyncConnection, person: UUID, rooms: Sequence[UUID]) -> list[UUID]:
    """The whole voice notes that this person made, or could hear in these rooms."""
    return list((await conn.execute(_HEARD, {"person": person, "rooms": list(rooms)})).scalars())


async def voice(conn: AsyncConnection, note_id: UUID) -> AsyncIterator[bytes]:
    """A voice note, piece by piece."""
    chunks = tables.voice_note_chunks.c
    query = select(chunks.content).where(chunks.note_id == note_id).order_by(chunks.number)
    async with conn.stream(query) as rows:
        async for row in rows:
            yield row.content
