"""Decisions on a real database, over live sockets: what becomes of message, pair and flag, together or not at all."""

import asyncio
from typing import Any
from uuid import UUID

from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.moderation.events import FlagDecided, FlagEscalated
from server.moderation.flag import Ruling
from tests.support.rooms import Client, House, Person, Room, organisation

PHONE = "Mon numéro : 06 12 34 56 78"  # held, severity 3
GRAVE = "va te pendre"  # from an adult: held, severity 4, and the pair is paused


async def held(house: House, room: Room, words: str = PHONE) -> str:
    answer = await (await house.open(room.mentor)).say(room, words)
    assert answer["state"] == "held", answer
    return await newest_flag(house)


async def newest_flag(house: House) -> str:
    rows = await house.sql("select id from flags order by raised_at desc, changed desc limit 1")
    return str(rows[0][0])


async def message(house: House) -> tuple[str, str | None, int]:
    """State, masked body, and the number of the last change of the only message."""
    rows = await house.sql("select state, masked_body, changed from messages")
    state, masked, changed = rows[0]
    return state, masked, changed


async def listed(house: House, who: Person, state: str) -> list[Any]:
    reply = await house.ask(who, "GET", f"/api/v1/flags?state={state}")
    assert reply.status == 200
    return list(reply.body["flags"])


async def second(house: House, who: Person, flag: str, agree: bool, **more: Any) -> Any:
    return await house.ask(who, "POST", f"/api/v1/flags/{flag}/second", {"agree": agree, **more})


async def decide_at_once(house: House, *asked: tuple[Person, str, dict[str, Any]]) -> list[Any]:
    return await asyncio.gather(*(house.ask(who, "POST", path, body) for who, path, body in asked))


def told(bus: Any, *kinds: type) -> list[Any]:
    events: list[Any] = []

    async def keep(event: Any) -> None:
        events.append(event)

    for kind in kinds:
        bus.subscribe(kind, keep)
    return events


