"""All that the first page of any role needs, in a number of queries that does not grow with the number of rooms."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec
from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.agenda.store import PlannedSession, upcoming
from server.infra.database import Database
from server.kernel.clock import Clock
from server.kernel.errors import NotFound
from server.kernel.permissions import Permission, Role, allows
from server.kernel.principal import Principal
from server.moderation.appeals import appeals_of
from server.moderation.lists import waiting
from server.moderation.reviewers import counting
from server.pairs.propose import Answer, waiting_for
from server.pairs.saying import Pause
from server.people.consent.standing import standing
from server.people.me import Me, me_of
from server.people.store import Person, people_of
from server.rooms import store
from server.rooms.appeal_news import AppealCard, appeal_card
from server.rooms.pauses import PairWords, PausedCard, pair_words, paused_card, put_out_of
from server.rooms.rules import COUNTED_UNREAD, SHARED_STATES, is_staff
from server.rooms.seated import Seated, seated
from server.rooms.store import Room
from server.transport.wire import Timestamp, timestamp

_SHARED = ", ".join(f"'{state}'" for state in SHARED_STATES)

# Bounded, so that a year's silence costs no more than a week's. What changed later than it was written is not in the
# first half, which the primary key answers.
_COUNTS = text(
    f"""
select r.id, r.last_seq, (
    select count(*) from (
        (select from messages where room_id = r.id and seq > coalesce(mark.seen, 0) and author_id <> :me
            and state in ({_SHARED}) limit {COUNTED_UNREAD})
        union all
        (select from messages where room_id = r.id and changed <> seq and changed > coalesce(mark.seen, 0)
            and seq <= coalesce(mark.seen, 0) and author_id <> :me and state in ({_SHARED}) limit {COUNTED_UNREAD})
    ) others
) as unread, cast((
    select json_agg(json_build_array(account_id, delivered, seen)) from room_marks where room_id = r.id
) as text) as marks
from rooms r
left join room_marks mark on mark.room_id = r.id and mark.account_id = :me
where r.id = any(cast(:rooms as uuid[]))
"""  # noqa: S608 - put together from constants; all values are parameters
)

_read_marks = msgspec.json.Decoder(list[tuple[UUID, int, int]]).decode  # whose, delivered, seen

MAX_APPEALS = 20  # that are told, the newest of all rooms: two kilobytes at the most


class MemberCard(Struct, frozen=True):
    seat: int
    account: UUID
    name: str
    role: Role


class MarkCard(Struct, frozen=True):
    seat: int
    delivered: int
    seen: int


class RoomCard(Struct, frozen=True):
    """``state`` is the pair's, ``writable`` whether the reader may write. ``upto`` is the number of the room's last
    change. ``unread`` counts the messages of others after the reader's ``seen``, up to 999. ``appeals`` are the
    reader's own, missing where there are none, and for a professional until they enter. ``calls`` is there, and false,
    where consent to calls is not there. ``pause`` says why a pair is paused, ``paused`` that a professional has
    paused the room; ``until`` is there for a bridge, which ends then. ``put_out``: who is kept out of the
    room's calls; a professional is told of all, others of themselves."""

    id: UUID
    number: int
    kind: str
    pair: UUID
    state: str
    writable: bool
    upto: int
    unread: int
    members: list[MemberCard]
    marks: list[MarkCard]
    appeals: list[AppealCard] | UnsetType = UNSET
    calls: bool | UnsetType = UNSET
    pause: Pause | UnsetType = UNSET
    paused: PausedCard | UnsetType = UNSET
    put_out: list[UUID] | UnsetType = UNSET
    until: Timestamp | UnsetType = UNSET


class PlannedCard(Struct, frozen=True):
    id: UUID
    pair: UUID
    room: UUID
    title: str
    starts_at: Timestamp
    minutes: int
    zone: str


class QueueCard(Struct, frozen=True):
    """How long the lists of this supervisor are; ``held`` are those of ``open`` that hold a message back."""

    open: int
    held: int
    second: int
    sample: int


class ProposalCard(Struct, frozen=True):
    """A pair that waits for this young person's answer, or for its beginning: who the mentor is, in plain words."""

    pair: UUID
    mentor: str
    supervisor: str
    about_mentor: str
    answer: Answer | UnsetType = UNSET


class Home(Struct, frozen=True):
    me: Me
    rooms: list[RoomCard]
    planned: list[PlannedCard]
    queue: QueueCard | UnsetType = UNSET
    proposals: list[ProposalCard] | UnsetType = UNSET


@dataclass(frozen=True, slots=True)
class _Count:
    last_seq: int
    unread: int
    marks: list[tuple[UUID, int, int]]


