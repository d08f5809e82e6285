"""What the people of a room are told of its call. Nothing is decided here."""

import logging
from collections.abc import Callable
from uuid import UUID

from msgspec import UNSET, UnsetType

from server.rooms.messages import topic
from server.signalling import wire
from server.signalling.parts import Part, Parts
from server.signalling.reasons import Reason
from server.signalling.rules import EndCode
from server.signalling.scene import Scene
from server.transport.gateway import Connection, Gateway

log = logging.getLogger(__name__)


class Telling:
    def __init__(self, gateway: Gateway, parts: Parts) -> None:
        self._gateway = gateway
        self._parts = parts
        self.on_people: list[Callable[[UUID], None]] = []

    def everyone(self, room_id: UUID) -> list[wire.Person]:
        return [wire.person_of(part) for part in self._parts.of_room(room_id)]

    def people(self, room_id: UUID, *, skip: Connection | None = None) -> None:
        """To all who are in the room, in the call or not."""
        told = wire.People(room_id, self.everyone(room_id))
        self._gateway.publish(topic(room_id), "call:people", told, skip=skip)
        for changed in self.on_people:
            changed(room_id)

    def people_to(self, connection: Connection, room_id: UUID) -> None:
        connection.send("call:people", wire.People(room_id, self.everyone(room_id)))

    def paused(self, room_id: UUID, scene: Scene) -> None:
        """To all who are in the room, in the call or not."""
        self._gateway.publish(topic(room_id), "call:paused", wire.paused_of(room_id, scene))
        for changed in self.on_people:
            changed(room_id)

    def paused_to(self, connection: Connection, room_id: UUID, scene: Scene) -> None:
        paused = self.pause_of(room_id, scene)
        if paused is not UNSET:
            connection.send("call:paused", paused)

    def pause_of(self, room_id: UUID, scene: Scene) -> wire.Paused | UnsetType:
        """What there is to tell, if a call is paused."""
        return wire.paused_of(room_id, scene) if scene != Scene() else UNSET

    def slots(self, part: Part) -> None:
        if part.connection is not None:
            part.connection.send("call:slots", wire.Slots(part.room_id, part.peer, wire.slots_of(part.slots)))

    def step(self, part: Part, reason: Reason | None = None, who: UUID | None = None) -> None:
        """Which rungs the part is on, and why since just now."""
        if part.connection is not None:
            told = part.line.told
            step = wire.Step(
                room=part.room_id,
                peer=part.peer,
                out=told.out,
                in_=told.into,
                voice=wire.voice_of(told.voice),
                layers=list(told.layers),
                stills=told.stills,
                every_ms=told.every_ms,
                reason=reason or UNSET,
                who=who or UNSET,
            )
            part.connection.send("call:rung", step)

    def renew(self, part: Part) -> None:
        if part.connection is not None:
            part.connection.send("call:renew", wire.Renew(part.room_id, part.peer))

    def over(self, part: Part, code: EndCode) -> None:
        log.info("call_part_ended", extra={"code": code, "room": part.room_id, "peer": part.peer})
        if part.connection is not None:
            part.connection.send("call:ended", wire.Ended(part.room_id, part.peer, code))
