"""The help card: everybody's, kept by the admin of each organisation, and none of it another's."""

import asyncio
import json
from typing import Any

import pytest

from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from tests.support.rooms import CHILD, House, Person, organisation

DANGER = ["112", "15", "17", "18", "114"]
SHIPPED = [*DANGER, "119", "3114", "3018", "fil"]


def own(**more: Any) -> dict[str, Any]:
    told = {"kind": "own", "id": str(new_id()), "number": "01 23 45 67 89", "audience": "La maison des ados"}
    return told | {"source": "https://maison.example", "checked": "2026-11-20"} | more


async def card(house: House, who: Person) -> Any:
    answer = await house.ask(who, "GET", "/api/v1/help/card")
    assert answer.status == 200, answer.body
    return answer.body


async def keep(house: House, admin: Person, after: int, *lines: Any, **more: Any) -> Any:
    return await house.ask(admin, "PUT", "/api/v1/help/lines", {"after": after, "lines": list(lines), **more})


async def test_what_is_shipped_with_who_answers_for_oneself(house: House) -> None:
    room = await house.room()
    samir = await house.person(Role.SUPERVISOR, "Samir")
    await house.room(mentee=room.mentee, supervisor=samir)
    await house.sql(
        "insert into reach_settings (organisation_id, account_id, shown_phone) values (:org, :who, '+33123456789')",
        org=house.north.id,
        who=samir.id,
    )
    found = await card(house, room.mentee)
    lines = found.pop("lines")
    assert found == {
        "version": 0,
        "organisation": "North",
        "country": "FR",
        "age": 2026 - CHILD.year,
        "professionals": [
            {"id": str(room.supervisor.id), "name": "Claire"},
            {"id": str(samir.id), "name": "Samir", "phone": "+33123456789"},
        ],
    }
    assert [line["id"] for line in lines] == SHIPPED
    assert lines[5] == {
        "id": "119", "number": "119", "checked": "2026-11-22", "free": True, "hidden_from_bill": True,
        "worried": True, "chat": "some", "age_to": 20,
    }  # fmt: skip
    assert lines[7]["hours"] == ["09:00", "23:00"]
    assert lines[7]["zone"] == "Europe/Paris"


async def test_a_guardian_has_the_professional_of_their_child_and_an_admin_nobody(house: House) -> None:
    room = await house.room()
    assert room.guardian_id is not None
    guardian = await house.person(Role.GUARDIAN, "Marc")
    await house.sql("update guardian_links set guardian_id = :new where mentee_id = :child",
                    new=guardian.id, child=room.mentee.id)  # fmt: skip
    assert [one["name"] for one in (await card(house, guardian))["professionals"]] == ["Claire"]
    assert (await card(house, await house.person(Role.ADMIN, "Alice")))["professionals"] == []
    await house.sql("update accounts set disabled_at = now() where id = :id", id=room.supervisor.id)
    assert (await card(house, guardian))["professionals"] == []


async def test_an_admin_adds_hides_orders_and_everybody_of_the_organisation_has_it(house: House) -> None:
    room, alice = await house.room(), await house.person(Role.ADMIN, "Alice")
    stranger = await house.person(Role.MENTOR, "Bob", where=await organisation(house.database, "South"))
    near = own(hours=["18:00", "02:00"], days=[1, 2, 7], chat=["18:00", "22:00"], age_from=11, age_to=25, free=True)
    urgent = own(number="07.00.00.00.01", audience="Urgences, par SMS", danger=True, sms=True)
    hidden = {"kind": "shipped", "id": "3018", "checked": "2026-11-20", "hidden": True}
    written = await keep(house, alice, 0, near, hidden, urgent, phone="01 40 00 00 00")
    assert (written.status, written.body["version"], written.body["phone"]) == (200, 1, "+33140000000")
    order = [(line["id"], line.get("hidden", False)) for line in written.body["lines"]]
    others = [(each, False) for each in (*DANGER, urgent["id"], near["id"])]
    assert order == [*others, ("3018", True), ("119", False), ("3114", False), ("fil", False)]
    found = await card(house, room.mentee)
    assert (found["version"], found["phone"]) == (1, "+33140000000")
    assert [line["id"] for line in found["lines"]] == [*DANGER, urgent["id"], near["id"], "119", "3114", "fil"]
    assert found["lines"][6] == {
        "id": near["id"], "number": "01 23 45 67 89", "checked": "2026-11-20", "free": True,
        "hours": ["18:00", "02:00"], "days": [1, 2, 7], "chat": ["18:00", "22:00"], "age_from": 11, "age_to": 25,
        "zone": "Europe/Paris", "audience": "La maison des ados",
    }  # fmt: skip
    assert found["lines"][5]["number"] == "07 00 00 00 01"
    assert [line["id"] for line in (await card(house, stranger))["lines"]] == SHIPPED
    ((by, entry),) = await house.sql("select by_id, entry from audit_entries where act = 'helplines.changed'")
    detail = {"version": 1, "own": 2, "hidden": 1, "phone": "changed"}
    assert (by, json.loads(entry)["detail"]) == (alice.id, detail)


