"""Who is there, who types, who has read what: told to those in the room, once, and to nobody else."""

import asyncio
from typing import Any

from tests.support.rooms import Client, House, Room

AT = "2026-11-22T12:00:00.000Z"


def there(room: Room, *seats: int, at: str = AT) -> Any:
    return {"room": str(room.id), "present": [{"seat": seat, "since": at} for seat in seats]}


async def test_one_entry_a_person_however_many_tabs(house: House) -> None:
    room = await house.room()
    julien = await house.open(room.mentor)
    await julien.quiet()
    assert julien.events("room:presence") == []  # alone: nothing to tell
    lea = await house.open(room.mentee)
    assert await julien.wait("room:presence") == [there(room, 1, 2)]
    assert await lea.wait("room:presence") == [there(room, 1, 2)]
    house.clock.advance(60)
    tab = await house.open(room.mentee)
    assert await tab.wait("room:presence") == [there(room, 1, 2)]  # since the first of them
    await tab.close()
    await lea.quiet()
    await julien.quiet()
    assert len(julien.events("room:presence")) == 1  # a tab that comes and goes is nothing to the other
    assert len(lea.events("room:presence")) == 1
    await lea.close()
    assert await julien.wait("room:presence", 2) == [there(room, 1, 2), there(room, 1)]


async def test_typing_reaches_the_others_and_ends_with_the_line(house: House) -> None:
    room, other = await house.room(), await house.room()
    julien, lea, stranger = await house.open(room.mentor), await house.open(room.mentee), await house.open(other.mentee)
    told = {"room": str(room.id), "seat": 2, "typing": True}
    assert await lea.call("chat:typing", {"room": room.number, "typing": True}) == {"ok": True}
    assert await julien.wait("chat:typing") == [told]
    await lea.close()
    assert await julien.wait("chat:typing", 2) == [told, {**told, "typing": False}]
    for wrong in ({}, {"typing": 1}, {"typing": "yes"}, {"typing": None}):
        refused = await julien.call("chat:typing", {"room": room.number, **wrong})
        assert (refused["error"]["code"], refused["error"]["field"]) == ("bad_request", "typing")
    await stranger.quiet()
    assert stranger.events("chat:typing") == []


async def marks(house: House, room: Room) -> Any:
    return await house.sql(
        "select seat, delivered, seen from room_marks join room_members using (room_id, account_id)"
        " where room_id = :room order by seat", room=room.id,
    )  # fmt: skip


async def test_marks_only_grow_and_never_beyond_what_there_is(house: House) -> None:
    room = await house.room()
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    for _ in range(5):
        await julien.say(room, "Bonjour")

    async def read(client: Client, **what: Any) -> None:
        assert await client.call("chat:read", {"room": room.number, **what}) == {"ok": True}

    await read(lea, delivered=3)
    await read(lea, seen=2)
    await read(lea, seen=1, delivered=1)  # nothing new
    await read(lea, seen=4)  # what is seen was delivered
    await read(lea, delivered=10**9, seen=10**9)
    await read(lea)
    assert await julien.wait("chat:read", 4) == [
        {"room": str(room.id), "seat": 2, "delivered": delivered, "seen": seen}
        for delivered, seen in ((3, 0), (3, 2), (4, 4), (5, 5))
    ]
    await julien.quiet()
    assert len(julien.events("chat:read")) == 4
    assert lea.events("chat:read") == []
    assert await marks(house, room) == [(2, 5, 5)]
    for wrong, field in (({"seen": -1}, "seen"), ({"delivered": 2**63}, "delivered"), ({"seen": 1.5}, "seen")):
        refused = await lea.call("chat:read", {"room": room.number, **wrong})
        assert (refused["error"]["code"], refused["error"]["field"]) == ("bad_request", field)


async def test_another_device_hears_of_ones_own_marks(house: House) -> None:
    room = await house.room()
    julien, lea, phone = [await house.open(who) for who in (room.mentor, room.mentee, room.mentee)]
    await julien.say(room, "Bonjour")
    await lea.call("chat:read", {"room": room.number, "seen": 1})
    assert await phone.wait("chat:read") == [{"room": str(room.id), "seat": 2, "delivered": 1, "seen": 1}]


async def test_many_marks_at_once_end_at_the_highest(house: House) -> None:
    room = await house.room()
    julien = await house.open(room.mentor)
    devices = [await house.open(room.mentee) for _ in range(4)]
    for _ in range(20):
        await julien.say(room, "Bonjour")
    await asyncio.gather(
        *(
            device.call("chat:read", {"room": room.number, "delivered": step, "seen": step // 2})
            for step in range(1, 21)
            for device in devices
        )
    )
    assert await marks(house, room) == [(2, 20, 10)]
    told = await julien.wait("chat:read")
    await julien.quiet()
    told = julien.events("chat:read")
    assert told[-1] == {"room": str(room.id), "seat": 2, "delivered": 20, "seen": 10}
    assert [(one["delivered"], one["seen"]) for one in told] == sorted((one["delivered"], one["seen"]) for one in told)
    assert len(told) < 80  # written together, told together


async def test_a_message_released_after_one_has_read_on_is_not_read(house: House) -> None:
    room = await house.room()
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    await julien.say(room, "Mon numéro : 06 12 34 56 78")
    await julien.say(room, "À demain")
    await lea.call("chat:read", {"room": room.number, "seen": 2})
    home = (await house.ask(room.mentee, "GET", "/api/v1/home")).body
    assert home["rooms"][0]["unread"] == 0
    ((flag_id,),) = await house.sql("select id from flags")
    await house.decide(room.supervisor, flag_id, "release")
    (told,) = [one for one in await lea.wait("chat:message", 2) if "changed" in one]
    (mark,) = await julien.wait("chat:read")
    assert mark["seen"] < told["changed"]
    home = (await house.ask(room.mentee, "GET", "/api/v1/home")).body
    assert home["rooms"][0]["unread"] == 1
