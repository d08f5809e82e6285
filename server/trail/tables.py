"""The audit trail. What the triggers on these tables do stands in ``sql/0008_audit.sql``: entries are added to the end
of their chain and to no other place, and nothing is changed or removed, not even by the owner of the tables."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY

from server.infra.database import Instant, metadata

# How far each chain has got: the number and the hash of its last entry.
audit_heads = Table(
    "audit_heads",
    metadata,
    Column("organisation_id", ForeignKey("organisations.id"), primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    CheckConstraint("sequence >= 0", name="sequence"),
    CheckConstraint("octet_length(hash) = 32", name="hash"),
    comment="append-only",
)

# ``entry`` is what counts: canonical JSON, hashed with the hash before it. The other columns repeat it for queries.
audit_entries = Table(
    "audit_entries",
    metadata,
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("sequence", BigInteger, nullable=False, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("act", Text, nullable=False),
    # Plain values: an entry outlives the account that it names.
    Column("by_id", Uuid),
    Column("about", ARRAY(Uuid), nullable=False),
    Column("entry", Text, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    PrimaryKeyConstraint("organisation_id", "sequence"),
    Index("audit_entries_about_idx", "about", postgresql_using="gin"),
    comment="append-only",
)

# What a transaction under way will add to the chain when it commits. Empty to everybody else.
audit_drafts = Table(
    "audit_drafts",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("draft", Text, nullable=False),
    Column("transaction", BigInteger, nullable=False, server_default=func.txid_current()),
    comment="append-only",
)

# The head of each chain as a day ended, in the organisation's zone.
audit_day_heads = Table(
    "audit_day_heads",
    metadata,
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("day", Date, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("organisation_id", "day"),
    comment="append-only",
)
