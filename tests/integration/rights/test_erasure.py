"""Forgetting somebody: nothing of them is left anywhere, at once, whatever goes on meanwhile."""

import asyncio
import gzip
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from server.infra.secrets import Keyring
from server.kernel.errors import Conflict
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.rights.holds import NewHold
from server.rights.sealing import PURPOSE, unseal
from tests.integration.rights.conftest import MARKER, decided, leftovers, write_everywhere
from tests.support.rooms import NOW, House, Person, Room


async def forget(house: House, who: Person) -> None:
    data = house.capabilities.data
    async with house.bound.begin(house.north.id) as conn:
        await data.erasure.erase(conn, house.north.id, who.id, by=None, why="request")


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)  # where the key file of a house without a secret is made


async def test_nothing_of_what_was_written_anywhere_is_left(house: House) -> None:
    room = await house.room()
    await write_everywhere(house, room)
    before = await leftovers(house)
    assert len(before) >= 17, before  # the test puts it wherever there is text
    with pytest.raises(Conflict) as refused:  # a professional answers first
        await forget(house, room.mentee)
    assert refused.value.detail == "flags_undecided"
    assert await leftovers(house) == before
    await decided(house)
    await forget(house, room.mentee)
    assert await leftovers(house) == []
    assert await house.sql("select state from pairs where id = :pair", pair=room.pair.id) == [("closed",)]
    left = await house.sql(
        "select name, birth_date, email, phone, password_hash, disabled_at, erased_at from accounts where id = :id",
        id=room.mentee.id,
    )
    assert left == [("Quelqu’un qui est parti", None, None, None, None, NOW, NOW)]
    assert await house.sql("select count(*) from auth_sessions where account_id = :id", id=room.mentee.id) == [(0,)]
    assert await house.sql("select until from restrictions") == [(NOW,)]  # it keeps nothing of the other's either
    recorded = await house.sql("select by_id, about from audit_entries where act = 'data.erased'")
    assert recorded == [(None, [room.mentee.id])]
    # Again, as the job does a minute later: there is nothing more to do.
    payload = {"account": str(room.mentee.id), "organisation": str(house.north.id)}
    changed = await house.sql("select changed from messages order by seq")
    await house.capabilities.data.erasure._again(payload)
    assert await house.sql("select changed from messages order by seq") == changed


async def test_the_other_keeps_their_own_words_and_sees_that_somebody_left(house: House) -> None:
    room = await house.room()
    lea, julien = await house.open(room.mentee), await house.open(room.mentor)
    await lea.say(room, "salut")
    await julien.say(room, "bonjour")
    await forget(house, room.mentee)
    await lea.until(lambda: lea.closed, "the end of the socket")
    await julien.wait("room:rights")
    rows = await house.sql("select body, state from messages where room_id = :room order by seq", room=room.id)
    assert rows == [("", "delivered"), ("bonjour", "delivered")]
    history = await julien.call("chat:history", {"room": str(room.id), "limit": 10})
    assert [one["body"] for one in history["messages"]] == ["", "bonjour"]
    assert "Quelqu’un qui est parti" in str((await house.ask(room.mentor, "GET", "/api/v1/home")).body)
    assert [one["kind"] for one in await julien.wait("notice:new")] == ["person_left"]
    assert (await julien.say(room, "tu es là ?"))["error"]["code"] == "room_closed"


async def test_while_they_write(house: House) -> None:
    """What is acknowledged before is forgotten with the rest, what comes later is refused; nothing is left."""
    room = await house.room()
    lea = await house.open(room.mentee)
    sent = [lea.send("chat:send", {"room": str(room.id), "id": str(new_id()), "body": MARKER}) for _ in range(60)]
    await asyncio.wait(sent[:5], return_when=asyncio.FIRST_COMPLETED)
    await forget(house, room.mentee)
    await lea.until(lambda: lea.closed, "the end of the socket")
    assert await leftovers(house) == []


