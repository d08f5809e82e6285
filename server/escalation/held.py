"""A case that a transaction has locked, for somebody who sees the whole of it: what every act on a case begins with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation import store
from server.escalation.card import CaseCard
from server.escalation.cards import card_for
from server.escalation.ladder import due
from server.escalation.rules import Case, Sight, State, Tier
from server.escalation.standing_in import Seats
from server.escalation.viewers import Around, seen
from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, CaseMovedOn, NotFound
from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.people.store import Person, people_in_role, people_of
from server.trail.acts import Act
from server.trail.record import record

MOST_NOTE: Final = 4_000  # code points of a note: two pages


@dataclass(frozen=True, slots=True)
class Held:
    """A case that this transaction has locked, as its reader sees it."""

    conn: AsyncConnection
    case: Case
    sight: Sight
    near: Around
    by: Principal
    now: datetime

    async def shown(self) -> CaseCard:
        """The case as it is now. Raises NotFound for who may not see it any more."""
        case, _, _, _ = await seen(self.conn, await store.case_of(self.conn, self.case.id), self.by, self.now)
        return await card_for(self.conn, case, self.by, self.now)

    async def enter(self, act: str, *, note: str | None = None, tier: Tier | None = None, **detail: Any) -> None:
        await store.enter(self.conn, self.case.id, self.now, act, by=self.by.account_id, note=note, tier=tier, **detail)

    async def change(self, **values: Any) -> None:
        await store.change(self.conn, self.case.id, **values)

    async def write_down(self, did: str, **facts: Any) -> None:
        about = [self.case.about_id] if self.case.about_id is not None else []
        detail = {"case": self.case.id, "did": did, **facts}
        organisation, by = self.case.organisation_id, self.by.account_id
        await record(self.conn, organisation, self.now, Act.CASE_CHANGED, by=by, about=about, detail=detail)


class Cases:
    """Hands out cases, one act at a time."""

    def __init__(self, database: Database, clock: Clock, seats: Seats) -> None:
        self._database = database
        self._clock = clock
        self._seats = seats

    @asynccontextmanager
    async def hold(
        self,
        principal: Principal,
        case_id: UUID,
        revision: int | None = None,
        *,
        beside: UUID | None = None,
        outline: bool = False,
    ) -> AsyncIterator[Held]:
        """The case, locked, for somebody who sees the whole of it, or its ``outline``; with ``revision``, as they have
        seen it. ``beside``: another that is locked with it. Raises Forbidden, NotFound, CaseMovedOn."""
        principal.require(Permission.CASE_HANDLE)
        now = self._clock.now()
        async with self._database.begin(principal.organisation_id) as conn:
            ids = [case_id] if beside is None else [case_id, beside]
            found = {case.id: case for case in await store.locked(conn, *ids)}
            case, _, sight, near = await seen(conn, found.get(case_id), principal, now)
            if sight != "whole" and not outline:
                raise NotFound
            if revision is not None and revision != case.revision:
                raise CaseMovedOn
            yield Held(conn, case, sight, near, principal, now)
            await self._seats(conn, ids, now)


def waits_again(case: Case, now: datetime) -> dict[str, Any]:
    """Another round of the ladder, from its first step."""
    return {
        "state": State.OPEN.value,
        "acknowledged_at": None,
        "acknowledged_by": None,
        "acknowledged_outside": None,
        "round": case.round + 1,
        "round_at": now,
        "step": 0,
        "page_at": now if case.severity > 1 else None,
        "due_at": due(case.severity, now),
    }


async def may_own(conn: AsyncConnection, case: Case, near: Around) -> list[Person]:
    """The professionals who may be given it: no one whom it is about; admins where there is no such professional."""
    for role in (Role.SUPERVISOR, Role.ADMIN):
        people = await people_in_role(conn, case.organisation_id, role)
        fit = [one for one in people if not near.concerned(case, one.id)]
        if fit:
            return fit
    return []


async def check_owner(held: Held, owner_id: UUID) -> None:
    """Raises NotFound, BadRequest("case_owner")."""
    if owner_id in {one.id for one in await may_own(held.conn, held.case, held.near)}:
        return
    if owner_id not in await people_of(held.conn, [owner_id]):
        raise NotFound
    raise BadRequest("case_owner", field="owner")


def words_of(text: str | None, most: int, field: str) -> str:
    """What a person wrote, without the blanks around it. Raises BadRequest."""
    words = (text or "").strip()
    if not words:
        raise BadRequest("missing", field=field)
    if len(words) > most:
        raise BadRequest("too_long", field=field, maximum=most)
    if "\x00" in words:
        raise BadRequest("nul", field=field)
    return words
