"""What clients may send instead of what they should."""

import asyncio
from typing import Any

from server.kernel.identifiers import new_id
from tests.integration.signalling.conftest import Neighbourhood
from tests.support.bare_browser import until

REFUSED: list[tuple[dict[str, Any], str, str | None]] = [
    ({"sdp": ""}, "bad_sdp", "sdp"),
    ({"sdp": "not SDP"}, "bad_sdp", "sdp"),
    ({"sdp": "v=0\r\n" + "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n" * 900}, "bad_sdp", "sdp"),
    ({"sdp": "x" * 40_000}, "bad_sdp", "sdp"),
    ({"sdp": 7}, "bad_request", "sdp"),
    ({"sdp": None}, "bad_request", "sdp"),
    ({"sdp": "v=0\x00"}, "bad_request", "sdp"),
    ({"caps": {}}, "bad_request", "caps.video"),
    ({"caps": {"video": "yes"}}, "bad_request", "caps.video"),
    ({"caps": {"video": True, "more": 1}}, "bad_request", "caps.more"),
    ({"mic": 1}, "bad_request", "mic"),
    ({"camera": "off"}, "bad_request", "camera"),
    ({"voice_only": []}, "bad_request", "voice_only"),
    ({"room": 0}, "not_found", None),
    ({"room": "x"}, "bad_request", "room"),
    ({"room": 2**31 - 1}, "not_found", None),
    ({"unknown": 1}, "bad_request", "unknown"),
]


async def test_a_join_that_cannot_be_is_refused_and_changes_nothing(street: Neighbourhood) -> None:
    room = await street.house.room()
    julien = await street.caller(room.mentor, room)
    for differs, code, field in REFUSED:
        answer = await julien.client.call("call:join", julien.request(**differs))
        assert answer["ok"] is False
        assert (answer["error"]["code"], answer["error"].get("field")) == (code, field), differs
        assert answer["error"]["message"]
        assert len(street.calls.parts) == 0
    assert (await julien.join())["ok"]  # the connection is unharmed


async def test_a_description_of_a_megabyte_ends_nothing_but_itself(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    other = await street.house.open(room.mentor)
    other.send("call:join", julien.request(sdp="x" * 1_000_000))
    await other.until(lambda: other.closed, "the end of that socket")
    julien.browser.say(b"unharmed")
    await until(lambda: lea.browser.heard("a0") == [b"unharmed"], "Julien at Léa")


async def test_acts_on_a_part_that_never_was(street: Neighbourhood) -> None:
    room = await street.house.room()
    julien = await street.caller(room.mentor, room)
    julien.peer = str(new_id())
    for event, how in (
        ("call:answer", {"sdp": "v=0"}),
        ("call:restart", {"sdp": "v=0"}),
        ("call:restarted", {"up": {"ufrag": "abcd", "pwd": "p" * 22}, "down": {"ufrag": "abcd", "pwd": "p" * 22}}),
        ("call:state", {"mic": True, "camera": True, "voice_only": False}),
    ):
        assert (await julien.act(event, **how))["error"]["code"] == "not_found"
    assert await julien.act("call:leave") == {"ok": True}
    julien.peer = "not an identifier"
    assert (await julien.act("call:leave"))["error"]["field"] == "peer"


async def test_a_bad_answer_or_restart_leaves_the_call_as_it_was(street: Neighbourhood) -> None:
    _, julien, lea = await street.pair()
    for event in ("call:answer", "call:restart"):
        for sdp in ("", "v=0\r\n", lea.browser.offer() if event == "call:restart" else julien.browser.offer()):
            assert (await julien.act(event, sdp=sdp))["error"]["code"] == "bad_sdp"
    julien.browser.say(b"unharmed")
    lea.browser.say(b"too")
    await until(lambda: lea.browser.heard("a0") == [b"unharmed"] and julien.browser.heard("a0") == [b"too"], "the call")


GOOD = {"ufrag": "abcd", "pwd": "a/bc+d01234567890abcdef"}
BAD: list[tuple[Any, str]] = [
    (None, "up"),
    ("abcd", "up"),
    ({}, "up.ufrag"),
    ({"ufrag": "abcd"}, "up.pwd"),
    ({**GOOD, "more": 1}, "up.more"),
    *(({**GOOD, "ufrag": bad}, "up.ufrag") for bad in ("", "abc", "a" * 257, "ab:cd", "abcd\r\n", "abcdé", 1234)),
    *(({**GOOD, "pwd": bad}, "up.pwd") for bad in ("", "p" * 21, "p" * 257, "p" * 22 + " ", "p" * 22 + "\n", None)),
]


async def test_credentials_that_are_none_are_refused_and_change_nothing(street: Neighbourhood) -> None:
    _, julien, lea = await street.pair()
    for up, field in BAD:
        answer = await julien.act("call:restarted", up=up, down=GOOD)
        assert (answer["error"]["code"], answer["error"].get("field")) == ("bad_request", field), up
    julien.browser.say(b"unharmed")
    await until(lambda: lea.browser.heard("a0") == [b"unharmed"], "Julien at Léa")


async def test_two_joins_at_once_leave_one_part(street: Neighbourhood) -> None:
    room = await street.house.room()
    tabs = [await street.caller(room.mentor, room) for _ in range(4)]
    answers = await asyncio.gather(*(tab.client.call("call:join", tab.request()) for tab in tabs))
    assert all(answer["ok"] for answer in answers)
    assert len(street.calls.parts) == 1
    (part,) = street.calls.parts.all()
    replaced = {one["peer"] for tab in tabs for one in tab.client.events("call:ended")}
    assert replaced == {answer["peer"] for answer in answers} - {str(part.peer)}


async def test_a_socket_that_goes_while_it_joins_leaves_no_ghost(street: Neighbourhood) -> None:
    street.calls._gone = 0.1
    room = await street.house.room()
    for _ in range(10):
        julien = await street.caller(room.mentor, room)
        julien.client.send("call:join", julien.request())
        await julien.client.close()
    await until(lambda: len(street.calls.parts) == 0, "the end of what nobody holds")
    lea = await street.caller(room.mentee, room)
    assert [person["name"] for person in (await lea.join())["people"]] == ["Lea"]
