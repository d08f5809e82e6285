"""Edits and appeals: no acknowledged edit is lost, changes come in the order of their numbers, and nobody reads more of
a held edit than they may (promises 1 and 2)."""

import asyncio
from typing import Any

import msgspec
import pytest

from server.kernel.identifiers import new_id
from server.moderation.verdict import DELIVER, Label, Verdict
from server.pairs.rules import State
from tests.support.room_reader import Reader
from tests.support.rooms import Client, House, Person, Room

LABEL = Label("contact", 3, 1.0, 0, 4, "test")
VERDICTS = {
    "fine": DELIVER,
    "mask": Verdict("mask", 2, (LABEL,), masked_text="•••• is hidden", flag=True),
    "hold": Verdict("hold", 3, (LABEL,), flag=True),
    "stop": Verdict("block", 3, (LABEL,), flag=True),
    "freeze": Verdict("hold", 4, (LABEL,), flag=True, alert=True, freeze=True),
}


def scripted(text: str, *_: Any, **__: Any) -> Verdict:
    """The first word of a text says what becomes of it."""
    return VERDICTS[text.split()[0]]


@pytest.fixture
async def room(house: House) -> Room:
    house.capabilities.rooms.judge.assess = scripted
    return await house.room()


async def edit(client: Client, room: Room, seq: int, body: str) -> Any:
    return await client.call("chat:edit", {"room": room.number, "seq": seq, "body": body})


async def appeal(client: Client, room: Room, seq: int, **more: Any) -> Any:
    return await client.call("chat:appeal", {"room": room.number, "seq": seq, **more})


async def decide(house: House, room: Room, decision: str, **more: Any) -> Any:
    ((flag_id,),) = await house.sql(
        "select id from flags where decided_at is null order by raised_at desc, id desc limit 1"
    )
    body = {"decision": decision, "reason": "other", "note": "vu", **more}
    reply = await house.ask(room.supervisor, "POST", f"/api/v1/flags/{flag_id}/decide", body)
    assert reply.status == 200, reply.body
    return reply.body


async def everything(house: House, who: Person, room: Room) -> str:
    """All bytes that a new device gets of the room, in both forms and by all questions, and the first page."""
    frames: list[str] = []
    for compact in (0, 1):
        for cursors in ({}, {str(room.number): 0}, {str(room.id): 1}, {str(room.number): 2}):
            client = await house.open(who, compact=compact, cursors=cursors)
            for which in ({}, {"after": 0}, {"after": 1}, {"after": 2}, {"before": 2**62}, {"before": 2}):
                await client.call("chat:history", {"room": room.number, "limit": 200, **which})
            frames += client.frames
            await client.close()
    frames.append(msgspec.json.encode((await house.ask(who, "GET", "/api/v1/home")).body).decode())
    return "\n".join(frames)


async def unread(house: House, who: Person) -> int:
    (card,) = (await house.ask(who, "GET", "/api/v1/home")).body["rooms"]
    return int(card["unread"])


async def test_an_edit_takes_the_place_of_what_was_there(house: House, room: Room) -> None:
    julien, lea = (
        await house.open(room.mentor),
        [await house.open(room.mentee), await house.open(room.mentee, compact=1)],
    )
    await julien.say(room, "fine a")
    await julien.say(room, "fine b")
    answer = await edit(julien, room, 1, "fine c")
    assert answer == {"ok": True, "seq": 1, "at": answer["at"], "changed": 3, "state": "delivered"}
    for client in (julien, lea[0]):
        told = (await client.wait("chat:message", 1 if client is julien else 3))[-1]
        assert (told["seq"], told["changed"], told["body"], told["edited"]) == (1, 3, "fine c", True)
    assert (await lea[1].wait("chat:message", 3))[2] == [room.number, 1, 1, 1_795_348_800, "fine c", 0, 3, "", 0, 1]
    again = await house.open(room.mentee, cursors={str(room.number): 2})
    (page,) = again.events("room:sync")[0]["rooms"]
    assert [(m["seq"], m["changed"], m["body"]) for m in page["messages"]] == [(1, 3, "fine c")]
    versions = await house.sql("select version, body, state, changed from message_versions order by version")
    assert versions == [(1, "fine a", "delivered", 1), (2, "fine c", "delivered", 3)]


