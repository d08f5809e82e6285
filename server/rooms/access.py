"""Who may do what in which room, asked at each act. What is remembered of a room is dropped when its rights change.

A message is checked once more by the statement that writes it, and what is read by the statement that reads it: this
answers early and names things, those two make it true.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Literal
from uuid import UUID

from server.infra.database import Database
from server.infra.notices import Notices
from server.kernel.clock import Clock, SystemClock
from server.kernel.errors import BadRequest, CallsOff, Forbidden, NotFound, RoomClosed, RoomPaused
from server.kernel.identifiers import parse_id
from server.kernel.principal import Principal
from server.pairs import store as pairs
from server.pairs.rules import Pair
from server.people.consent.standing import standing
from server.people.store import people_of
from server.rooms import store
from server.rooms.messages import topic
from server.rooms.rules import is_staff
from server.rooms.store import Room
from server.transport.gateway import Connection

log = logging.getLogger(__name__)

MAX_ROOMS = 20_000  # rooms remembered, about 1 KB each; more than one process has people in

Watcher = Callable[[UUID], Awaitable[None]]
MemberRole = Literal["mentor", "mentee", "supervisor"]


@dataclass(frozen=True, slots=True)
class Access:
    """One person's place in one room, now."""

    room: Room
    pair: Pair
    account_id: UUID
    seat: int
    member_role: MemberRole
    staff: bool
    young_born: date | None  # when the pair's young person was born
    consented_calls: bool  # whether those whose consent the law asks for said yes to calls (promise 5)

    @property
    def room_id(self) -> UUID:
        return self.room.id

    @property
    def number(self) -> int:
        return self.room.number

    @property
    def may_write(self) -> bool:
        """Whether the two may write now."""
        return self.room.writable

    @property
    def may_call(self) -> bool:
        """Whether there may be a call in this room now."""
        return self.room.writable and self.consented_calls

    @property
    def put_out(self) -> bool:
        """Whether a professional keeps this person out of the room's calls."""
        return self.account_id in self.room.put_out

    @property
    def hushed(self) -> bool:
        """Whether a professional has paused the room for this person, who stays in it and in its call, silent."""
        return self.room.pause is not None and not self.staff

    @property
    def may_speak(self) -> bool:
        """Whether this person may write now: a professional also while the pair is paused."""
        return self.room.takes(staff=self.staff)

    @property
    def topic(self) -> str:
        return topic(self.room.id)


@dataclass(frozen=True, slots=True)
class Place:
    """What is remembered of a room: nothing that moves with its messages."""

    room: Room
    pair: Pair
    young_born: date | None
    consented_calls: bool

    def access(self, principal: Principal) -> Access:
        """Raises NotFound for who does not belong to the room: it is not theirs to know about."""
        seat = self.room.seats.get(principal.account_id)
        if seat is None or self.room.organisation_id != principal.organisation_id:
            raise NotFound
        return Access(
            self.room,
            self.pair,
            principal.account_id,
            seat,
            self._role(principal),
            is_staff(principal.role),
            self.young_born,
            self.consented_calls,
        )

    def _role(self, principal: Principal) -> MemberRole:
        if principal.account_id == self.pair.mentor_id:
            return "mentor"
        if principal.account_id == self.pair.mentee_id:
            return "mentee"
        return "supervisor"