class TestWhatBecomesOfAMessage:
    async def test_released_with_the_found_part_hidden(self, house: House) -> None:
        room = await house.room()
        lea = await house.open(room.mentee)
        flag = await held(house, room)
        reply = await house.decide(room.supervisor, flag, "release_masked", "personal_detail")
        assert (reply.status, reply.body["state"]) == (200, "released_masked")
        (got,) = await lea.wait("chat:message")
        assert (got["state"], got["body"]) == ("masked", "Mon numéro : [••• coordonnées masquées]")

    async def test_the_sentence_that_the_model_wondered_at_is_not_hidden_by_itself(self, house: House) -> None:
        room = await house.room()
        lea = await house.open(room.mentee)
        flag = await held(house, room, "j'ai un petit quelque chose pour toi à la maison. Mon numéro : 06 12 34 56 78")
        rules = (await house.sql("select labels from flags"))[0][0]
        assert "model.approach" in str(rules)
        await house.decide(room.supervisor, flag, "release_masked", "personal_detail")
        (got,) = await lea.wait("chat:message")
        said = "j'ai un petit quelque chose pour toi à la maison. Mon numéro : [••• coordonnées masquées]"
        assert got["body"] == said

    async def test_released_with_chosen_parts_hidden(self, house: House) -> None:
        room = await house.room()
        lea = await house.open(room.mentee)
        flag = await held(house, room)
        await house.decide(room.supervisor, flag, "release_masked", "personal_detail", spans=[[0, 10], [13, 27]])
        (got,) = await lea.wait("chat:message")
        assert "06 12" not in got["body"]
        assert "numéro" not in got["body"]

    async def test_parts_that_are_none_change_nothing(self, house: House) -> None:
        room = await house.room()
        flag = await held(house, room)
        wrong: list[Any] = [[[0, 28]], [[5, 5]], [[7, 3]], []]
        for spans in wrong:
            reply = await house.decide(room.supervisor, flag, "release_masked", "personal_detail", spans=spans)
            assert reply.error == ("bad_request", "spans")
        assert await message(house) == ("held", None, 1)
        assert await house.sql("select count(*) from reviews") == [(0,)]

    async def test_returned_with_advice_and_written_anew(self, house: House) -> None:
        room = await house.room()
        julien, lea = await house.open(room.mentor), await house.open(room.mentee)
        flag = await held(house, room)
        reply = await house.decide(room.supervisor, flag, "return", "personal_detail", advice=" Sans le numéro. ")
        assert (reply.body["state"], reply.body["advice"]) == ("returned", "Sans le numéro.")
        _, told_back = await julien.wait("chat:message", 2)  # first, from his other device, that it is held
        assert (told_back["state"], told_back["advice"]) == ("returned", "Sans le numéro.")
        edited = await julien.call("chat:edit", {"room": room.number, "seq": 1, "body": "On se parle samedi ?"})
        assert edited["ok"], edited
        (got,) = await lea.wait("chat:message")
        assert (got["seq"], got["body"]) == (1, "On se parle samedi ?")
        assert not [frame for frame in lea.frames if "06 12" in frame or "Sans le" in frame]

    async def test_without_advice_nothing_is_returned(self, house: House) -> None:
        room = await house.room()
        flag = await held(house, room)
        for advice in (None, "", "  "):
            reply = await house.decide(room.supervisor, flag, "return", "hurtful", advice=advice)
            assert reply.error == ("bad_request", "advice")
        assert await message(house) == ("held", None, 1)

    async def test_what_was_masked_can_be_shown_after_all(self, house: House) -> None:
        room = await house.room()
        julien = await house.open(room.mentor)
        await (await house.open(room.mentee)).say(room, PHONE)
        await house.decide(room.supervisor, await newest_flag(house), "release", "context_ok")
        assert [got["state"] for got in await julien.wait("chat:message", 2)] == ["masked", "delivered"]

    async def test_the_same_request_twice_is_made_once(self, house: House) -> None:
        room = await house.room()
        flag = await held(house, room)
        first = await house.decide(room.supervisor, flag, "release", "context_ok", note="vu")
        again = await house.decide(room.supervisor, flag, "release", "context_ok", note="vu")
        assert (first.status, again.status) == (200, 200)
        assert again.body == first.body
        assert await message(house) == ("delivered", None, 2)
        assert await house.sql("select count(*) from reviews") == [(1,)]
        other = await house.decide(room.supervisor, flag, "release", "harmless", note="vu")
        assert (other.status, other.error) == (409, ("flag_decided", None))


