"""Somebody reports a message of a room of theirs, a person they have to do with, or a worry. In one transaction:
contact stops if it must, what was said is kept as it was, and a case is open. It asks for no socket, and for no room
that can be written in.

Locked in this order, as everywhere: pair, case. Whoever reports takes turns with themselves before.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation.reports import store as reports
from server.escalation.reports.card import ReportCard
from server.escalation.reports.making import NewReport, make
from server.escalation.reports.reading import cards
from server.escalation.reports.rules import LET_GO_ON, Kind, Subject, fits, stops
from server.escalation.reports.store import Said
from server.escalation.store import case_of
from server.escalation.viewers import seen
from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, Conflict, Forbidden, NotFound
from server.kernel.permissions import Permission, Role
from server.kernel.principal import Principal
from server.moderation.flag import storable
from server.pairs.acquainted import Acquaintance, acquaintances, acquainted
from server.pairs.holds_store import lifted_since
from server.pairs.rules import Pair, State, belongs
from server.pairs.stopping import WHY as STOPPED_BY
from server.pairs.stopping import stop_contact
from server.pairs.store import locked, pairs_of
from server.people.store import Person, people_of
from server.rooms import reading
from server.rooms.access import Access, Rights
from server.rooms.log import instant
from server.rooms.messages import Message
from server.rooms.notes import store as notes
from server.rooms.notes.store import Note
from server.rooms.rules import SHARED_STATES
from server.rooms.visits import is_visiting
from server.trail.acts import Act
from server.trail.readings import record_reading

_EARLIER: Final = text("""
select body from message_versions
where room_id = :room and seq = :seq and state = any(cast(:shared as text[])) order by version
""")


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody sends: ``room`` and ``seq`` name a message, ``person`` a person; ``stop`` is what they say about
    contact, None for nothing."""

    id: UUID
    subject: Subject
    kind: Kind
    words: str
    stop: bool | None = None
    room: str | int | None = None
    seq: int | None = None
    person: UUID | None = None


@dataclass(frozen=True, slots=True)
class _Target:
    person: Person | None = None
    pair: Pair | None = None
    contacts: tuple[UUID, ...] = ()
    said: Said | None = None


