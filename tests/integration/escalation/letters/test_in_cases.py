"""A letter opens a case: the case holds that there is one, and whom it was written around never sees that case."""

from typing import Any
from uuid import UUID

from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from tests.integration.escalation.letters.test_letters import read, write
from tests.support.rooms import House, Person, Room, organisation


async def wrote(house: House, who: Person, line: str) -> UUID:
    letter = new_id()
    assert (await write(house, who, who, line, "Il faut que je vous parle.", letter)).status == 200
    return letter


async def opens(house: House, who: Person, letter: UUID, case: UUID | None = None, **about: Any) -> Any:
    body = {"id": str(case or new_id()), "severity": 3, "category": "ill_being", "note": "Vu sa lettre."}
    return await house.ask(who, "POST", "/api/v1/cases", {**body, "letter": str(letter), **about})


async def letter_in(house: House, who: Person, case: str) -> Any:
    found = (await house.ask(who, "GET", f"/api/v1/cases/{case}/file")).body
    (link,) = [link for link in found["links"] if link["kind"] == "letter"]
    return link["letter"]


async def pair(house: House) -> tuple[Room, Person]:
    return await house.room(), await house.person(Role.SUPERVISOR, "Samir")


async def test_a_letter_to_ones_professional_opens_a_case(house: House) -> None:
    room, samir = await pair(house)
    claire, lea = room.supervisor, room.mentee
    letter, case = await wrote(house, lea, "own"), new_id()
    for _ in range(2):  # sent twice, it is one case
        opened = await opens(house, claire, letter, case, pair=str(room.pair.id))
        assert (opened.status, opened.body["owner"]["name"], opened.body["state"]) == (200, "Claire", "acknowledged")
    told = {"person": {"id": str(lea.id), "name": "Lea", "role": "mentee"}, "author": "Lea", "line": "own"}
    assert await letter_in(house, claire, str(case)) == {**told, "at": "2026-11-22T12:00:00.000Z", "readable": True}
    assert [link for (link,) in await house.sql("select kind from case_links")] == ["letter"]
    # Whoever has the case next knows that there is a letter, and reads it no more than before.
    revision = (await house.ask(claire, "GET", f"/api/v1/cases/{case}")).body["revision"]
    given = {"revision": revision, "owner": str(samir.id)}
    assert (await house.ask(claire, "POST", f"/api/v1/cases/{case}/assign", given)).status == 200
    assert (await letter_in(house, samir, str(case)))["readable"] is False
    assert (await read(house, samir, lea)).status == 404


async def test_whom_it_was_written_around_learns_nothing_of_the_case(house: House) -> None:
    room, samir = await pair(house)
    claire, lea = room.supervisor, room.mentee
    watching = await house.open(claire)
    letter = await wrote(house, lea, "other")
    assert (await opens(house, claire, letter)).status == 404  # it is not hers to read
    opened = await opens(house, samir, letter, pair=str(room.pair.id))
    assert opened.status == 200, opened.body
    path = f"/api/v1/cases/{opened.body['id']}"
    await watching.quiet()
    assert watching.events("case:changed") == []
    for what in ("", "/file"):
        assert (await house.ask(claire, "GET", path + what)).status == 404
    assert (await house.ask(claire, "GET", "/api/v1/cases")).body["cases"] == []
    file = (await house.ask(samir, "GET", f"{path}/file")).body
    assert [one["id"] for one in file["can_own"]] == [str(samir.id)]
    parts = {one["person"]["name"]: (one["parts"], one["added"]) for one in file["people"]}
    assert parts == {"Claire": (["kept_away", "professional"], []), "Lea": (["reporter", "young"], [])}
    # Opened again, it is paged; she is not, though she answers for the pair.
    closing = {"revision": file["case"]["revision"], "to": "closed", "outcome": "resolved", "note": "Vu."}
    closed = await house.ask(samir, "POST", f"{path}/move", closing)
    again = {"revision": closed.body["revision"], "note": "Elle a réécrit."}
    assert (await house.ask(samir, "POST", f"{path}/reopen", again)).status == 200
    for _ in range(4):
        house.clock.advance(86_400)
        await house.capabilities.escalation.pager.look()
    pages = await house.sql("select people from case_pages")
    assert pages
    assert not [people for (people,) in pages if claire.id in people]


async def test_a_letter_of_somebody_else_and_an_answer_open_none(house: House) -> None:
    room, samir = await pair(house)
    claire, lea = room.supervisor, room.mentee
    letter = await wrote(house, lea, "own")
    assert (await opens(house, samir, letter)).status == 404
    answer = new_id()
    assert (await write(house, claire, lea, "own", "Je vous lis.", answer)).status == 200
    assert (await opens(house, claire, answer)).status == 404
    assert (await opens(house, claire, new_id())).status == 404
    abroad = await house.room(where=await organisation(house.database, "South"))
    assert (await opens(house, abroad.supervisor, letter)).status == 404
    for who in (lea, room.mentor):
        assert (await opens(house, who, letter)).status == 403
    assert await house.sql("select count(*) from cases") == [(0,)]


async def test_a_letter_that_is_kept_no_more_leaves_its_case(house: House) -> None:
    room, _ = await pair(house)
    letter = await wrote(house, room.mentee, "own")
    opened = await opens(house, room.supervisor, letter, about=str(room.mentee.id))
    await house.sql("delete from letters")
    found = (await house.ask(room.supervisor, "GET", f"/api/v1/cases/{opened.body['id']}/file")).body
    assert [(link["kind"], "letter" in link) for link in found["links"]] == [("letter", False)]


async def test_whom_a_letter_was_written_around_is_not_told_in_a_file_that_there_is_one(house: House) -> None:
    """It was attached while a colleague had the case; now she sees it whole."""
    room, samir = await pair(house)
    claire, lea = room.supervisor, room.mentee
    letter, about = await wrote(house, lea, "other"), str(lea.id)
    body = {"id": str(new_id()), "severity": 3, "category": "other", "note": "Vu.", "about": about}
    path = f"/api/v1/cases/{(await house.ask(samir, 'POST', '/api/v1/cases', body)).body['id']}"
    assert (await house.ask(samir, "POST", f"{path}/letters", {"letter": str(letter)})).status == 200
    revision = (await house.ask(samir, "GET", path)).body["revision"]
    given = {"revision": revision, "owner": str(claire.id)}
    assert (await house.ask(samir, "POST", f"{path}/assign", given)).status == 200
    hers = await house.ask(claire, "GET", f"{path}/file")
    assert hers.status == 200
    assert str(letter) not in str(hers.body)
    assert [line["act"] for line in hers.body["timeline"]] == ["opened", "acknowledged", "assigned"]
