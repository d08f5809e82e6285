"""The mentors' charter of an association: who writes it, whose signature holds, until when."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from server.kernel.permissions import Role
from tests.integration.pairs.test_gates import lapse, state, told
from tests.support.rooms import NOW, House, Person

OWN = {"fr": ["J’écoute.", "  Je préviens l’équipe.  "], "en": ["I listen.", "I tell the team."]}
TODAY = NOW.date()  # in Paris too


async def write(house: House, alice: Person, after: int, **more: str) -> Any:
    return await house.ask(alice, "POST", "/api/v1/charters", OWN | {"after": after} | more)


async def charter_gate(house: House, mentor: Person) -> Any:
    file = (await house.ask(mentor, "GET", "/api/v1/papers")).body
    (gate,) = [gate for gate in file["gates"] if gate["gate"] == "charter"]
    return file["charter"], gate


async def sign(house: House, mentor: Person, version: int) -> int:
    return int((await house.ask(mentor, "POST", "/api/v1/papers/charter", {"version": version})).status)


async def test_an_own_charter_is_read_and_earlier_signatures_hold(house: House) -> None:
    room = await house.room()
    alice = await house.person(Role.ADMIN, "Alice")
    before = (await house.ask(alice, "GET", "/api/v1/charters")).body
    assert ([each["version"] for each in before["charters"]], before["unsigned"]) == ([1], [])
    after = (await write(house, alice, 1)).body
    newest, shipped = after["charters"]
    assert shipped["text"] == before["charters"][0]["text"]
    assert (newest["version"], newest["changed_by"]) == (2, "Alice")
    assert newest["text"] == OWN | {"fr": ["J’écoute.", "Je préviens l’équipe."]}
    assert after["unsigned"] == [{"id": str(room.mentor.id), "name": room.mentor.name}]
    assert (await house.ask(room.mentor, "GET", "/api/v1/papers")).body["charter_text"] == newest["text"]
    assert await charter_gate(house, room.mentor) == (2, {"gate": "charter", "asked": True, "open": True})
    assert await told(house, room.mentor) == []
    assert [await sign(house, room.mentor, version) for version in (1, 2, 2)] == [409, 200, 200]
    assert await house.sql("select count(*) from mentor_papers where gate = 'charter'") == [(2,)]
    assert (await house.ask(alice, "GET", "/api/v1/charters")).body["unsigned"] == []
    for statement in ("update charters set version = 9", "delete from charters"):
        with pytest.raises(Exception, match="append-only"):
            await house.sql(statement)


async def test_from_its_day_on_a_pair_waits_for_the_signature(house: House) -> None:
    room = await house.room()
    alice = await house.person(Role.ADMIN, "Alice")
    again = {"sign_again_from": str(TODAY + timedelta(days=10))}
    answers = await asyncio.gather(*(write(house, alice, 1, **again) for _ in range(2)))
    assert sorted(answer.status for answer in answers) == [200, 409]  # two admins at once
    last = {"gate": "charter", "asked": True, "open": True, "until": str(TODAY + timedelta(days=9)), "days": 9}
    assert await charter_gate(house, room.mentor) == (2, last)
    await lapse(house, 1)
    assert await told(house, room.mentor) == ["charter_changed"]  # which was the first warning
    await lapse(house, 2)
    assert await told(house, room.mentor) == ["charter_changed", "papers_lapsing"]
    assert await state(house, room) == "active"
    await lapse(house, 7)
    assert await state(house, room) == "paused"
    assert await sign(house, room.mentor, 2) == 200
    assert await state(house, room) == "active"


async def test_at_once_is_at_once(house: House) -> None:
    room = await house.room()
    alice = await house.person(Role.ADMIN, "Alice")
    for day in (TODAY - timedelta(days=1), TODAY + timedelta(days=400)):
        refused = await write(house, alice, 1, sign_again_from=str(day))
        assert refused.error == ("bad_request", "sign_again_from")
    assert (await write(house, alice, 1, sign_again_from=str(TODAY))).status == 200
    assert await state(house, room) == "paused"
    assert (await house.ask(alice, "POST", "/api/v1/charters", {"after": 2, "fr": ["  "], "en": ["I"]})).error == (
        "bad_request",
        "fr",
    )
