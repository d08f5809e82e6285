"""How each person wants to be reached, the devices they are told on, people outside, and what was sent."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    text,
    true,
)

from server.infra.database import Instant, metadata

# What somebody has chosen; without a row, what the columns say by default, and the quiet hours of rules.py. Quiet hours
# are minutes of the day.
reach_settings = Table(
    "reach_settings",
    metadata,
    Column("account_id", ForeignKey("accounts.id"), primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("push", Boolean, nullable=False, server_default=true()),
    Column("mail", Boolean, nullable=False, server_default=true()),
    Column("sms", Boolean, nullable=False, server_default=true()),
    Column("quiet_from", SmallInteger),
    Column("quiet_to", SmallInteger),
    # The number at work that a professional shows to the people they answer for.
    Column("shown_phone", Text),
    CheckConstraint("quiet_from between 0 and 1439 and quiet_to between 0 and 1439", name="quiet"),
    CheckConstraint("(quiet_from is null) = (quiet_to is null) and quiet_from <> quiet_to", name="quiet_both"),
    CheckConstraint("shown_phone ~ '^\\+[0-9]{6,15}$'", name="shown_phone"),
)

# By what an organisation lets its young people be told, where they consent; without a row, by all.
reach_policies = Table(
    "reach_policies",
    metadata,
    Column("organisation_id", ForeignKey("organisations.id"), primary_key=True),
    Column("young_push", Boolean, nullable=False, server_default=true()),
    Column("young_mail", Boolean, nullable=False, server_default=true()),
    Column("young_sms", Boolean, nullable=False, server_default=true()),
    Column("changed_by", ForeignKey("accounts.id"), nullable=False),
    Column("changed_at", Instant, nullable=False),
)

# The pairs of keys by which push services know this server (RFC 8292), the one in force last; the private half is
# sealed. Devices subscribe to one of them.
push_keys = Table(
    "push_keys",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("public", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("made_at", Instant, nullable=False),
)

# Gone with the session in which it was made: who signs out there, or is signed out, is told nothing there.
push_subscriptions = Table(
    "push_subscriptions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("session_id", ForeignKey("auth_sessions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("key_id", ForeignKey("push_keys.id"), nullable=False),
    Column("endpoint", Text, nullable=False, unique=True),
    Column("p256dh", LargeBinary, nullable=False),
    Column("auth", LargeBinary, nullable=False),
    Column("made_at", Instant, nullable=False),
    CheckConstraint("length(endpoint) <= 1000", name="endpoint"),
)

# Somebody who is no member: the duty line of the department, a partner's on-call phone.
outside_contacts = Table(
    "outside_contacts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("works_for", Text, nullable=False, server_default=""),
    Column("email", Text),
    Column("phone", Text),
    Column("language", Text, nullable=False, server_default="fr"),
    Column("made_by", ForeignKey("accounts.id"), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("removed_at", Instant),
    CheckConstraint("length(email) <= 254", name="email"),
    CheckConstraint("phone ~ '^\\+[0-9]{6,15}$'", name="phone"),
    CheckConstraint("removed_at is not null or email is not null or phone is not null", name="reached"),
)

# One thing to tell one person. ``turn`` moves each time a courier takes it up; until ``due_at``, which is ``wait_s``
# seconds after that was written, nobody else does.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("account_id", ForeignKey("accounts.id")),
    Column("contact_id", ForeignKey("outside_contacts.id")),
    Column("key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("urgency", Text, nullable=False),
    Column("every_channel", Boolean, nullable=False, server_default=false()),
    Column("link", Text),
    Column("queued_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("wait_s", Integer, nullable=False, server_default=text("0")),
    Column("turn", Integer, nullable=False, server_default=text("0")),
    Column("rounds", SmallInteger, nullable=False, server_default=text("0")),
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("reason", Text),
    Column("ended_at", Instant),
    UniqueConstraint("account_id", "key"),
    UniqueConstraint("contact_id", "key"),
    CheckConstraint("(account_id is null) <> (contact_id is null)", name="recipient"),
    CheckConstraint("kind ~ '^[a-z]+(_[a-z]+)*$'", name="kind"),
    CheckConstraint("urgency in ('critical', 'ordinary', 'prompt')", name="urgency"),
    CheckConstraint("state in ('waiting', 'sent', 'failed', 'dropped')", name="state"),
    CheckConstraint("(state = 'waiting') = (ended_at is null)", name="ended"),
)
Index(
    "deliveries_waiting_idx",
    deliveries.c.urgency,
    deliveries.c.due_at,
    postgresql_where=deliveries.c.state == "waiting",
)
Index("deliveries_key_idx", deliveries.c.key)

# Written before something is sent, and again when it is known what became of it: ``sending`` is what a server that was
# killed meanwhile leaves behind.
delivery_attempts = Table(
    "delivery_attempts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("delivery_id", ForeignKey("deliveries.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("channel", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("result", Text, nullable=False, server_default="sending"),
    Column("reason", Text),
    CheckConstraint("channel in ('mail', 'push', 'sms')", name="channel"),
    CheckConstraint("result in ('sending', 'sent', 'failed', 'unknown')", name="result"),
)