async def test_a_held_edit_is_nowhere_but_with_its_author(house: House, room: Room) -> None:
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    await julien.say(room, "fine words")
    await lea.wait("chat:message")
    await lea.call("chat:read", {"room": room.number, "delivered": 1, "seen": 1})
    answer = await edit(julien, room, 1, "hold secret")
    assert (answer["state"], answer["changed"], answer["notice"]) == ("held", 2, "held_first_slip")
    (told,) = await julien.wait("chat:message")
    assert (told["body"], told["state"], told["changed"]) == ("fine words", "delivered", 2)
    assert told["edit"] == {"body": "hold secret", "state": "held"}
    await lea.quiet()
    assert len(lea.events("chat:message")) == 1
    seen = await everything(house, room.mentee, room)
    assert "fine words" in seen
    assert not [trace for trace in ("secret", "held", '"edit"', '"changed"') if trace in seen]
    assert await unread(house, room.mentee) == 0
    assert "secret" in await everything(house, room.mentor, room)

    await decide(house, room, "release")
    assert (await lea.wait("chat:message", 2))[1]["body"] == "hold secret"
    assert (await lea.wait("chat:message", 2))[1]["edited"] is True
    assert await unread(house, room.mentee) == 1


@pytest.mark.parametrize("decision", ["refuse", "return"])
async def test_a_held_edit_that_is_not_let_through(house: House, room: Room, decision: str) -> None:
    julien, lea = await house.open(room.mentor, compact=1), await house.open(room.mentee)
    await julien.say(room, "fine words")
    await edit(julien, room, 1, "hold secret")
    await decide(house, room, decision, **({"advice": "Autrement ?"} if decision == "return" else {}))
    told = (await julien.wait("chat:message", 2))[1]
    advice, number = ("Autrement ?", 5) if decision == "return" else ("", 4)
    assert told[4:] == ["fine words", 0, 3, told[7], 0, 0, advice, [number, "hold secret"]]
    await lea.quiet()
    assert len(lea.events("chat:message")) == 1
    assert "secret" not in await everything(house, room.mentee, room)
    better = await edit(julien, room, 1, "fine again")
    assert better["changed"] == 4
    assert (await lea.wait("chat:message", 2))[1]["body"] == "fine again"
    assert "Autrement" not in "".join(lea.frames)
    assert await house.sql("select edit_body, edit_state, advice from messages") == [(None, None, None)]


async def test_a_returned_message_becomes_one_again_in_its_old_place(house: House, room: Room) -> None:
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    await julien.say(room, "hold secret")
    await julien.say(room, "fine")
    await decide(house, room, "return", advice="Sans le numéro ?")
    told = (await julien.wait("chat:message"))[0]
    assert (told["state"], told["advice"], told["changed"]) == ("returned", "Sans le numéro ?", 3)
    house.clock.advance(3600)  # as long as it takes
    held = await edit(julien, room, 1, "hold other secret")
    assert (held["state"], held["changed"]) == ("held", 4)
    await lea.quiet()
    assert [message["seq"] for message in lea.events("chat:message")] == [2]
    seen = await everything(house, room.mentee, room)
    assert not [trace for trace in ("secret", "numéro", "returned", "edited") if trace in seen]
    await decide(house, room, "return", advice="Toujours pas")
    assert (await edit(julien, room, 1, "fine at last"))["changed"] == 6
    delivered = (await lea.wait("chat:message", 2))[1]
    assert (delivered["seq"], delivered["changed"], delivered["body"]) == (1, 6, "fine at last")
    assert "edited" not in delivered  # nobody has read another text of it
    assert (await edit(julien, room, 1, "fine"))["ok"] is False  # an hour is over


async def test_a_blocked_edit_changes_nothing_and_is_kept(house: House, room: Room) -> None:
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    await julien.say(room, "fine words")
    answers = [await edit(julien, room, 1, "stop secret") for _ in range(2)]
    assert answers[0] == answers[1]
    assert (answers[0]["state"], answers[0]["notice"], answers[0]["changed"]) == ("blocked", "blocked", 1)
    await lea.quiet()
    assert len(lea.events("chat:message")) == 1
    assert await house.sql("select body, changed, last_seq from messages, rooms where rooms.id = room_id") == [
        ("fine words", 1, 1)
    ]
    assert await house.sql("select excerpt, action from flags") == [("stop secret", "block")]
    assert "secret" not in await everything(house, room.mentee, room)


async def test_the_same_edit_twice_is_one(house: House, room: Room) -> None:
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    await julien.say(room, "fine words")
    for body in ("mask a", "fine b", "hold c"):
        first, *others = await asyncio.gather(*(edit(julien, room, 1, body) for _ in range(4)))
        assert others == [first] * 3
        house.capabilities.rooms.edits._conversations._rooms.clear()  # as after a restart
        assert await edit(julien, room, 1, body) == first
    assert await house.sql("select last_seq from rooms") == [(4,)]
    assert await house.sql("select count(*) from flags") == [(2,)]
    await lea.quiet()
    assert [message["body"] for message in lea.events("chat:message")] == ["fine words", "•••• is hidden", "fine b"]


