"""Organisations, accounts, and the sessions that prove who is asking."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    Text,
    Uuid,
    false,
    func,
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
    CheckConstraint("role in ('admin', 'guardian', 'mentee', 'mentor', 'prescriber', 'supervisor')", name="role"),
    CheckConstraint("role <> 'mentee' or birth_date is not null", name="mentee_birth_date"),
)
Index("accounts_login_key", func.lower(accounts.c.login), unique=True)
Index("accounts_organisation_id_idx", accounts.c.organisation_id)

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

from server.people import consent_tables as consent_tables  # noqa: E402 - declared with the others, in a file of its own
from server.people.factors import tables as factor_tables  # noqa: E402, F401 - likewise
