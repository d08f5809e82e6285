"""What who comes back is given: exactly what they missed, in few bytes, of all their rooms at once."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import event

from server.kernel.identifiers import new_id, shorten
from server.rooms import rules
from tests.support.roles import is_scope
from tests.support.rooms import House, Room

T = 1_795_348_800  # house.clock at the start


async def fill(house: House, room: Room, count: int, body: str = "x") -> None:
    """``count`` delivered messages of the mentor, written as the log would have written them."""
    await house.sql(
        """
        insert into messages (room_id, seq, changed, id, author_id, at, kind, body, state)
        select :room, s, s, gen_random_uuid(), :author, '2026-11-22T12:00:00Z', 'text', :body, 'delivered'
        from rooms, generate_series(last_seq + 1, last_seq + :count) s where rooms.id = :room
        """,
        room=room.id, author=room.mentor.id, body=body, count=count,
    )  # fmt: skip
    await house.sql("update rooms set last_seq = last_seq + :count where id = :room", room=room.id, count=count)


async def test_the_sync_in_both_forms(house: House) -> None:
    room = await house.room()
    julien, lea = await house.open(room.mentor), await house.open(room.mentee)
    ids = [new_id(), new_id(), new_id()]
    await julien.say(room, "un", ids[0])
    await lea.say(room, "deux", ids[1])
    await julien.say(room, "trois", ids[2])
    full = await house.open(room.mentee, cursors={str(room.id): 1})
    at = "2026-11-22T12:00:00.000Z"
    assert full.events("room:sync") == [
        {
            "rooms": [
                {
                    "room": str(room.id),
                    "number": room.number,
                    "upto": 3,
                    "more": False,
                    "messages": [
                        {
                            "room": str(room.id),
                            "seq": seq,
                            "id": str(ids[seq - 1]),
                            "author": str(author.id),
                            "at": at,
                            "kind": "text",
                            "body": body,
                            "state": "delivered",
                        }
                        for seq, author, body in ((2, room.mentee, "deux"), (3, room.mentor, "trois"))
                    ],
                }
            ],
            "at": at,
        }
    ]
    for reference in (str(room.number), str(room.id), shorten(room.id)):
        compact = await house.open(room.mentee, compact=1, cursors={reference: 1})
        assert compact.events("room:sync") == [
            [[room.number, 3, 0, [[2, 2, T, "deux", 0, 0, shorten(ids[1])], [3, 1, T, "trois"]]]]
        ]
    assert (await house.open(room.mentee, compact=1, cursors={str(room.number): 3})).events("room:sync") == [[]]
    assert (await house.open(room.mentee, cursors={str(room.number): 3})).events("room:sync")[0]["rooms"] == [
        {"room": str(room.id), "number": room.number, "upto": 3, "more": False, "messages": []}
    ]


@pytest.mark.parametrize("cursor", [4, 10**15, 2**63 - 1])
async def test_a_cursor_from_a_future_that_was_lost_is_as_good_as_none(house: House, cursor: int) -> None:
    """After a backup was restored, clients know of more than there is."""
    room = await house.room()
    await fill(house, room, 3)
    lea = await house.open(room.mentee, compact=1, cursors={str(room.number): cursor})
    ((number, upto, more, messages),) = lea.events("room:sync")[0]
    assert (number, upto, more, [message[0] for message in messages]) == (room.number, 3, 0, [1, 2, 3])


async def test_cursors_of_nothing_are_let_pass(house: House) -> None:
    room, other = await house.room(), await house.room()
    await fill(house, room, 1)
    await fill(house, other, 1)
    cursors = {"nonsense": 1, "999999": 1, str(other.number): 0, str(new_id()): 0, "": 3, "٣": 1, "-1": 2}
    lea = await house.open(room.mentee, compact=1, cursors=cursors)
    assert [page[0] for page in lea.events("room:sync")[0]] == [room.number]


async def test_who_comes_without_a_cursor_gets_the_last_thirty(house: House) -> None:
    room = await house.room()
    await fill(house, room, 45)
    lea = await house.open(room.mentee, compact=1)
    ((_, upto, more, messages),) = lea.events("room:sync")[0]
    assert (upto, more, [message[0] for message in messages]) == (45, 1, list(range(16, 46)))


async def test_more_than_two_hundred_are_fetched_in_pages(house: House) -> None:
    room = await house.room()
    await fill(house, room, 450)
    lea = await house.open(room.mentee, compact=1, cursors={str(room.number): 5})
    ((_, upto, more, messages),) = lea.events("room:sync")[0]
    assert (upto, more, [message[0] for message in messages]) == (205, 1, list(range(6, 206)))
    found = [message[0] for message in messages]
    while more:
        answer = await lea.call("chat:history", {"room": room.number, "after": upto, "limit": 100})
        upto, more = answer["upto"], answer["more"]
        found += [message[0] for message in answer["messages"]]
    assert (upto, found) == (450, list(range(6, 451)))


async def test_answers_stay_within_what_a_slow_line_can_take(house: House) -> None:
    """The longest messages in ten rooms would be 50 MB; no answer is more than a fraction of what may wait for a
    connection, and nothing is lost for it."""
    first = await house.room()
    rooms = [first, *[await house.room(mentor=first.mentor) for _ in range(9)]]
    for room in rooms:
        await fill(house, room, 300, "😀" * rules.MAX_TEXT)
    cursors = {str(room.number): 0 for room in rooms}
    for auth in ({}, {"cursors": cursors}):
        julien = await house.open(first.mentor, compact=1, **auth)
        (frame,) = [frame for frame in julien.frames if "room:sync" in frame]
        assert len(frame.encode()) < 1.5 * rules.PAGE_BYTES
        for number, upto, more, messages in julien.events("room:sync")[0]:
            assert more
            if auth:
                assert upto == len(messages)
            else:
                assert [message[0] for message in messages] == list(range(301 - len(messages), 301))
            found = [message[0] for message in messages]
            for _ in range(2):
                where = {"after": upto} if auth else {"before": found[0] if found else 2**62}
                answer = await julien.call("chat:history", {"room": number, "limit": 200, **where})
                got = [message[0] for message in answer["messages"]]
                assert got
                found = [*found, *got] if auth else [*got, *found]
                upto = answer.get("upto", 0)
            assert found == list(range(found[0], found[0] + len(found)))
            assert len(set(found)) == len(found)


async def test_history_answers_and_refusals(house: House) -> None:
    room = await house.room()
    await fill(house, room, 10)
    lea = await house.open(room.mentee, compact=1)

    async def ask(**what: Any) -> Any:
        answer = await lea.call("chat:history", {"room": room.number, **what})
        return [message[0] for message in answer["messages"]], answer["more"], answer.get("upto")

    assert await ask() == (list(range(1, 11)), False, 10)
    assert await ask(limit=3) == ([8, 9, 10], True, 10)
    assert await ask(before=8, limit=3) == ([5, 6, 7], True, None)
    assert await ask(before=4, limit=3) == ([1, 2, 3], False, None)
    assert await ask(before=0) == ([], False, None)
    assert await ask(after=0, limit=4) == ([1, 2, 3, 4], True, 4)
    assert await ask(after=6, limit=4) == ([7, 8, 9, 10], False, 10)
    assert await ask(after=10) == ([], False, 10)
    assert await ask(after=99) == ([], False, 10)
    for wrong, field in (
        ({"limit": 0}, "limit"),
        ({"limit": 201}, "limit"),
        ({"limit": "5"}, "limit"),
        ({"after": -1}, "after"),
        ({"after": 2**63}, "after"),
        ({"before": True}, "before"),
        ({"before": 1, "after": 1}, "before"),
        ({"until": 1}, "until"),
    ):
        error = (await lea.call("chat:history", {"room": room.number, **wrong}))["error"]
        assert (error["code"], error["field"]) == ("bad_request", field), wrong


async def test_a_professional_is_given_nothing_at_connect(house: House) -> None:
    room = await house.room()
    await fill(house, room, 3)
    claire = await house.open(room.supervisor, cursors={str(room.number): 0})
    assert claire.events("room:sync") == [{"rooms": [], "at": "2026-11-22T12:00:00.000Z"}]
    julien = await house.open(room.mentor)
    await julien.say(room, "Bonjour")
    for ask in (
        ("chat:history", {"room": room.number}),
        ("chat:send", {"room": room.number, "id": str(new_id()), "body": "Bonjour"}),
        ("chat:read", {"room": room.number, "seen": 1}),
        ("chat:typing", {"room": room.number, "typing": True}),
    ):
        assert (await claire.call(*ask))["error"]["code"] == "forbidden"
    assert {name for name, _ in claire.events()} <= {"room:sync", "room:rights"}  # the room has just been made


async def test_a_reconnect_costs_few_bytes(house: House) -> None:
    room = await house.room()
    await fill(house, room, 10, "Bonjour, tu as fini les exercices 3 et 4")
    lea = await house.open(room.mentee, compact=1, cursors={str(room.number): 0})
    assert len(lea.events("room:sync")[0][0][3]) == 10
    assert sum(len(frame.encode()) for frame in lea.frames) < 800


@pytest.mark.parametrize("count", [1, 3, 12])
async def test_any_number_of_rooms_is_one_question(house: House, count: int) -> None:
    first = await house.room()
    for _ in range(count - 1):
        await fill(house, await house.room(mentor=first.mentor), 3)
    await house.open(first.mentor)  # authenticated from the cache from now on
    statements: list[str] = []

    def note(conn: Any, cursor: Any, statement: str, *_: Any) -> None:
        if not is_scope(statement):
            statements.append(statement)

    event.listen(house.bound.engine.sync_engine, "before_cursor_execute", note)
    julien = await house.open(first.mentor)
    assert len(julien.events("room:sync")[0]["rooms"]) == count
    assert len(statements) == 1


async def test_what_is_said_while_somebody_connects_is_not_lost_and_comes_once(house: House) -> None:
    """Connections are opened in the middle of a stream of messages, at every moment of their making."""
    room = await house.room()
    julien = await house.open(room.mentor)

    async def talk() -> None:
        for step in range(150):
            await julien.say(room, "a" * (step + 1))

    async def listen(delay: float) -> None:
        await asyncio.sleep(delay)
        lea = await house.open(room.mentee, compact=1, cursors={str(room.number): 0})
        while not talking.done():
            await asyncio.sleep(0.01)
        await lea.quiet()
        names = [name for name, _ in lea.events() if name in ("room:sync", "chat:message")]
        assert names[0] == "room:sync"
        synced = [message[0] for message in lea.events("room:sync")[0][0][3]] if lea.events("room:sync")[0] else []
        assert synced + [message[1] for message in lea.events("chat:message")] == list(range(1, 151))

    talking = asyncio.create_task(talk())
    await asyncio.gather(talking, *(listen(place / 60) for place in range(15)))
