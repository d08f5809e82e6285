"""Plays what was said in a room of the demonstration, and what professionals made of it, each thing at its time,
through the use cases that real people use."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert

from server.compose import Rooms
from server.infra.database import Database
from server.kernel.clock import ManualClock
from server.kernel.identifiers import new_id
from server.kernel.principal import Principal
from server.moderation.appeals import Appealed, appeal
from server.moderation.flag import Ruling
from server.moderation.store import flag_of_message
from server.moderation.tables import samples
from server.rooms import reading


class Story:
    """``people`` are by login. A message may have acts, in ``then``: each ``after`` so long, ``by`` a professional who
    decides, or an ``appeal`` of its author. What the moderation did not flag has none, whatever the story says."""

    def __init__(
        self, rooms: Rooms, database: Database, clock: ManualClock, room_id: UUID, people: Mapping[str, Principal]
    ) -> None:
        self._rooms = rooms
        self._database = database
        self._clock = clock
        self._room_id = room_id
        self._people = people

    async def play(self, messages: list[tuple[datetime, Mapping[str, Any]]]) -> None:
        """Everything in the order of time, also acts about one message that come after others."""
        places: dict[int, int] = {}
        moments: list[tuple[datetime, int, Mapping[str, Any] | None]] = []
        for number, (at, message) in enumerate(messages):
            moments.append((at, number, None))
            moments += [(at + span(act["after"]), number, act) for act in message.get("then", ())]
        for at, number, act in sorted(moments, key=lambda moment: moment[0]):
            self._clock.advance((at - self._clock.now()).total_seconds())
            message = messages[number][1]
            if act is None:
                places[number] = await self._say(message)
            elif "appeal" in act:
                await self._appeal(places[number], act["appeal"])
            else:
                await self._decide(places[number], act)

    async def _say(self, message: Mapping[str, Any]) -> int:
        author = self._people[message["from"]]
        access = await self._rooms.rights.access(self._room_id, author)
        appended, _ = await self._rooms.chat.post(access, author, new_id(), message["text"])
        return appended.seq

    async def _decide(self, seq: int, act: Mapping[str, Any]) -> None:
        by = self._people[act["by"]]
        async with self._database.begin(by.organisation_id) as conn:
            flag_id = await flag_of_message(conn, self._room_id, seq)
        if flag_id is None:
            return
        ruling = Ruling(act["decide"], act["reason"], act.get("note"), act.get("advice"))
        await self._rooms.rulings.decide(flag_id, by, ruling)
        # One in twenty is drawn by chance; of the demonstration, those that the story says.
        row = {"organisation_id": by.organisation_id, "decision": act["decide"], "picked_at": self._clock.now()}
        async with self._database.begin(by.organisation_id) as conn:
            await conn.execute(delete(samples).where(samples.c.flag_id == flag_id))
            if act.get("sample"):
                await conn.execute(insert(samples).values(flag_id=flag_id, **row))

    async def _appeal(self, seq: int, words: str) -> None:
        place = await self._rooms.rights.place(self._room_id, None)
        async with self._database.begin(place.room.organisation_id) as conn:
            message = await reading.message(conn, self._room_id, seq)
            if message is None or message.state == "delivered":
                return
            about = Appealed(
                place.room.organisation_id,
                place.pair.supervisor_id,
                place.pair.id,
                self._room_id,
                seq,
                message.last_change,
                message.author_id,
                message.state,
                message.body,
            )
            await appeal(conn, about, words, self._clock.now())


def span(after: str) -> timedelta:
    """``HH:MM``."""
    told = time.fromisoformat(after)
    return timedelta(hours=told.hour, minutes=told.minute)
