"""The one-tap call for help: from anyone, from anywhere, never moderated, never refused.

It becomes a flag of the highest severity for the professionals who answer for the person. Who taps again within a
minute does not make a second one: the professionals are told again, with whatever words came along.
"""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, NotFound
from server.kernel.permissions import Role
from server.kernel.principal import Principal
from server.moderation.flag import Flag, help_flag
from server.moderation.flags import Flags
from server.moderation.store import add_words, calls_for_help
from server.pairs.rules import Pair, State
from server.pairs.store import pairs_of
from server.people.store import Person, people_in_role, people_of
from server.rooms.access import Rights
from server.rooms.log import instant
from server.transport.gateway.gateway import Gateway
from server.transport.wire import Timestamp, timestamp

log = logging.getLogger(__name__)

MERGED_WITHIN = timedelta(minutes=1)

# Two taps at once are one call: they take turns, by person.
_TURN = text("select pg_advisory_xact_lock(hashtextextended(cast(:account as text), 0))")


class HelpAnswer(Struct, frozen=True):
    """When the call was first made, and the names of the professionals in whose queues it stands."""

    at: Timestamp
    informed: list[str]


class Help:
    def __init__(self, database: Database, clock: Clock, gateway: Gateway, rights: Rights, flags: Flags) -> None:
        self._database = database
        self._clock = clock
        self._gateway = gateway
        self._rights = rights
        self._flags = flags

    async def call(self, principal: Principal, room: str | int | None, words: str) -> HelpAnswer:
        """Calls for help for ``principal``. A ``room`` that is not theirs is as good as none."""
        now = instant(self._clock)
        here = await self._pair_of(principal, room)
        async with self._database.begin(principal.organisation_id) as conn:
            await conn.execute(_TURN, {"account": str(principal.account_id)})
            open_calls = await calls_for_help(conn, principal.account_id, now - MERGED_WITHIN)
            if open_calls:
                ids, told = await self._repeat(conn, open_calls, words), open_calls[0].raised_at
                people = await people_of(conn, {flag.supervisor_id for flag in open_calls})
                informed: Collection[Person] = people.values()
            else:
                answering = await self._answering(conn, principal, here[0] if here else None)
                ids, told = await self._raise(conn, principal, here, answering, words, now), now
                informed = [person for person, _ in answering]
        if not ids:
            log.error("help_without_anyone", extra={"organisation": principal.organisation_id})
        await self._flags.announce(principal.organisation_id, ids)
        return HelpAnswer(timestamp(told), sorted(person.name for person in informed))

    async def _pair_of(self, principal: Principal, room: str | int | None) -> tuple[Pair, UUID] | None:
        if room is None:
            return None
        try:
            access = await self._rights.access(room, principal)
        except (NotFound, BadRequest):
            return None
        return access.pair, access.room_id

    async def _repeat(self, conn: AsyncConnection, calls: list[Flag], words: str) -> list[UUID]:
        for flag in calls:
            if words and words not in flag.excerpt:
                await add_words(conn, flag, words)
        return [flag.id for flag in calls]

    async def _answering(
        self, conn: AsyncConnection, principal: Principal, here: Pair | None
    ) -> list[tuple[Person, Pair | None]]:
        """Who is to answer, each with the pair it is about: for the pair at hand, else for all pairs of the person,
        else whoever of the organisation can: a supervisor who is connected, any supervisor, an admin."""
        pairs = (
            [here]
            if here is not None
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
        here: tuple[Pair, UUID] | None,
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
                room_id=here[1] if here is not None else None,
                author_id=principal.account_id,
                at=now,
            )
            for person, pair in answering
        ]
        raw = await conn.get_raw_connection()
        await self._flags.insert(raw.driver_connection, new)
        return [flag.id for flag in new]
