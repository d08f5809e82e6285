"""Announcements of professionals, what they and mentors write each other aside, and the calls that go on just now."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from server.infra.database import Instant, metadata

room_knocks = Table(
    "room_knocks",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("room_id", ForeignKey("rooms.id"), nullable=False),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("at", Instant, nullable=False),
    # How long they wait before they come in.
    Column("wait_seconds", SmallInteger, nullable=False),
    # For as long as somebody in the call asks that a professional come.
    Column("summoned", Boolean, nullable=False, server_default="false"),
    Column("withdrawn_at", Instant),
    CheckConstraint("wait_seconds between 0 and 60", name="wait_seconds"),
    Index("room_knocks_room_id_at_idx", "room_id", "at"),
)

# Who in a call asked that a professional come, before everybody in it.
summonses = Table(
    "summonses",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("room_id", ForeignKey("rooms.id"), nullable=False),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    # Of another capability, whose tables are not ours: the call for help that it is.
    Column("case_id", Uuid),
    Column("at", Instant, nullable=False),
    Column("over_at", Instant),
    Column("over", Text),
    CheckConstraint("over in ('answered', 'ended', 'withdrawn') and (over_at is null) = (over is null)", name="over"),
    Index("summonses_room_id_at_idx", "room_id", "at"),
)

whispers = Table(
    "whispers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("room_id", ForeignKey("rooms.id"), nullable=False),
    Column("author_id", ForeignKey("accounts.id"), nullable=False),
    Column("to_id", ForeignKey("accounts.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("body", Text, nullable=False),
    CheckConstraint("length(body) <= 500", name="body"),
    Index("whispers_room_id_at_idx", "room_id", "at"),
)

# Not logged: after a crash of the database there are no calls to tell of until each process says again what it carries.
live_calls = Table(
    "live_calls",
    metadata,
    Column("carrier", Uuid, nullable=False),
    Column("room_id", ForeignKey("rooms.id"), nullable=False),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("since", Instant, nullable=False),
    Column("people", JSONB, nullable=False),
    Column("adult", Text, nullable=False),
    Column("held", Text),
    Column("summons", JSONB, nullable=False, server_default="[]"),
    # Moved on by the process that carries it; where that died, nobody does.
    Column("last_known_at", Instant, nullable=False),
    PrimaryKeyConstraint("carrier", "room_id"),
    CheckConstraint("adult in ('there', 'missing', 'not_required')", name="adult"),
    prefixes=["UNLOGGED"],
)
