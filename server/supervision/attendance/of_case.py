"""The calls of a pair around the time in which a case was opened about it: who was there, and when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import UNSET
from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation import store as cases
from server.escalation.about import pairs_about
from server.escalation.card import CasePerson
from server.escalation.file import write_down
from server.escalation.rules import Case
from server.escalation.viewers import seen
from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import NotFound
from server.kernel.permissions import Permission
from server.kernel.principal import Principal
from server.pairs.store import pairs_of
from server.people.store import people_of
from server.rooms.holdings import rooms_of_pairs
from server.supervision.attendance import store, wire
from server.supervision.attendance.rules import Call, calls_of, stretch
from server.transport.wire import timestamp

MOST: Final = 500  # presences in one case: two weeks of an hour's talk cut in pieces every few minutes


@dataclass(frozen=True, slots=True)
class Found:
    """The calls between two instants, the first first; ``more``: the earliest of them are left out."""

    since: datetime
    until: datetime
    calls: list[Call]
    more: bool

    @property
    def people(self) -> set[UUID]:
        return {one.account_id for call in self.calls for one in call.presences}


class CallsOfCase:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def read(self, principal: Principal, case_id: UUID) -> wire.CallsAround:
        """For who sees the whole case; it is written down as a reading of the case. Raises Forbidden, NotFound."""
        principal.require(Permission.CASE_HANDLE)
        now = self._clock.now()
        async with self._database.begin(principal.organisation_id) as conn:
            case, _, sight, near = await seen(conn, await cases.case_of(conn, case_id), principal, now)
            if sight != "whole":
                raise NotFound
            found = await calls_around(conn, case)
            people = await people_of(conn, found.people)
            await write_down(conn, case, near.parts[case.id], principal.account_id, now)
        named = {one.id: CasePerson(one.id, one.name, one.role.value) for one in people.values()}
        return wire.CallsAround(
            timestamp(found.since),
            timestamp(found.until),
            [
                wire.CallCard(
                    call.id,
                    call.room_id,
                    timestamp(call.began_at),
                    [
                        wire.Attended(
                            named[one.account_id],
                            timestamp(one.came_at),
                            UNSET if one.went_at is None else timestamp(one.went_at),
                            UNSET if one.why is None else one.why,
                        )
                        for one in call.presences
                    ],
                    UNSET if call.ended_at is None else timestamp(call.ended_at),
                )
                for call in found.calls
            ],
            found.more,
        )


async def calls_around(conn: AsyncConnection, case: Case) -> Found:
    """Those of the pairs that the case is about, else of the pairs of the young person whom it is about."""
    since, until = stretch(case.opened_at, case.closed_at)
    rooms = set(await rooms_of_pairs(conn, await _pairs(conn, case)))
    if case.room_id is not None:
        rooms.add(case.room_id)
    found = await store.presences_in(conn, rooms, since, until, MOST + 1)
    return Found(since, until, calls_of(found[:MOST]), len(found) > MOST)


async def _pairs(conn: AsyncConnection, case: Case) -> list[UUID]:
    about = (await pairs_about(conn, [case]))[case.id]
    if about:
        return sorted(about)
    return [] if case.about_id is None else [pair.id for pair in await pairs_of(conn, case.about_id)]
