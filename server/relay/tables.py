"""What leaves the house about a case, each text of it, the file, who read it; and the contacts of the CRIP."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from server.infra.database import Instant, metadata

dispatches = Table(
    "dispatches",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("case_id", ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
    # The young person, if there is one.
    Column("about_id", ForeignKey("accounts.id"), index=True),
    Column("kind", Text, nullable=False),
    Column("outside", Boolean, nullable=False),
    Column("state", Text, nullable=False, server_default="draft"),
    Column("language", Text, nullable=False),
    # The newest of its texts.
    Column("version", Integer, nullable=False),
    Column("made_by", ForeignKey("accounts.id"), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("revision", Integer, nullable=False, server_default="0"),
    # When the young person is told of it, why not at once, and in which words.
    Column("tell", Text, nullable=False),
    Column("tell_on", Instant),
    Column("tell_why", Text),
    Column("tell_words", Text),
    Column("told_at", Instant),
    Column("proposed_by", ForeignKey("accounts.id")),
    Column("proposed_at", Instant),
    Column("asked_id", ForeignKey("accounts.id")),
    # The second pair of eyes: before it leaves, or after, for what could not wait.
    Column("seconded_by", ForeignKey("accounts.id")),
    Column("seconded_at", Instant),
    Column("seconded_as", Text),
    Column("seconded_agrees", Boolean),
    Column("seconded_note", Text),
    Column("urgent_why", Text),
    # SHA-256 of the manifest of the file that was proposed.
    Column("manifest", LargeBinary),
    Column("sent_by", ForeignKey("accounts.id")),
    Column("sent_at", Instant),
    Column("sent_how", Text),
    Column("sent_note", Text),
    Column("answer", Text),
    Column("answer_at", Instant),
    Column("answer_by", ForeignKey("accounts.id")),
    Column("answer_words", Text),
    CheckConstraint("kind in ('bundle', 'concern', 'referral', 'relay')", name="kind"),
    CheckConstraint("state in ('draft', 'proposed', 'agreed', 'sent', 'withdrawn')", name="state"),
    CheckConstraint("tell in ('now', 'later', 'never')", name="tell"),
    CheckConstraint("seconded_as in ('whole', 'outline')", name="seconded_as"),
    CheckConstraint("octet_length(manifest) = 32", name="manifest"),
    CheckConstraint("sent_how in ('encrypted', 'hand', 'other', 'portal', 'post', 'telephone')", name="sent_how"),
    CheckConstraint("answer in ('answered', 'declined', 'received')", name="answer"),
    CheckConstraint("(tell = 'later') = (tell_on is not null)", name="later"),
    CheckConstraint("tell = 'now' or tell_why is not null", name="reason"),
    CheckConstraint("(state = 'sent') = (sent_at is not null)", name="sent"),
    CheckConstraint("seconded_by is distinct from proposed_by or seconded_by is null", name="two"),
    CheckConstraint(
        "state not in ('agreed', 'sent') or (manifest is not null and proposed_by is not null"
        " and (not outside or seconded_agrees is true or urgent_why is not null))",
        name="agreed",
    ),
    Index("dispatches_case_id_idx", "case_id", "made_at"),
)
Index("dispatches_untold_idx", dispatches.c.made_at, postgresql_where=dispatches.c.told_at.is_(None))

dispatch_versions = Table(
    "dispatch_versions",
    metadata,
    Column("dispatch_id", ForeignKey("dispatches.id", ondelete="CASCADE"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("by_id", ForeignKey("accounts.id"), nullable=False),
    Column("fields", JSONB, nullable=False),
    PrimaryKeyConstraint("dispatch_id", "version"),
)

# What a second person looks at is what leaves: the very bytes. ``outline`` says what is in it without its words.
dispatch_files = Table(
    "dispatch_files",
    metadata,
    Column("dispatch_id", ForeignKey("dispatches.id", ondelete="CASCADE"), primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("outline", JSONB, nullable=False),
    Column("made_at", Instant, nullable=False),
)

dispatch_readings = Table(
    "dispatch_readings",
    metadata,
    Column("dispatch_id", ForeignKey("dispatches.id", ondelete="CASCADE"), nullable=False),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("at", Instant, nullable=False),
    # The young people whose words it held then; whoever reads those of more has read anew.
    Column("about", ARRAY(Uuid), nullable=False),
    # The manifest of the file that they were last shown: nobody agrees to one that they have not seen.
    Column("seen", LargeBinary),
    # They were given the file to send it: from then on it may have left, whatever is said here.
    Column("took", Boolean, nullable=False, server_default="false"),
    Column("told_at", Instant),
    PrimaryKeyConstraint("dispatch_id", "account_id"),
)
Index(
    "dispatch_readings_untold_idx",
    dispatch_readings.c.dispatch_id,
    postgresql_where=dispatch_readings.c.told_at.is_(None),
)

crip_contacts = Table(
    "crip_contacts",
    metadata,
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("department", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False, server_default=""),
    Column("email", Text, nullable=False, server_default=""),
    Column("phone", Text, nullable=False, server_default=""),
    Column("source", Text, nullable=False),
    Column("checked_on", Date, nullable=False),
    Column("changed_by", ForeignKey("accounts.id"), nullable=False),
    Column("changed_at", Instant, nullable=False),
    PrimaryKeyConstraint("organisation_id", "department"),
    CheckConstraint("department ~ '^(2[AB]|[0-9]{2,3})$'", name="department"),
)
