"""An admin who means to act as somebody else is seen: those who answer for that person hear of each step of it."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from server.infra.database import Database
from server.kernel.permissions import Role
from tests.support.rooms import House, Person, served


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    async with served(database, BINOME_DATA=str(tmp_path)) as house:
        yield house


async def heard(house: House, who: Person) -> list[Any]:
    """What was touched of whom, as told to ``who``."""
    told = (await house.ask(who, "GET", "/api/v1/notices")).body["notices"]
    return [(one["facts"]["whom"], one["facts"]["what"]) for one in reversed(told) if one["kind"] == "access_touched"]


async def kinds(house: House, who: Person) -> list[str]:
    told = (await house.ask(who, "GET", "/api/v1/notices")).body["notices"]
    return [one["kind"] for one in reversed(told)]


async def corrected(house: House, admin: Person, account: str, **fields: Any) -> None:
    path = f"/api/v1/accounts/{account}"
    card = (await house.ask(admin, "GET", path)).body
    body = {name: card[name] for name in ("name", "language", "zone", "version")}
    body |= {name: card[name] for name in ("email", "phone", "birth_date") if name in card} | fields
    assert (await house.ask(admin, "PUT", path, body)).status == 200


async def test_who_comes_in_as_a_child_is_heard_of_by_the_childs_professional(house: House) -> None:
    """The first device of somebody is told to nobody else: it may be the admin's own."""
    room, other = await house.room(), await house.room()
    nora = await house.person(Role.ADMIN, "Nora")
    path = f"/api/v1/accounts/{room.mentee.id}/invitation"
    assert (await house.ask(nora, "POST", path, {})).status == 201
    assert await heard(house, room.supervisor) == [("whom_mentee", "way_in")]
    for stranger in (other.supervisor, nora):
        assert await heard(house, stranger) == []


async def test_who_takes_a_colleagues_place_is_heard_of_by_all_the_others(house: House) -> None:
    room = await house.room()
    nora, omar = await house.person(Role.ADMIN, "Nora"), await house.person(Role.ADMIN, "Omar")
    yves = await house.person(Role.SUPERVISOR, "Yves")
    claire = room.supervisor
    await corrected(house, nora, str(claire.id), email="nora@example.org")
    assert (await house.ask(nora, "POST", f"/api/v1/accounts/{claire.id}/invitation", {})).status == 201
    assert (await house.ask(nora, "DELETE", f"/api/v1/accounts/{claire.id}/second-factors")).status == 204
    own = {"name": "Nora bis", "role": "supervisor"}
    assert (await house.ask(nora, "POST", "/api/v1/accounts", own)).status == 201
    steps = [("whom_supervisor", what) for what in ("address", "way_in", "second_step", "new_account")]
    assert [await heard(house, who) for who in (omar, yves, nora)] == [steps, steps, []]
    told = await house.sql("select kind from account_notices where account_id = :id order by at, id", id=claire.id)
    assert [kind for (kind,) in told][:2] == ["account_corrected", "second_factor_reset"]


async def test_another_birth_date_is_told_to_child_parent_and_professional(house: House) -> None:
    """It decides who consents, and who is protected as a child."""
    sophie = await house.person(Role.GUARDIAN, "Sophie")
    room = await house.room(mentee_born=date(2014, 3, 4), guardian=sophie)
    nora = await house.person(Role.ADMIN, "Nora")
    await corrected(house, nora, str(room.mentee.id), birth_date="2010-03-04")
    assert await heard(house, room.supervisor) == [("whom_mentee", "birth_date")]
    assert "account_corrected" in await kinds(house, room.mentee)
    assert "child_corrected" in await kinds(house, sophie)


async def test_a_way_in_as_a_parent_is_heard_of_by_the_childs_professional(house: House) -> None:
    sophie = await house.person(Role.GUARDIAN, "Sophie")
    room = await house.room(mentee_born=date(2014, 3, 4), guardian=sophie)
    nora = await house.person(Role.ADMIN, "Nora")
    assert (await house.ask(nora, "POST", f"/api/v1/accounts/{sophie.id}/invitation", {})).status == 201
    assert await heard(house, room.supervisor) == [("whom_guardian", "way_in")]


async def test_a_pair_that_is_taken_from_a_professional_is_told_to_them(house: House) -> None:
    room, nora = await house.room(), await house.person(Role.ADMIN, "Nora")
    yves = await house.person(Role.SUPERVISOR, "Yves")
    body = {"pairs": [str(room.pair.id)], "supervisor": str(yves.id)}
    assert (await house.ask(nora, "POST", "/api/v1/caseload/hand_over", body)).status == 204
    assert await kinds(house, room.supervisor) == ["pair_handed_over"]
    back = {"pairs": [str(room.pair.id)], "supervisor": str(room.supervisor.id)}
    assert (await house.ask(yves, "POST", "/api/v1/caseload/hand_over", back)).status == 204
    assert "pair_handed_over" not in await kinds(house, yves)  # their own act


