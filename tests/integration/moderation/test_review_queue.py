"""What stands around decisions: lists, deadlines, appeals, the blind second look, figures, context and who read it."""

import random
from collections import Counter
from dataclasses import fields
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update

from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.moderation import lists, store
from server.moderation.agreement import is_sampled
from server.moderation.lists import ListName
from server.moderation.review import Reviewer, on_list
from server.moderation.reviewers import reviewer
from server.moderation.tables import appeals, flags, reviews
from server.people.restrictions import put_aside
from tests.integration.moderation.test_decisions import PHONE, held, listed, newest_flag
from tests.integration.moderation.test_flags import SEEN, new_flag
from tests.integration.moderation.test_flags import insert as insert_flags
from tests.support.rooms import NOW, House, Person, Room, organisation

LISTS: tuple[ListName, ...] = ("open", "second")  # that the rules know too
WATCHED = "on m'a frappé hier"  # delivered, and alerts


async def watched(house: House, room: Room, words: str = WATCHED) -> str:
    await (await house.open(room.mentee)).say(room, words)
    return await newest_flag(house)


async def visits(house: House, who: Person, room: Room) -> list[tuple[str, str]]:
    reply = await house.ask(who, "GET", f"/api/v1/rooms/{room.number}/visits")
    return [(visit["name"], visit["act"]) for visit in reply.body["visits"]]


class TestOverdue:
    async def test_colleagues_are_told_once_when_nobody_has_looked_in_time(self, house: House) -> None:
        room = await house.room()
        samir = await house.person(Role.SUPERVISOR, "Samir")
        stranger = await house.person(Role.SUPERVISOR, "Ana", where=await organisation(house.database, "South"))
        watching, elsewhere = await house.open(samir), await house.open(stranger)
        flag = await held(house, room)
        flags_use_cases = house.capabilities.flags
        house.clock.advance(3599)
        await flags_use_cases.tell_overdue()
        assert await listed(house, samir, "open") == []
        house.clock.advance(1)
        await flags_use_cases.tell_overdue()
        await flags_use_cases.tell_overdue()
        assert [card["id"] for card in await watching.wait("flag:raised")] == [flag]
        assert [(card["id"], card["mine"]) for card in await listed(house, samir, "open")] == [(flag, False)]
        assert (await house.decide(samir, flag, "refuse", "unsafe")).status == 200
        assert [card["state"] for card in await watching.wait("flag:changed")] == ["refused"]
        for client in (watching, elsewhere):
            await client.quiet()
        assert len(watching.events("flag:raised")) == 1
        assert elsewhere.events("flag:raised") == elsewhere.events("flag:changed") == []

    async def test_the_words_of_who_is_in_charge_are_for_a_colleague(self, house: House) -> None:
        room = await house.room()
        samir = await house.person(Role.SUPERVISOR, "Samir")
        watching = await house.open(samir)
        flag = new_flag(room, verdict=SEEN, author_id=room.supervisor.id)
        await insert_flags(house, flag)
        await house.capabilities.flags.announce(flag.organisation_id, [flag.id])
        (card,) = await watching.wait("flag:raised")
        assert card["author"]["name"] == "Claire"
        mine = await house.decide(room.supervisor, card["id"], "acknowledge", "other")
        assert (mine.status, mine.error) == (409, ("conflict", None))
        assert (await house.decide(samir, card["id"], "acknowledge", "needs_talk")).status == 200


