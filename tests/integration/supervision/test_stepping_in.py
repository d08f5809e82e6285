"""A professional steps in: pause, resume, end, remove. It holds at once, everywhere, and whatever restarts."""

import asyncio
from datetime import date
from typing import Any

import pytest

from server.infra.database import Database
from server.kernel.permissions import Role
from tests.integration.signalling.conftest import Caller, Neighbourhood
from tests.integration.supervision.conftest import Watching, acts, is_hushed, reaches
from tests.support.bare_browser import until
from tests.support.notes import note, say, upload
from tests.support.rooms import Client, Room, served


def paused(caller: Caller) -> Any:
    told = caller.client.events("call:paused")
    return {name: value for name, value in told[-1].items() if name != "room"} if told else None


async def test_a_pause_stops_media_and_chat_for_all_but_the_professional(
    street: Neighbourhood, watching: Watching
) -> None:
    room, julien, lea = await street.pair()
    claire = await watching(room)
    assert await claire.act("supervise:speak", speak=True) == {"ok": True}
    await reaches(julien, lea)
    pause = {"room": room.number, "why": "words"}
    assert await claire.client.call("supervise:pause", pause) == {"ok": True}
    for caller in (julien, lea):
        await caller.client.until(lambda caller=caller: paused(caller) is not None, "the pause")  # type: ignore[misc]
        assert paused(caller) == {"why": "words", "since": "2026-11-22T12:00:10.000Z", "by": str(room.supervisor.id)}
    await is_hushed(julien, lea, claire)
    await is_hushed(lea, julien, claire)
    await reaches(claire, lea)
    assert await lea.act("call:state", mic=True, camera=True, voice_only=False) == {"ok": True}
    await is_hushed(lea, julien)

    for caller in (julien, lea):
        refused = await caller.client.say(room, "Allô ?")
        assert refused["error"]["code"] == "room_closed"
        assert "pause" in refused["error"]["message"]
        told = caller.client.events("room:rights")[-1]
        assert (told["member"], told["writable"], told["paused"]["why"]) == (True, False, "words")
    assert (await claire.client.say(room, "On reprend dans un instant."))["ok"]
    assert (await lea.client.call("help:now", {"room": room.number}))["ok"]
    home = (await street.house.ask(room.mentee, "GET", "/api/v1/home")).body
    assert (home["rooms"][0]["writable"], home["rooms"][0]["paused"]["why"]) == (False, "words")

    assert await claire.client.call("supervise:pause", pause) == {"ok": True}  # again: nothing new
    assert await claire.client.call("supervise:resume", {"room": room.number}) == {"ok": True}
    await lea.client.until(lambda: paused(lea) == {}, "that it goes on")
    await reaches(julien, lea)
    await reaches(lea, julien)
    assert (await lea.client.say(room, "Me revoilà"))["ok"]
    assert await acts(street, "room.%ed") == [
        "room.entered",
        "room.knocked",
        "room.entered",
        "room.paused",
        "room.resumed",
    ]
    lines = (await street.house.ask(room.mentee, "GET", "/api/v1/journal")).body["lines"]
    assert [(line["act"], line.get("why")) for line in lines][:2] == [("room.resumed", None), ("room.paused", "words")]


async def test_who_joins_while_it_is_paused_is_not_heard_either(street: Neighbourhood) -> None:
    """Before, at the same moment, and by coming back to a part."""
    room = await street.house.room()
    claire = await street.house.open(room.supervisor)
    julien, lea = await street.caller(room.mentor, room), await street.caller(room.mentee, room)
    await julien.join()
    pausing = claire.send("supervise:pause", {"room": room.number, "why": "safety"})
    joining = asyncio.create_task(lea.join())
    assert await pausing == {"ok": True}
    await joining
    await lea.client.until(lambda: paused(lea) is not None or "paused" in lea.joined, "the pause")
    await until(lambda: all(part.hush == "paused" for part in street.calls.parts.all()), "the silence")
    await is_hushed(lea, julien)
    await is_hushed(julien, lea)
    julien.browser = type(julien.browser)()
    street.browsers.append(julien.browser)
    await julien.join(peer=julien.peer)
    assert julien.joined["paused"]["why"] == "safety"
    await is_hushed(julien, lea)
    assert await claire.call("supervise:resume", {"room": room.number}) == {"ok": True}
    await reaches(julien, lea)
    await reaches(lea, julien)


