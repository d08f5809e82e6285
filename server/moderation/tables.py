"""Flags: what moderation wants a professional to see, with the evidence it was raised on; what professionals decided;
and what organisations change of the rules."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
    false,
)
from sqlalchemy.dialects.postgresql import JSONB

from server.infra.database import Instant, metadata

flags = Table(
    "flags",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("supervisor_id", ForeignKey("accounts.id"), nullable=False),
    # Whose names the supervisor reads beside it.
    Column("pair_id", ForeignKey("pairs.id")),
    # The room and place it is about; plain values, since the tables of rooms are not ours. A call for help from
    # outside a room has neither.
    Column("room_id", Uuid),
    Column("seq", BigInteger),
    # The number of the message's change that it was raised on, and of the last one that is known to it: an author may
    # edit what is flagged, and nobody may decide about words they have not seen.
    Column("changed", BigInteger),
    Column("known", BigInteger),
    # The state of the message at that change, and what it says if that is not the excerpt.
    Column("message", Text, nullable=False, server_default="none"),
    Column("edited", Text),
    Column("author_id", ForeignKey("accounts.id"), nullable=False),
    Column("category", Text, nullable=False),
    Column("severity", SmallInteger, nullable=False),
    Column("action", Text, nullable=False),
    Column("alert", Boolean, nullable=False, server_default=false()),
    Column("labels", JSONB, nullable=False),
    Column("excerpt", Text, nullable=False),
    # By which rules: the engine's own, and the version of the organisation's.
    Column("engine", Text, nullable=False),
    Column("rules_version", Integer),
    Column("state", Text, nullable=False, server_default="open"),
    Column("revision", Integer, nullable=False, server_default="0"),
    # It is or was on the lists of colleagues, who are told what becomes of it.
    Column("shared", Boolean, nullable=False, server_default=false()),
    # Its time has come, and they have been told so.
    Column("overdue", Boolean, nullable=False, server_default=false()),
    Column("raised_at", Instant, nullable=False),
    Column("due_at", Instant),
    Column("claimed_by", ForeignKey("accounts.id")),
    Column("claimed_until", Instant),
    Column("escalated_by", ForeignKey("accounts.id")),
    Column("escalated_at", Instant),
    # What waits for a second pair of eyes.
    Column("proposal_id", ForeignKey("reviews.id", use_alter=True, name="flags_proposal_id_fkey")),
    Column("decided_at", Instant),
    Column("decided_by", ForeignKey("accounts.id")),
    Column("seconded_by", ForeignKey("accounts.id")),
    Column("reason", Text),
    Column("note", Text),
    Column("advice", Text),
    CheckConstraint("severity between 1 and 4", name="severity"),
    CheckConstraint("action in ('deliver', 'mask', 'hold', 'block', 'help')", name="action"),
    CheckConstraint(
        "state in ('open', 'second', 'escalated', "
        "'released', 'released_masked', 'returned', 'refused', 'acknowledged')",
        name="state",
    ),
    CheckConstraint("(state in ('open', 'second', 'escalated')) = (decided_at is null)", name="decided"),
    CheckConstraint(
        "message in ('none', 'delivered', 'masked', 'held', 'blocked', 'refused', 'returned')", name="message"
    ),
    CheckConstraint("(claimed_by is null) = (claimed_until is null)", name="claimed"),
    CheckConstraint("(state = 'second') = (proposal_id is not null)", name="proposal"),
)
Index("flags_room_id_seq_idx", flags.c.room_id, flags.c.seq)
Index("flags_queue_idx", flags.c.supervisor_id, flags.c.state, flags.c.severity.desc(), flags.c.raised_at)
Index(
    "flags_closed_idx",
    flags.c.supervisor_id,
    flags.c.decided_at.desc(),
    flags.c.id.desc(),
    postgresql_where=flags.c.decided_at.is_not(None),
)
Index("flags_waiting_idx", flags.c.organisation_id, flags.c.due_at, postgresql_where=flags.c.decided_at.is_(None))
Index("flags_raised_idx", flags.c.organisation_id, flags.c.raised_at)

# What professionals did about flags, one row an act, never changed.
reviews = Table(
    "reviews",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("flag_id", ForeignKey("flags.id"), nullable=False, index=True),
    Column("act", Text, nullable=False),
    Column("decision", Text),
    Column("reason", Text),
    Column("note", Text),
    Column("advice", Text),
    Column("spans", JSONB),
    Column("lift_freeze", Boolean, nullable=False, server_default=false()),
    Column("by_id", ForeignKey("accounts.id"), nullable=False),
    Column("at", Instant, nullable=False),
    CheckConstraint("act in ('decide', 'propose', 'agree', 'disagree')", name="act"),
    CheckConstraint("(act in ('decide', 'propose')) = (decision is not null)", name="decision"),
)

# An author asks for another look, once a flag. ``before_…`` is what had been decided until then.
appeals = Table(
    "appeals",
    metadata,
    Column("flag_id", ForeignKey("flags.id"), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("words", Text),
    Column("before_state", Text),
    Column("before_by", ForeignKey("accounts.id")),
    Column("before_at", Instant),
    Column("decided_at", Instant),
)

# Decided flags that are judged once more by somebody who does not know what was decided.
samples = Table(
    "samples",
    metadata,
    Column("flag_id", ForeignKey("flags.id"), primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("decision", Text, nullable=False),
    Column("picked_at", Instant, nullable=False),
    Column("reviewed_by", ForeignKey("accounts.id")),
    Column("reviewed_at", Instant),
    Column("review", Text),
    Column("reason", Text),
    CheckConstraint("(reviewed_by is null) = (review is null)", name="reviewed"),
    Index("samples_organisation_id_picked_at_idx", "organisation_id", "picked_at"),
)

# What an organisation changes of the rules; the newest version holds.
own_rules = Table(
    "own_rules",
    metadata,
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("rules", JSONB, nullable=False),
    Column("changed_by", ForeignKey("accounts.id"), nullable=False),
    Column("changed_at", Instant, nullable=False),
    PrimaryKeyConstraint("organisation_id", "version"),
)
