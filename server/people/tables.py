"""Organisations, accounts, and the sessions that prove who is asking."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from server.infra.database import Instant, metadata

organisations = Table(
    "organisations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("country", Text, nullable=False, server_default="FR"),
    Column("zone", Text, nullable=False, server_default="Europe/Paris"),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    Column("direct_calls", Boolean, nullable=False, server_default=false()),
    # How long before they enter a call professionals announce themselves.
    Column("announce_seconds", SmallInteger, nullable=False, server_default="10"),
    # Without whom a call of a young person of that age does not go on.
    Column("adult_under_15", Text, nullable=False, server_default="mentor"),
    Column("adult_under_18", Text, nullable=False, server_default="mentor"),
    CheckConstraint("announce_seconds between 5 and 60", name="announce_seconds"),
    CheckConstraint("adult_under_15 in ('none', 'mentor', 'professional')", name="adult_under_15"),
    CheckConstraint("adult_under_18 in ('none', 'mentor', 'professional')", name="adult_under_18"),
    Column("silence_days", SmallInteger, nullable=False, server_default=text("21")),
    CheckConstraint("silence_days between 7 and 180", name="silence_days"),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("login", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("language", Text, nullable=False, server_default="fr"),
    Column("zone", Text, nullable=False, server_default="Europe/Paris"),
    Column("birth_date", Date),
    Column("password_hash", Text),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    Column("disabled_at", Instant),
    Column("email", Text),
    Column("phone", Text),
    Column("version", Integer, nullable=False, server_default=text("1")),
    # What an index finds them by: PostgreSQL calls no function for that which might leak rows of other organisations.
    Column("login_key", Text, Computed("lower(login)", persisted=True), nullable=False, unique=True),
    Column("email_key", Text, Computed("lower(email)", persisted=True)),
    # Since when the row says nothing of who it was (server/rights/erasure.py).
    Column("erased_at", Instant),
    CheckConstraint("length(email) <= 254", name="email"),
    CheckConstraint("phone ~ '^\\+[0-9]{6,15}$'", name="phone"),
    CheckConstraint("role in ('admin', 'guardian', 'mentee', 'mentor', 'prescriber', 'supervisor')", name="role"),
    CheckConstraint("role <> 'mentee' or birth_date is not null or erased_at is not null", name="mentee_birth_date"),
)
Index("accounts_organisation_id_idx", accounts.c.organisation_id)
Index("accounts_email_key_idx", accounts.c.email_key, postgresql_where=accounts.c.email_key.is_not(None))

auth_sessions = Table(
    "auth_sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("state", Text, nullable=False, server_default="one_factor"),
    Column("device_id", ForeignKey("auth_devices.id", ondelete="SET NULL")),
    Column("system", Text),
    Column("browser", Text),
    Column("used_on", Date),
    CheckConstraint("kind in ('cookie', 'bearer')", name="kind"),
    CheckConstraint("state in ('asked', 'set_up', 'one_factor', 'two_factors')", name="state"),
)

account_notices = Table(
    "account_notices",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("at", Instant, nullable=False),
    Column("seen_at", Instant),
    CheckConstraint("kind ~ '^[a-z]+(_[a-z]+)*$'", name="kind"),
    Index("account_notices_account_id_idx", "account_id", "at"),
)

invitations = Table(
    "invitations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("created_by", ForeignKey("accounts.id", ondelete="SET NULL")),
    Column("expires_at", Instant, nullable=False),
    Column("shown_hash", LargeBinary, unique=True),
    Column("sent_hash", LargeBinary, unique=True),
    Column("code_hash", LargeBinary, unique=True),
    Column("used_at", Instant),
    Column("revoked_at", Instant),
    Column("way", Text),
    Column("delivery", Text),
    Column("failure", Text),
    CheckConstraint("purpose in ('device', 'password', 'reset')", name="purpose"),
    CheckConstraint("way in ('mail', 'sms')", name="way"),
    CheckConstraint("delivery in ('queued', 'sent', 'failed')", name="delivery"),
    Index("invitations_account_id_idx", "account_id", "created_at"),
)

bound_sessions = Table(
    "bound_sessions",
    metadata,
    Column("session_id", ForeignKey("auth_sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("pin_hash", Text),
)

from server.people.factors import tables as factor_tables  # noqa: E402, F401 - likewise
from server.people.helplines import tables as helpline_tables  # noqa: E402, F401 - likewise
from server.people.reach import tables as reach_tables  # noqa: E402, F401 - likewise

# Whose data is put aside because they asked for it (restrictions.py). ``id`` is that of the request.
restrictions = Table(
    "restrictions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant),
    Column("ended_by", ForeignKey("accounts.id")),
    CheckConstraint("kind in ('objection', 'restriction')", name="kind"),
    CheckConstraint("(until is null) = (ended_by is null)", name="ended"),
)