class Rights:
    """The way to an ``Access``. Listens to the notices of changed rights, and hands them on to who watches."""

    def __init__(self, database: Database, notices: Notices, clock: Clock | None = None) -> None:
        self._database = database
        self._notices = notices
        self._clock = clock or SystemClock()
        self._places: OrderedDict[UUID, Place] = OrderedDict()
        self._ids: OrderedDict[int, UUID] = OrderedDict()  # by number; neither ever changes
        self._reads: dict[tuple[UUID | int, UUID | None, int], asyncio.Task[Place]] = {}
        self._changes = 0
        self._watchers: list[Watcher] = []
        notices.on("rights", self._on_notice)
        notices.on_gap(self._on_gap)

    async def access(self, reference: UUID | str | int, principal: Principal) -> Access:
        """The place of ``principal`` in the room of this identifier (in either wire form) or number. Raises NotFound,
        or BadRequest for what cannot name a room."""
        return (await self.place(reference, principal.organisation_id)).access(principal)

    async def present(self, reference: UUID | str | int, connection: Connection) -> Access:
        """As ``access``, for an act on the connection. Raises Forbidden for a professional who has not entered."""
        access = await self.access(reference, connection.principal)
        if access.staff and access.topic not in connection.topics:
            raise Forbidden("not_entered")
        return access

    async def writing(self, reference: UUID | str | int, connection: Connection) -> Access:
        """As ``present``. Raises RoomClosed when the two may not write now."""
        access = await self.present(reference, connection)
        if not access.may_write:
            raise RoomClosed
        if access.hushed:
            raise RoomPaused
        return access

    async def calling(self, reference: UUID | str | int, connection: Connection) -> Access:
        """As ``present``; a pause of the room ends no call. Raises RoomClosed when the two may not call now, CallsOff
        where consent to calls is not there, or was taken back, Forbidden for who was put out of the calls."""
        access = await self.present(reference, connection)
        check_calling(access)
        return access

    async def speaking(self, reference: UUID | str | int, connection: Connection) -> Access:
        """As ``present``. Raises RoomClosed when the room takes no messages of this person now."""
        access = await self.present(reference, connection)
        check_speaking(access)
        return access

    async def place(self, reference: UUID | str | int, organisation_id: UUID | None) -> Place:
        """What there is to know of a room of this organisation; None: of whichever it is, for what is asked on nobody's
        behalf. Raises NotFound."""
        room = parse_reference(reference)
        remembered = self._recall(room)
        if remembered is not None:
            if organisation_id not in (None, remembered.room.organisation_id):
                raise NotFound
            return remembered
        # Who asks for the same at the same time shares the answer, unless a right changed in between.
        key = (room, organisation_id, self._changes)
        reading = self._reads.get(key)
        if reading is None:
            reading = self._reads[key] = asyncio.get_running_loop().create_task(self._read(room, organisation_id))
            reading.add_done_callback(partial(self._was_read, key))
        return await asyncio.shield(reading)

    def _was_read(self, key: tuple[UUID | int, UUID | None, int], reading: asyncio.Task[Place]) -> None:
        del self._reads[key]
        if not reading.cancelled():
            reading.exception()  # nobody may be waiting for it any more

    async def _read(self, room: UUID | int, organisation_id: UUID | None) -> Place:
        changes = self._changes
        whole = self._database.everywhere() if organisation_id is None else self._database.begin(organisation_id)
        async with whole as conn:
            found = await store.room(conn, room)
            pair = await pairs.pair(conn, found.pair_id) if found is not None else None
            if found is None or pair is None:
                raise NotFound
            young = (await people_of(conn, [pair.mentee_id])).get(pair.mentee_id)
            consents = (await standing(conn, [pair.mentee_id], self._clock.now()))[pair.mentee_id]
            place = Place(found, pair, young.birth_date if young is not None else None, consents.video)
        if changes == self._changes and self._notices.alive:  # no notice overtook what was read
            self._remember(place)
        return place

    @property
    def changes(self) -> int:
        """How often rights have changed. When it has not moved during a query, what was read still holds."""
        return self._changes

    def watch(self, watcher: Watcher) -> None:
        """``watcher`` is told of each room whose rights have changed, or may have, after it was forgotten here."""
        self._watchers.append(watcher)

    def _recall(self, room: UUID | int) -> Place | None:
        if not self._notices.alive:
            return None
        identifier = self._ids.get(room) if isinstance(room, int) else room
        place = self._places.get(identifier) if identifier is not None else None
        if place is not None:
            self._places.move_to_end(place.room.id)
        return place

    def _remember(self, place: Place) -> None:
        self._places[place.room.id] = place
        self._ids[place.room.number] = place.room.id
        if len(self._places) > MAX_ROOMS:
            _, oldest = self._places.popitem(last=False)
            self._ids.pop(oldest.room.number, None)

    async def _on_notice(self, payload: str) -> None:
        kind, _, identifier = payload.partition(":")
        if kind == "room":
            room_id = UUID(identifier)
            self._changes += 1
            self._places.pop(room_id, None)
            await self._tell(room_id)
        elif kind == "account":  # how old somebody is decides how they are protected
            account_id = UUID(identifier)
            self._changes += 1
            for room_id in [room_id for room_id, place in self._places.items() if place.pair.mentee_id == account_id]:
                del self._places[room_id]
                await self._tell(room_id)

    async def _on_gap(self) -> None:
        self._changes += 1
        rooms = list(self._places)
        self._places.clear()
        for room_id in rooms:
            await self._tell(room_id)

    async def _tell(self, room_id: UUID) -> None:
        for watcher in self._watchers:
            try:
                await watcher(room_id)
            except Exception:
                log.exception("watcher_failed", extra={"room": room_id})


def check_calling(access: Access) -> None:
    """Raises RoomClosed, CallsOff, Forbidden when this person may not be in the room's call now."""
    if not access.may_write:
        raise RoomClosed
    if not access.may_call:
        raise CallsOff("young" if access.member_role == "mentee" else None)
    if access.put_out:
        raise Forbidden("put_out")


def check_speaking(access: Access) -> None:
    """Raises RoomClosed when the room takes no messages of this person now."""
    if not access.may_speak:
        raise RoomPaused if access.hushed else RoomClosed


def parse_reference(reference: UUID | str | int) -> UUID | int:
    """A room as clients name it: its number, or its identifier in either wire form. Raises BadRequest."""
    if isinstance(reference, UUID):
        return reference
    if isinstance(reference, int):
        if not 0 < reference < 2**31:
            raise NotFound
        return reference
    try:
        return parse_id(reference)
    except ValueError:
        raise BadRequest("identifier", field="room") from None