class TestAppeals:
    async def test_it_comes_to_somebody_else_than_who_decided(self, house: House) -> None:
        room = await house.room()
        samir = await house.person(Role.SUPERVISOR, "Samir")
        julien, lea, watching = [await house.open(who) for who in (room.mentor, room.mentee, samir)]
        flag = await held(house, room)
        await house.decide(room.supervisor, flag, "refuse", "unsafe", note="un numéro")
        asked = {"room": room.number, "seq": 1, "words": "c'est celui du secrétariat"}
        first = await julien.call("chat:appeal", asked)
        house.clock.advance(60)
        assert await julien.call("chat:appeal", {**asked, "words": "encore"}) == first
        (card,) = await listed(house, samir, "open")
        assert card["appeal"] == {
            "at": "2026-11-22T12:00:00.000Z",
            "words": "c'est celui du secrétariat",
            "before": {
                "state": "refused",
                "by": {"id": str(room.supervisor.id), "name": "Claire"},
                "at": "2026-11-22T12:00:00.000Z",
            },
        }
        assert (card["state"], "decided_by" in card, "note" in card) == ("open", False, False)
        assert card["decisions"] == ["release", "release_masked", "return", "refuse", "escalate"]
        assert [told["id"] for told in await watching.wait("flag:changed")] == [flag]
        (own,) = await listed(house, room.supervisor, "open")
        assert own["decisions"] == []
        assert (await house.decide(room.supervisor, flag, "refuse", "unsafe")).status == 409
        released = await house.decide(samir, flag, "release", "context_ok")
        assert (released.body["state"], released.body["appeal"]["decided"]) == ("released", "2026-11-22T12:01:00.000Z")
        assert [got["body"] for got in await lea.wait("chat:message")] == [PHONE]

    async def test_alone_one_looks_again_oneself(self, house: House) -> None:
        room = await house.room()
        julien = await house.open(room.mentor)
        flag = await held(house, room)
        await house.decide(room.supervisor, flag, "refuse", "unsafe")
        assert (await julien.call("chat:appeal", {"room": room.number, "seq": 1}))["ok"]
        assert (await house.decide(room.supervisor, flag, "refuse", "unsafe")).body["state"] == "refused"
        assert await house.sql("select state, changed from messages") == [("refused", 2)]
        assert await house.sql("select count(*) from appeals where decided_at is not null") == [(1,)]

    async def test_of_two_devices_that_ask_at_once_one_flag_comes(self, house: House) -> None:
        """Also for what was hidden and never flagged."""
        room = await house.room()
        await house.sql("update rooms set last_seq = 1")
        await house.sql(
            "insert into messages (room_id, seq, changed, id, author_id, at, kind, body, masked_body, state)"
            " values (:room, 1, 1, :id, :author, :at, 'text', 'un mot', '[•••]', 'masked')",
            room=room.id,
            id=new_id(),
            author=room.mentee.id,
            at=NOW,
        )
        devices = [await house.open(room.mentee) for _ in range(4)]
        asked = [device.send("chat:appeal", {"room": room.number, "seq": 1}) for device in devices]
        assert all([(await answer)["ok"] for answer in asked])
        assert await house.sql("select category, severity, message, excerpt from flags") == [
            ("appeal", 2, "masked", "un mot")
        ]
        (card,) = await listed(house, room.supervisor, "open")
        assert (await house.decide(room.supervisor, card["id"], "release", "harmless")).status == 200


