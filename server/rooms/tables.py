"""Rooms, who belongs to them, their message log, and how far each person has got.

One counter per room, ``rooms.last_seq``, numbers every change of its log. A message takes the next number as its
place (``seq``, never changed again) and as its ``changed``; a later change (a held message released, one refused)
takes the next number as the new ``changed`` of the same row. So "what did I miss since N" is ``changed > N``.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
)

from server.infra.database import Instant, metadata

rooms = Table(
    "rooms",
    metadata,
    Column("id", Uuid, primary_key=True),
    # The short name of the room on the wire where bytes are dear. Not a secret: rights are checked at each act.
    Column("number", Integer, Identity(always=True), nullable=False, unique=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("pair_id", ForeignKey("pairs.id"), index=True),
    Column("kind", Text, nullable=False, server_default="pair"),
    Column("last_seq", BigInteger, nullable=False, server_default="0"),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    Column("closed_at", Instant),
    CheckConstraint("kind in ('pair')", name="kind"),
)

room_members = Table(
    "room_members",
    metadata,
    Column("room_id", ForeignKey("rooms.id"), nullable=False),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    # Who the author of a message is in the compact wire form; given once, never reused in the room.
    Column("seat", SmallInteger, nullable=False),
    Column("joined_at", Instant, nullable=False, server_default=func.now()),
    Column("left_at", Instant),
    PrimaryKeyConstraint("room_id", "account_id"),
    UniqueConstraint("room_id", "seat"),
)

messages = Table(
    "messages",
    metadata,
    Column("room_id", ForeignKey("rooms.id"), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("id", Uuid, nullable=False),
    Column("author_id", ForeignKey("accounts.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    # What others read instead of ``body`` when part of it is hidden.
    Column("masked_body", Text),
    Column("state", Text, nullable=False),
    PrimaryKeyConstraint("room_id", "seq"),
    UniqueConstraint("room_id", "author_id", "id"),
    CheckConstraint("kind in ('text')", name="kind"),
    CheckConstraint("state in ('delivered', 'masked', 'held', 'blocked', 'refused')", name="state"),
)
Index("messages_room_id_changed_key", messages.c.room_id, messages.c.changed, unique=True)

# Apart from room_members: marks move all the time, membership hardly ever, and only the latter announces itself.
room_marks = Table(
    "room_marks",
    metadata,
    Column("room_id", ForeignKey("rooms.id"), nullable=False),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("delivered", BigInteger, nullable=False, server_default="0"),
    Column("seen", BigInteger, nullable=False, server_default="0"),
    PrimaryKeyConstraint("room_id", "account_id"),
)

# Promise 4: who entered a room or its call to watch over it, for the people of the room to read.
room_visits = Table(
    "room_visits",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("room_id", ForeignKey("rooms.id"), nullable=False, index=True),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("act", Text, nullable=False),
    Column("entered_at", Instant, nullable=False),
    Column("left_at", Instant),
    CheckConstraint("act in ('read', 'call')", name="act"),
)
