"""What is queued arrives: by the channels that there are, in their order, once; again where nothing took it; and it is
seen what became of it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from server.infra.database import Database
from server.infra.mail import FolderMail
from server.infra.vapid import unpadded
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.people.reach.queueing import queue
from server.people.reach.rules import Urgency
from tests.support.reach import Post, post
from tests.support.rooms import NOW, organisation

NIGHT = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)  # 23:30 in Paris


@pytest.fixture
async def here(database: Database, tmp_path: Path) -> AsyncIterator[Post]:
    async with post(database, tmp_path) as made:
        yield made


async def test_a_page_goes_to_the_first_channel_that_takes_it(here: Post) -> None:
    claire = await here.person()
    key = await here.tell(claire)
    await here.carry()
    assert await here.became(key) == ("sent", None, [("push", "sent", None)])
    (taken,) = here.push.taken
    ((delivery,),) = await here.sql("select id from deliveries")
    assert taken.said == {
        "id": str(delivery),
        "kind": "page",
        "text": "Urgent\u00a0: une situation attend votre réponse sur Binôme",
        "link": "/#/cases",
    }
    assert (taken.urgency, taken.ttl, taken.topic) == ("high", 3600, unpadded(delivery.bytes))
    expires = datetime.fromtimestamp(taken.claims.pop("exp"), UTC)
    assert taken.claims == {"aud": f"https://{here.push.host}", "sub": "mailto:tech@example.org"}
    assert timedelta() < expires - NOW <= timedelta(hours=24)  # RFC 8292 section 2
    assert (here.mail.letters, here.sms.taken) == ([], [])


async def test_with_every_channel_all_of_them_are_used(here: Post) -> None:
    claire = await here.person()
    key = await here.tell(claire, every_channel=True)
    await here.carry()
    assert await here.became(key) == (
        "sent",
        None,
        [("push", "sent", None), ("sms", "sent", None), ("mail", "sent", None)],
    )
    ((delivery,),) = await here.sql("select id from deliveries")
    sentence = "Urgent\u00a0: une situation attend votre réponse sur Binôme"
    (letter,) = here.mail.letters
    assert (letter["To"], letter["Subject"]) == (f"{claire.id}@example.org", sentence)
    assert letter["Message-ID"] == f"<{delivery}@example.org>"
    link = "https://binome.example.org/#/cases"
    assert letter.get_content().split("\n\n") == [
        "Bonjour,",
        f"{sentence}.",
        link,
        "Ce message ne dit rien de plus, exprès\u00a0: le reste se lit sur Binôme.\n",
    ]
    assert here.sms.taken == [
        {"to": f"+336{claire.id.int % 10**8:08}", "message": f"{sentence}. {link}", "reference": str(delivery)}
    ]
    # Push services see the same length whatever is said.
    await here.tell(claire, kind="message", urgency=Urgency.PROMPT, link=None)
    await here.carry()
    assert len({one.bytes for one in here.push.taken}) == 1


async def test_what_is_not_critical_does_not_wake_people_up(here: Post) -> None:
    """In the quiet hours of where they live, by the channels that cost least."""
    here.clock.advance((NIGHT - NOW).total_seconds())
    claire = await here.person(push=False)
    prompt, critical = await here.tell(claire, Urgency.PROMPT, "case"), await here.tell(claire)
    await here.carry()
    assert (await here.outcome(critical)).state == "sent"
    assert [one["reference"] for one in here.sms.taken] == [
        str((await here.sql("select id from deliveries where urgency = 'critical'"))[0][0])
    ]
    assert await here.became(prompt) == ("waiting", None, [])
    for hours, state in ((6, "waiting"), (1.5, "sent")):  # 5:30, 7:00
        here.clock.advance(hours * 3600)
        await here.carry()
        assert (await here.outcome(prompt)).state == state
    assert len(here.mail.letters) == 1  # by day, mail before what wakes


async def test_the_mail_server_is_down_and_the_next_channel_is_taken(here: Post) -> None:
    here.mail.refusals["EHLO"] = here.mail.refusals["HELO"] = "421 not now"
    julien = await here.person(Role.MENTOR, push=False)
    key = await here.tell(julien, Urgency.PROMPT, "message")
    await here.carry()
    assert await here.became(key) == ("sent", None, [("mail", "failed", "refused"), ("sms", "sent", None)])


async def test_a_letter_that_stays_on_this_machine_takes_the_place_of_nothing(here: Post, tmp_path: Path) -> None:
    """No mail server is set, a gateway is: what is not critical would try mail first."""
    here.ways = replace(here.ways, mail=FolderMail(tmp_path / "mail", "binome@example.org"))
    courier = here.another()
    claire, denis = await here.person(push=False), await here.person(push=False, sms=False, name="Denis")
    first = await here.tell(claire, Urgency.PROMPT, "case")
    second = await here.tell(denis, Urgency.PROMPT, "case")
    here.sms.status = 500
    await here.carry(courier)
    assert await here.became(first) == ("waiting", "refused", [("sms", "failed", "refused")])
    assert await here.became(second) == ("sent", None, [("mail", "sent", "folder")])
    here.sms.status = 200
    here.clock.advance(60)
    await here.carry(courier)
    assert (await here.outcome(first)).state == "sent"


async def test_the_gateway_fails_and_hangs_and_mail_is_taken(here: Post) -> None:
    claire = await here.person(push=False)
    here.sms.status = 500
    first = await here.tell(claire)
    await here.carry()
    assert await here.became(first) == ("sent", None, [("sms", "failed", "refused"), ("mail", "sent", None)])
    here.sms.hangs = True
    second = await here.tell(claire)
    await here.carry(here.another(limit=lambda _channel, _urgency: 0.3))
    assert await here.became(second) == ("sent", None, [("sms", "failed", "unreachable"), ("mail", "sent", None)])


@pytest.mark.parametrize("status", [404, 410])
async def test_a_subscription_that_is_gone_is_forgotten(here: Post, status: int) -> None:
    claire = await here.person(sms=False)
    other = await here.browser(claire)  # the same session: it took the place of the first
    assert await here.sql("select endpoint from push_subscriptions") == [(here.push.endpoint(other),)]
    here.push.answers[other.path] = status
    key = await here.tell(claire)
    await here.carry()
    assert await here.became(key) == ("sent", None, [("push", "failed", "gone"), ("mail", "sent", None)])
    assert await here.sql("select * from push_subscriptions") == []


@pytest.mark.parametrize(("status", "reason"), [(500, "refused"), (429, "refused"), (403, "login"), (307, "refused")])
async def test_a_push_service_that_fails_leaves_the_subscription(here: Post, status: int, reason: str) -> None:
    claire = await here.person(sms=False)
    here.push.answers[here.browsers[claire.id][0].path] = status
    key = await here.tell(claire)
    await here.carry()
    assert await here.became(key) == ("sent", None, [("push", "failed", reason), ("mail", "sent", None)])
    assert len(await here.sql("select * from push_subscriptions")) == 1
    assert len(here.push.asked) == 1  # a redirect leads nowhere


async def test_while_nothing_takes_it_all_is_tried_again_and_then_given_up(here: Post) -> None:
    """A page is given up within twenty minutes: by then it went up the ladder, which sends others."""
    claire = await here.person(push=False, sms=False)
    here.mail.refusals["MAIL"] = "451 not now"
    key = await here.tell(claire)
    waited = 0
    while (await here.outcome(key)).state == "waiting":
        await here.carry()
        here.clock.advance(5)
        waited += 5
        assert waited < 1_800
    state, reason, attempts = await here.became(key)
    assert (state, reason) == ("failed", "refused")
    assert attempts == [("mail", "failed", "refused")] * 13
    assert 600 < waited < 1_200
    at = [one.at for one in (await here.outcome(key)).attempts]
    assert at[1] - at[0] < timedelta(seconds=11)


async def test_it_works_again_and_arrives(here: Post) -> None:
    claire = await here.person(push=False, sms=False)
    here.mail.refusals["MAIL"] = "451 not now"
    key = await here.tell(claire)
    await here.carry()
    assert await here.became(key) == ("waiting", "refused", [("mail", "failed", "refused")])
    await here.carry()  # not before its time
    assert len((await here.outcome(key)).attempts) == 1
    here.mail.refusals.clear()
    here.clock.advance(5)
    await here.carry()
    assert await here.became(key) == ("sent", None, [("mail", "failed", "refused"), ("mail", "sent", None)])


async def test_an_address_that_does_not_exist_is_not_tried_again(here: Post) -> None:
    claire = await here.person(push=False, sms=False)
    here.mail.refusals["RCPT"] = "550 nobody"
    key = await here.tell(claire)
    await here.carry()
    assert await here.became(key) == ("failed", "address_refused", [("mail", "failed", "address_refused")])


async def test_the_same_key_is_sent_once_for_ever(here: Post) -> None:
    claire, paul = await here.person(), await here.person(name="Paul")
    for _ in range(3):
        await here.tell(claire, key="case 1, step 1")
        await here.tell(paul, key="case 1, step 1")
        await here.carry()
    await asyncio.gather(*(here.tell(claire, key="case 2") for _ in range(8)))
    await here.carry()
    assert sorted(one.path for one in here.push.taken) == sorted(
        [here.browsers[claire.id][0].path] * 2 + [here.browsers[paul.id][0].path]
    )


async def test_what_is_not_committed_is_not_sent(here: Post) -> None:
    claire = await here.person()
    with pytest.raises(ZeroDivisionError):
        async with here.database.begin(here.north.id) as conn:
            await queue(conn, here.north.id, claire.id, "key", "page", Urgency.CRITICAL, here.clock.now())
            _ = 1 / 0
    await here.carry()
    assert (await here.sql("select * from deliveries"), here.push.taken) == ([], [])


async def test_a_courier_hears_of_a_commit_at_once(here: Post) -> None:
    """Of any process: by the database. It would not look by itself for an hour."""
    claire = await here.person()
    here.courier._poll_s = 3600
    here.courier.start()
    async with asyncio.timeout(20):
        for number in range(1, 4):
            await here.tell(claire)
            while len(here.push.taken) < number:
                await asyncio.sleep(0.01)


async def test_a_courier_goes_on_when_the_database_was_away(here: Post) -> None:
    claire = await here.person()
    here.courier._poll_s = 0.1
    here.courier.start()
    for number in range(1, 4):
        ended = await here.sql(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
        assert ended
        key = await here.tell(claire)
        async with asyncio.timeout(20):
            while len(here.push.taken) < number:
                await asyncio.sleep(0.02)
            while (await here.outcome(key)).state != "sent":
                await asyncio.sleep(0.02)


async def test_two_couriers_send_once(here: Post) -> None:
    people = [await here.person(name=f"P{number}") for number in range(12)]
    keys = [await here.tell(one) for one in people]
    couriers = [here.courier, here.another(), here.another()]
    for _ in range(4):
        await asyncio.gather(*(courier.look() for courier in couriers))
        await here.arrived(*couriers)
    assert sorted(one.path for one in here.push.taken) == sorted(here.browsers[one.id][0].path for one in people)
    assert [(await here.became(key))[2] for key in keys] == [[("push", "sent", None)]] * 12


async def test_what_is_critical_does_not_queue_behind_the_rest(here: Post) -> None:
    """Also while everything ordinary hangs."""
    people = [await here.person(Role.MENTOR, name=f"P{number}", push=False, mail=False) for number in range(12)]
    here.sms.hangs = True
    for one in people:
        await here.tell(one, Urgency.ORDINARY, "message")
    await here.courier.look()
    claire = await here.person()
    key = await here.tell(claire)
    async with asyncio.timeout(15):
        await here.courier.look()
        while (await here.outcome(key)).state != "sent":
            await asyncio.sleep(0.02)
    assert here.sms.asked <= 8
    assert len(here.courier._carrying) == 8
    for task in list(here.courier._carrying.values()):
        task.cancel()
    await asyncio.gather(*here.courier._carrying.values(), return_exceptions=True)


async def test_a_clock_that_is_put_back_keeps_no_page(here: Post) -> None:
    claire = await here.person(push=False, sms=False)
    here.clock.jump(-3_600)
    fresh = await here.tell(claire, at=NOW)  # from a process whose clock is right
    await here.carry()
    assert (await here.outcome(fresh)).state == "sent"
    here.mail.refusals["MAIL"] = "451 not now"
    key = await here.tell(claire)
    await here.carry()
    here.clock.jump(-86_400)
    here.mail.refusals.clear()
    await here.carry()  # sees it waiting
    assert (await here.outcome(key)).state == "waiting"
    here.clock.advance(5)
    await here.carry()
    assert (await here.outcome(key)).state == "sent"


@pytest.mark.parametrize("urgency", [Urgency.PROMPT, Urgency.ORDINARY])
async def test_what_a_clock_that_is_ahead_queued_or_put_off_waits_no_day(here: Post, urgency: Urgency) -> None:
    """A process a day ahead queues it; another one of the same takes it, and is killed."""
    claire = await here.person(push=False, sms=False)
    fresh = await here.tell(claire, urgency, "case", at=NOW + timedelta(days=1))
    await here.carry()
    assert (await here.outcome(fresh)).state == "sent"
    key = await here.tell(claire, urgency, "case")
    ahead = NOW + timedelta(days=1, seconds=90)
    await here.sql("update deliveries set turn = 1, due_at = :at, wait_s = 90 where state = 'waiting'", at=ahead)
    for seconds, state in ((0, "waiting"), (89, "waiting"), (1, "sent")):
        here.clock.advance(seconds)
        await here.carry()
        assert (await here.outcome(key)).state == state


async def test_a_fault_of_ours_with_one_channel_leaves_the_others(here: Post) -> None:
    """Here: an address that an older version let pass, of which no letter can be made."""
    claire = await here.person(push=False)
    await here.sql("update accounts set email = :email", email="claire@example.org\nBcc: zoe@example.org")
    key = await here.tell(claire, Urgency.PROMPT, "case")
    await here.carry()
    assert await here.became(key) == ("sent", None, [("mail", "failed", "broken"), ("sms", "sent", None)])


async def test_a_class_that_tries_it_out_takes_no_place_from_a_page(here: Post) -> None:
    young = [await here.person(Role.MENTOR, name=f"P{number}", push=False, mail=False) for number in range(20)]
    here.sms.hangs = True
    for one in young:
        await here.own.try_out(one.principal)
    claire = await here.person()
    key = await here.tell(claire)
    async with asyncio.timeout(15):
        await here.courier.look()
        while (await here.outcome(key)).state != "sent":
            await asyncio.sleep(0.02)
    assert here.sms.asked <= 8  # the places of what is not critical
    for task in list(here.courier._carrying.values()):
        task.cancel()
    await asyncio.gather(*here.courier._carrying.values(), return_exceptions=True)


async def test_another_organisation_is_not_reached_and_not_seen(here: Post) -> None:
    south = await organisation(here.owner, "South")
    theirs = await here.person(where=south)
    await here.tell(theirs)  # of North
    assert await here.sql("select * from deliveries") == []
    async with here.database.everywhere() as conn:
        await queue(conn, here.north.id, theirs.id, "everywhere", "page", Urgency.CRITICAL, NOW)
    assert await here.sql("select * from deliveries") == []
    await here.tell(theirs, key="of South", where=south)
    async with here.database.begin(here.north.id) as conn:
        assert await _seen(conn) == 0
    assert (await here.outcome("of South", south)).to == theirs.id


async def _seen(conn: AsyncConnection) -> int:
    return int((await conn.exec_driver_sql("select count(*) from deliveries")).scalar_one())


async def test_what_breaks_each_time_is_given_up(here: Post) -> None:
    """A mistake of ours on one delivery: here, a sentence that went with an update."""
    claire = await here.person()
    key = await here.tell(claire)
    await here.sql("update deliveries set kind = 'unheard_of'")
    taken = 0
    while (await here.outcome(key)).state == "waiting":
        await here.carry()
        here.clock.advance(30)
        taken += 1
        assert taken < 100
    assert (await here.became(key))[:2] == ("failed", "broken")


async def test_nothing_is_said_without_a_sentence(here: Post) -> None:
    claire = await here.person()
    with pytest.raises(ValueError, match="nothing is said for unheard_of"):
        await here.tell(claire, kind="unheard_of")


async def test_a_contact_outside_is_told(here: Post) -> None:
    admin = await here.person(Role.ADMIN)
    contact: UUID = new_id()
    await here.sql(
        "insert into outside_contacts (id, organisation_id, name, phone, language, made_by, made_at)"
        " values (:id, :where, 'CRIP', '+33142761212', 'en', :by, :at)",
        id=contact,
        where=here.north.id,
        by=admin.id,
        at=NOW,
    )
    here.clock.advance((NIGHT - NOW).total_seconds())
    key = await here.tell(contact, link="/#/answer/secret")
    await here.carry()
    assert await here.became(key) == ("sent", None, [("sms", "sent", None)])
    sentence = "Urgent: something is waiting for your answer on Binôme"
    assert here.sms.taken[0]["message"] == f"{sentence}. https://binome.example.org/#/answer/secret"
    assert await here.sql("select link from deliveries") == [(None,)]  # it opens something, and is not kept
    await here.sql("update outside_contacts set removed_at = :at", at=NOW)
    late = await here.tell(contact)
    await here.carry()
    assert await here.became(late) == ("dropped", "closed", [])