class TestTheBlindSecondLook:
    async def decided(self, house: House, room: Room, decision: str, reason: str) -> str:
        """A decided flag of the sample, by chance or by hand."""
        house.clock.advance(1)
        flag = await watched(house, room)
        assert (await house.decide(room.supervisor, flag, decision, reason)).status == 200
        if not is_sampled(UUID(flag)):
            await house.sql(
                "insert into samples (flag_id, organisation_id, decision, picked_at)"
                " values (:flag, :org, :decision, :at)",
                flag=flag,
                org=room.pair.organisation_id,
                decision=decision,
                at=NOW,
            )
        return flag

    async def sample(self, house: House, who: Person, flag: str, decision: str, reason: str = "other") -> Any:
        return await house.ask(who, "POST", f"/api/v1/flags/{flag}/sample", {"decision": decision, "reason": reason})

    async def test_what_is_drawn_is_known_by_the_flag_alone(self, house: House) -> None:
        room = await house.room()
        new = [new_flag(room, seq, SEEN) for seq in range(1, 61)]
        await insert_flags(house, *new)
        for flag in new:
            assert (await house.decide(room.supervisor, flag.id, "acknowledge", "serious")).status == 200
        drawn = {flag for (flag,) in await house.sql("select flag_id from samples")}
        assert drawn == {flag for (flag,) in await house.sql("select id from flags") if is_sampled(flag)}

    async def test_nothing_of_the_decision_is_told(self, house: House) -> None:
        room = await house.room()
        samir = await house.person(Role.SUPERVISOR, "Samir")
        flag = await self.decided(house, room, "acknowledge", "serious")
        (card,) = await listed(house, samir, "sample")
        assert (card["id"], card["state"], card["sample"], card["excerpt"]) == (flag, "open", True, WATCHED)
        assert not {"decided_at", "decided_by", "reason", "note", "advice", "claimed", "appeal"} & card.keys()
        assert card["decisions"] == ["acknowledge", "escalate"]
        assert await listed(house, room.supervisor, "sample") == []
        assert await listed(house, samir, "closed") == []
        context = await house.ask(samir, "GET", f"/api/v1/flags/{flag}/context")
        assert [found["state"] for found in context.body["messages"]] == ["delivered"]
        assert (await house.decide(samir, flag, "acknowledge", "harmless")).status == 404

    async def test_what_somebody_asked_to_put_aside_is_judged_no_second_time(self, house: House) -> None:
        room = await house.room()
        samir = await house.person(Role.SUPERVISOR, "Samir")
        flag = await self.decided(house, room, "acknowledge", "serious")
        ((author,),) = await house.sql("select author_id from flags where id = :flag", flag=flag)
        async with house.database.everywhere() as conn:
            await put_aside(conn, new_id(), house.north.id, author, "objection", house.clock.now())
        assert await listed(house, samir, "sample") == []
        assert (await self.sample(house, samir, flag, "acknowledge")).status == 404

    async def test_agreement_and_kappa(self, house: House) -> None:
        room = await house.room()
        samir = await house.person(Role.SUPERVISOR, "Samir")
        assert (await house.ask(samir, "GET", "/api/v1/flags/agreement")).body == {"n": 0, "agreed": 0}
        told = [("acknowledge", "acknowledge")] * 3 + [("acknowledge", "escalate")]
        for first, other in told:
            flag = await self.decided(house, room, first, "serious")
            assert (await self.sample(house, samir, flag, other)).status == 204
            assert (await self.sample(house, samir, flag, other)).status == 204
            assert (await self.sample(house, samir, flag, other, "unsafe")).error == ("flag_decided", None)
            assert (await self.sample(house, room.supervisor, flag, other)).status == 404
        assert await listed(house, samir, "sample") == []
        agreement = (await house.ask(room.supervisor, "GET", "/api/v1/flags/agreement")).body
        assert (agreement["n"], agreement["agreed"], agreement["agreement"], agreement["kappa"]) == (4, 3, 0.75, 0)
        assert (round(agreement["low"], 4), round(agreement["high"], 4)) == (0.3006, 0.9544)

    async def test_a_decision_that_could_not_have_been_is_refused(self, house: House) -> None:
        room = await house.room()
        samir = await house.person(Role.SUPERVISOR, "Samir")
        flag = await self.decided(house, room, "acknowledge", "serious")
        reply = await self.sample(house, samir, flag, "release")
        assert (reply.status, reply.error) == (409, ("conflict", None))


class TestFigures:
    async def test_how_often_a_rule_was_found_to_be_wrong(self, house: House) -> None:
        room = await house.room()
        for reason in ("harmless", "misread", "serious", None):
            house.clock.advance(1)
            flag = await held(house, room, f"{PHONE} et 07 12 34 56 78")  # twice in one message: raised once
            if reason is not None:
                await house.decide(room.supervisor, flag, "release", reason)
        reply = await house.ask(room.supervisor, "GET", "/api/v1/flags/rules")
        (figure,) = [row for row in reply.body["rules"] if row["rule"] == "contact.phone"]
        assert {name: figure[name] for name in ("category", "raised", "decided", "overturned")} == {
            "category": "contact",
            "raised": 4,
            "decided": 3,
            "overturned": 2,
        }
        assert (round(figure["share"], 3), round(figure["low"], 3), round(figure["high"], 3)) == (0.667, 0.208, 0.939)
        stranger = await house.person(Role.SUPERVISOR, "Ana", where=await organisation(house.database, "South"))
        assert (await house.ask(stranger, "GET", "/api/v1/flags/rules")).body["rules"] == []
        await house.sql("update flags set raised_at = :at", at=NOW - timedelta(days=90))
        assert (await house.ask(room.supervisor, "GET", "/api/v1/flags/rules")).body["rules"] == []


