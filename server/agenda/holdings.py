"""What the tables of the agenda hold about a person (``infra/holdings.py``)."""

from typing import Final

from server.agenda.tables import planned_sessions
from server.infra.holdings import Blanked, Holding, Keeping, columns

HOLDINGS: Final = (
    # A title often names the other.
    Holding(
        planned_sessions,
        "t.pair_id = any(cast(:pairs as uuid[])) or t.created_by = :person",
        Blanked({"title": "''"}),
        shown=columns("title", "starts_at", "minutes", "zone", "cancelled_at"),
        order="t.starts_at",
        of_pair="t.pair_id = any(cast(:pairs as uuid[]))",
    ),
)

KEEPINGS: Final = (
    Keeping(
        "planned_sessions",
        planned_sessions,
        "t.starts_at",
        *(730, 90, 730),
        people="array[t.created_by]",
        pair="t.pair_id",
    ),
)
