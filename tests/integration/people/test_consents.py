"""Guardians and consents through a whole server: who may say what for whom, at the same moment as others, over
birthdays and after a standstill; and what is written down stays."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.people.consent.rules import Purpose
from server.people.consent.standing import standing
from tests.support.rooms import NOW, House, Person, Room

SOON = date(2011, 12, 2)  # 15 in ten days
LINK = {"relation": "parent", "authority": True, "paper": "family_record"}


async def say(house: House, who: Person, room: Room, purpose: str, *, agree: bool, version: int = 1) -> Any:
    house.clock.advance(1)
    body = {"mentee": str(room.mentee.id), "purpose": purpose, "agree": agree, "version": version}
    return await house.ask(who, "POST", "/api/v1/my-consents", body)


async def staff(house: House, room: Room, method: str = "GET", path: str = "consents", body: Any = None) -> Any:
    return await house.ask(room.supervisor, method, f"/api/v1/mentees/{room.mentee.id}/{path}", body)


async def purpose(house: House, room: Room, name: str) -> dict[str, Any]:
    page = (await staff(house, room)).body
    return next(dict(one) for one in page["purposes"] if one["purpose"] == name)


async def noticed(house: House, who: Person) -> list[dict[str, Any]]:
    return list((await house.ask(who, "GET", "/api/v1/notices")).body["notices"])


async def notices(house: House, who: Person) -> list[str]:
    return [one["kind"] for one in await noticed(house, who)]


async def test_a_child_and_a_parent_answer_each_on_their_own_page(house: House) -> None:
    sophie = await house.person(Role.GUARDIAN, "Sophie")
    room = await house.room(guardian=sophie, consents=[Purpose.CHAT])
    (hers,) = (await house.ask(sophie, "GET", "/api/v1/my-consents")).body["pages"]
    assert (hers["mentee"]["name"], hers["reader"], hers["band"], hers["may_answer"]) == (
        "Lea",
        "guardian",
        "child",
        True,
    )
    assert [(one["purpose"], one["on"], one["ask"]) for one in hers["purposes"]][:2] == [
        ("chat", True, False), ("video", False, True),
    ]  # fmt: skip
    assert (await say(house, sophie, room, "video", agree=True)).status == 200
    assert (await purpose(house, room, "video"))["why"] == "ask_young"
    (own,) = (await say(house, room.mentee, room, "video", agree=True)).body["pages"]
    video = own["purposes"][1]
    assert (video["on"], video["why"], [one["decision"] for one in video["said"]]) == (True, "agreed", ["given"] * 2)
    # Saying it again is said once; another text than the one of now is not agreed to.
    await say(house, room.mentee, room, "video", agree=True)
    assert len([line for line in (await staff(house, room)).body["history"] if line["purpose"] == "video"]) == 2
    assert (await say(house, sophie, room, "prescriber", agree=True, version=7)).error == ("conflict", None)
    (after,) = (await say(house, room.mentee, room, "video", agree=False)).body["pages"]
    assert after["history"][0]["decision"] == "withdrawn"


async def test_nobody_speaks_for_a_child_who_is_not_theirs(house: House) -> None:
    sophie, paul = [await house.person(Role.GUARDIAN, name) for name in ("Sophie", "Paul")]
    room, other = await house.room(guardian=sophie), await house.room()
    nobody = {"mentee": str(sophie.id), "purpose": "chat", "agree": False}
    assert (await house.ask(sophie, "POST", "/api/v1/my-consents", nobody)).error == ("not_found", None)
    assert (await say(house, sophie, other, "chat", agree=False)).error == ("not_found", None)
    assert (await say(house, other.mentee, room, "chat", agree=False)).error == ("not_found", None)
    assert (await say(house, room.mentor, room, "chat", agree=False)).error == ("forbidden", None)
    assert (await staff(house, other)).status == 200
    path = f"/api/v1/mentees/{room.mentee.id}/consents"
    assert (await house.ask(other.supervisor, "GET", path)).error == ("not_found", None)
    # Without parental authority a guardian sees, and does not decide.
    assert (
        await staff(house, room, "POST", "guardians", {**LINK, "guardian": str(paul.id), "authority": False})
    ).status == 201
    assert (await say(house, paul, room, "chat", agree=False)).error == ("forbidden", None)
    (page,) = (await house.ask(paul, "GET", "/api/v1/my-consents")).body["pages"]
    assert page["may_answer"] is False
    assert [one.get("name") for one in page["purposes"][0]["said"]] == ["Lea", None]
    young = (await house.ask(room.supervisor, "GET", "/api/v1/mentees")).body["young"]
    assert [card["mentee"]["id"] for card in young] == [str(room.mentee.id)]


async def test_a_paper_of_before_does_not_undo_what_was_said_since(house: House) -> None:
    sophie = await house.person(Role.GUARDIAN, "Sophie")
    room = await house.room(guardian=sophie)
    await say(house, sophie, room, "video", agree=False)
    paper = {"by": str(sophie.id), "purpose": "video", "agree": True, "how": "paper", "day": "2026-11-20"}
    told = await staff(house, room, "POST", "consents", paper)
    video = next(one for one in told.body["purposes"] if one["purpose"] == "video")
    assert (told.status, video["on"], video["why"]) == (200, False, "refused")
    house.clock.advance(60)
    today = {**paper, "day": "2026-11-22", "how": "oral"}
    assert (await staff(house, room, "POST", "consents", today)).status == 200
    assert (await purpose(house, room, "video"))["on"] is True
    line = (await staff(house, room)).body["history"][0]
    assert (line["how"], line["recorded_by"], line["name"]) == ("oral", "Claire", "Sophie")
    tomorrow = await staff(house, room, "POST", "consents", {**paper, "day": "2026-11-23"})
    assert tomorrow.error == ("bad_request", "day")
    stranger = await staff(house, room, "POST", "consents", {**paper, "by": str(room.mentor.id)})
    assert stranger.error == ("bad_request", "by")


async def test_two_parents_who_answer_at_the_same_moment(house: House) -> None:
    """Whoever is first: with one no among them it is off for all, and the professional is told once."""
    sophie, paul = [await house.person(Role.GUARDIAN, name) for name in ("Sophie", "Paul")]
    claire = await house.person(Role.SUPERVISOR, "Claire")
    for _ in range(4):
        room = await house.room(guardian=sophie, consents=[], supervisor=claire)
        assert (await staff(house, room, "POST", "guardians", {**LINK, "guardian": str(paul.id)})).status == 201
        await say(house, room.mentee, room, "video", agree=True)
        await asyncio.gather(
            say(house, sophie, room, "video", agree=True),
            say(house, paul, room, "video", agree=False),
            *(say(house, room.mentee, room, "video", agree=True) for _ in range(3)),
        )
        video = await purpose(house, room, "video")
        assert (video["on"], video["why"]) == (False, "disagreed")
        told = [one for one in await noticed(house, claire) if one["kind"] == "consent_disagreement"]
        assert [one["facts"]["mentee"] for one in told].count(str(room.mentee.id)) == 1
        lines = [line for line in (await staff(house, room)).body["history"] if line["purpose"] == "video"]
        assert len(lines) == 3


async def test_a_link_ends_and_with_it_what_rested_on_it(house: House) -> None:
    sophie = await house.person(Role.GUARDIAN, "Sophie")
    room = await house.room(guardian=sophie)
    link = (await staff(house, room)).body["guardians"][0]["id"]
    house.clock.advance(1)
    ended = await staff(house, room, "POST", f"guardians/{link}/end", {"why": "authority"})
    assert (ended.body["guardians"][0]["ended_why"], ended.body["purposes"][0]["why"]) == ("authority", "ask_guardian")
    assert (await staff(house, room, "POST", f"guardians/{link}/end", {"why": "mistake"})).status == 200
    assert (await house.ask(sophie, "GET", "/api/v1/my-consents")).body == {"pages": []}
    assert (await say(house, sophie, room, "chat", agree=True)).error == ("not_found", None)
    again = {**LINK, "guardian": str(sophie.id)}
    assert (await staff(house, room, "POST", "guardians", again)).status == 201
    assert (await staff(house, room, "POST", "guardians", again)).error == ("conflict", None)
    assert (await purpose(house, room, "chat"))["why"] == "ask_guardian"  # the yes of before is not brought back


async def test_a_supervisor_chooses_guardians_of_their_own_families_alone(house: House) -> None:
    alice = await house.person(Role.ADMIN, "Alice")
    nadia, paul = [await house.person(Role.GUARDIAN, name) for name in ("Nadia", "Paul")]
    room, other = await house.room(), await house.room(guardian=nadia)
    seen = (await staff(house, room)).body
    assert ([one["name"] for one in seen["addable"]], seen["lets_in"]) == (["Paul"], True)
    unpaired = await house.person(Role.MENTEE, "Zoé")  # whose consent comes before there is a pair
    page = (await house.ask(room.supervisor, "GET", f"/api/v1/mentees/{unpaired.id}/consents")).body
    assert page["lets_in"] is False
    path = f"/api/v1/mentees/{room.mentee.id}"
    assert "Nadia" in str((await house.ask(alice, "GET", f"{path}/consents")).body["addable"])
    refused = [
        await staff(house, room, "POST", "guardians", {**LINK, "guardian": str(who)})
        for who in (nadia.id, room.mentor.id, other.mentee.id, new_id())
    ]
    assert [reply.error for reply in refused] == [("not_found", "guardian")] * 4
    assert len({str(reply.body) for reply in refused}) == 1
    wrong = await house.ask(alice, "POST", f"{path}/guardians", {**LINK, "guardian": str(room.mentor.id)})
    assert wrong.error == ("bad_request", "guardian")
    assert (await house.ask(alice, "POST", f"{path}/guardians", {**LINK, "guardian": str(nadia.id)})).status == 201
    brother = await house.room(supervisor=room.supervisor)
    assert (await staff(house, brother, "POST", "guardians", {**LINK, "guardian": str(nadia.id)})).status == 201
    both = await asyncio.gather(
        *(staff(house, one, "POST", "guardians", {**LINK, "guardian": str(paul.id)}) for one in (room, other))
    )
    assert sorted(reply.status for reply in both) == [201, 404]


async def test_a_text_that_asks_again_gives_time_to_answer(house: House) -> None:
    alice = await house.person(Role.ADMIN, "Alice")
    room = await house.room(mentee_born=date(2010, 1, 1))
    words = {"text": "Un nouveau texte.", "easy": "C’est nouveau."}
    new = {"purpose": "video", "after": 1, "fr": words, "en": words, "asks_again_in": 14}
    assert (await house.ask(alice, "POST", "/api/v1/consent-texts", new)).status == 200
    assert (await house.ask(alice, "POST", "/api/v1/consent-texts", new)).error == ("conflict", None)
    assert await notices(house, room.mentee) == ["consent_asks_again"]
    (page,) = (await house.ask(room.mentee, "GET", "/api/v1/my-consents")).body["pages"]
    video = page["purposes"][1]
    assert (video["on"], video["ask"], video["text"], video["version"]) == (True, True, "Un nouveau texte.", 2)
    house.clock.advance(timedelta(days=14).total_seconds())
    token = await house.person(Role.ADMIN, "Bruno")  # whose session is of now
    for _ in range(2):
        await house.capabilities.consents.wording.run({})
    assert await house.sql("select count(*) from asked_again") == [(1,)]
    young = (await house.ask(token, "GET", "/api/v1/mentees")).body["young"]
    assert young[0]["off"] == {"video": "ask_young"}


async def test_at_15_the_young_person_decides_alone_and_everybody_knows_before(house: House) -> None:
    sophie = await house.person(Role.GUARDIAN, "Sophie")
    room = await house.room(guardian=sophie, mentee_born=SOON, consents=[Purpose.CHAT, Purpose.VIDEO])
    birthdays = house.capabilities.consents.birthdays
    for _ in range(2):
        await birthdays.run({})
    house.clock.advance(timedelta(days=4).total_seconds())
    for _ in range(2):
        await birthdays.run({})
    people = await again(house, room, sophie)
    assert [await notices(house, who) for who in people] == [
        ["consent_alone_soon"] * 2, ["consent_alone_soon_guardian"] * 2, ["consent_alone_soon_staff"] * 2,
    ]  # fmt: skip
    house.clock.advance(timedelta(days=8).total_seconds())  # nothing ran over the birthday itself
    lea, sophie, claire = await again(house, room, sophie)
    (hers,) = (await house.ask(sophie, "GET", "/api/v1/my-consents")).body["pages"]
    assert (hers["band"], hers["may_answer"]) == ("youth", False)  # whatever the job does
    assert (await say(house, sophie, room, "video", agree=False)).error == ("forbidden", None)
    for _ in range(2):
        await birthdays.run({})
    assert [(await notices(house, who))[0] for who in (lea, sophie, claire)] == [
        "consent_alone", "consent_alone_guardian", "consent_alone_staff",
    ]  # fmt: skip
    (own,) = (await house.ask(lea, "GET", "/api/v1/my-consents")).body["pages"]
    assert [(one["on"], one["why"], one["ask"]) for one in own["purposes"]][:3] == [
        (True, "carried", True), (True, "carried", True), (False, "ask_young", True),
    ]  # fmt: skip
    (own,) = (await say(house, lea, room, "video", agree=True)).body["pages"]
    assert (own["purposes"][1]["why"], own["purposes"][1]["ask"]) == ("agreed", False)
    assert (await acts(house)).count("mentee.turned") == 1


async def test_at_18_the_guardians_access_ends_and_the_consents_are_an_adults_own(house: House) -> None:
    born = date(2008, 12, 2)
    sophie = await house.person(Role.GUARDIAN, "Sophie")
    room = await house.room(mentee_born=born)
    other = await house.person(Role.GUARDIAN, "Paul")
    sister = await house.room(supervisor=room.supervisor)
    for who, where in ((sophie, room), (other, room), (other, sister)):
        assert (await staff(house, where, "POST", "guardians", {**LINK, "guardian": str(who.id)})).status == 201
    house.clock.advance(timedelta(days=10, hours=3).total_seconds())
    sophie_then, other_then = [await session_of(house, who) for who in (sophie, other)]
    socket = await house.open(sophie_then)
    for _ in range(2):
        await house.capabilities.consents.birthdays.run({})
    await socket.until(lambda: socket.closed, "the end of her session")
    assert (await house.ask(sophie_then, "GET", "/api/v1/session")).status == 401
    pages = (await house.ask(other_then, "GET", "/api/v1/my-consents")).body["pages"]
    assert [page["mentee"]["id"] for page in pages] == [str(sister.mentee.id)]  # who has another child stays
    lea = await session_of(house, room.mentee)
    (own,) = (await house.ask(lea, "GET", "/api/v1/my-consents")).body["pages"]
    assert (own["band"], own["guardians"], {one["on"] for one in own["purposes"]}) == ("adult", [], {True})
    assert await notices(house, lea) == ["consent_grown", "guardian_linked", "guardian_linked"]
    await say(house, lea, room, "chat", agree=True)
    assert await house.sql("select capacity from consent_entries order by number desc limit 1") == [("adult",)]
    assert (await acts(house)).count("guardian.ended") == 2


async def test_a_birth_date_that_was_wrong_takes_no_birthday_away(house: House) -> None:
    """Noted too old, the guardian's access ended; at the right 18 it ends again, and both are told again."""
    sophie = await house.person(Role.GUARDIAN, "Sophie")
    room = await house.room(mentee_born=date(2008, 11, 23))
    birthdays, born = house.capabilities.consents.birthdays, "update accounts set birth_date = :day where id = :id"
    assert (await staff(house, room, "POST", "guardians", {**LINK, "guardian": str(sophie.id)})).status == 201
    house.clock.advance(86_400)
    await birthdays.run({})
    house.clock.advance(60)
    await house.sql(born, day=date(2008, 11, 24), id=room.mentee.id)
    link = {**LINK, "guardian": str(sophie.id)}
    claire = await session_of(house, room.supervisor)
    path = f"/api/v1/mentees/{room.mentee.id}/guardians"
    assert (await house.ask(claire, "POST", path, link)).status == 201
    house.clock.advance(86_400)
    for _ in range(2):
        await birthdays.run({})
    ended = await house.sql(
        "select ended_why from guardian_links where mentee_id = :id order by since", id=room.mentee.id
    )
    assert ended == [("adult",), ("adult",)]
    lea = await session_of(house, room.mentee)
    assert (await notices(house, lea)).count("consent_grown") == 2