class Homes:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def of(self, principal: Principal) -> Home:
        async with self._database.begin(principal.organisation_id) as conn:
            me = await me_of(conn, principal, self._clock)
            rooms = await store.rooms_of(conn, principal.account_id)
            cards = await self._cards(conn, principal, rooms, appeals=not is_staff(principal.role))
            pairs = {room.pair_id: room.id for room in rooms}
            planned = await upcoming(conn, pairs.keys(), self._clock.now())
            queue: QueueCard | UnsetType = UNSET
            if allows(principal.role, Permission.FLAG_REVIEW):
                lists = await waiting(conn, await counting(conn, principal), self._clock.now())
                queue = QueueCard(lists.open, lists.held, lists.second, lists.sample)
            proposals = await _proposals(conn, principal) if allows(principal.role, Permission.PAIR_ANSWER) else UNSET
        sessions = [_planned(session, pairs[session.pair_id]) for session in planned]
        return Home(me, cards, sessions, queue, proposals or UNSET)

    async def card(self, principal: Principal, room_id: UUID) -> RoomCard:
        """The card of one room of ``principal``. Raises NotFound."""
        async with self._database.begin(principal.organisation_id) as conn:
            room = await store.room(conn, room_id)
            if room is None or principal.account_id not in room.seats:
                raise NotFound
            return (await self._cards(conn, principal, [room], appeals=True))[0]

    async def _cards(
        self, conn: AsyncConnection, principal: Principal, rooms: Sequence[Room], *, appeals: bool
    ) -> list[RoomCard]:
        if not rooms:
            return []
        ids = [room.id for room in rooms]
        counts = {
            row.id: _Count(
                row.last_seq,
                0 if is_staff(principal.role) else min(row.unread, COUNTED_UNREAD),
                _read_marks(row.marks or "[]"),
            )
            for row in await conn.execute(_COUNTS, {"me": principal.account_id, "rooms": ids})
        }
        appealed: dict[UUID, list[AppealCard]] = defaultdict(list)
        for appeal in await appeals_of(conn, principal.account_id, ids, limit=MAX_APPEALS) if appeals else ():
            appealed[appeal.room_id].append(appeal_card(appeal))
        people = await people_of(conn, {account_id for room in rooms for account_id in room.seats})
        staff = is_staff(principal.role)
        called = await self._called(conn, people)
        words = await pair_words(conn, rooms, principal.role)
        members = await seated(conn, rooms, staff=staff)
        return [
            _card(
                room,
                counts[room.id],
                people,
                appealed[room.id],
                words[room.pair_id],
                members[room.id],
                reader=principal.account_id,
                staff=staff,
                called=called,
            )
            for room in rooms
        ]

    async def _called(self, conn: AsyncConnection, people: Mapping[UUID, Person]) -> set[UUID]:
        """The young people with whom there may be calls, by consent."""
        young = [person.id for person in people.values() if person.role is Role.MENTEE]
        return {who for who, consents in (await standing(conn, young, self._clock.now())).items() if consents.video}


def _card(
    room: Room,
    count: _Count,
    people: Mapping[UUID, Person],
    appeals: list[AppealCard],
    words: PairWords,
    members: Seated,
    *,
    reader: UUID,
    staff: bool,
    called: Collection[UUID],
) -> RoomCard:
    return RoomCard(
        id=room.id,
        number=room.number,
        kind=room.kind,
        pair=room.pair_id,
        state=room.state,
        writable=room.takes(staff=staff),
        upto=count.last_seq,
        unread=count.unread,
        members=[
            MemberCard(seat, account_id, people[account_id].name, people[account_id].role)
            for account_id, seat in members
        ],
        marks=sorted(
            (
                MarkCard(room.seats[account_id], delivered, seen)
                for account_id, delivered, seen in count.marks
                if account_id in room.seats
            ),
            key=lambda mark: mark.seat,
        ),
        appeals=appeals or UNSET,
        calls=UNSET if any(account_id in called for account_id in room.seats) else False,
        pause=words.pause or UNSET,
        paused=paused_card(room) or UNSET,
        put_out=put_out_of(room, reader, staff=staff),
        until=timestamp(words.until) if words.until is not None else UNSET,
    )


async def _proposals(conn: AsyncConnection, mentee: Principal) -> list[ProposalCard]:
    waiting = await waiting_for(conn, mentee.account_id)
    people = await people_of(conn, {person for pair, _ in waiting for person in pair.people})
    return [
        ProposalCard(
            pair.id,
            people[pair.mentor_id].name,
            people[pair.supervisor_id].name,
            told.criteria.about_mentor,
            told.answer or UNSET,
        )
        for pair, told in waiting
    ]


def _planned(session: PlannedSession, room_id: UUID) -> PlannedCard:
    return PlannedCard(
        session.id, session.pair_id, room_id, session.title, timestamp(session.starts_at), session.minutes, session.zone
    )
