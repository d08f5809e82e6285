"""What the audit trail holds about a person (``infra/holdings.py``): that somebody did something, by identifiers. It
outlives them, since nothing can be taken out of a chain; what it names is nobody any more once the account is blank."""

from typing import Final

from server.infra.holdings import NOBODY, Holding, Kept, columns
from server.trail import tables
from server.trail.acts import READINGS

_WHY: Final = "proof of what was done, by identifiers, dates and words of ours; a chain cannot lose a link"
_READINGS: Final = ", ".join(f"'{act.value}'" for act in sorted(READINGS))

HOLDINGS: Final = (
    Holding(
        tables.audit_entries,
        ":person = any(t.about)",
        Kept(_WHY),
        acted=("by_id",),
        shown=columns("at", "act"),
        seen=f":person = any(t.about) and t.act in ({_READINGS}) and t.by_id is distinct from :person",
        order="t.sequence",
        section="readings",
        intimate=True,  # what a colleague read, of a case or of letters, is the person's own to know
    ),
    *(
        Holding(table, NOBODY, Kept(_WHY))
        for table in (tables.audit_heads, tables.audit_drafts, tables.audit_day_heads)
    ),
)
