"""The help card of an organisation: its own telephone, its own lines, and what it says of those that are shipped."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Time,
    UniqueConstraint,
    Uuid,
    false,
)

from server.infra.database import Instant, metadata

help_cards = Table(
    "help_cards",
    metadata,
    Column("organisation_id", ForeignKey("organisations.id"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("phone", Text),
    Column("changed_by", ForeignKey("accounts.id")),
    Column("changed_at", Instant, nullable=False),
    CheckConstraint("phone ~ '^\\+[0-9]{6,15}$'", name="phone"),
)

helplines = Table(
    "helplines",
    metadata,
    Column("id", Uuid, nullable=False),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("place", SmallInteger, nullable=False),
    Column("shipped", Text),
    Column("hidden", Boolean, nullable=False, server_default=false()),
    Column("checked_on", Date, nullable=False),
    Column("number", Text),
    Column("audience", Text),
    Column("danger", Boolean, nullable=False, server_default=false()),
    Column("sms", Boolean, nullable=False, server_default=false()),
    Column("free", Boolean, nullable=False, server_default=false()),
    Column("opens", Time),
    Column("closes", Time),
    Column("days", ARRAY(SmallInteger)),
    Column("chat_opens", Time),
    Column("chat_closes", Time),
    Column("age_from", SmallInteger),
    Column("age_to", SmallInteger),
    Column("source", Text),
    CheckConstraint("length(audience) <= 120", name="audience"),
    CheckConstraint("length(source) <= 300", name="source"),
    CheckConstraint(
        "(shipped is null) = (number is not null) and (number is null) = (audience is null)"
        " and (number is null) = (source is null)",
        name="own",
    ),
    CheckConstraint(
        "(opens is null) = (closes is null) and (chat_opens is null) = (chat_closes is null)",
        name="hours",
    ),
    PrimaryKeyConstraint("organisation_id", "id", name="helplines_pkey"),
    UniqueConstraint("organisation_id", "place", name="helplines_place_key"),
    UniqueConstraint("organisation_id", "shipped", name="helplines_shipped_key"),
)
