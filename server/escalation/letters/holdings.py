"""What the tables of letters hold about a person (``infra/holdings.py``)."""

from typing import Final

from server.escalation.letters import tables
from server.infra.holdings import Deleted, Holding, Keeping, columns

_THEIRS: Final = "t.person_id = :person"
_AUTHOR: Final = "case when t.author_id = :person then 'me' else 'professional' end"

HOLDINGS: Final = (
    Holding(
        tables.letters,
        _THEIRS,
        Deleted(),
        acted=("author_id",),
        shown={"author": _AUTHOR, **columns("line", "at", "body")},
        order="t.seq",
        intimate=True,
    ),
    Holding(tables.letter_marks, _THEIRS, Deleted(), acted=("reader_id",)),
    Holding(tables.letter_avoided, _THEIRS, Deleted(), acted=("account_id",)),
)

KEEPINGS: Final = (Keeping("letters", tables.letters, "t.at", 730, 90, 730, "array[t.person_id]"),)
