"""What goes into each assessment beside the text, what is kept of a conversation, and what happens when it fails."""

import asyncio
import logging
from datetime import date, timedelta
from typing import Any

import pytest

from server.infra.database import Database
from server.kernel.identifiers import new_id
from server.moderation.own_rules import OwnRules
from server.moderation.verdict import DELIVER, Circumstances, Overtime, Verdict
from server.pairs.rules import State
from tests.support.rooms import House, Room, served

# Each harmless by itself; together they are a course that a professional has to see.
COURSE = (
    "Tu es tellement mature pour ton âge",
    "T'es pas comme les autres, avec toi c'est spécial",
    "Tu as quel âge au fait ?",
    "Personne ne te comprend comme moi",
    "T'as un copain ?",
)


class Listening:
    """A judge that delivers all and keeps in which circumstances it was asked."""

    def __init__(self, house: House) -> None:
        self.heard: list[Circumstances] = []
        house.capabilities.rooms.judge.assess = self.assess

    def assess(self, *_: Any, circumstances: Circumstances, **__: Any) -> Verdict:
        self.heard.append(circumstances)
        return DELIVER


async def put_rules(house: House, version: int, rules: str) -> None:
    admin = (await house.sql("select id from accounts limit 1"))[0][0]
    await house.sql(
        "insert into own_rules values (:org, :version, cast(:rules as jsonb), :by, now())",
        org=house.north.id,
        version=version,
        rules=rules,
        by=admin,
    )


async def categories(house: House) -> list[str]:
    return [category for (category,) in await house.sql("select category from flags order by raised_at, seq")]


async def test_each_assessment_knows_the_pair(house: House) -> None:
    listening = Listening(house)
    house.clock.advance(4 * 3_600)
    since = house.clock.now() - timedelta(days=29, hours=12)
    room = await house.room(mentee_born=date(2009, 11, 23), since=since)  # 16 until tomorrow has begun everywhere
    julien = await house.open(room.mentor)
    await julien.say(room, "a")
    house.clock.advance(20 * 3_600)
    await julien.say(room, "b")
    assert [(heard.young_age, heard.stage) for heard in listening.heard] == [(16, "new"), (17, "active")]
    for index, state in enumerate((State.PROBATION, State.CLOSING), start=1):
        await house.sql("update pairs set state = :state", state=state.value)
        await julien.wait("room:rights", index)
        await julien.say(room, state.value)
        assert (listening.heard[-1].young_age, listening.heard[-1].stage) == (17, state.value)


async def test_a_date_of_birth_that_is_put_right_counts_at_once(house: House) -> None:
    listening = Listening(house)
    room = await house.room(mentee_born=date(2004, 1, 1))
    julien = await house.open(room.mentor)
    await julien.say(room, "a")
    assert listening.heard[-1].young_age == 22
    await house.sql("update accounts set birth_date = '2010-01-01' where id = :id", id=room.mentee.id)
    await until_heard(listening, julien, room, lambda heard: heard.young_age == 16)


async def until_heard(listening: Listening, client: Any, room: Room, done: Any) -> None:
    async with asyncio.timeout(10):
        while not done(listening.heard[-1]):
            assert (await client.say(room, "encore"))["ok"]


async def test_own_rules_count_from_when_they_are_written_and_cost_no_query(house: House) -> None:
    listening = Listening(house)
    room = await house.room()
    julien = await house.open(room.mentor)
    await julien.say(room, "a")
    assert listening.heard[-1].own is None
    for version in (1, 2):
        await put_rules(house, version, f'{{"watched": ["zorglub{version}"]}}')
        await until_heard(listening, julien, room, lambda h, v=version: h.own is not None and h.own.version == v)
    first = listening.heard[-1].own
    await julien.say(room, "b")
    assert listening.heard[-1].own is first  # the very same: what is made of it is made once


async def test_a_watched_word_raises_a_flag_with_its_version(house: House) -> None:
    room = await house.room()
    await put_rules(house, 7, '{"watched": ["zorglub"]}')
    julien = await house.open(room.mentor)
    await julien.say(room, "On parle de Zorglub demain")
    assert await house.sql("select category, rules_version from flags") == [("watched", 7)]


@pytest.mark.parametrize("rules", ['{"watched": 5}', "[]", '"x"', '{"unknown": 1}'])
async def test_own_rules_that_cannot_be_used_leave_the_default_ones(
    house: House, rules: str, caplog: pytest.LogCaptureFixture
) -> None:
    room = await house.room()
    await put_rules(house, 1, rules)
    julien = await house.open(room.mentor)
    with caplog.at_level(logging.ERROR):
        assert (await julien.say(room, "Mon numéro : 06 12 34 56 78"))["state"] == "held"
        assert (await julien.say(room, "À demain"))["state"] == "delivered"
    assert await categories(house) == ["contact"]
    assert "own_rules_unreadable" in {record.msg for record in caplog.records}


async def test_a_line_that_cannot_be_read_does_not_take_the_others_with_it(house: House) -> None:
    room = await house.room()
    await put_rules(house, 1, '{"watched": ["(((", "zorglub"]}')
    julien = await house.open(room.mentor)
    await julien.say(room, "Zorglub")
    await julien.say(room, "Mon numéro : 06 12 34 56 78")
    assert await categories(house) == ["watched", "contact"]


