"""What is held about a person because something left, or was to leave, about them (``infra/holdings.py``). The words go
when somebody in the case is forgotten, sealed first where a legal hold names them; that something left, and where the
trail remembers it, stays."""

from typing import Final

from server.infra.holdings import NOBODY, Blanked, Deleted, Holding, Kept, columns
from server.relay import tables

_IN_CASE: Final = (
    "exists (select from dispatches d join case_parties p on p.case_id = d.case_id"
    " where d.id = t.dispatch_id and p.account_id = :person)"
)
_IN_PAIR: Final = (
    "exists (select from dispatches d join cases c on c.id = d.case_id"
    " where d.id = t.dispatch_id and c.pair_id = any(cast(:pairs as uuid[])))"
)

HOLDINGS: Final = (
    Holding(tables.dispatch_files, _IN_CASE, Deleted(), of_pair=_IN_PAIR),
    Holding(tables.dispatch_versions, _IN_CASE, Blanked({"fields": "'{}'::jsonb"}), acted=("by_id",), of_pair=_IN_PAIR),
    Holding(
        tables.dispatch_readings,
        _IN_CASE,
        Kept("who read it, by an identifier; the person reads it in the access journal"),
        acted=("account_id",),
        of_pair=_IN_PAIR,
    ),
    Holding(
        tables.dispatches,
        "t.about_id = :person"
        " or exists (select from case_parties p where p.case_id = t.case_id and p.account_id = :person)",
        Blanked(
            {
                "tell_words": "null",
                "tell_why": "case when t.tell = 'now' then null else '' end",
                "seconded_note": "null",
                "urgent_why": "case when t.urgent_why is not null then '' end",
                "sent_note": "null",
                "answer_words": "null",
            }
        ),
        acted=("made_by", "proposed_by", "asked_id", "seconded_by", "sent_by", "answer_by"),
        shown=columns("sent_at", "kind", "words") | {"words": "t.tell_words"},
        seen="t.about_id = :person and t.told_at is not null and t.sent_at is not null",
        order="t.sent_at",
        intimate=True,
        of_pair="exists (select from cases c where c.id = t.case_id and c.pair_id = any(cast(:pairs as uuid[])))",
    ),
    Holding(tables.crip_contacts, NOBODY, Kept("contacts of authorities"), acted=("changed_by",)),
)
