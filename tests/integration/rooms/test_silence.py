"""A pair in which nothing is exchanged any more is a case, once."""

import asyncio
from datetime import timedelta
from typing import Any

from server.kernel.permissions import Role
from server.pairs.rules import State
from tests.integration.escalation.test_cases import cases
from tests.integration.signalling.conftest import Neighbourhood, street
from tests.support.rooms import House, Room, organisation

__all__ = ["street"]  # a fixture


async def look(house: House) -> None:
    await house.capabilities.rooms.silence.run({})


async def old_room(house: House, days: int = 100, **how: Any) -> Room:
    """A pair that has been there for so long."""
    return await house.room(since=house.clock.now() - timedelta(days=days), **how)


async def test_after_three_weeks_somebody_looks(house: House) -> None:
    room = await old_room(house, 21)
    young = await old_room(house, 20)
    await look(house)
    (case,) = await cases(house, room.supervisor)
    assert (case["origin"], case["category"], case["severity"], case["sight"]) == ("cadence", "silence", 2, "whole")
    assert (case["owner"]["name"], case["about"]["name"], "by" in case) == ("Claire", "Lea", False)
    assert case["pair"]["id"] == str(room.pair.id)
    assert await house.sql("select count(*) from cases where pair_id = :pair", pair=young.pair.id) == [(0,)]
    file = (await house.ask(room.supervisor, "GET", f"/api/v1/cases/{case['id']}/file")).body
    assert file["timeline"][0]["act"] == "opened"


async def test_two_who_look_at_once_tell_once(house: House) -> None:
    rooms = [await old_room(house) for _ in range(3)]
    await asyncio.gather(*(look(house) for _ in range(4)))
    await look(house)
    told = await house.sql("select pair_id from cases order by pair_id")
    assert told == sorted((room.pair.id,) for room in rooms)
    assert await house.sql("select distinct act from case_entries where act in ('opened', 'joined')") == [("opened",)]


async def test_a_word_of_either_is_an_exchange(house: House) -> None:
    """Whatever became of it; a professional's is none."""
    room, other = await old_room(house), await old_room(house)
    lea = await house.open(room.mentee)
    assert (await lea.say(room, "mon num 06 12 34 56 78"))["state"] == "masked"
    claire = await house.open(other.supervisor)
    assert (await claire.call("room:enter", {"room": other.number}))["ok"]
    assert (await claire.say(other, "Bonjour à vous deux"))["ok"]
    await look(house)
    assert await house.sql("select pair_id from cases where origin = 'cadence'") == [(other.pair.id,)]


async def test_what_is_paused_or_ends_is_left_alone(house: House) -> None:
    for state in (State.PROPOSED, State.AGREED, State.CLOSING, State.CLOSED):
        await old_room(house, state=state)
    room = await old_room(house)
    path = f"/api/v1/pairs/{room.pair.id}/acts"
    paused = {"act": "pause", "why": "holidays", "revision": 0}
    assert (await house.ask(room.supervisor, "POST", path, paused)).status == 200
    await look(house)
    assert await house.sql("select count(*) from cases") == [(0,)]
    # It goes on: from now on it counts.
    assert (
        await house.ask(room.supervisor, "POST", path, {"act": "resume", "why": "back", "revision": 1})
    ).status == 200
    house.clock.advance(20 * 86_400)
    await look(house)
    assert await house.sql("select count(*) from cases") == [(0,)]
    house.clock.advance(86_400)
    await look(house)
    assert await house.sql("select pair_id from cases") == [(room.pair.id,)]


async def test_once_until_there_is_an_exchange_or_it_is_closed(house: House) -> None:
    room = await old_room(house)
    await look(house)
    house.clock.advance(30 * 86_400)
    await look(house)
    ((case_id,),) = await house.sql("select id from cases")
    lines = "select act from case_entries where act in ('opened', 'joined') order by at"
    assert await house.sql(lines) == [("opened",)]
    # An exchange, and then silence again: the same case says so once more.
    await house.sql(
        "insert into room_meetings values (:room, :at)", room=room.id, at=house.clock.now() - timedelta(days=22)
    )
    await look(house)
    await look(house)
    assert await house.sql(lines) == [("opened",), ("joined",)]
    # Looked after and closed: it counts from there.
    await house.sql(
        "update cases set state = 'closed', outcome = 'resolved', closed_at = :at, page_at = null where id = :case",
        at=house.clock.now(),
        case=case_id,
    )
    house.clock.advance(20 * 86_400)
    await look(house)
    assert await house.sql("select count(*) from cases") == [(1,)]
    house.clock.advance(86_400)
    await look(house)
    assert await house.sql("select count(*) from cases where state = 'open'") == [(1,)]


async def test_each_association_says_how_many_days(house: House) -> None:
    south = await organisation(house.database, "South")
    nadia = await house.person(Role.ADMIN, "Nadia")
    room, abroad = await old_room(house, 30), await old_room(house, 30, where=south)
    longer = {"direct_calls": False, "silence_days": 60}
    assert (await house.ask(nadia, "PUT", "/api/v1/policy", longer)).status == 204
    assert (await house.ask(nadia, "GET", "/api/v1/policy")).body == longer
    assert (await house.ask(nadia, "PUT", "/api/v1/policy", {"direct_calls": False})).status == 204
    assert (await house.ask(nadia, "GET", "/api/v1/policy")).body == longer
    await look(house)
    assert await house.sql("select pair_id from cases") == [(abroad.pair.id,)]
    for days in (6, 181):
        refused = await house.ask(nadia, "PUT", "/api/v1/policy", {"direct_calls": False, "silence_days": days})
        assert (refused.status, refused.body["error"]["field"]) == (400, "silence_days")
    assert room.pair.id != abroad.pair.id


async def test_a_call_of_both_is_an_exchange(street: Neighbourhood) -> None:
    house = street.house
    room = await old_room(house)
    julien, lea = await street.caller(room.mentor, room), await street.caller(room.mentee, room)
    claire = await street.caller(room.supervisor, room)
    await julien.join()
    await claire.join()  # who watches is not the other one
    await house.capabilities.signalling.meetings.stop()
    assert await house.sql("select at from room_meetings") == []
    await lea.join()
    await house.capabilities.signalling.meetings.stop()
    assert await house.sql("select at from room_meetings where room_id = :room", room=room.id) == [(house.clock.now(),)]
    await look(house)
    assert await house.sql("select count(*) from cases") == [(0,)]
