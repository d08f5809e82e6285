"""Flags: what moderation wants a professional to see, with the evidence it was raised on."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKey, Index, SmallInteger, Table, Text, Uuid
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
    CheckConstraint("severity between 1 and 4", name="severity"),
    CheckConstraint("action in ('deliver', 'mask', 'hold', 'block', 'help')", name="action"),
    CheckConstraint("state in ('open', 'released', 'refused', 'acknowledged')", name="state"),
    CheckConstraint("(state = 'open') = (decided_at is null)", name="decided"),
)
Index("flags_room_id_seq_key", flags.c.room_id, flags.c.seq, unique=True)
Index("flags_queue_idx", flags.c.supervisor_id, flags.c.state, flags.c.severity.desc(), flags.c.raised_at)
Index(
    "flags_closed_idx",
    flags.c.supervisor_id,
    flags.c.decided_at.desc(),
    flags.c.id.desc(),
    postgresql_where=flags.c.decided_at.is_not(None),
)
