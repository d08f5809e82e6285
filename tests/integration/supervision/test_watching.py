"""A professional in a call, in full view: announced, seen before anything reaches them, silent until they speak."""

import asyncio
from typing import Any

import pytest

from tests.integration.signalling.conftest import Caller, Neighbourhood
from tests.integration.signalling.test_side import web
from tests.integration.supervision.conftest import Watching, acts, connect, is_hushed, reaches
from tests.support.bare_browser import until
from tests.support.side import packet

IN = "2026-11-22T12:00:00.000Z"
DUE = "2026-11-22T12:00:10.000Z"


def last(caller: Caller, event: str) -> Any:
    return caller.client.events(event)[-1]


def hush(caller: Caller) -> dict[str, Any]:
    """By name, as the last ``call:people`` has it."""
    return {one["name"]: one.get("hush") for one in last(caller, "call:people")["people"]}


async def test_everyone_is_told_then_the_journal_then_the_door(street: Neighbourhood) -> None:
    """In this order: nothing reaches a professional before they have connected, and by then all of it is so."""
    room, julien, lea = await street.pair()
    claire = await street.caller(room.supervisor, room)
    told = await claire.client.call("supervise:knock", {"room": room.number})
    assert told == {"ok": True, "at": IN, "enters_at": DUE, "wait_ms": 10_000}
    by = {"id": str(room.supervisor.id), "name": "Claire"}
    announced = {"room": str(room.id), "by": by, "at": IN, "enters_at": DUE, "wait_ms": 10_000}
    assert [(await caller.client.wait("supervise:announced")) for caller in (julien, lea)] == [[announced]] * 2
    early = await claire.client.call("call:join", claire.request())
    assert (early["error"]["code"], early["error"]["retry_in_ms"]) == ("forbidden", 10_001)
    street.house.clock.advance(10)
    claire.joined = await claire.client.call("call:join", claire.request())
    claire.peer = claire.joined["peer"]
    for caller in (julien, lea):
        await caller.client.until(lambda caller=caller: len(last(caller, "call:people")["people"]) == 3, "Claire")  # type: ignore[misc]
        (seen,) = [one for one in last(caller, "call:people")["people"] if one["peer"] == claire.peer]
        assert (seen["observing"], seen["hush"], seen["mic"], seen["camera"]) == (True, "observing", False, False)
    assert (room.supervisor.id, "call", False) in await street.journal(room.id)
    assert claire.browser.down.rtp == []
    await connect(claire)
    await reaches(lea, claire)
    journal = (await street.house.ask(room.mentee, "GET", "/api/v1/journal")).body["lines"]
    assert [(line["act"], line.get("how")) for line in journal] == [
        ("room.entered", "call"),
        ("room.knocked", None),
        ("room.entered", "read"),
    ]


async def test_who_only_watches_is_not_heard_whatever_they_send(street: Neighbourhood, watching: Watching) -> None:
    """Switched on by the client, restarted with another description, joined again, over the side web socket."""
    room, julien, lea = await street.pair()
    claire = await watching(room)
    await is_hushed(claire, julien, lea)
    state = {"mic": True, "camera": True, "voice_only": False}
    assert await claire.act("call:state", **state) == {"ok": True}
    await is_hushed(claire, julien, lea)
    await claire.restart()
    await is_hushed(claire, julien, lea)
    async with web(street, claire) as socket:
        socket.speak(0, *(packet(b"%d" % number) for number in range(4)))
        await socket.settled()
    heard = [bytes(one.payload) for caller in (julien, lea) for one in caller.browser.down.rtp]
    assert not any(packet(b"%d" % number) in heard for number in range(4))
    claire.browser = type(claire.browser)()
    street.browsers.append(claire.browser)
    claire.joined = await claire.client.call("call:join", claire.request(peer=claire.peer))
    await connect(claire)
    await is_hushed(claire, julien, lea)
    assert hush(lea) == {"Julien": None, "Lea": None, "Claire": "observing"}
    await reaches(lea, claire)
    # What was switched on meanwhile is on, once they take part.
    assert await claire.act("supervise:speak", speak=True) == {"ok": True}
    await reaches(claire, lea)
    assert hush(lea) == {"Julien": None, "Lea": None, "Claire": None}
    assert await claire.act("supervise:speak", speak=False) == {"ok": True}
    await is_hushed(claire, julien, lea)