async def test_a_supervisor_hands_over_first_and_the_last_admin_stays(house: House) -> None:
    room, admin = await house.room(), await house.person(Role.ADMIN, "Nora")
    for who, why in ((room.supervisor, "still_responsible"), (admin, "last_admin")):
        with pytest.raises(Conflict) as refused:
            await forget(house, who)
        assert refused.value.detail == why


async def test_what_a_hold_covers_is_sealed_and_vanishes_when_it_ends(house: House, ring: None) -> None:
    room, admin = await house.room(), await house.person(Role.ADMIN, "Nora")
    await write_everywhere(house, room)
    await decided(house)
    holds, until = house.capabilities.data.holds, NOW + timedelta(days=30)
    await holds.place(admin.principal, NewHold(room.mentee.id, None, f"plainte de {MARKER}", until))
    await forget(house, room.mentee)
    assert await leftovers(house) == [("legal_holds", 1)]  # why it is kept, for the admins
    keys = house.capabilities.data.erasure._keyring.keys
    said = await sealed(house, room.mentee)
    assert f"Coucou {MARKER}" in {one["row"].get("body") for one in said if one["table"] == "messages"}
    assert {"data_requests", "welfare_entries", "auth_sessions"} <= {one["table"] for one in said}
    assert {one["row"]["name"] for one in said if one["table"] == "accounts"} == {MARKER}
    pieces = await house.sql("select content from sealed_pieces")
    assert all(content[:4] == keys.seal(PURPOSE, b"", b"")[:4] for (content,) in pieces)
    assert isinstance(keys, Keyring)
    house.clock.advance(31 * 86_400)
    await holds.run({})
    assert await leftovers(house) == []
    assert await house.sql("select count(*) from sealed_remains") == [(0,)]
    acts = await house.sql(
        "select act from audit_entries where act like 'hold%' or act like 'remains%' order by sequence"
    )
    assert [act for (act,) in acts] == ["hold.placed", "hold.ended", "remains.destroyed"]


async def sealed(house: House, who: Person) -> list[dict[str, Any]]:
    keys = house.capabilities.data.erasure._keyring.keys
    async with house.bound.begin(house.north.id) as conn:
        kept = b"".join([piece async for piece in unseal(conn, who.id, keys)])
    return [msgspec.json.decode(line) for line in gzip.decompress(kept).splitlines()]


async def test_a_hold_on_a_pair_keeps_that_pair_and_the_rest_goes(house: House, ring: None) -> None:
    """Not the other pair of the same person, nor what is about them alone."""
    room, admin = await house.room(), await house.person(Role.ADMIN, "Nora")
    other = await house.room(mentee=room.mentee)
    await write_everywhere(house, room)
    await (await house.open(room.mentee)).say(other, f"ailleurs {MARKER}")
    await decided(house)
    holds, until = house.capabilities.data.holds, NOW + timedelta(days=30)
    await holds.place(admin.principal, NewHold(None, room.pair.id, "plainte", until))
    await forget(house, room.mentee)
    assert await leftovers(house) == []
    said = await sealed(house, room.mentee)
    assert {one["row"]["room_id"] for one in said if one["table"] == "messages"} == {str(room.id)}
    assert {one["table"] for one in said} == {
        *("accounts", "appeals", "case_entries", "conversation_states", "flags", "glass_accesses", "glass_deferrals"),
        *("message_versions", "messages", "pair_history", "pair_proposals", "planned_sessions"),
        *("reviews", "samples", "voice_note_chunks", "voice_notes"),
    }
    assert {one["row"]["name"] for one in said if one["table"] == "accounts"} == {MARKER}


