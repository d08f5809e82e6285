"""Which flags are on whose list, in SQL: what waits for a supervisor, what waits for their second look, what was
decided, what they are to judge blindly. ``review.on_list`` says the same of one flag, but for data that is put aside; a
test holds them together."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from server.moderation.flag import Flag
from server.moderation.review import Reviewer
from server.moderation.store import flags_in, select_flags
from server.moderation.tables import appeals, flags, reviews, samples
from server.people.restrictions import is_aside

ListName = Literal["open", "closed", "second", "sample"]

# Under names of their own: whole flags are selected with their proposals and appeals beside them.
_reviews, _appeals = reviews.alias("r"), appeals.alias("a")


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long the lists of a supervisor are; ``held`` are those of ``open`` that hold a message back."""

    open: int
    held: int
    second: int
    sample: int


def _concerns(me: Reviewer) -> ColumnElement[bool]:
    about = flags.c.author_id == me.account_id
    return or_(about, and_(flags.c.pair_id.is_not(None), flags.c.pair_id.in_(me.pairs))) if me.pairs else about


def _open(me: Reviewer, now: datetime) -> ColumnElement[bool]:
    mine = flags.c.supervisor_id == me.account_id
    proposed = exists().where(_reviews.c.id == flags.c.proposal_id, _reviews.c.by_id == me.account_id)
    appealed = exists().where(
        _appeals.c.flag_id == flags.c.id, _appeals.c.decided_at.is_(None), _appeals.c.before_by.is_not(None)
    )
    against_me = exists().where(
        _appeals.c.flag_id == flags.c.id, _appeals.c.decided_at.is_(None), _appeals.c.before_by == me.account_id
    )
    come_round = or_(
        flags.c.state == "escalated",
        flags.c.due_at <= now,
        flags.c.author_id == flags.c.supervisor_id,
        appealed,
        flags.c.id.in_(me.called),
    )
    if not me.alone:
        come_round = and_(come_round, not_(_concerns(me)), not_(against_me))
    return or_(
        and_(flags.c.state.in_(("open", "escalated")), or_(mine, come_round)),
        and_(flags.c.state == "second", or_(proposed, and_(mine, _concerns(me)))),
    )


def _second(me: Reviewer) -> ColumnElement[bool]:
    proposed = exists().where(_reviews.c.id == flags.c.proposal_id, _reviews.c.by_id == me.account_id)
    return and_(flags.c.state == "second", not_(proposed), not_(_concerns(me)))


def _closed(me: Reviewer) -> ColumnElement[bool]:
    theirs = or_(
        flags.c.supervisor_id == me.account_id,
        flags.c.decided_by == me.account_id,
        flags.c.seconded_by == me.account_id,
    )
    return and_(flags.c.decided_at.is_not(None), theirs)


def _sample(me: Reviewer, now: datetime) -> ColumnElement[bool]:
    """Not of one's own caseload, whose decisions one is told, and not what one had a part in. Nor what was said by who
    asked to have their data put aside: a second review protects nobody."""
    waits = exists().where(samples.c.flag_id == flags.c.id, samples.c.reviewed_by.is_(None))
    part = exists().where(_reviews.c.flag_id == flags.c.id, _reviews.c.by_id == me.account_id)
    return and_(
        flags.c.decided_at.is_not(None),
        flags.c.supervisor_id != me.account_id,
        waits,
        not_(part),
        not_(_concerns(me)),
        not_(is_aside(flags.c.author_id, now)),
    )


def _of(which: ListName, me: Reviewer, now: datetime) -> ColumnElement[bool]:
    found = {"open": _open(me, now), "second": _second(me), "closed": _closed(me), "sample": _sample(me, now)}[which]
    return and_(flags.c.organisation_id == me.organisation_id, found)


async def on_list(conn: AsyncConnection, which: ListName, me: Reviewer, now: datetime, flag_id: UUID) -> bool:
    query = select(flags.c.id).where(flags.c.id == flag_id, _of(which, me, now))
    return (await conn.execute(query)).first() is not None


async def page(
    conn: AsyncConnection, which: ListName, me: Reviewer, now: datetime, after: Flag | None, limit: int
) -> list[Flag]:
    """The flags of a list behind ``after``: the most severe first, among equals the oldest; of decided ones the last
    decided first."""
    query = select_flags().where(_of(which, me, now))
    if which in ("closed", "sample"):
        if after is not None:
            query = query.where(
                or_(
                    flags.c.decided_at < after.decided_at,
                    and_(flags.c.decided_at == after.decided_at, flags.c.id < after.id),
                )
            )
        order: tuple[Any, ...] = (flags.c.decided_at.desc(), flags.c.id.desc())
    else:
        if after is not None:
            later = or_(
                flags.c.raised_at > after.raised_at, and_(flags.c.raised_at == after.raised_at, flags.c.id > after.id)
            )
            query = query.where(or_(flags.c.severity < after.severity, and_(flags.c.severity == after.severity, later)))
        order = (flags.c.severity.desc(), flags.c.raised_at, flags.c.id)
    return await flags_in(conn, query.order_by(*order).limit(limit))


async def waiting(conn: AsyncConnection, me: Reviewer, now: datetime) -> Waiting:
    own = flags.c.organisation_id == me.organisation_id
    sampled = select(func.count()).select_from(flags).where(own, _sample(me, now)).correlate(None).scalar_subquery()
    query = select(
        func.count().filter(_open(me, now)),
        func.count().filter(_open(me, now), flags.c.message == "held"),
        func.count().filter(_second(me)),
        sampled,
    ).where(own, flags.c.decided_at.is_(None))
    return Waiting(*(await conn.execute(query)).one())
