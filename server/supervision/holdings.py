"""What the tables of live supervision hold about a person (``infra/holdings.py``)."""

from typing import Final

from server.infra.holdings import MINE, NOBODY, Deleted, Holding, Keeping, Kept, columns
from server.supervision import tables

_ROOM_NUMBER: Final = "(select r.number from rooms r where r.id = t.room_id)"
_ROOM_PAIR: Final = "(select r.pair_id from rooms r where r.id = t.room_id)"
_BETWEEN: Final = "(t.author_id = :person or t.to_id = :person)"

HOLDINGS: Final = (
    Holding(
        tables.room_knocks,
        MINE,
        Kept("who announced themselves in a room, by an identifier"),
        shown={"room": _ROOM_NUMBER, **columns("at", "withdrawn_at")},
        order="t.at",
    ),
    Holding(
        tables.summonses,
        MINE,
        Kept("who asked for a professional in a call, by an identifier"),
        shown={"room": _ROOM_NUMBER, **columns("at", "over_at", "over")},
        order="t.at",
    ),
    Holding(
        tables.whispers,
        _BETWEEN,
        Deleted(),
        shown={
            "room": _ROOM_NUMBER,
            "at": "t.at",
            "author": "case when t.author_id = :person then 'me' else 'other' end",
            "text": "t.body",
        },
        order="t.at",
        intimate=True,
        of_pair="t.room_id = any(cast(:rooms as uuid[]))",
    ),
    Holding(tables.live_calls, NOBODY, Kept("who is in a call just now, by identifiers; gone with the call")),
)

KEEPINGS: Final = (
    Keeping("room_visits", tables.room_knocks, "t.at", 365, 180, 365, pair=_ROOM_PAIR),
    Keeping("room_visits", tables.summonses, "t.at", 365, 180, 365, pair=_ROOM_PAIR),
    Keeping("whispers", tables.whispers, "t.at", 365, 90, 730, people="array[t.author_id, t.to_id]", pair=_ROOM_PAIR),
)
