"""Invitations by letter: what they say, and what becomes of those that do not arrive, or went to the wrong place."""

import asyncio
from pathlib import Path

import pytest

from server.infra.mail import NotDelivered, SmtpMail
from server.infra.sms import NoSms
from server.kernel.permissions import Role
from server.people.entry.delivery import JOB, Delivery
from tests.support.entry import bound, deliver, file_of, issued, jobs, letters, made, public, token_of
from tests.support.rooms import House, Person
from tests.support.smtp import mail_server


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