class Reporting:
    def __init__(self, database: Database, clock: Clock, rights: Rights) -> None:
        self._database = database
        self._clock = clock
        self._rights = rights

    async def report(self, principal: Principal, wish: Wish) -> ReportCard:
        """Writes it down. The same ``id`` again is the same report, whatever else is sent. Raises NotFound for a
        message or a person that is not theirs to know about, BadRequest, Forbidden("not_entered"), and
        Conflict("report_taken") for the ``id`` of somebody else's."""
        principal.require(Permission.REPORT_MAKE)
        _check(wish)
        now, me = instant(self._clock), principal.account_id
        access = await self._rights.access(wish.room, principal) if wish.room is not None else None
        async with self._database.begin(principal.organisation_id) as conn:
            await reports.take_turn(conn, me)
            report = await reports.report_of(conn, wish.id)
            if report is None:
                target = await self._target(conn, principal, wish, access)
                stopped = asked = False
                young = principal.role is Role.MENTEE
                if stops(wish.kind, wish.stop, young=young):
                    for pair in await locked(conn, target.contacts):
                        if not young and await _was_let_go_on(conn, pair, me, now):
                            asked = True
                        else:
                            stopped = await stop_contact(conn, pair, now) or stopped
                new = NewReport(
                    id=wish.id,
                    by=principal,
                    at=now,
                    subject=wish.subject,
                    kind=wish.kind,
                    words=wish.words,
                    stopped=stopped,
                    asked=asked,
                    person=target.person,
                    pair=target.pair,
                    answers=await _answering(conn, principal, target),
                    said=target.said,
                )
                report = await make(conn, new)
            elif report.by_id != me:
                raise Conflict("report_taken")
            (card,) = await cards(conn, [report])
            return card

    async def note(self, principal: Principal, report_id: UUID) -> Note:
        """The voice note that was reported, for who sees the whole of the report's case; written down as a reading of
        that. Raises Forbidden, NotFound."""
        principal.require(Permission.CASE_HANDLE)
        now, me = self._clock.now(), principal.account_id
        async with self._database.begin(principal.organisation_id) as conn:
            report = await reports.report_of(conn, report_id)
            said = report.said if report is not None else None
            if report is None or said is None or said.kind != "voice":
                raise NotFound
            case, _, sight, _ = await seen(conn, await case_of(conn, report.case_id), principal, now)
            note = await notes.said_note(conn, said.message_id, said.room_id) if sight == "whole" else None
            if note is None:
                raise NotFound
            # Whom it is about and who reported: an adult who is reported does not learn it from their journal.
            about = sorted({one for one in (case.about_id, report.by_id) if one is not None} - {me})
            detail = {"case": case.id, "note": note.id}
            where = principal.organisation_id
            await record_reading(conn, where, now, Act.CASE_READ, by=me, about=about, detail=detail)
            return note

    async def content(self, principal: Principal, note: Note, start: int, end: int) -> bytes:
        """The bytes of a note that ``note`` gave, from ``start`` to before ``end``."""
        async with self._database.begin(principal.organisation_id) as conn:
            return await notes.heard(conn, note.id, start, end)

    async def people(self, principal: Principal) -> list[Acquaintance]:
        """Whom one may report by name. Raises Forbidden."""
        principal.require(Permission.REPORT_MAKE)
        async with self._database.begin(principal.organisation_id) as conn:
            return await acquaintances(conn, principal)

    async def _target(self, conn: AsyncConnection, principal: Principal, wish: Wish, access: Access | None) -> _Target:
        if access is not None and wish.seq is not None:
            return await self._message(conn, principal, access, wish.seq)
        if wish.person is not None:
            found = await acquainted(conn, principal, wish.person)
            return _Target(found.person, found.pair, found.contacts)
        return _Target()

    async def _message(self, conn: AsyncConnection, principal: Principal, access: Access, seq: int) -> _Target:
        """A message of somebody else that they can see. What stands now is kept, not what its author would rather have
        it say."""
        if access.staff and not await is_visiting(conn, access.room_id, access.account_id, self._clock.now()):
            raise Forbidden("not_entered")
        message = await reading.message(conn, access.room_id, seq)
        me = principal.account_id
        if message is None or message.author_id == me or not message.visible_to(me, staff=access.staff):
            raise NotFound
        earlier = await conn.execute(_EARLIER, {"room": access.room_id, "seq": seq, "shared": list(SHARED_STATES)})
        author = (await people_of(conn, [message.author_id]))[message.author_id]
        pair = access.pair
        contacts = (pair.id,) if belongs(pair, author.id) and pair.state is not State.CLOSED else ()
        return _Target(author, pair, contacts, _said(message, [row.body for row in earlier]))


def _check(wish: Wish) -> None:
    """Raises BadRequest for what does not fit together, and for a worry without a word."""
    wanted = {"message": {"room", "seq"}, "person": {"person"}, "worry": set()}[wish.subject]
    for field in ("room", "seq", "person"):
        if (getattr(wish, field) is not None) != (field in wanted):
            raise BadRequest("missing" if field in wanted else "unexpected", field=field)
    if not fits(wish.subject, wish.kind):
        raise BadRequest("kind", field="kind")
    if not wish.words and wish.subject == "worry":
        raise BadRequest("missing", field="words")


def _said(message: Message, earlier: Collection[str]) -> Said:
    return Said(
        message.room_id,
        message.seq,
        message.id,
        message.kind,
        message.at,
        message.state,
        storable(message.body),
        tuple(storable(body) for body in earlier if body != message.body),
    )


async def _was_let_go_on(conn: AsyncConnection, pair: Pair, who: UUID, now: datetime) -> bool:
    """Whether a professional has lately let this pair go on that a report of ``who`` had stopped."""
    stood = await lifted_since(conn, pair.id, STOPPED_BY, now - LET_GO_ON)
    return bool(stood) and await reports.has_stopped(conn, who, stood)


async def _answering(conn: AsyncConnection, principal: Principal, target: _Target) -> UUID | None:
    """The professional of the pair; of who says nothing of a pair, that of a pair of theirs that goes on."""
    pairs = [target.pair] if target.pair is not None else []
    if target.person is None:
        mine = [pair for pair in await pairs_of(conn, principal.account_id) if belongs(pair, principal.account_id)]
        pairs = [pair for pair in mine if pair.state is not State.CLOSED]
    people = await people_of(conn, {pair.supervisor_id for pair in pairs})
    return next((pair.supervisor_id for pair in pairs if not people[pair.supervisor_id].disabled), None)
