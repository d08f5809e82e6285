"""Who asked for another look learns the answer at once, on every device, whatever it changes; and nobody else does."""

from typing import Any

import pytest

from server.kernel.permissions import Role
from tests.support.rooms import Client, House, Person, Room

MAIL = "mon mail c'est lea.dessine@example.org"  # masked, and flagged once its author appeals
PHONE = "mon numéro : 06 12 34 56 78"  # a mentor's: held
ASKED, ANSWERED = "2026-11-22T12:00:00.000Z", "2026-11-22T12:01:00.000Z"


async def appeal(client: Client, room: Room, seq: int = 1) -> Any:
    answer = await client.call("chat:appeal", {"room": room.number, "seq": seq})
    assert answer["ok"], answer
    return answer


async def newest_flag(house: House) -> str:
    ((flag,),) = await house.sql("select id from flags order by raised_at desc, id desc limit 1")
    return str(flag)


async def first_page(house: House, who: Person) -> list[Any]:
    """What a device finds of the appeals of this person as it comes back."""
    (card,) = (await house.ask(who, "GET", "/api/v1/home")).body["rooms"]
    return list(card.get("appeals", []))


async def test_an_answer_that_changes_nothing_comes_at_once_to_every_device(house: House) -> None:
    room = await house.room()
    phone, tablet, julien = [await house.open(who) for who in (room.mentee, room.mentee, room.mentor)]
    lean = await house.open(room.mentee, compact=1)
    await phone.say(room, MAIL)
    await appeal(phone, room)
    for device in (tablet, lean):
        assert await device.wait("chat:appealed") == [{"room": str(room.id), "seq": 1, "at": ASKED}]
    await phone.quiet()
    assert phone.events("chat:appealed") == []
    house.clock.advance(60)
    assert (await house.decide(room.supervisor, await newest_flag(house), "acknowledge", "context_ok")).status == 200
    answered = {"seq": 1, "at": ASKED, "decided": ANSWERED, "kept": True}
    for device, count in ((phone, 1), (tablet, 2), (lean, 2)):
        assert (await device.wait("chat:appealed", count))[-1] == {"room": str(room.id), **answered}
    assert await appeal(tablet, room) == {"ok": True, **{name: answered[name] for name in ("at", "decided", "kept")}}
    claire = await house.open(room.supervisor)
    assert (await claire.call("room:enter", {"room": room.number}))["ok"]
    for other in (julien, claire, await house.open(room.mentor)):
        await other.quiet()
        assert other.events("chat:appealed") == []
    for other_person in (room.mentor, room.supervisor):
        assert await first_page(house, other_person) == []


@pytest.mark.parametrize(("again", "kept"), [("refuse", True), ("return", False), ("release", False)])
async def test_after_coming_back_the_answer_is_there(house: House, again: str, kept: bool) -> None:
    room = await house.room()
    samir = await house.person(Role.SUPERVISOR, "Samir")
    julien = await house.open(room.mentor)
    await julien.say(room, PHONE)
    flag = await newest_flag(house)
    await house.decide(room.supervisor, flag, "refuse", "unsafe")
    await appeal(julien, room)
    assert await first_page(house, room.mentor) == [{"seq": 1, "at": ASKED}]
    house.clock.advance(60)
    assert (await house.decide(samir, flag, again, "other")).status == 200
    answered = {"seq": 1, "at": ASKED, "decided": ANSWERED, **({"kept": True} if kept else {})}
    assert await first_page(house, room.mentor) == [answered]
    assert await julien.wait("chat:appealed") == [{"room": str(room.id), **answered}]
    names = [name for name, _ in julien.told(julien.frames) if name in ("chat:message", "chat:appealed")]
    assert names[-1] == "chat:appealed", "behind what it says of the message"


async def test_what_waits_for_a_colleague_is_no_answer_yet(house: House) -> None:
    room = await house.room()
    samir = await house.person(Role.SUPERVISOR, "Samir")
    julien = await house.open(room.mentor)
    await julien.say(room, PHONE)
    flag = await newest_flag(house)
    await house.sql("update flags set severity = 4")
    await appeal(julien, room)
    assert (await house.decide(room.supervisor, flag, "release", "harmless")).body["state"] == "second"
    await julien.quiet()
    assert julien.events("chat:appealed") == []
    reply = await house.ask(samir, "POST", f"/api/v1/flags/{flag}/second", {"agree": True})
    assert reply.body["state"] == "released"
    (answer,) = await julien.wait("chat:appealed")
    assert ("decided" in answer, "kept" in answer) == (True, False)


async def test_of_many_the_newest_are_told(house: House) -> None:
    room = await house.room()
    lea = await house.open(room.mentee)
    for seq in range(1, 23):
        await lea.say(room, MAIL)
        await appeal(lea, room, seq)
        house.clock.advance(1)
    assert [one["seq"] for one in await first_page(house, room.mentee)] == list(range(22, 2, -1))
