"""What two people do to one thing at the same moment, each through another process: one of them is told, nothing is
done twice, and what is left is what one of the two orders would have left."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

import pytest

from server.infra.database import Database
from server.kernel.permissions import Role
from server.people.consent.rules import Purpose
from tests.support.rooms import House, Person, served
from tests.support.site import Reply

ROUNDS = 3  # of each race: one alone may be won by luck
ACCOUNTS = "/api/v1/accounts"


@pytest.fixture
async def houses(database: Database) -> AsyncIterator[tuple[House, House]]:
    """Two server processes, as far as either can tell, on one database."""
    async with AsyncExitStack() as running:
        one, two = [await running.enter_async_context(served(database)) for _ in range(2)]
        yield one, two


@pytest.fixture
async def alice(houses: tuple[House, House]) -> Person:
    return await houses[0].person(Role.ADMIN, "Alice")


async def invited(house: House, admin: Person, role: Role, name: str) -> tuple[str, dict[str, Any]]:
    """(account, what the invitation says once)."""
    born = {"birth_date": "2011-03-01"} if role is Role.MENTEE else {}
    made = await house.ask(admin, "POST", ACCOUNTS, {"name": name, "role": role.value, **born})
    assert made.status == 201, made.body
    account = str(made.body["id"])
    given = await house.ask(admin, "POST", f"{ACCOUNTS}/{account}/invitation", {})
    assert given.status == 201, given.body
    return account, given.body


def token_of(given: dict[str, Any]) -> str:
    return str(given["link"]).rpartition("/join/")[2]


async def join(house: House, how: str, **body: Any) -> Reply:
    return await house.site.ask("POST", f"/api/v1/join/{how}", body)


async def works(house: House, token: str) -> bool:
    return (await house.site.ask("GET", "/api/v1/session", token=token)).status == 200


async def test_two_admins_correct_one_person(houses: tuple[House, House], alice: Person) -> None:
    one, two = houses
    bob = await one.person(Role.ADMIN, "Bob")
    path = f"{ACCOUNTS}/{(await one.room()).mentee.id}"
    for turn in range(ROUNDS):
        seen = (await one.ask(alice, "GET", path)).body
        kept = {
            name: seen[name] for name in ("name", "language", "zone", "birth_date", "version", "phone") if name in seen
        }
        name, phone = f"Lea{'abcdefgh'[turn]}", f"+3361234560{turn}"
        replies = await asyncio.gather(
            one.ask(alice, "PUT", path, kept | {"name": name}), two.ask(bob, "PUT", path, kept | {"phone": phone})
        )
        assert sorted(reply.status for reply in replies) == [200, 409]
        assert {reply.error for reply in replies if reply.status == 409} == {("conflict", "version")}
        now = (await two.ask(bob, "GET", path)).body
        by_alice = replies[0].status == 200
        assert (now["version"], now["name"], now.get("phone")) == (
            seen["version"] + 1,
            name if by_alice else seen["name"],
            seen.get("phone") if by_alice else phone,
        )


async def test_one_code_typed_on_four_devices(houses: tuple[House, House], alice: Person) -> None:
    """Its link, too: they are two faces of one invitation."""
    for turn in range(ROUNDS):
        account, given = await invited(houses[0], alice, Role.MENTEE, f"Lea{'abcdefgh'[turn]}")
        secrets = ({"code": given["code"]}, {"token": token_of(given)})
        replies = await asyncio.gather(
            *(join(house, "device", kind="bearer", **secret) for house in houses for secret in secrets)
        )
        assert sorted(reply.status for reply in replies) == [200, 401, 401, 401]
        assert {reply.error for reply in replies if reply.status == 401} == {("bad_credentials", None)}
        (let_in,) = [reply.body for reply in replies if reply.status == 200]
        assert let_in["account"]["id"] == account
        assert [await works(house, let_in["token"]) for house in houses] == [True, True]
        bound = "select count(*) from bound_sessions where account_id = :id"
        assert await houses[0].sql(bound, id=UUID(account)) == [(1,)]


async def test_one_link_opened_in_two_windows(houses: tuple[House, House], alice: Person) -> None:
    """The password of the one who was faster is the password, and nobody else's is."""
    for turn in range(ROUNDS):
        account, given = await invited(houses[0], alice, Role.MENTOR, f"Julien{'abcdefgh'[turn]}")
        passwords = ["trois galets bleus", "quatre galets verts"]
        replies = await asyncio.gather(
            *(
                join(house, "password", token=token_of(given), password=password)
                for house, password in zip(houses, passwords, strict=True)
            )
        )
        assert sorted(reply.status for reply in replies) == [200, 401]
        (login,) = [reply.body["login"] for reply in replies if reply.status == 200]
        signed_in = [
            (await houses[turn % 2].site.ask("POST", "/api/v1/session", {"login": login, "password": password})).status
            for password in passwords
        ]
        assert signed_in == [reply.status for reply in replies]
        chosen = "select count(*) from audit_entries where act = 'password.chosen' and by_id = :id"
        assert await houses[0].sql(chosen, id=UUID(account)) == [(1,)]


