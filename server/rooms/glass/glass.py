"""Breaking the glass of a room, reading and hearing through it, putting off telling of it, and telling.

It is for emergencies: the pair's own professional is away, somebody is in danger. It changes nothing in the room, lasts
an hour, is in the audit trail at each step, and the two of the pair are told of it, at once or later, always.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.infra.jobs import Jobs
from server.kernel.clock import Clock
from server.kernel.errors import Forbidden, NotFound
from server.kernel.identifiers import new_id
from server.kernel.permissions import Permission, allows
from server.kernel.principal import Principal
from server.pairs import store as pairs
from server.pairs.rules import Pair, belongs
from server.people import notices
from server.people.store import Person, people_of
from server.rooms import reading
from server.rooms import store as rooms
from server.rooms.glass import store
from server.rooms.glass.rules import OPEN_FOR, Motive, Reason, check_reader, check_until, checked_sentence, tell_at
from server.rooms.glass.store import Access
from server.rooms.messages import Message
from server.rooms.notes import store as notes
from server.rooms.notes.store import Note
from server.trail.acts import Act
from server.trail.readings import record_reading
from server.trail.record import record

JOB: Final = "rooms:tell_of_glass"
OFTEN: Final = "*/5 * * * *"
PAGE: Final = 50  # messages
LISTED: Final = 100  # accesses of an organisation that are listed
AT_ONCE: Final = 100  # told in one transaction of the job


@dataclass(frozen=True, slots=True)
class Overview:
    """What staff see of it: the pairs whose glass this reader may break, by the room, who broke which, what is put off,
    and the names of all of them."""

    pairs: Mapping[UUID, Pair]
    breakable: Sequence[UUID]
    accesses: Sequence[Access]
    deferrals: Sequence[Any]
    people: Mapping[UUID, Person]


class Glass:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def register(self, jobs: Jobs) -> None:
        jobs.schedule(JOB, OFTEN, self.tell)

    async def break_glass(self, principal: Principal, room_id: UUID, motive: Motive, sentence: str) -> Access:
        """Lets ``principal`` read the messages of a room for an hour, and tells the two; who has such an hour already
        is given that. Raises Forbidden, NotFound, Conflict, BadRequest."""
        principal.require(Permission.GLASS_BREAK)
        said = checked_sentence(sentence)
        now, me = self._clock.now(), principal.account_id
        async with self._database.begin(principal.organisation_id) as conn:
            pair = await _pair(conn, room_id, principal)
            check_reader(pair, me)
            await store.take_turn(conn, room_id)
            before = await store.open_access(conn, room_id, me, now)
            if before is not None:
                return before
            due = tell_at(await store.deferrals_of(conn, room_id, now), me, now)
            new = Access(new_id(), pair.organisation_id, room_id, me, motive, said, now, now + OPEN_FOR, due, None)
            await store.insert_access(conn, new)
            await _tell(conn, new, [pair.supervisor_id], "glass_broken_pair", pair, now)
            if due <= now:
                await store.insert_telling(conn, new, now)
                await _record(conn, new, pair, now, Act.GLASS_BROKEN)
                await _tell(conn, new, [pair.mentor_id, pair.mentee_id], "glass_broken", pair, now)
                return replace(new, told_at=now)
            await _record(conn, new, pair, now, Act.GLASS_BROKEN_UNTOLD)
            return new

    async def messages(self, principal: Principal, room_id: UUID, before: int | None) -> tuple[list[Message], bool]:
        """A page of the room, the oldest first, and whether there is more before it. Raises NotFound, Forbidden where
        the hour is over or never began."""
        now = self._clock.now()
        async with self._database.begin(principal.organisation_id) as conn:
            access, pair = await _open(conn, principal, room_id, now)
            last = None if before is None else before - 1
            found = list(await reading.around(conn, access.room_id, last, now, PAGE + 1, 0))
            page = found[-PAGE:]
            span = {"from": page[0].seq, "to": page[-1].seq} if page else {}
            detail = {"access": access.id, "room": access.room_id, **span}
            where, me, two = pair.organisation_id, principal.account_id, [pair.mentor_id, pair.mentee_id]
            await record(conn, where, now, Act.GLASS_READ, by=me, about=two, detail=detail)
        return page, len(found) > PAGE

    async def note(self, principal: Principal, room_id: UUID, note_id: UUID) -> Note:
        """A voice note of the room, to be heard in the same hour; recorded once in it. Raises what ``messages``
        raises."""
        now = self._clock.now()
        async with self._database.begin(principal.organisation_id) as conn:
            access, pair = await _open(conn, principal, room_id, now)
            found = await notes.said_note(conn, note_id, access.room_id)
            if found is None:
                raise NotFound
            detail = {"access": access.id, "room": access.room_id, "note": found.id}
            where, me, two = pair.organisation_id, principal.account_id, [pair.mentor_id, pair.mentee_id]
            await record_reading(
                conn, where, now, Act.GLASS_READ, by=me, about=two, once_in=OPEN_FOR, detail=detail
            )  # fmt: skip
        return found

    async def content(self, principal: Principal, note: Note, start: int, end: int) -> bytes:
        """The bytes of a note that ``note`` gave, from ``start`` to before ``end``."""
        async with self._database.begin(principal.organisation_id) as conn:
            return await notes.heard(conn, note.id, start, end)

    async def defer(self, principal: Principal, room_id: UUID, reason: Reason, sentence: str, until: datetime) -> None:
        """From now on, and until then, the two are not told yet when somebody else breaks their glass. Raises
        Forbidden, NotFound, BadRequest."""
        principal.require(Permission.GLASS_DEFER)
        said, now, me = checked_sentence(sentence), self._clock.now(), principal.account_id
        check_until(until, now)
        async with self._database.begin(principal.organisation_id) as conn:
            pair = await _pair(conn, room_id, principal)
            if belongs(pair, me):
                raise NotFound
            await store.take_turn(conn, room_id)
            new = {"id": new_id(), "organisation_id": pair.organisation_id, "room_id": room_id, "by_id": me}
            await store.insert_deferral(conn, **new, reason=reason, sentence=said, made_at=now, until=until)
            detail = {"deferral": new["id"], "room": room_id, "reason": reason, "until": until}
            about = [pair.mentor_id, pair.mentee_id]
            act = Act.GLASS_TELLING_DEFERRED
            await record(conn, pair.organisation_id, now, act, by=me, about=about, detail=detail)
            if me != pair.supervisor_id:
                who, kind = pair.supervisor_id, "glass_deferred_pair"
                await notices.tell(conn, pair.organisation_id, who, kind, now, until=until, pair=pair.id)

    async def end_deferral(self, principal: Principal, deferral_id: UUID) -> None:
        """Telling is put off no longer, by whoever this was put off: what nothing else puts off is told now. Ending
        what is over changes nothing. Raises Forbidden, NotFound."""
        principal.require(Permission.GLASS_DEFER)
        now, me = self._clock.now(), principal.account_id
        async with self._database.begin(principal.organisation_id) as conn:
            found = await store.deferral(conn, deferral_id)
            if found is None:
                raise NotFound
            pair = await _pair(conn, found.room_id, principal)
            if belongs(pair, me):
                raise NotFound
            await store.take_turn(conn, found.room_id)
            if found.until <= now or not await store.insert_end(conn, found.id, pair.organisation_id, me, now):
                return
            detail = {"deferral": found.id, "room": found.room_id}
            about = [pair.mentor_id, pair.mentee_id]
            await record(conn, pair.organisation_id, now, Act.GLASS_DEFERRAL_ENDED, by=me, about=about, detail=detail)
            for access in await store.untold(conn, now, AT_ONCE, found.room_id):
                await _tell_late(conn, access, pair, now)

    async def overview(self, principal: Principal) -> Overview:
        """For the staff of an organisation; without the pairs that the reader is one of. Raises Forbidden."""
        principal.require(Permission.GLASS_LIST)
        may_break = allows(principal.role, Permission.GLASS_BREAK)
        me, organisation_id = principal.account_id, principal.organisation_id
        async with self._database.begin(organisation_id) as conn:
            every = [pair for pair in await pairs.pairs_of_organisation(conn, organisation_id) if not belongs(pair, me)]
            by_pair = await store.rooms_of_pairs(conn, [pair.id for pair in every])
            by_room = {by_pair[pair.id]: pair for pair in every if pair.id in by_pair}
            accesses = await store.accesses_of(conn, organisation_id, LISTED)
            deferrals = await store.deferred(conn, organisation_id, self._clock.now())
            known = {person for pair in by_room.values() for person in pair.people}
            known |= {access.account_id for access in accesses} | {deferral.by_id for deferral in deferrals}
            people = await people_of(conn, known)
        return Overview(
            by_room,
            [room for room, pair in by_room.items() if may_break and pair.supervisor_id != me],
            [access for access in accesses if access.room_id in by_room],
            [deferral for deferral in deferrals if deferral.room_id in by_room],
            people,
        )

    async def tell(self, _payload: Mapping[str, Any]) -> None:
        """The job: tells of what was put off until now."""
        now = self._clock.now()
        async with self._database.everywhere() as conn:
            for access in await store.untold(conn, now, AT_ONCE):
                room = await rooms.room(conn, access.room_id)
                pair = await pairs.pair(conn, room.pair_id) if room is not None else None
                if pair is not None:
                    await _tell_late(conn, access, pair, now)


async def _pair(conn: AsyncConnection, room_id: UUID, principal: Principal) -> Pair:
    room = await rooms.room(conn, room_id)
    pair = await pairs.pair(conn, room.pair_id) if room is not None else None
    if pair is None or pair.organisation_id != principal.organisation_id:
        raise NotFound
    return pair


async def _open(conn: AsyncConnection, principal: Principal, room_id: UUID, now: datetime) -> tuple[Access, Pair]:
    """The hour of this reader in this room, and its pair. Raises Forbidden, also when it is over; NotFound."""
    principal.require(Permission.GLASS_BREAK)
    pair = await _pair(conn, room_id, principal)
    check_reader(pair, principal.account_id)
    access = await store.open_access(conn, room_id, principal.account_id, now)
    if access is None:
        raise Forbidden("glass_over")
    return access, pair


async def _record(conn: AsyncConnection, access: Access, pair: Pair, at: datetime, act: Act) -> None:
    about = [pair.mentor_id, pair.mentee_id]
    detail = {"access": access.id, "room": access.room_id, "why": access.motive}
    detail |= {"opened_at": access.opened_at, "expires_at": access.expires_at, "tell_at": access.tell_at}
    await record(conn, access.organisation_id, at, act, by=access.account_id, about=about, detail=detail)


async def _tell_late(conn: AsyncConnection, access: Access, pair: Pair, at: datetime) -> None:
    """Of what was put off, once."""
    if await store.insert_telling(conn, access, at):
        await _record(conn, access, pair, at, Act.GLASS_TOLD)
        await _tell(conn, access, [pair.mentor_id, pair.mentee_id], "glass_broken", pair, at)


async def _tell(
    conn: AsyncConnection, access: Access, people: Sequence[UUID], kind: str, pair: Pair, at: datetime
) -> None:
    """The two, at once or later; who answers for them, always at once: staff see it in any case, and so somebody who
    knows the two sees a pretext."""
    for person in people:
        await notices.tell(
            conn, access.organisation_id, person, kind, at, motive=access.motive, on=access.opened_at, pair=pair.id
        )