async def test_numbers_for_danger_are_never_hidden(house: House) -> None:
    alice = await house.person(Role.ADMIN, "Alice")
    for number in DANGER:
        answer = await keep(house, alice, 0, {"kind": "shipped", "id": number, "checked": "2026-11-20", "hidden": True})
        assert (answer.status, answer.error) == (400, ("bad_request", "lines[0].hidden"))
    assert [line["id"] for line in (await card(house, alice))["lines"]] == SHIPPED


async def test_two_admins_do_not_undo_each_other(house: House) -> None:
    alice, nora = await house.person(Role.ADMIN, "Alice"), await house.person(Role.ADMIN, "Nora")
    first, second = await asyncio.gather(keep(house, alice, 0, own()), keep(house, nora, 0, own(), own()))
    assert sorted([first.status, second.status]) == [200, 409]
    assert (await keep(house, alice, 0, own())).error == ("conflict", None)
    assert (await keep(house, alice, 1)).body["version"] == 2
    assert await house.sql("select count(*) from helplines") == [(0,)]


async def test_a_number_is_to_be_checked_again_after_half_a_year(house: House) -> None:
    alice = await house.person(Role.ADMIN, "Alice")
    near = own(checked="2026-05-20")
    answer = await keep(house, alice, 0, near, {"kind": "shipped", "id": "119", "checked": "2026-11-22"})
    assert [line["id"] for line in answer.body["lines"] if line.get("to_check")] == [near["id"]]
    house.clock.advance(200 * 86_400)
    soon = await house.person(Role.ADMIN, "Nora")
    lines = (await house.ask(soon, "GET", "/api/v1/help/lines")).body["lines"]
    assert [line["id"] for line in lines if not line.get("to_check")] == []


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"kind": "own", "id": "x", "checked": "2026-11-20"}, "lines[0].number"),
        (own(id="x"), "lines[0].id"),
        (own(hours=["9", "10"]), "lines[0].hours[0]"),
        (own(hours=["09:00", "24:00"]), "lines[0].hours[1]"),
        (own(days=[1, 1]), "lines[0].days"),
        (own(days=[0]), "lines[0].days[0]"),
        (own(number="javascript:1"), "lines[0].number"),
        (own(checked="2026-11-23"), "lines[0].checked"),
        (own(audience="x" * 121), "lines[0].audience"),
        (own(more=1), "lines[0].more"),
        ({"kind": "shipped", "id": "119", "number": "118", "checked": "2026-11-20"}, "lines[0].number"),
    ],
)
async def test_bad_input_is_refused_whole_with_the_field_named(house: House, line: Any, field: str) -> None:
    alice = await house.person(Role.ADMIN, "Alice")
    answer = await keep(house, alice, 0, line, phone="01 40 00 00 00")
    assert (answer.status, answer.error) == (400, ("bad_request", field))
    assert (await keep(house, alice, 0, phone="12")).error == ("bad_request", "phone")
    assert (await card(house, alice))["version"] == 0


async def test_another_country_has_112_and_what_its_organisation_entered(house: House) -> None:
    await house.sql("update organisations set country = 'BE', zone = 'Europe/Brussels'")
    alice = await house.person(Role.ADMIN, "Alice")
    near = own(number="+32 2 123 45 67")
    assert (await keep(house, alice, 0, near)).status == 200
    assert [line["number"] for line in (await card(house, alice))["lines"]] == ["112", "+32 2 123 45 67"]
