"""The rota of an organisation, what differs from it for a time, and which gaps were told of."""

from sqlalchemy import (
    ARRAY,
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
    Time,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from server.infra.database import Instant, metadata

duty_plans = Table(
    "duty_plans",
    metadata,
    Column("organisation_id", ForeignKey("organisations.id"), primary_key=True),
    # Moves with each change: of two who save at once, the second is told.
    Column("revision", Integer, nullable=False, server_default=text("0")),
    # An outside contact of people/reach; a plain value, since that table is not ours.
    Column("fallback_id", Uuid),
    Column("changed_by", ForeignKey("accounts.id")),
    Column("changed_at", Instant, nullable=False),
)

# Times are those of the clock on the wall; an end that is not after its beginning is on the next day.
duty_hours = Table(
    "duty_hours",
    metadata,
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("day", SmallInteger, nullable=False),
    Column("begins", Time, nullable=False),
    Column("ends", Time, nullable=False),
    PrimaryKeyConstraint("organisation_id", "day", "begins"),
    CheckConstraint("day between 1 and 7", name="day"),
)

duty_closures = Table(
    "duty_closures",
    metadata,
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("why", Text, nullable=False),
    PrimaryKeyConstraint("organisation_id", "first_day"),
    CheckConstraint("length(why) <= 80", name="why"),
    CheckConstraint("first_day <= last_day", name="days"),
)

duty_shifts = Table(
    "duty_shifts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("place", SmallInteger, nullable=False),
    Column("days", ARRAY(SmallInteger), nullable=False),
    Column("closures", Boolean, nullable=False),
    Column("begins", Time, nullable=False),
    Column("ends", Time, nullable=False),
    Column("every", SmallInteger, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date),
    CheckConstraint("every between 1 and 52", name="every"),
    CheckConstraint("days <@ '{1,2,3,4,5,6,7}'::smallint[] and (closures or days <> '{}')", name="days"),
    CheckConstraint("first_day <= last_day", name="valid"),
    Index("duty_shifts_organisation_id_idx", "organisation_id", "place"),
)

duty_shift_people = Table(
    "duty_shift_people",
    metadata,
    Column("shift_id", ForeignKey("duty_shifts.id", ondelete="CASCADE"), nullable=False),
    Column("place", SmallInteger, nullable=False),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    PrimaryKeyConstraint("shift_id", "place"),
    UniqueConstraint("shift_id", "account_id", name="duty_shift_people_shift_id_account_id_key"),
)

duty_ladder = Table(
    "duty_ladder",
    metadata,
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("place", SmallInteger, nullable=False),
    Column("account_id", ForeignKey("accounts.id"), nullable=False, index=True),
    PrimaryKeyConstraint("organisation_id", "place"),
    UniqueConstraint("organisation_id", "account_id", name="duty_ladder_organisation_id_account_id_key"),
)

# ``out_id`` is away, ``into_id`` is on call as well, or the one instead of the other. Only what is accepted counts.
duty_changes = Table(
    "duty_changes",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", ForeignKey("organisations.id"), nullable=False),
    Column("out_id", ForeignKey("accounts.id"), index=True),
    Column("into_id", ForeignKey("accounts.id"), index=True),
    Column("begins", Instant, nullable=False),
    Column("ends", Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("asked_by", ForeignKey("accounts.id"), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("accepted_at", Instant),
    Column("ended_by", ForeignKey("accounts.id")),
    Column("ended_at", Instant),
    CheckConstraint("state in ('asked', 'accepted', 'declined', 'withdrawn')", name="state"),
    CheckConstraint("num_nonnulls(out_id, into_id) > 0 and out_id is distinct from into_id", name="who"),
    CheckConstraint("begins < ends", name="span"),
    CheckConstraint("state <> 'accepted' or accepted_at is not null", name="accepted"),
    CheckConstraint(
        "(state in ('declined', 'withdrawn')) = (ended_at is not null) and (ended_at is null) = (ended_by is null)",
        name="ended",
    ),
    Index("duty_changes_organisation_id_idx", "organisation_id", "ends"),
)

duty_alarms = Table(
    "duty_alarms",
    metadata,
    Column("organisation_id", ForeignKey("organisations.id"), primary_key=True),
    Column("told_on", Date, nullable=False),
    Column("gaps", JSONB, nullable=False),
)
