"""Papers, holds and the life of pairs on a whole server: what opens, what closes, who is told, and nobody else."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.people.consent.rules import Purpose
from tests.support.consents import consented
from tests.support.papers import vetted
from tests.support.rooms import House, Person, Room


async def file_of(house: House, who: Person, pair_id: Any) -> Any:
    reply = await house.ask(who, "GET", f"/api/v1/pairs/{pair_id}")
    assert reply.status == 200, reply.body
    return reply.body


async def act(house: House, who: Person, pair_id: Any, name: str, why: str | None = None, **more: Any) -> Any:
    """Does it on what the file shows now."""
    revision = more.pop("revision", None)
    if revision is None:
        revision = (await file_of(house, who, pair_id))["revision"]
    body = {"act": name, "revision": revision, **({"why": why} if why else {}), **more}
    return await house.ask(who, "POST", f"/api/v1/pairs/{pair_id}/acts", body)


async def told(house: House, who: Person) -> list[str]:
    rows = await house.sql("select kind from account_notices where account_id = :who order by at, id", who=who.id)
    return [kind for (kind,) in rows]


async def state(house: House, room: Room) -> str:
    ((found,),) = await house.sql("select state from pairs where id = :pair", pair=room.pair.id)
    return str(found)


async def lapse(house: House, days: float) -> None:
    """Time passes, and the job runs; nobody's session ends meanwhile."""
    await stay(house)
    house.clock.advance(days * 86_400)
    await house.capabilities.pairs.lapses.run({})


async def stay(house: House) -> None:
    await house.sql("update auth_sessions set expires_at = :at", at=house.clock.now() + timedelta(days=1000))


async def renew(house: House, room: Room, gate: str = "vetting", kind: str = "honorability") -> Any:
    body = {"gate": gate, "kind": kind, "issued_on": house.clock.now().date().isoformat()}
    return await house.ask(room.supervisor, "POST", f"/api/v1/mentors/{room.mentor.id}/papers", body)


