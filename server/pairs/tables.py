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
