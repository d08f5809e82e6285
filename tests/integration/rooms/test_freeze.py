"""A message that pauses its pair: at once, with the message or not at all, and whoever else changes pairs meanwhile."""

import asyncio
from typing import Any

import asyncpg
import pytest

from server.infra.database import Database
from server.kernel.identifiers import new_id
from server.moderation.verdict import Verdict
from server.pairs.freeze import lift
from server.pairs.rules import State
from server.pairs.store import set_state
from tests.integration.rooms.test_edits import decide, everything, scripted
from tests.support.rooms import House, Room, served


@pytest.fixture
async def room(house: House) -> Room:
    house.capabilities.rooms.judge.assess = scripted
    return await house.room()


async def lifted(house: House, room: Room, flag_id: Any) -> bool:
    async with house.database.everywhere() as conn:
        return await lift(conn, flag_id, room.supervisor.id, house.clock.now())


async def test_a_freeze_closes_the_room_with_the_message(house: House, room: Room) -> None:
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    claire = await house.open(room.supervisor)
    name = new_id()
    answer = await julien.say(room, "freeze secret", name)
    assert (answer["state"], answer["notice"]) == ("held", "frozen")
    for client in (julien, lea):
        assert await client.wait("room:rights") == [
            {"room": str(room.id), "member": True, "state": "paused", "writable": False}
        ]
        assert (await client.say(room, "fine"))["error"]["code"] == "room_closed"
    (card,) = await claire.wait("flag:raised")
    assert (card["severity"], card["alert"], card["frozen"]) == (4, True, True)
    assert await julien.say(room, "freeze secret", name) == answer
    house.capabilities.rooms.chat._conversations._rooms.clear()
    assert await julien.say(room, "freeze secret", name) == answer
    assert "secret" not in await everything(house, room.mentee, room)
    assert (await house.sql("select previous_state, lifted_at from pair_holds")) == [("active", None)]


async def test_help_is_there_while_the_pair_is_paused(house: House, room: Room) -> None:
    julien, lea, claire = (
        await house.open(room.mentor),
        await house.open(room.mentee),
        await house.open(room.supervisor),
    )
    await julien.say(room, "freeze secret")
    await lea.wait("room:rights")
    await claire.wait("flag:raised")  # the message's; the two are told each for itself
    answer = await lea.call("help:now", {"room": room.number, "words": "J'ai peur"})
    assert answer["informed"] == ["Claire"]
    assert [card["category"] for card in await claire.wait("flag:raised", 2)] == ["contact", "help"]


async def test_the_professional_may_say_a_word_to_both(house: House, room: Room) -> None:
    julien, lea, claire = (
        await house.open(room.mentor),
        await house.open(room.mentee),
        await house.open(room.supervisor),
    )
    await julien.say(room, "freeze secret")
    await claire.wait("room:rights")
    assert (await claire.say(room, "fine"))["error"]["code"] == "forbidden"  # not before everyone sees her
    entered = await claire.call("room:enter", {"room": room.number})
    assert (entered["room"]["state"], entered["room"]["writable"]) == ("paused", True)
    assert (await claire.call("chat:typing", {"room": room.number, "typing": True}))["ok"]
    said = await claire.say(room, "fine, on fait une pause")
    assert said["state"] == "delivered"
    for client in (julien, lea):
        assert (await client.wait("chat:message"))[-1]["body"] == "fine, on fait une pause"
    await house.sql("update pairs set state = 'closed' where id = :pair", pair=room.pair.id)
    assert (await claire.say(room, "fine"))["error"]["code"] == "room_closed"


async def test_what_is_sent_behind_a_freeze_finds_the_room_closed(house: House, room: Room) -> None:
    """All in one batch of the log: neither the author nor the other says anything after it."""
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    other = await house.room()
    far = await house.open(other.mentor)
    async with asyncio.timeout(20):
        answers = await asyncio.gather(
            julien.say(room, "fine before"),
            julien.say(room, "freeze secret"),
            *(julien.say(room, f"fine after {step}") for step in range(5)),
            *(far.say(other, f"fine {step}") for step in range(5)),
        )
    assert [answer.get("state") for answer in answers[:2]] == ["delivered", "held"]
    assert [answer["error"]["code"] for answer in answers[2:7]] == ["room_closed"] * 5
    assert all(answer["ok"] for answer in answers[7:])
    await lea.quiet()
    assert [message["body"] for message in lea.events("chat:message")] == ["fine before"]


@pytest.mark.parametrize("before", [State.ACTIVE, State.PROBATION, State.CLOSING])
async def test_lifting_gives_back_what_was_before(house: House, before: State) -> None:
    house.capabilities.rooms.judge.assess = scripted
    room = await house.room(state=before)
    julien = await house.open(room.mentor)
    await julien.say(room, "freeze secret")
    await julien.wait("room:rights")
    ((flag_id,),) = await house.sql("select id from flags")
    assert await asyncio.gather(*(lifted(house, room, flag_id) for _ in range(3))) in (
        [True, False, False],
        [False, True, False],
        [False, False, True],
    )
    assert await house.sql("select state from pairs") == [(before.value,)]
    assert (await julien.wait("room:rights", 2))[1]["state"] == before.value
    assert (await julien.say(room, "fine"))["ok"]
    assert await house.sql("select lifted_by from pair_holds") == [(room.supervisor.id,)]


