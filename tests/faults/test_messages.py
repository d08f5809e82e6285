"""Promise 1 on a whole server: it and its PostgreSQL are killed in the middle of a conversation of twenty devices that
lose their lines all the time. Every acknowledged message is there exactly once, in order, everywhere."""

import asyncio
import random
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psutil
import pytest

from server.infra.database import Database
from server.infra.embedded_postgres import running_urls
from server.kernel.identifiers import new_id, shorten
from tests.processes import Server
from tests.support.raw_socket import Closed
from tests.support.room_reader import Reader
from tests.support.rooms import Client, Person, Room, organisation, room, sql

ROOMS = 5
EACH = 40  # messages of each device, at least: they go on as long as there is killing
WORDS = ("bonjour", "merci", "oui", "non", "demain", "exercice", "livre", "train", "jardin", "musique", "histoire")


@dataclass
class Device:
    """A device that sends its messages one after the other, each until it is acknowledged, whatever happens."""

    port: int
    reader: Reader
    choice: random.Random
    sent: list[UUID] = field(default_factory=list)
    answered: dict[UUID, int] = field(default_factory=dict)
    bodies: dict[UUID, str] = field(default_factory=dict)
    tries: int = 0

    async def connect(self) -> Client:
        while True:
            client = None
            try:
                client = await Client.open(self.port, self.reader.who.token, **self.reader.auth())
                await client.wait("room:sync")
            except (OSError, AssertionError, Closed, TimeoutError, asyncio.IncompleteReadError):
                if client is not None:
                    await client.close()
                await asyncio.sleep(0.05 + self.choice.random() / 5)
            else:
                self.reader.client, self.reader.read = client, 0
                self.reader.look()
                return client

    async def disconnect(self) -> None:
        client, self.reader.client = self.reader.client, None
        if client is not None:
            await client.close()

    def payload(self, message_id: UUID) -> Any:
        if self.reader.compact:
            return [self.reader.room.number, shorten(message_id), self.bodies[message_id]]
        return {"room": str(self.reader.room.id), "id": str(message_id), "body": self.bodies[message_id]}

    async def send(self, message_id: UUID) -> None:
        """Until there is an answer; sometimes twice at once, sometimes over a line that breaks."""
        while message_id not in self.answered:
            client = self.reader.client or await self.connect()
            self.tries += 1
            answers = [client.send("chat:send", self.payload(message_id))]
            if self.choice.random() < 0.15:
                answers.append(client.send("chat:send", self.payload(message_id)))
            if self.choice.random() < 0.08:
                await asyncio.sleep(self.choice.random() / 100)
                await self.disconnect()
                continue
            for answer in answers:
                try:
                    told = await asyncio.wait_for(answer, 20)
                except (asyncio.CancelledError, TimeoutError):
                    if not answer.cancelled():
                        raise
                    await self.disconnect()
                    break
                if not told["ok"]:
                    assert told["error"]["code"] in ("try_again", "draining"), told
                    await asyncio.sleep(0.1)
                    continue
                assert self.answered.setdefault(message_id, told["seq"]) == told["seq"]
                self.reader.look()
                if told["seq"] not in self.reader.messages:
                    self.reader.answered(told, message_id, self.bodies[message_id])

    async def talk(self, killing: asyncio.Task[None]) -> None:
        while len(self.sent) < EACH or not killing.done():
            message_id = new_id()
            self.sent.append(message_id)
            self.bodies[message_id] = " ".join(self.choice.choices(WORDS, k=5))
            await self.send(message_id)
            await asyncio.sleep(self.choice.random() / 4)

    async def finish(self) -> None:
        await self.disconnect()
        await self.connect()
        await self.reader.catch_up()


async def killed_again_and_again(server: Server, kills: list[str], pause: float) -> None:
    for kill in kills:
        await asyncio.sleep(pause)
        if kill == "server":
            server.signal(signal.SIGKILL)
            await asyncio.to_thread(server.wait)
            await asyncio.to_thread(server.start)
        elif kill == "stop":
            server.signal(signal.SIGTERM)
            await asyncio.to_thread(server.wait)
            await asyncio.to_thread(server.start)
        else:
            postmaster = await started_again(server)
            postmaster.send_signal({"postgres": signal.SIGKILL, "fast": signal.SIGINT}[kill])


async def started_again(server: Server) -> psutil.Process:
    """The database that the server keeps, as soon as there is one: perhaps it is not back yet from the last time."""
    async with asyncio.timeout(60):
        while True:
            with suppress(FileNotFoundError, IndexError, psutil.NoSuchProcess):
                return server.postmaster()
            await asyncio.sleep(0.02)


def open_database(server: Server) -> Database:
    urls = running_urls(server.data)
    assert urls is not None
    return Database(urls.owner)


async def check(server: Server, devices: list[Device]) -> None:
    database = open_database(server)
    try:
        rows = await sql(
            database, "select room_id, seq, id, author_id, body, state from messages order by room_id, seq"
        )
        last = dict(await sql(database, "select id, last_seq from rooms"))
    finally:
        await database.close()
    # In the database: each message that was ever written once, with the number of its answer, in the order of writing.
    stored = {row[2]: row for row in rows}
    assert len(stored) == len(rows) == sum(len(device.sent) for device in devices)
    for device in devices:
        assert [stored[message_id][1] for message_id in device.sent] == [device.answered[one] for one in device.sent]
        places = [device.answered[message_id] for message_id in device.sent]
        assert places == sorted(places)
        assert [stored[one][4] for one in device.sent] == [device.bodies[one] for one in device.sent]
    # On every device: the whole room, without a gap, without anything else.
    for device in devices:
        mine = [row for row in rows if row[0] == device.reader.room.id]
        assert [row[1] for row in mine] == list(range(1, last[device.reader.room.id] + 1))
        held = device.reader.messages
        assert {seq: (one.author, one.body, one.state) for seq, one in held.items()} == {
            row[1]: (row[3], row[4], row[5]) for row in mine
        }
    assert {row[5] for row in rows} == {"delivered"}


@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    "kills",
    [
        pytest.param(["server", "server", "server"], id="server"),
        pytest.param(["postgres", "fast", "postgres"], id="postgres"),
        pytest.param(["postgres", "server", "stop", "fast"], id="both"),
    ],
)
async def test_nothing_acknowledged_is_lost_doubled_or_reordered(
    make_server: Callable[..., Server], kills: list[str]
) -> None:
    server = make_server(rate_factor=1000, drain_seconds=1)
    await asyncio.to_thread(server.start)
    now = datetime.now(UTC)
    database = open_database(server)
    north = await organisation(database)
    rooms = [await room(database, north, now=now) for _ in range(ROOMS)]
    await database.close()
    devices = [
        Device(server.port, Reader(who, one, compact, cursor=0), random.Random(f"{one.number} {who.name} {compact}"))  # noqa: S311 - the same each time
        for one in rooms
        for who in people_of(one)
        for compact in (False, True)
    ]
    assert len(devices) == 20
    killing = asyncio.create_task(killed_again_and_again(server, kills, 2.5))
    try:
        await asyncio.gather(*(device.talk(killing) for device in devices))
        await killing  # tells of what went wrong in it
        for device in devices:
            await device.finish()
        await check(server, devices)
        assert sum(device.tries for device in devices) > sum(len(device.sent) for device in devices)
    finally:
        killing.cancel()
        for device in devices:
            await device.disconnect()


def people_of(one: Room) -> tuple[Person, Person]:
    return one.mentor, one.mentee
