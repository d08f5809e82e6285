"""What the record of who was in which call holds about a person (``infra/holdings.py``)."""

from typing import Final

from server.infra.holdings import MINE, NOBODY, Holding, Keeping, Kept, columns
from server.supervision.attendance import tables

_ROOM_NUMBER: Final = "(select r.number from rooms r where r.id = t.room_id)"
_ROOM_PAIR: Final = "(select r.pair_id from rooms r where r.id = t.room_id)"
_DEPARTURE: Final = "(select d.{0} from call_departures d where d.presence_id = t.id)"
_WHY: Final = _DEPARTURE.format("why")

HOLDINGS: Final = (
    Holding(tables.call_departures, NOBODY, Kept("when and why somebody left a call; of call_presences")),
    # Of a call that one was in, or of one's own pair, who else was: by role, as in the conversation.
    Holding(
        tables.call_presences,
        MINE,
        Kept("that somebody was in a call, by an identifier: it is about the others of the call, too"),
        shown={
            "room": _ROOM_NUMBER,
            "participant": "case when t.account_id = :person then 'me' else t.role end",
            **columns("came_at"),
            "went_at": _DEPARTURE.format("went_at"),
            "end": f"case {_WHY} when 'adult' then 'adult_missing' else {_WHY} end",  # "adult" is an age there
        },
        seen=f"{MINE} or t.room_id = any(cast(:rooms as uuid[]))",
        order="t.came_at, t.id",
        intimate=True,  # a parent would learn when their child speaks with whom
    ),
    Holding(tables.call_carriers, NOBODY, Kept("which process of the server carries calls just now")),
)

KEEPINGS: Final = (
    Keeping(
        *("call_presences", tables.call_presences, _DEPARTURE.format("went_at"), 365, 90, 730),
        people="array[t.account_id]",
        pair=_ROOM_PAIR,
    ),
)