async def test_one_leads_instead_of_the_mentor_and_hands_back(street: Neighbourhood, watching: Watching) -> None:
    room, julien, lea = await street.pair()
    claire = await watching(room)
    assert await claire.act("supervise:lead", lead=True) == {"ok": True}
    await is_hushed(julien, lea, claire)
    await reaches(claire, lea)
    await reaches(lea, julien)  # who stays, and hears what is said
    assert hush(julien) == {"Julien": "led", "Lea": None, "Claire": None}
    assert await julien.act("call:state", mic=True, camera=True, voice_only=False) == {"ok": True}
    await is_hushed(julien, lea, claire)
    assert await claire.act("supervise:lead", lead=False) == {"ok": True}
    await reaches(julien, lea)
    # And by leaving: nobody stays silenced by somebody who has gone.
    assert await claire.act("supervise:lead", lead=True) == {"ok": True}
    await is_hushed(julien, lea, claire)
    assert await claire.act("call:leave") == {"ok": True}
    await reaches(julien, lea)
    assert await acts(street, "call.%") == ["call.led", "call.handed_back", "call.led"]


async def test_who_cannot_be_told_is_not_shown(street: Neighbourhood) -> None:
    """Her media flows without a socket: until it is back, nothing of hers reaches the professional who came."""
    room, julien, lea = await street.pair()
    lea.client.raw.writer.transport.abort()
    part = street.calls.parts.of_account(room.id, room.mentee.id)
    assert part is not None
    await until(lambda: part.connection is None, "the end of her socket")
    await reaches(lea, julien)
    claire = await street.caller(room.supervisor, room)
    await claire.announce()
    claire.joined = await claire.client.call("call:join", claire.request())
    claire.peer = claire.joined["peer"]
    await connect(claire)
    await reaches(julien, claire)
    await is_hushed(lea, claire)
    assert hush(claire) == {"Julien": None, "Lea": "unaware", "Claire": "observing"}
    lea.client = await street.house.open(room.mentee)
    assert [one["name"] for one in (await lea.client.wait("call:people"))[0]["people"]] == ["Julien", "Lea", "Claire"]
    assert await lea.act("call:state", mic=True, camera=True, voice_only=False) == {"ok": True}
    await reaches(lea, claire)


async def test_one_who_is_first_waits_for_the_two_who_see_them_when_they_come(street: Neighbourhood) -> None:
    room = await street.house.room()
    claire = await street.caller(room.supervisor, room)
    claire.joined = await claire.client.call("call:join", claire.request())
    claire.peer = claire.joined["peer"]
    await connect(claire)
    lea = await street.caller(room.mentee, room)
    await lea.join()
    assert [one["name"] for one in lea.joined["people"]] == ["Claire", "Lea"]
    await reaches(claire, lea)


async def test_two_tabs_are_one_professional(street: Neighbourhood, watching: Watching) -> None:
    """The second replaces the first, still only watches, and one line of the journal is open."""
    room, julien, _ = await street.pair()
    first = await watching(room)
    second = await street.caller(room.supervisor, room)
    second.joined = await second.client.call("call:join", second.request())
    second.peer = second.joined["peer"]
    await connect(second)
    assert await first.ended() == "replaced"
    await is_hushed(second, julien)
    calls = [over for who, act, over in await street.journal(room.id) if act == "call"]
    assert calls == [False]  # one visit, whoever of their tabs holds it


async def test_a_hand_over_ends_watching_at_once(street: Neighbourhood, watching: Watching) -> None:
    room, julien, lea = await street.pair()
    claire = await watching(room)
    await reaches(lea, claire)
    await street.house.sql(
        "update room_members set left_at = now() where room_id = :room and account_id = :who",
        room=room.id,
        who=room.supervisor.id,
    )
    assert await claire.ended() in ("left", "removed")
    before = len(claire.browser.down.rtp)
    await asyncio.sleep(0.02)
    before = len(claire.browser.down.rtp)
    for _ in range(10):
        lea.browser.say(b"secret")
        await asyncio.sleep(0.005)
    assert len(claire.browser.down.rtp) == before
    await reaches(lea, julien)


@pytest.mark.parametrize("end", ["session", "role"])
async def test_so_does_the_end_of_a_session_or_a_role(street: Neighbourhood, watching: Watching, end: str) -> None:
    room, _, lea = await street.pair()
    claire = await watching(room)
    if end == "session":
        statement = "delete from auth_sessions where account_id = :who"
    else:
        statement = "update accounts set role = 'prescriber' where id = :who"
    await street.house.sql(statement, who=room.supervisor.id)
    await until(lambda: street.calls.parts.of_account(room.id, room.supervisor.id) is None, "the end of the part")
    await lea.client.until(lambda: lea.people() == ["Julien", "Lea"], "that she has gone")
    await asyncio.sleep(0.02)
    before = len(claire.browser.down.rtp)
    for _ in range(10):
        lea.browser.say(b"secret")
        await asyncio.sleep(0.005)
    assert len(claire.browser.down.rtp) == before
