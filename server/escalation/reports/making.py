"""A report is written, with its case, in the transaction of whoever made it: neither exists without the other."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation.opening import Link, NewCase, open_case
from server.escalation.reports import store
from server.escalation.reports.rules import CATEGORIES, Kind, Subject, severity
from server.escalation.reports.store import Report, Said
from server.escalation.rules import Part
from server.kernel.errors import Conflict
from server.kernel.permissions import Role
from server.kernel.principal import Principal
from server.pairs.rules import Pair
from server.people.store import Person
from server.trail.acts import Act
from server.trail.record import record

_PROFESSIONALS: Final = frozenset({Role.ADMIN, Role.SUPERVISOR})


@dataclass(frozen=True, slots=True)
class NewReport:
    """A report as it is asked for, checked. ``person``: whom it is about; ``pair``: in which they and the reporter have
    to do with each other; ``answers``: the professional who looks after the reporter, if there is one; ``stopped``:
    contact was, in this transaction; ``asked``: it was to be, and a professional decides."""

    id: UUID
    by: Principal
    at: datetime
    subject: Subject
    kind: Kind
    words: str
    stopped: bool = False
    person: Person | None = None
    pair: Pair | None = None
    answers: UUID | None = None
    said: Said | None = None
    asked: bool = False


def case_of(new: NewReport, into: UUID | None) -> NewCase:
    """The case of a report. The professional runs it, unless it is about them, or about a pair of their own: then it
    is nobody's until somebody takes it. ``into``: an open case of the same reporter about the same person."""
    me, person, pair = new.by.account_id, new.person, new.pair
    young = new.by.role is Role.MENTEE
    about = _young(new)
    parts: list[tuple[UUID, Part]] = [(me, "reporter")]
    if about is not None:
        parts.append((about, "young"))
    concerned = set(pair.people[:2]) if pair is not None else set()
    if person is not None and new.subject == "message":
        parts.append((person.id, "author"))
        concerned.add(person.id)
    if person is not None and person.role is not Role.MENTEE:
        parts.append((person.id, "reported"))
        concerned.add(person.id)
    owner = new.answers if new.answers not in concerned else None
    if owner is not None:
        parts.append((owner, "professional"))
    links = [Link("report", new.id)]
    if new.said is not None:
        links.append(Link("message", new.said.message_id, new.said.room_id, new.said.seq))
    return NewCase(
        organisation_id=new.by.organisation_id,
        origin="report",
        category=CATEGORIES[new.kind],
        severity=severity(new.kind, young=young, stopped=new.stopped or new.asked),
        at=new.at,
        by_id=me,
        owner_id=owner,
        about_id=about,
        pair_id=pair.id if pair is not None else None,
        room_id=new.said.room_id if new.said is not None else None,
        parts=parts,
        links=links,
        joins=False,
        into=into,
    )


def _young(new: NewReport) -> UUID | None:
    """Whom the case is about. What is said of a professional is about the young person only if it is theirs."""
    me, person = new.by, new.person
    if person is not None and person.role is Role.MENTEE:
        return person.id
    if person is not None and person.role in _PROFESSIONALS:
        return me.account_id if me.role is Role.MENTEE else None
    return new.pair.mentee_id if new.pair is not None else None


async def make(conn: AsyncConnection, new: NewReport) -> Report:
    """Writes it, and opens its case. Whoever calls has taken the reporter's turn (``store.take_turn``). Raises
    Conflict("report_taken") for the identifier of another."""
    person_id = new.person.id if new.person is not None else None
    into = await store.open_case_about(conn, new.by.account_id, person_id)
    case_id = await open_case(conn, case_of(new, into))
    report = Report(
        new.id,
        new.by.organisation_id,
        new.by.account_id,
        new.at,
        new.subject,
        new.kind,
        new.words,
        new.stopped,
        person_id,
        new.pair.id if new.pair is not None else None,
        new.said,
        case_id,
        "received",
        new.at,
        new.asked,
    )
    if not await store.add(conn, report):
        raise Conflict("report_taken")
    # Names nobody else: an entry about somebody may be told to them, and who reports is told to nobody reported.
    facts = {"report": new.id, "case": case_id, "subject": new.subject, "kind": new.kind, "stopped": new.stopped}
    await record(conn, report.organisation_id, new.at, Act.REPORT_MADE, by=report.by_id, detail=facts)
    return report
