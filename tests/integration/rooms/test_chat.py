"""Messages over real sockets: who gets what, in which form, and what is refused."""

import asyncio
from typing import Any

import pytest

from server.kernel.identifiers import new_id, shorten
from tests.support.rooms import House

AT = "2026-11-22T12:00:00.000Z"
SECONDS = 1_795_348_800


async def test_a_message_reaches_the_other_and_is_answered(house: House) -> None:
    room = await house.room()
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    message_id = new_id()
    assert await julien.say(room, "Bonjour Léa", message_id) == {"ok": True, "seq": 1, "at": AT, "state": "delivered"}
    assert await lea.wait("chat:message") == [
        {
            "room": str(room.id),
            "seq": 1,
            "id": str(message_id),
            "author": str(room.mentor.id),
            "at": AT,
            "kind": "text",
            "body": "Bonjour Léa",
            "state": "delivered",
        }
    ]
    await julien.quiet()
    assert julien.events("chat:message") == []  # it has the answer


async def test_the_compact_form(house: House) -> None:
    room = await house.room()
    julien = await house.open(room.mentor, compact=1)
    tab = await house.open(room.mentor, compact=1)
    lea = await house.open(room.mentee, compact=1)
    message_id = new_id()
    answer = await julien.call("chat:send", [room.number, shorten(message_id), "Bonjour"])
    assert answer == {"ok": True, "seq": 1, "at": SECONDS}
    assert await lea.wait("chat:message") == [[room.number, 1, 1, SECONDS, "Bonjour"]]
    assert await tab.wait("chat:message") == [[room.number, 1, 1, SECONDS, "Bonjour", 0, 0, shorten(message_id)]]


async def test_the_same_id_again_gives_the_same_answer(house: House) -> None:
    room = await house.room()
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    message_id = new_id()
    first = await julien.say(room, "Bonjour", message_id)
    house.clock.advance(60)
    again = await house.open(room.mentor)
    assert await again.say(room, "Autre chose", message_id) == first
    assert [m["body"] for m in await lea.wait("chat:message")] == ["Bonjour"]
    await lea.quiet()
    assert len(lea.events("chat:message")) == 1
    # Somebody else's id is somebody else's message.
    assert (await lea.say(room, "Coucou", message_id))["seq"] == 2
    assert [m["body"] for m in await julien.wait("chat:message")] == ["Coucou"]


async def test_a_repeat_is_answered_when_the_room_has_closed_meanwhile(house: House) -> None:
    room = await house.room()
    julien = await house.open(room.mentor)
    message_id = new_id()
    first = await julien.say(room, "Bonjour", message_id)
    await house.sql("update pairs set state = 'paused' where id = :id", id=room.pair.id)
    assert await julien.say(room, "Bonjour", message_id) == first
    assert (await julien.say(room, "Encore", new_id()))["error"]["code"] == "room_closed"


@pytest.mark.parametrize(
    ("payload", "code", "field"),
    [
        ({"body": ""}, "bad_request", "body"),
        ({"body": " \n\t "}, "bad_request", "body"),
        ({"body": "x" * 4001}, "bad_request", "body"),
        ({"body": "a\x00b"}, "bad_request", "body"),
        ({"body": 5}, "bad_request", "body"),
        ({"body": None}, "bad_request", "body"),
        ({"id": "nonsense"}, "bad_request", "id"),
        ({"id": 7}, "bad_request", "id"),
        ({"kind": "file"}, "bad_request", "kind"),
        ({"more": 1}, "bad_request", "more"),
        ({"room": "nonsense"}, "bad_request", "room"),
        ({"room": 999_999}, "not_found", None),
        ({"room": -1}, "not_found", None),
        ({"room": 2**40}, "not_found", None),
        ({"room": 1.5}, "bad_request", "room"),
        ({"room": str(new_id())}, "not_found", None),
    ],
)
async def test_what_cannot_be_sent(house: House, payload: dict[str, Any], code: str, field: str | None) -> None:
    room = await house.room()
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    good = {"room": room.number, "id": str(new_id()), "body": "Bonjour"}
    error = (await julien.call("chat:send", {**good, **payload}))["error"]
    assert (error["code"], error.get("field")) == (code, field)
    for missing in good:
        refused = await julien.call("chat:send", {key: value for key, value in good.items() if key != missing})
        assert (refused["error"]["code"], refused["error"]["field"]) == ("bad_request", missing)
    assert (await julien.say(room, "Bonjour"))["seq"] == 1
    assert len(await lea.wait("chat:message")) == 1
    assert await house.sql("select count(*) from messages") == [(1,)]


async def test_half_a_character_is_refused(house: House) -> None:
    room = await house.room()
    julien = await house.open(room.mentor)
    julien.raw.send(f'421["chat:send",[{room.number},"{new_id()}","\\ud800"]]')
    await julien.until(lambda: any(frame.startswith("431") for frame in julien.frames) or julien.closed)
    assert await house.sql("select count(*) from messages") == [(0,)]


async def test_the_longest_message_in_the_most_bytes(house: House) -> None:
    room = await house.room()
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    body = "😀" * 4000
    escaped = "\\ud83d\\ude00" * 4000
    answer = asyncio.get_running_loop().create_future()
    julien._answers[77] = answer
    julien.raw.send(f'4277["chat:send",[{room.number},"{new_id()}","{escaped}"]]')
    assert (await answer)["ok"]
    assert (await lea.wait("chat:message"))[0]["body"] == body


async def test_a_foreign_room_does_not_exist(house: House) -> None:
    room, other = await house.room(), await house.room()
    julien, lea = await house.open(room.mentor), await house.open(other.mentee)
    for reference in (other.number, str(other.id), shorten(other.id)):
        for event, payload in (
            ("chat:send", {"room": reference, "id": str(new_id()), "body": "Bonjour"}),
            ("chat:history", {"room": reference, "limit": 10}),
            ("chat:read", {"room": reference, "seen": 1}),
            ("chat:typing", {"room": reference, "typing": True}),
        ):
            assert (await julien.call(event, payload))["error"]["code"] == "not_found", event
    for reference in (other.number, str(other.id)):
        refused = await house.ask(room.mentor, "GET", f"/api/v1/rooms/{reference}/visits")
        assert refused.error == ("not_found", None)
    await lea.quiet()
    assert not [name for name, _ in lea.events() if name.startswith("chat:")]


async def test_two_who_write_at_once_each_see_everything_in_order(house: House) -> None:
    """Acknowledgements and messages of one connection, taken together, carry the room's numbers in order."""
    room = await house.room()
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)

    async def write(client: Any, word: str) -> None:
        answers = [
            client.send("chat:send", [room.number, str(new_id()), f"{word} " + "a" * i + "h"]) for i in range(40)
        ]
        for answer in answers:
            assert (await answer)["ok"]

    await asyncio.gather(write(julien, "oui"), write(lea, "non"))
    for client in (julien, lea):
        await client.quiet()
        numbered = [f for f in client.frames if "chat:message" in f or (f.startswith("43") and '"seq"' in f)]
        seen = [int(frame.split('"seq":')[1].split(",")[0]) for frame in numbered]
        assert seen == list(range(1, 81))
