"""Who is told nothing, however it was queued: as it stands when it is sent."""

from collections.abc import AsyncIterator, Collection
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from server.infra.database import Database
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.people.consent import store as consent_store
from server.people.consent.rules import Capacity, Decision, How, Purpose
from server.people.consent.store import Entry
from server.people.reach.queueing import shown_phones
from server.people.reach.rules import Urgency
from tests.support.consents import EVERYTHING, consented
from tests.support.reach import Post, post
from tests.support.rooms import CHILD, NOW, Person

YOUTH, GROWN = date(2010, 3, 4), date(2005, 3, 4)  # 16 and 21 years old


@pytest.fixture
async def here(database: Database, tmp_path: Path) -> AsyncIterator[Post]:
    async with post(database, tmp_path) as made:
        yield made


async def young(here: Post, born: date, purposes: Collection[Purpose] = EVERYTHING) -> Person:
    claire = await here.person(name="Claire")
    lea = await here.person(Role.MENTEE, name="Lea", born=born)
    async with here.owner.everywhere() as conn:
        await consented(conn, here.north, lea.id, born, claire.id, NOW, purposes=purposes)
    return lea


ONLY_CHAT = (Purpose.CHAT,)


@pytest.mark.parametrize("born", [CHILD, YOUTH, GROWN])
async def test_a_young_person_is_told_with_consent_alone(here: Post, born: date) -> None:
    without, told = await young(here, born, ONLY_CHAT), await young(here, born)
    refused = [await here.tell(without, urgency, "message") for urgency in Urgency]
    sent = await here.tell(told, Urgency.PROMPT, "message", every_channel=True)
    await here.carry()
    assert [await here.became(key) for key in refused] == [("dropped", "no_consent", [])] * 3
    ways = [("push", "sent", None), ("mail", "sent", None), ("sms", "sent", None)]
    assert await here.became(sent) == ("sent", None, ways)
    assert here.push.taken[0].said["text"] == "Vous avez un message sur Binôme"


async def test_a_consent_that_is_withdrawn_meanwhile_holds(here: Post) -> None:
    """Queued in the quiet hours with consent, withdrawn in the night, not sent in the morning."""
    lea = await young(here, YOUTH)
    here.clock.advance((datetime(2026, 11, 22, 22, tzinfo=UTC) - NOW).total_seconds())
    key = await here.tell(lea, Urgency.PROMPT, "message")
    await here.carry()
    assert (await here.outcome(key)).state == "waiting"
    here.clock.advance(3_600)
    said = here.clock.now()
    async with here.owner.everywhere() as conn:
        word = (Purpose.NOTIFICATIONS, 1, Decision.WITHDRAWN, lea.id, Capacity.SELF, How.APP, said, lea.id, said)
        await consent_store.append(conn, [Entry(new_id(), here.north.id, lea.id, *word)])
    here.clock.advance(10 * 3_600)
    await here.carry()
    assert await here.became(key) == ("dropped", "no_consent", [])


async def test_a_birthday_counts_where_it_is_sent(here: Post) -> None:
    """With 15 a young person's own yes counts alone, from the day on."""
    born = date(2011, 11, 23)  # 15 tomorrow
    claire, lea = await here.person(), await here.person(Role.MENTEE, name="Lea", born=born)
    async with here.owner.everywhere() as conn:
        await consented(conn, here.north, lea.id, born, claire.id, NOW, purposes=ONLY_CHAT)
    before = await here.tell(lea, Urgency.PROMPT, "message")
    await here.carry()
    here.clock.advance(timedelta(days=1).total_seconds())
    said = here.clock.now()
    async with here.owner.everywhere() as conn:
        word = (Purpose.NOTIFICATIONS, 1, Decision.GIVEN, lea.id, Capacity.SELF, How.APP, said, lea.id, said)
        await consent_store.append(conn, [Entry(new_id(), here.north.id, lea.id, *word)])
    after = await here.tell(lea, Urgency.PROMPT, "message")
    await here.carry()
    assert [(await here.outcome(key)).reason for key in (before, after)] == ["no_consent", None]


async def test_what_the_organisation_does_not_let_pass(here: Post) -> None:
    lea, julien = await young(here, YOUTH), await here.person(Role.MENTOR, name="Julien")
    admin = await here.person(Role.ADMIN, name="Alice")
    await here.sql(
        "insert into reach_policies (organisation_id, young_push, young_mail, young_sms, changed_by, changed_at)"
        " values (:where, false, true, false, :by, :at)",
        where=here.north.id,
        by=admin.id,
        at=NOW,
    )
    one = await here.tell(lea, Urgency.PROMPT, "message", every_channel=True)
    other = await here.tell(julien, Urgency.PROMPT, "message")
    await here.carry()
    assert await here.became(one) == ("sent", None, [("mail", "sent", None)])
    assert await here.became(other) == ("sent", None, [("push", "sent", None)])
    await here.sql("update reach_policies set young_mail = false")
    late = await here.tell(lea, Urgency.PROMPT, "message")
    await here.carry()
    assert await here.became(late) == ("dropped", "not_allowed", [])


async def test_closed_suspended_and_put_aside(here: Post) -> None:
    closed, suspended, aside = [await here.person(Role.MENTOR, name=name) for name in ("Ana", "Paul", "Zoe")]
    claire = await here.person()
    keys = [await here.tell(one, Urgency.PROMPT, "message") for one in (closed, suspended, aside, claire)]
    page = await here.tell(claire)
    await here.sql("update accounts set disabled_at = :at where id = :who", at=NOW, who=closed.id)
    await here.sql(
        "insert into suspensions (id, organisation_id, account_id, why, since, by_id)"
        " values (:id, :where, :who, 'report', :at, :by)",
        id=new_id(),
        where=here.north.id,
        who=suspended.id,
        at=NOW,
        by=claire.id,
    )
    for who in (aside, claire):
        await here.sql(
            "insert into restrictions (id, organisation_id, account_id, kind, since)"
            " values (:id, :where, :who, 'restriction', :at)",
            id=new_id(),
            where=here.north.id,
            who=who.id,
            at=NOW,
        )
    await here.carry()
    assert [await here.became(key) for key in keys] == [
        ("dropped", "closed", []),
        ("dropped", "suspended", []),
        ("dropped", "restricted", []),
        ("dropped", "restricted", []),
    ]
    assert (await here.outcome(page)).state == "sent"  # what protects people goes on
    assert len(here.push.taken) == 1


async def test_who_has_no_way_is_seen_to_have_none(here: Post, database: Database) -> None:
    claire = await here.person(push=False, mail=False, sms=False)
    key = await here.tell(claire)
    await here.carry()
    assert await here.became(key) == ("failed", "no_channel", [])


async def test_signing_out_ends_the_notifications_of_that_device(here: Post) -> None:
    claire = await here.person(mail=False, sms=False)
    await here.sql("delete from auth_sessions where account_id = :who", who=claire.id)
    key = await here.tell(claire)
    await here.carry()
    assert await here.became(key) == ("failed", "no_channel", [])


async def test_the_number_at_work_is_shown_where_there_is_one(here: Post) -> None:
    claire, paul = await here.person(), await here.person(name="Paul")
    await here.sql(
        "insert into reach_settings (account_id, organisation_id, shown_phone) values (:who, :where, '+33142761212')",
        who=claire.id,
        where=here.north.id,
    )
    async with here.database.begin(here.north.id) as conn:
        assert await shown_phones(conn, [claire.id, paul.id]) == {claire.id: "+33142761212"}
