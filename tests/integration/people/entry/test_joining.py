"""Coming in by a code: once, whoever tries it, and then on that device for as long as it comes back."""

import asyncio
from datetime import timedelta
from uuid import UUID

from server.kernel.permissions import Role
from server.people.entry import codes
from server.people.entry.joining import BOUND_UNTIL
from server.people.sessions.lasting import ADDRESS, LastingGuesses
from tests.support.entry import bound, issued, made, public, token_of
from tests.support.rooms import House, Person


async def test_a_code_used_by_many_at_once_lets_one_in(house: House, admin: Person) -> None:
    account = await made(house, admin, Role.MENTEE, "Léa")
    given = await issued(house, admin, account)
    assert codes.typed(given["code"]) is not None
    secrets = [{"code": given["code"].lower()}, {"token": token_of(given["link"])}] * 4
    replies = await asyncio.gather(*(public(house, "join/device", {**how, "kind": "bearer"}) for how in secrets))
    assert sorted(reply.status for reply in replies) == [200] + [401] * 7
    assert len({str(reply.body) for reply in replies if reply.status == 401 and "code" in str(reply.body)}) <= 2
    assert await house.sql("select count(*) from bound_sessions where account_id = :id", id=UUID(account)) == [(1,)]
    (entry,) = [
        row for row in (await house.ask(admin, "GET", "/api/v1/accounts")).body["accounts"] if row["id"] == account
    ]
    assert entry["state"] == "in"


async def test_codes_are_not_guessed_without_end_and_guessing_holds_up_nobody_else(house: House, admin: Person) -> None:
    account = await made(house, admin, Role.MENTEE)
    given = await issued(house, admin, account)
    before = LastingGuesses(house.bound, house.clock)  # of the process that was here until a moment ago
    for _ in range(int(ADDRESS.burst) - 3):
        await before.take_address("127.0.0.1")
    told = [(await public(house, "join/device", {"code": codes.new_code()})).error[0] for _ in range(5)]
    assert told == ["bad_credentials"] * 3 + ["too_fast"] * 2
    mistyped = given["code"][:-1] + ("3" if given["code"][-1] == "2" else "2")
    assert (await public(house, "join/device", {"code": mistyped})).error[0] == "bad_credentials"  # no guess at all
    assert (await public(house, "join", {"token": token_of(given["link"])})).status == 200
    house.clock.advance(1 / ADDRESS.per_second)
    assert (await public(house, "join/device", {"code": given["code"], "kind": "bearer"})).status == 200


async def test_a_bound_device_goes_on_as_long_as_it_comes_back(house: House, admin: Person) -> None:
    account = await made(house, admin, Role.GUARDIAN, "Nadia")
    nadia = await bound(house, {"code": (await issued(house, admin, account))["code"]})
    assert (await house.ask(nadia, "GET", "/api/v1/second-factors")).body["password"] is False
    before = (await house.ask(nadia, "POST", "/api/v1/session/renew")).body["expires_at"]
    socket = await house.open(nadia)
    house.clock.advance(timedelta(days=2).total_seconds())
    after = (await house.ask(nadia, "POST", "/api/v1/session/renew")).body["expires_at"]
    assert before < after
    assert (await house.ask(nadia, "GET", "/api/v1/session")).body["expires_at"] == after
    await socket.quiet()
    assert not socket.closed
    for _ in range(BOUND_UNTIL.days // 28 + 1):
        house.clock.advance(timedelta(days=28).total_seconds())
        await house.ask(nadia, "POST", "/api/v1/session/renew")
    assert (await house.ask(nadia, "GET", "/api/v1/home")).error[0] == "session_expired"
    # A session that a password has opened ends when it said it would.
    lena = await house.person(Role.MENTOR, "Lena")
    told = (await house.ask(lena, "POST", "/api/v1/session/renew")).body["expires_at"]
    assert told == (await house.ask(lena, "GET", "/api/v1/session")).body["expires_at"]


async def test_who_has_a_second_factor_shows_it_after_a_code_too(house: House, admin: Person) -> None:
    account = await made(house, admin, Role.GUARDIAN, "Nadia")
    await house.sql(
        "insert into totp_secrets (account_id, organisation_id, sealed, last_step, created_at)"
        " values (:id, :organisation, 'sealed', 0, now())",
        id=UUID(account), organisation=house.north.id,
    )  # fmt: skip
    reply = await public(
        house, "join/device", {"code": (await issued(house, admin, account))["code"], "kind": "bearer"}
    )
    assert (reply.body["second_factor"]["state"], "account" in reply.body) == ("asked", False)
    half = await house.site.ask("GET", "/api/v1/home", token=reply.body["token"])
    assert half.error[0] == "second_factor"
