"""What the tables of the rota hold about a person (``infra/holdings.py``)."""

from typing import Final

from server.escalation.duty import tables
from server.infra.holdings import MINE, NOBODY, Deleted, Holding, Keeping, Kept, columns

_OF_SHIFT: Final = "(select s.{} from duty_shifts s where s.id = t.shift_id)"

HOLDINGS: Final = (
    Holding(tables.duty_plans, NOBODY, Kept("about no person"), acted=("changed_by",)),
    Holding(tables.duty_hours, NOBODY, Kept("when the office is open")),
    Holding(tables.duty_closures, NOBODY, Kept("when the office is closed")),
    Holding(tables.duty_shifts, NOBODY, Kept("times of the week, without who")),
    Holding(
        tables.duty_shift_people,
        MINE,
        Deleted(),
        shown={name: _OF_SHIFT.format(name) for name in ("days", "begins", "ends", "first_day", "last_day")},
        order="t.shift_id",
        section="shifts",
    ),
    Holding(tables.duty_ladder, MINE, Deleted(), shown=columns("place"), section="ladder"),
    Holding(
        tables.duty_changes,
        ":person in (t.out_id, t.into_id)",
        Kept("who answered for whom and when, by identifiers, until retention lets it go"),
        acted=("asked_by", "ended_by"),
        shown={
            "as": "case when t.out_id = :person then 'out' else 'into' end",
            **columns("begins", "ends", "state", "asked_at"),
        },
        order="t.begins",
        section="shift_changes",
    ),
    Holding(tables.duty_alarms, NOBODY, Kept("about no person")),
)

# Who was on call when something happened is asked as long as cases are.
KEEPINGS: Final = (
    Keeping("duty", tables.duty_changes, "t.ends", 730, 90, 1826, "array_remove(array[t.out_id, t.into_id], null)"),
)
