"""Promise 4: a professional in a room is seen by everyone in it, and stands in a journal that the pair can read."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from server.infra.database import Database
from server.kernel.clock import ManualClock
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.rooms import visits as visits_module
from server.rooms.visits import Visits
from tests.support.rooms import NOW, House, Room, organisation, room, sql

AT = "2026-11-22T12:00:00.000Z"
LATER = "2026-11-22T12:01:40.000Z"


async def journal(house: House, room: Room, reader: Any = None) -> Any:
    reply = await house.ask(reader or room.mentee, "GET", f"/api/v1/rooms/{room.id}/visits")
    assert reply.status == 200
    return reply.body["visits"]


async def test_a_professional_enters_seen_by_all_and_leaves(house: House) -> None:
    room = await house.room()
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    await julien.say(room, "Mon numéro : 06 12 34 56 78")
    await lea.say(room, "Coucou")
    claire = await house.open(room.supervisor)
    assert await journal(house, room) == []
    entered = await claire.call("room:enter", {"room": room.number})
    assert (entered["ok"], entered["upto"], entered["more"]) == (True, 2, False)
    assert [(message["body"], message["state"]) for message in entered["messages"]] == [
        ("Mon numéro : 06 12 34 56 78", "held"),
        ("Coucou", "delivered"),
    ]
    assert (entered["room"]["id"], entered["room"]["upto"]) == (str(room.id), 2)
    present = {"room": str(room.id), "present": [{"seat": seat, "since": AT} for seat in (1, 2, 3)]}
    assert (await julien.wait("room:presence", 2))[-1] == present
    assert (await lea.wait("room:presence", 2))[-1] == present
    assert (await claire.wait("room:presence"))[-1] == present
    assert await journal(house, room) == [{"name": "Claire", "role": "supervisor", "act": "read", "entered_at": AT}]
    assert await claire.wait("chat:message", 0) == []
    await julien.say(room, "Bonjour Claire")
    assert (await claire.wait("chat:message"))[0]["body"] == "Bonjour Claire"
    assert (await claire.say(room, "Bonjour à vous deux"))["state"] == "delivered"
    assert (await lea.wait("chat:message", 2))[1]["author"] == str(room.supervisor.id)

    house.clock.advance(100)
    assert await claire.call("room:leave", {"room": room.number}) == {"ok": True}
    assert [one["seat"] for one in (await julien.wait("room:presence", 3))[-1]["present"]] == [1, 2]
    visit = {"name": "Claire", "role": "supervisor", "act": "read", "entered_at": AT, "left_at": LATER}
    assert await journal(house, room) == [visit]
    await julien.say(room, "Elle est partie")
    assert (await claire.call("chat:history", {"room": room.number}))["error"]["code"] == "forbidden"
    assert [message["body"] for message in claire.events("chat:message")] == ["Bonjour Claire"]
    assert await claire.call("room:leave", {"room": room.number}) == {"ok": True}  # nothing left to leave


async def test_the_compact_form_of_entering(house: House) -> None:
    room = await house.room()
    julien = await house.open(room.mentor)
    await julien.say(room, "Bonjour")
    claire = await house.open(room.supervisor, compact=1)
    entered = await claire.call("room:enter", {"room": str(room.id)})
    assert entered["messages"] == [[1, 1, 1_795_348_800, "Bonjour"]]


async def test_two_tabs_are_one_visit_that_the_last_ends(house: House) -> None:
    room = await house.room()
    lea = await house.open(room.mentee)
    tabs = [await house.open(room.supervisor) for _ in range(3)]
    await asyncio.gather(*(tab.call("room:enter", {"room": room.number}) for tab in tabs))
    await tabs[0].call("room:enter", {"room": room.number})  # again: nothing new
    assert len([visit for visit in await journal(house, room) if "left_at" not in visit]) == 1
    house.clock.advance(100)
    await tabs[0].call("room:leave", {"room": room.number})
    await tabs[1].close()
    assert [visit.get("left_at") for visit in await journal(house, room)][-1] is None
    await tabs[2].close()  # the line breaks
    await lea.until(lambda: len(lea.events("room:presence")[-1]["present"]) == 1)
    for _ in range(50):
        if all("left_at" in visit for visit in await journal(house, room)):
            break
        await asyncio.sleep(0.02)
    assert LATER in {visit["left_at"] for visit in await journal(house, room)}


async def test_only_the_professional_of_the_pair_enters(house: House) -> None:
    room, other = await house.room(), await house.room()
    south = await organisation(house.database, "South")
    foreign = await house.room(where=south)
    for who, code in (
        (room.mentor, "forbidden"),
        (room.mentee, "forbidden"),
        (other.supervisor, "not_found"),
        (foreign.supervisor, "not_found"),
        (await house.person(Role.ADMIN, "Alice"), "forbidden"),
        (await house.person(Role.GUARDIAN, "Sophie"), "forbidden"),
    ):
        client = await house.open(who)
        for what in ("room:enter", "room:leave"):
            assert (await client.call(what, {"room": room.number}))["error"]["code"] == code, who
        assert (await client.call("room:enter", {"room": True}))["error"]["code"] in ("bad_request", "forbidden")
    assert await journal(house, room) == []
    for who in (other.supervisor, other.mentor, foreign.mentee):
        assert (await house.ask(who, "GET", f"/api/v1/rooms/{room.id}/visits")).error == ("not_found", None)
    for path in ("nonsense", "99999999999999999999", "-1", str(new_id())):
        assert (await house.ask(room.mentee, "GET", f"/api/v1/rooms/{path}/visits")).error == ("not_found", None)
    assert (await house.ask(room.mentee, "GET", f"/api/v1/rooms/{room.number}/visits")).status == 200


async def test_what_is_said_while_a_professional_enters_is_not_lost(house: House) -> None:
    room = await house.room()
    julien = await house.open(room.mentor)

    async def talk() -> None:
        for step in range(60):
            await julien.say(room, "a" * (step + 1))
            await asyncio.sleep(0.005)

    async def watch(delay: float) -> None:
        await asyncio.sleep(delay)
        claire = await house.open(room.supervisor, compact=1)
        answer = await claire.call("room:enter", {"room": room.number})
        assert answer["ok"], answer
        while not talking.done():
            await asyncio.sleep(0.01)
        await claire.quiet()
        seen = [message[0] for message in answer["messages"]]
        seen += [message[1] for message in claire.events("chat:message")]
        assert seen == list(range(seen[0] if seen else 1, 61))
        assert answer["upto"] >= len(answer["messages"])

    talking = asyncio.create_task(talk())
    await asyncio.gather(talking, *(watch(place / 25) for place in range(8)))


async def test_a_crash_leaves_no_visit_open(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visits_module, "BEAT_S", 0.02)
    one = await room(database, await organisation(database))
    clock = ManualClock(NOW)
    dead, alive = Visits(database, clock), Visits(database, clock)
    await dead.start()
    await alive.start()
    await dead.enter(one.pair.organisation_id, one.id, one.supervisor.id, "read", "tab")
    await alive.enter(one.pair.organisation_id, one.id, one.supervisor.id, "call", "peer")
    clock.advance(30)
    await asyncio.sleep(0.2)
    assert dead._task is not None
    dead._task.cancel()  # killed
    clock.advance(45)
    await asyncio.sleep(0.2)
    query = "select act, entered_at, last_known_at, left_at from room_visits order by act"
    (call, read) = await sql(database, query)
    assert read == ("read", NOW, NOW + timedelta(seconds=30), None)
    clock.advance(30)
    after = Visits(database, clock)  # the process that comes instead
    await after.start()
    (call, read) = await sql(database, query)
    assert read == ("read", NOW, NOW + timedelta(seconds=30), NOW + timedelta(seconds=30))
    assert call[3] is None
    await alive.stop()
    await after.stop()
    (call, _) = await sql(database, query)
    assert call[3] == NOW + timedelta(seconds=105)


async def test_a_visit_that_another_process_thought_dead_is_open_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visits_module, "BEAT_S", 0.02)
    one = await room(database, await organisation(database))
    clock = ManualClock(NOW)
    visits = Visits(database, clock)
    await visits.start()
    await visits.enter(one.pair.organisation_id, one.id, one.supervisor.id, "read", "tab")
    await sql(database, "update room_visits set left_at = last_known_at")
    await asyncio.sleep(0.2)
    assert await sql(database, "select left_at from room_visits") == [(None,)]
    await visits.leave(one.id, one.supervisor.id, "read", "tab")
    await asyncio.sleep(0.1)
    assert await sql(database, "select left_at from room_visits") == [(NOW,)]
    await visits.stop()


async def test_an_end_that_cannot_be_written_now_is_written_later(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await room(database, await organisation(database))
    clock = ManualClock(NOW)
    visits = Visits(database, clock)
    await visits.enter(one.pair.organisation_id, one.id, one.supervisor.id, "read", "tab")
    await sql(database, "alter table room_visits rename to elsewhere")
    clock.advance(10)
    await visits.leave(one.id, one.supervisor.id, "read", "tab")
    await sql(database, "alter table elsewhere rename to room_visits")
    clock.advance(10)
    await visits.start()
    assert await sql(database, "select left_at from room_visits") == [(NOW + timedelta(seconds=10),)]
    await visits.stop()