async def test_a_hold_on_one_keeps_what_the_other_said_to_them(house: House, ring: None) -> None:
    """Each copy for as long as its own holds are in force."""
    room, admin = await house.room(), await house.person(Role.ADMIN, "Nora")
    await (await house.open(room.mentee)).say(room, "salut")
    holds = house.capabilities.data.holds
    for hold, days in (
        (NewHold(room.mentor.id, None, "plainte", NOW), 60),
        (NewHold(room.mentee.id, None, "enquête", NOW), 30),
    ):
        await holds.place(admin.principal, replace(hold, until=NOW + timedelta(days=days)))
    await forget(house, room.mentee)
    copies = "select pair_id from sealed_remains order by pair_id nulls first"
    assert await house.sql(copies) == [(None,), (room.pair.id,)]
    assert "auth_sessions" in {one["table"] for one in await sealed(house, room.mentee)}
    house.clock.advance(31 * 86_400)
    await holds.run({})
    assert await house.sql(copies) == [(room.pair.id,)]
    said = await sealed(house, room.mentee)
    assert {one["table"] for one in said} == {"accounts", "messages", "pair_history"}
    house.clock.advance(30 * 86_400)
    await holds.run({})
    assert await house.sql(copies) == []


async def test_what_a_professional_said_in_a_pair_is_part_of_it(house: House, ring: None) -> None:
    """Also after they handed it over."""
    room, admin = await house.room(), await house.person(Role.ADMIN, "Nora")
    samir = await house.person(Role.SUPERVISOR, "Samir")
    claire = await house.open(room.supervisor)
    assert (await claire.call("room:enter", {"room": room.number}))["ok"]
    assert (await claire.say(room, "je suis là"))["ok"]
    body = {"pairs": [str(room.pair.id)], "supervisor": str(samir.id)}
    assert (await house.ask(room.supervisor, "POST", "/api/v1/caseload/hand_over", body)).status == 204
    until = NOW + timedelta(days=30)
    await house.capabilities.data.holds.place(admin.principal, NewHold(None, room.pair.id, "plainte", until))
    await forget(house, room.supervisor)
    assert await house.sql("select body from messages") == [("",)]
    said = await sealed(house, room.supervisor)
    assert [one["row"]["body"] for one in said if one["table"] == "messages"] == ["je suis là"]


async def test_a_copy_stays_for_a_hold_that_came_later(house: House, ring: None) -> None:
    room, admin = await house.room(), await house.person(Role.ADMIN, "Nora")
    await (await house.open(room.mentee)).say(room, "salut")
    holds, days = house.capabilities.data.holds, timedelta(days=1)
    await holds.place(admin.principal, NewHold(room.mentee.id, None, "plainte", NOW + 10 * days))
    await forget(house, room.mentee)
    await holds.place(admin.principal, NewHold(None, room.pair.id, "enquête", NOW + 20 * days))
    for advance, left in ((11, 1), (10, 0)):
        house.clock.advance(advance * 86_400)
        await holds.run({})
        assert await house.sql("select count(*) from sealed_remains") == [(left,)]


async def request_erasure(house: House, room: Room) -> str:
    request = str(new_id())
    body = {"id": request, "kind": "erasure"}
    assert (await house.ask(room.mentee, "POST", "/api/v1/data/requests", body)).status == 204
    return request


async def test_two_admins_decide_one_request(house: House) -> None:
    room = await house.room()
    nora, omar = await house.person(Role.ADMIN, "Nora"), await house.person(Role.ADMIN, "Omar")
    path = f"/api/v1/data/desk/{await request_erasure(house, room)}"
    prospect = (await house.ask(nora, "GET", f"{path}/erasure")).body
    assert (prospect["name"], prospect["pairs"]) == ("Lea", 1)
    assert prospect["removed"]["auth_sessions"] == 1
    replies = await asyncio.gather(
        house.ask(nora, "POST", f"{path}/erase", {"revision": 0}),
        house.ask(omar, "POST", f"{path}/step", {"revision": 0, "step": "refuse", "words": "non"}),
    )
    assert sorted(reply.status for reply in replies) == [204, 409]
    loser = next(reply for reply in replies if reply.status == 409)
    assert loser.body["error"]["code"] == "conflict"
    erased = await house.sql("select erased_at is not null from accounts where id = :id", id=room.mentee.id)
    assert erased == [(replies[0].status == 204,)]
