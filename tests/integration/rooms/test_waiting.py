"""A message waits: who is away and has not read is told so once, by the words that tell nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.infra.database import Database
from server.people.consent.rules import Purpose
from server.rooms.waiting import AFTER_S, LONGEST_S
from tests.support.rooms import House, Room, served


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    async with served(database, BINOME_DATA=str(tmp_path)) as made:
        yield made


async def told(house: House) -> list[tuple[str, str, str]]:
    """(who, kind, link) of all deliveries of messages so far."""
    await house.capabilities.rooms.waiting.look()
    rows = await house.sql(
        "select a.name, d.kind, d.link from deliveries d join accounts a on a.id = d.account_id"
        " where d.kind = 'message' order by d.id"
    )
    return [tuple(row) for row in rows]


def line(room: Room, who: str) -> tuple[str, str, str]:
    return (who, "message", f"/#/r/{room.number}")


async def test_who_is_away_is_told_once_until_they_have_read(house: House) -> None:
    room = await house.room()
    julien = await house.open(room.mentor)
    await julien.say(room, "Bonjour Léa")
    assert await told(house) == []  # Léa may be about to read it
    house.clock.advance(AFTER_S)
    assert await told(house) == [line(room, "Lea")]
    for number in range(3):
        await julien.say(room, f"Tu es là ? {number}")
        house.clock.advance(AFTER_S)
        assert await told(house) == [line(room, "Lea")]
    lea = await house.open(room.mentee)
    upto = (await house.sql("select last_seq from rooms where id = :id", id=room.id))[0][0]
    assert (await lea.call("chat:read", {"room": room.number, "seen": upto}))["ok"]
    await lea.close()
    house.clients.remove(lea)
    await julien.say(room, "À demain")
    house.clock.advance(AFTER_S)
    assert await told(house) == [line(room, "Lea")] * 2


async def test_who_is_here_or_has_read_is_not_told(house: House) -> None:
    room = await house.room()
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    await julien.say(room, "Bonjour")
    house.clock.advance(AFTER_S)
    assert await told(house) == []  # she is before another page
    await lea.close()
    house.clients.remove(lea)
    while house.capabilities.gateway.of_account(room.mentee.id):
        await julien.quiet()
    assert await told(house) == [line(room, "Lea")]  # and went without reading it
    answered = await house.room()
    one, other = await house.open(answered.mentor), await house.open(answered.mentee)
    await one.say(answered, "Bonjour")
    assert (await other.call("chat:read", {"room": answered.number, "seen": 1}))["ok"]
    await other.close()
    house.clients.remove(other)
    house.clock.advance(AFTER_S)
    assert await told(house) == [line(room, "Lea")]


async def test_what_is_held_waits_for_nobody_until_it_is_released(house: House) -> None:
    """Promise 2: not even that there is something."""
    room = await house.room()
    julien = await house.open(room.mentor)
    assert (await julien.say(room, "appelle-moi au 06 12 34 56 78"))["state"] == "held"
    house.clock.advance(AFTER_S)
    assert await told(house) == []
    ((flag,),) = await house.sql("select id from flags")
    assert (await house.decide(room.supervisor, flag, "release", "harmless")).status == 200
    house.clock.advance(AFTER_S)
    assert await told(house) == [line(room, "Lea")]


async def test_the_professional_and_those_who_left_are_not_told(house: House) -> None:
    room = await house.room()
    lea = await house.open(room.mentee)
    await lea.say(room, "Bonjour Julien")
    await house.sql(
        "update room_members set left_at = :at where account_id = :who", at=house.clock.now(), who=room.mentor.id
    )
    house.clock.advance(AFTER_S)
    assert await told(house) == []


async def test_without_consent_nothing_goes_out(house: House) -> None:
    room = await house.room(consents=[Purpose.CHAT])
    julien = await house.open(room.mentor)
    await julien.say(room, "Bonjour Léa")
    house.clock.advance(AFTER_S)
    assert await told(house) == [line(room, "Lea")]
    await house.capabilities.reach.courier.look()
    while (states := await house.sql("select state, reason from deliveries")) == [("waiting", None)]:
        await julien.quiet()
    assert states == [("dropped", "no_consent")]


async def test_two_processes_tell_once_and_a_room_is_forgotten_in_time(house: House, database: Database) -> None:
    room = await house.room()
    julien, _lea = await house.open(room.mentor), await house.open(room.mentee)
    await julien.say(room, "Bonjour")
    waiting = house.capabilities.rooms.waiting
    house.clock.advance(LONGEST_S)
    assert await told(house) == []
    assert waiting._since == {}
    waiting.touched(room.id)
    house.clock.advance(AFTER_S)
    async with served(database) as other:
        other.clock.advance(house.clock.monotonic())
        other.capabilities.rooms.waiting._since[room.id] = 0.0
        await other.capabilities.rooms.waiting.look()
        other.capabilities.rooms.waiting._since[room.id] = 0.0
        await other.capabilities.rooms.waiting.look()
    assert await told(house) == [line(room, "Lea")]