@pytest.mark.parametrize("fault", [RuntimeError("a bug"), Overtime()])
@pytest.mark.parametrize("role", ["mentor", "mentee"])
async def test_a_fault_holds_an_adult_and_lets_a_minor_speak(house: House, fault: Exception, role: str) -> None:
    def broken(*_: Any, **__: Any) -> Verdict:
        raise fault

    room = await house.room()
    house.capabilities.rooms.judge.assess = broken
    writer = await house.open(room.mentor if role == "mentor" else room.mentee)
    reader = await house.open(room.mentee if role == "mentor" else room.mentor)
    claire = await house.open(room.supervisor)
    answer = await writer.say(room, "Quelque chose")
    (card,) = await claire.wait("flag:raised")
    assert (card["category"], card["severity"]) == ("unassessed", 3)
    await reader.quiet()
    if role == "mentor":
        assert (answer["state"], answer["notice"]) == ("held", "held")
        assert "help" not in answer
        assert "Quelque chose" not in "".join(reader.frames)
    else:
        assert (answer["state"], answer["help"]) == ("delivered", True)
        assert [message["body"] for message in reader.events("chat:message")] == ["Quelque chose"]


async def test_a_fault_of_own_rules_alone_falls_back_to_the_default_ones(house: House) -> None:
    judge = house.capabilities.rooms.judge
    default = judge.assess

    def fragile(text: str, *given: Any, circumstances: Circumstances, **more: Any) -> Verdict:
        if circumstances.own is not None:
            raise Overtime
        return default(text, *given, circumstances=circumstances, **more)

    judge.assess = fragile
    room = await house.room()
    await put_rules(house, 1, '{"watched": ["zorglub"]}')
    julien = await house.open(room.mentor)
    assert (await julien.say(room, "À demain"))["state"] == "delivered"
    assert (await julien.say(room, "Mon numéro : 06 12 34 56 78"))["state"] == "held"


async def test_a_course_adds_up_over_restarts(database: Database) -> None:
    """Each line is said to a server that has just started."""
    room: Room | None = None
    for step, line in enumerate(COURSE):
        async with served(database) as house:
            room = room or await house.room()
            julien = await house.open(room.mentor)
            answer = await julien.say(room, line)
            assert answer["state"] == ("held" if step == len(COURSE) - 1 else "delivered"), line
            if step == len(COURSE) - 1:
                assert await categories(house) == ["conversation", "conversation"]
    for line in COURSE:  # each of them to somebody else: harmless
        async with served(database) as house:
            other = await house.room()
            assert (await (await house.open(other.mentor)).say(other, line))["state"] == "delivered"


async def test_a_course_adds_up_when_the_room_is_forgotten(house: House) -> None:
    room = await house.room()
    julien = await house.open(room.mentor)
    for line in COURSE:
        answer = await julien.say(room, line)
        house.capabilities.rooms.chat._conversations._rooms.clear()
    assert answer["state"] == "held"


async def test_what_is_remembered_is_written_when_it_changes_only(house: House) -> None:
    room = await house.room()
    julien = await house.open(room.mentor)
    await julien.say(room, "Bonjour, on fait les maths ?")
    assert await house.sql("select count(*) from conversation_states") == [(0,)]
    await julien.say(room, COURSE[0])
    ((first,),) = await house.sql("select state from conversation_states")
    await julien.say(room, "On commence par les fractions.")
    assert await house.sql("select state from conversation_states") == [(first,)]
    await julien.say(room, COURSE[2])
    assert await house.sql("select state = :first from conversation_states", first=first) == [(False,)]


async def test_a_repeat_does_not_count_twice(house: House) -> None:
    """Also when what was remembered is lost between the two."""
    room = await house.room()
    julien = await house.open(room.mentor)
    name = new_id()
    for _ in range(4):
        assert (await julien.say(room, COURSE[0], name))["seq"] == 1
        house.capabilities.rooms.chat._conversations._rooms.clear()
    ((once,),) = await house.sql("select state from conversation_states")
    place = await house.capabilities.rooms.rights.place(room.id, house.north.id)
    recent = await house.capabilities.rooms.chat._conversations.of(place.room)
    assert recent.conversation.state_of(room.mentor.id) == once


async def test_a_state_that_cannot_be_read_costs_no_message(house: House) -> None:
    room = await house.room()
    julien = await house.open(room.mentor)
    await julien.say(room, COURSE[0])
    await house.sql("update conversation_states set state = :state", state=b"\xff not a state")
    house.capabilities.rooms.chat._conversations._rooms.clear()
    assert (await julien.say(room, COURSE[2]))["state"] == "delivered"


async def test_an_edit_counts_in_the_course(house: House) -> None:
    room = await house.room()
    julien = await house.open(room.mentor)
    for index in range(len(COURSE) - 1):
        await julien.say(room, f"Bonjour {index}")
    await julien.say(room, COURSE[0])
    for seq, line in enumerate(COURSE[1:], start=1):
        answer = await julien.call("chat:edit", {"room": room.number, "seq": seq, "body": line})
    assert answer["state"] == "held"


def test_own_rules_are_equal_to_themselves_only() -> None:
    assert OwnRules() != OwnRules()
