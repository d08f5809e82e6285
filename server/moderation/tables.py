"""Flags: what moderation wants a professional to see, with the evidence it was raised on."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
    false,
)
from sqlalchemy.dialects.postgresql import JSONB

from server.infra.database import Instant, metadata

flags = Table(
    "flags",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("supervisor_id", ForeignKey("accounts.id"), nullable=False),
    # Whose names the supervisor reads beside it.
    Column("pair_id", ForeignKey("pairs.id")),
    # The room and place it is about; plain values, since the tables of rooms are not ours. A call for help from
    # outside a room has neither.
    Column("room_id", Uuid),
    Column("seq", BigInteger),
    Column("author_id", ForeignKey("accounts.id"), nullable=False),
    Column("category", Text, nullable=False),
    Column("severity", SmallInteger, nullable=False),
    Column("action", Text, nullable=False),
    Column("labels", JSONB, nullable=False),
    Column("excerpt", Text, nullable=False),
    Column("engine", Text, nullable=False),
    Column("state", Text, nullable=False, server_default="open"),
    Column("raised_at", Instant, nullable=False),
    Column("decided_at", Instant),
    Column("decided_by", ForeignKey("accounts.id")),
    Column("note", Text),
    Column("alert", Boolean, nullable=False, server_default=false()),
    Column("due_at", Instant),
    CheckConstraint("severity between 1 and 4", name="severity"),
    CheckConstraint("action in ('deliver', 'mask', 'hold', 'block', 'help')", name="action"),
    CheckConstraint("state in ('open', 'released', 'refused', 'acknowledged')", name="state"),
    CheckConstraint("(state = 'open') = (decided_at is null)", name="decided"),
)
# Not unique: a message may be looked at as it was sent, and as it was changed.
Index("flags_room_id_seq_idx", flags.c.room_id, flags.c.seq)
Index("flags_queue_idx", flags.c.supervisor_id, flags.c.state, flags.c.severity.desc(), flags.c.raised_at)
Index(
    "flags_closed_idx",
    flags.c.supervisor_id,
    flags.c.decided_at.desc(),
    flags.c.id.desc(),
    postgresql_where=flags.c.decided_at.is_not(None),
)

# What an organisation changes of the rules; the newest version holds.
own_rules = Table(
    "own_rules",
    metadata,
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("rules", JSONB, nullable=False),
    Column("changed_by", ForeignKey("accounts.id"), nullable=False),
    Column("changed_at", Instant, nullable=False),
    PrimaryKeyConstraint("organisation_id", "version"),
)