async def test_two_edits_at_once_are_one_after_the_other(house: House, room: Room) -> None:
    devices = [await house.open(room.mentor) for _ in range(3)]
    lea = await house.open(room.mentee)
    await devices[0].say(room, "fine words")
    answers = await asyncio.gather(*(edit(d, room, 1, f"fine {index}") for index, d in enumerate(devices)))
    assert sorted(answer["changed"] for answer in answers) == [2, 3, 4]
    last = max(range(3), key=lambda index: answers[index]["changed"])
    for client in (lea, *devices):
        await until_newest(client, 4)
        numbers = [message.get("changed", message["seq"]) for message in client.events("chat:message")]
        assert numbers == sorted(set(numbers))
        assert client.events("chat:message")[-1]["body"] == f"fine {last}"
    assert await house.sql("select count(*) from message_versions") == [(4,)]


async def until_newest(client: Client, number: int) -> None:
    def there() -> bool:
        told = client.events("chat:message")
        return number in [message.get("changed", message["seq"]) for message in told]

    await client.until(there, str(number))


async def until_read(client: Client, words: str) -> None:
    await client.until(lambda: words in "".join(client.frames), words)


async def test_an_edit_and_a_decision_at_once(house: House, room: Room) -> None:
    """Either the edit waits for nobody and the decision finds it moved on, or the edit comes too late for it: never is
    a text let through that the professional has not read."""
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    for turn in range(6):
        seq = (await julien.say(room, f"hold first{turn}"))["seq"]
        await decide(house, room, "return", advice="Non")
        await edit(julien, room, seq, f"hold second{turn}")
        ((flag_id,),) = await house.sql("select id from flags where decided_at is null")
        body = {"decision": "release", "reason": "harmless"}
        await asyncio.gather(
            house.ask(room.supervisor, "POST", f"/api/v1/flags/{flag_id}/decide", body),
            edit(julien, room, seq, f"hold third{turn}"),
        )
        ((state, said),) = await house.sql("select state, body from messages where seq = :seq", seq=seq)
        assert (state, said) == ("delivered", f"hold second{turn}")
        await until_read(lea, f"second{turn}")
        if await house.sql("select 1 from flags where decided_at is null"):
            await decide(house, room, "refuse")
    assert "third" not in "".join(lea.frames)
    assert "first" not in "".join(lea.frames)


async def test_what_cannot_be_edited(house: House, room: Room) -> None:
    julien, lea, claire = (
        await house.open(room.mentor),
        await house.open(room.mentee),
        await house.open(room.supervisor),
    )
    other = await house.open((await house.room()).mentor)
    await julien.say(room, "fine words")  # 1
    await julien.say(room, "hold secret")  # 2
    await claire.call("room:enter", {"room": room.number})

    async def refusal(client: Client, seq: int, body: str = "fine other") -> str:
        answer = await edit(client, room, seq, body)
        assert answer["ok"] is False, answer
        return str(answer["error"]["code"])

    assert await refusal(lea, 1) == await refusal(claire, 1) == await refusal(claire, 2) == "forbidden"
    assert await refusal(lea, 2) == await refusal(lea, 9) == "not_found"  # she is not told that there is one
    assert await refusal(other, 1) == "not_found"
    assert await refusal(julien, 2) == "conflict"
    for body in ("", "  ", "x" * 4001, "a\x00b"):
        assert await refusal(julien, 1, body) == "bad_request"
    await edit(julien, room, 1, "hold more")
    assert await refusal(julien, 1) == "conflict"  # one waits already
    house.clock.advance(15 * 60 + 1)
    await julien.say(room, "fine late")
    assert await refusal(julien, 1) == "conflict"
    assert await house.sql("select count(*) from message_versions where version > 1") == [(1,)]
    await house.sql("update pairs set state = :state where id = :pair", state=State.PAUSED.value, pair=room.pair.id)
    assert await refusal(julien, 4) == "room_closed"


async def test_an_edit_that_was_made_is_answered_in_a_closed_room(house: House, room: Room) -> None:
    julien = await house.open(room.mentor)
    await julien.say(room, "fine words")
    first = await edit(julien, room, 1, "fine other")
    await house.sql("update pairs set state = 'paused' where id = :pair", pair=room.pair.id)
    assert await edit(julien, room, 1, "fine other") == first
    assert (await edit(julien, room, 1, "fine third"))["error"]["code"] == "room_closed"