async def test_a_yes_that_staff_wrote_down_is_told_to_who_is_said_to_have_said_it(house: House) -> None:
    sophie = await house.person(Role.GUARDIAN, "Sophie")
    room = await house.room(mentee_born=date(2014, 3, 4), guardian=sophie, consents=())
    path = f"/api/v1/mentees/{room.mentee.id}/consents"
    for who in (room.mentee, sophie):
        said = {"by": str(who.id), "purpose": "video", "agree": True, "how": "oral", "day": "2026-11-22"}
        assert (await house.ask(room.supervisor, "POST", path, said)).status == 200
        assert (await kinds(house, who)).count("consent_noted") == 1


async def test_another_guardian_is_told_to_the_childs_professional(house: House) -> None:
    room = await house.room(mentee_born=date(2014, 3, 4))
    nora, marc = await house.person(Role.ADMIN, "Nora"), await house.person(Role.GUARDIAN, "Marc")
    path = f"/api/v1/mentees/{room.mentee.id}/guardians"
    link = {"guardian": str(marc.id), "relation": "parent", "authority": True, "paper": "declaration"}
    assert (await house.ask(nora, "POST", path, link)).status == 201
    assert "guardian_linked_staff" in await kinds(house, room.supervisor)
    assert "guardian_linked" in await kinds(house, room.mentee)


async def test_who_looked_at_ones_file_stands_in_ones_journal_once(house: House) -> None:
    room, nora = await house.room(), await house.person(Role.ADMIN, "Nora")
    for _ in range(2):
        assert (await house.ask(nora, "GET", f"/api/v1/accounts/{room.mentee.id}")).status == 200
    lines = (await house.ask(room.mentee, "GET", "/api/v1/journal")).body["lines"]
    assert [(line["act"], line["reader"]["name"]) for line in lines] == [("account.read", "Nora")]
    assert (await house.ask(nora, "GET", f"/api/v1/accounts/{nora.id}")).status == 200
    assert (await house.ask(nora, "GET", "/api/v1/journal")).body["lines"] == []


async def test_a_guardian_whom_a_childs_only_professional_notes_is_told_to_the_admins(house: House) -> None:
    room = await house.room(mentee_born=date(2014, 3, 4))
    nora, marc = await house.person(Role.ADMIN, "Nora"), await house.person(Role.GUARDIAN, "Marc")
    path = f"/api/v1/mentees/{room.mentee.id}/guardians"
    link = {"guardian": str(marc.id), "relation": "parent", "authority": True, "paper": "declaration"}
    assert (await house.ask(room.supervisor, "POST", path, link)).status == 201
    assert "guardian_linked_staff" in await kinds(house, nora)


async def test_that_mentors_are_asked_for_less_is_told_to_all_the_others(house: House) -> None:
    room = await house.room()
    nora, omar = await house.person(Role.ADMIN, "Nora"), await house.person(Role.ADMIN, "Omar")
    gates = (await house.ask(nora, "GET", "/api/v1/policy/gates")).body
    assert (await house.ask(nora, "PUT", "/api/v1/policy/gates", gates | {"vetting": False})).status == 204
    told = [await kinds(house, who) for who in (omar, room.supervisor, nora)]
    assert told == [["gates_changed"], ["gates_changed"], []]


async def test_an_account_that_is_closed_is_told_to_those_who_are_left_with_it(house: House) -> None:
    """A child writes to a mentor who never answers; or an admin is rid of who might have seen them."""
    room = await house.room()
    nora, omar = await house.person(Role.ADMIN, "Nora"), await house.person(Role.ADMIN, "Omar")
    for act in ("close", "reopen"):
        for who in (room.mentor, omar):
            assert (await house.ask(nora, "POST", f"/api/v1/accounts/{who.id}/{act}")).status == 204
    steps = [(whom, what) for what in ("closed", "reopened") for whom in ("whom_mentor", "whom_admin")]
    assert await heard(house, room.supervisor) == steps


async def test_a_pair_whose_mentor_or_professional_is_closed_stands_on_the_list_until_somebody_sees_to_it(
    house: House,
) -> None:
    room, nora = await house.room(), await house.person(Role.ADMIN, "Nora")

    async def due(who: Person) -> list[Any]:
        found = (await house.ask(who, "GET", "/api/v1/due")).body["due"]
        return sorted(one["who"]["name"] for one in found if one["what"] == "account")

    assert (await house.ask(nora, "POST", f"/api/v1/accounts/{room.mentor.id}/close")).status == 204
    assert [await due(who) for who in (nora, room.supervisor)] == [["Julien"], ["Julien"]]
    assert (await house.ask(nora, "POST", f"/api/v1/accounts/{room.supervisor.id}/close")).status == 204
    assert await due(nora) == ["Claire", "Julien"]
    yves = await house.person(Role.SUPERVISOR, "Yves")
    body = {"pairs": [str(room.pair.id)], "supervisor": str(yves.id)}
    assert (await house.ask(nora, "POST", "/api/v1/caseload/hand_over", body)).status == 204
    assert [await due(who) for who in (nora, yves)] == [["Julien"], ["Julien"]]