class TestLapsing:
    async def test_warned_thrice_then_read_only_then_open_again_by_itself(self, house: House) -> None:
        room = await house.room()  # 150 days left
        await stay(house)
        julien, lea = await house.open(room.mentor), await house.open(room.mentee)
        for days in (119, 1, 0.01, 23, 6):  # 31 left, 30 and again, 7, 1
            await lapse(house, days)
        assert await told(house, room.mentor) == ["papers_lapsing"] * 3
        assert await told(house, room.supervisor) == ["mentor_papers_lapsing"] * 3
        assert await told(house, room.mentee) == []
        assert (await julien.say(room, "encore là"))["ok"]

        await lapse(house, 2)
        for client in (julien, lea):
            rights = (await client.wait("room:rights"))[-1]
            assert (rights["state"], rights["writable"], rights["member"]) == ("paused", False, True)
            assert (await client.say(room, "non"))["error"]["code"] == "room_closed"
        assert (await lea.call("chat:history", {"room": room.number, "limit": 5}))["messages"] != []
        assert (await told(house, room.mentor))[3:] == ["papers_lapsed"]
        assert (await told(house, room.supervisor))[3:] == ["mentor_papers_lapsed"]
        assert await told(house, room.mentee) == ["pair_away"]
        homes = [(await house.ask(who, "GET", "/api/v1/home")).body for who in (room.mentor, room.mentee)]
        assert [home["rooms"][0]["pause"] for home in homes] == ["papers", "away"]
        await lapse(house, 3)  # nothing is told twice
        assert (len(await told(house, room.mentor)), len(await told(house, room.mentee))) == (4, 1)

        assert (await renew(house, room)).status == 201
        assert (await julien.wait("room:rights", 2))[-1]["state"] == "active"
        assert (await lea.say(room, "te revoilà"))["ok"]
        assert (await told(house, room.mentee))[1:] == ["pair_back"]

    async def test_a_standstill_warns_once_of_what_is_nearest(self, house: House) -> None:
        room = await house.room()
        await lapse(house, 145)
        await lapse(house, 0)
        assert await told(house, room.mentor) == ["papers_lapsing"]
        assert await house.sql("select days from due_warnings") == [(7,)]

    async def test_two_jobs_at_once_tell_once(self, house: House) -> None:
        room = await house.room()
        house.clock.advance(160 * 86_400)
        await asyncio.gather(*(house.capabilities.pairs.lapses.run({}) for _ in range(3)))
        assert (await told(house, room.mentee), await told(house, room.mentor)) == (["pair_away"], ["papers_lapsed"])
        assert len(await house.sql("select id from pair_holds")) == 1

    async def test_what_is_withdrawn_closes_and_both_rows_stay(self, house: House) -> None:
        room = await house.room()
        path = f"/api/v1/mentors/{room.mentor.id}/papers"
        papers = (await house.ask(room.supervisor, "GET", path)).body["papers"]
        vetting = next(paper for paper in papers if paper["gate"] == "vetting")
        answers = await asyncio.gather(
            *(house.ask(room.supervisor, "DELETE", f"{path}/{vetting['id']}") for _ in range(2))
        )
        assert sorted(answer.status for answer in answers) == [200, 409]
        assert await state(house, room) == "paused"
        after = (await house.ask(room.supervisor, "GET", path)).body["papers"]
        assert [paper["withdrawn"] for paper in after if paper["id"] == vetting["id"]] == [True]
        for statement in ("update mentor_papers set valid_until = null", "delete from mentor_papers"):
            with pytest.raises(Exception, match="append-only"):
                await house.sql(statement)

    async def test_the_mentor_signs_the_charter_and_nobody_else(self, house: House) -> None:
        room = await house.room(vetting=False)
        path = f"/api/v1/mentors/{room.mentor.id}/papers"
        body = {"gate": "charter", "kind": "charter", "issued_on": "2026-11-20"}
        assert (await house.ask(room.supervisor, "POST", path, body)).error == ("bad_request", "kind")
        assert (await house.ask(room.mentor, "POST", "/api/v1/papers/charter", {"version": 2})).status == 409
        for _ in range(2):
            signed = await house.ask(room.mentor, "POST", "/api/v1/papers/charter", {"version": 1})
            assert [gate["open"] for gate in signed.body["gates"]] == [False, True, False]
        assert len(await house.sql("select id from mentor_papers")) == 1

    async def test_the_policy_says_what_is_asked_for(self, house: House) -> None:
        room = await house.room(vetting=False)
        alice = await house.person(Role.ADMIN, "Alice")
        await lapse(house, 0)
        assert await state(house, room) == "paused"
        policy = (await house.ask(alice, "GET", "/api/v1/policy/gates")).body
        none = policy | {"vetting": False, "charter": False, "training": False}
        assert (await house.ask(alice, "PUT", "/api/v1/policy/gates", none)).status == 204
        assert await state(house, room) == "active"