class TestTwoPairsOfEyes:
    async def test_nothing_passes_before_the_second_has_agreed(self, house: House) -> None:
        room = await house.room()
        samir = await house.person(Role.SUPERVISOR, "Samir")
        lea, watching = await house.open(room.mentee), await house.open(samir)
        events = told(house.capabilities._ground.bus, FlagDecided)
        flag = await held(house, room, GRAVE)
        proposed = await house.decide(room.supervisor, flag, "release", "misread", note="une chanson")
        assert (proposed.body["state"], proposed.body["decisions"]) == ("second", ["return", "refuse", "escalate"])
        assert await message(house) == ("held", None, 1)
        (card,) = await watching.wait("flag:changed")
        assert card["proposal"]["by"] == {"id": str(room.supervisor.id), "name": "Claire"}
        assert (card["proposal"]["decision"], card["proposal"]["note"]) == ("release", "une chanson")
        assert [found["id"] for found in await listed(house, samir, "second")] == [flag]
        assert [found["id"] for found in await listed(house, room.supervisor, "open")] == [flag]
        assert await listed(house, room.supervisor, "second") == []

        own = await second(house, room.supervisor, flag, True)
        assert (own.status, own.error) == (409, ("conflict", None))
        await lea.quiet()
        assert lea.events("chat:message") == []

        agreed = await second(house, samir, flag, True, note="oui")
        assert (agreed.body["state"], agreed.body["reason"]) == ("released", "misread")
        assert (agreed.body["decided_by"]["name"], agreed.body["seconded_by"]["name"]) == ("Claire", "Samir")
        assert [got["body"] for got in await lea.wait("chat:message")] == [GRAVE]
        assert (await second(house, samir, flag, True, note="oui")).body == agreed.body
        assert events == [FlagDecided(UUID(flag), room.pair.organisation_id, room.supervisor.id, samir.id)]

    async def test_who_disagrees_opens_it_again(self, house: House) -> None:
        room = await house.room()
        samir = await house.person(Role.SUPERVISOR, "Samir")
        flag = await held(house, room, GRAVE)
        await house.decide(room.supervisor, flag, "release", "misread")
        reply = await second(house, samir, flag, False, note="ce n’est pas une chanson")
        assert (reply.body["state"], "proposal" in reply.body) == ("open", False)
        assert await message(house) == ("held", None, 1)
        (card,) = await listed(house, room.supervisor, "open")
        assert (card["state"], card["note"]) == ("open", "ce n’est pas une chanson")
        refused = await house.decide(room.supervisor, flag, "refuse", "serious")
        assert refused.body["state"] == "refused"

    async def test_two_who_agree_and_disagree_at_once(self, house: House) -> None:
        room = await house.room()
        samir, zoe = [await house.person(Role.SUPERVISOR, name) for name in ("Samir", "Zoe")]
        for _ in range(4):
            flag = await held(house, room, GRAVE)
            await house.decide(room.supervisor, flag, "refuse", "unsafe", lift_freeze=True)
            path = f"/api/v1/flags/{flag}"
            replies = await decide_at_once(
                house,
                (samir, f"{path}/second", {"agree": True}),
                (zoe, f"{path}/second", {"agree": False}),
                (room.supervisor, f"{path}/decide", {"decision": "escalate", "reason": "serious"}),
            )
            assert sorted({reply.status for reply in replies}) in ([200, 409], [200, 404, 409], [200, 404])
            ((state, message_state),) = await house.sql(
                "select f.state, m.state from flags f join messages m on m.room_id = f.room_id and m.seq = f.seq"
                " where f.id = :id",
                id=flag,
            )
            assert (state, message_state) in {("refused", "refused"), ("open", "held"), ("escalated", "held")}
            if state != "refused":
                await house.decide(room.supervisor, flag, "refuse", "unsafe", lift_freeze=True)
                await second(house, samir, flag, True)

    async def test_who_waited_for_the_lock_sees_what_was_done_meanwhile(self, house: House) -> None:
        """Also what stands in other tables than the flag's own."""
        room = await house.room()
        samir = await house.person(Role.SUPERVISOR, "Samir")
        flag = await held(house, room, GRAVE)
        async with house.database.everywhere() as conn:
            made = await house.capabilities.rooms.rulings._decisions.decide(
                conn, UUID(flag), room.supervisor.principal, Ruling("release", "misread")
            )
            assert made.outcome.state == "second"
            agreeing = asyncio.create_task(second(house, samir, flag, True))
            async with asyncio.timeout(10):
                while not await house.sql("select 1 from pg_locks where not granted"):
                    await asyncio.sleep(0.01)
        reply = await agreeing
        assert (reply.status, reply.body["state"]) == (200, "released")

    async def test_a_freeze_is_lifted_by_two(self, house: House) -> None:
        room = await house.room()
        samir = await house.person(Role.SUPERVISOR, "Samir")
        flag = await held(house, room, GRAVE)
        assert await house.sql("select state from pairs") == [("paused",)]
        (card,) = await listed(house, room.supervisor, "open")
        assert card["frozen"] is True
        proposed = await house.decide(room.supervisor, flag, "refuse", "unsafe", lift_freeze=True)
        assert proposed.body["state"] == "second"
        assert await house.sql("select state from pairs") == [("paused",)]
        agreed = await second(house, samir, flag, True)
        assert (agreed.body["state"], "frozen" in agreed.body) == ("refused", False)
        assert await house.sql("select state from pairs") == [("active",)]
        assert await message(house) == ("refused", None, 2)

    async def test_refusing_leaves_the_pair_paused(self, house: House) -> None:
        room = await house.room()
        flag = await held(house, room, GRAVE)
        reply = await house.decide(room.supervisor, flag, "refuse", "unsafe")
        assert (reply.body["state"], reply.body["frozen"]) == ("refused", True)
        assert await house.sql("select state from pairs") == [("paused",)]
        # It can be lifted later, by two as ever; the message stays what it is.
        samir = await house.person(Role.SUPERVISOR, "Samir")
        assert reply.body["decisions"] == ["acknowledge"]
        later = await house.decide(room.supervisor, flag, "acknowledge", "needs_talk", lift_freeze=True)
        assert later.body["state"] == "second"
        assert await house.sql("select state from pairs") == [("paused",)]
        assert (await second(house, samir, flag, True)).body["decisions"] == []
        assert await house.sql("select state from pairs") == [("active",)]
        assert await message(house) == ("refused", None, 2)

    async def test_a_flag_that_froze_nothing_lifts_nothing(self, house: House) -> None:
        room = await house.room()
        grave = await held(house, room, GRAVE)
        await house.sql("update pairs set state = 'active'")
        small = await held(house, room)
        reply = await house.decide(room.supervisor, small, "refuse", "unsafe", lift_freeze=True)
        assert (reply.status, reply.error) == (409, ("conflict", None))
        assert [(row[0]) for row in await house.sql("select lifted_at from pair_holds")] == [None]
        assert grave != small


