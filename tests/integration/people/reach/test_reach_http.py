"""Choosing how one is reached, and what admins keep, as clients ask for it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from server.infra.database import Database
from server.infra.vapid import unpadded
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from tests.integration.transport.scene import another_session, subscription
from tests.support.push_service import Browser
from tests.support.rooms import House, Person, organisation, served
from tests.support.smtp import MailServer, mail_server

ALL = {"push": True, "mail": True, "sms": True, "quiet": None}


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    async with mail_server() as server:
        yield server


@pytest.fixture
async def house(database: Database, mail: MailServer, tmp_path: Path) -> AsyncIterator[House]:
    async with served(
        database, BINOME_DATA=str(tmp_path), BINOME_SMTP_URL=mail.url, BINOME_MAIL_FROM="binome@example.org"
    ) as made:
        yield made


async def with_mail(house: House, who: Person) -> Person:
    await house.sql("update accounts set email = :email where id = :id", email=f"{who.id}@example.org", id=who.id)
    return who


async def reach(house: House, who: Person) -> Any:
    reply = await house.ask(who, "GET", "/api/v1/reach")
    assert reply.status == 200, reply.body
    return reply.body


async def test_what_one_is_told_of_oneself_and_chooses(house: House) -> None:
    claire = await with_mail(house, await house.person(Role.SUPERVISOR, "Claire"))
    found = await reach(house, claire)
    key = found.pop("push_key")
    assert found == {
        "push": {"there": False, "on": True},
        "mail": {"there": True, "on": True, "at": f"{claire.id}@example.org"},
        "sms": {"there": False, "on": True},
        "zone": "Europe/Paris",
        "must": True,
        "devices": [],
        "quiet": {"start": "22:00", "end": "07:00"},
    }
    chosen = {"push": False, "mail": True, "sms": False, "quiet": {"start": "20:30", "end": "08:05"}}
    reply = await house.ask(claire, "PUT", "/api/v1/reach", {**chosen, "shown_phone": "01 42 76 12 12"})
    assert (reply.status, reply.body["quiet"]) == (200, {"start": "20:30", "end": "08:05"})
    assert reply.body["shown_phone"] == "+33142761212"
    assert reply.body["push_key"] == key
    assert (await house.ask(claire, "PUT", "/api/v1/reach", ALL)).body["quiet"] is None
    assert "shown_phone" not in await reach(house, claire)


async def test_a_professional_keeps_one_channel(house: House) -> None:
    claire = await with_mail(house, await house.person(Role.SUPERVISOR, "Claire"))
    julien = await with_mail(house, await house.person(Role.MENTOR, "Julien"))
    silent = {"push": True, "mail": False, "sms": True, "quiet": None}
    assert (await house.ask(claire, "PUT", "/api/v1/reach", silent)).error == ("conflict", None)
    assert (await reach(house, claire))["mail"]["on"] is True
    assert (await house.ask(julien, "PUT", "/api/v1/reach", silent)).status == 200
    assert (await reach(house, julien))["why"] == "switched_off"
    # With a device that shows notifications, mail may go.
    assert (await house.ask(claire, "POST", "/api/v1/reach/devices", subscription())).status == 204
    assert (await house.ask(claire, "PUT", "/api/v1/reach", silent)).status == 200


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"quiet": {"start": "22:00", "end": "22:00"}}, "quiet"),
        ({"quiet": {"start": "24:00", "end": "07:00"}}, "quiet.start"),
        ({"quiet": {"start": "22:00"}}, "quiet.end"),
        ({"shown_phone": "12"}, "shown_phone"),
        ({"mail": "yes"}, "mail"),
    ],
)
async def test_what_cannot_be_chosen_changes_nothing(house: House, wrong: Any, field: str) -> None:
    claire = await house.person(Role.SUPERVISOR, "Claire")
    before = await reach(house, claire)
    assert (await house.ask(claire, "PUT", "/api/v1/reach", {**ALL, **wrong})).error == ("bad_request", field)
    assert await reach(house, claire) == before


async def test_only_professionals_show_a_number(house: House) -> None:
    for role in set(Role) - {Role.ADMIN, Role.SUPERVISOR}:
        who = await house.person(role, "Somebody")
        reply = await house.ask(who, "PUT", "/api/v1/reach", {**ALL, "shown_phone": "01 42 76 12 12"})
        assert reply.error == ("bad_request", "shown_phone")


async def test_a_device_is_one_persons_and_gone_with_the_session(house: House) -> None:
    north, south = house.north, await organisation(house.database, "South")
    claire = await house.person(Role.SUPERVISOR, "Claire", where=north)
    paul = await house.person(Role.MENTOR, "Paul", where=south)
    shared = subscription()
    for _ in range(2):
        assert (await house.ask(claire, "POST", "/api/v1/reach/devices", shared)).status == 204
    (device,) = (await reach(house, claire))["devices"]
    assert device["here"] is True
    elsewhere = await another_session(house, claire)
    assert [one["here"] for one in (await reach(house, elsewhere))["devices"]] == [False]
    assert (await house.ask(paul, "DELETE", f"/api/v1/reach/devices/{device['id']}")).status == 204
    assert len((await reach(house, claire))["devices"]) == 1
    # Somebody else signs in with the same browser, of another organisation: what it shows is theirs from now on.
    assert (await house.ask(paul, "POST", "/api/v1/reach/devices", shared)).status == 204
    assert (await reach(house, claire))["devices"] == []
    assert len((await reach(house, paul))["devices"]) == 1
    assert (await house.ask(paul, "DELETE", "/api/v1/session")).status == 204
    assert await house.sql("select * from push_subscriptions") == []


async def test_of_too_many_devices_the_oldest_give_way(house: House) -> None:
    claire = await house.person(Role.SUPERVISOR, "Claire")
    sessions = [await another_session(house, claire) for _ in range(12)]
    for one in sessions:
        house.clock.advance(1)
        assert (await house.ask(one, "POST", "/api/v1/reach/devices", subscription())).status == 204
    assert len((await reach(house, claire))["devices"]) == 10
    assert [one["here"] for one in (await reach(house, sessions[0]))["devices"]] == [False] * 10
    assert (await reach(house, sessions[-1]))["devices"][0]["here"] is True


async def test_many_tabs_at_once_make_one_device(house: House) -> None:
    claire = await house.person(Role.SUPERVISOR, "Claire")
    given = subscription()
    asked = [house.ask(claire, "POST", "/api/v1/reach/devices", given) for _ in range(8)]
    assert {reply.status for reply in await asyncio.gather(*asked)} == {204}
    assert len((await reach(house, claire))["devices"]) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"endpoint": "https://127.0.0.1/send"}, "endpoint"),
        ({"endpoint": "http://fcm.googleapis.com/x"}, "endpoint"),
        ({"endpoint": "https://intranet.example.org/x"}, "endpoint"),
        ({"p256dh": unpadded(bytes(65))}, "p256dh"),
        ({"p256dh": "é"}, "p256dh"),
        ({"auth": unpadded(bytes(15))}, "auth"),
        ({"auth": unpadded(Browser().p256dh)}, "auth"),
    ],
)
async def test_what_no_browser_gives(house: House, wrong: dict[str, str], field: str) -> None:
    claire = await house.person(Role.SUPERVISOR, "Claire")
    reply = await house.ask(claire, "POST", "/api/v1/reach/devices", {**subscription(), **wrong})
    assert reply.error == ("bad_request", field)
    assert await house.sql("select * from push_subscriptions") == []


async def test_a_try_arrives_and_is_told_of(house: House, mail: MailServer) -> None:
    claire = await with_mail(house, await house.person(Role.SUPERVISOR, "Claire"))
    for _ in range(3):  # once a minute
        assert (await house.ask(claire, "POST", "/api/v1/reach/try")).status == 204
    async with asyncio.timeout(20):
        while (tried := (await reach(house, claire))["tried"])["state"] != "sent":
            await asyncio.sleep(0.05)
    assert [(one["channel"], one["result"]) for one in tried["attempts"]] == [("mail", "sent")]
    assert [letter["Subject"] for letter in mail.letters] == [
        "Ceci est un essai\u00a0: Binôme arrive bien jusqu’à vous"
    ]
    house.clock.advance(60)
    assert (await house.ask(claire, "POST", "/api/v1/reach/try")).status == 204
    async with asyncio.timeout(20):
        while len(mail.letters) < 2:
            await asyncio.sleep(0.05)


async def test_a_try_that_would_not_go_out_says_why(house: House) -> None:
    room = await house.room(consents=())
    assert (await house.ask(room.mentee, "POST", "/api/v1/reach/try")).error == ("conflict", None)
    assert (await reach(house, room.mentee))["why"] == "no_consent"
    assert (await reach(house, room.mentor))["why"] == "no_channel"
    assert await house.sql("select * from deliveries") == []


async def test_an_admin_sees_who_cannot_be_reached(house: House) -> None:
    alice = await house.person(Role.ADMIN, "Alice")
    claire = await with_mail(house, await house.person(Role.SUPERVISOR, "Claire"))
    await with_mail(
        house, await house.person(Role.SUPERVISOR, "Sam", where=await organisation(house.database, "South"))
    )
    told = (await house.ask(alice, "GET", "/api/v1/reach/professionals")).body["professionals"]
    assert told == [
        {"id": str(alice.id), "name": "Alice", "role": "admin", "channels": []},
        {"id": str(claire.id), "name": "Claire", "role": "supervisor", "channels": ["mail"]},
    ]


async def test_letters_that_stay_on_this_machine_reach_nobody(database: Database, tmp_path: Path) -> None:
    async with served(database, BINOME_DATA=str(tmp_path)) as house:
        alice = await with_mail(house, await house.person(Role.ADMIN, "Alice"))
        told = (await house.ask(alice, "GET", "/api/v1/reach/professionals")).body["professionals"]
        assert [one["channels"] for one in told] == [[]]
        # A letter is still written, and it is seen that it went no further.
        assert (await house.ask(alice, "POST", "/api/v1/reach/try")).status == 204
        async with asyncio.timeout(20):
            while (tried := (await reach(house, alice))["tried"])["state"] != "sent":
                await asyncio.sleep(0.05)
        assert tried["attempts"] == [{"channel": "mail", "result": "sent", "reason": "folder"}]
        assert len(list((tmp_path / "mail").glob("*.eml"))) == 1


async def test_contacts_outside(house: House) -> None:
    alice = await house.person(Role.ADMIN, "Alice")
    contact = {"id": str(new_id()), "name": "Ligne de garde", "works_for": "CRIP 75", "phone": "01 42 76 12 12"}
    for _ in range(2):
        assert (await house.ask(alice, "POST", "/api/v1/reach/contacts", contact)).status == 204
    row = {**contact, "phone": "+33142761212", "language": "fr"}
    assert (await house.ask(alice, "GET", "/api/v1/reach/contacts")).body == {"contacts": [row]}
    path = f"/api/v1/reach/contacts/{contact['id']}"
    changed = {"name": "Ligne de nuit", "email": "garde@example.org", "language": "en"}
    assert (await house.ask(alice, "PUT", path, changed)).status == 204
    assert (await house.ask(alice, "GET", "/api/v1/reach/contacts")).body == {
        "contacts": [{"id": contact["id"], "works_for": "", **changed}]
    }
    unreachable = await house.ask(alice, "PUT", path, {"name": "Personne"})
    assert unreachable.error == ("bad_request", "phone")
    assert (await house.ask(alice, "DELETE", path)).status == 204
    assert (await house.ask(alice, "DELETE", path)).status == 404
    assert (await house.ask(alice, "PUT", path, changed)).status == 404
    kept = await house.sql("select name, works_for, email, phone, removed_at is null from outside_contacts")
    assert kept == [("", "", None, None, False)]
    acts = await house.sql("select act from audit_entries where act like 'contact.%' order by sequence")
    assert [act for (act,) in acts] == ["contact.added", "contact.changed", "contact.removed"]


async def test_by_what_young_people_may_be_told(house: House) -> None:
    alice = await house.person(Role.ADMIN, "Alice")
    room = await house.room()
    await with_mail(house, room.mentee)
    assert (await house.ask(alice, "GET", "/api/v1/reach/young")).body == {"push": True, "mail": True, "sms": True}
    none = {"push": False, "mail": False, "sms": False}
    assert (await house.ask(alice, "PUT", "/api/v1/reach/young", none)).status == 204
    assert (await house.ask(alice, "GET", "/api/v1/reach/young")).body == none
    assert (await reach(house, room.mentee))["why"] == "not_allowed"
    await house.ask(alice, "PUT", "/api/v1/reach/young", {**none, "mail": True})
    assert "why" not in await reach(house, room.mentee)