class TestProposing:
    async def three(self, house: House, *, papers: bool = True) -> tuple[Person, Room, Person]:
        """Alice, a room whose professional and mentor are used again, and another young person who has consented."""
        alice = await house.person(Role.ADMIN, "Alice")
        room = await house.room(vetting=papers)
        noe = await house.person(Role.MENTEE, "Noe")
        born = noe.principal.birth_date
        assert born is not None
        async with house.database.everywhere() as conn:
            await consented(conn, house.north, noe.id, born, alice.id, house.clock.now())
        return alice, room, noe

    async def propose(self, house: House, alice: Person, room: Room, noe: Person) -> Any:
        body: dict[str, Any] = {"mentor": room.mentor.id, "mentee": noe.id, "supervisor": room.supervisor.id}
        body |= {"about_mentor": "Julien est menuisier.", "network": "weak", "equipment": "phone"}
        reply = await house.ask(alice, "POST", "/api/v1/pairs", body)
        assert (reply.status, reply.body["state"]) == (201, "proposed")
        return reply.body["id"]

    async def answer(self, house: House, who: Person, pair_id: Any, said: str) -> Any:
        return await house.ask(who, "POST", f"/api/v1/pairs/{pair_id}/answer", {"answer": said})

    async def test_from_a_proposal_to_a_room(self, house: House) -> None:
        alice, room, noe = await self.three(house)
        pair_id = await self.propose(house, alice, room, noe)
        home = (await house.ask(noe, "GET", "/api/v1/home")).body
        assert home["rooms"] == []
        assert home["proposals"] == [
            {"pair": pair_id, "mentor": "Julien", "supervisor": "Claire", "about_mentor": "Julien est menuisier."}
        ]
        assert (await act(house, room.supervisor, pair_id, "start")).error == ("conflict", None)
        assert (await self.answer(house, room.mentee, pair_id, "yes")).error == ("not_found", None)
        assert (await act(house, room.supervisor, pair_id, "agree")).error == ("bad_request", "act")
        for said, expected in (("not_now", "proposed"), ("yes", "agreed"), ("yes", "agreed"), ("not_now", "proposed")):
            assert (await self.answer(house, noe, pair_id, said)).body == {"state": expected}
        assert (await self.answer(house, noe, pair_id, "yes")).body == {"state": "agreed"}
        begun = await act(house, room.supervisor, pair_id, "start")
        assert (begun.status, begun.body["pair"]["state"]) == (200, "active")
        home = (await house.ask(noe, "GET", "/api/v1/home")).body
        assert ("proposals" in home, home["rooms"][0]["writable"]) == (False, True)
        client = await house.open(noe)
        assert (await client.say(home["rooms"][0]["number"], "bonjour"))["ok"]
        assert await told(house, noe) == ["pair_proposed", "pair_started"]
        steps = [(step["act"], step["after"]) for step in begun.body["history"]]
        assert steps[0] == ("start", "active")
        assert steps[-1] == ("propose", "proposed")
        assert (await self.answer(house, noe, pair_id, "no")).error == ("conflict", None)

    async def test_it_begins_only_when_all_is_in_order(self, house: House) -> None:
        alice, room, noe = await self.three(house, papers=False)
        pair_id = await self.propose(house, alice, room, noe)
        await self.answer(house, noe, pair_id, "yes")
        file = await file_of(house, room.supervisor, pair_id)
        assert (file["lacking"], file["acts"]) == (["charter", "training", "vetting"], ["withdraw"])
        assert (await act(house, room.supervisor, pair_id, "start")).error == ("conflict", None)
        await house.ask(room.mentor, "POST", "/api/v1/papers/charter", {"version": 1})
        await renew(house, room)
        await renew(house, room, "training", "welcome")
        assert (await act(house, room.supervisor, pair_id, "start")).status == 200

    @pytest.mark.parametrize("said", ["no", "yes"])
    async def test_an_answer_while_staff_withdraw(self, house: House, said: str) -> None:
        alice, room, noe = await self.three(house)
        pair_id = await self.propose(house, alice, room, noe)
        revision = (await file_of(house, alice, pair_id))["revision"]
        answered, withdrawn = await asyncio.gather(
            self.answer(house, noe, pair_id, said),
            act(house, alice, pair_id, "withdraw", "mistake", revision=revision),
        )
        assert sorted((answered.status, withdrawn.status)) == [200, 409]
        ends = await house.sql("select state from pairs where id = :pair", pair=UUID(pair_id))
        assert ends == [("agreed" if answered.status == 200 and said == "yes" else "closed",)]