async def test_the_birthday_itself_needs_no_job(house: House) -> None:
    """A child of 14 whose parent said yes and who said nothing: from 15 on their own word is enough."""
    room = await house.room(mentee_born=SOON, consents=[])
    assert (await say(house, room.mentee, room, "video", agree=True)).status == 200
    async with house.database.begin(house.north.id) as conn:
        for moment, on in (
            (datetime(2026, 12, 1, 22, 59, tzinfo=UTC), False),
            (datetime(2026, 12, 1, 23, tzinfo=UTC), False),
        ):
            assert (await standing(conn, [room.mentee.id], moment))[room.mentee.id].video is on
    house.clock.advance(timedelta(days=10).total_seconds())
    await say(house, await session_of(house, room.mentee), room, "video", agree=True)
    async with house.database.begin(house.north.id) as conn:
        assert (await standing(conn, [room.mentee.id], house.clock.now()))[room.mentee.id].video is True


@pytest.mark.parametrize(
    "statement",
    [
        "update consent_entries set decision = 'given'",
        "delete from consent_entries",
        "update consent_texts set version = 2",
        "delete from consent_texts",
        "truncate consent_entries",
        "update age_steps set age = 18",
    ],
)
async def test_what_was_said_stays_said(house: House, statement: str) -> None:
    await house.room()
    with pytest.raises(DBAPIError):
        await house.sql(statement)


