"""The sessions that go on now: live, from all processes, true after one of them has died."""

import asyncio
from typing import Any

from server.infra.database import Database
from server.kernel.permissions import Role
from server.supervision import sessions
from tests.integration.signalling.conftest import Neighbourhood
from tests.support.rooms import Client, House, Person, Room, organisation, served

BOARD = "/api/v1/board/sessions"


async def listed(house: House, who: Person) -> Any:
    answer = await house.ask(who, "GET", BOARD)
    assert answer.status == 200
    return answer.body["sessions"]


def seen(board: Client) -> Any:
    told = board.events("board:sessions")
    return told[-1]["sessions"] if told else None


async def written(house: House, *counts: int) -> None:
    """Calls with so many people are written down, and no others."""
    found = None
    for _ in range(200):
        found = await house.sql("select jsonb_array_length(people) from live_calls order by 1")
        if found == [(count,) for count in counts]:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"never {counts}, but {found}")


def people(session: Any) -> list[tuple[str, str]]:
    return [(one["name"], one["role"]) for one in session["people"]]


async def test_it_tells_who_is_in_and_how_they_are_and_changes_by_itself(street: Neighbourhood) -> None:
    house = street.house
    room = await house.room()
    board = await house.open(room.supervisor)
    assert await board.call("board:watch", {"watch": True}) == {"ok": True, "sessions": []}
    julien, lea = await street.caller(room.mentor, room), await street.caller(room.mentee, room)
    await julien.join()
    await lea.join()
    await board.until(lambda: bool(seen(board)) and len(seen(board)[0].get("people", ())) == 2, "the two")
    await board.until(lambda: {one["line"] for one in seen(board)[0]["people"]} == {"good"}, "their lines")
    (session,) = seen(board)
    assert session == {
        "room": str(room.id),
        "number": room.number,
        "pair": str(room.pair.id),
        "mentor": {"id": str(room.mentor.id), "name": "Julien"},
        "mentee": {"id": str(room.mentee.id), "name": "Lea"},
        "since": "2026-11-22T12:00:00.000Z",
        "count": 2,
        "adult": "there",
        "people": [
            {
                "account": str(who.id),
                "name": who.name,
                "role": who.role.value,
                "since": "2026-11-22T12:00:00.000Z",
                "rung": "video",
                "line": "good",
            }
            for who in (room.mentor, room.mentee)
        ],
    }
    assert await listed(house, room.supervisor) == [session]
    assert await board.call("supervise:pause", {"room": room.number, "why": "break"}) == {"ok": True}
    await board.until(lambda: seen(board)[0].get("paused") == "break", "the pause")
    assert [one["hush"] for one in seen(board)[0]["people"]] == ["paused", "paused"]
    assert await board.call("supervise:resume", {"room": room.number}) == {"ok": True}
    assert await julien.act("call:leave") == {"ok": True}
    await board.until(lambda: seen(board)[0]["adult"] == "missing" and "paused" in seen(board)[0], "one alone")
    assert (people(seen(board)[0]), seen(board)[0]["paused"]) == ([("Lea", "mentee")], "adult_left")
    assert await lea.act("call:leave") == {"ok": True}
    await board.until(lambda: seen(board) == [], "the end")
    told = len(board.events("board:sessions"))
    assert (await board.call("board:watch", {"watch": False}))["ok"]
    assert (await lea.client.call("call:join", lea.request()))["ok"]
    await written(house, 1)
    await house.told()
    assert len(board.events("board:sessions")) == told


async def test_it_shows_ones_own_pairs_and_to_who_is_on_call_an_outline_of_all(street: Neighbourhood) -> None:
    house = street.house
    room, julien, lea = await street.pair()
    del julien, lea
    other = await house.room()
    await written(house, 2)
    south = await house.person(Role.SUPERVISOR, "Sam", where=await organisation(house.database, "South"))
    assert [people(one) for one in await listed(house, room.supervisor)] == [[("Julien", "mentor"), ("Lea", "mentee")]]
    assert await listed(house, south) == []
    # Without a rota, all supervisors of the organisation are to be reached.
    (outline,) = await listed(house, other.supervisor)
    assert outline == {
        "room": str(room.id),
        "number": room.number,
        "pair": str(room.pair.id),
        "mentor": {"id": str(room.mentor.id), "name": "Julien"},
        "mentee": {"id": str(room.mentee.id), "name": "Lea"},
        "since": "2026-11-22T12:00:00.000Z",
        "count": 2,
        "adult": "there",
        "supervisor": {"id": str(room.supervisor.id), "name": "Claire"},
    }
    for who in (room.mentor, room.mentee, await house.person(Role.ADMIN, "Alice")):
        assert (await house.ask(who, "GET", BOARD)).status == 403


async def test_a_call_of_another_process_is_on_it_and_leaves_it_when_that_process_stops(
    street: Neighbourhood, database: Database
) -> None:
    house = street.house
    room = await house.room()
    board = await house.open(room.supervisor)
    assert (await board.call("board:watch", {"watch": True}))["ok"]
    async with served(database) as there:
        elsewhere = Neighbourhood(there)
        julien = await elsewhere.caller(room.mentor, room)
        await julien.join()
        await board.until(lambda: bool(seen(board)), "the call there")
        assert people(seen(board)[0]) == [("Julien", "mentor")]
        await julien.browser.close()
    await board.until(lambda: seen(board) == [], "its end")


async def test_a_call_of_a_process_that_died_is_off_it_after_three_beats(street: Neighbourhood) -> None:
    """What it wrote last stays, and nobody moves it on."""
    house = street.house
    room: Room = await house.room()
    await house.sql(
        "insert into live_calls (carrier, room_id, organisation_id, since, people, adult, last_known_at)"
        " values (gen_random_uuid(), :room, :where, :at, '[]', 'there', :at)",
        room=room.id,
        where=room.pair.organisation_id,
        at=house.clock.now(),
    )
    assert len(await listed(house, room.supervisor)) == 1
    house.clock.advance(sessions.LOST_AFTER.total_seconds() + 1)
    assert await listed(house, room.supervisor) == []
    await written(house)


async def test_what_was_not_heard_of_is_told_after_the_gap(street: Neighbourhood) -> None:
    house = street.house
    room = await house.room()
    board = await house.open(room.supervisor)
    assert (await board.call("board:watch", {"watch": True}))["ok"]
    assert house.notices._connection is not None
    house.notices._connection.terminate()
    lea = await street.caller(room.mentee, room)
    await lea.join()
    await board.until(lambda: bool(seen(board)), "the call")
