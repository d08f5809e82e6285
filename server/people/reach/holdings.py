"""What the tables of reaching people hold about a person (``infra/holdings.py``)."""

from typing import Final

from server.infra.holdings import MINE, NOBODY, Deleted, Holding, Keeping, Kept, columns
from server.people.reach import tables

HOLDINGS: Final = (
    Holding(
        tables.reach_settings,
        MINE,
        Deleted(),
        shown=columns("push", "mail", "sms", "quiet_from", "quiet_to", "shown_phone"),
    ),
    Holding(tables.reach_policies, NOBODY, Kept("what an organisation decided"), acted=("changed_by",)),
    Holding(tables.push_keys, NOBODY, Kept("of the instance")),
    # Whose push service it is; the rest of the address is the browser's alone.
    Holding(
        tables.push_subscriptions,
        MINE,
        Deleted(),
        shown={"service": "split_part(t.endpoint, '/', 3)", **columns("made_at")},
        order="t.made_at",
    ),
    # Who they are goes when an admin takes them out (contacts.py).
    Holding(tables.outside_contacts, NOBODY, Kept("no member; an admin takes them out"), acted=("made_by",)),
    Holding(
        tables.deliveries,
        MINE,
        Deleted(),
        shown=columns("kind", "urgency", "queued_at", "state", "reason", "ended_at"),
        order="t.queued_at",
        intimate=True,  # as the notices that they are about
    ),
    Holding(tables.delivery_attempts, NOBODY, Kept("of deliveries, and gone with them")),
)

KEEPINGS: Final = (
    Keeping("deliveries", tables.deliveries, "t.ended_at", 365, 30, 730, "array_remove(array[t.account_id], null)"),
)
