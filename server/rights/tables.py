"""Requests of people on their data, legal holds, what a hold keeps of somebody who was forgotten, and retention."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)

from server.infra.database import Instant, metadata

MOST_WORDS = 2000  # characters of a request, an answer, a reason

data_requests = Table(
    "data_requests",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("about_id", ForeignKey("accounts.id"), nullable=False),
    Column("by_id", ForeignKey("accounts.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("words", Text),
    Column("state", Text, nullable=False, server_default="received"),
    Column("at", Instant, nullable=False),
    # The last day for an answer, in the organisation's zone.
    Column("due_on", Date, nullable=False),
    Column("taken_by", ForeignKey("accounts.id")),
    Column("taken_at", Instant),
    Column("extended_at", Instant),
    Column("extended_why", Text),
    Column("ended_by", ForeignKey("accounts.id")),
    Column("ended_at", Instant),
    Column("answer", Text),
    # Moves with each step: of two who decide at once, the second is told.
    Column("revision", Integer, nullable=False, server_default=text("0")),
    # The nearest warning that staff was given, in days before the last one.
    Column("warned", SmallInteger),
    CheckConstraint("kind in ('access', 'correction', 'erasure', 'objection', 'restriction')", name="kind"),
    CheckConstraint("state in ('received', 'taken', 'answered', 'refused', 'withdrawn')", name="state"),
    CheckConstraint("(state in ('answered', 'refused', 'withdrawn')) = (ended_at is not null)", name="ended"),
    CheckConstraint(f"length(words) <= {MOST_WORDS}", name="words"),
    CheckConstraint(f"length(extended_why) <= {MOST_WORDS}", name="extended_why"),
    CheckConstraint(f"length(answer) <= {MOST_WORDS}", name="answer"),
    Index("data_requests_about_id_idx", "about_id"),
)
Index(
    "data_requests_open_idx",
    data_requests.c.organisation_id,
    data_requests.c.due_on,
    postgresql_where=data_requests.c.ended_at.is_(None),
)
# Asked twice for the same thing is asked once; what a parent asked for stands in no child's way.
Index(
    "data_requests_open_key",
    data_requests.c.about_id,
    data_requests.c.by_id,
    data_requests.c.kind,
    unique=True,
    postgresql_where=data_requests.c.ended_at.is_(None),
)

# Nothing about this person, or this pair and its two people, may go for now.
legal_holds = Table(
    "legal_holds",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("account_id", ForeignKey("accounts.id"), index=True),
    Column("pair_id", ForeignKey("pairs.id"), index=True),
    Column("reason", Text, nullable=False),
    Column("by_id", ForeignKey("accounts.id"), nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    # Until when the people concerned are not told, and why.
    Column("untold_until", Instant),
    Column("untold_why", Text),
    Column("told_at", Instant),
    Column("ended_at", Instant),
    Column("ended_by", ForeignKey("accounts.id")),  # nobody, when its time ran out
    CheckConstraint("(account_id is null) <> (pair_id is null)", name="one"),
    CheckConstraint("until > since", name="until"),
    CheckConstraint("(untold_until is null) = (untold_why is null)", name="untold"),
    CheckConstraint(f"length(reason) <= {MOST_WORDS}", name="reason"),
    CheckConstraint(f"length(untold_why) <= {MOST_WORDS}", name="untold_why"),
)

# What was held about somebody who was forgotten under a legal hold, sealed by the keyring, in pieces. With a pair:
# their part in that alone, for a hold on it or on the other one.
sealed_remains = Table(
    "sealed_remains",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("sealed_at", Instant, nullable=False),
    Column("pair_id", ForeignKey("pairs.id")),
)

sealed_pieces = Table(
    "sealed_pieces",
    metadata,
    Column("remains_id", ForeignKey("sealed_remains.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False, autoincrement=False),
    Column("content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("remains_id", "number"),
)

# For how long an organisation keeps what it needs for a purpose, where that is not the default.
retention_periods = Table(
    "retention_periods",
    metadata,
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("days", Integer, nullable=False),
    Column("changed_by", ForeignKey("accounts.id"), nullable=False),
    Column("changed_at", Instant, nullable=False),
    PrimaryKeyConstraint("organisation_id", "purpose"),
)
