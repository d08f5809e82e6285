"""Each thing of a case as a line of what leaves (``dossier.py``), with the names of the people. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from msgspec import UNSET

from server.escalation import store as cases
from server.escalation.card import PageLine
from server.escalation.letters.store import Letter
from server.escalation.reports.store import Report
from server.escalation.rules import Case
from server.moderation.evidence import Review
from server.moderation.flag import Flag
from server.people.store import Person
from server.relay import dossier
from server.relay.dossier import Who
from server.supervision.attendance.of_case import Found
from server.transport.wire import timestamp


def who(account_id: UUID, people: Mapping[UUID, Person]) -> Who:
    found = people[account_id]
    return Who(str(found.id), found.name, found.role.value)


def maybe(account_id: UUID | None, people: Mapping[UUID, Person]) -> Who | None:
    return None if account_id is None else who(account_id, people)


def moment(at: datetime | None) -> str | None:
    return None if at is None else timestamp(at)


def day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def summary(case: Case, people: Mapping[UUID, Person]) -> dossier.Summary:
    return dossier.Summary(
        str(case.id),
        case.reference,
        case.origin,
        case.category,
        case.severity,
        case.state.value,
        timestamp(case.opened_at),
        moment(case.due_at),
        maybe(case.owner_id, people),
        moment(case.acknowledged_at),
        maybe(case.acknowledged_by, people),
        case.outcome,
        moment(case.closed_at),
        None if case.merged_into is None else str(case.merged_into),
    )


def task(task: cases.Task, people: Mapping[UUID, Person]) -> dossier.Task:
    return dossier.Task(
        task.words,
        timestamp(task.made_at),
        who(task.made_by, people),
        maybe(task.owner_id, people),
        day(task.due_on),
        moment(task.done_at),
        maybe(task.done_by, people),
    )


def page(line: PageLine) -> dossier.Page:
    reached = [
        dossier.Reached(
            one.name,
            one.outside,
            [
                dossier.Sent(
                    sent.channel,
                    sent.result,
                    None if sent.at is UNSET else sent.at,
                    None if sent.reason is UNSET else sent.reason,
                )
                for sent in one.sent
            ],
        )
        for one in line.reached
    ]
    return dossier.Page(line.round, line.step, line.rung, line.at, reached)


def calls(around: Found, people: Mapping[UUID, Person]) -> dossier.Calls:
    calls = [
        dossier.Call(
            str(call.room_id),
            timestamp(call.began_at),
            [
                dossier.Attended(who(one.account_id, people), timestamp(one.came_at), moment(one.went_at), one.why)
                for one in call.presences
            ],
            moment(call.ended_at),
        )
        for call in around.calls
    ]
    return dossier.Calls(timestamp(around.since), timestamp(around.until), calls, around.more)


def report(report: Report, people: Mapping[UUID, Person]) -> dossier.Report:
    said = report.said
    return dossier.Report(
        str(report.id),
        timestamp(report.at),
        who(report.by_id, people),
        report.subject,
        report.kind,
        report.words,
        report.stopped,
        maybe(report.person_id, people),
        None if said is None else str(said.room_id),
        None if said is None else said.seq,
        None if said is None or said.kind != "text" else said.text,
        [] if said is None else list(said.earlier),
    )


def flag(flag: Flag, acts: Sequence[Review], people: Mapping[UUID, Person], *, outside: bool) -> dossier.Flag:
    """What professionals noted about it for each other stays in the house."""
    return dossier.Flag(
        id=str(flag.id),
        raised_at=timestamp(flag.raised_at),
        author=who(flag.author_id, people),
        category=flag.category,
        severity=flag.severity,
        action=flag.action,
        state=flag.state,
        text=flag.excerpt,
        engine=flag.engine,
        labels=[
            dossier.Label(one.category, one.severity, one.score, one.start, one.end, one.rule, one.version)
            for one in flag.labels
        ],
        reviews=[
            dossier.Review(
                act.act,
                who(act.by_id, people),
                timestamp(act.at),
                act.decision,
                act.reason,
                None if outside else act.note,
                None if outside else act.advice,
            )
            for act in acts
        ],
        rules_version=flag.rules_version,
        room=None if flag.room_id is None else str(flag.room_id),
        seq=flag.seq,
        decided_at=moment(flag.decided_at),
        decided_by=maybe(flag.decided_by, people),
        seconded_by=maybe(flag.seconded_by, people),
        reason=flag.reason,
        appealed_at=None if flag.appeal is None else timestamp(flag.appeal.at),
        appeal=None if flag.appeal is None else flag.appeal.words,
    )


def letter(one: Letter, people: Mapping[UUID, Person]) -> dossier.Letter:
    return dossier.Letter(
        str(one.id),
        timestamp(one.at),
        who(one.person_id, people),
        one.line.value,
        who(one.author_id, people),
        one.body,
    )
