"""Who goes from device to device now, and what ends that at once: anybody's coming or going, an agreement taken back,
the policy, a socket that is gone. The media through the server stays, silent, so that it goes on where this ends.

The only place that hands a description of one device to another.
"""

import itertools
from dataclasses import dataclass, field, replace
from uuid import UUID

from msgspec import UNSET

from server.infra.database import Database
from server.infra.notices import Notices
from server.infra.rechecks import Rechecks
from server.kernel.clock import Clock
from server.kernel.errors import BadSdp, Forbidden, NotFound
from server.kernel.principal import day_everywhere
from server.people.policy import policy_of
from server.people.store import people_of
from server.rooms.access import Rights
from server.signalling.calls import Calls
from server.signalling.direct import wire
from server.signalling.direct.rules import may_be_direct
from server.signalling.parts import Part
from server.transport.gateway import Connection


@dataclass(slots=True)
class Link:
    """A way from device to device. ``sockets``: those that both were asked on; it lives no longer than either."""

    number: int
    offers: UUID
    sockets: tuple[Connection | None, ...]
    described: set[UUID] = field(default_factory=set)


@dataclass(slots=True, eq=False)
class Company:
    """Exactly two, for as long as nobody comes or goes."""

    parts: tuple[Part, Part]
    possible: bool = False
    agreed: set[UUID] = field(default_factory=set)
    link: Link | None = None

    def other(self, part: Part) -> Part:
        return self.parts[1] if part is self.parts[0] else self.parts[0]