class TestEscalating:
    async def test_it_stands_with_every_supervisor_until_one_decides(self, house: House) -> None:
        room = await house.room()
        samir = await house.person(Role.SUPERVISOR, "Samir")
        stranger = await house.person(Role.SUPERVISOR, "Ana", where=await organisation(house.database, "South"))
        watching = await house.open(samir)
        events = told(house.capabilities._ground.bus, FlagEscalated)
        flag = await held(house, room)
        assert await listed(house, samir, "open") == []
        reply = await house.decide(room.supervisor, flag, "escalate", "serious", note="à deux ?")
        assert (reply.body["state"], reply.body["escalated"]["by"]["name"]) == ("escalated", "Claire")
        (card,) = await watching.wait("flag:changed")
        assert (card["mine"], card["note"]) == (False, "à deux ?")
        for who in (samir, room.supervisor):
            assert [found["id"] for found in await listed(house, who, "open")] == [flag]
        assert await listed(house, stranger, "open") == []
        assert [type(event) for event in events] == [FlagEscalated]
        decided = await house.decide(samir, flag, "refuse", "unsafe")
        assert (decided.body["state"], decided.body["decided_by"]["name"]) == ("refused", "Samir")
        for who in (samir, room.supervisor):
            assert await listed(house, who, "open") == []
            assert [found["id"] for found in await listed(house, who, "closed")] == [flag]