async def test_each_word_is_in_the_trail_with_no_text(house: House) -> None:
    room = await house.room(mentee_born=date(2010, 1, 1))
    await say(house, room.mentee, room, "chat", agree=False)
    assert (await acts(house)).count("consent.withdrawn") == 1
    (said,) = await house.sql(
        "select entry::jsonb from audit_entries where entry::jsonb ->> 'act' = 'consent.withdrawn'"
    )
    detail = {"purpose": "chat", "version": 1, "capacity": "self", "how": "app"}
    assert (said[0]["detail"], said[0]["by"], said[0]["about"]) == (detail, str(room.mentee.id), [str(room.mentee.id)])


async def test_who_looked_at_the_file_stands_in_the_journal_once(house: House) -> None:
    room = await house.room()
    for _ in range(3):
        await staff(house, room)
    assert (await acts(house)).count("consent.read") == 1


async def test_chat_taken_back_pauses_the_pair_in_the_same_moment(house: House) -> None:
    room = await house.room(mentee_born=date(2010, 1, 1))
    julien = await house.open(room.mentor)
    await say(house, room.mentee, room, "chat", agree=False)
    assert (await julien.say(room, "Bonjour"))["error"]["code"] == "room_closed"
    await say(house, room.mentee, room, "chat", agree=True)
    await julien.until(lambda: julien.events("room:rights")[-1]["writable"], "the room open again")
    assert (await julien.say(room, "Bonjour"))["ok"]


async def acts(house: House) -> list[str]:
    rows = await house.sql("select entry::jsonb ->> 'act' from audit_entries order by sequence")
    return [act for (act,) in rows]


async def session_of(house: House, who: Person) -> Person:
    """The same person, signed in anew: their session of before has run out."""
    fresh = await house.person(who.role, who.name, born=who.principal.birth_date)
    await house.sql("update auth_sessions set account_id = :who where account_id = :fresh", who=who.id, fresh=fresh.id)
    await house.sql("delete from accounts where id = :fresh", fresh=fresh.id)
    return Person(who.id, who.role, who.name, who.principal, fresh.token)


async def again(house: House, room: Room, guardian: Person) -> tuple[Person, Person, Person]:
    return (
        await session_of(house, room.mentee),
        await session_of(house, guardian),
        await session_of(house, room.supervisor),
    )


assert NOW.date() == date(2026, 11, 22)  # the birthdays above are counted from it
