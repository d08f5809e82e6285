"""Reports as they are read: by who made them, and in their case by professionals, whose reading is written down for the
young person and for the reporter to know."""

from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

from msgspec import UNSET
from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation import store as cases
from server.escalation.card import CasePerson
from server.escalation.held import Cases, words_of
from server.escalation.reports import store
from server.escalation.reports.card import AnswerLine, EvidenceCard, EvidenceList, ReportCard, ReportList, SaidCard
from server.escalation.reports.progress import tell_answered
from server.escalation.reports.rules import MOST_WORDS
from server.escalation.reports.store import Answer, Report
from server.escalation.rules import Case
from server.escalation.viewers import seen
from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import Conflict, NotFound
from server.kernel.permissions import Permission
from server.kernel.principal import Principal
from server.people.store import Person, people_of
from server.trail.acts import Act
from server.trail.readings import record_reading
from server.trail.record import record
from server.transport.wire import timestamp

LISTED: Final = 50  # of one's own, the newest


class Reports:
    def __init__(self, database: Database, clock: Clock, cases: Cases) -> None:
        self._database = database
        self._clock = clock
        self._cases = cases

    async def own(self, principal: Principal) -> ReportList:
        """One's own, the newest first. Raises Forbidden."""
        principal.require(Permission.REPORT_MAKE)
        async with self._database.begin(principal.organisation_id) as conn:
            return ReportList(await cards(conn, await store.reports_by(conn, principal.account_id, LISTED)))

    async def of_case(self, principal: Principal, case_id: UUID) -> EvidenceList:
        """What the case is about, as it was reported. Raises Forbidden, NotFound."""
        principal.require(Permission.CASE_HANDLE)
        now, me = self._clock.now(), principal.account_id
        async with self._database.begin(principal.organisation_id) as conn:
            case = await self._whole(conn, principal, case_id)
            found = await store.reports_in(conn, [case_id])
            made = await _evidence(conn, found)
            # Adults who are reported are not told so by their journal: that somebody reads of it would say it.
            about = {case.about_id, *(report.by_id for report in found)} - {None, me}
            if found and about:
                people = sorted(one for one in about if one is not None)
                where, detail = case.organisation_id, {"case": case.id}
                await record_reading(conn, where, now, Act.CASE_READ, by=me, about=people, detail=detail)
            return EvidenceList(made)

    async def answer(
        self, principal: Principal, case_id: UUID, report_id: UUID, answer_id: UUID, words: str
    ) -> EvidenceList:
        """Writes to who reported, who is told so. Again with the same identifier, and nothing happens. Raises
        Forbidden, NotFound, BadRequest, Conflict("report_answer") for the identifier of another answer."""
        said = words_of(words, MOST_WORDS, "words")
        async with self._cases.hold(principal, case_id) as held:
            conn, now, me = held.conn, held.now, principal.account_id
            found = await store.reports_in(conn, [case_id])
            report = next((one for one in found if one.id == report_id), None)
            if report is None:
                raise NotFound
            if await store.add_answer(conn, Answer(answer_id, report_id, now, me, said)):
                await held.change()
                await held.enter("report_answered", report=report_id)
                facts = {"case": case_id, "report": report_id}
                await record(conn, report.organisation_id, now, Act.REPORT_ANSWERED, by=me, detail=facts)
                await tell_answered(conn, report, answer_id, now, me)
            else:
                before = await store.answer_of(conn, answer_id)
                if before is None or (before.report_id, before.by_id) != (report_id, me):
                    raise Conflict("report_answer")
            return EvidenceList(await _evidence(conn, found))

    async def _whole(self, conn: AsyncConnection, principal: Principal, case_id: UUID) -> Case:
        case, _, sight, _ = await seen(conn, await cases.case_of(conn, case_id), principal, self._clock.now())
        if sight != "whole":
            raise NotFound
        return case


async def cards(conn: AsyncConnection, found: Collection[Report]) -> list[ReportCard]:
    """Reports of one person, for them."""
    answers = await store.answers_to(conn, [report.id for report in found])
    people = await _people(conn, found, answers)
    return [
        ReportCard(
            report.id,
            timestamp(report.at),
            report.subject,
            report.kind,
            report.words,
            report.stopped,
            report.told,
            timestamp(report.told_at),
            _answers(answers.get(report.id, []), people),
            UNSET if report.person_id is None else people[report.person_id].name,
            report.asked or UNSET,
        )
        for report in found
    ]


async def _evidence(conn: AsyncConnection, found: Collection[Report]) -> list[EvidenceCard]:
    answers = await store.answers_to(conn, [report.id for report in found])
    people = await _people(conn, found, answers)
    return [
        EvidenceCard(
            report.id,
            timestamp(report.at),
            _person(people[report.by_id]),
            report.subject,
            report.kind,
            report.words,
            report.stopped,
            report.told,
            _answers(answers.get(report.id, []), people),
            UNSET if report.person_id is None else _person(people[report.person_id]),
            UNSET if report.said is None else _said(report.said),
            report.asked or UNSET,
        )
        for report in found
    ]


def _said(said: store.Said) -> SaidCard:
    return SaidCard(
        said.message_id,
        said.room_id,
        said.seq,
        said.kind,
        timestamp(said.at),
        said.state,
        said.text,
        list(said.earlier),
    )


def _answers(answers: Collection[Answer], people: Mapping[UUID, Person]) -> list[AnswerLine]:
    return [AnswerLine(timestamp(one.at), people[one.by_id].name, one.words) for one in answers]


def _person(person: Person) -> CasePerson:
    return CasePerson(person.id, person.name, person.role.value)


async def _people(
    conn: AsyncConnection, found: Collection[Report], answers: Mapping[UUID, Collection[Answer]]
) -> Mapping[UUID, Person]:
    ids = {report.by_id for report in found} | {one.by_id for many in answers.values() for one in many}
    return await people_of(conn, ids | {report.person_id for report in found if report.person_id is not None})
