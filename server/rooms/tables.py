"""Rooms, who belongs to them, their message log, and how far each person has got.

One counter per room, ``rooms.last_seq``, numbers every change of its log. A message takes the next number as its
place (``seq``, never changed again) and as its ``changed``; a later change (a held message released, one refused)
takes the next number as the new ``changed`` of the same row. So "what did I miss since N" is ``changed > N``.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    false,
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
    Column("pair_id", Uuid, index=True),
    # A copy that PostgreSQL itself keeps equal to the pair's state, in the transaction that changes it: whether the
    # room takes messages is then known from the very row that an append locks (docs/decisions/0041).
    Column("pair_state", Text),
    Column("kind", Text, nullable=False, server_default="pair"),
    Column("last_seq", BigInteger, nullable=False, server_default="0"),
    Column("created_at", Instant, nullable=False, server_default=func.now()),
    Column("closed_at", Instant),
    # A professional has paused it: nobody else writes in it, or is heard in its call.
    Column("paused_at", Instant),
    Column("paused_why", Text),
    Column("paused_by", ForeignKey("accounts.id")),
    # How often a professional has ended its call: whoever came in before is out.
    Column("calls_ended", Integer, nullable=False, server_default="0"),
    ForeignKeyConstraint(["pair_id", "pair_state"], ["pairs.id", "pairs.state"], onupdate="CASCADE"),
    CheckConstraint("kind in ('pair', 'bridge')", name="kind"),
    CheckConstraint("(pair_id is null) = (pair_state is null)", name="pair"),
    CheckConstraint(
        "(paused_at is null) = (paused_why is null) and (paused_at is null) = (paused_by is null)", name="paused"
    ),
    # Room in each page for new versions of its rows: last_seq moves with every message and is in no index.
    postgresql_with={"fillfactor": 50},
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
    # Since when a professional keeps this person out of the room's calls.
    Column("put_out_at", Instant),
    PrimaryKeyConstraint("room_id", "account_id"),
    UniqueConstraint("room_id", "seat"),
)

messages = Table(
    "messages",
    metadata,
    Column("room_id", Uuid, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("id", Uuid, nullable=False),
    Column("author_id", Uuid, nullable=False),
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    # What others read instead of ``body`` when part of it is hidden.
    Column("masked_body", Text),
    Column("state", Text, nullable=False),
    # A professional's words to the author, with a message that was returned.
    Column("advice", Text),
    # The kind word that the author was answered with, where the state does not say it already.
    Column("notice", Text),
    # The author has changed it since, and others read that.
    Column("edited", Boolean, nullable=False, server_default=false()),
    # Which of its versions ``body`` is.
    Column("version", SmallInteger, nullable=False, server_default="1"),
    # A newer text of the author that others do not read: it waits, or was sent back or refused (docs/decisions/0155).
    Column("edit_body", Text),
    Column("edit_state", Text),
    # The number of the last change that only the author and professionals may know of.
    Column("private_change", BigInteger),
    PrimaryKeyConstraint("room_id", "seq"),
    # ``id`` first: it is a UUIDv7, so the index grows at its right edge instead of everywhere.
    UniqueConstraint("id", "room_id", "author_id"),
    ForeignKeyConstraint(["room_id", "author_id"], ["room_members.room_id", "room_members.account_id"]),
    CheckConstraint("changed >= seq", name="changed"),
    CheckConstraint("kind in ('text', 'voice')", name="kind"),
    CheckConstraint("state in ('delivered', 'masked', 'held', 'blocked', 'refused', 'returned')", name="state"),
    CheckConstraint("edit_state in ('held', 'refused', 'returned')", name="edit_state"),
    CheckConstraint("(edit_state is null) = (edit_body is null)", name="edit"),
)
# Only the few that changed after they were written; for all others ``changed`` is ``seq``, and the primary key serves.
Index(
    "messages_room_id_changed_key",
    messages.c.room_id,
    messages.c.changed,
    unique=True,
    postgresql_where=messages.c.changed != messages.c.seq,
)
Index(
    "messages_room_id_private_change_key",
    messages.c.room_id,
    messages.c.private_change,
    unique=True,
    postgresql_where=messages.c.private_change.is_not(None),
)

# Evidence: what a changed message was at first (version 1), and each text that its author wanted instead.
message_versions = Table(
    "message_versions",
    metadata,
    Column("room_id", Uuid, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("version", SmallInteger, nullable=False, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("body", Text, nullable=False),
    Column("masked_body", Text),
    Column("state", Text, nullable=False),
    Column("notice", Text),
    # The number of the room under which this became known; of what was blocked, the number before it.
    Column("changed", BigInteger, nullable=False),
    Column("flag_id", Uuid),
    PrimaryKeyConstraint("room_id", "seq", "version"),
    ForeignKeyConstraint(["room_id", "seq"], ["messages.room_id", "messages.seq"]),
)

# What the moderation remembers of an author in a room, beside the last messages.
conversation_states = Table(
    "conversation_states",
    metadata,
    Column("room_id", ForeignKey("rooms.id"), nullable=False),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("state", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("room_id", "account_id"),
)

# What a message of kind 'voice' says; such a message has the id of its note (docs/decisions/0131).
voice_notes = Table(
    "voice_notes",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("room_id", Uuid, nullable=False),
    Column("author_id", Uuid, nullable=False),
    Column("bytes", Integer, nullable=False),
    # How long it is, as its packets say. Null until all of it is here.
    Column("milliseconds", Integer),
    Column("created_at", Instant, nullable=False),
    Column("touched_at", Instant, nullable=False),
    ForeignKeyConstraint(["room_id", "author_id"], ["room_members.room_id", "room_members.account_id"]),
    CheckConstraint("bytes between 1 and 1048576", name="bytes"),
    Index("voice_notes_author_id_created_at_idx", "author_id", "created_at"),
    Index("voice_notes_touched_at_idx", "touched_at"),
)

# In pieces as they came: a piece is there or not, in the one backup that holds the messages too.
voice_note_chunks = Table(
    "voice_note_chunks",
    metadata,
    Column("note_id", ForeignKey("voice_notes.id", ondelete="CASCADE"), nullable=False),
    Column("number", SmallInteger, nullable=False),
    Column("content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("note_id", "number"),
    CheckConstraint("number between 0 and 127", name="number"),
)

# Apart from room_members: marks move all the time, membership hardly ever, and only the latter announces itself.
room_marks = Table(
    "room_marks",
    metadata,
    Column("room_id", ForeignKey("rooms.id"), nullable=False),
    Column("account_id", ForeignKey("accounts.id"), nullable=False),
    Column("delivered", BigInteger, nullable=False, server_default="0"),
    Column("seen", BigInteger, nullable=False, server_default="0"),
    PrimaryKeyConstraint("room_id", "account_id"),
    postgresql_with={"fillfactor": 50},
)

# When the two of a room were last in a call together: an exchange that leaves no message.
room_meetings = Table(
    "room_meetings",
    metadata,
    Column("room_id", ForeignKey("rooms.id"), primary_key=True),
    Column("at", Instant, nullable=False),
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
    # Moved on by the process that holds the visit open; where that process died, the visit ended then.
    Column("last_known_at", Instant, nullable=False),
    Column("left_at", Instant),
    CheckConstraint("act in ('read', 'call')", name="act"),
)
Index("room_visits_open_idx", room_visits.c.last_known_at, postgresql_where=room_visits.c.left_at.is_(None))
