"""Lists of cases for the staff: those that go on, the nearest deadline first, and those that are over."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy import case as sql_case
from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation import store
from server.escalation.card import CaseCard
from server.escalation.cards import card
from server.escalation.rules import CONCERNED, Case, State
from server.escalation.tables import case_parties, cases
from server.escalation.viewers import around
from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import NotFound
from server.kernel.permissions import Permission
from server.kernel.principal import Principal

ListName = Literal["living", "closed"]

MOST_LIVING = 500  # of one organisation; beyond it a list helps nobody, and the most urgent stand first


class Lists:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def living(self, principal: Principal) -> list[CaseCard]:
        """Those that wait for somebody first, by their deadline, then the others, the most severe first."""
        principal.require(Permission.CASE_LIST)
        mine = and_(cases.c.organisation_id == principal.organisation_id, cases.c.state != State.CLOSED.value)
        waiting = cases.c.state == State.OPEN.value
        deadline = sql_case((waiting, cases.c.due_at)).nulls_last()  # of who has it already, it is past
        order = (waiting.desc(), deadline, cases.c.severity.desc(), cases.c.opened_at, cases.c.id)
        query = select(cases).where(mine, _not_about(principal)).order_by(*order).limit(MOST_LIVING)
        return (await self._cards(principal, query))[0]

    async def closed(self, principal: Principal, *, before: UUID | None, limit: int) -> tuple[list[CaseCard], bool]:
        """A page of those that are over, behind the case ``before``, and whether more follow. Raises NotFound."""
        principal.require(Permission.CASE_LIST)
        query = select(cases).where(
            cases.c.organisation_id == principal.organisation_id,
            cases.c.state == State.CLOSED.value,
            _not_about(principal),
        )
        order = (cases.c.closed_at.desc(), cases.c.id.desc())
        if before is not None:
            async with self._database.begin(principal.organisation_id) as conn:
                last = await store.case_of(conn, before)
            if last is None or last.closed_at is None:
                raise NotFound
            earlier = and_(cases.c.closed_at == last.closed_at, cases.c.id < last.id)
            query = query.where(or_(cases.c.closed_at < last.closed_at, earlier))
        shown, count = await self._cards(principal, query.order_by(*order).limit(limit + 1))
        return shown[:limit], count > limit

    async def _cards(self, principal: Principal, query: Select[Any]) -> tuple[list[CaseCard], int]:
        now = self._clock.now()
        async with self._database.begin(principal.organisation_id) as conn:
            found = await store.select_cases(conn, query)
            return await cards(conn, found, principal, now), len(found)


async def cards(conn: AsyncConnection, found: list[Case], principal: Principal, now: datetime) -> list[CaseCard]:
    near = await around(conn, found)
    viewer = near.viewer(principal.account_id, principal.organisation_id, principal.role)
    made = [card(case, near, viewer, now) for case in found]
    return [one for one in made if one is not None]


def _not_about(principal: Principal) -> ColumnElement[bool]:
    """Leaves out what is about the reader. What is about a pair of their own, ``cards`` leaves out."""
    about = exists().where(
        case_parties.c.case_id == cases.c.id,
        case_parties.c.account_id == principal.account_id,
        case_parties.c.part.in_(sorted(CONCERNED)),
    )
    return ~about