async def test_many_pauses_and_joins_at_once_end_as_the_last_word_says(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    claire = await street.house.open(room.supervisor)
    words = []
    for _ in range(6):
        words += [
            claire.send("supervise:pause", {"room": room.number, "why": "break"}),
            lea.client.send("call:join", lea.request(peer=lea.peer)),
            claire.send("supervise:resume", {"room": room.number}),
        ]
    words.append(claire.send("supervise:pause", {"room": room.number, "why": "break"}))
    await asyncio.gather(*words)
    await street.house.told()
    await until(lambda: all(part.hush == "paused" for part in street.calls.parts.all()), "the pause")
    await is_hushed(julien, lea)


async def test_a_message_that_is_on_its_way_when_the_room_is_paused_is_before_it_or_refused(
    street: Neighbourhood,
) -> None:
    room = await street.house.room()
    julien, claire = await street.house.open(room.mentor), await street.house.open(room.supervisor)
    sent = []
    for number in range(20):
        if number == 10:
            sent.append(claire.send("supervise:pause", {"room": room.number, "why": "other"}))
        payload = {"room": room.number, "id": f"0190a5c0-0000-7000-8000-0000000000{number:02}", "body": f"{number}"}
        sent.append(julien.send("chat:send", payload))
    answers = await asyncio.gather(*sent)
    answers.pop(10)
    said = [answer["ok"] for answer in answers]
    assert said == sorted(said, reverse=True)  # from the pause on, none
    assert {answer["error"]["code"] for answer in answers if not answer["ok"]} <= {"room_closed"}
    rows = await street.house.sql("select count(*) from messages where room_id = :room", room=room.id)
    assert rows == [(said.count(True),)]
    assert (await julien.say(room, "Et maintenant ?"))["error"]["code"] == "room_closed"


async def test_a_pause_survives_a_restart_and_is_resumed_after_it(database: Database) -> None:
    async with served(database) as house:
        room = await house.room()
        claire = await house.open(room.supervisor)
        assert await claire.call("supervise:pause", {"room": str(room.id), "why": "safety"}) == {"ok": True}
    async with served(database) as house:
        street = Neighbourhood(house)
        julien, lea = await street.caller(room.mentor, room), await street.caller(room.mentee, room)
        await julien.join()
        await lea.join()
        assert (lea.joined["paused"]["why"], lea.joined["paused"]["by"]) == ("safety", str(room.supervisor.id))
        await is_hushed(julien, lea)
        assert (await lea.client.say(room, "Allô ?"))["error"]["code"] == "room_closed"
        claire = await house.open(room.supervisor)
        assert await claire.call("supervise:resume", {"room": str(room.id)}) == {"ok": True}
        await lea.client.until(lambda: paused(lea) == {}, "that it goes on")
        await reaches(julien, lea)
        await asyncio.gather(*(browser.close() for browser in street.browsers))


async def test_a_pause_said_to_one_process_holds_in_the_call_of_another(
    street: Neighbourhood, database: Database
) -> None:
    room, julien, lea = await street.pair()
    async with served(database) as there:
        claire = await there.open(room.supervisor)
        assert await claire.call("supervise:pause", {"room": str(room.id), "why": "safety"}) == {"ok": True}
        await until(lambda: all(part.hush == "paused" for part in street.calls.parts.all()), "the pause here")
        await is_hushed(julien, lea)
        assert (await lea.client.say(room, "Allô ?"))["error"]["code"] == "room_closed"
        assert await claire.call("supervise:resume", {"room": str(room.id)}) == {"ok": True}
        await reaches(julien, lea)
        assert await claire.call("supervise:end", {"room": str(room.id), "why": "safety"}) == {"ok": True}
        assert [await caller.ended() for caller in (julien, lea)] == ["stopped"] * 2


async def test_a_pause_that_nobody_was_told_of_holds_after_the_gap(street: Neighbourhood) -> None:
    """The notice is lost with the connection that listens."""
    room, julien, lea = await street.pair()
    house = street.house
    assert house.notices._connection is not None
    house.notices._connection.terminate()
    await house.sql(
        "update rooms set paused_at = now(), paused_why = 'safety', paused_by = :who where id = :room",
        room=room.id,
        who=room.supervisor.id,
    )
    await until(lambda: all(part.hush == "paused" for part in street.calls.parts.all()), "the pause", 10)
    await is_hushed(julien, lea)


async def test_an_end_is_for_all_and_the_room_is_free_again(street: Neighbourhood, watching: Watching) -> None:
    room, julien, lea = await street.pair()
    claire = await watching(room)
    assert await claire.client.call("supervise:end", {"room": room.number, "why": "technical"}) == {"ok": True}
    assert [await caller.ended() for caller in (julien, lea, claire)] == ["stopped"] * 3
    await until(lambda: len(street.calls.parts) == 0, "the end")
    for caller in (julien, lea):
        caller.browser = type(caller.browser)()
        street.browsers.append(caller.browser)
        await caller.join()
    await reaches(julien, lea)
    lines = (await street.house.ask(room.mentee, "GET", "/api/v1/journal")).body["lines"]
    assert [(line["act"], line.get("why")) for line in lines if line["act"] == "call.stopped"] == [
        ("call.stopped", "technical")
    ]


async def kept_out(street: Neighbourhood, room: Room, two: dict[Role, Client]) -> dict[Role, Any]:
    """Who is, as the professional and the two are shown it; each is told the same at the moment in which it changes."""
    await street.house.told()
    shown = {}
    for who in (room.supervisor, room.mentor, room.mentee):
        (card,) = (await street.house.ask(who, "GET", "/api/v1/home")).body["rooms"]
        shown[who.role] = card.get("put_out")
        await two[who.role].quiet()
        assert two[who.role].events("room:rights")[-1].get("put_out") == shown[who.role]
    return shown


async def test_who_is_put_out_stays_out_until_let_in(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    claire = await street.house.open(room.supervisor)
    about = {"room": room.number, "account": str(room.mentor.id)}
    assert await claire.call("supervise:remove", {**about, "why": "words"}) == {"ok": True}
    assert await julien.ended() == "put_out"
    await lea.client.until(lambda: lea.people() == ["Lea"], "that he has gone")
    for _ in range(2):
        refused = await julien.client.call("call:join", julien.request())
        assert refused["error"]["code"] == "forbidden"
    assert (await julien.client.say(room, "Pardon."))["ok"]  # the chat is another matter
    people = {Role.SUPERVISOR: claire, Role.MENTOR: julien.client, Role.MENTEE: lea.client}
    he = [str(room.mentor.id)]
    assert await kept_out(street, room, people) == {Role.SUPERVISOR: he, Role.MENTOR: he, Role.MENTEE: None}
    assert await claire.call("supervise:readmit", about) == {"ok": True}
    await street.house.told()
    assert set((await kept_out(street, room, people)).values()) == {None}
    assert (await julien.client.call("call:join", julien.request()))["ok"]
    # And the end of a pause lets in again whom nobody let in by name.
    assert await claire.call("supervise:pause", {"room": room.number, "why": "words"}) == {"ok": True}
    assert await claire.call("supervise:remove", {**about, "why": "words"}) == {"ok": True}
    await street.house.told()
    assert (await julien.client.call("call:join", julien.request()))["error"]["code"] == "forbidden"
    assert await claire.call("supervise:resume", {"room": room.number}) == {"ok": True}
    await street.house.told()
    assert (await julien.client.call("call:join", julien.request()))["ok"]
    assert await acts(street, "room.%ut%") == ["room.put_out", "room.put_out"]
    nobody = {"room": room.number, "account": str(room.supervisor.id), "why": "words"}
    assert (await claire.call("supervise:remove", nobody))["error"]["code"] == "not_found"


async def test_a_direct_call_is_over_when_the_room_is_paused(street: Neighbourhood) -> None:
    """What goes from device to device nobody else could stop."""
    house = street.house
    room = await house.room(mentee_born=date(2000, 1, 1))
    await house.sql("update organisations set direct_calls = true")
    julien, lea = await street.caller(room.mentor, room), await street.caller(room.mentee, room)
    for caller in (julien, lea):
        await caller.join()
    for caller in (julien, lea):
        await caller.client.wait("call:direct")
        assert await caller.act("call:direct", agree=True) == {"ok": True}
    await lea.client.until(lambda: lea.client.events("call:direct")[-1]["state"] == "on", "the way")
    claire = await house.open(room.supervisor)
    assert await claire.call("supervise:pause", {"room": room.number, "why": "safety"}) == {"ok": True}
    for caller in (julien, lea):
        await caller.client.until(
            lambda caller=caller: caller.client.events("call:direct")[-1]["state"] == "off",  # type: ignore[misc]
            "the end of the way",
        )
        assert (await caller.act("call:direct", agree=True))["error"]["code"] == "forbidden"
    assert await claire.call("supervise:resume", {"room": room.number}) == {"ok": True}
    await lea.client.until(lambda: lea.client.events("call:direct")[-1]["state"] == "possible", "that it may be")


@pytest.mark.parametrize("event", ["supervise:pause", "supervise:end"])
async def test_a_reason_that_is_none_changes_nothing(street: Neighbourhood, event: str) -> None:
    room, julien, lea = await street.pair()
    claire = await street.house.open(room.supervisor)
    refused = await claire.call(event, {"room": room.number, "why": "because"})
    assert (refused["error"]["code"], refused["error"]["field"]) == ("bad_request", "why")
    await reaches(julien, lea)


async def test_no_way_of_saying_something_passes_in_a_pause(street: Neighbourhood) -> None:
    """Neither what is written, spoken into a note, changed, shown while it is written, nor that somebody writes."""
    room, julien, lea = await street.pair()
    house = street.house
    seq = (await julien.client.say(room, "Bonjour Léa"))["seq"]
    spoken = await upload(house, room.mentor, room, note())
    claire = await house.open(room.supervisor)
    assert await claire.call("supervise:pause", {"room": room.number, "why": "words"}) == {"ok": True}
    await lea.client.until(lambda: paused(lea) is not None, "the pause")
    await lea.client.quiet()
    before = len(lea.client.frames)
    where = {"room": room.number}
    refused: list[Any] = [
        await julien.client.say(room, "Allô ?"),
        await say(julien.client, room, spoken, 3),
        await julien.client.call("chat:edit", {**where, "seq": seq, "body": "Appelle-moi"}),
        await julien.client.call("chat:live", {**where, "text": "Appelle-moi"}),
        await julien.client.call("chat:typing", {**where, "typing": True}),
    ]
    for answer in refused:
        assert (answer["ok"], answer["error"]["code"]) == (False, "room_closed"), answer
    await house.told()
    await lea.client.quiet()
    heard = [event for event, _ in lea.client.told(lea.client.frames[before:])]
    assert [event for event in heard if event.startswith("chat:")] == []
    assert await house.sql("select body from messages where room_id = :room", room=room.id) == [("Bonjour Léa",)]


async def test_what_was_being_written_when_the_room_is_paused_is_taken_off_the_screens(
    street: Neighbourhood, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.rooms.live.FORGOTTEN_AFTER", 3_600.0)  # it would be over by itself before long
    room, julien, lea = await street.pair()
    answer = await julien.client.call("chat:live", {"room": room.number, "text": "bonjour tout "})
    assert answer == {"ok": True}
    assert [told["text"] for told in await lea.client.wait("chat:live")] != [""]
    claire = await street.house.open(room.supervisor)
    assert await claire.call("supervise:pause", {"room": room.number, "why": "words"}) == {"ok": True}
    await lea.client.until(lambda: lea.client.events("chat:live")[-1]["text"] == "", "that the line is gone")
