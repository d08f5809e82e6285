"""Coming in: by invitation of the staff, by code, by a reset link; each once, each only as long as it holds."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from server.infra.database import Database
from server.infra.mail import NotDelivered, SmtpMail
from server.infra.sms import NoSms
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.people.entry import codes
from server.people.entry.delivery import JOB, Delivery
from server.people.entry.joining import BOUND_UNTIL
from server.people.entry.reset import JOB as RESET_JOB
from server.people.factors.lasting import ADDRESS, PIN, LastingGuesses
from tests.support.rooms import House, Person, served
from tests.support.site import Reply
from tests.support.smtp import mail_server

PASSWORD = "une phrase assez longue"


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    async with served(database, BINOME_DATA=str(tmp_path)) as house:
        yield house


@pytest.fixture
async def admin(house: House) -> Person:
    return await house.person(Role.ADMIN, "Alice")


async def made(house: House, admin: Person, role: Role, name: str = "Zoé", **fields: Any) -> str:
    body = {"name": name, "role": role.value, **fields}
    if role is Role.MENTEE:
        body["birth_date"] = "2010-03-01"
    reply = await house.ask(admin, "POST", "/api/v1/accounts", body)
    assert (reply.status, reply.body["state"]) == (201, "none"), reply.body
    return str(reply.body["id"])


async def issued(house: House, admin: Person, account: str, **how: Any) -> dict[str, Any]:
    reply = await house.ask(admin, "POST", f"/api/v1/accounts/{account}/invitation", how)
    assert reply.status == 201, reply.body
    return dict(reply.body)


def token_of(link: str) -> str:
    found = re.search(r"/#/join/([A-Za-z0-9_-]{43})\b", link)
    assert found is not None, link
    return found[1]


async def public(house: House, path: str, body: dict[str, Any]) -> Reply:
    return await house.site.ask("POST", f"/api/v1/{path}", body)


async def bound(house: House, how: dict[str, Any]) -> Person:
    """Somebody on a device that a code or a link has just bound."""
    reply = await public(house, "join/device", {**how, "kind": "bearer"})
    assert reply.status == 200, reply.body
    account, token = reply.body["account"], reply.body["token"]
    principal = await house.capabilities.people.authenticator.authenticate(token)
    return Person(UUID(account["id"]), Role(account["role"]), account["name"], principal, token)


async def asked(house: House, who: Person, method: str, path: str, body: Any) -> Reply:
    reply: Reply = await house.ask(who, method, path, body)
    return reply


async def file_of(house: House, admin: Person, account: str) -> dict[str, Any]:
    return dict((await house.ask(admin, "GET", f"/api/v1/accounts/{account}")).body)


async def jobs(house: House, name: str) -> list[dict[str, Any]]:
    """The payloads of the jobs of this name that wait."""
    rows = await house.sql("select payload from jobs.pgqueuer where entrypoint = :name order by id", name=name)
    return [json.loads(bytes(row[0])) for row in rows]


def letters(folder: Path) -> list[Any]:
    files = sorted((folder / "mail").glob("*.eml"))
    return [message_from_bytes(file.read_bytes(), policy=default) for file in files]


async def deliver(house: House) -> None:
    """Runs the jobs that wait, as the queue would."""
    handlers = house.jobs._handlers
    for name in (RESET_JOB, JOB):
        for payload in await jobs(house, name):
            await handlers[name](payload)
    await house.sql("delete from jobs.pgqueuer")


async def test_an_adult_comes_in_by_a_link_that_serves_once(house: House, admin: Person) -> None:
    account = await made(house, admin, Role.MENTOR, "Julien B.", email="julien@example.org")
    given = await issued(house, admin, account)
    assert (given["purpose"], "code" in given) == ("password", False)
    assert set(given["qr"]) == {"path", "size"}
    token = token_of(given["link"])
    stored = str(await house.sql("select * from invitations"))
    assert token not in stored
    for _ in range(2):  # looking uses nothing
        welcome = await public(house, "join", {"token": token})
        assert welcome.body | {"login": ...} == {
            "organisation": "North",
            "name": "Julien B.",
            "role": "mentor",
            "language": "fr",
            "login": ...,
            "purpose": "password",
        }
    login = welcome.body["login"]
    assert (await public(house, "join/device", {"token": token})).error == ("bad_credentials", None)
    assert (await public(house, "join/password", {"token": token, "password": "court"})).error[0] == "bad_request"
    assert (await public(house, "session", {"login": login, "password": ""})).error[0] == "bad_credentials"
    chosen = await public(house, "join/password", {"token": token, "password": PASSWORD})
    assert (chosen.status, chosen.body) == (200, {"login": login})
    signed_in = await public(house, "session", {"login": login, "password": PASSWORD, "kind": "bearer"})
    assert signed_in.body["account"]["name"] == "Julien B."
    again = await public(house, "join/password", {"token": token, "password": PASSWORD + "!"})
    unknown = await public(house, "join/password", {"token": "A" * 43, "password": PASSWORD})
    assert (again.status, again.body) == (unknown.status, unknown.body) == (401, again.body)
    assert (await file_of(house, admin, account))["invitation"]["state"] == "used"


async def test_only_the_newest_way_in_counts_and_staff_can_take_it_back(house: House, admin: Person) -> None:
    account = await made(house, admin, Role.MENTEE)
    first, second = [await issued(house, admin, account) for _ in range(2)]
    assert (await public(house, "join", {"token": token_of(first["link"])})).error[0] == "bad_credentials"
    assert (await public(house, "join/device", {"code": first["code"]})).error[0] == "bad_credentials"
    assert (await public(house, "join", {"token": token_of(second["link"])})).status == 200
    assert (await house.ask(admin, "DELETE", f"/api/v1/accounts/{account}/invitation")).status == 204
    assert (await public(house, "join", {"token": token_of(second["link"])})).error[0] == "bad_credentials"
    assert (await public(house, "join/device", {"code": second["code"]})).error[0] == "bad_credentials"
    third = await issued(house, admin, account)
    house.clock.advance(timedelta(hours=72).total_seconds())
    admin = await house.person(Role.ADMIN, "Bob")  # whose session has not ended meanwhile
    assert (await public(house, "join/device", {"code": third["code"]})).error[0] == "bad_credentials"
    assert (await file_of(house, admin, account))["invitation"]["state"] == "expired"
    fourth = await issued(house, admin, account)
    assert (await house.ask(admin, "POST", f"/api/v1/accounts/{account}/close")).status == 204
    assert (await public(house, "join/device", {"code": fourth["code"]})).error[0] == "bad_credentials"
    assert (await house.ask(admin, "POST", f"/api/v1/accounts/{account}/invitation", {})).error[0] == "conflict"
    assert (await house.ask(admin, "POST", f"/api/v1/accounts/{account}/reopen")).status == 204
    assert (await public(house, "join/device", {"code": fourth["code"]})).error[0] == "bad_credentials"
    assert (await issued(house, admin, account))["purpose"] == "device"


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


async def test_a_supervisor_lets_in_their_own_young_people_and_guardians_alone(house: House, admin: Person) -> None:
    """A telephone that is lost on a Friday evening: whoever answers then gives another code, and is seen to do so."""
    nadia = await house.person(Role.GUARDIAN, "Nadia")
    room, other = await house.room(guardian=nadia), await house.room()
    claire, lost = room.supervisor, await house.open(room.mentee)
    for mine in (room.mentee, nadia):
        path = f"/api/v1/accounts/{mine.id}"
        first = await issued(house, claire, str(mine.id))
        assert first["purpose"] == "device"
        second = await issued(house, claire, str(mine.id))
        assert (await public(house, "join/device", {"code": first["code"]})).error[0] == "bad_credentials"
        assert (await house.ask(claire, "DELETE", f"{path}/devices")).status == 204
        found = await bound(house, {"code": second["code"]})
        assert found.id == mine.id
        third = await issued(house, claire, str(mine.id))
        assert (await house.ask(claire, "DELETE", f"{path}/invitation")).status == 204
        assert (await public(house, "join/device", {"code": third["code"]})).error[0] == "bad_credentials"
        assert (await house.ask(claire, "DELETE", f"{path}/devices/{found.principal.session_id}")).status == 204
        password = await house.ask(claire, "POST", f"{path}/invitation", {"password": True})
        assert password.error == ("forbidden", None)
    await lost.until(lambda: lost.closed, "the end of the lost telephone")
    notices = (await house.ask(admin, "GET", "/api/v1/notices")).body["notices"]
    assert {(one["kind"], one["facts"]["account"]) for one in notices} == {
        ("access_touched", str(room.mentee.id)), ("access_touched", str(nadia.id)),
    }  # fmt: skip
    assert (await house.ask(claire, "GET", "/api/v1/notices")).body == {"notices": []}
    await house.sql(
        "update guardian_links set until = now(), ended_why = 'request' where guardian_id = :id", id=nadia.id
    )
    strangers = [room.mentor, claire, admin, other.mentee, other.mentor, nadia]
    answers = {
        str(reply.body)
        for who in (*(stranger.id for stranger in strangers), new_id())
        for method, path in (("POST", "invitation"), ("DELETE", "invitation"), ("DELETE", "devices"))
        for reply in [
            await house.ask(claire, method, f"/api/v1/accounts/{who}/{path}", {} if method == "POST" else None)
        ]
    }
    assert len(answers) == 1
    assert "not_found" in answers.pop()


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


async def test_a_letter_names_nobody_and_its_link_works(house: House, admin: Person, tmp_path: Path) -> None:
    account = await made(house, admin, Role.MENTEE, "Léa", email="lea@example.org")
    shown = await issued(house, admin, account, send="mail")
    (job,) = await jobs(house, JOB)
    assert set(job) == {"invitation", "site"}
    handler = house.jobs._handlers[JOB]
    await asyncio.gather(handler(job), handler(job))
    await handler(job)  # done at least once, perhaps more often: sent once, or the later letter's link works
    latest = letters(tmp_path)[-1]
    assert latest["to"] == "lea@example.org"
    text = f"{latest['subject']} {latest.get_content()}"
    assert "Léa" not in text
    assert "North" in text  # who writes
    card = (await file_of(house, admin, account))["invitation"]
    assert (card["way"], card["delivery"], card["state"]) == ("mail", "sent", "open")
    looked = [await public(house, "join", {"token": token_of(link)}) for link in (shown["link"], text)]
    assert [reply.status for reply in looked] == [200, 200]
    await bound(house, {"token": token_of(text)})
    assert (await public(house, "join", {"token": token_of(shown["link"])})).error[0] == "bad_credentials"


async def test_what_is_not_delivered_is_seen_by_staff_and_tried_again(house: House, admin: Person) -> None:
    account = await made(house, admin, Role.MENTOR, email="zoe@example.org")
    refused = await house.ask(admin, "POST", f"/api/v1/accounts/{account}/invitation", {"send": "sms"})
    assert refused.error == ("bad_request", "send")
    await issued(house, admin, account, send="mail")
    (job,) = await jobs(house, JOB)
    async with mail_server() as server:
        server.refusals["RCPT"] = "450 later"
        delivery = Delivery(house.bound, SmtpMail(server.url, "binome@example.org"), NoSms(), house.clock)
        with pytest.raises(NotDelivered):
            await delivery.run(job)
        listed = (await house.ask(admin, "GET", "/api/v1/accounts")).body["accounts"]
        assert [row["state"] for row in listed if row["id"] == account] == ["not_delivered"]
        assert (await file_of(house, admin, account))["invitation"]["failure"] == "address_refused"
        server.refusals["RCPT"] = "550 nobody here"
        await delivery.run(job)  # for good: not tried again
        server.refusals.clear()
        await delivery.run(job)
        assert len(server.letters) == 1
    card = (await file_of(house, admin, account))["invitation"]
    assert (card["delivery"], "failure" in card) == ("sent", False)


async def test_a_reset_answers_alike_for_everybody(house: House, admin: Person, tmp_path: Path) -> None:
    reply = await house.ask(
        admin,
        "POST",
        "/api/v1/accounts",
        {"name": "Zoé", "role": "mentor", "login": "zoe", "password": PASSWORD, "email": "Zoe@example.org"},
    )
    account = reply.body["id"]
    session = await public(house, "session", {"login": "zoe", "password": PASSWORD, "kind": "bearer"})
    names = ["zoe@example.org", "nobody@example.org", "ZOE", "no-one"]
    work: list[list[str]] = []
    event.listen(house.bound.engine.sync_engine, "before_cursor_execute", lambda *asked: work[-1].append(asked[2]))
    for name in names:
        work.append([])
        reply = await public(house, "reset", {"login": name})
        assert (reply.status, reply.body) == (204, None)
    assert work == [work[0]] * 4  # what is done while somebody waits is the same for everybody
    work.append([])
    assert [bool(job["accounts"]) for job in await jobs(house, RESET_JOB)] == [True, False, True, False]
    await deliver(house)
    await deliver(house)
    (letter,) = letters(tmp_path)  # asked for twice, by login and by address: written to once
    token = token_of(letter.get_content())
    assert (await public(house, "join", {"token": token})).body["purpose"] == "reset"
    chosen = await public(house, "join/password", {"token": token, "password": "encore une autre phrase"})
    assert chosen.body == {"login": "zoe"}
    assert (await house.site.ask("GET", "/api/v1/session", token=session.body["token"])).error[0] == "not_signed_in"
    assert (await public(house, "session", {"login": "zoe", "password": PASSWORD})).error[0] == "bad_credentials"
    house.clock.advance(timedelta(minutes=6).total_seconds())
    assert (await public(house, "reset", {"login": "zoe"})).status == 204
    await deliver(house)
    await deliver(house)
    late = token_of(letters(tmp_path)[-1].get_content())
    assert late != token
    house.clock.advance(timedelta(hours=1).total_seconds())
    assert (await public(house, "join", {"token": late})).error[0] == "bad_credentials"
    assert (await file_of(house, admin, account))["invitation"]["state"] == "expired"
    told = [(await public(house, "reset", {"login": "nobody@example.org"})).status for _ in range(4)]
    assert told == [204, 204, 204, 429]
    poisoned = await house.site.ask(
        "POST",
        "/api/v1/reset",
        {"login": "other"},
        headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"},
    )
    assert poisoned.error[0] == "conflict"


async def test_a_stranger_who_asks_for_resets_takes_nothing_away(house: House, admin: Person, tmp_path: Path) -> None:
    account = await made(house, admin, Role.GUARDIAN, "Nadia", login="nadia", email="nadia@example.org")
    way = await issued(house, admin, account, password=True)
    await public(house, "join/password", {"token": token_of(way["link"]), "password": PASSWORD})
    given = await issued(house, admin, account)
    for _ in range(2):
        assert (await public(house, "reset", {"login": "nadia"})).status == 204
        await deliver(house)
        await deliver(house)
        house.clock.advance(timedelta(minutes=6).total_seconds())
    first, second = [token_of(letter.get_content()) for letter in letters(tmp_path)]
    card = (await file_of(house, admin, account))["invitation"]
    assert (card["purpose"], card["state"]) == ("device", "open")
    assert (await public(house, "join/password", {"token": first, "password": "encore une phrase"})).status == 200
    assert (await public(house, "join", {"token": second})).error[0] == "bad_credentials"
    assert (await public(house, "join/device", {"code": given["code"], "kind": "bearer"})).status == 200


async def test_what_went_to_an_address_of_before_opens_nothing(house: House, admin: Person, tmp_path: Path) -> None:
    account = await made(house, admin, Role.MENTOR, "Julien", email="julian@example.org")
    given = await issued(house, admin, account, send="mail")
    await deliver(house)
    sent = token_of(letters(tmp_path)[-1].get_content())
    seen = await file_of(house, admin, account)
    kept = {name: seen[name] for name in ("name", "language", "zone", "version")}
    body = kept | {"email": "julien@example.org"}
    corrected = (await house.ask(admin, "PUT", f"/api/v1/accounts/{account}", body)).body
    assert (corrected["invitation"]["failure"], corrected["state"]) == ("address_changed", "not_delivered")
    assert (await public(house, "join", {"token": sent})).error[0] == "bad_credentials"
    assert (await public(house, "join", {"token": token_of(given["link"])})).status == 200


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
