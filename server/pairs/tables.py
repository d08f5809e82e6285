"""The pair and its life, what holds it, the papers of its mentor, and the child-welfare track of its young person."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    func,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB

from server.infra.database import Instant, metadata

_MOST_NOTE = 2000  # characters of what staff note for each other

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
    # A bridge stands in for a pair whose mentor is away, until a day.
    Column("kind", Text, nullable=False, server_default="pair"),
    Column("bridge_of", ForeignKey("pairs.id")),
    Column("until", Instant),
    Column("closed_at", Instant),
    # Moves with each act of a professional: of two who act at once, the second is told.
    Column("revision", Integer, nullable=False, server_default=text("0")),
    CheckConstraint(
        "state in ('proposed', 'agreed', 'active', 'paused', 'probation', 'closing', 'closed')", name="state"
    ),
    CheckConstraint("kind in ('pair', 'bridge')", name="kind"),
    CheckConstraint(
        "(kind = 'bridge') = (bridge_of is not null) and (kind = 'bridge') = (until is not null)", name="bridge"
    ),
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
Index(
    "pairs_bridge_key",
    pairs.c.bridge_of,
    unique=True,
    postgresql_where=pairs.c.bridge_of.is_not(None) & (pairs.c.state != "closed"),
)

# What keeps a pair paused, and what it was before, until the last of its holds is lifted.
pair_holds = Table(
    "pair_holds",
    metadata,
    # The flag that tells of the message; a plain value, since the table of flags is not ours.
    Column("flag_id", Uuid, unique=True),
    Column("pair_id", ForeignKey("pairs.id"), nullable=False),
    Column("previous_state", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("lifted_at", Instant),
    Column("lifted_by", ForeignKey("accounts.id")),
    Column("id", Uuid, primary_key=True, server_default=func.gen_random_uuid()),
    Column("kind", Text, nullable=False, server_default="flag"),
    Column("why", Text),
    # Whose papers, consent or suspension it is; nobody's when it is about the pair.
    Column("about", ForeignKey("accounts.id")),
    Column("by_id", ForeignKey("accounts.id")),
    CheckConstraint(
        "kind in ('flag', 'consent', 'vetting', 'charter', 'training', 'welfare', 'suspended', 'decision')", name="kind"
    ),
    CheckConstraint("(kind = 'flag') = (flag_id is not null)", name="flag"),
)
Index("pair_holds_open_idx", pair_holds.c.pair_id, postgresql_where=pair_holds.c.lifted_at.is_(None))
Index(
    "pair_holds_open_key",
    pair_holds.c.pair_id,
    pair_holds.c.kind,
    func.coalesce(pair_holds.c.about, pair_holds.c.pair_id),
    unique=True,
    postgresql_where=pair_holds.c.lifted_at.is_(None) & pair_holds.c.flag_id.is_(None),
)

# What staff looked at when they proposed the two to each other, and what the young person answered last.
pair_proposals = Table(
    "pair_proposals",
    metadata,
    Column("pair_id", ForeignKey("pairs.id"), primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("availability", Text, nullable=False),
    Column("network", Text, nullable=False),
    Column("equipment", Text, nullable=False),
    Column("about_mentor", Text, nullable=False),  # in plain words, for the young person
    Column("answer", Text),
    Column("answered_at", Instant),
    CheckConstraint("length(availability) <= 400", name="availability"),
    CheckConstraint("network in ('good', 'weak', 'unknown')", name="network"),
    CheckConstraint("equipment in ('phone', 'computer', 'both', 'shared', 'none', 'unknown')", name="equipment"),
    CheckConstraint("length(about_mentor) <= 400", name="about_mentor"),
    CheckConstraint("answer in ('yes', 'not_now', 'no')", name="answer"),
)

# Append-only: each step of a pair's life, who did it and why. The note is for staff.
pair_history = Table(
    "pair_history",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("pair_id", ForeignKey("pairs.id"), nullable=False),
    Column("act", Text, nullable=False),
    Column("from_state", Text),
    Column("to_state", Text, nullable=False),
    Column("why", Text),
    Column("note", Text),
    Column("by_id", ForeignKey("accounts.id")),
    Column("at", Instant, nullable=False),
    Column("supervisor_id", ForeignKey("accounts.id")),  # to whom it was handed over
    CheckConstraint(f"length(note) <= {_MOST_NOTE}", name="note"),
    comment="append-only",
)
Index("pair_history_pair_id_idx", pair_history.c.pair_id, pair_history.c.at)

# A person who may be in no room for now.
suspensions = Table(
    "suspensions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("why", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("by_id", ForeignKey("accounts.id"), nullable=False),
    Column("lifted_at", Instant),
    Column("lifted_by", ForeignKey("accounts.id")),
    CheckConstraint("(lifted_at is null) = (lifted_by is null)", name="lifted"),
)
Index("suspensions_open_key", suspensions.c.account_id, unique=True, postgresql_where=suspensions.c.lifted_at.is_(None))

# What an organisation asks of a mentor before the first contact; without a row, the defaults.
gate_policies = Table(
    "gate_policies",
    metadata,
    Column("organisation_id", ForeignKey("organisations.id"), primary_key=True),
    Column("vetting", Boolean, nullable=False, server_default=true()),
    Column("charter", Boolean, nullable=False, server_default=true()),
    Column("training", Boolean, nullable=False, server_default=true()),
    Column("vetting_months", SmallInteger, nullable=False, server_default=text("6")),
    Column("welfare_blocks", Boolean, nullable=False, server_default=false()),
    Column("closed_readable_days", SmallInteger, nullable=False, server_default=text("90")),
    Column("changed_by", ForeignKey("accounts.id")),
    Column("changed_at", Instant),
    CheckConstraint("vetting_months between 1 and 60", name="vetting_months"),
    CheckConstraint("closed_readable_days between 0 and 730", name="closed_readable_days"),
)

# Append-only: the words of the mentors' charter; no row is version 1, as it is shipped.
charters = Table(
    "charters",
    metadata,
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("texts", JSONB, nullable=False),  # by language, the articles in their order
    # The day from which who signed earlier words has signed none any more.
    Column("sign_again_from", Date),
    Column("changed_by", ForeignKey("accounts.id")),
    Column("changed_at", Instant, nullable=False),
    PrimaryKeyConstraint("organisation_id", "version"),
    comment="append-only",
)

# Append-only: what a mentor has shown, signed or done. A row may withdraw an earlier one, and then says nothing else.
mentor_papers = Table(
    "mentor_papers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("gate", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("version", Integer),
    Column("issued_on", Date, nullable=False),
    Column("valid_until", Date),  # the last day
    Column("by_id", ForeignKey("accounts.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("withdraws", ForeignKey("mentor_papers.id"), unique=True),
    CheckConstraint("gate in ('vetting', 'charter', 'training')", name="gate"),
    CheckConstraint("kind ~ '^[a-z0-9]+(_[a-z0-9]+)*$'", name="kind"),
    CheckConstraint("valid_until >= issued_on", name="valid_until"),
    comment="append-only",
)

# Append-only: the child-welfare (ASE) track of a young person.
welfare_entries = Table(
    "welfare_entries",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("mentee_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("step", Text, nullable=False),
    Column("on_day", Date, nullable=False),
    Column("outcome", Text),
    Column("note", Text),
    Column("by_id", ForeignKey("accounts.id"), nullable=False),
    Column("at", Instant, nullable=False),
    CheckConstraint(
        "step in ('opened', 'agreement', 'opinion', 'adhesion', 'convention', 'evaluation', 'ended')", name="step"
    ),
    CheckConstraint("outcome in ('for', 'reserved', 'against')", name="outcome"),
    CheckConstraint(f"length(note) <= {_MOST_NOTE}", name="note"),
    comment="append-only",
)

# Which warning of a day that comes was given.
due_warnings = Table(
    "due_warnings",
    metadata,
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("what", Text, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("days", SmallInteger, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("account_id", "what", "due_on", "days"),
)
