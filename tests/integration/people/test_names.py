"""The name of an account passes the gate that texts pass: by whoever makes it, over HTTP."""

from typing import Any

from server.kernel.permissions import Role
from tests.support.rooms import House, Person


async def make(house: House, admin: Person, name: str, login: str = "lea", **more: Any) -> Any:
    body = {"login": login, "name": name, "role": "mentee", "password": "un mot de plus", "birth_date": "2012-03-04"}
    return await house.ask(admin, "POST", "/api/v1/accounts", {**body, **more})


async def test_a_name_with_contact_details_is_refused_whatever_is_confirmed(house: House) -> None:
    admin = await house.person(Role.ADMIN, "Nadia")
    for name in ("Léa 06 12 34 56 78", "lea.martin@gmail.com", "snap lea_du_13", "Léa monsite.fr", "Lé\u200ba"):
        for confirmed in (False, True):
            reply = await make(house, admin, name, confirmed=confirmed)
            assert reply.error == ("bad_request", "name"), name
    assert await house.sql("select count(*) from accounts where role = 'mentee'") == [(0,)]


async def test_a_surname_that_looks_like_a_bad_word_can_be_confirmed(house: House) -> None:
    admin = await house.person(Role.ADMIN, "Nadia")
    assert (await make(house, admin, "Julie Salope")).error == ("conflict", "name")
    made = await make(house, admin, "Julie Salope", confirmed=True)
    assert (made.status, made.body["name"]) == (201, "Julie Salope")
    assert (await make(house, admin, "Jean-Noël d’Ormesson", "jean")).status == 201
    assert (await make(house, admin, "Autre", "autre", confirmed="oui")).status == 400


async def test_what_the_organisation_allows_is_no_finding(house: House) -> None:
    admin = await house.person(Role.ADMIN, "Nadia")
    assert (await make(house, admin, "Compte asso-nord.fr")).error == ("bad_request", "name")
    await house.sql(
        "insert into own_rules values (:org, 1, cast(:rules as jsonb), :by, now())",
        org=house.north.id,
        rules='{"allowed": ["asso-nord.fr"]}',
        by=admin.id,
    )
    for _ in range(100):  # until the notice has come
        reply = await make(house, admin, "Compte asso-nord.fr")
        if reply.status == 201:
            break
    assert reply.status == 201
