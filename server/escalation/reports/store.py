"""SQL of reports and of their answers."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import exists, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation.reports.rules import Kind, Progress, Subject
from server.escalation.reports.tables import report_answers, reports
from server.escalation.tables import cases

# Who reports twice at once takes turns with themselves: a repeat finds the first, and a second joins its case.
_TURN: Final = text("select pg_advisory_xact_lock(hashtextextended('report:' || cast(:account as text), 0))")


@dataclass(frozen=True, slots=True)
class Said:
    """A message as it was: ``text`` is what its author wrote, ``earlier`` what it said before it was edited."""

    room_id: UUID
    seq: int
    message_id: UUID
    kind: str
    at: datetime
    state: str
    text: str
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A report as stored. ``person_id``: whom it is about; ``stopped``: a pair was paused by it; ``asked``: it was
    to be, and a professional decides; ``told``: what its
    reporter was last told of its progress, at ``told_at``."""

    id: UUID
    organisation_id: UUID
    by_id: UUID
    at: datetime
    subject: Subject
    kind: Kind
    words: str
    stopped: bool
    person_id: UUID | None
    pair_id: UUID | None
    said: Said | None
    case_id: UUID
    told: Progress
    told_at: datetime
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    id: UUID
    report_id: UUID
    at: datetime
    by_id: UUID
    words: str


async def take_turn(conn: AsyncConnection, account_id: UUID) -> None:
    """Until the end of the transaction, this person makes no other report. Before anything else is locked."""
    await conn.execute(_TURN, {"account": str(account_id)})


async def report_of(conn: AsyncConnection, report_id: UUID) -> Report | None:
    found = await _reports(conn, select(reports).where(reports.c.id == report_id))
    return found[0] if found else None


async def reports_by(conn: AsyncConnection, account_id: UUID, limit: int) -> list[Report]:
    """The newest first."""
    query = select(reports).where(reports.c.by_id == account_id).order_by(reports.c.at.desc(), reports.c.id.desc())
    return await _reports(conn, query.limit(limit))


async def reports_in(conn: AsyncConnection, case_ids: Collection[UUID]) -> list[Report]:
    """The reports that are in these cases, the oldest first."""
    query = select(reports).where(reports.c.case_id.in_(case_ids)).order_by(reports.c.at, reports.c.id)
    return await _reports(conn, query)


async def has_stopped(conn: AsyncConnection, by_id: UUID, instants: Collection[datetime]) -> bool:
    """Whether contact was stopped at one of these instants by a report of this person."""
    mine = exists().where(reports.c.by_id == by_id, reports.c.stopped, reports.c.at.in_(instants))
    return bool((await conn.execute(select(mine))).scalar_one())


async def open_case_about(conn: AsyncConnection, by_id: UUID, person_id: UUID | None) -> UUID | None:
    """The newest case that nobody has acknowledged yet in which there is a report of this person about the same
    person, or about nobody by name."""
    query = (
        select(reports.c.case_id)
        .join(cases, cases.c.id == reports.c.case_id)
        .where(
            reports.c.by_id == by_id,
            reports.c.person_id.is_not_distinct_from(person_id),
            cases.c.state == "open",
            cases.c.origin == "report",
        )
        .order_by(cases.c.opened_at.desc(), cases.c.id.desc())
        .limit(1)
    )
    found: UUID | None = (await conn.execute(query)).scalar_one_or_none()
    return found


async def add(conn: AsyncConnection, new: Report) -> bool:
    """False when its identifier is that of another report, of whichever organisation."""
    said = new.said
    message = {
        "room_id": said.room_id if said else None,
        "seq": said.seq if said else None,
        "message_id": said.message_id if said else None,
        "message_kind": said.kind if said else None,
        "message_at": said.at if said else None,
        "message_state": said.state if said else None,
        "excerpt": said.text if said else "",
        "earlier": list(said.earlier) if said else [],
    }
    own = {name: getattr(new, name) for name in Report.__slots__ if name != "said"}
    done = await conn.execute(upsert(reports).values(**own, **message).on_conflict_do_nothing(index_elements=["id"]))
    return done.rowcount == 1


async def set_told(conn: AsyncConnection, report_id: UUID, told: Progress, at: datetime) -> None:
    await conn.execute(update(reports).where(reports.c.id == report_id).values(told=told, told_at=at))


async def move(conn: AsyncConnection, case_id: UUID, into: UUID) -> None:
    """The reports of a case that goes on as another."""
    await conn.execute(update(reports).where(reports.c.case_id == case_id).values(case_id=into))


async def add_answer(conn: AsyncConnection, new: Answer) -> bool:
    """False when there is one of this identifier."""
    values = {name: getattr(new, name) for name in Answer.__slots__}
    done = await conn.execute(upsert(report_answers).values(**values).on_conflict_do_nothing(index_elements=["id"]))
    return done.rowcount == 1


async def answer_of(conn: AsyncConnection, answer_id: UUID) -> Answer | None:
    row = (await conn.execute(select(report_answers).where(report_answers.c.id == answer_id))).mappings().first()
    return Answer(**row) if row is not None else None


async def answers_to(conn: AsyncConnection, report_ids: Collection[UUID]) -> Mapping[UUID, list[Answer]]:
    """Of each of these reports that has any, the oldest first."""
    found: defaultdict[UUID, list[Answer]] = defaultdict(list)
    if report_ids:
        query = select(report_answers).where(report_answers.c.report_id.in_(report_ids))
        rows = await conn.execute(query.order_by(report_answers.c.at, report_answers.c.id))
        for row in rows.mappings():
            found[row["report_id"]].append(Answer(**row))
    return found


async def _reports(conn: AsyncConnection, query: Any) -> list[Report]:
    return [_report(row) for row in await conn.execute(query)]


def _report(row: Any) -> Report:
    said = None
    if row.message_id is not None:
        said = Said(
            row.room_id,
            row.seq,
            row.message_id,
            row.message_kind,
            row.message_at,
            row.message_state,
            row.excerpt,
            tuple(row.earlier),
        )
    own = {name: getattr(row, name) for name in Report.__slots__ if name != "said"}
    return Report(said=said, **own)