class TestActing:
    async def test_of_two_who_act_at_once_the_second_is_told(self, house: House) -> None:
        room = await house.room()
        alice = await house.person(Role.ADMIN, "Alice")
        answers = await asyncio.gather(
            act(house, alice, room.pair.id, "probation", "doubt", revision=0),
            act(house, room.supervisor, room.pair.id, "pause", "holidays", revision=0),
        )
        assert sorted(answer.status for answer in answers) == [200, 409]

    async def test_a_suspension_cuts_the_room_is_told_kindly_and_lifted_by_name(self, house: House) -> None:
        room = await house.room()
        julien, lea = await house.open(room.mentor), await house.open(room.mentee)
        said = await act(house, room.supervisor, room.pair.id, "suspend", "safety", note="Entretien lundi.")
        assert said.body["holds"][0]["kind"] == "suspended"
        for client in (julien, lea):
            assert (await client.wait("room:rights"))[0]["writable"] is False
            assert (await client.say(room, "non"))["error"]["code"] == "room_closed"
        assert (await told(house, room.mentee), await told(house, room.mentor)) == (["pair_away"], ["pair_paused"])
        assert "Entretien" not in str((await house.ask(room.mentee, "GET", "/api/v1/home")).body)
        lifted = await act(house, room.supervisor, room.pair.id, "lift", "cleared")
        assert lifted.body["pair"]["state"] == "active"
        assert await house.sql("select lifted_by from pair_holds") == [(room.supervisor.id,)]
        acts = [name for (name,) in await house.sql("select act from audit_entries order by sequence")]
        assert [name for name in acts if name.startswith("pair.")] == ["pair.suspended", "pair.restored"]

    async def test_a_message_is_before_a_suspension_or_refused(self, house: House) -> None:
        room = await house.room()
        lea = await house.open(room.mentee)

        async def talk() -> list[Any]:
            return [await lea.say(room, f"bonjour {step}") for step in range(40)]

        talking = asyncio.create_task(talk())
        await lea.until(lambda: len(lea.frames) > 4)
        assert (await act(house, room.supervisor, room.pair.id, "suspend", "report")).status == 200
        ((last,),) = await house.sql("select last_seq from rooms where id = :room", room=room.id)
        answers = await talking
        assert max(answer["seq"] for answer in answers if answer["ok"]) <= last
        assert {answer["error"]["code"] for answer in answers if not answer["ok"]} <= {"room_closed"}
        assert await house.sql("select count(*) from messages where state <> 'delivered'") == [(0,)]
        assert await house.sql("select last_seq from rooms where id = :room", room=room.id) == [(last,)]

    async def test_a_suspended_person_is_out_of_all_their_rooms(self, house: House) -> None:
        room = await house.room()
        second = await house.room(mentor=room.mentor, supervisor=room.supervisor)
        path = f"/api/v1/people/{room.mentor.id}"
        assert (await house.ask(room.supervisor, "POST", f"{path}/suspend", {"why": "report"})).status == 204
        assert (await house.ask(room.supervisor, "POST", f"{path}/suspend", {"why": "report"})).status == 409
        assert [await state(house, each) for each in (room, second)] == ["paused", "paused"]
        # what one professional has decided, the lifting of the other thing does not undo
        await act(house, room.supervisor, second.pair.id, "pause", "exams")
        assert (await house.ask(room.supervisor, "POST", f"{path}/restore", {"why": "cleared"})).status == 204
        assert [await state(house, each) for each in (room, second)] == ["active", "paused"]
        assert (await house.ask(room.supervisor, "POST", f"{path}/restore", {"why": "cleared"})).status == 409

    async def test_a_young_person_is_suspended_and_back_and_told_of_a_pause_alone(self, house: House) -> None:
        room = await house.room()
        lea = await house.open(room.mentee)
        path, name = f"/api/v1/people/{room.mentee.id}", {"id": str(room.mentee.id), "name": room.mentee.name}
        assert (await house.ask(room.supervisor, "GET", f"{path}/suspension")).body == {"person": name}
        assert (await house.ask(room.supervisor, "POST", f"{path}/suspend", {"why": "safety"})).status == 204
        assert (await lea.wait("room:rights"))[0]["writable"] is False
        stands = (await house.ask(room.supervisor, "GET", f"{path}/suspension")).body
        assert (stands["why"], stands["by"], stands["person"]) == ("safety", room.supervisor.name, name)
        for reader in (room.mentee, room.mentor):
            card = (await house.ask(reader, "GET", "/api/v1/home")).body["rooms"][0]
            assert (card["writable"], card["pause"]) == (False, "break")
            assert await told(house, reader) == ["pair_paused"]
        samir = await house.person(Role.SUPERVISOR, "Samir")
        assert (await house.ask(samir, "GET", f"{path}/suspension")).error == ("not_found", None)
        assert (await house.ask(room.supervisor, "POST", f"{path}/restore", {"why": "settled"})).status == 204
        assert (await house.ask(room.supervisor, "GET", f"{path}/suspension")).body == {"person": name}
        assert await state(house, room) == "active"

    async def test_others_caseloads_are_as_if_they_were_not(self, house: House) -> None:
        room = await house.room()
        samir = await house.person(Role.SUPERVISOR, "Samir")
        for path, body in (
            (f"pairs/{room.pair.id}/acts", {"act": "pause", "why": "other", "revision": 0}),
            (f"people/{room.mentor.id}/suspend", {"why": "other"}),
            (f"mentors/{room.mentor.id}/papers", {"gate": "vetting", "kind": "interview", "issued_on": "2026-11-01"}),
            (f"mentees/{room.mentee.id}/welfare", {"step": "opened", "on": "2026-11-01"}),
            ("caseload/hand_over", {"pairs": [str(room.pair.id)], "supervisor": str(samir.id)}),
        ):
            assert (await house.ask(samir, "POST", f"/api/v1/{path}", body)).error == ("not_found", None), path
        for path in (f"pairs/{room.pair.id}", f"mentors/{room.mentor.id}/papers", f"mentees/{room.mentee.id}/welfare"):
            assert (await house.ask(samir, "GET", f"/api/v1/{path}")).error == ("not_found", None), path
        assert (await house.ask(samir, "GET", "/api/v1/due")).body == {"due": []}
        # Nor is who was a mentor before they became a professional the one who answers for their young person.
        await house.sql("update pairs set mentor_id = :who where id = :pair", who=samir.id, pair=room.pair.id)
        path = f"/api/v1/mentees/{room.mentee.id}/welfare"
        assert (await house.ask(samir, "GET", path)).error == ("not_found", None)
        assert (await house.ask(samir, "POST", path, {"step": "opened", "on": "2026-11-01"})).status == 404
        path = f"/api/v1/people/{room.mentee.id}"
        assert (await house.ask(samir, "POST", f"{path}/suspend", {"why": "other"})).error == ("not_found", None)

    async def test_a_closing_is_planned_said_goodbye_to_and_readable_for_a_while(self, house: House) -> None:
        room = await house.room()
        assert (await act(house, room.supervisor, room.pair.id, "close", "goodbye_said")).status == 409
        starts = (house.clock.now() + timedelta(days=3)).isoformat()
        goodbye = {"starts_at": starts, "minutes": 45, "zone": "Europe/Paris", "title": "Se dire au revoir"}
        planned = await act(house, room.supervisor, room.pair.id, "plan_closing", "term", goodbye=goodbye)
        assert planned.body["pair"]["state"] == "closing"
        lea = await house.open(room.mentee)
        assert (await lea.say(room, "merci pour tout"))["ok"]
        home = (await house.ask(room.mentee, "GET", "/api/v1/home")).body
        assert [session["title"] for session in home["planned"]] == ["Se dire au revoir"]
        assert (await act(house, room.supervisor, room.pair.id, "close", "goodbye_said")).status == 200
        await house.capabilities.pairs.ended.run({})
        home = (await house.ask(room.mentee, "GET", "/api/v1/home")).body
        assert [(card["state"], card["writable"]) for card in home["rooms"]] == [("closed", False)]
        await lapse(house, 91)
        await house.capabilities.pairs.ended.run({})
        assert (await house.ask(room.mentee, "GET", "/api/v1/home")).body["rooms"] == []
        assert await told(house, room.mentee) == ["pair_closing", "pair_closed"]

    async def test_a_caseload_goes_to_a_colleague_with_all_that_waits(self, house: House) -> None:
        room = await house.room()
        samir = await house.person(Role.SUPERVISOR, "Samir")
        julien = await house.open(room.mentor)
        await julien.say(room, "appelle-moi au 06 12 34 56 78")
        body = {"pairs": [str(room.pair.id)], "supervisor": str(samir.id)}
        assert (await house.ask(room.supervisor, "POST", "/api/v1/caseload/hand_over", body)).status == 204
        assert (await house.ask(room.supervisor, "GET", "/api/v1/home")).body["rooms"] == []
        assert (await house.ask(room.supervisor, "GET", "/api/v1/flags")).body["flags"] == []
        assert len((await house.ask(samir, "GET", "/api/v1/flags")).body["flags"]) == 1
        client = await house.open(samir)
        assert (await client.call("room:enter", {"room": room.number}))["ok"]
        back = body | {"supervisor": str(room.supervisor.id)}
        assert (await house.ask(samir, "POST", "/api/v1/caseload/hand_over", back)).status == 204
        assert len((await house.ask(room.supervisor, "GET", "/api/v1/home")).body["rooms"]) == 1
        history = (await file_of(house, room.supervisor, room.pair.id))["history"]
        assert [(step["act"], step["by"], step["supervisor"]) for step in history] == [
            ("hand_over", samir.name, room.supervisor.name),
            ("hand_over", room.supervisor.name, samir.name),
        ]
        told_of = await house.ask(room.supervisor, "GET", "/api/v1/caseload/colleagues")
        assert told_of.body == {"colleagues": [{"id": str(samir.id), "name": samir.name}]}
        one, other = str(room.pair.id), str(new_id())
        both = {"pairs": [one, other], "supervisor": str(samir.id)}  # all of them, or none
        assert (await house.ask(room.supervisor, "POST", "/api/v1/caseload/hand_over", both)).status == 404
        assert len((await house.ask(room.supervisor, "GET", "/api/v1/home")).body["rooms"]) == 1


