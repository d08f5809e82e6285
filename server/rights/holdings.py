"""All that the house holds about people, and what this capability's own tables do."""

from typing import Final

from server.agenda import holdings as agenda
from server.escalation import holdings as escalation
from server.escalation.duty import holdings as duty
from server.escalation.letters import holdings as letters
from server.escalation.reports import holdings as reports
from server.infra.holdings import NOBODY, Blanked, Holding, Keeping, Kept, Passing, columns
from server.moderation import holdings as moderation
from server.pairs import holdings as pairs
from server.people import holdings as people
from server.relay import holdings as relay
from server.rights import tables
from server.rooms import holdings as rooms
from server.supervision import holdings as supervision
from server.supervision.attendance import holdings as attendance
from server.trail import holdings as trail

_OVER: Final = "case when {0} is not null and (t.ended_at is not null or t.until <= :now) then '' else {0} end"

_OWN: Final = (
    Holding(
        tables.data_requests,
        ":person in (t.about_id, t.by_id)",
        Blanked({"words": "null", "answer": "null", "extended_why": "null"}),
        acted=("taken_by", "ended_by"),
        shown=columns("at", "kind", "words", "state", "due_on", "extended_at", "extended_why", "ended_at", "answer"),
        order="t.at",
        section="requests",
    ),
    # What a hold in force is for goes when it is over (holds.py).
    Holding(
        tables.legal_holds,
        "t.account_id = :person or t.pair_id = any(cast(:pairs as uuid[]))",
        Blanked({"reason": _OVER.format("t.reason"), "untold_why": _OVER.format("t.untold_why")}),
        acted=("by_id", "ended_by"),
        shown=columns("since", "until", "ended_at"),
        seen="(t.account_id = :person or t.pair_id = any(cast(:pairs as uuid[]))) and t.told_at is not null",
        order="t.since",
    ),
    Holding(
        tables.sealed_remains, "t.account_id = :person", Kept("sealed, and destroyed when the hold is over (holds.py)")
    ),
    Holding(tables.sealed_pieces, NOBODY, Kept("of sealed_remains")),
    Holding(tables.retention_periods, NOBODY, Kept("periods"), acted=("changed_by",)),
)

# In the order in which they are forgotten: what refers to others stands before those, and the account before what only
# its being forgotten opens (``people.append_only``).
HOLDINGS: Final[tuple[Holding, ...]] = (
    *supervision.HOLDINGS,
    *attendance.HOLDINGS,
    *reports.HOLDINGS,
    *moderation.HOLDINGS,
    *people.HOLDINGS,
    *escalation.HOLDINGS,
    *relay.HOLDINGS,
    *rooms.HOLDINGS,
    *agenda.HOLDINGS,
    *duty.HOLDINGS,
    *letters.HOLDINGS,
    *pairs.HOLDINGS,
    *_OWN,
    *trail.HOLDINGS,
)

KEEPINGS: Final[tuple[Keeping, ...]] = (
    *supervision.KEEPINGS,
    *attendance.KEEPINGS,
    *escalation.KEEPINGS,
    *moderation.KEEPINGS,
    *rooms.KEEPINGS,
    *agenda.KEEPINGS,
    *duty.KEEPINGS,
    *letters.KEEPINGS,
    *people.KEEPINGS,
    *pairs.KEEPINGS,
    # Five years: how long somebody may go to court over an answer (French civil code, article 2224).
    Keeping("requests", tables.data_requests, "t.ended_at", 730, 365, 1826, "array[t.about_id, t.by_id]"),
)

PASSING: Final[tuple[Passing, ...]] = people.PASSING

CONTACTS: Final = (*people.CONTACTS, *pairs.CONTACTS, *rooms.CONTACTS)
