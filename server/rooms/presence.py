"""Who is in a room right now: one entry for each person, however many tabs they have open there.

Being present is having joined the room's topic, and nothing else: nobody receives what is said in a room without
standing in this list (promise 4).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from server.kernel.clock import Clock
from server.rooms.messages import topic
from server.transport.gateway import Connection
from server.transport.gateway.gateway import Gateway
from server.transport.wire import Timestamp, timestamp

Watcher = Callable[[Connection, UUID], None]


class Present(Struct, frozen=True):
    seat: int
    since: Timestamp


class PresenceList(Struct, frozen=True):
    """Everyone in the room; the whole list, each time."""

    room: UUID
    present: list[Present]


@dataclass(slots=True)
class _Person:
    seat: int
    since: datetime
    connections: set[Connection] = field(default_factory=set)


class Presence:
    def __init__(self, gateway: Gateway, clock: Clock) -> None:
        self._gateway = gateway
        self._clock = clock
        self._rooms: dict[UUID, dict[UUID, _Person]] = {}
        self._on_arrival: list[Watcher] = []
        self._on_departure: list[Watcher] = []

    def watch(self, *, arrival: Watcher, departure: Watcher) -> None:
        """Each is called with a connection and the room that it has just come into, or gone from."""
        self._on_arrival.append(arrival)
        self._on_departure.append(departure)

    def arrive(self, connection: Connection, room_id: UUID, seat: int) -> None:
        """``connection`` is in the room from now on, on this seat. Everyone there is told when this is somebody new;
        who arrives is told when somebody else is there."""
        if not connection.open or topic(room_id) in connection.topics:
            return
        self._gateway.join(connection, topic(room_id))
        people = self._rooms.setdefault(room_id, {})
        person = people.get(connection.principal.account_id)
        if person is None:
            person = people[connection.principal.account_id] = _Person(seat, self._clock.now())
            self._tell(room_id, skip=connection)
        person.connections.add(connection)
        if len(people) > 1:
            connection.send("room:presence", self.of(room_id))
        for watcher in self._on_arrival:
            watcher(connection, room_id)

    def depart(self, connection: Connection, room_id: UUID) -> bool:
        """``connection`` is no longer in the room. Returns whether its person is not there at all any more."""
        self._gateway.leave(connection, topic(room_id))
        people = self._rooms.get(room_id)
        person = people.get(connection.principal.account_id) if people is not None else None
        if people is None or person is None or connection not in person.connections:
            return False
        person.connections.remove(connection)
        for watcher in self._on_departure:
            watcher(connection, room_id)
        if person.connections:
            return False
        del people[connection.principal.account_id]
        if people:
            self._tell(room_id)
        else:
            del self._rooms[room_id]
        return True

    def rooms_of(self, connection: Connection) -> list[UUID]:
        """The rooms that ``connection`` is in, or was in until it was cut."""
        return [UUID(name.removeprefix("room:")) for name in connection.topics if name.startswith("room:")]

    def rooms(self) -> list[UUID]:
        """The rooms that somebody is in."""
        return list(self._rooms)

    def of(self, room_id: UUID) -> PresenceList:
        people = sorted(self._rooms.get(room_id, {}).values(), key=lambda person: person.seat)
        return PresenceList(room_id, [Present(person.seat, timestamp(person.since)) for person in people])

    def _tell(self, room_id: UUID, *, skip: Connection | None = None) -> None:
        self._gateway.publish(topic(room_id), "room:presence", self.of(room_id), skip=skip)
