"""A colleague who says that they look after it comes into the call of a pair that is not theirs, seen by all, and is
out of it when they look after it no more."""

import asyncio
from dataclasses import replace
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from server.escalation.duty import store as duty
from server.escalation.duty.plan import Plan, Shift
from server.infra.database import Database
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from tests.integration.signalling.conftest import Caller, Neighbourhood
from tests.integration.supervision.conftest import acts, connect, reaches
from tests.support.rooms import Client, Person, Room, served


async def summoned(street: Neighbourhood) -> tuple[Room, Caller, Caller, str]:
    """The two in their call, who ask for a professional, with the pager in the hands of the test; and the case."""
    await street.house.capabilities.escalation.pager.stop()
    room, julien, lea = await street.pair()
    answer = await lea.client.call("help:now", {"room": room.number, "summon": True})
    assert answer["ok"], answer
    await julien.client.wait("call:summoned")
    ((case_id,),) = await street.house.sql("select id from cases")
    return room, julien, lea, f"/api/v1/cases/{case_id}"


async def take(street: Neighbourhood, who: Person, case: str) -> None:
    answer = await street.house.ask(who, "POST", f"{case}/acknowledge")
    assert answer.status == 200, answer.body
    await street.house.told()


async def close(street: Neighbourhood, who: Person, case: str) -> None:
    revision = (await street.house.ask(who, "GET", case)).body["revision"]
    over = {"revision": revision, "to": "closed", "outcome": "resolved", "note": "vue ce soir"}
    answer = await street.house.ask(who, "POST", f"{case}/move", over)
    assert answer.status == 200, answer.body


def member(client: Client, room: Room) -> Any:
    """What the last ``room:rights`` says."""
    told = [one["member"] for one in client.events("room:rights") if one["room"] == str(room.id)]
    return told[-1] if told else None


def paused_by(client: Client) -> str | None:
    told = client.events("room:rights")
    by: str | None = told[-1].get("paused", {}).get("by") if told else None
    return by


async def comes_in(street: Neighbourhood, samir: Person, room: Room) -> Caller:
    """Enters the room, announces themselves, and joins at once."""
    caller = await street.caller(samir, replace(room, supervisor=samir))
    look = await caller.client.call("supervise:look", {"room": room.number})
    assert (look["wait_ms"], look["now"], [one["by"]["name"] for one in look["summons"]]) == (0, True, ["Lea"])
    told = await caller.client.call("supervise:knock", {"room": room.number})
    assert (told["ok"], told["wait_ms"]) == (True, 0)
    caller.joined = await caller.client.call("call:join", caller.request())
    assert caller.joined["ok"], caller.joined
    caller.peer = caller.joined["peer"]
    await connect(caller)
    for _ in range(500):  # the case knows that they came
        if await street.house.sql("select 1 from summonses where over = 'answered'"):
            return caller
        await asyncio.sleep(0.02)
    raise AssertionError("nobody was answered")


async def test_who_looks_after_it_is_let_in_pauses_and_is_out_when_it_is_over(street: Neighbourhood) -> None:
    house = street.house
    samir = await house.person(Role.SUPERVISOR, "Samir")
    room, julien, lea, case = await summoned(street)
    away = await house.open(samir)
    for event in ("room:enter", "supervise:look", "supervise:knock"):
        assert (await away.call(event, {"room": room.number}))["error"]["code"] == "not_found"
    await take(street, samir, case)
    await away.until(lambda: member(away, room) is True, "the seat")
    caller = await comes_in(street, samir, room)
    for one in (julien, lea):
        (announced,) = await one.client.wait("supervise:announced")
        assert announced["by"]["name"] == "Samir"
        await one.client.until(lambda one=one: "Samir" in one.people(), "him, in the call")  # type: ignore[misc]
        present = one.client.events("room:presence")[-1]["present"]
        assert [each["seat"] for each in present] == [1, 2, 4]
        card = (await house.ask(one.who, "GET", "/api/v1/home")).body["rooms"][0]
        assert [(each["name"], each["role"]) for each in card["members"] if each["seat"] > 2] == [
            ("Claire", "supervisor"),
            ("Samir", "supervisor"),
        ]
    await reaches(lea, caller)
    assert [act for _, act, _ in await street.journal(room.id)] == ["read", "call"]
    assert await caller.client.call("supervise:pause", {"room": room.number, "why": "words"}) == {"ok": True}
    for one in (julien, lea):
        await one.client.until(lambda one=one: paused_by(one.client) == str(samir.id), "the pause")  # type: ignore[misc]
    assert await caller.client.call("supervise:resume", {"room": room.number}) == {"ok": True}
    await close(street, samir, case)
    assert await caller.ended() in ("removed", "left")  # of the call, or first of the room and so of its call
    await caller.client.until(lambda: member(caller.client, room) is False, "the end of the seat")
    for event in ("room:enter", "supervise:look", "supervise:knock", "supervise:pause"):
        body = {"room": room.number, **({"why": "words"} if event == "supervise:pause" else {})}
        assert (await caller.client.call(event, body))["error"]["code"] == "not_found"
    await lea.client.until(lambda: lea.people() == ["Julien", "Lea"], "the two")
    for _ in range(500):  # written when they have gone
        over = [over for _, _, over in await street.journal(room.id)]
        if all(over):
            break
        await asyncio.sleep(0.02)
    assert over == [True, True]
    lines = (await house.ask(room.mentee, "GET", "/api/v1/journal")).body["lines"]
    mine = [line["act"] for line in reversed(lines) if line.get("reader", {}).get("name") == "Samir"]
    assert mine == [
        "room.stood_in",
        "room.entered",
        "room.knocked",
        "room.entered",
        "room.paused",
        "room.resumed",
        "room.stood_down",
    ]


