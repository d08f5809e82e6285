"""Promise 3: a serious signal is a case in the same transaction, which is paged up the ladder until a person
acknowledges it, seen by who may and by nobody whom it is about."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from server.escalation.pager import Pager
from server.kernel.errors import Conflict
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.people.sessions.tokens import hash_token
from tests.support.rooms import House, Person, Room, organisation

SUICIDE = "je veux mourir ce soir"
PAGED = "select round, step, rung, people from case_pages order by at, round, step"


async def cases(house: House, who: Person, state: str = "living") -> list[Any]:
    return list((await house.ask(who, "GET", f"/api/v1/cases?state={state}")).body["cases"])


async def look(house: House) -> int:
    await house.told()
    return await house.capabilities.escalation.pager.look()


async def worried(house: House, **how: Any) -> tuple[Room, Any]:
    """A pair whose young person has written something of severity 4, and the case of it as the professional sees it."""
    room = await house.room(**how)
    lea = await house.open(room.mentee)
    assert (await lea.say(room, SUICIDE))["ok"]
    await paged(house, 1)
    (case,) = await cases(house, room.supervisor)
    return room, case


async def paged(house: House, count: int) -> list[Any]:
    """The pages there are, once there are so many."""
    async with asyncio.timeout(10):
        while len(rows := await house.sql(PAGED)) < count:
            await asyncio.sleep(0.01)
    assert len(rows) == count
    return rows


async def test_what_is_serious_is_a_case_with_its_flag(house: House) -> None:
    room, case = await worried(house)
    flags = await house.sql("select id from flags")
    assert await house.sql("select kind, ref from case_links") == [("flag", flags[0][0])]
    assert case == {
        "id": case["id"],
        "reference": case["reference"],
        "origin": "flag",
        "category": "suicide",
        "severity": 4,
        "state": "open",
        "sight": "whole",
        "revision": 0,
        "opened_at": "2026-11-22T12:00:00.000Z",
        "due_at": "2026-11-22T12:05:00.000Z",
        "round": 1,
        "pages": 1,
        "owner": {"id": str(room.supervisor.id), "name": "Claire", "role": "supervisor"},
        "paged": True,
        "can_acknowledge": True,
        "next": [],
        "about": {"id": str(room.mentee.id), "name": "Lea", "role": "mentee"},
        "by": {"id": str(room.mentee.id), "name": "Lea", "role": "mentee"},
        "pair": {"id": str(room.pair.id), "mentor": "Julien", "mentee": "Lea"},
        "room": str(room.id),
    }


async def test_ordinary_words_are_none(house: House) -> None:
    room = await house.room()
    lea = await house.open(room.mentee)
    await lea.say(room, "Bonjour, on se voit mercredi ?")
    assert await house.sql("select count(*) from cases") == [(0,)]


async def test_it_climbs_until_somebody_acknowledges(house: House) -> None:
    room, case = await worried(house)
    samir = await house.person(Role.SUPERVISOR, "Samir")
    await house.capabilities.escalation.pager.stop()  # from here on, it looks when this test says so
    for minutes in (5, 10, 15, 30):
        house.clock.advance(299)
        assert await look(house) == 0
        house.clock.advance(1)
        if minutes == 30:
            house.clock.advance(600)
        await look(house)
    pages = await house.sql(PAGED)
    assert [(round_, step, rung) for round_, step, rung, _ in pages] == [
        (1, 0, 0),
        (1, 1, 1),
        (1, 2, 2),
        (1, 3, 3),
        (1, 4, 3),
    ]
    assert samir.id in pages[1][3]
    answer = await house.ask(samir, "POST", f"/api/v1/cases/{case['id']}/acknowledge")
    assert (answer.status, answer.body["state"], answer.body["owner"]["name"]) == (200, "acknowledged", "Samir")
    house.clock.advance(3_600)
    assert await look(house) == 0
    late = await house.ask(room.supervisor, "POST", f"/api/v1/cases/{case['id']}/acknowledge")
    assert (late.status, late.body["error"]["code"]) == (409, "case_taken")
    assert "Samir" in late.body["error"]["message"]


async def test_of_those_that_somebody_has_the_most_severe_stand_first(house: House) -> None:
    room = await house.room()
    for severity in (2, 4, 3):
        body = {
            "id": str(new_id()),
            "severity": severity,
            "category": "other",
            "note": "Vu.",
            "pair": str(room.pair.id),
        }
        assert (await house.ask(room.supervisor, "POST", "/api/v1/cases", body)).status == 200
        house.clock.advance(60)
    await house.sql("update cases set due_at = case severity when 4 then now() else now() - interval '1 day' end")
    assert [one["severity"] for one in await cases(house, room.supervisor)] == [4, 3, 2]


async def test_two_processes_take_a_step_once(house: House) -> None:
    await worried(house)
    pagers = [Pager(house.bound, house.clock, house.notices) for _ in range(4)]
    for step in range(3):
        house.clock.advance(300)
        await asyncio.gather(*(pager.look() for pager in pagers), look(house))
        await paged(house, 2 + step)
    assert [(step, rung) for _, step, rung, _ in await house.sql(PAGED)] == [(0, 0), (1, 1), (2, 2), (3, 3)]
    assert await house.sql(
        "select count(*) from (select account_id, key from deliveries group by 1, 2 having count(*) > 1) d"
    ) == [(0,)]


async def test_more_of_the_same_joins_until_it_is_acknowledged(house: House) -> None:
    room, case = await worried(house)
    lea = await house.open(room.mentee)
    await lea.say(room, "je veux en finir cette nuit")
    ((shown),) = await cases(house, room.supervisor)
    assert shown["id"] == case["id"]
    assert len(await house.sql("select ref from case_links")) == 2
    await house.ask(room.supervisor, "POST", f"/api/v1/cases/{case['id']}/acknowledge")
    await lea.say(room, "je vais me tuer")
    assert len(await cases(house, room.supervisor)) == 2


async def test_a_tap_is_one_case_for_all_who_answer(house: House) -> None:
    samir = await house.person(Role.SUPERVISOR, "Samir")
    first = await house.room()
    await house.room(mentor=first.mentor, supervisor=samir)
    julien = await house.open(first.mentor)
    assert (await julien.call("help:now", {}))["ok"]
    await paged(house, 1)
    for who in (first.supervisor, samir):
        (case,) = await cases(house, who)
        assert (case["origin"], case["severity"], case["sight"], case["by"]["name"]) == ("help", 4, "whole", "Julien")
    ((_, _, _, people),) = await house.sql(PAGED)
    assert {first.supervisor.id, samir.id} <= set(people)


async def test_whom_it_is_about_learns_nothing(house: House) -> None:
    """A supervisor who writes as the mentor of a pair, or calls for help themselves, does not run that case."""
    samir = await house.person(Role.SUPERVISOR, "Samir")
    claire = await house.person(Role.SUPERVISOR, "Claire")
    await house.room(supervisor=claire)
    calling = await house.open(claire)
    assert (await calling.call("help:now", {"words": "moi"}))["ok"]
    await paged(house, 1)
    assert await cases(house, claire) == []
    (case,) = await cases(house, samir)
    for path in ("", "/file"):
        assert (await house.ask(claire, "GET", f"/api/v1/cases/{case['id']}{path}")).status == 404
    assert (await house.ask(claire, "POST", f"/api/v1/cases/{case['id']}/acknowledge")).status == 404
    ((_, _, _, people),) = await house.sql(PAGED)
    assert claire.id not in people
    await calling.quiet()
    assert calling.events("case:changed") == []


async def test_where_the_only_professional_is_in_it_an_admin_is_paged(house: House) -> None:
    nadia = await house.person(Role.ADMIN, "Nadia")
    room = await house.room()
    claire = await house.open(room.supervisor)
    assert (await claire.call("help:now", {}))["ok"]
    ((_, _, _, people),) = await paged(house, 1)
    assert people == [nadia.id]


async def test_others_of_the_staff_see_an_outline(house: House) -> None:
    samir, nadia = await house.person(Role.SUPERVISOR, "Samir"), await house.person(Role.ADMIN, "Nadia")
    room, case = await worried(house)
    await house.ask(room.supervisor, "POST", f"/api/v1/cases/{case['id']}/acknowledge")
    (seen,) = await cases(house, nadia)
    assert seen["sight"] == "outline"
    assert not {"about", "by", "pair", "room"} & set(seen)
    assert (await house.ask(nadia, "GET", f"/api/v1/cases/{case['id']}/file")).status == 403
    late = await house.ask(nadia, "POST", f"/api/v1/cases/{case['id']}/acknowledge")
    assert (late.status, late.body["error"]["message"]) == (409, "Ce dossier est déjà suivi par Claire.")
    abroad = await house.person(Role.SUPERVISOR, "Ines", where=await organisation(house.database, "South"))
    assert await cases(house, abroad) == []
    assert (await house.ask(abroad, "GET", f"/api/v1/cases/{case['id']}")).status == 404
    assert samir.id is not None


async def test_screens_follow(house: House) -> None:
    room = await house.room()
    claire = await house.open(room.supervisor)
    lea = await house.open(room.mentee)
    await lea.say(room, SUICIDE)
    told = await claire.wait("case:changed", 2)
    assert [(case["state"], case["pages"]) for case in told] == [("open", 0), ("open", 1)]
    await house.ask(room.supervisor, "POST", f"/api/v1/cases/{told[0]['id']}/acknowledge")
    told = await claire.wait("case:changed", 3)
    assert told[2]["state"] == "acknowledged"
    await lea.quiet()
    assert lea.events("case:changed") == []


async def test_deciding_the_flag_settles_what_was_about_it_alone(house: House) -> None:
    room = await house.room()
    julien = await house.open(room.mentor)
    assert (await julien.say(room, "Mon numéro c'est 06 12 34 56 78"))["state"] == "held"
    (case,) = await cases(house, room.supervisor)
    assert (case["severity"], case["category"]) == (3, "contact")
    ((flag,),) = await house.sql("select id from flags")
    assert (await house.decide(room.supervisor, flag, "refuse", "personal_detail")).status == 200
    assert await cases(house, room.supervisor) == []
    (closed,) = await cases(house, room.supervisor, "closed")
    assert (closed["outcome"], closed["acknowledged"]["by"]) == ("settled_with_flag", "Claire")


async def test_whoever_is_paged_reads_and_decides_the_flag(house: House) -> None:
    samir = await house.person(Role.SUPERVISOR, "Samir")
    await worried(house)
    ((flag,),) = await house.sql("select id from flags")
    house.clock.advance(300)
    await look(house)
    listed = (await house.ask(samir, "GET", "/api/v1/flags")).body["flags"]
    assert [one["id"] for one in listed] == [str(flag)]


async def test_who_has_the_case_reads_its_flag_also_when_a_colleague_has_decided_it(house: House) -> None:
    samir, hugo = await house.person(Role.SUPERVISOR, "Samir"), await house.person(Role.SUPERVISOR, "Hugo")
    room, case = await worried(house)
    ((flag,),) = await house.sql("select id from flags")
    assert (await house.ask(samir, "POST", f"/api/v1/cases/{case['id']}/acknowledge")).status == 200
    assert (await house.decide(room.supervisor, flag, "acknowledge", "serious")).status == 200
    await house.sql("delete from samples")  # one in twenty is for every colleague to judge
    read = await house.ask(samir, "GET", f"/api/v1/flags/{flag}")
    assert (read.status, read.body["excerpt"], read.body["state"]) == (200, SUICIDE, "acknowledged")
    for stranger, status in ((hugo, 404), (room.mentee, 403), (room.mentor, 403)):
        assert (await house.ask(stranger, "GET", f"/api/v1/flags/{flag}")).status == status


@pytest.mark.parametrize("to", ["in_progress", "relayed"])
async def test_the_life_of_a_case(house: House, to: str) -> None:
    room, case = await worried(house)
    path, who = f"/api/v1/cases/{case['id']}", room.supervisor
    case = (await house.ask(who, "POST", f"{path}/acknowledge")).body
    moved = await house.ask(who, "POST", f"{path}/move", {"revision": case["revision"], "to": to})
    assert (moved.status, moved.body["state"]) == (200, to)
    stale = await house.ask(
        who, "POST", f"{path}/move", {"revision": case["revision"], "to": "closed", "outcome": "resolved", "note": "x"}
    )
    assert (stale.status, stale.body["error"]["code"]) == (409, "case_moved_on")
    now = moved.body["revision"]
    without = await house.ask(who, "POST", f"{path}/move", {"revision": now, "to": "closed"})
    assert (without.status, without.body["error"]["field"]) == (400, "outcome")
    closed = await house.ask(
        who,
        "POST",
        f"{path}/move",
        {"revision": now, "to": "closed", "outcome": "resolved", "note": "Vue avec sa mère."},
    )
    assert closed.body["state"] == "closed"
    again = await house.ask(
        who, "POST", f"{path}/reopen", {"revision": closed.body["revision"], "note": "Elle a réécrit."}
    )
    assert (again.body["state"], again.body["round"], again.body["can_acknowledge"]) == ("open", 2, True)
    await paged(house, 2)
    file = (await house.ask(who, "GET", f"{path}/file")).body
    assert [line["act"] for line in file["timeline"]] == [
        "opened",
        "paged",
        "acknowledged",
        to,
        "closed",
        "reopened",
        "paged",
    ]
    journal = (await house.ask(room.mentee, "GET", "/api/v1/journal")).body
    assert "case.read" in str(journal)


async def test_a_case_that_is_sent_twice_at_once_is_one(house: House) -> None:
    samir = await house.person(Role.SUPERVISOR, "Samir")
    body = {"id": str(new_id()), "severity": 3, "category": "family", "note": "Sa mère a appelé."}
    async with house.database.everywhere() as conn:  # both have looked for it before either can add it
        await conn.execute(text("lock table cases in share row exclusive mode"))
        both = [asyncio.create_task(house.ask(samir, "POST", "/api/v1/cases", body)) for _ in range(2)]
        async with asyncio.timeout(10):
            while await house.sql("select count(*) from pg_locks where not granted") != [(2,)]:
                await asyncio.sleep(0.01)
    assert [(answer.status, answer.body.get("id")) for answer in await asyncio.gather(*both)] == [(200, body["id"])] * 2


async def test_notes_are_for_their_circle(house: House) -> None:
    samir = await house.person(Role.SUPERVISOR, "Samir")
    room, case = await worried(house)
    path = f"/api/v1/cases/{case['id']}"
    for tier in ("shareable", "team", "confidential"):
        body = {"id": str(new_id()), "words": tier, "tier": tier}
        for _ in range(2):  # a repeat is the same note
            assert (await house.ask(room.supervisor, "POST", f"{path}/notes", body)).status == 200

    def notes(file: Any) -> list[Any]:
        return [(line.get("note"), line["hidden"]) for line in file["timeline"] if line["act"] == "noted"]

    mine = (await house.ask(room.supervisor, "GET", f"{path}/file")).body
    assert notes(mine) == [("shareable", False), ("team", False), ("confidential", False)]
    theirs = (await house.ask(samir, "GET", f"{path}/file")).body
    assert notes(theirs) == [("shareable", False), ("team", False), (None, True)]


async def test_the_clock_set_back_makes_no_page_late(house: House) -> None:
    await worried(house)
    await house.capabilities.escalation.pager.stop()
    await look(house)
    clock: Any = house.clock
    clock._now -= timedelta(hours=3)
    house.clock.advance(299)
    assert await look(house) == 0
    house.clock.advance(1)
    assert await look(house) == 1


async def test_the_row_of_a_page_cannot_be_written_twice(house: House) -> None:
    _, case = await worried(house)
    rows = await house.sql("select round, step from case_pages where case_id = :case", case=UUID(case["id"]))
    assert rows == [(1, 0)]


async def test_who_turns_out_to_be_what_it_is_about_loses_the_case(house: House) -> None:
    samir = await house.person(Role.SUPERVISOR, "Samir")
    room, case = await worried(house)
    path = f"/api/v1/cases/{case['id']}"
    await house.ask(room.supervisor, "POST", f"{path}/acknowledge")
    body = {"person": str(room.supervisor.id), "part": "reported"}
    await house.capabilities.escalation.pager.stop()
    house.clock.advance(1)
    assert (await house.ask(room.supervisor, "POST", f"{path}/people", body)).status == 204
    assert await cases(house, room.supervisor) == []
    await look(house)
    ((_, _, _, people),) = (await house.sql(PAGED))[1:]
    assert people == [samir.id]
    (seen,) = await cases(house, samir)
    assert (seen["state"], seen["round"], seen["sight"], "owner" in seen) == ("open", 2, "whole", False)


async def test_a_message_is_evidence_of_its_own_room_alone(house: House) -> None:
    samir = await house.person(Role.SUPERVISOR, "Samir")
    room, case = await worried(house)
    other = await house.room()
    for one in (room, other):
        julien = await house.open(one.mentor)
        await julien.say(one, "Bonjour")
    path = f"/api/v1/cases/{case['id']}"
    added = {"room": str(room.id), "seq": 2}
    for who in (room.supervisor, samir):
        assert (await house.ask(who, "POST", f"{path}/messages", added)).status == 200
    elsewhere = await house.ask(room.supervisor, "POST", f"{path}/messages", {"room": str(other.id), "seq": 1})
    assert (elsewhere.status, elsewhere.body["error"]["code"]) == (404, "not_found")
    missing = await house.ask(room.supervisor, "POST", f"{path}/messages", {"room": str(room.id), "seq": 99})
    assert missing.status == 404
    file = (await house.ask(room.supervisor, "GET", f"{path}/file")).body
    assert [(link["kind"], link.get("seq")) for link in file["links"]] == [("flag", 1), ("message", 2)]


async def test_a_case_goes_with_its_pair(house: House) -> None:
    """To whom the pair is handed over; who answered for it until then knows no more of it than any colleague."""
    samir, alice = await house.person(Role.SUPERVISOR, "Samir"), await house.person(Role.ADMIN, "Alice")
    room, case = await worried(house)
    await house.ask(room.supervisor, "POST", f"/api/v1/cases/{case['id']}/acknowledge")
    body = {"pairs": [str(room.pair.id)], "supervisor": str(samir.id)}
    assert (await house.ask(alice, "POST", "/api/v1/caseload/hand_over", body)).status in (200, 204)
    (theirs,) = await cases(house, samir)
    assert (theirs["sight"], theirs["state"], theirs["owner"]["name"]) == ("whole", "acknowledged", "Samir")
    (before,) = await cases(house, room.supervisor)
    assert before["sight"] == "outline"


async def test_an_outside_contact_hears_by_a_link_of_this_round(house: House) -> None:
    """The last of the ladder has no account: a link shows that somebody is needed, and stops the ladder, once."""
    samir = await house.person(Role.SUPERVISOR, "Samir")
    room, case = await worried(house)
    await house.capabilities.escalation.pager.stop()
    token, link_hash = "of-this-test-alone-" * 2, hash_token("of-this-test-alone-" * 2)
    await house.sql("update case_pages set outside = :id, link_hash = :hash", id=new_id(), hash=link_hash)
    shown = await house.site.ask("GET", f"/api/v1/heard/{token}", None)
    assert shown.body == {
        "organisation": "North",
        "reference": case["reference"],
        "severity": 4,
        "opened_at": case["opened_at"],
        "over": False,
        "yours": False,
    }
    for _ in range(2):
        heard = await house.site.ask("POST", f"/api/v1/heard/{token}", None)
        assert (heard.status, heard.body["yours"]) == (200, True)
        assert heard.body["acknowledged_at"] == "2026-11-22T12:00:00.000Z"
    house.clock.advance(3_600)
    assert await look(house) == 0
    (seen,) = await cases(house, samir)
    assert (seen["state"], seen["acknowledged"]) == (
        "acknowledged",
        {"at": "2026-11-22T12:00:00.000Z", "outside": True},
    )
    await house.sql("update cases set round = 2")
    assert (await house.site.ask("GET", f"/api/v1/heard/{token}", None)).status == 404
    assert (await house.site.ask("POST", f"/api/v1/heard/{token[1:]}", None)).status == 404
    assert room.id


async def test_what_was_noted_goes_with_whom_it_was_about(house: House) -> None:
    """Not before the case is over; and the timeline stays, without the words."""
    alice = await house.person(Role.ADMIN, "Alice")
    room, case = await worried(house)
    path, who = f"/api/v1/cases/{case['id']}", room.supervisor
    await house.ask(who, "POST", f"{path}/acknowledge")
    await house.ask(who, "POST", f"{path}/tasks", {"id": str(new_id()), "words": "appeler sa mère"})
    noted = await house.ask(who, "POST", f"{path}/notes", {"id": str(new_id()), "words": "vue ce jour", "tier": "team"})
    ((flag,),) = await house.sql("select id from flags")
    await house.decide(who, flag, "acknowledge", "serious")
    erasing = house.capabilities.data.erasure

    async def forget() -> None:
        async with house.bound.begin(house.north.id) as conn:
            await erasing.erase(conn, house.north.id, room.mentee.id, by=alice.id, why="request")

    with pytest.raises(Conflict, match="cases_open"):
        await forget()
    revision = (await house.ask(who, "GET", path)).body["revision"]
    body = {"revision": revision, "to": "closed", "outcome": "resolved", "note": "tout va mieux"}
    assert (noted.status, (await house.ask(who, "POST", f"{path}/move", body)).status) == (200, 200)
    await forget()
    lines = await house.sql("select act, note from case_entries order by at, id")
    assert ("noted", None) in lines
    assert [note for _, note in lines if note] == []
    assert await house.sql("select words from case_tasks") == [("",)]