class TestBridging:
    async def rose(self, house: House, room: Room, *, papers: bool = True) -> Person:
        rose = await house.person(Role.MENTOR, "Rose")
        if papers:
            async with house.database.everywhere() as conn:
                await vetted(conn, rose.id, room.supervisor.id, house.clock.now())
        return rose

    async def ask(self, house: House, room: Room, mentor: Person, days: int = 14) -> Any:
        revision = (await file_of(house, room.supervisor, room.pair.id))["revision"]
        until = (house.clock.now() + timedelta(days=days)).isoformat()
        body = {"mentor": str(mentor.id), "until": until, "revision": revision}
        return await house.ask(room.supervisor, "POST", f"/api/v1/pairs/{room.pair.id}/bridge", body)

    async def test_nobody_is_left_alone_while_a_mentor_is_away(self, house: House) -> None:
        room = await house.room()
        rose, bare = await self.rose(house, room), await self.rose(house, room, papers=False)
        assert (await self.ask(house, room, rose)).status == 409  # nothing is paused
        await act(house, room.supervisor, room.pair.id, "suspend", "papers")
        file = await file_of(house, room.supervisor, room.pair.id)
        assert [person["id"] for person in file["bridges"]] == [str(rose.id)]
        assert (await self.ask(house, room, bare)).error == ("conflict", None)
        assert (await self.ask(house, room, rose, 100)).error == ("bad_request", "until")
        bridge = await self.ask(house, room, rose)
        assert (bridge.status, bridge.body["kind"], bridge.body["state"]) == (201, "bridge", "active")
        assert (await self.ask(house, room, rose)).status == 409
        lea = await house.open(room.mentee)
        cards = (await house.ask(room.mentee, "GET", "/api/v1/home")).body["rooms"]
        assert [(card["writable"], "until" in card) for card in cards] == [(False, False), (True, True)]
        assert (await lea.say(cards[1]["number"], "bonjour Rose"))["ok"]
        await lapse(house, 15)
        assert await house.sql("select state from pairs where kind = 'bridge'") == [("closed",)]
        assert (await told(house, room.mentee)) == ["pair_away", "bridge_started", "bridge_ended"]

    async def test_without_consent_there_is_no_bridge(self, house: House) -> None:
        room = await house.room(consents=[purpose for purpose in Purpose if purpose is not Purpose.CHAT])
        rose = await self.rose(house, room)
        await act(house, room.supervisor, room.pair.id, "pause", "absence")
        assert (await self.ask(house, room, rose)).error == ("conflict", None)


