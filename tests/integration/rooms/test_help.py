"""Promise 9: a call for help reaches a professional, whoever calls, from wherever, however often."""

import asyncio
from typing import Any

import pytest

from server.kernel.permissions import Role
from server.pairs.rules import State
from tests.support.rooms import House, Person

AT = "2026-11-22T12:00:00.000Z"


async def queue(house: House, who: Person) -> Any:
    return [
        (flag["category"], flag["severity"], flag["excerpt"], flag["author"]["name"], flag.get("room"))
        for flag in (await house.ask(who, "GET", "/api/v1/flags")).body["flags"]
    ]


async def test_a_call_from_a_room_reaches_who_answers_for_the_pair(house: House) -> None:
    room, other = await house.room(), await house.room()
    lea, claire = await house.open(room.mentee), await house.open(room.supervisor)
    elsewhere = await house.open(other.supervisor)
    answer = await lea.call("help:now", {"room": room.number, "words": "J'ai peur de rentrer"})
    assert answer == {"ok": True, "at": AT, "informed": ["Claire"]}
    (card,) = await claire.wait("flag:raised")
    assert (card["category"], card["severity"], card["action"]) == ("help", 4, "help")
    assert (card["excerpt"], card["room"], card["people"]) == ("J'ai peur de rentrer", str(room.id), ["Julien", "Lea"])
    assert await queue(house, room.supervisor) == [("help", 4, "J'ai peur de rentrer", "Lea", str(room.id))]
    await elsewhere.quiet()
    assert elsewhere.events("flag:raised") == []


async def test_calls_within_a_minute_are_one(house: House) -> None:
    room = await house.room()
    lea, claire = await house.open(room.mentee), await house.open(room.supervisor)
    others = [await house.open(room.mentee) for _ in range(2)]
    answers = await asyncio.gather(
        *(lea.call("help:now", {"room": room.number, "words": words}) for words in ("un", "", "deux", "un", "trois")),
        *(other.call("help:now", {}) for other in others),
    )
    assert answers == [{"ok": True, "at": AT, "informed": ["Claire"]}] * 7
    ((_, _, excerpt, _, _),) = await queue(house, room.supervisor)
    assert sorted(excerpt.split("\n")) == ["deux", "trois", "un"]
    assert len(await claire.wait("flag:raised", 7)) == 7  # told each time
    house.clock.advance(61)
    again = await lea.call("help:now", {"words": "encore"})
    assert again["at"] == "2026-11-22T12:01:01.000Z"
    assert len(await queue(house, room.supervisor)) == 2


async def test_a_flood_of_calls_is_never_refused(house: House) -> None:
    room = await house.room()
    lea = await house.open(room.mentee)
    answers = await asyncio.gather(*(lea.send("help:now", {"words": "x" * 100 + str(i)}) for i in range(150)))
    assert all(answer["ok"] for answer in answers)
    ((_, _, excerpt, _, _),) = await queue(house, room.supervisor)
    assert len(excerpt) <= 4000


@pytest.mark.parametrize(
    "payload", [{}, {"room": 99999}, {"room": "nonsense"}, {"words": None}, {"room": None, "x": 1}]
)
async def test_a_call_from_nowhere_goes_to_all_who_answer_for_the_person(house: House, payload: Any) -> None:
    samir = await house.person(Role.SUPERVISOR, "Samir")
    first = await house.room()
    await house.room(mentor=first.mentor, supervisor=samir)
    await house.room(mentor=first.mentor, supervisor=samir)
    gone = await house.room(mentor=first.mentor, state=State.CLOSED)
    julien = await house.open(first.mentor)
    assert (await julien.call("help:now", payload))["informed"] == ["Claire", "Samir"]
    assert len(await queue(house, samir)) == 1
    assert len(await queue(house, first.supervisor)) == 1
    assert await queue(house, gone.supervisor) == []


async def test_a_room_of_others_is_as_good_as_none(house: House) -> None:
    room, other = await house.room(), await house.room()
    lea = await house.open(room.mentee)
    await lea.call("help:now", {"room": other.number})
    assert await queue(house, other.supervisor) == []
    assert len(await queue(house, room.supervisor)) == 1


async def test_a_closed_room_still_calls(house: House) -> None:
    room = await house.room(state=State.PAUSED)
    lea = await house.open(room.mentee)
    assert (await lea.call("help:now", {"room": room.number}))["informed"] == ["Claire"]


@pytest.mark.parametrize("role", [Role.ADMIN, Role.GUARDIAN, Role.PRESCRIBER, Role.MENTOR, Role.MENTEE])
async def test_anyone_without_a_pair_reaches_a_supervisor_of_the_organisation(house: House, role: Role) -> None:
    first = await house.person(Role.SUPERVISOR, "Claire")
    connected = await house.person(Role.SUPERVISOR, "Samir")
    somebody = await house.open(await house.person(role, "Marc"))
    assert (await somebody.call("help:now", {}))["informed"] == ["Claire"]  # nobody is there: the longest-standing
    house.clock.advance(120)
    samir = await house.open(connected)
    assert (await somebody.call("help:now", {"words": "Vite"}))["informed"] == ["Samir"]
    assert (await samir.wait("flag:raised"))[0]["people"] == ["Marc"]
    assert {excerpt for _, _, excerpt, _, _ in await queue(house, first)} == {"", "Vite"}  # called about both


async def test_a_professional_who_calls_reaches_somebody_else(house: House) -> None:
    room = await house.room()
    claire = await house.open(room.supervisor)
    admin = await house.person(Role.ADMIN, "Alice")
    assert (await claire.call("help:now", {"room": room.number}))["informed"] == ["Alice"]
    house.clock.advance(120)
    await house.person(Role.SUPERVISOR, "Samir")
    assert (await claire.call("help:now", {"room": room.number}))["informed"] == ["Samir"]
    assert await house.sql("select count(*) from flags where supervisor_id = :id", id=admin.id) == [(1,)]


async def test_when_who_answers_has_left_somebody_else_does(house: House) -> None:
    room = await house.room()
    await house.person(Role.SUPERVISOR, "Samir")
    await house.sql("update accounts set disabled_at = now() where id = :id", id=room.supervisor.id)
    lea = await house.open(room.mentee)
    assert (await lea.call("help:now", {"room": room.number}))["informed"] == ["Samir"]


async def test_where_nobody_is_the_caller_is_told_so(house: House) -> None:
    alone = await house.open(await house.person(Role.ADMIN, "Alice"))
    assert await alone.call("help:now", {}) == {"ok": True, "at": AT, "informed": []}


async def test_a_call_that_nobody_could_answer_still_climbs(house: House) -> None:
    """The only person of an organisation: no flag, for nobody would see it, but a case, whose ladder ends outside."""
    alone = await house.person(Role.ADMIN, "Alice")
    alice = await house.open(alone)
    answer = await alice.call("help:now", {"words": "Quelqu’un ?"})
    assert (answer["ok"], answer["informed"]) == (True, [])
    assert await house.sql("select origin, severity, by_id, owner_id from cases") == [("help", 4, alone.id, None)]
    assert await house.sql("select count(*) from flags") == [(0,)]
