"""What staff keep of a person, and the devices that they cut off."""

import asyncio
from typing import Any
from uuid import UUID

from server.kernel.permissions import Role
from tests.support.entry import asked, bound, file_of, issued, made, token_of
from tests.support.rooms import House, Person
from tests.support.site import Reply


async def test_staff_cut_a_device_off_while_it_is_used(house: House, admin: Person) -> None:
    account = await made(house, admin, Role.MENTEE, "Léa")
    lea = await bound(house, {"code": (await issued(house, admin, account))["code"]})
    tablet = await bound(house, {"token": token_of((await issued(house, admin, account))["link"])})
    here, there = await house.open(lea), await house.open(tablet)
    devices = (await file_of(house, admin, account))["devices"]
    assert [(device["bound"], device["pin"]) for device in devices] == [(True, False)] * 2
    path = f"/api/v1/accounts/{account}/devices"
    assert (await house.ask(admin, "DELETE", f"{path}/{lea.principal.session_id}")).status == 204
    await here.until(lambda: here.closed, "the end")
    assert (await house.ask(lea, "GET", "/api/v1/home")).error[0] == "not_signed_in"
    assert (await house.ask(tablet, "GET", "/api/v1/home")).status == 200
    assert (await house.ask(admin, "DELETE", path)).status == 204
    await there.until(lambda: there.closed, "the end")
    assert (await file_of(house, admin, account))["devices"] == []


async def test_of_two_admins_the_second_undoes_nothing(house: House, admin: Person) -> None:
    bob = await house.person(Role.ADMIN, "Bob")
    account = await made(house, admin, Role.MENTEE, "Léa", email="lea@example.org")
    seen = await file_of(house, admin, account)
    kept = {name: seen[name] for name in ("name", "language", "zone", "birth_date", "version", "email")}

    async def put(who: Person, **changes: Any) -> Reply:
        return await asked(house, who, "PUT", f"/api/v1/accounts/{account}", kept | changes)

    replies = await asyncio.gather(put(admin, name="Léa D."), put(bob, phone="06 12 34 56 78"))
    assert sorted(reply.status for reply in replies) == [200, 409]
    (lost,) = [reply for reply in replies if reply.status == 409]
    assert lost.error == ("conflict", "version")
    now = await file_of(house, bob, account)
    assert now["version"] == 2
    assert (now["name"], now.get("phone")) in (("Léa D.", None), ("Léa", "+33612345678"))
    for field, value in (
        ("email", "a@b"),
        ("email", "lea@example.org\nBcc: x@example.org"),
        ("phone", "12"),
        ("zone", "Mars/Base"),
        ("birth_date", "2030-01-01"),
        ("name", "\u202e"),
    ):
        assert (await put(bob, version=2, **{field: value})).error == ("bad_request", field)
    assert (await put(bob, version=2, birth_date=None)).error == ("bad_request", "birth_date")
    assert (await file_of(house, bob, account)) == now


async def test_a_correction_shows_at_once_and_changes_what_age_changes(house: House, admin: Person) -> None:
    room = await house.room()
    asked: list[UUID] = []

    async def watch(_conn: Any, accounts: Any, _at: Any) -> None:
        asked.extend(accounts)

    house.capabilities.people.standing.watch(watch)
    seen = await file_of(house, admin, str(room.mentee.id))
    assert (await house.ask(room.mentee, "GET", "/api/v1/session")).body["account"]["minor"] is True
    kept = {name: seen[name] for name in ("language", "zone", "version")}
    body = kept | {"name": "Léa-Rose", "birth_date": "2000-01-01"}
    assert (await house.ask(admin, "PUT", f"/api/v1/accounts/{room.mentee.id}", body)).status == 200
    assert asked == [room.mentee.id]
    await house.told()
    me = (await house.ask(room.mentee, "GET", "/api/v1/session")).body["account"]
    assert (me["name"], me["minor"]) == ("Léa-Rose", False)


async def test_nobody_closes_their_own_account(house: House, admin: Person) -> None:
    assert (await house.ask(admin, "POST", f"/api/v1/accounts/{admin.id}/close")).error[0] == "conflict"


async def test_all_that_staff_do_is_in_the_trail(house: House, admin: Person) -> None:
    account = await made(house, admin, Role.MENTEE)
    await bound(house, {"code": (await issued(house, admin, account))["code"]})
    await issued(house, admin, account)
    for path in ("invitation", "devices"):
        assert (await house.ask(admin, "DELETE", f"/api/v1/accounts/{account}/{path}")).status == 204
    for path in ("close", "reopen"):
        assert (await house.ask(admin, "POST", f"/api/v1/accounts/{account}/{path}")).status == 204
    acts = await house.sql(
        "select act from audit_entries where :about = any(about) order by sequence", about=UUID(account)
    )
    ours = [act for (act,) in acts if not act.startswith(("session.", "pair.", "consent."))]
    assert ours == [
        "account.created",
        "account.invited",
        "device.bound",
        "account.invited",
        "invitation.revoked",
        "device.revoked",
        "account.closed",
        "account.reopened",
    ]
