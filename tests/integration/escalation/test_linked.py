"""What professionals add to a case: people, by name and part, and messages, whose reading the young person sees."""

from datetime import timedelta
from typing import Any

from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from tests.integration.escalation.test_cases import SUICIDE, cases, paged
from tests.support.rooms import House, Person, Room


async def of_flag(house: House, **how: Any) -> tuple[Room, str]:
    """A room in which the third message is serious, and 20 follow; the path of its case, which its professional has."""
    room = await house.room(**how)
    lea, julien = await house.open(room.mentee), await house.open(room.mentor)
    for words in ("Bonjour", "Salut", SUICIDE):
        assert (await lea.say(room, words))["ok"]
    for number in range(20):
        assert (await julien.say(room, f"Je suis là, {number}."))["ok"]
    await paged(house, 1)
    case = next(one for one in await cases(house, room.supervisor) if one["room"] == str(room.id))
    path = f"/api/v1/cases/{case['id']}"
    assert (await house.ask(room.supervisor, "POST", f"{path}/acknowledge")).status == 200
    return room, path


async def file(house: House, who: Person, path: str) -> Any:
    answer = await house.ask(who, "GET", f"{path}/file")
    assert answer.status == 200, answer.body
    return answer.body


async def add(house: House, who: Person, path: str, room: Room, seq: int) -> tuple[int, str | None]:
    answer = await house.ask(who, "POST", f"{path}/messages", {"room": str(room.id), "seq": seq})
    return answer.status, answer.body["error"]["code"] if answer.status >= 400 else None


async def messages(house: House, who: Person, path: str) -> list[Any]:
    return [link for link in (await file(house, who, path))["links"] if link["kind"] == "message"]


async def readings(house: House, who: Person) -> list[tuple[str, str]]:
    found = (await house.ask(who, "GET", "/api/v1/journal")).body["lines"]
    return [(line["act"], line["reader"]["name"]) for line in found if line["act"] == "case.message_read"]


async def test_a_message_is_read_with_what_was_said_around_it_and_the_young_person_sees_who_did(house: House) -> None:
    room, path = await of_flag(house)
    claire = room.supervisor
    assert await add(house, claire, path, room, 15) == (200, None)
    (link,) = await messages(house, claire, path)
    assert (link["seq"], link["by"], link["added"]) == (15, "Claire", "2026-11-22T12:00:00.000Z")
    assert await readings(house, room.mentee) == []  # the file names it, and shows nothing of it
    read = f"{path}/messages/{link['ref']}"
    for _ in range(2):  # a page that shows itself anew is one reading
        found = (await house.ask(claire, "GET", read)).body
    assert [one["seq"] for one in found["messages"]] == list(range(5, 21))
    assert (found["marked"], found["messages"][10]["body"]) == (15, "Je suis là, 11.")
    assert [(one["name"], one["role"]) for one in found["people"]] == [("Julien", "mentor")]
    assert await readings(house, room.mentee) == [("case.message_read", "Claire")]
    assert await readings(house, room.mentor) == []  # the case may be about him
    nadia = await house.person(Role.ADMIN, "Nadia")
    for stranger, status in ((nadia, 404), (room.mentor, 403), (room.mentee, 403)):
        assert (await house.ask(stranger, "GET", read)).status == status
    other = f"{path}/messages/{new_id()}"
    assert (await house.ask(claire, "GET", other)).status == 404


async def test_who_sees_a_case_is_given_no_way_through_its_room(house: House) -> None:
    """Whoever took another's case adds what stands around its flag; not what stands around that, and so on."""
    samir = await house.person(Role.SUPERVISOR, "Samir")
    room, path = await of_flag(house)
    revision = (await house.ask(room.supervisor, "GET", path)).body["revision"]
    given = await house.ask(room.supervisor, "POST", f"{path}/assign", {"revision": revision, "owner": str(samir.id)})
    assert given.status == 200
    assert await add(house, samir, path, room, 8) == (200, None)  # five behind the flag
    for seq in (9, 13, 23):
        assert await add(house, samir, path, room, seq) == (404, "not_found")
    assert await add(house, room.supervisor, path, room, 23) == (200, None)  # whose room it is


async def test_what_was_added_is_taken_back_with_a_reason_and_what_opened_the_case_is_not(house: House) -> None:
    room, path = await of_flag(house)
    claire = room.supervisor
    await add(house, claire, path, room, 5)
    added, flag = (await file(house, claire, path))["links"][::-1]
    remove = f"{path}/links/remove"
    without = await house.ask(claire, "POST", remove, {"kind": "message", "ref": added["ref"], "note": " "})
    assert (without.status, without.body["error"]["field"]) == (400, "note")
    why = {"kind": "message", "ref": added["ref"], "note": "Le mauvais message."}
    for _ in range(2):
        assert (await house.ask(claire, "POST", remove, why)).status == 200
    assert (await house.ask(claire, "GET", f"{path}/messages/{added['ref']}")).status == 404
    found = await file(house, claire, path)
    assert [link["kind"] for link in found["links"]] == ["flag"]
    gone = [line for line in found["timeline"] if line["act"] == "unlinked"]
    assert [line["note"] for line in gone] == ["Le mauvais message."]
    assert (await house.ask(claire, "POST", remove, {**why, "kind": "flag", "ref": flag["ref"]})).status == 400
    # What somebody reported is no professional's to take away.
    body = {"id": str(new_id()), "subject": "message", "kind": "uneasy", "room": room.number, "seq": 6}
    assert (await house.ask(room.mentee, "POST", "/api/v1/reports", body)).status == 200
    reported = next(one for one in await cases(house, claire) if one["origin"] == "report")
    (link,) = await messages(house, claire, f"/api/v1/cases/{reported['id']}")
    assert "added" not in link
    taken = {**why, "ref": link["ref"]}
    assert (await house.ask(claire, "POST", f"/api/v1/cases/{reported['id']}/links/remove", taken)).status == 404


