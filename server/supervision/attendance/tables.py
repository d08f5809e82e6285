"""Each presence of somebody in a call, how it ended, and the processes that carry those that go on."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from server.infra.database import Instant, metadata
from server.infra.grants import PASSING

call_presences = Table(
    "call_presences",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("room_id", ForeignKey("rooms.id"), nullable=False),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("role", Text, nullable=False),
    Column("carrier", Uuid, nullable=False),
    Column("came_at", Instant, nullable=False),
    Index("call_presences_room_id_came_at_idx", "room_id", "came_at"),
    Index("call_presences_account_id_idx", "account_id"),
    Index("call_presences_carrier_idx", "carrier"),
    comment=PASSING,
)

call_departures = Table(
    "call_departures",
    metadata,
    Column("presence_id", ForeignKey("call_presences.id", ondelete="CASCADE"), primary_key=True),
    Column("went_at", Instant, nullable=False),
    Column("why", Text, nullable=False),
    CheckConstraint(
        "why in ('left', 'removed', 'consent', 'lost', 'drained', 'stopped', 'put_out', 'adult', 'crashed')", name="why"
    ),
    comment=PASSING,
)

# A row a process, as long as it carries somebody. ``away``: of those whose line is cut and who may come back, by
# presence, when they were last known.
call_carriers = Table(
    "call_carriers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("last_known_at", Instant, nullable=False),
    Column("away", JSONB, nullable=False),
)
