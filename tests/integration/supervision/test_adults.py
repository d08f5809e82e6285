"""No young person is left alone in a call: it waits for the adult who must be there, goes on by itself, or ends."""

import asyncio
from datetime import date
from typing import Any

import pytest

from server.infra.database import Database
from server.kernel.permissions import Role
from tests.integration.signalling.conftest import Caller, Neighbourhood
from tests.integration.supervision.conftest import Watching, is_hushed, reaches
from tests.support.bare_browser import BareBrowser, until

YOUNGER, OLDER, GROWN = date(2012, 3, 4), date(2010, 3, 4), date(2005, 3, 4)


def why(caller: Caller) -> Any:
    told = caller.client.events("call:paused")
    return told[-1].get("why", "goes on") if told else "nothing"


async def says(caller: Caller, word: str) -> None:
    await caller.client.until(lambda: why(caller) == word, word)


async def leaves(street: Neighbourhood, caller: Caller) -> None:
    assert await caller.act("call:leave") == {"ok": True}
    caller.browser = BareBrowser()
    street.browsers.append(caller.browser)


async def settled(street: Neighbourhood) -> None:
    """All that was to be looked at has been."""
    adults = street.house.capabilities.supervision.adults
    while adults._checks.busy:
        await asyncio.sleep(0.01)


async def test_who_is_left_alone_is_told_kindly_and_it_goes_on_when_the_mentor_is_back(street: Neighbourhood) -> None:
    _, julien, lea = await street.pair()
    await settled(street)
    await leaves(street, julien)
    await says(lea, "adult_left")
    (told,) = lea.client.events("call:paused")
    assert told == {
        "room": str(lea.room.id),
        "why": "adult_left",
        "since": "2026-11-22T12:00:00.000Z",
        "until": "2026-11-22T12:05:00.000Z",
    }
    assert lea.client.events("call:ended") == []
    await julien.join()
    await says(lea, "goes on")
    await reaches(lea, julien)
    await reaches(julien, lea)


async def test_it_ends_kindly_when_nobody_comes_back(street: Neighbourhood) -> None:
    street.house.capabilities.supervision.adults._back_within = 0.2
    _, julien, lea = await street.pair()
    await settled(street)
    await leaves(street, julien)
    assert await lea.ended() == "adult"


async def test_a_cut_is_no_dropping_out_before_its_time_is_over(street: Neighbourhood) -> None:
    """His socket is gone; then his media, too: as long as his part is kept the call goes on."""
    street.calls._away = 0.5
    room, julien, lea = await street.pair()
    await settled(street)
    julien.client.raw.writer.transport.abort()
    part = street.calls.parts.of_account(room.id, room.mentor.id)
    assert part is not None
    await until(lambda: part.connection is None, "the end of his socket")
    await settled(street)
    await reaches(lea, julien)
    assert why(lea) == "nothing"
    await street.house.capabilities.signalling.engine.leave(str(room.id), julien.peer)
    street.calls.lost(str(room.id), julien.peer, "closed")
    street.calls.end_soon(part, "lost")
    await says(lea, "adult_left")


async def test_who_comes_first_waits_as_everybody_does(street: Neighbourhood) -> None:
    room = await street.house.room()
    lea = await street.caller(room.mentee, room)
    await lea.join()
    await settled(street)
    assert why(lea) == "nothing"


async def test_a_professional_is_as_good_as_the_mentor(street: Neighbourhood, watching: Watching) -> None:
    room, julien, lea = await street.pair()
    claire = await watching(room)
    await leaves(street, julien)
    await settled(street)
    assert why(lea) == "nothing"
    await reaches(lea, claire)
    await leaves(street, claire)
    await says(lea, "adult_left")


async def test_who_is_grown_needs_nobody(street: Neighbourhood) -> None:
    room = await street.house.room(mentee_born=GROWN)
    julien, lea = await street.caller(room.mentor, room), await street.caller(room.mentee, room)
    await julien.join()
    await lea.join()
    await settled(street)
    await leaves(street, julien)
    await lea.client.until(lambda: lea.people() == ["Lea"], "that he has gone")
    await settled(street)
    assert why(lea) == "nothing"


@pytest.mark.parametrize(("born", "band"), [(YOUNGER, "under_15"), (OLDER, "under_18")])
async def test_where_a_professional_must_be_there_the_two_wait_for_one(
    street: Neighbourhood, born: date, band: str
) -> None:
    """Before they have come, and when they have gone; nothing passes between the two meanwhile."""
    house = street.house
    alice = await house.person(Role.ADMIN, "Alice")
    policy = {"announce_s": 5, "under_15": "none", "under_18": "none", band: "professional"}
    assert (await house.ask(alice, "PUT", "/api/v1/policy/calls", policy)).status == 204
    assert (await house.ask(alice, "GET", "/api/v1/policy/calls")).body == policy
    room = await house.room(mentee_born=born)
    julien, lea = await street.caller(room.mentor, room), await street.caller(room.mentee, room)
    await julien.join()
    await lea.join()
    await says(lea, "adult_awaited")
    await is_hushed(julien, lea)
    await is_hushed(lea, julien)
    claire = await street.caller(room.supervisor, room)
    await claire.join()
    await says(lea, "goes on")
    await reaches(julien, lea)
    await leaves(street, claire)
    await says(lea, "adult_left")
    await is_hushed(julien, lea)


async def test_a_policy_holds_in_the_calls_that_go_on(street: Neighbourhood) -> None:
    house = street.house
    alice = await house.person(Role.ADMIN, "Alice")
    _, julien, lea = await street.pair()
    policy = {"announce_s": 10, "under_15": "professional", "under_18": "mentor"}
    assert (await house.ask(alice, "PUT", "/api/v1/policy/calls", policy)).status == 204
    await says(lea, "adult_awaited")
    await is_hushed(julien, lea)
    policy["under_15"] = "none"
    assert (await house.ask(alice, "PUT", "/api/v1/policy/calls", policy)).status == 204
    await says(lea, "goes on")
    await reaches(julien, lea)


async def test_a_pause_by_a_professional_is_said_before_what_the_call_waits_for(
    street: Neighbourhood, database: Database
) -> None:
    del database
    room, julien, lea = await street.pair()
    await settled(street)
    claire = await street.house.open(room.supervisor)
    assert await claire.call("supervise:pause", {"room": room.number, "why": "break"}) == {"ok": True}
    await says(lea, "break")
    await leaves(street, julien)
    await settled(street)
    await lea.client.quiet()
    assert why(lea) == "break"
    assert await claire.call("supervise:resume", {"room": room.number}) == {"ok": True}
    await says(lea, "adult_left")
