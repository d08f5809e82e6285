"""Accounts over HTTP: an admin makes and lists those of one's own organisation."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from server.infra.database import Database
from server.kernel.errors import NotFound
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.people.sessions.store import STAFF
from server.people.store import people_of
from tests.support.site import Reply
from tests.support.world import PASSWORD, ROLES, START, World, world


@pytest.fixture
async def here(database: Database) -> AsyncIterator[World]:
    async with world(database, sign_in=("alice",)) as made:
        yield made


async def create(here: World, **fields: Any) -> Reply:
    body = {"login": "zoe", "name": "Zoé", "role": "mentor", "password": "a long enough one"} | fields
    return await here.site.ask(
        "POST", "/api/v1/accounts", {k: v for k, v in body.items() if v is not ...}, token=here.north.tokens["alice"]
    )


async def logins(here: World) -> list[str]:
    reply = await here.site.ask("GET", "/api/v1/accounts", token=here.north.tokens["alice"])
    return [account["login"] for account in reply.body["accounts"]]


async def test_the_list_is_of_ones_own_organisation(here: World) -> None:
    reply = await here.site.ask("GET", "/api/v1/accounts", token=here.north.tokens["alice"])
    expected = []
    for login, role in sorted(ROLES.items()):
        row = {
            "id": str(here.north.id(login)),
            "login": f"{login}.north",
            "name": login.title(),
            "role": role.value,
            "disabled": False,
            "state": "in",
        }
        expected.append(row | ({"birth_date": "2011-05-04"} if role is Role.MENTEE else {}))
    assert (reply.status, reply.body) == (200, {"accounts": expected})


@pytest.mark.parametrize("role", list(Role))
async def test_an_account_of_each_role(here: World, role: Role) -> None:
    reply = await create(here, login=" Zoe ", name=" Zoé ", role=role.value, birth_date="2008-02-29", language="en")
    assert reply.status == 201
    UUID(reply.body["id"])
    assert {key: value for key, value in reply.body.items() if key != "id"} == {
        "login": "zoe",
        "name": "Zoé",
        "role": role.value,
        "disabled": False,
        "state": "in",
        "birth_date": "2008-02-29",
    }
    signed_in = await here.site.ask("POST", "/api/v1/session", {"login": "zoe", "password": "a long enough one"})
    assert signed_in.status == 200
    if role in STAFF:  # who has to set up a second factor first
        assert signed_in.body["second_factor"]["state"] == "set_up"
        return
    assert signed_in.body["account"]["language"] == "en"
    assert signed_in.body["organisation"]["name"] == "North"


async def test_bad_input_names_its_field_and_changes_nothing(here: World) -> None:
    before = await logins(here)
    cases: list[tuple[dict[str, Any], str]] = [
        ({"login": "zoé"}, "login"),
        ({"login": "zo"}, "login"),
        ({"name": ""}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "x" * 5_000}, "name"),
        ({"name": "Zo\u202eé"}, "name"),
        ({"name": "Zo\x00é"}, "name"),
        ({"role": "owner"}, "role"),
        ({"role": "ADMIN"}, "role"),
        ({"role": ...}, "role"),
        ({"password": "too short"}, "password"),
        ({"password": "x" * 201}, "password"),
        ({"role": "mentee"}, "birth_date"),
        ({"role": "mentee", "birth_date": None}, "birth_date"),
        ({"role": "mentee", "birth_date": "1950-01-01"}, "birth_date"),
        ({"role": "mentee", "birth_date": "2027-01-01"}, "birth_date"),
        ({"role": "mentee", "birth_date": "2011-02-29"}, "birth_date"),
        ({"role": "mentee", "birth_date": "04/05/2011"}, "birth_date"),
        ({"role": "mentee", "birth_date": 2011}, "birth_date"),
        ({"birth_date": "2012-01-01"}, "birth_date"),
        ({"role": "mentee", "birth_date": "2012-01-01", "password": "7 chars"}, "password"),
        ({"language": "de"}, "language"),
        ({"organisation_id": "0190b6c8-0000-7000-8000-000000000000"}, "organisation_id"),
        ({"disabled": False}, "disabled"),
    ]
    for fields, field in cases:
        reply = await create(here, **fields)
        assert (reply.status, reply.error) == (400, ("bad_request", field)), fields
    assert await logins(here) == before


async def test_without_login_and_password_somebody_is_there_and_cannot_sign_in(here: World) -> None:
    made = [await create(here, login=..., password=..., name="Zoé de La Tour") for _ in range(2)]
    assert [(reply.status, reply.body["state"]) for reply in made] == [(201, "none")] * 2
    first, second = (reply.body["login"] for reply in made)
    assert first[:4] == second[:4] == "zoe-"
    assert first != second
    for password in ("", "None", "null"):
        reply = await here.site.ask("POST", "/api/v1/session", {"login": first, "password": password})
        assert reply.error[0] == "bad_credentials"


async def test_a_young_person_may_have_a_shorter_password(here: World) -> None:
    assert (await create(here, role="mentee", birth_date="2012-01-01", password="un galet")).status == 201
    assert (await create(here, login="tom", password="un galet")).error == ("bad_request", "password")


@pytest.mark.parametrize("login", ["lea.north", "LEA.NORTH", "lea.south"])
async def test_a_login_is_there_once_on_the_whole_instance(here: World, login: str) -> None:
    reply = await create(here, login=login)
    assert (reply.status, reply.error) == (409, ("conflict", "login"))


async def test_of_two_who_want_one_login_one_gets_it(here: World) -> None:
    replies = await asyncio.gather(*(create(here, name=f"Zoé {number}") for number in range(8)))
    assert sorted(reply.status for reply in replies) == [201] + [409] * 7
    assert {reply.error for reply in replies if reply.status == 409} == {("conflict", "login")}


async def test_what_a_person_is(here: World) -> None:
    lea, alice = here.north.people["lea"], here.north.people["alice"]
    async with here.database.everywhere() as conn:
        people = await people_of(conn, [lea.id, alice.id, new_id()])
        assert await people_of(conn, []) == {}
    assert people == {lea.id: lea, alice.id: alice}
    assert (lea.minor_on(START.date()), lea.minor_on(date(2029, 5, 3)), lea.minor_on(date(2029, 5, 4))) == (
        True,
        True,
        False,
    )
    assert alice.minor_on(START.date()) is False


async def test_closing_an_account_twice_is_once(here: World) -> None:
    lea = here.north.id("lea")
    await here.token("lea.north")
    people = [await here.accounts.disable(here.north.organisation.id, lea) for _ in range(2)]
    assert [person.disabled for person in people] == [True, True]
    assert [event.account_id for event in here.ended] == [lea]
    reply = await here.site.ask("GET", "/api/v1/accounts", token=here.north.tokens["alice"])
    assert [account["login"] for account in reply.body["accounts"] if account["disabled"]] == ["lea.north"]


async def test_the_account_of_another_organisation_cannot_be_closed(here: World) -> None:
    for stranger in (here.south.id("lea"), new_id()):
        with pytest.raises(NotFound):
            await here.accounts.disable(here.north.organisation.id, stranger)
    signed_in = await here.site.ask("POST", "/api/v1/session", {"login": "lea.south", "password": PASSWORD})
    assert signed_in.status == 200
