"""Guardians, the words in which people are asked, and the ledger of what they said."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from server.infra.database import Instant, metadata

guardian_links = Table(
    "guardian_links",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("guardian_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("mentee_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("relation", Text, nullable=False),
    Column("authority", Boolean, nullable=False),
    Column("paper", Text, nullable=False),  # on which staff recorded it
    Column("since", Instant, nullable=False),
    Column("recorded_by", ForeignKey("accounts.id"), nullable=False),
    Column("until", Instant),
    Column("ended_by", ForeignKey("accounts.id")),  # nobody, when it was the 18th birthday
    Column("ended_why", Text),
    CheckConstraint("relation in ('parent', 'family', 'carer', 'institution')", name="relation"),
    CheckConstraint(
        "paper in ('family_record', 'birth_certificate', 'judgment', 'placement', 'declaration')", name="paper"
    ),
    CheckConstraint("(until is null) = (ended_why is null)", name="ended"),
    CheckConstraint("ended_why in ('adult', 'authority', 'mistake', 'request')", name="ended_why"),
    CheckConstraint("guardian_id <> mentee_id", name="two_people"),
)
Index(
    "guardian_links_open_key",
    guardian_links.c.guardian_id,
    guardian_links.c.mentee_id,
    unique=True,
    postgresql_where=guardian_links.c.until.is_(None),
)

consent_texts = Table(
    "consent_texts",
    metadata,
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("texts", JSONB, nullable=False),
    Column("asks_again_from", Instant),
    Column("changed_by", ForeignKey("accounts.id")),  # nobody: as shipped
    Column("changed_at", Instant, nullable=False),
    CheckConstraint("purpose in ('chat', 'family_call', 'notifications', 'prescriber', 'video')", name="purpose"),
    PrimaryKeyConstraint("organisation_id", "purpose", "version"),
    comment="append-only",
)

consent_entries = Table(
    "consent_entries",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("number", BigInteger, Identity(always=True), nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("mentee_id", ForeignKey("accounts.id"), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("decision", Text, nullable=False),
    Column("by_id", ForeignKey("accounts.id"), nullable=False),
    Column("capacity", Text, nullable=False),
    Column("how", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("recorded_by", ForeignKey("accounts.id"), nullable=False),
    Column("recorded_at", Instant, nullable=False),
    UniqueConstraint("number"),
    CheckConstraint("decision in ('given', 'refused', 'withdrawn')", name="decision"),
    CheckConstraint("capacity in ('adult', 'authority', 'self')", name="capacity"),
    CheckConstraint("how in ('app', 'oral', 'paper')", name="how"),
    CheckConstraint("(capacity = 'authority') = (by_id <> mentee_id)", name="speaker"),
    CheckConstraint("at <= recorded_at", name="at"),
    ForeignKeyConstraint(
        ["organisation_id", "purpose", "version"],
        ["consent_texts.organisation_id", "consent_texts.purpose", "consent_texts.version"],
        name="consent_entries_text_fkey",
    ),
    comment="append-only",
)
Index("consent_entries_mentee_id_idx", consent_entries.c.mentee_id, consent_entries.c.number)

age_steps = Table(
    "age_steps",
    metadata,
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("mentee_id", ForeignKey("accounts.id"), nullable=False),
    Column("age", SmallInteger, nullable=False),
    Column("days_before", SmallInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("born", Date, nullable=False),
    PrimaryKeyConstraint("mentee_id", "age", "days_before", "born"),
    CheckConstraint("age in (15, 18)", name="age"),
    CheckConstraint("days_before in (0, 7, 30)", name="days_before"),
    comment="append-only",
)

asked_again = Table(
    "asked_again",
    metadata,
    Column("organisation_id", Uuid, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("organisation_id", "purpose", "version"),
    ForeignKeyConstraint(
        ["organisation_id", "purpose", "version"],
        ["consent_texts.organisation_id", "consent_texts.purpose", "consent_texts.version"],
        name="asked_again_text_fkey",
    ),
    comment="append-only",
)
