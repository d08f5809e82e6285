"""Devices: known by what they carry, told of when they are new, ended from afar; strangers who guess hold none up."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from server.infra.database import Database
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.people.sessions.store import Proved, insert_session
from server.people.sessions.tokens import hash_token, new_token
from tests.support.rooms import Client, House, Person, served
from tests.support.site import Reply
from tests.support.world import PASSWORD, World, world

ANDROID = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/131.0.0.0 Mobile Safari/537.36"
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0"


@pytest.fixture
async def here(database: Database) -> AsyncIterator[World]:
    async with world(database, sign_in=()) as made:
        yield made


async def come(here: World, login: str, device: str | None = None, agent: str = ANDROID, **more: Any) -> Reply:
    headers = {"User-Agent": agent} | ({"Cookie": f"binome_device={device}"} if device else {})
    body = {"login": login, "password": PASSWORD, **more}
    return await here.site.ask("POST", "/api/v1/session", body, headers=headers)


def cookies(reply: Reply) -> dict[str, str]:
    pairs = [value.partition(";")[0].split("=", 1) for value in reply.headers.getall("Set-Cookie")]  # type: ignore[attr-defined]
    return dict(pairs)


async def kinds(here: World, who: str) -> list[tuple[str, Any]]:
    query = text("select kind, facts from account_notices where account_id = :who order by id")
    async with here.database.everywhere() as conn:
        return [tuple(row) for row in await conn.execute(query, {"who": here.north.id(who)})]


async def test_a_device_never_seen_before_is_told_to_its_owner_the_first_one_is_not(here: World) -> None:
    first = cookies(await come(here, "lea.north"))
    assert await kinds(here, "lea") == []
    again = cookies(await come(here, "lea.north", first["binome_device"]))
    assert again["binome_device"] == first["binome_device"]
    assert await kinds(here, "lea") == []
    other = cookies(await come(here, "lea.north", agent=WINDOWS))
    assert other["binome_device"] != first["binome_device"]
    assert await kinds(here, "lea") == [("new_device", {"system": "windows", "browser": "firefox"})]
    # A brother's device, which is known, is not known to be hers.
    await come(here, "yanis.north", other["binome_device"])
    await come(here, "yanis.north", first["binome_device"])
    assert [kind for kind, _ in await kinds(here, "yanis")] == ["new_device"]


async def test_the_table_does_not_tell_who_shares_a_device(here: World) -> None:
    device = cookies(await come(here, "lea.north"))["binome_device"]
    await come(here, "yanis.north", device)
    async with here.database.everywhere() as conn:
        hashes = [row[0] for row in await conn.execute(text("select token_hash from auth_devices"))]
    assert len(set(hashes)) == 2


async def test_ones_devices_are_listed_in_plain_words_and_ended_one_by_one(here: World) -> None:
    telephone, screen = cookies(await come(here, "lea.north")), cookies(await come(here, "lea.north", agent=WINDOWS))
    here.clock.advance(86_400)
    listed = await here.site.ask("GET", "/api/v1/session/devices", cookie=telephone["binome"])
    assert [{key: row[key] for key in row if key != "id"} for row in listed.body["devices"]] == [
        {
            "system": "android",
            "browser": "chrome",
            "since": "2026-11-22T12:00:00.000Z",
            "here": True,
            "used_on": "2026-11-23",
        },
        {
            "system": "windows",
            "browser": "firefox",
            "since": "2026-11-22T12:00:00.000Z",
            "here": False,
            "used_on": "2026-11-22",
        },
    ]
    other = cookies(await come(here, "yanis.north"))["binome"]
    for session in (listed.body["devices"][1]["id"], str(new_id())):
        nothing = await here.site.ask("DELETE", f"/api/v1/session/devices/{session}", cookie=other)
        assert nothing.status == 204
    assert (await here.site.ask("GET", "/api/v1/session", cookie=screen["binome"])).status == 200
    ended = await here.site.ask(
        "DELETE", f"/api/v1/session/devices/{listed.body['devices'][1]['id']}", cookie=telephone["binome"]
    )
    assert ended.status == 204
    assert (await here.site.ask("GET", "/api/v1/session", cookie=screen["binome"])).status == 401
    assert (await here.site.ask("GET", "/api/v1/session", cookie=telephone["binome"])).status == 200


async def test_a_device_that_was_cut_off_is_a_stranger_from_then_on(here: World) -> None:
    telephone, screen = cookies(await come(here, "lea.north")), cookies(await come(here, "lea.north", agent=WINDOWS))
    listed = (await here.site.ask("GET", "/api/v1/session/devices", cookie=telephone["binome"])).body["devices"]
    (lost,) = [row["id"] for row in listed if not row["here"]]
    (this,) = [row["id"] for row in listed if row["here"]]
    for session in (lost, this):
        await here.site.ask("DELETE", f"/api/v1/session/devices/{session}", cookie=telephone["binome"])
    told = len(await kinds(here, "lea"))
    await come(here, "lea.north", telephone["binome_device"])
    assert len(await kinds(here, "lea")) == told
    await come(here, "lea.north", screen["binome_device"])
    assert [kind for kind, _ in await kinds(here, "lea")][told:] == ["new_device"]
    async with here.database.everywhere() as conn:
        acts = (await conn.execute(text("select act from audit_entries where act = 'session.ended'"))).all()
    assert len(acts) == 2


async def test_a_new_password_ends_all_other_sessions(here: World) -> None:
    telephone, screen = cookies(await come(here, "lea.north")), cookies(await come(here, "lea.north", agent=WINDOWS))
    body = {"password": "trois galets bleus", "proof": {"password": PASSWORD}}
    for changed, field in (
        (body | {"proof": {"password": "not it"}}, None),
        (body | {"proof": {}}, "proof"),
        (body | {"proof": {"password": PASSWORD, "code": "000000"}}, "proof"),
        (body | {"password": "soleil2012"}, "password"),
        (body | {"password": "lea.north1"}, "password"),
        (body | {"password": "court"}, "password"),
    ):
        reply = await here.site.ask("POST", "/api/v1/password", changed, cookie=telephone["binome"])
        assert (reply.status, reply.error[1]) == (401 if field is None else 400, field), changed
    assert (await here.site.ask("POST", "/api/v1/password", body, cookie=telephone["binome"])).status == 204
    assert (await here.site.ask("GET", "/api/v1/session", cookie=screen["binome"])).status == 401
    assert (await here.site.ask("GET", "/api/v1/session", cookie=telephone["binome"])).status == 200
    assert (await come(here, "lea.north")).status == 401
    signed_in = await here.site.ask("POST", "/api/v1/session", {"login": "lea.north", "password": "trois galets bleus"})
    assert signed_in.status == 200
    assert ("password_changed", {}) in await kinds(here, "lea")


async def test_strangers_who_guess_hold_up_no_device_that_is_known_not_even_after_a_restart(
    database: Database,
) -> None:
    async with world(database, sign_in=()) as here:
        device = cookies(await come(here, "lea.north"))["binome_device"]
        for number in range(25):
            body = {"login": "lea.north", "password": "a guess"}
            await here.sign_in_from(f"203.0.113.{number}", body)
        assert (await come(here, "lea.north", device)).status == 200
        assert (await here.sign_in_from("198.51.100.7", {"login": "lea.north", "password": PASSWORD})) == "too_fast"
        assert (await here.sign_in_from("198.51.100.7", {"login": "nobody", "password": PASSWORD})) == "bad_credentials"
        here.forget_guesses()
        assert (await here.sign_in_from("198.51.100.8", {"login": "lea.north", "password": PASSWORD})) == "too_fast"
        assert (await come(here, "lea.north", device)).status == 200
        alice = await here.token("alice.north")
        guessed = (await here.site.ask("GET", "/api/v1/accounts/guessed", token=alice)).body["guessed"]
        assert [(row["account"], row["times"]) for row in guessed] == [(str(here.north.id("lea")), 8)]
        south = await here.token("alice.south")
        assert (await here.site.ask("GET", "/api/v1/accounts/guessed", token=south)).body == {"guessed": []}
        for _ in range(2):
            await here.factors.colleagues.tell({})
        assert [kind for kind, _ in await kinds(here, "alice")].count("account_guessed") == 1


@pytest.fixture
async def houses(database: Database) -> AsyncIterator[tuple[House, House]]:
    """Two server processes' worth of parts on one database."""
    async with served(database) as one, served(database) as two:
        yield one, two