class TestWelfare:
    async def entry(self, house: House, room: Room, step: str, outcome: str | None = None, note: str = "") -> Any:
        body: dict[str, Any] = {"step": step, "on": house.clock.now().date().isoformat()}
        body |= {"outcome": outcome} if outcome else {}
        body |= {"note": note} if note else {}
        return await house.ask(room.supervisor, "POST", f"/api/v1/mentees/{room.mentee.id}/welfare", body)

    async def test_its_dates_are_watched_and_it_blocks_nothing_by_itself(self, house: House) -> None:
        room = await house.room()
        assert (await self.entry(house, room, "opened", note="Dossier 12")).body["missing"] == [
            "agreement",
            "opinion",
            "adhesion",
            "convention",
        ]
        assert await state(house, room) == "active"
        due = (await house.ask(room.supervisor, "GET", "/api/v1/due")).body["due"]
        assert [(item["what"], item["who"]["name"]) for item in due] == [("welfare", "Lea")]
        for step, outcome in (("agreement", None), ("opinion", "for"), ("adhesion", "for"), ("convention", None)):
            assert (await self.entry(house, room, step, outcome)).status == 201
        await renew_for_ever(house, room)
        for days in (340, 24, 3):
            await lapse(house, days)
        assert (await told(house, room.supervisor)).count("welfare_due") == 3
        alice = await house.person(Role.ADMIN, "Alice")
        policy = (await house.ask(alice, "GET", "/api/v1/policy/gates")).body | {"welfare_blocks": True}
        await house.ask(alice, "PUT", "/api/v1/policy/gates", policy)
        assert await state(house, room) == "active"
        await self.entry(house, room, "adhesion", "against")
        assert await state(house, room) == "paused"

    async def test_it_is_nobody_elses(self, house: House) -> None:
        room = await house.room()
        await self.entry(house, room, "opened", note="Dossier 12")
        for who in (room.mentor, room.mentee):
            assert (await house.ask(who, "GET", f"/api/v1/mentees/{room.mentee.id}/welfare")).status == 403
        for path in ("pairs", f"pairs/{room.pair.id}", "home", "due"):
            assert "Dossier" not in str((await house.ask(room.supervisor, "GET", f"/api/v1/{path}")).body)


async def renew_for_ever(house: House, room: Room) -> None:
    await house.sql(
        "insert into mentor_papers (id, organisation_id, account_id, gate, kind, issued_on, by_id, at) "
        "values (:id, :organisation, :mentor, 'vetting', 'interview', '2026-11-01', :by, :at)",
        id=new_id(),
        organisation=room.pair.organisation_id,
        mentor=room.mentor.id,
        by=room.supervisor.id,
        at=house.clock.now(),
    )
