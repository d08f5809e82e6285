"""What the tables of reports hold about a person (``infra/holdings.py``). Nobody who is reported is given a report: who
made it is theirs to know, and nobody else's. It is kept with its case."""

from typing import Final

from server.escalation.reports import tables
from server.infra.holdings import Blanked, Holding, columns

_MINE: Final = "t.by_id = :person"
_OF_PAIR: Final = "t.pair_id = any(cast(:pairs as uuid[]))"
_OF_REPORT: Final = "exists (select from reports r where r.id = t.report_id and {0})"

HOLDINGS: Final = (
    Holding(
        tables.report_answers,
        _OF_REPORT.format("r.by_id = :person"),
        Blanked({"words": "''"}),
        acted=("by_id",),
        shown=columns("at", "words"),
        order="t.at",
        intimate=True,
        of_pair=_OF_REPORT.format("r.pair_id = any(cast(:pairs as uuid[]))"),
    ),
    # The words of who reports are theirs, those of the message its author's.
    Holding(
        tables.reports,
        f"{_MINE} or t.person_id = :person",
        Blanked(
            {
                "words": f"case when {_MINE} then '' else t.words end",
                "excerpt": "case when t.person_id = :person then '' else t.excerpt end",
                "earlier": "case when t.person_id = :person then '{}'::text[] else t.earlier end",
            }
        ),
        shown=columns("at", "subject", "kind", "words", "stopped", "told", "told_at"),
        seen=_MINE,
        order="t.at",
        intimate=True,
        of_pair=_OF_PAIR,
    ),
)