class TestContext:
    async def test_ten_before_and_five_after_as_staff_sees_them(self, house: House) -> None:
        room = await house.room()
        julien = await house.open(room.mentor)
        for number in range(1, 13):
            await julien.say(room, f"message {number}")
        flag = await held(house, room)
        for number in range(14, 21):
            await julien.say(room, f"message {number}")
        reply = await house.ask(room.supervisor, "GET", f"/api/v1/flags/{flag}/context")
        assert reply.body["flagged"] == 13
        assert [found["seq"] for found in reply.body["messages"]] == list(range(3, 19))
        assert [found["body"] for found in reply.body["messages"] if found["state"] == "held"] == [PHONE]

    async def test_who_read_is_shown_to_the_people_of_the_room(self, house: House) -> None:
        """Promise 4, also for a colleague who has no seat there."""
        room = await house.room()
        samir = await house.person(Role.SUPERVISOR, "Samir")
        flag = await held(house, room)
        assert (await house.ask(samir, "GET", f"/api/v1/flags/{flag}/context")).status == 404
        assert await visits(house, room.mentee, room) == []
        house.clock.advance(3600)
        for _ in range(3):
            assert (await house.ask(samir, "GET", f"/api/v1/flags/{flag}/context")).status == 200
            house.clock.advance(60)
        assert await visits(house, room.mentee, room) == await visits(house, room.mentor, room) == [("Samir", "read")]
        house.clock.advance(600)
        await house.ask(samir, "GET", f"/api/v1/flags/{flag}/context")
        assert await visits(house, room.mentee, room) == [("Samir", "read")] * 2

    async def test_a_call_for_help_shows_what_was_said_last(self, house: House) -> None:
        room = await house.room()
        lea = await house.open(room.mentee)
        for number in range(1, 13):
            await lea.say(room, f"message {number}")
        await lea.call("help:now", {"room": room.number, "words": "vite"})
        await lea.call("help:now", {})
        flag = await newest_flag(house)
        reply = await house.ask(room.supervisor, "GET", f"/api/v1/flags/{flag}/context")
        assert ([found["seq"] for found in reply.body["messages"]], "flagged" in reply.body) == (
            list(range(3, 13)),
            False,
        )

    async def test_from_outside_a_room_there_is_none_to_read(self, house: House) -> None:
        room = await house.room()
        await (await house.open(room.mentee)).call("help:now", {})
        reply = await house.ask(room.supervisor, "GET", f"/api/v1/flags/{await newest_flag(house)}/context")
        assert reply.body == {"messages": []}
        assert await visits(house, room.mentee, room) == []


async def test_the_lists_in_sql_are_those_of_the_rules(house: House) -> None:
    """Three hundred flags in all states, between three supervisors, one of whom was a mentor once."""
    chance = random.Random(4)  # noqa: S311 - of a test
    room = await house.room()
    samir, zoe = await house.person(Role.SUPERVISOR, "Samir"), await house.person(Role.SUPERVISOR, "Zoe")
    former = await house.person(Role.MENTOR, "Max")
    other = await house.room(mentor=former, supervisor=samir)
    await house.sql("update accounts set role = 'supervisor' where id = :id", id=former.id)
    team = [room.supervisor.id, samir.id, zoe.id, former.id]
    async with house.database.everywhere() as conn:
        for _ in range(300):
            await _random_flag(conn, chance, team, [(room, room.pair.id), (other, other.pair.id)])
    seen: Counter[str] = Counter()
    for who in (room.supervisor, samir, zoe):
        async with house.database.everywhere() as conn:
            for alone in (False, True):
                me = await reviewer(conn, who.principal)
                me = Reviewer(me.account_id, me.organisation_id, alone, me.pairs)
                every = await store.flags_in(conn, store.select_flags())
                for which in LISTS:
                    page = await lists.page(conn, which, me, NOW, None, 1000)
                    wanted = {flag.id for flag in every if on_list(flag, me, NOW) == which}
                    assert {flag.id for flag in page} == wanted
                    seen[which] += len(wanted)
    async with house.database.everywhere() as conn:
        me = Reviewer(former.id, room.pair.organisation_id, False, frozenset({other.pair.id}))
        every = await store.flags_in(conn, store.select_flags())
        for which in LISTS:
            page = await lists.page(conn, which, me, NOW, None, 1000)
            assert {flag.id for flag in page} == {flag.id for flag in every if on_list(flag, me, NOW) == which}
    assert min(seen.values()) > 50