class TestClaiming:
    async def claim(self, house: House, who: Person, flag: str, act: str = "claim") -> Any:
        return await house.ask(who, "POST", f"/api/v1/flags/{flag}/{act}")

    async def test_a_colleague_is_told_who_looks_at_it(self, house: House) -> None:
        room = await house.room()
        samir = await house.person(Role.SUPERVISOR, "Samir")
        flag = await held(house, room)
        await house.decide(room.supervisor, flag, "escalate", "serious")
        watching = await house.open(room.supervisor)
        mine = await self.claim(house, samir, flag)
        assert mine.body["claimed"] == {
            "by": {"id": str(samir.id), "name": "Samir"},
            "until": "2026-11-22T12:05:00.000Z",
            "mine": True,
        }
        assert [card["claimed"]["mine"] for card in await watching.wait("flag:changed")] == [False]
        for reply in (
            await self.claim(house, room.supervisor, flag),
            await house.decide(room.supervisor, flag, "refuse", "unsafe"),
        ):
            assert (reply.status, reply.error) == (409, ("flag_claimed", None))
            assert "Samir" in reply.body["error"]["message"]
        assert (await house.decide(samir, flag, "refuse", "unsafe")).status == 200

    async def test_it_ends_by_the_clock_by_hand_or_goes_on(self, house: House) -> None:
        room = await house.room()
        samir = await house.person(Role.SUPERVISOR, "Samir")
        flag = await held(house, room)
        await house.decide(room.supervisor, flag, "escalate", "serious")
        await self.claim(house, samir, flag)
        house.clock.advance(299)
        assert (await self.claim(house, samir, flag)).body["claimed"]["until"] == "2026-11-22T12:09:59.000Z"
        house.clock.advance(299)
        assert (await self.claim(house, room.supervisor, flag)).status == 409
        house.clock.advance(1)
        taken = await self.claim(house, room.supervisor, flag)
        assert (taken.status, taken.body["claimed"]["mine"]) == (200, True)
        kept = await self.claim(house, samir, flag, "unclaim")  # nothing happens to somebody else's
        assert kept.body["claimed"]["by"]["name"] == "Claire"
        freed = await self.claim(house, room.supervisor, flag, "unclaim")
        assert "claimed" not in freed.body
        assert (await self.claim(house, samir, flag)).status == 200

    async def test_of_many_who_claim_at_once_one_has_it(self, house: House) -> None:
        room = await house.room()
        team = [room.supervisor, *[await house.person(Role.SUPERVISOR, name) for name in ("Samir", "Zoe", "Max")]]
        flag = await held(house, room)
        await house.decide(room.supervisor, flag, "escalate", "serious")
        replies = await asyncio.gather(*(self.claim(house, who, flag) for who in team))
        assert sorted(reply.status for reply in replies) == [200, 409, 409, 409]

    async def test_what_is_decided_is_claimed_by_nobody(self, house: House) -> None:
        room = await house.room()
        flag = await held(house, room)
        await self.claim(house, room.supervisor, flag)
        decided = await house.decide(room.supervisor, flag, "refuse", "unsafe")
        assert "claimed" not in decided.body
        assert (await self.claim(house, room.supervisor, flag)).error == ("flag_decided", None)


class TestDecidingAtOnce:
    async def test_of_two_supervisors_one_decides(self, house: House) -> None:
        room = await house.room()
        samir = await house.person(Role.SUPERVISOR, "Samir")
        lea = await house.open(room.mentee)
        for turn in range(1, 6):
            flag = await held(house, room)
            await house.decide(room.supervisor, flag, "escalate", "serious")
            replies = await decide_at_once(
                house,
                (room.supervisor, f"/api/v1/flags/{flag}/decide", {"decision": "release", "reason": "harmless"}),
                (samir, f"/api/v1/flags/{flag}/decide", {"decision": "refuse", "reason": "unsafe"}),
            )
            assert sorted(reply.status for reply in replies) == [200, 409]
            assert {reply.error[0] for reply in replies if reply.status == 409} == {"flag_decided"}
            assert await house.sql("select last_seq from rooms") == [(2 * turn,)]
        await lea.quiet()
        released = await house.sql("select count(*) from messages where state = 'delivered'")
        assert [(len(lea.events("chat:message")),)] == released

    async def test_the_same_request_at_once_is_made_once(self, house: House) -> None:
        room = await house.room()
        flag = await held(house, room)
        body = {"decision": "release", "reason": "harmless"}
        path = f"/api/v1/flags/{flag}/decide"
        replies = await decide_at_once(house, *[(room.supervisor, path, body)] * 5)
        assert [reply.status for reply in replies] == [200] * 5
        assert await message(house) == ("delivered", None, 2)


