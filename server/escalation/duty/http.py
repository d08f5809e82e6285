"""HTTP around who is on call."""

from typing import Final

from server.escalation.duty.cards import (
    AnswerBody,
    ChangeBody,
    DutyQuery,
    DutyView,
    Holiday,
    HolidayList,
    HolidayQuery,
    PlanBody,
    SwapBody,
    WithdrawBody,
    parts,
    view,
)
from server.escalation.duty.plan import Change
from server.escalation.duty.planning import Planning
from server.escalation.duty.swaps import Swaps
from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.permissions import Permission
from server.transport.endpoint import Call, endpoint
from server.transport.messages import catalogue, known_language

LARGEST: Final = 2**16  # bytes of a body: as many shifts, people and closures as there may be


class DutyHttp:
    """Endpoints of who is on call."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._planning = Planning(database, clock)
        self._swaps = Swaps(database, clock)

    @endpoint("GET", "/api/v1/duty", query=DutyQuery, answer=DutyView, permission=Permission.DUTY_SEE)
    async def read_duty(self, call: Call) -> DutyView:
        """Who is on call now and in some weeks, when nobody is, and the plan behind it."""
        query: DutyQuery = call.query
        return view(await self._planning.read(call.principal, query.first, query.weeks))

    @endpoint(
        "PUT",
        "/api/v1/duty",
        body=PlanBody,
        answer=DutyView,
        permission=Permission.DUTY_SET,
        max_body=LARGEST,
    )
    async def change_duty(self, call: Call) -> DutyView:
        """Change the plan. `duty_gaps` when somebody would be missing that was not missing before."""
        body: PlanBody = call.body
        await self._planning.change(call.principal, body.revision, parts(body), accept_gaps=body.accept_gaps)
        return await self._shown(call)

    @endpoint("GET", "/api/v1/duty/holidays", query=HolidayQuery, answer=HolidayList, permission=Permission.DUTY_SET)
    async def read_holidays(self, call: Call) -> HolidayList:
        """The public holidays of a year where the organisation is, to be taken over as closures."""
        query: HolidayQuery = call.query
        names = catalogue(known_language(call.language))["holidays"]
        found = await self._planning.holidays(call.principal, query.year)
        return HolidayList([Holiday(day.isoformat(), names[name]) for day, name in found])

    @endpoint(
        "POST", "/api/v1/duty/changes", body=ChangeBody, answer=DutyView, permission=Permission.DUTY_SET, status=201
    )
    async def put_change(self, call: Call) -> DutyView:
        """Set an absence, somebody more, or the one instead of the other, between two instants. It counts at once."""
        body: ChangeBody = call.body
        wanted = Change(body.begins, body.ends, body.out, body.into)
        await self._swaps.put(call.principal, body.id, wanted, accept_gaps=body.accept_gaps)
        return await self._shown(call)

    @endpoint("POST", "/api/v1/duty/swaps", body=SwapBody, answer=DutyView, permission=Permission.DUTY_SWAP, status=201)
    async def ask_swap(self, call: Call) -> DutyView:
        """Ask a colleague to be on call instead of oneself. Nothing changes until they accept."""
        body: SwapBody = call.body
        await self._swaps.ask(call.principal, body.id, body.to, body.begins, body.ends)
        return await self._shown(call)

    @endpoint(
        "POST",
        "/api/v1/duty/changes/{change}/answer",
        body=AnswerBody,
        answer=DutyView,
        permission=Permission.DUTY_SWAP,
    )
    async def answer_swap(self, call: Call) -> DutyView:
        """Accept or decline, as the one who was asked."""
        body: AnswerBody = call.body
        change = call.identifier("change")
        await self._swaps.answer(call.principal, change, accept=body.accept, accept_gaps=body.accept_gaps)
        return await self._shown(call)

    @endpoint(
        "POST",
        "/api/v1/duty/changes/{change}/withdraw",
        body=WithdrawBody,
        answer=DutyView,
        permission=Permission.DUTY_SWAP,
    )
    async def withdraw_change(self, call: Call) -> DutyView:
        """Take back what was asked, or what was to differ from the rota; what has begun already ends now."""
        body: WithdrawBody = call.body
        await self._swaps.withdraw(call.principal, call.identifier("change"), accept_gaps=body.accept_gaps)
        return await self._shown(call)

    async def _shown(self, call: Call) -> DutyView:
        return view(await self._planning.read(call.principal))
