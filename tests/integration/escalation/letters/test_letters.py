"""Letters: from anybody to who answers for them, around whom they choose, to nobody else; once, and told."""

import asyncio
import json
from typing import Any
from uuid import UUID

import pytest

from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.pairs.rules import State
from tests.support.rooms import House, Person, Room, organisation

UNSEEN = (404, ("not_found", None))


async def write(house: House, who: Person, about: Person, line: str, body: str, letter: UUID | None = None) -> Any:
    told = {"id": str(letter or new_id()), "body": body}
    return await house.ask(who, "POST", f"/api/v1/letters/{about.id}/{line}", told)


async def read(house: House, who: Person, about: Person, line: str = "own", more: str = "") -> Any:
    return await house.ask(who, "GET", f"/api/v1/letters/{about.id}/{line}{more}")


async def seen(house: House, who: Person, about: Person, line: str, upto: int) -> None:
    assert (await house.ask(who, "POST", f"/api/v1/letters/{about.id}/{line}/seen", {"upto": upto})).status == 204


async def lines(house: House, who: Person) -> list[tuple[str, str, list[str], bool]]:
    found = (await house.ask(who, "GET", "/api/v1/letters")).body["lines"]
    return [(each["person"]["name"], each["line"], each["readers"], each["unread"]) for each in found]


async def told(house: House, who: Person) -> list[str]:
    return [one["kind"] for one in (await house.ask(who, "GET", "/api/v1/notices")).body["notices"]]


async def journal(house: House, who: Person) -> list[tuple[str, str]]:
    found = (await house.ask(who, "GET", "/api/v1/journal")).body["lines"]
    return [(line["act"], line["reader"]["name"]) for line in found]


async def test_a_letter_and_its_answer(house: House) -> None:
    room = await house.room()
    lea, claire = room.mentee, room.supervisor
    at_home, at_work = await house.open(lea), await house.open(claire)
    assert (await write(house, lea, lea, "own", "  Je voudrais te parler.  ")).status == 200
    (event,) = await at_work.wait("letter:new")
    assert event == {"person": str(lea.id), "line": "own", "seq": event["seq"]}
    assert "parler" not in "".join(at_work.frames)
    assert await lines(house, claire) == [("Lea", "own", ["Claire"], True)]
    page = (await read(house, claire, lea)).body
    assert [(one["author"], one["mine"], one["body"], one["seen"]) for one in page["letters"]] == [
        ("Lea", False, "Je voudrais te parler.", False)
    ]
    await seen(house, claire, lea, "own", event["seq"])
    assert (await at_home.wait("letter:new", 2))[1] == event
    assert (await read(house, lea, lea)).body["letters"][0]["seen"] is True
    assert (await write(house, claire, lea, "own", "Demain à 17 h ?")).status == 200
    answer = (await at_home.wait("letter:new", 3))[2]
    assert await lines(house, lea) == [("Lea", "own", ["Claire"], True), ("Lea", "other", [], False)]
    await seen(house, lea, lea, "own", answer["seq"])
    assert await lines(house, lea) == [("Lea", "own", ["Claire"], False), ("Lea", "other", [], False)]
    assert (await told(house, claire), await told(house, lea)) == (["letter"], ["letter_answer"])
    await house.told()
    await at_home.quiet()
    assert len(at_home.events("letter:new")) == 4  # each letter, and each of them read
    assert await journal(house, lea) == []  # it was written to her


async def test_nobody_else_knows_of_it(house: House) -> None:
    room, other = await house.room(), await house.room()
    there = await house.room(where=await organisation(house.database, "South"))
    lea = room.mentee
    assert (await write(house, lea, lea, "own", "Entre nous")).status == 200
    alice = await house.person(Role.ADMIN, "Alice")
    assert room.guardian_id is not None
    marc = await house.person(Role.GUARDIAN, "Marc")
    await house.sql("update guardian_links set guardian_id = :new where mentee_id = :child",
                    new=marc.id, child=lea.id)  # fmt: skip
    for who in (room.mentor, other.supervisor, other.mentee, alice, marc, there.supervisor, there.mentee):
        for line in ("own", "other"):
            for answer in (await read(house, who, lea, line), await write(house, who, lea, line, "Bonjour")):
                assert (answer.status, answer.error) == UNSEEN, (who.name, line)
    assert await lines(house, alice) == []
    assert (await read(house, room.supervisor, lea, "elsewhere")).status == 404
    assert (await write(house, alice, alice, "own", "à moi-même")).status == 404
    assert await house.sql("select count(*) from letters") == [(1,)]


