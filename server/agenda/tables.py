"""Planned sessions of a pair. Instants are UTC; ``zone`` is the IANA zone they were agreed in."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, Uuid, func

from server.infra.database import Instant, metadata

planned_sessions = Table(
    "planned_sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("pair_id", ForeignKey("pairs.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("zone", Text, nullable=False),
    Column("created_by", ForeignKey("accounts.id"), nullable=False),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    Column("cancelled_at", Instant),
    CheckConstraint("minutes between 5 and 480", name="minutes"),
)
Index("planned_sessions_pair_id_starts_at_idx", planned_sessions.c.pair_id, planned_sessions.c.starts_at)
