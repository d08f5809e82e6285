"""Promise 5: rights are checked at each act and end at once, for sockets that are open too."""

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from server.kernel.errors import NotFound
from server.kernel.identifiers import new_id
from server.people.sessions.tokens import hash_token
from server.rooms.access import Rights
from tests.integration.rooms.test_log_outage import until
from tests.support import roles
from tests.support.rooms import Client, House, Room


async def acts(client: Client, room: Room) -> dict[str, str]:
    """The code of each act's answer."""
    found = {}
    for event, payload in (
        ("chat:send", {"id": str(new_id()), "body": "Bonjour"}),
        ("chat:history", {}),
        ("chat:read", {"seen": 1}),
        ("chat:typing", {"typing": True}),
    ):
        answer = await client.call(event, {"room": room.number, **payload})
        found[event] = "ok" if answer["ok"] else answer["error"]["code"]
    return found


def is_told(client: Client, rights: Any) -> bool:
    return rights in client.events("room:rights")


def all_are(code: str) -> dict[str, str]:
    return dict.fromkeys(("chat:send", "chat:history", "chat:read", "chat:typing"), code)


async def test_who_is_removed_is_out_at_once_and_told(house: House) -> None:
    room = await house.room()
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    phone = await house.open(room.mentor, compact=1)
    assert await acts(julien, room) == all_are("ok")
    await house.sql("update room_members set left_at = now() where account_id = :id", id=room.mentor.id)
    gone = {"room": str(room.id), "member": False, "state": "active", "writable": False}
    for client in (julien, phone):
        await client.until(partial(is_told, client, gone))
    assert await acts(julien, room) == all_are("not_found")
    await lea.until(lambda: len(lea.events("room:presence")[-1]["present"]) == 1)
    heard = len(julien.frames)
    assert (await lea.say(room, "Tu es là ?"))["ok"]
    await julien.quiet()
    assert [frame for frame in julien.frames[heard:] if "chat:" in frame] == []
    assert (await house.ask(room.mentor, "GET", "/api/v1/home")).body["rooms"] == []
    assert (await house.open(room.mentor)).events("room:sync")[0]["rooms"] == []


async def test_who_is_brought_in_is_in_at_once(house: House) -> None:
    room = await house.room()
    bridge = await house.person(room.mentor.role, "Nadia")
    nadia, lea = await house.open(bridge), await house.open(room.mentee)
    assert await acts(nadia, room) == all_are("not_found")
    await house.sql("insert into room_members (room_id, account_id, seat) values (:r, :a, 4)", r=room.id, a=bridge.id)
    await nadia.until(lambda: bool(nadia.events("room:rights")))
    assert nadia.events("room:rights")[-1] == {
        "room": str(room.id), "member": True, "state": "active", "writable": True,
    }  # fmt: skip
    assert [one["seat"] for one in (await nadia.wait("room:presence"))[-1]["present"]] == [2, 4]
    await lea.say(room, "Bonjour")
    assert (await nadia.wait("chat:message"))[0]["body"] == "Bonjour"


@pytest.mark.parametrize(
    ("change", "state", "writable"),
    [
        ("update pairs set state = 'paused' where id = :pair", "paused", False),
        ("update pairs set state = 'closed' where id = :pair", "closed", False),
        ("update pairs set state = 'proposed' where id = :pair", "proposed", False),
        ("update pairs set state = 'closing' where id = :pair", "closing", True),
        ("update rooms set closed_at = now() where pair_id = :pair", "active", False),
    ],
)
async def test_a_room_that_takes_no_messages_says_so_and_can_be_read(
    house: House, change: str, state: str, writable: bool
) -> None:
    room = await house.room()
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    await lea.say(room, "Bonjour")
    await house.sql(change, pair=room.pair.id)
    told = {"room": str(room.id), "member": True, "state": state, "writable": writable}
    await julien.until(lambda: is_told(julien, told))
    write = "ok" if writable else "room_closed"
    assert await acts(julien, room) == {**all_are("ok"), "chat:send": write, "chat:typing": write}
    (card,) = (await house.ask(room.mentor, "GET", "/api/v1/home")).body["rooms"]
    assert (card["state"], card["writable"]) == (state, writable)