async def test_everybody_has_a_line_whatever_has_become_of_them(house: House) -> None:
    """A suspended person, one who consents to nothing, a mentor, a parent, a prescriber, somebody without a pair."""
    room = await house.room(consents=())
    suspended = await house.ask(room.supervisor, "POST", f"/api/v1/people/{room.mentor.id}/suspend", {"why": "safety"})
    assert suspended.status == 204
    marc = await house.person(Role.GUARDIAN, "Marc")
    await house.sql("update guardian_links set guardian_id = :new where mentee_id = :child",
                    new=marc.id, child=room.mentee.id)  # fmt: skip
    samir = await house.person(Role.SUPERVISOR, "Samir")
    nobodys = await house.person(Role.PRESCRIBER, "Paul")
    for who in (room.mentor, room.mentee, marc, nobodys):
        assert (await write(house, who, who, "own", "tu me fais chier, appelle au 06 12 34 56 78")).status == 200
    assert sorted(await lines(house, room.supervisor)) == [
        ("Julien", "own", ["Claire"], True),
        ("Lea", "own", ["Claire"], True),
        ("Marc", "own", ["Claire"], True),
        ("Paul", "own", ["Claire", "Samir"], True),
    ]
    assert await lines(house, samir) == [("Paul", "own", ["Claire", "Samir"], True)]
    page = (await read(house, samir, nobodys)).body
    assert page["letters"][0]["body"] == "tu me fais chier, appelle au 06 12 34 56 78"
    assert await house.sql("select count(*) from flags") == [(0,)]
    assert await journal(house, nobodys) == [("letters.read", "Samir")]


async def test_not_to_my_own_professional(house: House) -> None:
    room = await house.room()
    lea, claire = room.mentee, room.supervisor
    samir = await house.person(Role.SUPERVISOR, "Samir")
    at_work = await house.open(claire)
    assert (await write(house, lea, lea, "other", "Claire me fait peur")).status == 200
    for who in (claire, await house.person(Role.ADMIN, "Alice")):
        assert (await read(house, who, lea, "other")).status == 404
        assert await lines(house, who) == []
    assert await lines(house, samir) == [("Lea", "other", ["Samir"], True)]
    for _ in range(2):
        assert len((await read(house, samir, lea, "other")).body["letters"]) == 1
    assert await journal(house, lea) == [("letters.read", "Samir")]  # once a letter
    assert (await write(house, samir, lea, "other", "Je suis là")).status == 200
    assert (await told(house, samir), await told(house, claire)) == (["letter"], [])
    # Handed over: who was written around answers for her no more, and still does not read it.
    await house.sql("update pairs set supervisor_id = :new where id = :id", new=samir.id, id=room.pair.id)
    assert (await read(house, claire, lea, "other")).status == 404
    assert (await read(house, samir, lea, "other")).status == 404  # now it would be to her own
    await house.told()
    await at_work.quiet()
    assert at_work.events("letter:new") == []


async def test_where_there_is_nobody_else_an_admin_reads_it_and_without_one_it_is_refused(house: House) -> None:
    room = await house.room()
    lea = room.mentee
    nobody = await write(house, lea, lea, "other", "À quelqu’un d’autre")
    assert (nobody.status, nobody.error) == (409, ("conflict", None))
    assert await house.sql("select count(*) from letters") == [(0,)]
    alice = await house.person(Role.ADMIN, "Alice")
    assert (await write(house, lea, lea, "other", "À quelqu’un d’autre")).status == 200
    assert await lines(house, alice) == [("Lea", "other", ["Alice"], True)]
    assert (await house.ask(alice, "GET", "/api/v1/letters")).body["people"] == []