class DirectCalls:
    def __init__(self, calls: Calls, rights: Rights, database: Database, notices: Notices, clock: Clock) -> None:
        self._parts = calls.parts
        self._rights = rights
        self._database = database
        self._clock = clock
        self._companies: dict[UUID, Company] = {}  # by room
        self._numbers = itertools.count(1)
        self._changes = 0
        self._checks = Rechecks(self._look, "direct")
        calls.on_hold(self._held)
        calls.on_end(self._changed)
        calls.floor.on_change(self._hushed)
        notices.on("rights", self._on_notice)
        notices.on_gap(self._on_gap)

    async def agree(self, connection: Connection, request: wire.Agree) -> None:
        """Raises NotFound when the part is over or steered from elsewhere, Forbidden where it may not be, and what
        asking for the right to the room raises. Taking an agreement back asks for no right."""
        if not request.agree:
            part = self._own(connection, request.peer)
            company = self._companies.get(part.room_id)
            if company is not None and part.peer in company.agreed:
                self._close(company, "withdrawn")
            return
        part, company = await self._allowed(connection, request.room, request.peer)
        if part.peer in company.agreed:
            return
        company.agreed.add(part.peer)
        if len(company.agreed) == 2:
            self._open(company, offers=part)
        self._tell(company)

    async def describe(self, connection: Connection, request: wire.Describe) -> None:
        """As ``agree``; NotFound also for a link that is over. Each end describes itself once, the offer first."""
        part, company = await self._allowed(connection, request.room, request.peer)
        link = company.link
        if link is None or link.number != request.link or connection not in link.sockets:
            raise NotFound
        turn = part.peer == link.offers if not link.described else part.peer not in link.described
        if not turn or len(link.described) == 2 or not request.sdp.startswith("v=0\r\n"):
            raise BadSdp(field="sdp")
        link.described.add(part.peer)
        other = company.other(part)
        if other.connection is not None:
            described = wire.Described(other.room_id, other.peer, link.number, request.sdp)
            other.connection.send("call:describe", described)

    async def disconnected(self, connection: Connection) -> None:
        """Who cannot be told of the end of it is not left in it."""
        for company in list(self._companies.values()):
            gone = any(part.connection is None and part.peer in company.agreed for part in company.parts)
            if gone or (company.link is not None and connection in company.link.sockets):
                self._close(company, "away")

    async def stop(self) -> None:
        await self._checks.stop()

    # What ends it, and what makes it possible

    def _held(self, part: Part) -> None:
        """A part began, or is steered from another socket, which was never asked."""
        company = self._companies.get(part.room_id)
        if company is None or set(self._parts.of_room(part.room_id)) != set(company.parts):
            self._changed(part)
        elif part.peer in company.agreed or company.link is not None:
            self._close(company, "away")
        else:
            self._tell(company)

    def _changed(self, part: Part) -> None:
        """Somebody came into the call of a room, or went."""
        room_id = part.room_id
        before = self._companies.pop(room_id, None)
        if before is not None and (before.possible or before.link is not None):
            before.possible = False
            self._close(before, "company")
        present = self._parts.of_room(room_id)
        if len(present) == 2:
            self._companies[room_id] = Company((present[0], present[1]))
            self._checks.ask([room_id])

    def _hushed(self, room_id: UUID) -> None:
        """Somebody is to be heard no more, or again: what goes from device to device nobody else could stop."""
        company = self._companies.get(room_id)
        if company is not None:
            self._changes += 1
            if _hushes(company):
                self._settle(room_id, company, possible=False)
            self._checks.ask([room_id])

    async def _on_notice(self, payload: str) -> None:
        kind, _, identifier = payload.partition(":")
        if kind in ("account", "organisation"):
            about = UUID(identifier)
            rooms = [
                room
                for room, company in self._companies.items()
                if any(about in (part.principal.account_id, part.principal.organisation_id) for part in company.parts)
            ]
            self._changes += bool(rooms)
            self._checks.ask(rooms)

    async def _on_gap(self) -> None:
        self._changes += 1
        self._checks.ask(self._companies)

    async def _look(self, room_id: UUID) -> None:
        """Whether the two there may go direct, as things stand now; as long as that cannot be known, they may not."""
        company = self._companies.get(room_id)
        if company is None:
            return
        try:
            possible = await self._may(company)
        except Exception:
            self._settle(room_id, company, possible=False)
            raise
        self._settle(room_id, company, possible=possible)

    def _settle(self, room_id: UUID, company: Company, *, possible: bool) -> None:
        if self._companies.get(room_id) is not company or possible == company.possible:
            return
        company.possible = possible
        if possible:
            self._tell(company)
        else:
            self._close(company, "policy")

    async def _may(self, company: Company) -> bool:
        """By what is known of the two now: how old somebody is may have been corrected since they connected."""
        if _hushes(company):
            return False
        came = [part.principal for part in company.parts]
        organisation_id = came[0].organisation_id
        async with self._database.begin(organisation_id) as conn:
            policy = await policy_of(conn, organisation_id)
            known = await people_of(conn, {principal.account_id for principal in came})
        people = [
            replace(principal, role=known[principal.account_id].role, birth_date=known[principal.account_id].birth_date)
            for principal in came
        ]
        return may_be_direct(people, allowed=policy.direct_calls, today=day_everywhere(self._clock.now()))

    def _own(self, connection: Connection, peer: UUID) -> Part:
        part = self._parts.find(peer)
        if part is None or part.connection is not connection:
            raise NotFound
        return part

    async def _allowed(self, connection: Connection, room: str | int, peer: UUID) -> tuple[Part, Company]:
        """The part, and the two whom everything now lets go direct."""
        access = await self._rights.calling(room, connection)
        part = self._own(connection, peer)
        company, changes = self._companies.get(access.room_id), self._changes
        if part.room_id != access.room_id or company is None or not await self._may(company):
            raise Forbidden("direct_calls")
        if changes != self._changes:  # what was read may be of before
            raise Forbidden("direct_calls")
        if self._companies.get(access.room_id) is not company or part.connection is not connection:
            raise NotFound  # somebody came or went while the policy was read
        company.possible = True
        return part, company

    def _open(self, company: Company, *, offers: Part) -> None:
        sockets = tuple(part.connection for part in company.parts)
        company.link = Link(next(self._numbers), offers.peer, sockets)
        if None in sockets:
            self._close(company, "away")

    def _close(self, company: Company, why: wire.Why) -> None:
        """Through the server again; who wants it otherwise agrees anew."""
        was_on, company.link = company.link is not None, None
        company.agreed.clear()
        self._tell(company, why if was_on else None)

    def _tell(self, company: Company, why: wire.Why | None = None) -> None:
        link = company.link
        for part in company.parts:
            if part.connection is None:
                continue
            other = company.other(part)
            told = wire.Direct(
                room=part.room_id,
                peer=part.peer,
                state="on" if link is not None else "possible" if company.possible else "off",
                mine=part.peer in company.agreed,
                theirs=other.peer in company.agreed,
                other=other.peer if link is not None else UNSET,
                link=link.number if link is not None else UNSET,
                offers=part.peer == link.offers if link is not None else UNSET,
                why=why or UNSET,
            )
            part.connection.send("call:direct", told)


def _hushes(company: Company) -> bool:
    return any(part.hush is not None for part in company.parts)