async def test_an_edit_can_pause_the_pair(house: House, room: Room) -> None:
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    await julien.say(room, "fine words")
    answer = await edit(julien, room, 1, "freeze secret")
    assert (answer["state"], answer["notice"]) == ("held", "frozen")
    for client in (julien, lea):
        assert (await client.wait("room:rights"))[0]["state"] == "paused"
    assert (await lea.say(room, "fine"))["error"]["code"] == "room_closed"
    assert await edit(julien, room, 1, "freeze secret") == answer
    assert "secret" not in await everything(house, room.mentee, room)


async def test_an_edit_waits_for_what_the_log_has_in_flight(house: House, room: Room) -> None:
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    await julien.say(room, "fine words")

    async def write(client: Client) -> None:
        for step in range(40):
            await client.say(room, f"fine {step}")

    async def change() -> None:
        for step in range(25):
            await edit(julien, room, 1, f"fine edit {step}")

    await asyncio.gather(write(julien), write(lea), change())
    for client in (julien, lea):
        await client.quiet()
        numbers = [message.get("changed", message["seq"]) for message in client.events("chat:message")]
        assert numbers == sorted(set(numbers))
        edits = [message["body"] for message in client.events("chat:message") if "changed" in message]
        assert edits == [f"fine edit {step}" for step in range(25)]


async def test_a_cursor_finds_private_changes_page_by_page(house: House, room: Room) -> None:
    """Many messages with a held edit each: the author's pages hold every number once, others' hold none."""
    julien = await house.open(room.mentor, compact=1)
    for number in range(1, 13):
        await julien.say(room.number, f"fine {number}")
    for number in range(12, 0, -1):
        assert (await edit(julien, room, number, f"hold {number}"))["ok"]
    await julien.say(room.number, "fine end")

    async def pages(client: Client, after: int) -> list[Any]:
        found: list[Any] = []
        while True:
            answer = await client.call("chat:history", {"room": room.number, "after": after, "limit": 3})
            found += answer["messages"]
            after = answer["upto"]
            if not answer["more"]:
                return found

    own = [
        (message[0], message[5] if len(message) > 5 and message[5] else message[0])
        for message in await pages(julien, 0)
    ]
    assert own == [*((number, 25 - number) for number in range(12, 0, -1)), (25, 25)]
    lea = await house.open(room.mentee, compact=1)
    assert [len(message) for message in await pages(lea, 0)] == [4] * 13
    assert [message[0] for message in await pages(lea, 12)] == [25]


@pytest.mark.parametrize("word", ["mask", "hold", "stop"])
async def test_an_author_asks_for_another_look(house: House, room: Room, word: str) -> None:
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    await julien.say(room, f"{word} secret")
    first = await appeal(julien, room, 1, words="C'était pour l'exercice")
    assert first["ok"], first
    house.clock.advance(60)
    assert await appeal(julien, room, 1, words="encore") == first
    assert await house.sql("select words from appeals") == [("C'était pour l'exercice",)]
    refused = (await appeal(lea, room, 1))["error"]["code"]
    assert refused == ("forbidden" if word == "mask" else "not_found")


@pytest.mark.parametrize(("word", "first"), [("mask", None), ("stop", None), ("hold", "refuse"), ("hold", "return")])
async def test_what_was_hidden_can_be_let_through_after_all(
    house: House, room: Room, word: str, first: str | None
) -> None:
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    await julien.say(room, f"{word} secret")
    if first is not None:
        await decide(house, room, first, **({"advice": "Autrement ?"} if first == "return" else {}))
    assert (await appeal(julien, room, 1))["ok"]
    await lea.quiet()
    assert "secret" not in "".join(lea.frames)
    await decide(house, room, "release")
    told = (await lea.wait("chat:message", 2 if word == "mask" else 1))[-1]
    assert (told["seq"], told["body"], told["state"]) == (1, f"{word} secret", "delivered")
    assert "edited" not in told
    assert await house.sql("select advice from messages") == [(None,)]