async def test_a_professional_does_not_begin_the_other_line_but_their_own_people_s(house: House) -> None:
    room = await house.room()
    samir = await house.person(Role.SUPERVISOR, "Samir")
    assert (await write(house, samir, room.mentee, "other", "Bonjour")).status == 404
    people = (await house.ask(room.supervisor, "GET", "/api/v1/letters")).body["people"]
    assert {one["name"] for one in people} >= {"Julien", "Lea"}
    assert (await write(house, room.supervisor, room.mentor, "own", "Comment ça va ?")).status == 200
    assert await told(house, room.mentor) == ["letter_answer"]


async def test_sent_twice_it_is_one_and_an_identifier_is_not_taken_over(house: House) -> None:
    room, other = await house.room(), await house.room()
    lea, letter = room.mentee, new_id()
    answers = await asyncio.gather(*(write(house, lea, lea, "own", "Une fois", letter) for _ in range(5)))
    assert len({json.dumps(answer.body) for answer in answers}) == 1
    assert (await write(house, other.mentee, other.mentee, "own", "Volé", letter)).error == ("conflict", None)
    assert (await write(house, lea, lea, "other", "Volé", letter)).status == 409
    assert await house.sql("select body from letters") == [("Une fois",)]
    assert await told(house, room.supervisor) == ["letter"]


async def test_many_letters_are_told_of_once_until_they_are_read(house: House) -> None:
    room = await house.room()
    for number in range(60):
        assert (await write(house, room.mentee, room.mentee, "own", f"lettre {number}")).status == 200
    assert await told(house, room.supervisor) == ["letter"]
    assert await house.sql("select count(*) from deliveries where kind = 'letter'") == [(1,)]
    page = (await read(house, room.supervisor, room.mentee)).body
    assert (page["more"], len(page["letters"]), page["letters"][-1]["body"]) == (True, 50, "lettre 59")
    first = page["letters"][0]["seq"]
    before = (await read(house, room.supervisor, room.mentee, more=f"?before={first}")).body
    assert [one["body"] for one in before["letters"]] == [f"lettre {number}" for number in range(10)]
    await seen(house, room.supervisor, room.mentee, "own", 2**62)  # no further than there is
    await write(house, room.mentee, room.mentee, "own", "encore")
    assert await told(house, room.supervisor) == ["letter", "letter"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"body": "x"}, "id"),
        ({"id": "x", "body": "x"}, "id"),
        ({"id": str(new_id()), "body": " \n "}, "body"),
        ({"id": str(new_id()), "body": "x" * 4001}, "body"),
        ({"id": str(new_id()), "body": "x", "to": "y"}, "to"),
    ],
)
async def test_bad_input_is_refused_with_its_field(house: House, body: Any, field: str) -> None:
    room: Room = await house.room()
    answer = await house.ask(room.mentee, "POST", f"/api/v1/letters/{room.mentee.id}/own", body)
    assert (answer.status, answer.error) == (400, ("bad_request", field))
    assert await house.sql("select count(*) from letters") == [(0,)]


async def test_the_longest_letter_fits(house: House) -> None:
    room = await house.room()
    assert (await write(house, room.mentee, room.mentee, "own", "😀" * 4000)).status == 200


async def test_when_the_pair_is_over_any_professional_reads_what_was_written(house: House) -> None:
    room = await house.room(state=State.CLOSED)
    samir = await house.person(Role.SUPERVISOR, "Samir")
    await write(house, room.mentee, room.mentee, "own", "Il y a quelqu’un ?")
    assert await lines(house, samir) == [("Lea", "own", ["Claire", "Samir"], True)]


async def test_another_process_tells_its_own_people(house: House) -> None:
    """What writes is not what tells: the row itself brings the news."""
    room = await house.room()
    at_work = await house.open(room.supervisor)
    await house.sql(
        "insert into letters (id, organisation_id, person_id, line, author_id, body, at)"
        " values (gen_random_uuid(), :org, :who, 'own', :who, 'Bonjour', now())",
        org=house.north.id,
        who=room.mentee.id,
    )
    assert (await at_work.wait("letter:new"))[0]["person"] == str(room.mentee.id)
