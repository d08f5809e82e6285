"""Flags on a real database: written with their message or not at all, shown to whom they are for, decided once."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from server.infra.database import Database
from server.kernel.clock import ManualClock
from server.kernel.events import Bus
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.moderation.data_files import engine_version
from server.moderation.events import FlagDecided, FlagRaised
from server.moderation.explain import explain
from server.moderation.flag import MAX_EXCERPT, Flag, NewFlag, flag_of
from server.moderation.flags import Flags
from server.moderation.http import PAGE
from server.moderation.store import flags_of
from server.moderation.verdict import Label, Verdict
from server.transport.gateway import Gateway
from server.transport.wire import timestamp
from tests.support.roles import is_scope
from tests.support.rooms import NOW, Client, House, Room

HELD = Verdict("hold", 3, (Label("contact", 3, 0.95, 0, 10, "contact.phone", "contacts-1"),), flag=True)
SEEN = Verdict("deliver", 4, (Label("suicide", 4, 0.9, 0, 9, "suicide.fr.die"),), show_help=True, flag=True)
BAD: list[tuple[dict[str, Any], str]] = [
    ({"note": 5}, "note"),
    ({"note": "x" * 2001}, "note"),
    ({"why": "x"}, "why"),
    ({"note": "\x00"}, "note"),
    ({"decision": "ban"}, "decision"),
    ({"reason": "because"}, "reason"),
    ({"advice": "x" * 1001}, "advice"),
    ({"advice": "Bravo"}, "advice"),
    ({"spans": [[0, 4001]]}, "spans[0][1]"),
    ({"spans": [[-1, 4]]}, "spans[0][0]"),
    ({"spans": [[0, 1, 2]]}, "spans[0]"),
    ({"spans": [[0, 4]] * 51}, "spans"),
    ({"lift_freeze": 1}, "lift_freeze"),
]


class Events:
    """What the bus was told."""

    def __init__(self, bus: Bus) -> None:
        self.told: list[Any] = []
        bus.subscribe(FlagRaised, self._keep)
        bus.subscribe(FlagDecided, self._keep)

    async def _keep(self, event: Any) -> None:
        self.told.append(event)


def new_flag(
    room: Room, seq: int | None = 1, verdict: Verdict = HELD, text: str = "0612345678", **changes: Any
) -> NewFlag:
    made = flag_of(
        verdict,
        text,
        organisation_id=room.pair.organisation_id,
        supervisor_id=room.supervisor.id,
        pair_id=room.pair.id,
        room_id=room.id,
        seq=seq or 0,
        author_id=room.mentor.id,
        at=NOW,
    )
    return replace(made, seq=seq, **changes)


async def insert(house: House, *flags: NewFlag) -> None:
    raw = await house.database.connect_raw()
    try:
        await flags_use_cases(house).insert(raw, flags)
    finally:
        await raw.close()


def flags_use_cases(house: House) -> Flags:
    return house.capabilities.flags


async def stored(database: Database, ids: Sequence[UUID]) -> list[Flag]:
    async with database.everywhere() as conn:
        return await flags_of(conn, ids)


async def queue(house: House, who: Any, query: str = "") -> Any:
    reply = await house.ask(who, "GET", f"/api/v1/flags{query}")
    return reply.body


class TestWriting:
    async def test_all_that_is_written_comes_back(self, house: House) -> None:
        room = await house.room()
        new = new_flag(room, verdict=SEEN, text="je veux …\n«é» 😂")
        await insert(house, new)
        expected = Flag(
            **{name: getattr(new, name) for name in NewFlag.__slots__},
            known=1,
        )
        assert await stored(house.database, [new.id]) == [expected]
        assert new.engine == engine_version()

    async def test_many_flags_are_few_statements(self, house: House) -> None:
        """One for the flags, and for the cases of those that are serious a few more, however many there are."""
        room = await house.room()
        await house.capabilities.escalation.pager.stop()  # a case that it has locked would be asked for once more
        many = [new_flag(room, seq) for seq in range(1, 201)]
        raw = await house.database.connect_raw()
        await flags_use_cases(house).insert(raw, [new_flag(room, 1_000)])  # the driver looks types up the first time
        counted: list[str] = []
        raw.add_query_logger(lambda record: counted.append(record.query))
        await flags_use_cases(house).insert(raw, many)
        await raw.close()
        asked = [" ".join(query.split()[:3]) for query in counted]
        assert Counter(asked)["insert into flags"] == 1
        assert len(set(asked)) <= 9
        # the pair, the cases that wait, whether others that wait are locked
        assert sum(query.lstrip().startswith("select") for query in counted) == 3
        assert len(await stored(house.database, [flag.id for flag in many])) == 200

    async def test_none_is_no_statement(self, house: House) -> None:
        raw = await house.database.connect_raw()
        counted: list[str] = []
        raw.add_query_logger(lambda record: counted.append(record.query))
        await flags_use_cases(house).insert(raw, [])
        await raw.close()
        assert counted == []

    async def test_what_is_rolled_back_was_never_there(self, house: House) -> None:
        room = await house.room()
        flag = new_flag(room)
        raw = await house.database.connect_raw()
        transaction = raw.transaction()
        await transaction.start()
        await flags_use_cases(house).insert(raw, [flag])
        await transaction.rollback()
        await raw.close()
        assert await stored(house.database, [flag.id]) == []

    async def test_no_text_keeps_a_flag_from_being_written(self, house: House) -> None:
        room = await house.room()
        texts = [
            "\x00\x00",
            "\ud800 a \udfff",
            "é" * 100_000,
            "",
            "\U0010ffff",
            "' ; drop table flags; --",
            '{"a": 1}\\u0000',
        ]
        flags = [new_flag(room, seq, text=text) for seq, text in enumerate(texts, 1)]
        await insert(house, *flags)
        found = {flag.id: flag.excerpt for flag in await stored(house.database, [flag.id for flag in flags])}
        assert [found[flag.id] for flag in flags] == [
            "\ufffd\ufffd",
            "\ufffd a \ufffd",
            "é" * MAX_EXCERPT,
            "",
            "\U0010ffff",
            "' ; drop table flags; --",
            '{"a": 1}\\u0000',
        ]


class TestTelling:
    async def test_the_supervisor_is_told_and_no_one_else(self, house: House) -> None:
        events = Events(house.capabilities._ground.bus)
        room = await house.room()
        other = await house.person(Role.SUPERVISOR, "Zoe")
        admin = await house.person(Role.ADMIN, "Alice")
        people = {who.name: await house.open(who) for who in (room.supervisor, room.mentor, room.mentee, other, admin)}
        second_device = await house.open(room.supervisor)
        flag = new_flag(room)
        await insert(house, flag)
        await flags_use_cases(house).announce(flag.organisation_id, [flag.id])
        expected = {
            "id": str(flag.id),
            "room": str(room.id),
            "seq": 1,
            "author": {"id": str(room.mentor.id), "name": "Julien", "role": "mentor"},
            "category": "contact",
            "severity": 3,
            "action": "hold",
            "alert": False,
            "labels": [
                {
                    "category": "contact",
                    "severity": 3,
                    "score": 0.95,
                    "start": 0,
                    "end": 10,
                    "rule": "contact.phone",
                    "version": "contacts-1",
                }
            ],
            "explanations": [{language: explain(HELD.labels[0], language) for language in ("fr", "en")}],
            "excerpt": "0612345678",
            "state": "open",
            "revision": 0,
            "decisions": ["release", "release_masked", "return", "refuse", "escalate"],
            "mine": True,
            "raised_at": timestamp(NOW),
            "due_at": timestamp(NOW + timedelta(hours=1)),
            "people": ["Julien", "Lea"],
        }
        assert await people["Claire"].wait("flag:raised") == [expected]
        assert await second_device.wait("flag:raised") == [expected]
        for name in ("Julien", "Lea", "Zoe", "Alice"):
            await people[name].quiet()
            assert people[name].events("flag:raised") == []
        assert events.told == [FlagRaised(flag.id, room.pair.organisation_id, room.supervisor.id, 3)]

    async def test_a_call_for_help_from_outside_a_room_names_its_author(self, house: House) -> None:
        room = await house.room()
        flag = replace(new_flag(room), room_id=None, seq=None, pair_id=None, author_id=room.mentee.id, action="help")
        await insert(house, flag)
        claire = await house.open(room.supervisor)
        await flags_use_cases(house).announce(flag.organisation_id, [flag.id])
        (card,) = await claire.wait("flag:raised")
        assert (card["people"], "room" in card, "seq" in card) == (["Lea"], False, False)

    async def test_telling_never_fails(self, house: House) -> None:
        await flags_use_cases(house).announce(house.north.id, [])
        await flags_use_cases(house).announce(house.north.id, [new_id()])
        gone = Database("postgresql://nobody:x@127.0.0.1:1/none")
        clock = ManualClock(NOW)
        flags = Flags(gone, clock, Bus(), Gateway(house.capabilities.people.authenticator, clock))
        await flags.announce(house.north.id, [new_id()])
        await gone.close()


class TestQueue:
    async def test_open_flags_by_severity_then_age_and_closed_by_decision(self, house: House) -> None:
        room = await house.room()
        plan = [(2, 0), (4, 30), (3, 10), (4, 20), (2, 5)]
        flags = [
            replace(new_flag(room, seq, SEEN), severity=severity, raised_at=NOW + timedelta(seconds=age))
            for seq, (severity, age) in enumerate(plan, 1)
        ]
        await insert(house, *flags)
        body = await queue(house, room.supervisor)
        assert [card["seq"] for card in body["flags"]] == [4, 2, 3, 1, 5]
        assert body["more"] is False
        for seq in (3, 1):
            house.clock.advance(1)
            await house.decide(room.supervisor, flags[seq - 1].id, "acknowledge")
        assert [card["seq"] for card in (await queue(house, room.supervisor))["flags"]] == [4, 2, 5]
        assert [card["seq"] for card in (await queue(house, room.supervisor, "?state=closed"))["flags"]] == [1, 3]

    @pytest.mark.parametrize("state", ["open", "closed"])
    async def test_pages_meet_without_gap_or_overlap(self, house: House, state: str) -> None:
        room = await house.room()
        count = 2 * PAGE + 7
        flags = [replace(new_flag(room, seq, SEEN), severity=1 + seq % 4) for seq in range(1, count + 1)]
        await insert(house, *flags)
        if state == "closed":
            await house.sql(
                "update flags set state = 'acknowledged', decided_by = :who, decided_at = :at",
                who=room.supervisor.id,
                at=NOW,
            )
        seen: list[str] = []
        before = ""
        while True:
            body = await queue(house, room.supervisor, f"?state={state}{before}")
            seen += [card["id"] for card in body["flags"]]
            if not body["more"]:
                break
            before = f"&before={seen[-1]}"
        assert len(seen) == count
        assert set(seen) == {str(flag.id) for flag in flags}

    async def test_only_ones_own_caseload(self, house: House) -> None:
        room, other = await house.room(), await house.room()
        mine, theirs = new_flag(room), new_flag(other)
        await insert(house, mine, theirs)
        assert [card["id"] for card in (await queue(house, room.supervisor))["flags"]] == [str(mine.id)]
        before = await house.ask(room.supervisor, "GET", f"/api/v1/flags?before={theirs.id}")
        act = await house.decide(room.supervisor, theirs.id, "refuse")
        assert (before.status, before.error) == (404, ("not_found", None))
        assert (act.status, act.error) == (404, ("not_found", None))

    async def test_others_have_no_queue(self, house: House) -> None:
        room = await house.room()
        flag = new_flag(room)
        await insert(house, flag)
        for who in (room.mentor, room.mentee, await house.person(Role.ADMIN, "Alice")):
            for reply in (await house.ask(who, "GET", "/api/v1/flags"), await house.decide(who, flag.id, "refuse")):
                assert (reply.status, reply.error) == (403, ("forbidden", None))

    @pytest.mark.parametrize(
        ("query", "field"),
        [("?state=all", "state"), ("?before=x", "before"), ("?limit=5", "limit"), ("?before=", "before")],
    )
    async def test_bad_queries_name_their_field(self, house: House, query: str, field: str) -> None:
        room = await house.room()
        reply = await house.ask(room.supervisor, "GET", f"/api/v1/flags{query}")
        assert (reply.status, reply.error) == (400, ("bad_request", field))

    async def test_behind_an_open_flag_there_is_no_closed_one(self, house: House) -> None:
        room = await house.room()
        flag = new_flag(room)
        await insert(house, flag)
        reply = await house.ask(room.supervisor, "GET", f"/api/v1/flags?state=closed&before={flag.id}")
        assert reply.status == 404

    async def test_the_count_of_what_waits(self, house: House) -> None:
        room = await house.room()
        await insert(house, new_flag(room, 1), new_flag(room, 2, SEEN), new_flag(room, 3))
        queue = (await house.ask(room.supervisor, "GET", "/api/v1/home")).body["queue"]
        assert queue == {"open": 3, "held": 2, "second": 0, "sample": 0}
        assert "queue" not in (await house.ask(room.mentor, "GET", "/api/v1/home")).body

    async def test_a_page_costs_the_same_whatever_its_length(self, house: House) -> None:
        """Four queries for who asks, one for the flags, three for what stands beside them."""
        room = await house.room()
        await house.capabilities.escalation.pager.stop()  # it asks the same database

        async def statements() -> int:
            counted: list[str] = []

            def count(_c: Any, _u: Any, statement: str, *_: Any) -> None:
                if not is_scope(statement):
                    counted.append(statement)

            engine = house.bound.engine.sync_engine
            event.listen(engine, "before_cursor_execute", count)
            try:
                async with asyncio.timeout(10):
                    await flags_use_cases(house).page(room.supervisor.principal, "open", before=None, limit=PAGE)
            finally:
                event.remove(engine, "before_cursor_execute", count)
            return len(counted)

        await insert(house, new_flag(room, 1))
        one = await statements()
        await insert(house, *(new_flag(room, seq) for seq in range(2, 41)))
        assert (one, await statements()) == (8, 8)


class TestDeciding:
    async def test_acknowledging_tells_who_decided_and_what(self, house: House) -> None:
        events = Events(house.capabilities._ground.bus)
        room = await house.room()
        flag = new_flag(room, verdict=SEEN)
        await insert(house, flag)
        claire = await house.open(room.supervisor)
        house.clock.advance(60)
        reply = await house.decide(room.supervisor, flag.id, "acknowledge", "serious", note=" appelée ")
        decided = {
            "state": "acknowledged",
            "decided_at": timestamp(house.clock.now()),
            "decided_by": {"id": str(room.supervisor.id), "name": "Claire"},
            "reason": "serious",
            "note": "appelée",
            "decisions": [],
        }
        assert reply.status == 200
        assert {key: reply.body[key] for key in decided} == decided
        assert await claire.wait("flag:changed") == [reply.body]
        assert events.told == [FlagDecided(flag.id, room.pair.organisation_id, room.supervisor.id, room.supervisor.id)]

    async def test_of_two_who_decide_at_once_one_is_told_so(self, house: House) -> None:
        room = await house.room()
        flag = new_flag(room, verdict=SEEN)
        await insert(house, flag)
        replies = await asyncio.gather(
            *(house.decide(room.supervisor, flag.id, "acknowledge", note=str(n)) for n in range(6))
        )
        assert sorted(reply.status for reply in replies) == [200, 409, 409, 409, 409, 409]
        assert {reply.error for reply in replies if reply.status == 409} == {("flag_decided", None)}
        (winner,) = (reply for reply in replies if reply.status == 200)
        assert [found.note for found in await stored(house.database, [flag.id])] == [winner.body["note"]]

    async def test_a_held_message_is_not_waved_off(self, house: House) -> None:
        room = await house.room()
        flag = new_flag(room)
        await insert(house, flag)
        reply = await house.decide(room.supervisor, flag.id, "acknowledge")
        assert (reply.status, reply.error) == (409, ("conflict", None))
        assert [found.state for found in await stored(house.database, [flag.id])] == ["open"]

    async def test_bad_input_changes_nothing(self, house: House) -> None:
        room = await house.room()
        flag = new_flag(room, verdict=SEEN)
        await insert(house, flag)
        for body, field in BAD:
            ruling = {"decision": "acknowledge", "reason": "serious", **body}
            reply = await house.ask(room.supervisor, "POST", f"/api/v1/flags/{flag.id}/decide", ruling)
            assert (reply.status, reply.error) == (400, ("bad_request", field))
        assert [found.state for found in await stored(house.database, [flag.id])] == ["open"]


class TestTheWholeWay:
    """From what is typed to the supervisor's screen."""

    async def say(self, house: House, room: Room, who: Any, body: str) -> tuple[Any, Client]:
        claire = await house.open(room.supervisor)
        return await (await house.open(who)).say(room, body), claire

    async def test_a_mentors_number_is_held_and_shown_to_the_supervisor(self, house: House) -> None:
        room = await house.room()
        answer, claire = await self.say(house, room, room.mentor, "mon num : 06 12 34 56 78")
        assert (answer["ok"], answer["state"]) == (True, "held")
        (card,) = await claire.wait("flag:raised")
        assert (card["action"], card["category"], card["excerpt"]) == ("hold", "contact", "mon num : 06 12 34 56 78")
        (label,) = card["labels"]
        assert card["excerpt"][label["start"] : label["end"]] == "06 12 34 56 78"

    async def test_a_young_persons_number_is_masked(self, house: House) -> None:
        room = await house.room()
        julien = await house.open(room.mentor)
        answer, claire = await self.say(house, room, room.mentee, "mon num : 06 12 34 56 78")
        assert (answer["state"], answer["body"]) == ("masked", "mon num : [••• coordonnées masquées]")
        (message,) = await julien.wait("chat:message")
        assert (message["state"], message["body"]) == ("masked", "mon num : [••• coordonnées masquées]")
        assert [card["action"] for card in await claire.wait("flag:raised")] == ["mask"]

    async def test_a_young_persons_distress_is_delivered_with_the_help_card(self, house: House) -> None:
        room = await house.room()
        julien = await house.open(room.mentor)
        answer, claire = await self.say(house, room, room.mentee, "j'ai envie de mourir")
        assert (answer["ok"], answer.get("state", "delivered"), answer["help"]) == (True, "delivered", True)
        assert [message["body"] for message in await julien.wait("chat:message")] == ["j'ai envie de mourir"]
        assert [(card["category"], card["severity"]) for card in await claire.wait("flag:raised")] == [("suicide", 4)]

    async def test_a_number_told_in_pieces_is_held_at_the_last(self, house: House) -> None:
        room = await house.room()
        julien = await house.open(room.mentor)
        states = [(await julien.say(room, piece)).get("state") for piece in ("06 12", "34 56", "78")]
        assert states == ["delivered", "delivered", "held"]

    async def test_ordinary_talk_raises_nothing(self, house: House) -> None:
        room = await house.room()
        lea, julien = await house.open(room.mentee), await house.open(room.mentor)
        for who, body in (
            (lea, "ce contrôle va me tuer mdr"),
            (julien, "page 12, exercices 34, 56 et 78 pour le 06/12"),
        ):
            assert (await who.say(room, body)).get("state", "delivered") == "delivered"
        assert await house.sql("select count(*) from flags") == [(0,)]