async def test_an_edit_that_was_not_let_through_can_be_appealed(house: House, room: Room) -> None:
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    await julien.say(room, "fine words")
    for word, decision in (("hold", "refuse"), ("hold", "return"), ("stop", None)):
        text = f"{word} secret {decision}"
        await edit(julien, room, 1, text)
        if decision is not None:
            await decide(house, room, decision, **({"advice": "Autrement ?"} if decision == "return" else {}))
        assert text not in "".join(lea.frames)
        asked = await appeal(julien, room, 1)
        if decision is None:  # others read the message as it was written; the flag itself may still be decided
            assert asked["error"]["code"] == "conflict"
        else:
            assert asked["ok"]
        await decide(house, room, "release")
        await until_read(lea, text)


async def test_appeals_that_make_no_sense(house: House, room: Room) -> None:
    julien = await house.open(room.mentor)
    await julien.say(room, "fine")
    assert (await appeal(julien, room, 1))["error"]["code"] == "conflict"
    assert (await appeal(julien, room, 2))["error"]["code"] == "not_found"
    for wrong in ({"words": "x" * 1001}, {"words": 5}, {"words": "a\x00"}, {"why": ""}):
        assert (await appeal(julien, room, 1, **wrong))["error"]["code"] == "bad_request"


async def test_an_appeal_is_open_while_the_pair_is_paused(house: House, room: Room) -> None:
    julien = await house.open(room.mentor)
    await julien.say(room, "freeze secret")
    await julien.wait("room:rights")
    assert (await appeal(julien, room, 1))["ok"]


async def test_the_first_answer_stays_after_an_edit(house: House, room: Room) -> None:
    """``chat:send`` again, with the same id: what was told then, not what became of it."""
    julien = await house.open(room.mentor)
    name = new_id()
    first = await julien.say(room, "mask words", name)
    await edit(julien, room, 1, "fine words")
    assert await julien.say(room, "mask words", name) == first
    held = new_id()
    answer = await julien.say(room, "hold words", held)
    assert answer["notice"] == "held_first_slip"
    await decide(house, room, "return", advice="Non")
    await edit(julien, room, 3, "fine at last")
    house.capabilities.rooms.chat._conversations._rooms.clear()
    assert await julien.say(room, "hold words", held) == answer


async def test_no_acknowledged_edit_is_lost_with_a_connection(house: House, room: Room) -> None:
    """The database ends its sessions again and again, also between a commit and its answer: whoever edits repeats, and
    in the end everyone holds what was acknowledged last."""
    julien = await house.open(room.mentor)
    lea = Reader(room.mentee, room, compact=True)
    lea.client = await house.open(room.mentee, compact=1)
    await julien.say(room, "fine words")
    done = asyncio.Event()

    async def cut() -> None:
        raw = await house.database.connect_raw()
        while not done.is_set():
            await raw.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() "
                "and pid <> pg_backend_pid() and (state = 'idle in transaction' or query ilike 'update messages%')"
            )
            await asyncio.sleep(0.003)
        await raw.close()

    cutting = asyncio.create_task(cut())
    acknowledged: list[int] = []
    tries = step = 0
    try:
        async with asyncio.timeout(60):
            while step < 8 or tries == step:  # until at least one was cut
                answer = {"ok": False}
                while not answer["ok"]:
                    tries += 1
                    answer = await edit(julien, room, 1, f"fine {step}")
                    assert answer["ok"] or answer["error"]["code"] == "try_again", answer
                acknowledged.append(answer["changed"])
                step += 1
    finally:
        done.set()
        await cutting
    assert acknowledged == sorted(set(acknowledged))
    bodies = await house.sql("select body from message_versions where version > 1 order by version")
    assert bodies == [(f"fine {step}",) for step in range(len(acknowledged))]
    lea.look()
    await lea.catch_up()
    assert {seq: message.body for seq, message in lea.messages.items()} == {1: f"fine {step - 1}"}
    assert await lea.fetch(5) == lea.messages


async def test_a_voice_note_cannot_be_edited(house: House, room: Room) -> None:
    julien = await house.open(room.mentor)
    await julien.say(room, "fine words")
    await house.sql("update messages set kind = 'voice'")
    assert (await edit(julien, room, 1, "fine other"))["error"]["code"] == "conflict"
    assert await house.sql("select body, changed from messages") == [("fine words", 1)]


async def test_the_answer_in_the_compact_form(house: House, room: Room) -> None:
    julien = await house.open(room.mentor, compact=1)
    at = (await julien.say(room.number, "fine words"))["at"]
    assert await edit(julien, room, 1, "fine other") == {"ok": True, "seq": 1, "at": at, "changed": 2}
    masked = await edit(julien, room, 1, "mask words")
    assert masked == {
        "ok": True, "seq": 1, "at": at, "changed": 3, "state": "masked", "body": "•••• is hidden", "notice": "masked",
    }  # fmt: skip