async def test_people_stand_with_name_role_and_part(house: House) -> None:
    samir, nadia = await house.person(Role.SUPERVISOR, "Samir"), await house.person(Role.ADMIN, "Nadia")
    room, path = await of_flag(house)
    claire = room.supervisor
    for who, part in ((samir, "professional"), (nadia, "witness"), (nadia, "witness")):
        answer = await house.ask(claire, "POST", f"{path}/people", {"person": str(who.id), "part": part})
        assert answer.status == 204

    def people(found: Any) -> list[Any]:
        return [(one["person"]["name"], one["person"]["role"], one["parts"], one["added"]) for one in found["people"]]

    found = await file(house, claire, path)
    assert people(found) == [
        ("Claire", "supervisor", ["professional"], []),
        ("Lea", "mentee", ["author"], []),
        ("Nadia", "admin", ["witness"], ["witness"]),
        ("Samir", "supervisor", ["professional"], ["professional"]),
    ]
    assert [line["act"] for line in found["timeline"]].count("involved") == 2  # what was so already is said once
    assert [one["name"] for one in found["around"]] == ["Claire", "Julien", "Lea"]
    remove, why = f"{path}/people/remove", "Elle n’était pas là."
    for _ in range(2):
        gone = await house.ask(claire, "POST", remove, {"person": str(nadia.id), "part": "witness", "note": why})
        assert gone.status == 200
    for who, part in ((nadia, "reported"), (claire, "professional")):  # never was, and was from the beginning
        again = await house.ask(claire, "POST", remove, {"person": str(who.id), "part": part, "note": why})
        assert again.status == 404
    found = await file(house, claire, path)
    assert [one[0] for one in people(found)] == ["Claire", "Lea", "Samir"]
    last = found["timeline"][-1]
    assert (last["act"], last["note"], last["detail"]["person"]) == ("uninvolved", why, str(nadia.id))


async def test_a_young_person_who_comes_in_later_sees_who_reads_the_file(house: House) -> None:
    room, path = await of_flag(house)
    other = await house.room(supervisor=room.supervisor)
    body = {"person": str(other.mentee.id), "part": "young"}
    assert (await house.ask(room.supervisor, "POST", f"{path}/people", body)).status == 204
    await file(house, room.supervisor, path)
    lines = (await house.ask(other.mentee, "GET", "/api/v1/journal")).body["lines"]
    assert [(line["act"], line["reader"]["name"]) for line in lines] == [("case.read", "Claire")]


async def test_a_message_of_another_pair_keeps_the_two_of_that_pair_out(house: House) -> None:
    """Samir was the mentor there before he became a professional, and has the case."""
    samir = await house.person(Role.SUPERVISOR, "Samir")
    room, path = await of_flag(house)
    other = await house.room(mentor=samir, supervisor=room.supervisor)
    assert (await (await house.open(other.mentee)).say(other, "Bonjour"))["ok"]
    await house.sql("update cases set owner_id = :who where room_id = :room", who=samir.id, room=room.id)
    assert (await house.ask(samir, "GET", path)).body["sight"] == "whole"
    await house.capabilities.escalation.pager.stop()
    assert await add(house, room.supervisor, path, other, 1) == (200, None)
    assert (await house.ask(samir, "GET", path)).status == 404
    assert await house.sql("select owner_id, state, round from cases where room_id = :room", room=room.id) == [
        (None, "open", 2)
    ]
    house.clock.advance(1)
    await house.capabilities.escalation.pager.look()
    ((people,),) = await house.sql("select people from case_pages where round = 2")
    assert samir.id not in people
    pair = next(link for link in (await file(house, room.supervisor, path))["links"] if link["kind"] == "pair")
    assert pair["pair"] == {"id": str(other.pair.id), "mentor": "Samir", "mentee": "Lea"}


async def test_the_clock_of_one_process_puts_no_line_before_what_it_followed(house: House) -> None:
    room, path = await of_flag(house)
    claire = room.supervisor
    clock: Any = house.clock
    clock._now -= timedelta(hours=1)
    noted = {"id": str(new_id()), "words": "Appelée.", "tier": "team"}
    assert (await house.ask(claire, "POST", f"{path}/notes", noted)).status == 200
    clock._now += timedelta(hours=2)
    revision = (await house.ask(claire, "GET", path)).body["revision"]
    assert (await house.ask(claire, "POST", f"{path}/move", {"revision": revision, "to": "in_progress"})).status == 200
    acts = [line["act"] for line in (await file(house, claire, path))["timeline"]]
    assert acts == ["opened", "paged", "acknowledged", "noted", "in_progress"]
