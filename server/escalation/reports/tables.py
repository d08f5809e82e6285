"""Reports, and what professionals answered to those who made them."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, ForeignKey, Index, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from server.infra.database import Instant, metadata

# What was said, of what, by whom and when never changes (a trigger of 0023); it may become empty.
reports = Table(
    "reports",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("by_id", ForeignKey("accounts.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("subject", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("words", Text, nullable=False, server_default=""),
    # A pair was paused by it.
    Column("stopped", Boolean, nullable=False),
    # It was to be, and a professional decides: they had let go on, shortly before, what this reporter had stopped.
    Column("asked", Boolean, nullable=False),
    # Whom it is about, and in which pair they have to do with each other.
    Column("person_id", ForeignKey("accounts.id"), index=True),
    Column("pair_id", ForeignKey("pairs.id")),
    # The message as it was at that moment, and what it had said before; by identifiers of the rooms' tables.
    Column("room_id", Uuid),
    Column("seq", BigInteger),
    Column("message_id", Uuid),
    Column("message_kind", Text),
    Column("message_at", Instant),
    Column("message_state", Text),
    Column("excerpt", Text, nullable=False, server_default=""),
    Column("earlier", ARRAY(Text), nullable=False, server_default="{}"),
    Column("case_id", ForeignKey("cases.id", ondelete="CASCADE"), nullable=False, index=True),
    # What the reporter was last told of its progress, and since when it stands so.
    Column("told", Text, nullable=False, server_default="received"),
    Column("told_at", Instant, nullable=False),
    CheckConstraint("subject in ('message', 'person', 'worry')", name="subject"),
    CheckConstraint("kind in ('danger', 'hurtful', 'other', 'secrets', 'sexual', 'uneasy', 'unwell')", name="kind"),
    CheckConstraint("length(words) <= 2000", name="words"),
    CheckConstraint("message_kind in ('text', 'voice')", name="message_kind"),
    CheckConstraint("length(excerpt) <= 4000", name="excerpt"),
    CheckConstraint("told in ('received', 'looked_at', 'done')", name="told"),
    CheckConstraint(
        "(subject = 'message') = (message_id is not null)"
        " and (message_id is null) = (room_id is null) and (room_id is null) = (seq is null)",
        name="message",
    ),
    CheckConstraint("(subject = 'worry') = (person_id is null)", name="person"),
    Index("reports_by_id_idx", "by_id", "at"),
)

report_answers = Table(
    "report_answers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("report_id", ForeignKey("reports.id", ondelete="CASCADE"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("by_id", ForeignKey("accounts.id"), nullable=False),
    Column("words", Text, nullable=False),
    CheckConstraint("length(words) <= 2000", name="words"),
    Index("report_answers_report_id_idx", "report_id", "at"),
)
