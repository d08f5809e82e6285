"""A worry of the demonstration, to its end: somebody reports it, a professional looks after it and answers, and, with a
colleague, hands it on to somebody whose profession it is. Each at its time, through the use cases of real people."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from server.demo.story import span
from server.escalation.handling import Handling
from server.escalation.held import Cases
from server.escalation.reports.reading import Reports
from server.escalation.reports.store import report_of
from server.ground import Ground
from server.kernel.clock import ManualClock
from server.kernel.identifiers import new_id
from server.kernel.principal import Principal
from server.relay.agreeing import Agreeing
from server.relay.drafting import Drafting
from server.relay.fields import Relay
from server.relay.leaving import Leaving
from server.relay.opening import Opening
from server.relay.rules import Kind, Telling
from server.relay.store import dispatch_of
from server.rooms.access import Rights
from server.rooms.reporting import Reporting, Wish
from server.rooms.stand_ins import follow_cases

_AN_HOUR: Final = timedelta(hours=1)


async def play(ground: Ground, told: Mapping[str, Any], people: Mapping[str, Principal], at: datetime) -> None:
    """``told`` as it stands in ``association.json``; it begins at ``at``."""
    clock = ManualClock(at)
    by, looks_after = people[told["by"]], people[told["looks_after"]]
    reporting = Reporting(ground.database, clock, Rights(ground.database, ground.notices, clock))
    wish = Wish(new_id(), "person", told["kind"], told["words"], stop=False, person=people[told["about"]].account_id)
    await reporting.report(by, wish)
    case_id = await _case_of(ground, by, wish.id)

    clock.advance(span(told["taken_after"]).total_seconds())
    cases = Cases(ground.database, clock, follow_cases)
    await Handling(cases, ground.database, clock).acknowledge(looks_after, case_id)
    clock.advance(_AN_HOUR.total_seconds())
    reports = Reports(ground.database, clock, cases)
    await reports.answer(looks_after, case_id, wish.id, new_id(), told["answer"])
    await _hand_on(ground, told["relay"], people, clock, looks_after, case_id)


async def _hand_on(
    ground: Ground,
    told: Mapping[str, Any],
    people: Mapping[str, Principal],
    clock: ManualClock,
    by: Principal,
    case_id: UUID,
) -> None:
    database, second, dispatch_id = ground.database, people[told["second"]], new_id()
    drafting, agreeing, leaving = Drafting(database, clock), Agreeing(database, clock), Leaving(database, clock)
    telling = Telling("now", words=told["tells"])

    async def revision() -> int:
        async with database.begin(by.organisation_id) as conn:
            dispatch = await dispatch_of(conn, dispatch_id)
        if dispatch is None:
            raise AssertionError("it was begun above")
        return dispatch.revision

    async def wait(name: str) -> None:
        clock.advance(span(told[name]).total_seconds())

    await wait("begun_after")
    await drafting.begin(by, case_id, dispatch_id, kind=Kind.RELAY, outside=True, language=by.language, telling=telling)
    await drafting.save(by, dispatch_id, await revision(), msgspec.convert(told["fields"], Relay), telling)
    await agreeing.propose(by, dispatch_id, await revision(), second.account_id)
    await wait("agreed_after")
    await Opening(database, clock).page(second, dispatch_id, None)
    await agreeing.second(second, dispatch_id, await revision(), agree=True, note=told["note"])
    await wait("sent_after")
    await leaving.sent(by, dispatch_id, await revision(), told["how"], None)
    await wait("answered_after")
    await leaving.answered(by, dispatch_id, await revision(), "answered", told["answer"])


async def _case_of(ground: Ground, by: Principal, report_id: UUID) -> UUID:
    async with ground.database.begin(by.organisation_id) as conn:
        report = await report_of(conn, report_id)
    if report is None:
        raise AssertionError("it was made above")
    return report.case_id