class TestEditedMeanwhile:
    async def edit(self, client: Client, room: Room, body: str) -> Any:
        answer = await client.call("chat:edit", {"room": room.number, "seq": 1, "body": body})
        assert answer["ok"], answer
        return answer

    async def test_nobody_decides_about_words_they_have_not_seen(self, house: House) -> None:
        room = await house.room()
        lea, claire = await house.open(room.mentee), await house.open(room.supervisor)
        await lea.say(room, PHONE)
        flag = await newest_flag(house)
        await self.edit(lea, room, "C'est bon pour samedi")
        late = await house.decide(room.supervisor, flag, "release", "context_ok")
        assert (late.status, late.error) == (409, ("flag_moved_on", None))
        (card,) = await claire.wait("flag:changed")
        assert (card["edited"], card["excerpt"]) == ("C'est bon pour samedi", PHONE)
        assert (card["state"], card["decisions"]) == ("open", ["acknowledge", "escalate"])
        assert (await house.decide(room.supervisor, flag, "acknowledge", "personal_detail")).status == 200

    async def test_what_a_newer_flag_is_about_is_decided_there(self, house: House) -> None:
        room = await house.room()
        lea = await house.open(room.mentee)
        await lea.say(room, PHONE)
        older = await newest_flag(house)
        await self.edit(lea, room, "Mon mail : lea@example.org")
        newer = await newest_flag(house)
        assert older != newer
        assert (await house.decide(room.supervisor, older, "release", "context_ok")).error[0] == "flag_moved_on"
        cards = {card["id"]: card for card in await listed(house, room.supervisor, "open")}
        assert cards[older]["decisions"] == ["acknowledge", "escalate"]
        assert "release" in cards[newer]["decisions"]
        released = await house.decide(room.supervisor, newer, "release", "context_ok")
        assert released.status == 200

    async def test_a_proposal_about_other_words_falls(self, house: House) -> None:
        """Else one pair of eyes would have seen what is let through."""
        room = await house.room()
        samir = await house.person(Role.SUPERVISOR, "Samir")
        lea, julien = await house.open(room.mentee), await house.open(room.mentor)
        await lea.say(room, PHONE)
        flag = await newest_flag(house)
        await house.sql("update flags set severity = 4")
        assert (await house.decide(room.supervisor, flag, "release", "context_ok")).body["state"] == "second"
        await self.edit(lea, room, "Mon mail : lea@example.org")
        late = await second(house, samir, flag, True)
        assert (late.status, late.error) == (409, ("flag_moved_on", None))
        assert (await second(house, samir, flag, True)).status == 404
        (card,) = [card for card in await listed(house, room.supervisor, "open") if card["id"] == flag]
        assert (card["state"], "proposal" in card, "release" in card["decisions"]) == ("open", False, False)
        assert not [frame for frame in julien.frames if "example.org" in frame]

    async def test_an_edit_and_a_decision_at_once(self, house: House) -> None:
        """Whoever comes first: what is released is what was judged, or nothing is."""
        room = await house.room()
        lea, julien = await house.open(room.mentee), await house.open(room.mentor)
        for _ in range(6):
            seq = (await lea.say(room, PHONE))["seq"]
            flag = await newest_flag(house)
            edit = lea.send("chat:edit", {"room": room.number, "seq": seq, "body": "Mon mail : lea@example.org"})
            decided = await house.decide(room.supervisor, flag, "release", "context_ok")
            answer = await edit
            assert answer["ok"], answer
            assert decided.status in (200, 409)
        await julien.quiet()
        assert not [frame for frame in julien.frames if "example.org" in frame]


async def test_a_refusal_says_the_same_of_what_is_not_there(house: House) -> None:
    """Of another organisation, of a colleague, or of nobody: the same words for every act."""
    room = await house.room()
    samir = await house.person(Role.SUPERVISOR, "Samir")
    stranger = await house.person(Role.SUPERVISOR, "Ana", where=await organisation(house.database, "South"))
    flag = await held(house, room)
    acts: list[tuple[str, str, Any]] = [
        ("GET", "context", None),
        ("POST", "claim", None),
        ("POST", "unclaim", None),
        ("POST", "decide", {"decision": "refuse", "reason": "unsafe"}),
        ("POST", "second", {"agree": True}),
        ("POST", "sample", {"decision": "refuse", "reason": "unsafe"}),
    ]
    for method, act, body in acts:
        answers = [
            await house.ask(who, method, f"/api/v1/flags/{which}/{act}", body)
            for who, which in ((samir, flag), (stranger, flag), (samir, str(new_id())))
        ]
        assert [(answer.status, answer.body) for answer in answers] == [(404, answers[0].body)] * 3, act
    assert await house.sql("select count(*) from room_visits") == [(0,)]
