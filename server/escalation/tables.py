"""Cases, who and what is in them, what happened, and the pages that went out."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from server.infra.database import Instant, metadata

cases = Table(
    "cases",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("reference", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("severity", SmallInteger, nullable=False),
    Column("state", Text, nullable=False, server_default="open"),
    # The young person it is about; who caused it: the author, who called, who reported, who opened it.
    Column("about_id", ForeignKey("accounts.id"), index=True),
    Column("by_id", ForeignKey("accounts.id"), index=True),
    Column("pair_id", ForeignKey("pairs.id"), index=True),
    Column("room_id", Uuid),
    # Nobody, until somebody without a part in it takes it.
    Column("owner_id", ForeignKey("accounts.id")),
    Column("opened_at", Instant, nullable=False),
    Column("due_at", Instant),
    # Of this round: a case that is opened again waits for a person again.
    Column("acknowledged_at", Instant),
    Column("acknowledged_by", ForeignKey("accounts.id")),
    Column("acknowledged_outside", Uuid),
    Column("round", Integer, nullable=False, server_default="1"),
    Column("round_at", Instant, nullable=False),
    # The timer: which step of the ladder is next, and when.
    Column("step", Integer, nullable=False, server_default="0"),
    Column("page_at", Instant),
    Column("outcome", Text),
    Column("closed_at", Instant),
    Column("closed_by", ForeignKey("accounts.id")),
    Column("merged_into", ForeignKey("cases.id")),
    Column("revision", Integer, nullable=False, server_default="0"),
    CheckConstraint("reference ~ '^[0-9A-HJKMNP-TV-Z]{5}$'", name="reference"),
    CheckConstraint("origin in ('cadence', 'flag', 'help', 'person', 'report')", name="origin"),
    CheckConstraint("category ~ '^[a-z]+(_[a-z]+)*$'", name="category"),
    CheckConstraint("severity between 1 and 4", name="severity"),
    CheckConstraint("state in ('open', 'acknowledged', 'in_progress', 'relayed', 'closed')", name="state"),
    CheckConstraint(
        "(state = 'closed') = (closed_at is not null) and (closed_at is null) = (outcome is null)", name="closed"
    ),
    CheckConstraint("merged_into is null or (state = 'closed' and outcome = 'merged')", name="merged"),
    CheckConstraint(
        "(page_at is not null) = (acknowledged_at is null and state <> 'closed' and severity > 1)", name="paged"
    ),
    CheckConstraint(
        "(acknowledged_at is not null or (acknowledged_by is null and acknowledged_outside is null))"
        " and (state = 'closed' or (state = 'open') = (acknowledged_at is null))",
        name="acknowledged",
    ),
)
_LIVING = cases.c.state != "closed"
Index("cases_organisation_id_idx", cases.c.organisation_id, cases.c.opened_at.desc(), cases.c.id.desc())
Index("cases_living_idx", cases.c.organisation_id, cases.c.due_at, postgresql_where=_LIVING)
Index("cases_page_at_idx", cases.c.page_at, postgresql_where=cases.c.page_at.is_not(None))
Index("cases_owner_id_idx", cases.c.owner_id, postgresql_where=_LIVING)
Index("cases_merged_into_idx", cases.c.merged_into, postgresql_where=cases.c.merged_into.is_not(None))

case_parties = Table(
    "case_parties",
    metadata,
    Column("case_id", ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), primary_key=True, index=True),
    Column("part", Text, primary_key=True),
    # The professional who said so; nobody, for who was in it from what opened it.
    Column("added_by", ForeignKey("accounts.id")),
    CheckConstraint(
        "part in ('author', 'caller', 'kept_away', 'professional', 'reported', 'reporter', 'witness', 'young')",
        name="part",
    ),
)

case_entries = Table(
    "case_entries",
    metadata,
    Column("id", Uuid, primary_key=True),
    # In the order in which they were written: whoever writes has the case locked.
    Column("number", BigInteger, Identity(always=True), nullable=False),
    Column("case_id", ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("by_id", ForeignKey("accounts.id")),
    Column("act", Text, nullable=False),
    Column("tier", Text),
    Column("note", Text),
    Column("detail", JSONB, nullable=False, server_default="{}"),
    CheckConstraint("act ~ '^[a-z]+(_[a-z]+)*$'", name="act"),
    CheckConstraint("tier in ('shareable', 'team', 'confidential')", name="tier"),
    CheckConstraint("length(note) <= 4000", name="note"),
    CheckConstraint("note is null or tier is not null", name="circle"),
    Index("case_entries_case_id_idx", "case_id", "number"),
)

# What a case is about, by identifiers of other capabilities' things, whose tables are not ours.
case_links = Table(
    "case_links",
    metadata,
    Column("case_id", ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("ref", Uuid, primary_key=True, index=True),
    Column("room_id", Uuid),
    Column("seq", BigInteger),
    Column("added_at", Instant, nullable=False),
    Column("added_by", ForeignKey("accounts.id")),
    CheckConstraint("kind in ('case', 'flag', 'letter', 'message', 'pair', 'report')", name="kind"),
)

case_tasks = Table(
    "case_tasks",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
    Column("words", Text, nullable=False),
    Column("owner_id", ForeignKey("accounts.id")),
    Column("due_on", Date),
    Column("made_at", Instant, nullable=False),
    Column("made_by", ForeignKey("accounts.id"), nullable=False),
    Column("done_at", Instant),
    Column("done_by", ForeignKey("accounts.id")),
    CheckConstraint("length(words) <= 500", name="words"),
    CheckConstraint("(done_at is null) = (done_by is null)", name="done"),
    Index("case_tasks_case_id_idx", "case_id", "made_at"),
)

# One row is one step of the ladder, once for ever, whoever else climbs it at the same time.
case_pages = Table(
    "case_pages",
    metadata,
    Column("case_id", ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
    Column("round", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    Column("severity", SmallInteger, nullable=False),
    Column("rung", SmallInteger, nullable=False),
    Column("people", ARRAY(Uuid), nullable=False),
    # An outside contact, and the hash of the link by which they say that they heard.
    Column("outside", Uuid),
    Column("link_hash", LargeBinary, unique=True),
    PrimaryKeyConstraint("case_id", "round", "step"),
)

# When somebody last opened the file: who looks twice in a sitting has read once.
case_readings = Table(
    "case_readings",
    metadata,
    Column("case_id", ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("at", Instant, nullable=False),
)
