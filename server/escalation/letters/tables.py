"""Letters, how far each reader has come, and who is never to read a line."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    text,
)

from server.infra.database import Instant, metadata

letters = Table(
    "letters",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("person_id", ForeignKey("accounts.id"), nullable=False),
    Column("line", Text, nullable=False),
    Column("seq", BigInteger, Identity(always=True), nullable=False),
    Column("author_id", ForeignKey("accounts.id"), nullable=False),
    Column("body", Text, nullable=False),
    Column("at", Instant, nullable=False),
    CheckConstraint("line in ('own', 'other')", name="line"),
    CheckConstraint("length(body) between 1 and 4000", name="body"),
)
Index("letters_person_id_idx", letters.c.person_id, letters.c.line, letters.c.seq)
Index("letters_author_id_idx", letters.c.author_id)
Index("letters_organisation_id_idx", letters.c.organisation_id, letters.c.person_id, letters.c.line)

letter_marks = Table(
    "letter_marks",
    metadata,
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("person_id", ForeignKey("accounts.id"), nullable=False),
    Column("line", Text, nullable=False),
    Column("reader_id", ForeignKey("accounts.id"), nullable=False),
    Column("shown", BigInteger, nullable=False, server_default=text("0")),
    Column("seen", BigInteger, nullable=False, server_default=text("0")),
    CheckConstraint("line in ('own', 'other')", name="line"),
    PrimaryKeyConstraint("person_id", "line", "reader_id", name="letter_marks_pkey"),
)
Index("letter_marks_reader_id_idx", letter_marks.c.reader_id)

letter_avoided = Table(
    "letter_avoided",
    metadata,
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("person_id", ForeignKey("accounts.id"), nullable=False),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    PrimaryKeyConstraint("person_id", "account_id", name="letter_avoided_pkey"),
)
Index("letter_avoided_account_id_idx", letter_avoided.c.account_id)
