"""The one-tap call for help: from anyone, from anywhere, never moderated, never refused.

It becomes a flag of the highest severity for the professionals who answer for the person. Who taps again within a
minute does not make a second one: the professionals are told again, with whatever words came along. Nothing that can be
slow, or fail, stands between the tap and its answer but the writing of the flag (docs/decisions/0228).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation.opening import NewCase, open_case
from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.permissions import Role
from server.kernel.principal import Principal
from server.moderation.flag import HELP, Flag, help_flag, storable
from server.moderation.flags import Flags
from server.moderation.store import add_words, calls_for_help
from server.pairs.professionals import professionals_of
from server.pairs.rules import Pair, State
from server.pairs.store import pairs_of
from server.people.answering import answering_for
from server.people.store import Person, people_in_role, people_of
from server.rooms.access import Access, Rights
from server.rooms.log import instant
from server.rooms.work import Work
from server.transport.gateway.gateway import Gateway
from server.transport.wire import Timestamp, timestamp

log = logging.getLogger(__name__)

MERGED_WITHIN: Final = timedelta(minutes=1)
CONNECTIONS: Final = 2  # to the database, of its own: a tap takes some milliseconds of one
SUMMON_S: Final = 0.3  # to ask in the call, too; it goes on after the answer
FIND_ROOM_S: Final = 0.4  # to find the room that a tap came from, which is worth knowing and not worth waiting for
TURNS_S: Final = (0.0, 0.05, 0.1, 0.2, 0.2)  # before each look whether another tap of the same person is through

# Two taps at once are one call: they take turns, by person. Where the other one hangs, better two calls than none.
_TURN = text("select pg_try_advisory_xact_lock(hashtextextended(cast(:account as text), 0))")


Summon = Callable[[Principal, Access], Awaitable[None]]


async def nobody(_principal: Principal, _access: Access) -> None:
    """Where there are no calls, nobody can be asked into one."""


class CallForHelp(Struct):
    """Unknown members are let pass: a call for help is not refused over its form. ``summon``: asks in the call of the
    room, before everybody in it, that a professional come."""

    room: str | int | None = None
    words: str | None = None
    summon: bool = False


class HelpAnswer(Struct, frozen=True):
    """When the call was first made, and the names of the professionals in whose queues it stands."""

    at: Timestamp
    informed: list[str]


class Help:
    """``summon``: asks in a call, once the call for help is written; set by whoever carries calls."""

    def __init__(self, database: Database, clock: Clock, gateway: Gateway, rights: Rights, flags: Flags) -> None:
        self._database = database.aside(CONNECTIONS)
        self._clock = clock
        self._gateway = gateway
        self._rights = rights
        self._flags = flags
        self._telling = Work()
        self.summon: Summon = nobody

    async def stop(self) -> None:
        """Returns when all who are to be told have been."""
        await self._telling.stop()
        await self._database.close()

    async def call(self, principal: Principal, told: CallForHelp) -> HelpAnswer:
        """Calls for help for ``principal``. A room that is not theirs is as good as none. Whoever is connected hears of
        it beside the answer; all others by what the database does."""
        now, words = instant(self._clock), told.words or ""
        here = await self._access(principal, told.room)
        async with self._database.begin(principal.organisation_id) as conn:
            await self._turn(conn, principal.account_id)
            open_calls = await calls_for_help(conn, principal.account_id, now, MERGED_WITHIN)
            if open_calls:
                ids, at = await self._repeat(conn, open_calls, words), open_calls[0].raised_at
                people = await people_of(conn, {flag.supervisor_id for flag in open_calls})
                informed: Collection[Person] = people.values()
            else:
                answering = await self._answering(conn, principal, here.pair if here else None)
                ids, at = await self._raise(conn, principal, here, answering, words, now), now
                informed = [person for person, _ in answering]
                if not answering:  # nobody else is there: it goes up the ladder, which ends outside the house
                    log.error("help_without_anyone", extra={"organisation": principal.organisation_id})
                    await open_case(conn, _unanswered(principal, words, now))
        self._telling.beside(self._flags.announce(principal.organisation_id, ids))
        if told.summon and here is not None:
            await self._summon(principal, here)
        return HelpAnswer(timestamp(at), sorted(person.name for person in informed))

    async def _summon(self, principal: Principal, here: Access) -> None:
        """Never raises, and soon returns: what was called for stands already."""
        asking = asyncio.ensure_future(self.summon(principal, here))
        self._telling.beside(_quietly(asking))
        await asyncio.wait({asking}, timeout=SUMMON_S)

    async def _access(self, principal: Principal, room: str | int | None) -> Access | None:
        if room is None:
            return None
        try:
            async with asyncio.timeout(FIND_ROOM_S):
                return await self._rights.access(room, principal)
        except Exception:  # whatever it is: without the room, it goes to all who answer for the person
            return None

    async def _turn(self, conn: AsyncConnection, account_id: UUID) -> None:
        for seconds in TURNS_S:
            await asyncio.sleep(seconds)
            if (await conn.execute(_TURN, {"account": str(account_id)})).scalar_one():
                return

    async def _repeat(self, conn: AsyncConnection, calls: list[Flag], words: str) -> list[UUID]:
        for flag in calls:
            if words and words not in flag.excerpt:
                await add_words(conn, flag, words)
        return [flag.id for flag in calls]

    async def _answering(
        self, conn: AsyncConnection, principal: Principal, here: Pair | None
    ) -> list[tuple[Person, Pair | None]]:
        """Who is to answer, each with the pair it is about: for the pair at hand, else for all pairs of the person or
        of their children, else whoever of the organisation can: a supervisor who is connected, any, an admin."""
        pairs = (
            [here]
            if here is not None and here.state is not State.CLOSED
            else [pair for pair in await pairs_of(conn, principal.account_id) if pair.state is not State.CLOSED]
        )
        people = await people_of(conn, {pair.supervisor_id for pair in pairs})
        answering: dict[UUID, tuple[Person, Pair | None]] = {}
        for pair in pairs:
            person = people[pair.supervisor_id]
            if not person.disabled and person.id != principal.account_id:
                answering.setdefault(person.id, (person, pair))
        if answering:
            return list(answering.values())
        if found := await answering_for(conn, professionals_of, principal.account_id, principal.role):
            return [(person, None) for person in found]
        for role in (Role.SUPERVISOR, Role.ADMIN):
            others = [
                person
                for person in await people_in_role(conn, principal.organisation_id, role)
                if person.id != principal.account_id
            ]
            if others:
                chosen = next((person for person in others if self._gateway.of_account(person.id)), others[0])
                return [(chosen, here)]
        return []

    async def _raise(
        self,
        conn: AsyncConnection,
        principal: Principal,
        here: Access | None,
        answering: list[tuple[Person, Pair | None]],
        words: str,
        now: datetime,
    ) -> list[UUID]:
        new = [
            help_flag(
                words,
                organisation_id=principal.organisation_id,
                supervisor_id=person.id,
                pair_id=pair.id if pair is not None else None,
                room_id=here.room_id if here is not None else None,
                author_id=principal.account_id,
                at=now,
            )
            for person, pair in answering
        ]
        raw = await conn.get_raw_connection()
        await self._flags.insert(raw.driver_connection, new)
        return [flag.id for flag in new]


async def _quietly(asking: asyncio.Future[None]) -> None:
    try:
        await asking
    except Exception as error:
        log.warning("not_summoned", extra={"error": type(error).__name__})


def _unanswered(principal: Principal, words: str, now: datetime) -> NewCase:
    """The case of a call for help for which there is nobody to raise a flag for."""
    return NewCase(
        principal.organisation_id,
        "help",
        HELP,
        4,
        now,
        principal.account_id,
        parts=[(principal.account_id, "caller")],
        note=storable(words) or None,
    )