async def waiting_token(house: House, who: Person, proved: Proved) -> str:
    token = new_token()
    principal = replace(who.principal, session_id=new_id())
    async with house.database.everywhere() as conn:
        await insert_session(conn, principal, "bearer", hash_token(token), house.clock.now(), proved=proved)
    return token


async def test_a_sign_in_that_waits_opens_no_socket(houses: tuple[House, House]) -> None:
    house, _ = houses
    claire = await house.person(Role.SUPERVISOR, "Claire")
    for proved in (Proved.ASKED, Proved.SET_UP):
        token = await waiting_token(house, claire, proved)
        with pytest.raises(AssertionError, match="second_factor"):
            await Client.open(house.site.port, token)
        reply = await house.site.ask("GET", "/api/v1/home", token=token)
        assert reply.error == ("second_factor", None)


async def test_signing_out_everywhere_closes_the_sockets_in_every_process(houses: tuple[House, House]) -> None:
    one, two = houses
    room = await one.room()
    lea = room.mentee
    other = await waiting_token(one, lea, Proved.ONE_FACTOR)
    sockets = [await one.open(lea), await two.open(lea), await Client.open(two.site.port, other)]
    two.clients.append(sockets[2])
    julien = await two.open(room.mentor)
    assert (await one.ask(lea, "DELETE", "/api/v1/session/devices")).status == 204
    for socket in sockets:
        await socket.until(lambda socket=socket: socket.closed, "the end of a socket")  # type: ignore[misc]
        assert [ended["code"] for ended in socket.events("session:ended")] != []
    assert (await two.site.ask("GET", "/api/v1/home", token=other)).status == 401
    assert not julien.closed