async def test_an_account_is_closed_while_its_code_is_typed(houses: tuple[House, House], alice: Person) -> None:
    """Whoever came in before is out, whoever came after is not let in; opening it again brings neither back."""
    one, two = houses
    for turn in range(ROUNDS):
        account, given = await invited(one, alice, Role.MENTEE, f"Lea{'abcdefgh'[turn]}")
        closed, joined = await asyncio.gather(
            one.ask(alice, "POST", f"{ACCOUNTS}/{account}/close"),
            join(two, "device", code=given["code"], kind="bearer"),
        )
        assert (closed.status, joined.status in (200, 401)) == (204, True)
        assert (await one.ask(alice, "POST", f"{ACCOUNTS}/{account}/reopen")).status == 204
        for house in houses:
            await house.told()
            if joined.status == 200:
                assert not await works(house, joined.body["token"])
            assert (await join(house, "device", code=given["code"])).status == 401
        assert await one.sql("select count(*) from auth_sessions where account_id = :id", id=UUID(account)) == [(0,)]


async def test_an_invitation_is_made_while_the_account_is_closed(houses: tuple[House, House], alice: Person) -> None:
    one, two = houses
    for turn in range(ROUNDS):
        account, _ = await invited(one, alice, Role.MENTEE, f"Lea{'abcdefgh'[turn]}")
        closed, given = await asyncio.gather(
            one.ask(alice, "POST", f"{ACCOUNTS}/{account}/close"),
            two.ask(alice, "POST", f"{ACCOUNTS}/{account}/invitation", {}),
        )
        assert (closed.status, given.status in (201, 409)) == (204, True)
        open_now = "select count(*) from invitations where account_id = :id and used_at is null and revoked_at is null"
        assert await one.sql(open_now, id=UUID(account)) == [(0,)]


async def test_wrong_pins_are_counted_whichever_process_hears_them(houses: tuple[House, House], alice: Person) -> None:
    _, given = await invited(houses[0], alice, Role.MENTEE, "Lea")
    token = (await join(houses[0], "device", code=given["code"], kind="bearer")).body["token"]
    path = "/api/v1/session/pin"
    assert (await houses[0].site.ask("PUT", path, {"pin": "2580"}, token=token)).status == 204
    replies = await asyncio.gather(
        *(house.site.ask("POST", path, {"pin": "0001"}, token=token) for house in houses for _ in range(5))
    )
    told = [reply.error[0] for reply in replies]
    assert sorted(told) == ["bad_request"] * 5 + ["too_fast"] * 5
    assert [await works(house, token) for house in houses] == [True, True]  # a wait, never the way in


async def test_one_parent_gives_what_the_other_takes_back(houses: tuple[House, House]) -> None:
    """With a no among them it is off, whoever was faster; the professional is told of each time once; and it comes back
    only when the one who said no says yes."""
    one, two = houses
    sophie, paul = [await one.person(Role.GUARDIAN, name) for name in ("Sophie", "Paul")]
    room = await one.room(guardian=sophie, consents=[Purpose.CHAT, Purpose.VIDEO])
    link = {"guardian": str(paul.id), "relation": "parent", "authority": True, "paper": "family_record"}
    young = f"/api/v1/mentees/{room.mentee.id}"
    assert (await one.ask(room.supervisor, "POST", f"{young}/guardians", link)).status == 201

    async def say(house: House, who: Person, *, agree: bool) -> int:
        body = {"mentee": str(room.mentee.id), "purpose": "video", "agree": agree, "version": 1}
        return int((await house.ask(who, "POST", "/api/v1/my-consents", body)).status)

    async def video(house: House) -> tuple[bool, str]:
        purposes = (await house.ask(room.supervisor, "GET", f"{young}/consents")).body["purposes"]
        return next((one["on"], one["why"]) for one in purposes if one["purpose"] == "video")

    async def at_once(by_sophie: bool, by_paul: bool) -> int:
        """How many times the professional is told of it."""
        told = "select count(*) from account_notices where kind like 'consent_%' and account_id = :id"
        before = await one.sql(told, id=room.supervisor.id)
        for house in houses:
            house.clock.advance(1)
        said = await asyncio.gather(say(one, sophie, agree=by_sophie), say(two, paul, agree=by_paul))
        assert set(said) == {200}
        return int((await one.sql(told, id=room.supervisor.id))[0][0] - before[0][0])

    await at_once(True, True)
    for _ in range(ROUNDS):
        assert await at_once(True, False) == 1
        assert [await video(house) for house in houses] == [(False, "disagreed")] * 2
        assert await at_once(True, True) == 0
        assert [await video(house) for house in houses] == [(True, "agreed")] * 2
        assert await at_once(False, False) == 1  # the second of the two changes nothing any more
        assert [await video(house) for house in houses] == [(False, "refused")] * 2
        assert await at_once(True, True) == 1  # after the first of the two they disagree
        assert [await video(house) for house in houses] == [(True, "agreed")] * 2
