"""Anyone reports a message, a person or a worry: contact stops at once, what was said is kept, a case is open, and who
reported follows it. Whoever is reported learns nothing."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError

from server.escalation.reports.holdings import HOLDINGS
from server.infra.holdings import Scope, erase
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from tests.integration.escalation.test_cases import cases
from tests.integration.rights.test_export import export, sections
from tests.support.notes import body_of, note, say, upload
from tests.support.rooms import House, Person, Room, organisation

PATH = "/api/v1/reports"


async def report(house: House, who: Person, **body: Any) -> Any:
    return await house.ask(who, "POST", PATH, {"id": str(new_id()), **body})


async def said(house: House, room: Room, words: str = "Tu gardes ça pour toi, hein") -> int:
    """A message of the mentor, as it stands in the room; what the moderation thinks of it is not tested here."""
    julien = await house.open(room.mentor)
    answer = await julien.say(room, "Bonjour Lea")
    await house.sql(
        "update messages set body = :words where room_id = :room and seq = :seq",
        words=words,
        room=room.id,
        seq=answer["seq"],
    )
    return int(answer["seq"])


async def evidence(house: House, who: Person, case: str) -> list[Any]:
    answer = await house.ask(who, "GET", f"/api/v1/cases/{case}/reports")
    assert answer.status == 200, answer.body
    return list(answer.body["reports"])


async def own(house: House, who: Person) -> list[Any]:
    return list((await house.ask(who, "GET", PATH)).body["reports"])


async def notices(house: House, who: Person) -> list[str]:
    return [one["kind"] for one in (await house.ask(who, "GET", "/api/v1/notices")).body["notices"]]


async def act(house: House, who: Person, case: Any, what: str, **body: Any) -> Any:
    answer = await house.ask(who, "POST", f"/api/v1/cases/{case['id']}/{what}", body or None)
    assert answer.status == 200, answer.body
    return answer.body


async def test_a_young_person_reports_a_message(house: House) -> None:
    room = await house.room()
    seq = await said(house, room)
    name = str(new_id())
    body = {"id": name, "subject": "message", "kind": "secrets", "room": room.number, "seq": seq}
    answer = await house.ask(room.mentee, "POST", PATH, body)
    assert (answer.status, answer.body) == (
        200,
        {
            "id": body["id"],
            "at": "2026-11-22T12:00:00.000Z",
            "subject": "message",
            "kind": "secrets",
            "words": "",
            "stopped": True,
            "state": "received",
            "moved_at": "2026-11-22T12:00:00.000Z",
            "answers": [],
            "person": "Julien",
        },
    )
    (case,) = await cases(house, room.supervisor)
    assert (case["origin"], case["category"], case["severity"], case["sight"]) == ("report", "secrecy", 4, "whole")
    assert (case["owner"]["name"], case["about"]["name"], case["by"]["name"]) == ("Claire", "Lea", "Lea")
    message = await house.sql("select id from messages where room_id = :room and seq = :seq", room=room.id, seq=seq)
    (shown,) = await evidence(house, room.supervisor, case["id"])
    assert shown == {
        "id": body["id"],
        "at": "2026-11-22T12:00:00.000Z",
        "by": {"id": str(room.mentee.id), "name": "Lea", "role": "mentee"},
        "subject": "message",
        "kind": "secrets",
        "words": "",
        "stopped": True,
        "state": "received",
        "answers": [],
        "person": {"id": str(room.mentor.id), "name": "Julien", "role": "mentor"},
        "message": {
            "id": str(message[0][0]),
            "room": str(room.id),
            "seq": seq,
            "kind": "text",
            "at": "2026-11-22T12:00:00.000Z",
            "state": "delivered",
            "text": "Tu gardes ça pour toi, hein",
            "earlier": [],
        },
    }
    links = await house.sql("select kind, ref from case_links order by kind")
    assert links == [("message", message[0][0]), ("report", UUID(name))]


async def test_what_was_said_stays_as_it_was(house: House) -> None:
    room = await house.room()
    julien = await house.open(room.mentor)
    seq = (await julien.say(room, "Bonjour, je suis content"))["seq"]
    assert (await julien.call("chat:edit", {"room": room.number, "seq": seq, "body": "Bonsoir, je suis content"}))["ok"]
    answer = await report(house, room.mentee, subject="message", kind="uneasy", room=str(room.id), seq=seq)
    assert answer.status == 200, answer.body
    assert (await julien.call("chat:edit", {"room": room.number, "seq": seq, "body": "Rien du tout"}))["ok"]
    (case,) = await cases(house, room.supervisor)
    (shown,) = await evidence(house, room.supervisor, case["id"])
    assert (shown["message"]["text"], shown["message"]["earlier"]) == (
        "Bonsoir, je suis content",
        ["Bonjour, je suis content"],
    )
    for change in ("excerpt = 'autre'", "words = 'autre'", "by_id = person_id", "earlier = '{a}'", "kind = 'other'"):
        with pytest.raises(DBAPIError, match="stays as it was"):
            await house.sql(f"update reports set {change}")  # noqa: S608 - of this test


async def test_contact_stops_at_once(house: House) -> None:
    """In sockets, for both, without a word of why or by whom; and a professional alone lets it go on."""
    room = await house.room()
    seq = await said(house, room)
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    body = {"subject": "message", "kind": "hurtful", "room": room.number, "seq": seq}
    assert (await report(house, room.mentee, **body, stop=True)).body["stopped"] is True
    rights = [{"room": str(room.id), "member": True, "state": "paused", "writable": False}]
    for client in (julien, lea):
        assert await client.wait("room:rights") == rights
        assert (await client.say(room, "Bonjour"))["error"]["code"] == "room_closed"
    for who in (room.mentor, room.mentee):
        assert await notices(house, who) == ["pair_paused"]
        card = (await house.ask(who, "GET", "/api/v1/home")).body["rooms"][0]
        assert (card["state"], card["pause"]) == ("paused", "break")
    file = (await house.ask(room.supervisor, "GET", f"/api/v1/pairs/{room.pair.id}")).body
    assert [(hold["kind"], hold["why"], "by" in hold) for hold in file["holds"]] == [("suspended", "report", False)]
    assert "lift" in file["acts"]
    lift = {"act": "lift", "why": "cleared", "revision": file["revision"]}
    assert (await house.ask(room.supervisor, "POST", f"/api/v1/pairs/{room.pair.id}/acts", lift)).status == 200
    await julien.wait("room:rights", 2)
    assert (await julien.say(room, "Bonjour"))["ok"]
    copies = (await house.ask(room.mentor, "GET", "/api/v1/journal")).body
    assert "report" not in str(copies)


async def test_a_young_person_may_say_that_contact_goes_on(house: House) -> None:
    room = await house.room()
    seq = await said(house, room)
    body = {"subject": "message", "kind": "sexual", "room": room.number, "seq": seq}
    assert (await report(house, room.mentee, **body, stop=False)).body["stopped"] is False
    assert await house.sql("select state from pairs where id = :id", id=room.pair.id) == [("active",)]
    other = await house.room()
    seq = await said(house, other)
    assert (await report(house, other.mentee, **(body | {"room": other.number, "seq": seq}))).body["stopped"] is True


async def test_what_is_stopped_already_is_reported_all_the_same(house: House) -> None:
    room = await house.room()
    seq = await said(house, room)
    body = {"subject": "message", "kind": "sexual", "room": room.number, "seq": seq}
    assert (await report(house, room.mentee, **body)).body["stopped"] is True
    person = {"subject": "person", "kind": "hurtful", "person": str(room.mentor.id)}
    again = await report(house, room.mentee, **person, stop=True)
    assert (again.status, again.body["stopped"]) == (200, False)
    (case,) = await cases(house, room.supervisor)
    assert len(await evidence(house, room.supervisor, case["id"])) == 2


async def test_a_suspended_person_reports_too(house: House) -> None:
    room = await house.room()
    seq = await said(house, room)
    path = f"/api/v1/people/{room.mentee.id}/suspend"
    assert (await house.ask(room.supervisor, "POST", path, {"why": "other"})).status == 204
    await house.told()
    answer = await report(house, room.mentee, subject="message", kind="hurtful", room=room.number, seq=seq)
    assert answer.status == 200, answer.body


async def test_progress_is_told_and_nothing_else(house: House) -> None:
    room = await house.room()
    answer = await report(house, room.mentee, subject="person", kind="uneasy", person=str(room.mentor.id), words=" a ")
    assert answer.body["words"] == "a"
    (case,) = await cases(house, room.supervisor)
    case = await act(house, room.supervisor, case, "acknowledge")
    house.clock.advance(60)
    (mine,) = await own(house, room.mentee)
    assert (mine["state"], mine["moved_at"]) == ("looked_at", "2026-11-22T12:00:00.000Z")
    path = f"reports/{answer.body['id']}/answers"
    reply = {"id": str(new_id()), "words": "Merci de l'avoir dit. Je parle à Julien."}
    for _ in range(2):  # a repeat is the same answer
        listed = await act(house, room.supervisor, case, path, **reply)
    assert [one["words"] for one in listed["reports"][0]["answers"]] == [reply["words"]]
    taken = await house.ask(room.supervisor, "GET", f"/api/v1/cases/{case['id']}")
    await act(
        house, room.supervisor, case, "move",
        revision=taken.body["revision"], to="closed", outcome="resolved", note="Vu avec eux.",
    )  # fmt: skip
    (mine,) = await own(house, room.mentee)
    assert (mine["state"], mine["answers"]) == (
        "done",
        [{"at": "2026-11-22T12:01:00.000Z", "by": "Claire", "words": reply["words"]}],
    )
    assert not {"case", "severity", "note"} & set(mine)
    assert await notices(house, room.mentee) == ["report_done", "report_answered", "report_looked_at"]
    sent = await house.sql(
        "select kind, link from deliveries where account_id = :who order by queued_at, id", who=room.mentee.id
    )
    assert sent == [("message", "/#/reports")] * 3
    assert await notices(house, room.mentor) == []
    assert await own(house, room.mentor) == []
    # Opened again, it is looked at again.
    (closed,) = await cases(house, room.supervisor, "closed")
    await act(house, room.supervisor, closed, "reopen", revision=closed["revision"], note="Encore.")
    assert [one["state"] for one in await own(house, room.mentee)] == ["looked_at"]


async def test_a_case_put_under_another_takes_its_reports_along(house: House) -> None:
    room = await house.room()
    for kind in ("uneasy", "hurtful"):
        body = {"subject": "person", "kind": kind, "person": str(room.mentor.id)}
        assert (await report(house, room.mentee, **body)).status == 200
        for case in await cases(house, room.supervisor):
            if case["can_acknowledge"]:
                await act(house, room.supervisor, case, "acknowledge")
    first, second = sorted(await cases(house, room.supervisor), key=lambda case: str(case["id"]))
    await act(house, room.supervisor, first, "merge", revision=first["revision"], into=second["id"])
    assert len(await evidence(house, room.supervisor, second["id"])) == 2
    assert {one["state"] for one in await own(house, room.mentee)} == {"looked_at"}


async def test_the_same_report_is_one(house: House) -> None:
    room = await house.room()
    seq = await said(house, room)
    body = {"id": str(new_id()), "subject": "message", "kind": "sexual", "room": room.number, "seq": seq}
    answers = await asyncio.gather(*(house.ask(room.mentee, "POST", PATH, body) for _ in range(5)))
    assert [answer.status for answer in answers] == [200] * 5
    assert len({str(answer.body) for answer in answers}) == 1
    taken = await house.ask(
        room.mentor,
        "POST",
        PATH,
        {**body, "subject": "worry", "words": "x", "kind": "danger"} | {"room": None, "seq": None},
    )
    assert (taken.status, taken.body["error"]["code"]) == (409, "conflict")
    assert await house.sql("select count(*) from reports") == [(1,)]
    assert await house.sql("select count(*) from cases") == [(1,)]
    assert await house.sql("select count(*) from pair_holds where lifted_at is null") == [(1,)]


async def test_two_reports_at_once_are_one_case_of_one_person(house: House) -> None:
    room = await house.room()
    seqs = [await said(house, room), await said(house, room)]
    body = {"subject": "message", "kind": "sexual", "room": room.number}
    answers = await asyncio.gather(*(report(house, room.mentee, **body, seq=seq) for seq in seqs * 2))
    assert [answer.status for answer in answers] == [200] * 4
    assert sum(answer.body["stopped"] for answer in answers) == 1
    (case,) = await cases(house, room.supervisor)
    assert len(await evidence(house, room.supervisor, case["id"])) == 4
    # Both at once about each other: two cases, and nobody waits for the other in a circle.
    both = await asyncio.gather(
        report(house, room.mentor, subject="person", kind="hurtful", person=str(room.mentee.id), stop=True),
        report(house, room.mentee, subject="person", kind="danger", person=str(room.mentor.id), stop=True),
    )
    assert [answer.status for answer in both] == [200, 200]


async def test_more_about_the_same_person_raises_its_case(house: House) -> None:
    room = await house.room()
    person = str(room.mentor.id)
    await report(house, room.mentee, subject="person", kind="uneasy", person=person)
    (case,) = await cases(house, room.supervisor)
    assert case["severity"] == 3
    await report(house, room.mentee, subject="person", kind="danger", person=person)
    (case,) = await cases(house, room.supervisor)
    assert (case["severity"], case["category"], case["round"]) == (4, "danger", 2)
    await act(house, room.supervisor, case, "acknowledge")
    await report(house, room.mentee, subject="person", kind="uneasy", person=person)
    assert len(await cases(house, room.supervisor)) == 2


async def test_about_the_professional_others_look(house: House) -> None:
    samir = await house.person(Role.SUPERVISOR, "Samir")
    room = await house.room()
    claire = await house.open(room.supervisor)
    first = await report(house, room.mentee, subject="person", kind="uneasy", person=str(room.mentor.id))
    answer = await report(
        house,
        room.mentee,
        subject="person",
        kind="hurtful",
        person=str(room.supervisor.id),
        words="Elle crie.",
        stop=True,
    )
    assert (answer.status, answer.body["stopped"]) == (200, False)
    (theirs,) = [case for case in await cases(house, samir) if case.get("by")]
    assert (theirs["origin"], "owner" in theirs, theirs["sight"]) == ("report", False, "whole")
    assert [one["words"] for one in await evidence(house, samir, theirs["id"])] == ["Elle crie."]
    mine = await cases(house, room.supervisor)
    assert len(mine) == 1
    assert mine[0]["id"] != theirs["id"]
    assert [one["id"] for one in await evidence(house, room.supervisor, mine[0]["id"])] == [first.body["id"]]
    for method, path in (("GET", ""), ("GET", "/file"), ("GET", "/reports"), ("POST", "/acknowledge")):
        found = await house.ask(room.supervisor, method, f"/api/v1/cases/{theirs['id']}{path}")
        assert found.status == 404
    await claire.quiet()
    assert theirs["id"] not in {case["id"] for case in claire.events("case:changed")}
    assert "Elle crie" not in str(claire.frames)
    assert await notices(house, room.supervisor) == []
    paged = await house.sql("select people from case_pages where case_id = :case", case=UUID(theirs["id"]))
    assert all(room.supervisor.id not in people for (people,) in paged)


@pytest.mark.parametrize("role", [Role.MENTOR, Role.SUPERVISOR])
async def test_adults_report_too(house: House, role: Role) -> None:
    room = await house.room()
    lea = await house.open(room.mentee)
    seq = (await lea.say(room, "Bonjour Julien"))["seq"]
    who = {Role.MENTOR: room.mentor, Role.SUPERVISOR: room.supervisor}[role]
    body = {"subject": "message", "kind": "danger", "room": room.number, "seq": seq}
    if role is Role.SUPERVISOR:  # who reads a room is seen there
        early = await report(house, who, **body)
        assert (early.status, early.body["error"]["code"]) == (403, "forbidden")
        assert (await (await house.open(who)).call("room:enter", {"room": room.number}))["ok"]
    answer = await report(house, who, **body)
    assert (answer.status, answer.body["person"]) == (200, "Lea")
    (case,) = await cases(house, room.supervisor)
    assert (case["severity"], case["about"]["name"], case["by"]["name"]) == (4, "Lea", who.name)
    assert await evidence(house, room.supervisor, case["id"])
    journal = (await house.ask(room.mentee, "GET", "/api/v1/journal")).body
    assert "case.read" in str(journal)


async def test_a_guardian_stops_the_contact_of_their_child(house: House) -> None:
    guardian = await house.person(Role.GUARDIAN, "Mina")
    room = await house.room(guardian=guardian)
    listed = (await house.ask(guardian, "GET", f"{PATH}/people")).body["people"]
    assert [(one["name"], one["contact"]) for one in listed] == [("Claire", False), ("Julien", True), ("Lea", False)]
    answer = await report(house, guardian, subject="person", kind="secrets", person=str(room.mentor.id), stop=True)
    assert (answer.status, answer.body["stopped"]) == (200, True)
    (case,) = await cases(house, room.supervisor)
    assert (case["about"]["name"], case["by"]["name"], case["owner"]["name"]) == ("Lea", "Mina", "Claire")
    child = await report(house, guardian, subject="person", kind="unwell", person=str(room.mentee.id), stop=True)
    assert (child.status, child.body["stopped"]) == (200, False)


async def lift(house: House, room: Room) -> None:
    path = f"/api/v1/pairs/{room.pair.id}"
    revision = (await house.ask(room.supervisor, "GET", path)).body["revision"]
    body = {"act": "lift", "why": "cleared", "revision": revision}
    assert (await house.ask(room.supervisor, "POST", f"{path}/acts", body)).status == 200


async def test_what_a_professional_let_go_on_an_adult_does_not_stop_again_by_themselves(house: House) -> None:
    guardian = await house.person(Role.GUARDIAN, "Mina")
    room = await house.room(guardian=guardian)
    about: dict[str, Any] = {"subject": "person", "kind": "uneasy", "person": str(room.mentor.id), "stop": True}
    assert (await report(house, guardian, **about)).body["stopped"] is True
    await act(house, room.supervisor, (await cases(house, room.supervisor))[0], "acknowledge")
    await lift(house, room)
    again = (await report(house, guardian, **about, words="Encore.")).body
    assert (again["stopped"], again["asked"]) == (False, True)
    (case,) = [case for case in await cases(house, room.supervisor) if case["state"] == "open"]
    assert case["severity"] == 3  # somebody has to decide, so somebody is called
    assert [(one["words"], one["asked"]) for one in await evidence(house, room.supervisor, case["id"])] == [
        ("Encore.", True)
    ]
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    assert (await julien.say(room, "Bonjour"))["ok"]
    # Who is young, and anybody else, stops it as at first.
    seq = (await lea.say(room, "Bonjour"))["seq"]
    mentors = await report(house, room.mentor, subject="message", kind="uneasy", room=room.number, seq=seq, stop=True)
    assert mentors.body["stopped"] is True
    await lift(house, room)
    hers: dict[str, Any] = {"subject": "person", "kind": "uneasy", "person": str(room.mentor.id), "stop": True}
    for _ in range(3):
        assert (await report(house, room.mentee, **hers)).body["stopped"] is True
        await lift(house, room)
    # A week later it is another matter.
    house.clock.advance(8 * 86_400)
    await house.sql("update auth_sessions set expires_at = :at", at=house.clock.now() + timedelta(days=1))
    assert (await report(house, guardian, **about)).body["stopped"] is True


async def test_whoever_knows_nobody_by_name_says_it_in_words(house: House) -> None:
    samir = await house.person(Role.SUPERVISOR, "Samir")
    prescriber = await house.person(Role.PRESCRIBER, "Paul")
    assert (await house.ask(prescriber, "GET", f"{PATH}/people")).body == {"people": []}
    answer = await report(house, prescriber, subject="worry", kind="danger", words="Je crains pour un jeune.")
    assert answer.status == 200
    (case,) = await cases(house, samir)
    assert (case["severity"], "about" in case, "owner" in case) == (4, False, False)
    assert [one["words"] for one in await evidence(house, samir, case["id"])] == ["Je crains pour un jeune."]


async def test_a_worry_goes_to_the_professional_one_knows(house: House) -> None:
    await house.person(Role.SUPERVISOR, "Samir")
    room = await house.room()
    await report(house, room.mentee, subject="worry", kind="unwell", words="Mon copain ne mange plus.")
    (case,) = await cases(house, room.supervisor)
    assert (case["owner"]["name"], "about" in case, case["by"]["name"]) == ("Claire", False, "Lea")


async def test_an_admin_reports_anybody_of_the_association(house: House) -> None:
    room = await house.room()
    nadia = await house.person(Role.ADMIN, "Nadia")
    answer = await report(house, nadia, subject="person", kind="hurtful", person=str(room.mentor.id), stop=True)
    assert (answer.status, answer.body["stopped"]) == (200, True)
    (case,) = await cases(house, room.supervisor)
    assert (case["pair"]["mentor"], case["severity"]) == ("Julien", 3)


async def test_others_things_are_nothing(house: House) -> None:
    """Another pair's room and people, another association's: none is there, whether or not it exists."""
    room, other = await house.room(), await house.room()
    seq = await said(house, other)
    abroad = await house.room(where=await organisation(house.database, "South"))
    there = await said(house, abroad)
    for where, place in ((other, seq), (abroad, there)):
        body = {"subject": "message", "kind": "sexual", "room": where.number, "seq": place}
        for who in (room.mentee, room.mentor, room.supervisor):
            assert (await report(house, who, **body)).status == 404
    for stranger in (other.mentor.id, abroad.mentor.id, abroad.supervisor.id, new_id()):
        for reporter in (room.mentee, room.mentor):
            answer = await report(house, reporter, subject="person", kind="hurtful", person=str(stranger), stop=True)
            assert answer.status == 404
    nadia = await house.person(Role.ADMIN, "Nadia")
    assert (await report(house, nadia, subject="person", kind="other", person=str(abroad.mentor.id))).status == 404
    assert await house.sql("select (select count(*) from reports), (select count(*) from cases)") == [(0, 0)]
    assert await house.sql("select count(*) from pair_holds") == [(0,)]
    # Nor is a report of another case.
    await report(house, room.mentee, subject="person", kind="other", person=str(room.mentor.id))
    answer = await report(house, other.mentee, subject="person", kind="other", person=str(other.mentor.id))
    (case,) = [one for one in await cases(house, room.supervisor) if one["sight"] == "whole"]
    path = f"/api/v1/cases/{case['id']}/reports/{answer.body['id']}/answers"
    refused = await house.ask(room.supervisor, "POST", path, {"id": str(new_id()), "words": "Merci."})
    assert refused.status == 404


async def test_what_one_cannot_see_one_cannot_report(house: House) -> None:
    room = await house.room()
    julien = await house.open(room.mentor)
    held = await julien.say(room, "Mon numéro c'est 06 12 34 56 78")
    assert held["state"] == "held"
    body = {"subject": "message", "kind": "other", "room": room.number, "seq": held["seq"]}
    assert (await report(house, room.mentee, **body)).status == 404
    assert (await report(house, room.mentor, **body)).status == 404  # it is their own


async def test_a_voice_note_is_reported(house: House) -> None:
    room = await house.room()
    voice = await upload(house, room.mentor, room, note())
    answer = await say(await house.open(room.mentor), room, voice, 3)
    body = {"subject": "message", "kind": "hurtful", "room": room.number, "seq": answer["seq"]}
    assert (await report(house, room.mentee, **body)).status == 200
    (case,) = await cases(house, room.supervisor)
    (shown,) = await evidence(house, room.supervisor, case["id"])
    assert (shown["message"]["id"], shown["message"]["kind"]) == (str(voice), "voice")
    assert shown["message"]["text"] == body_of(voice, 3)
    # Who sees the case hears it, and nobody else; the one who spoke does not learn it from their journal.
    samir = await house.person(Role.SUPERVISOR, "Samir")
    await act(house, room.supervisor, case, "acknowledge")
    for who, status in ((room.supervisor, 200), (samir, 404), (room.mentee, 403), (room.mentor, 403)):
        heard = await house.site.ask("GET", f"{PATH}/{shown['id']}/note", token=who.token)
        assert heard.status == status
    assert "case.read" in str((await house.ask(room.mentee, "GET", "/api/v1/journal")).body)
    assert "read" not in str((await house.ask(room.mentor, "GET", "/api/v1/journal")).body)
    worry = await report(house, room.mentee, subject="worry", kind="other", words="x")
    path = f"{PATH}/{worry.body['id']}/note"
    assert (await house.site.ask("GET", path, token=room.supervisor.token)).status == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"subject": "worry", "kind": "danger"}, "words"),
        ({"subject": "worry", "kind": "danger", "words": "  "}, "words"),
        ({"subject": "worry", "kind": "sexual", "words": "x"}, "kind"),
        ({"subject": "worry", "kind": "danger", "words": "x" * 2001}, "words"),
        ({"subject": "worry", "kind": "danger", "words": "a\x00b"}, "words"),
        ({"subject": "worry", "kind": "danger", "words": "x", "seq": 1}, "seq"),
        ({"subject": "person", "kind": "danger"}, "person"),
        ({"subject": "message", "kind": "danger", "room": 1}, "seq"),
        ({"subject": "message", "kind": "unwell", "room": 1, "seq": 1}, "kind"),
        ({"subject": "rumour", "kind": "danger"}, "subject"),
    ],
)
async def test_what_does_not_fit_is_refused_whole(house: House, body: Any, field: str) -> None:
    room = await house.room()
    answer = await report(house, room.mentee, **body)
    assert (answer.status, answer.body["error"]["field"]) == (400, field)
    assert await house.sql("select count(*) from reports") == [(0,)]


async def test_many_reports_are_heard(house: House) -> None:
    """Whoever did much else before, and thirty reports at once: each is a report."""
    room = await house.room()
    answers = await asyncio.gather(
        *(report(house, room.mentee, subject="worry", kind="unwell", words=str(one)) for one in range(30))
    )
    assert {answer.status for answer in answers} == {200}
    assert len(await cases(house, room.supervisor)) == 1


async def test_what_is_left_when_somebody_is_forgotten(house: House) -> None:
    """Of who was reported, not what they wrote; of who reported, not what they said; and all goes with the case."""
    room = await house.room()
    seq = await said(house, room)
    body = {"subject": "message", "kind": "secrets", "room": room.number, "seq": seq, "words": "Il insiste."}
    made = await report(house, room.mentee, **body)
    (case,) = await cases(house, room.supervisor)
    path = f"reports/{made.body['id']}/answers"
    await act(house, room.supervisor, case, path, id=str(new_id()), words="Merci.")
    left = "select r.excerpt, r.words, a.words from reports r join report_answers a on a.report_id = r.id"

    async def forget(person: Person) -> None:
        scope = Scope(person.id, house.north.id, [room.pair.id], [room.id], house.clock.now())
        async with house.bound.begin(house.north.id) as conn:
            for holding in HOLDINGS:
                await erase(conn, holding, scope)

    assert await house.sql(left) == [("Tu gardes ça pour toi, hein", "Il insiste.", "Merci.")]
    await forget(room.mentor)
    assert await house.sql(left) == [("", "Il insiste.", "Merci.")]
    await forget(room.mentee)
    assert await house.sql(left) == [("", "", "")]
    await house.sql("delete from cases")
    assert await house.sql("select (select count(*) from reports), (select count(*) from report_answers)") == [(0, 0)]


async def test_a_copy_tells_nobody_that_they_were_reported(house: House) -> None:
    room = await house.room()
    seq = await said(house, room)
    await report(house, room.mentee, subject="message", kind="secrets", room=room.number, seq=seq, words="Il insiste.")
    for who, words in ((room.mentor, []), (room.mentee, ["Il insiste."])):
        _, archive = await export(house, who)
        assert [one["words"] for one in sections(archive).get("reports", [])] == words
        assert ("Il insiste." in str(sections(archive))) is bool(words)