async def test_they_end_the_call_as_its_own_professional_does(street: Neighbourhood) -> None:
    samir = await street.house.person(Role.SUPERVISOR, "Samir")
    room, julien, lea, case = await summoned(street)
    await take(street, samir, case)
    caller = await comes_in(street, samir, room)
    assert await caller.client.call("supervise:end", {"room": room.number, "why": "safety"}) == {"ok": True}
    assert [await one.ended() for one in (julien, lea, caller)] == ["stopped"] * 3
    assert await acts(street, "call.stopped") == ["call.stopped"]


async def test_without_a_summons_they_knock_as_anybody_does_and_may_say_that_it_is_urgent(
    street: Neighbourhood,
) -> None:
    house = street.house
    await house.capabilities.escalation.pager.stop()
    samir = await house.person(Role.SUPERVISOR, "Samir")
    room, _, lea = await street.pair()
    assert (await lea.client.call("help:now", {"room": room.number}))["ok"]
    ((case_id,),) = await house.sql("select id from cases")
    await take(street, samir, f"/api/v1/cases/{case_id}")
    caller = await street.caller(samir, replace(room, supervisor=samir))
    assert (await caller.client.call("call:join", caller.request()))["error"]["code"] == "forbidden"  # unannounced
    told = await caller.client.call("supervise:knock", {"room": room.number})
    assert (told["ok"], told["wait_ms"]) == (True, 10_000)
    told = await caller.client.call("supervise:knock", {"room": room.number, "now": True})
    assert (told["ok"], told["wait_ms"]) == (True, 0)


async def test_the_end_is_told_in_every_process(street: Neighbourhood, database: Database) -> None:
    samir = await street.house.person(Role.SUPERVISOR, "Samir")
    room, _, _, case = await summoned(street)
    await take(street, samir, case)
    async with served(database) as there:
        client = await there.open(samir)
        assert (await client.call("room:enter", {"room": room.number}))["ok"]
        await close(street, samir, case)
        await client.until(lambda: member(client, room) is False, "the end of the seat")
        refused = await client.say(room.number, "encore là")
        assert refused["error"]["code"] == "not_found"


async def test_their_board_has_the_call_also_when_they_are_on_call_no_more(street: Neighbourhood) -> None:
    house = street.house
    samir = await house.person(Role.SUPERVISOR, "Samir")
    room, _, _, case = await summoned(street)
    board = await house.open(samir)
    assert (await board.call("board:watch", {"watch": True}))["ok"]

    def shown() -> list[list[str] | None]:
        told = board.events("board:sessions")
        sessions = told[-1]["sessions"] if told else []
        return [[who["name"] for who in one["people"]] if "people" in one else None for one in sessions]

    await board.until(lambda: shown() == [None], "an outline")
    await take(street, samir, case)
    await board.until(lambda: shown() == [["Julien", "Lea"]], "who is in")
    now = house.clock.now()
    always = Shift(new_id(), frozenset(range(1, 8)), time(0), time(0), date(2026, 1, 1), (room.supervisor.id,))
    async with house.bound.begin(house.north.id) as conn:  # the others are not on call from now on
        await duty.lock(conn, house.north.id, now)
        await duty.write(conn, house.north.id, Plan(ZoneInfo("Europe/Paris"), shifts=[always]), samir.id, now)
    listed = (await house.ask(samir, "GET", "/api/v1/board/sessions")).body["sessions"]
    assert ["people" in one for one in listed] == [True]
    await close(street, samir, case)
    await board.until(lambda: shown() == [], "nothing that is not theirs")


@pytest.mark.parametrize("gone", [False, True])
async def test_what_the_mentor_answers_aside_goes_to_who_wrote(street: Neighbourhood, gone: bool) -> None:
    house = street.house
    samir = await house.person(Role.SUPERVISOR, "Samir")
    room, julien, _, case = await summoned(street)
    await take(street, samir, case)
    caller = await comes_in(street, samir, room)
    claire = await house.open(room.supervisor)
    aside = {"room": str(room.id), "id": str(new_id()), "body": "Tout va bien ?"}
    assert (await caller.client.call("supervise:whisper", aside))["ok"]
    await julien.client.wait("supervise:whispered")
    if gone:
        await close(street, samir, case)
    answer = {"room": str(room.id), "id": str(new_id()), "body": "Oui, merci."}
    assert (await julien.client.call("supervise:answer", answer))["ok"]
    to = claire if gone else caller.client
    await to.until(lambda: bool(to.events("supervise:whispered")), "the answer")
    other = caller.client if gone else claire
    await other.quiet()
    assert "Oui, merci." not in [one["body"] for one in other.events("supervise:whispered")]
