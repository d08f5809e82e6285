"""Who broke the glass of which room and why, who put off telling of it beforehand, who ended that early, and when it
was told. Append-only: triggers of ``sql/0008_audit.sql`` and ``sql/0013_kept.sql`` refuse everything else."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text, Uuid

from server.infra.database import Instant, metadata

glass_accesses = Table(
    "glass_accesses",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("room_id", ForeignKey("rooms.id"), nullable=False),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("motive", Text, nullable=False),
    # For the professionals of the organisation; the two of the pair are told the motive.
    Column("sentence", Text, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    # When the two are told, as things stood then: at once, or at the end of a deferral. One that ends early brings it
    # forward (store.py).
    Column("tell_at", Instant, nullable=False),
    CheckConstraint("motive in ('absence', 'authority', 'danger', 'report')", name="motive"),
    Index("glass_accesses_organisation_id_opened_at_idx", "organisation_id", "opened_at"),
    comment="append-only",
)

glass_deferrals = Table(
    "glass_deferrals",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("room_id", ForeignKey("rooms.id"), nullable=False, index=True),
    Column("by_id", ForeignKey("accounts.id"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    CheckConstraint("reason in ('authority', 'inquiry', 'safety')", name="reason"),
    CheckConstraint("until > made_at and until <= made_at + interval '30 days'", name="until"),
    comment="append-only",
)

glass_deferral_ends = Table(
    "glass_deferral_ends",
    metadata,
    Column("deferral_id", ForeignKey("glass_deferrals.id"), primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("by_id", ForeignKey("accounts.id"), nullable=False),
    Column("at", Instant, nullable=False),
    comment="append-only",
)

glass_tellings = Table(
    "glass_tellings",
    metadata,
    Column("access_id", ForeignKey("glass_accesses.id"), primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("at", Instant, nullable=False),
    comment="append-only",
)
