"""Promise 2: what is held reaches no one before a professional released it. Asserted on raw bytes of every way there
is to the young person: live frames, the sync, history in all directions, the first page, the journal."""

import asyncio
from typing import Any

import msgspec
import pytest

from server.kernel.identifiers import new_id, shorten
from server.moderation.flag import Ruling
from server.moderation.verdict import Speaker, Verdict
from server.pairs.rules import State
from tests.support.rooms import Client, House, Room

PHONE = "Mon numéro : 06 12 34 56 78"


async def everything_lea_can_get(house: House, room: Room) -> str:
    """All bytes of a new device of hers in both forms, and of her pages."""
    frames: list[str] = []
    for compact in (0, 1):
        for cursors in ({}, {str(room.number): 0}, {str(room.id): 1}, {str(room.number): 10**9}):
            lea = await house.open(room.mentee, compact=compact, cursors=cursors)
            for which in ({}, {"after": 0}, {"after": 1}, {"before": 2**62}, {"before": 2}):
                await lea.call("chat:history", {"room": room.number, "limit": 200, **which})
            frames += lea.frames
            await lea.close()
    for path in ("/api/v1/home", f"/api/v1/rooms/{room.id}/visits", "/api/v1/flags", "/api/v1/pairs"):
        frames.append(msgspec.json.encode((await house.ask(room.mentee, "GET", path)).body).decode())
    return "\n".join(frames)


def traces(message_id: Any) -> list[str]:
    return ["06 12", "0612", "numéro", str(message_id), shorten(message_id), "held"]


async def the_flag(house: House) -> Any:
    ((flag_id,),) = await house.sql("select id from flags where state = 'open'")
    return flag_id


async def test_a_held_message_is_nowhere_until_it_is_released(house: House) -> None:
    room = await house.room()
    julien = await house.open(room.mentor)
    lea = [await house.open(room.mentee), await house.open(room.mentee, compact=1)]
    claire = await house.open(room.supervisor)
    message_id = new_id()
    answer = await julien.say(room, PHONE, message_id)
    assert (answer["state"], answer["notice"], answer["seq"]) == ("held", "held_first_slip", 1)
    await claire.wait("flag:raised")
    assert (await julien.say(room, "À demain"))["seq"] == 2
    for each in lea:
        await each.wait("chat:message")
        await each.quiet()
        assert len(each.events("chat:message")) == 1
        assert not any(trace in frame for frame in each.frames for trace in traces(message_id))
    seen = await everything_lea_can_get(house, room)
    assert "À demain" in seen
    assert not [trace for trace in traces(message_id) if trace in seen]

    released = await house.decide(room.supervisor, await the_flag(house), "release", "context_ok")
    assert (released.status, released.body["state"]) == (200, "released")
    for each in lea:
        assert (await each.wait("chat:message", 2))[1] in (
            {
                "room": str(room.id),
                "seq": 1,
                "id": str(message_id),
                "author": str(room.mentor.id),
                "at": "2026-11-22T12:00:00.000Z",
                "kind": "text",
                "body": PHONE,
                "state": "delivered",
                "changed": 3,
            },
            [room.number, 1, 1, 1_795_348_800, PHONE, 0, 3],
        )
    (told,) = await julien.wait("chat:message")
    assert (told["seq"], told["changed"], told["state"]) == (1, 3, "delivered")
    assert [card["state"] for card in await claire.wait("flag:changed")] == ["released"]


async def test_a_refused_message_never_comes(house: House) -> None:
    room = await house.room()
    julien, lea = await house.open(room.mentor, compact=1), await house.open(room.mentee)
    message_id = new_id()
    await julien.call("chat:send", [room.number, str(message_id), PHONE])
    refused = await house.decide(room.supervisor, await the_flag(house), "refuse", "unsafe", note="Non")
    assert (refused.status, refused.body["state"], refused.body["note"]) == (200, "refused", "Non")
    assert await julien.wait("chat:message") == [[room.number, 1, 1, 1_795_348_800, PHONE, 4, 2, shorten(message_id)]]
    await lea.quiet()
    assert lea.events("chat:message") == []
    seen = await everything_lea_can_get(house, room)
    assert not [trace for trace in [*traces(message_id), "refused"] if trace in seen]
    history = await julien.call("chat:history", {"room": room.number, "after": 0})
    assert history == {
        "ok": True,
        "messages": [[1, 1, 1_795_348_800, PHONE, 4, 2, shorten(message_id)]],
        "more": False,
        "upto": 2,
    }


async def test_a_masked_message_shows_others_only_what_is_left(house: House) -> None:
    room = await house.room()
    lea, julien = await house.open(room.mentee), await house.open(room.mentor)
    answer = await lea.say(room, f"Coucou ! {PHONE}")
    assert answer["state"] == "masked"
    assert "06 12" not in answer["body"]
    (told,) = await julien.wait("chat:message")
    assert (told["body"], told["state"]) == (answer["body"], "masked")
    again = await house.open(room.mentor)
    assert again.events("room:sync")[0]["rooms"][0]["messages"] == [told]
    assert not [frame for client in (julien, again) for frame in client.frames if "06 12" in frame]
    own = await house.open(room.mentee)
    assert own.events("room:sync")[0]["rooms"][0]["messages"][0]["body"] == f"Coucou ! {PHONE}"


