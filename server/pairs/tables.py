"""The pair: a mentor, a mentee, and the professional who answers for them."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text, UniqueConstraint, Uuid, func

from server.infra.database import Instant, metadata

pairs = Table(
    "pairs",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False, index=True),
    Column("mentor_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("mentee_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("supervisor_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("state", Text, nullable=False, server_default="active"),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    CheckConstraint("state in ('proposed', 'active', 'paused', 'probation', 'closing', 'closed')", name="state"),
    CheckConstraint("mentor_id <> mentee_id", name="two_people"),
    UniqueConstraint("id", "state"),  # so that a room can carry its pair's state (docs/decisions/0041)
)
# Two people are one pair at a time; a closed one may be followed by another.
Index(
    "pairs_open_key",
    pairs.c.mentor_id,
    pairs.c.mentee_id,
    unique=True,
    postgresql_where=pairs.c.state != "closed",
)

# A pair that a message has paused, and what it was before, until somebody lifts it.
pair_freezes = Table(
    "pair_freezes",
    metadata,
    # The flag that tells of the message; a plain value, since the table of flags is not ours.
    Column("flag_id", Uuid, primary_key=True),
    Column("pair_id", ForeignKey("pairs.id"), nullable=False),
    Column("previous_state", Text, nullable=False),
    Column("frozen_at", Instant, nullable=False),
    Column("lifted_at", Instant),
    Column("lifted_by", ForeignKey("accounts.id")),
)
Index("pair_freezes_open_idx", pair_freezes.c.pair_id, postgresql_where=pair_freezes.c.lifted_at.is_(None))