async def _random_flag(conn: Any, chance: random.Random, team: list[UUID], rooms: list[tuple[Room, UUID]]) -> None:
    room, pair_id = chance.choice(rooms)
    state = chance.choice(["open", "open", "second", "second", "escalated", "released"])
    flag_id, act = new_id(), new_id()
    decided = state == "released"
    await conn.execute(
        insert(flags).values(
            id=flag_id,
            organisation_id=room.pair.organisation_id,
            supervisor_id=chance.choice(team[:3]),
            pair_id=chance.choice([pair_id, None]),
            author_id=chance.choice([room.mentor.id, room.mentee.id, *team]),
            category="contact",
            severity=chance.randint(1, 4),
            action="hold",
            message="held",
            labels=[],
            excerpt="",
            engine="m1",
            raised_at=NOW - timedelta(hours=1),
            due_at=chance.choice([None, NOW, NOW - timedelta(minutes=1), NOW + timedelta(minutes=1)]),
            state="open" if state == "second" else state,
            decided_at=NOW if decided else None,
            decided_by=chance.choice(team) if decided else None,
        )
    )
    if state == "second":
        by = {"by_id": chance.choice(team), "at": NOW, "decision": "release", "reason": "harmless"}
        await conn.execute(insert(reviews).values(id=act, flag_id=flag_id, act="propose", **by))
        await conn.execute(update(flags).where(flags.c.id == flag_id).values(state="second", proposal_id=act))
    if chance.random() < 0.4:
        before = {"before_state": "refused", "before_by": chance.choice(team), "before_at": NOW}
        again = chance.choice([before, {}])
        await conn.execute(
            insert(appeals).values(flag_id=flag_id, at=NOW, decided_at=chance.choice([None, None, NOW]), **again)
        )


async def test_an_empty_list_is_one(house: House) -> None:
    room = await house.room()
    for which in ("open", "second", "sample", "closed"):
        reply = await house.ask(room.supervisor, "GET", f"/api/v1/flags?state={which}")
        assert (reply.status, reply.body) == (200, {"flags": [], "more": False})


def test_a_new_flag_is_all_that_the_log_writes() -> None:
    """A column that the log leaves out must have a default in the database: its statement names them one by one."""
    from server.moderation.flag import NewFlag

    named = {field.name for field in fields(NewFlag)}
    assert {column.name for column in flags.c if not column.nullable and column.server_default is None} <= named


async def test_an_appeal_and_a_decision_at_once(house: House) -> None:
    """Whoever comes first: the appeal is answered by somebody, and never by who it is against."""
    room = await house.room()
    samir = await house.person(Role.SUPERVISOR, "Samir")
    julien = await house.open(room.mentor)
    for _ in range(5):
        house.clock.advance(1)
        flag = await held(house, room)
        seq = (await house.sql("select max(seq) from messages"))[0][0]
        asked = julien.send("chat:appeal", {"room": room.number, "seq": seq})
        decided = await house.decide(room.supervisor, flag, "refuse", "unsafe")
        assert (await asked)["ok"]
        assert decided.status == 200
        ((state, before_by, answered),) = await house.sql(
            "select f.state, a.before_by, a.decided_at from flags f join appeals a on a.flag_id = f.id"
            " where f.id = :id",
            id=flag,
        )
        if before_by is None:  # it came first, and the decision answers it
            assert (state, answered) == ("refused", house.clock.now())
        else:
            assert (state, before_by, answered) == ("open", room.supervisor.id, None)
            assert (await house.decide(room.supervisor, flag, "refuse", "unsafe")).status == 409
            assert (await house.decide(samir, flag, "refuse", "unsafe")).status == 200