async def test_a_ruling_is_made_once_and_by_the_right_person(house: House) -> None:
    room, other = await house.room(), await house.room()
    julien = await house.open(room.mentor)
    await julien.say(room, PHONE)
    flag_id = await the_flag(house)
    for who, code in (
        (room.mentor, "forbidden"),
        (room.mentee, "forbidden"),
        (other.supervisor, "not_found"),
    ):
        for what in ("release", "refuse"):
            assert (await house.decide(who, flag_id, what)).error == (code, None)
    assert (await house.decide(room.supervisor, flag_id, "acknowledge")).error == ("conflict", None)
    for wrong in ({"note": 5}, {"note": "x" * 2001}, {"note": "a\x00b"}, {"why": ""}):
        reply = await house.decide(room.supervisor, flag_id, "release", **wrong)
        assert reply.status == 400, wrong
    assert await house.sql("select state, changed from messages") == [("held", 1)]
    rulings = await asyncio.gather(
        *(
            house.decide(room.supervisor, flag_id, what, note=str(place))
            for place, what in enumerate(("release", "refuse", "release", "refuse"))
        )
    )
    assert sorted(reply.status for reply in rulings) == [200, 409, 409, 409]
    (made,) = [reply.body["state"] for reply in rulings if reply.status == 200]
    state = "delivered" if made == "released" else "refused"
    assert await house.sql("select state, changed from messages") == [(state, 2)]
    assert await house.sql("select last_seq from rooms where id = :id", id=room.id) == [(2,)]
    assert (await house.decide(room.supervisor, new_id(), "release")).error[0] == "not_found"
    assert (await house.decide(room.supervisor, "nonsense", "release")).error[0] == "not_found"


async def test_a_ruling_and_messages_at_once_keep_the_order_of_numbers(house: House) -> None:
    room = await house.room()
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    for _ in range(8):
        await julien.say(room, PHONE)
        house.clock.advance(3600)
    flags = [flag_id for (flag_id,) in await house.sql("select id from flags order by seq")]
    assert len(flags) == 8

    async def write(client: Client) -> None:
        for step in range(60):
            await client.say(room, "a" * (step + 1))

    await asyncio.gather(
        write(julien),
        write(lea),
        *(house.decide(room.supervisor, flag_id, "release") for flag_id in flags),
    )
    for client in (julien, lea):
        await client.quiet()
        told = client.events("chat:message")
        numbers = [message.get("changed", message["seq"]) for message in told]
        assert numbers == sorted(set(numbers))
        assert len([message for message in told if "changed" in message]) == 8
    assert await house.sql("select last_seq from rooms") == [(8 + 120 + 8,)]


async def test_a_ruling_does_not_wait_for_its_caller(house: House) -> None:
    room = await house.room()
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    await julien.say(room, PHONE)
    rulings = house.capabilities.rooms.rulings
    caller = asyncio.create_task(
        rulings.decide(await the_flag(house), room.supervisor.principal, Ruling("release", "context_ok"))
    )
    await asyncio.sleep(0)
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)
    assert [message["body"] for message in await lea.wait("chat:message")] == [PHONE]


@pytest.mark.parametrize("role", ["mentor", "mentee", "supervisor"])
async def test_when_assessment_fails_nothing_goes_by_in_silence(house: House, role: str) -> None:
    def broken(text: str, speaker: Speaker, *_: Any, **__: Any) -> Verdict:
        raise RuntimeError("a bug")

    room = await house.room()
    house.capabilities.rooms.judge.assess = broken
    people = {"mentor": room.mentor, "mentee": room.mentee, "supervisor": room.supervisor}
    writer = await house.open(people[role])
    if role == "supervisor":
        await writer.call("room:enter", {"room": room.number})
    reader = await house.open(room.mentor if role == "mentee" else room.mentee)
    claire = await house.open(room.supervisor)
    answer = await writer.say(room, "Quelque chose")
    held = role == "mentor"
    assert answer["state"] == ("held" if held else "delivered")
    (card,) = await claire.wait("flag:raised")
    assert (card["category"], card["action"]) == ("unassessed", "hold" if held else "deliver")
    await reader.quiet()
    assert len(reader.events("chat:message")) == (0 if held else 1)


async def test_pieces_of_a_number_are_read_together(house: House) -> None:
    """Also by a process that has just started and knows the earlier ones from the log only."""
    room = await house.room()
    julien = await house.open(room.mentor)
    states = []
    for piece in ("06 12", "34", "56", "78"):
        states.append((await julien.say(room, piece))["state"])
        house.capabilities.rooms.chat._conversations._rooms.clear()
    assert states[-1] == "held"


async def test_nothing_is_released_into_a_room_by_another_pair_state(house: House) -> None:
    """A held message of a pair that is paused meanwhile can still be decided: its author waits for an answer."""
    room = await house.room()
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    await julien.say(room, PHONE)
    await house.sql("update pairs set state = :state", state=State.PAUSED.value)
    released = await house.decide(room.supervisor, await the_flag(house), "release", "context_ok")
    assert released.status == 200
    assert [message["changed"] for message in await lea.wait("chat:message")] == [2]
