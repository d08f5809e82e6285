"""The PIN of a bound device."""

import asyncio
from typing import Any

from server.kernel.permissions import Role
from server.people.sessions.lasting import PIN
from tests.support.entry import asked, bound, file_of, issued, made
from tests.support.rooms import House, Person
from tests.support.site import Reply


async def test_a_pin_is_the_devices_and_wrong_ones_cost_a_wait_never_the_way_in(house: House, admin: Person) -> None:
    account = await made(house, admin, Role.MENTEE)
    lea = await bound(house, {"code": (await issued(house, admin, account))["code"]})

    async def put(**body: Any) -> Reply:
        return await asked(house, lea, "PUT", "/api/v1/session/pin", body)

    async def attempt(pin: str) -> Reply:
        return await asked(house, lea, "POST", "/api/v1/session/pin", {"pin": pin})

    assert (await house.ask(lea, "GET", "/api/v1/home")).body["me"]["pin"] is False
    for easy in ("1234", "0000", "9876", "12", "1234567", "12a4", "١٢٥٧"):
        assert (await put(pin=easy)).error == ("bad_request", "pin")
    assert (await put(pin="2580")).status == 204
    assert (await house.ask(lea, "GET", "/api/v1/home")).body["me"]["pin"] is True
    assert "2580" not in str(await house.sql("select * from bound_sessions"))
    assert (await put(pin="1379")).error == ("bad_request", "pin")  # without saying the one that there is
    assert (await put(pin="1379", current="2580")).status == 204
    assert (await put(current="1379")).status == 204
    assert (await attempt("anything")).status == 204  # there is none to be wrong about
    assert (await put(pin="2580")).status == 204
    wrong = await asyncio.gather(*(attempt("0001") for _ in range(4)))
    assert {reply.error for reply in wrong} == {("bad_request", "pin")}
    assert (await attempt("2580")).status == 204  # the count begins anew
    wrong = await asyncio.gather(*(attempt("0001") for _ in range(8)))
    assert sorted(reply.error[0] for reply in wrong) == ["bad_request"] * 5 + ["too_fast"] * 3
    assert (await attempt("2580")).error[0] == "too_fast"
    assert len((await file_of(house, admin, account))["devices"]) == 1
    for _ in range(4):  # whoever plays with it for an hour
        house.clock.advance(PIN.longest.total_seconds())
        assert (await attempt("0001")).error == ("bad_request", "pin")
    house.clock.advance(PIN.longest.total_seconds())
    assert (await attempt("2580")).status == 204
    julien = await house.person(Role.MENTOR, "Julien")
    elsewhere = await house.ask(julien, "PUT", "/api/v1/session/pin", {"pin": "2580"})
    assert elsewhere.error[0] == "conflict"
