"""Tables of second factors, of known devices, and of what guessing costs."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
)

from server.infra.database import Instant, metadata

auth_devices = Table(
    "auth_devices",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("first_at", Instant, nullable=False),
    Column("last_on", Date, nullable=False),
)

totp_secrets = Table(
    "totp_secrets",
    metadata,
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("last_step", BigInteger, nullable=False),
    Column("created_at", Instant, nullable=False),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("selector", Text, primary_key=True),
    Column("code_hash", Text, nullable=False),
    Column("used_at", Instant),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("account_id", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("credential_id", LargeBinary, nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("rp_id", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("used_on", Date, nullable=False),
)

spent_challenges = Table(
    "spent_challenges",
    metadata,
    Column("challenge", LargeBinary, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
)

guesses = Table(
    "guesses",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("key", LargeBinary, primary_key=True),
    Column("free_at", Instant, nullable=False),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("refused", Integer, nullable=False, server_default="0"),
    Column("refused_since", Instant),
    Column("refused_at", Instant),
    Column("told_at", Instant),
    CheckConstraint("kind in ('address', 'code', 'login', 'pin')", name="kind"),
)
Index("guesses_refused_at_idx", guesses.c.refused_at, postgresql_where=guesses.c.refused > 0)