async def test_a_room_of_another_organisation_is_nobodys(house: House) -> None:
    """Even a membership that should not be there opens nothing."""
    room = await house.room()
    await house.sql("update rooms set organisation_id = :id", id=await other_organisation(house))
    rights = house.capabilities.rooms.rights
    await until(lambda: room.id in rights._places)
    rights._places.clear()  # a room never changes its organisation, so nothing tells of it
    julien = await house.open(room.mentor)
    assert await acts(julien, room) == all_are("not_found")


async def other_organisation(house: House) -> Any:
    found = new_id()
    await house.sql("insert into organisations (id, name) values (:id, 'South')", id=found)
    return found


async def test_an_expired_session_does_nothing_more(house: House) -> None:
    room = await house.room()
    julien = await house.open(room.mentor)
    house.clock.advance(timedelta(days=1).total_seconds())
    refused = await julien.call("chat:send", {"room": room.number, "id": str(new_id()), "body": "Bonjour"})
    assert refused["error"]["code"] == "session_expired"
    await julien.until(lambda: julien.closed)
    assert await house.sql("select count(*) from messages") == [(0,)]


async def test_a_session_that_ends_takes_its_socket_along(house: House) -> None:
    room = await house.room()
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    await house.sql("delete from auth_sessions where token_hash = :hash", hash=hash_token(room.mentor.token))
    await julien.until(lambda: julien.closed)
    assert julien.events("session:ended")
    await lea.until(lambda: len(lea.events("room:presence")[-1]["present"]) == 1)


async def test_without_notices_the_database_is_asked_each_time(house: House) -> None:
    room = await house.room()
    rights = house.capabilities.rooms.rights
    await until(lambda: rights.changes > 0)  # the notice of the room's making
    principal = room.mentor.principal
    assert (await rights.access(room.id, principal)).may_write
    assert room.id in rights._places
    house.notices.alive = False
    await house.sql("update pairs set state = 'paused'")
    assert not (await rights.access(room.number, principal)).may_write
    await house.sql("update room_members set left_at = now() where account_id = :id", id=room.mentor.id)
    with pytest.raises(NotFound):
        await rights.access(room.id, principal)


async def test_a_notice_that_overtakes_the_answer_is_not_forgotten(house: House) -> None:
    """What was read before a change, and arrives after its notice, is not remembered."""
    room = await house.room()
    await until(lambda: house.capabilities.rooms.rights.changes > 0)  # the notice of the room's making
    rights = Rights(house.database, house.notices)  # that nobody else asks
    holder = await house.database.connect_raw()
    try:
        async with holder.transaction():
            # Nobody can read the room just now; what is read afterwards may be of before or after the change.
            await holder.execute("lock table pairs in access exclusive mode")
            reading = asyncio.create_task(rights.access(room.id, room.mentor.principal))
            await asyncio.sleep(0.1)
            await house.sql("update room_members set left_at = now() where account_id = :id", id=room.mentor.id)
            await until(lambda: rights.changes > 0)
        await reading  # it had read its membership before
    finally:
        await holder.close()
    with pytest.raises(NotFound):
        await rights.access(room.id, room.mentor.principal)


async def test_rights_that_change_while_notices_are_lost(house: House) -> None:
    room = await house.room()
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    await julien.quiet()
    assert house.notices._connection is not None
    # The listener is gone at the moment of the change: its notice reaches nobody.
    house.notices._connection.terminate()
    await house.sql("update room_members set left_at = now() where account_id = :id", id=room.mentor.id)
    await julien.until(lambda: any(not told["member"] for told in julien.events("room:rights")))
    await lea.say(room, "Bonjour")
    await julien.quiet()
    assert julien.events("chat:message") == []


async def test_a_look_that_fails_is_made_again(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """Who came in another role is cut off as soon as the database can be asked, though the notice was long ago."""
    room = await house.room()
    julien = await house.open(room.mentor)
    await house.sql(f'revoke select on auth_sessions from "{roles.name()}"')  # noqa: S608 - a name of our own
    await house.sql("update accounts set role = 'prescriber' where id = :id", id=room.mentor.id)
    await until(lambda: "rights_not_read" in caplog.messages)
    assert not julien.closed
    await house.sql(f'grant select on auth_sessions to "{roles.name()}"')
    await julien.until(lambda: julien.closed)
    assert julien.events("session:ended")