async def test_lifting_does_not_open_what_others_have_closed(house: House, room: Room) -> None:
    julien = await house.open(room.mentor)
    await julien.say(room, "freeze one")
    await julien.wait("room:rights")
    await house.sql("update pairs set state = 'active'")  # by hand, with nothing lifted
    await julien.wait("room:rights", 2)
    await julien.say(room, "freeze two")
    first, second = [flag_id for (flag_id,) in await house.sql("select id from flags order by seq")]
    assert await lifted(house, room, first)
    assert await house.sql("select state from pairs") == [("paused",)]  # the second is still undecided
    await house.sql("update pairs set state = 'closed'")
    assert await lifted(house, room, second)
    assert await house.sql("select state from pairs") == [("closed",)]
    assert not await lifted(house, room, new_id())


async def test_a_refused_message_leaves_the_pair_paused(house: House, room: Room) -> None:
    julien = await house.open(room.mentor)
    await julien.say(room, "freeze secret")
    await decide(house, room, "refuse")
    assert await house.sql("select state from pairs") == [("paused",)]


async def test_a_freeze_and_other_changes_of_the_pair_do_not_block_each_other(house: House) -> None:
    """Whoever changes a pair goes from the pair to its room; so does the log, or the two would wait for each other."""
    house.capabilities.rooms.judge.assess = scripted
    rooms = [await house.room() for _ in range(4)]
    clients = [await house.open(room.mentor) for room in rooms]
    done = asyncio.Event()

    async def staff(room: Room) -> int:
        changes = 0
        while not done.is_set():
            for state in (State.PROBATION, State.ACTIVE):
                async with house.database.everywhere() as conn:
                    await set_state(conn, room.pair.id, state)
            changes += 1
        return changes

    async def write(index: int) -> list[Any]:
        return [await clients[index].say(rooms[index], f"{word} x") for word in ("hold", "mask", "freeze", "hold") * 5]

    changing = [asyncio.create_task(staff(room)) for room in rooms]
    async with asyncio.timeout(60):
        answers = await asyncio.gather(*(write(index) for index in range(4)))
        done.set()
        assert all(changes > 0 for changes in await asyncio.gather(*changing))  # none was chosen to break a deadlock
    for given in answers:
        assert all(answer["ok"] or answer["error"]["code"] == "room_closed" for answer in given)
    assert await house.sql("select deadlocks from pg_stat_database where datname = current_database()") == [(0,)]


async def test_a_pair_that_somebody_holds_delays_its_own_messages_only(house: House, room: Room) -> None:
    """For longer than the log waits for a lock: a message with a flag is told to try again, others go on."""
    other = await house.room()
    julien, far = await house.open(room.mentor), await house.open(other.mentor)
    holder: asyncpg.Connection = await house.database.connect_raw()
    try:
        async with holder.transaction():
            await holder.execute("select from pairs where id = $1 for update", room.pair.id)
            held, well, late = await asyncio.gather(
                julien.say(room, "freeze secret"), far.say(other, "hold words"), far.say(other, "fine words")
            )
        assert held["error"]["code"] == "try_again"
        assert (well["state"], late["state"]) == ("held", "delivered")
        assert (await julien.say(room, "freeze secret"))["notice"] == "frozen"
    finally:
        await holder.close()


async def test_a_freeze_whose_message_is_not_written_does_not_happen(house: House, room: Room) -> None:
    julien = await house.open(room.mentor)
    await house.sql("create function no() returns trigger language plpgsql as $$ begin raise 'no'; end $$")
    await house.sql("create trigger no before insert on pair_holds for each row execute function no()")
    assert (await julien.say(room, "freeze secret"))["ok"] is False
    for table in ("messages", "flags", "pair_holds"):
        assert await house.sql(f"select count(*) from {table}") == [(0,)], table  # noqa: S608 - from constants
    assert await house.sql("select state from pairs") == [("active",)]
    await house.sql("drop trigger no on pair_holds")
    assert (await julien.say(room, "freeze secret"))["notice"] == "frozen"


async def test_nothing_is_said_after_a_freeze_in_any_process(database: Database) -> None:
    async with served(database) as here, served(database) as there:
        here.capabilities.rooms.judge.assess = there.capabilities.rooms.judge.assess = scripted
        room = await here.room()
        await there.told()
        julien, lea = await here.open(room.mentor), await there.open(room.mentee)

        async def talk() -> list[Any]:
            answers: list[Any] = []
            while sum(not answer["ok"] for answer in answers) < 20:
                answers.append(await lea.say(room, f"fine {len(answers)}"))
            return answers

        talking = asyncio.create_task(talk())
        await lea.until(lambda: len(lea.frames) > 4)  # in the middle of it
        frozen = await julien.say(room, "freeze secret")
        answers = await talking
        said = [answer["seq"] for answer in answers if answer["ok"]]
        assert max(said, default=0) < frozen["seq"]
        assert {answer["error"]["code"] for answer in answers if not answer["ok"]} == {"room_closed"}
        assert await here.sql("select max(seq) from messages") == [(frozen["seq"],)]
        assert (await lea.wait("room:rights"))[0]["state"] == "paused"


async def test_a_freeze_without_a_flag_gets_one(house: House, room: Room) -> None:
    house.capabilities.rooms.judge.assess = lambda *_, **__: Verdict("deliver", 0, (), freeze=True)
    julien = await house.open(room.mentor)
    assert (await julien.say(room, "Bonjour"))["notice"] == "frozen"
    assert await house.sql("select count(*) from flags") == [(1,)]
    assert await house.sql("select state from pairs") == [("paused",)]


async def test_a_freeze_by_another_process_cuts_here_too(house: House, room: Room, database: Database) -> None:
    lea = await house.open(room.mentee)
    raw = await database.connect_raw()
    await raw.execute("update pairs set state = 'paused' where id = $1", room.pair.id)
    await raw.close()
    assert (await lea.wait("room:rights"))[0]["state"] == "paused"
