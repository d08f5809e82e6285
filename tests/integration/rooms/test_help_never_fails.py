"""Promise 9 under attack: whatever is slow, down, full, revoked or malformed, a tap is a flag, and is answered."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import text

from server.infra.database import Database
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.pairs.rules import State
from tests.support.rooms import House, Person, Room, served
from tests.support.site import Reply

BUSY = 11  # one more than the connections of the server's pool


async def calls(house: House) -> list[tuple[str, str]]:
    """(name of who answers, words) of the calls for help that there are."""
    return await house.sql(
        "select a.name, f.excerpt from flags f join accounts a on a.id = f.supervisor_id"
        " where f.action = 'help' and f.severity = 4 order by f.raised_at, a.name"
    )


async def by_http(house: House, who: Person, body: Any = None, **how: Any) -> Reply:
    return await house.site.ask("POST", "/api/v1/help", body, token=who.token, **how)


async def test_without_a_socket_it_goes_over_http_and_is_the_same_call(house: House) -> None:
    room = await house.room()
    claire, lea = await house.open(room.supervisor), await house.open(room.mentee)
    answer = await by_http(house, room.mentee, {"room": room.number, "words": "vite"})
    assert (answer.status, answer.body["informed"]) == (200, ["Claire"])
    (card,) = await claire.wait("flag:raised")
    assert (card["category"], card["room"], card["excerpt"]) == ("help", str(room.id), "vite")
    assert (await lea.call("help:now", {}))["at"] == answer.body["at"]
    assert await calls(house) == [("Claire", "vite")]


GARBAGE = [
    b"",
    b"{",
    b"[]",
    b"null",
    b'"help"',
    b"\xff\xfe\x00",
    b'{"room": {}, "words": 5}',
    b'{"room": 99999999999999999999999999, "words": "au secours"}',
    b'{"room": "\\u0000", "words": "\\ud800 \\u0000"}',
    b"[" * 100_000,
    b'{"words": "' + b"x" * 300_000 + b'"}',
]


@pytest.mark.parametrize("kind", ["application/json", "text/plain;charset=UTF-8", "multipart/form-data"])
async def test_whatever_the_body_it_is_a_call(house: House, kind: str) -> None:
    room = await house.room()
    for number, raw in enumerate(GARBAGE, 1):
        answer = await by_http(house, room.mentee, raw=raw, headers={"Content-Type": kind})
        assert (answer.status, answer.body["informed"]) == (200, ["Claire"]), raw[:20]
        assert len(await calls(house)) == number
        house.clock.advance(61)


async def test_whatever_the_payload_it_is_a_call(house: House) -> None:
    room = await house.room()
    lea = await house.open(room.mentee)
    payloads: list[Any] = [
        *(None, [], "help", 7, {"room": {}, "words": 5}, {"room": True}, {"room": 2**70}, {"words": ["au secours"]}),
        *({"room": "x" * 5000}, {"words": "\x00"}, {"words": "y" * 100_000}),
    ]
    for number, payload in enumerate(payloads, 1):
        answer = await lea.call("help:now", payload)
        assert (answer["ok"], answer.get("informed")) == (True, ["Claire"]), repr(payload)[:20]
        assert len(await calls(house)) == number
        house.clock.advance(61)


async def test_half_a_surrogate_and_no_payload_at_all(house: House) -> None:
    room = await house.room()
    lea = await house.open(room.mentee)
    for number, frame in enumerate((b'["help:now",{"words":"\\ud800"}]', b'["help:now"]', b'["help:now",1,2]'), 100):
        told: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        lea._answers[number] = told
        lea.raw.send(b"42%d" % number + frame)
        assert (await asyncio.wait_for(told, 10))["ok"] is True, frame
    assert await calls(house) == [("Claire", "\ufffd")]


async def test_a_person_who_is_suspended_who_consents_to_nothing_and_whose_data_is_put_aside_still_calls(
    house: House,
) -> None:
    room = await house.room(consents=())
    lea = await house.open(room.mentee)
    path = f"/api/v1/people/{room.mentee.id}"
    assert (await house.ask(room.supervisor, "POST", f"{path}/suspend", {"why": "safety"})).status == 204
    await house.sql(
        "insert into restrictions (id, organisation_id, account_id, kind, since)"
        " values (gen_random_uuid(), :org, :who, 'restriction', now())",
        org=house.north.id,
        who=room.mentee.id,
    )
    await house.told()
    assert (await lea.call("help:now", {"room": room.number, "words": "un"}))["informed"] == ["Claire"]
    house.clock.advance(61)
    assert (await by_http(house, room.mentee, {"words": "deux"})).body["informed"] == ["Claire"]
    assert await calls(house) == [("Claire", "un"), ("Claire", "deux")]


async def test_from_a_pair_that_is_over_it_goes_to_who_answers_now(house: House) -> None:
    over = await house.room(state=State.CLOSED)
    samir = await house.person(Role.SUPERVISOR, "Samir")
    await house.room(mentee=over.mentee, supervisor=samir)
    assert (await by_http(house, over.mentee, {"room": over.number})).body["informed"] == ["Samir"]


async def test_a_guardian_reaches_the_professional_of_their_child(house: House) -> None:
    marc = await house.person(Role.GUARDIAN, "Marc")
    await house.person(Role.SUPERVISOR, "Aude")  # longer there, and nothing to do with it
    await house.room(guardian=marc)
    assert (await by_http(house, marc)).body["informed"] == ["Claire"]


@asynccontextmanager
async def slow_server(database: Database) -> AsyncIterator[House]:
    """With the rates of real life."""
    async with served(database, BINOME_RATE_FACTOR="1") as house:
        yield house


async def test_who_was_refused_everything_else_still_calls(database: Database) -> None:
    async with slow_server(database) as house:
        room = await house.room()
        lea = await house.open(room.mentee)
        flood = [lea.send("chat:typing", {"room": room.number, "typing": True}) for _ in range(200)]
        await asyncio.gather(*flood)
        assert (await lea.call("chat:typing", {"room": room.number, "typing": True}))["error"]["code"] == "too_fast"
        assert (await lea.call("help:now", {}))["ok"] is True
        statuses = set()
        for _ in range(400):
            statuses.add((await house.ask(room.mentee, "GET", "/api/v1/letters")).status)
        assert 429 in statuses
        taps = [await by_http(house, room.mentee, {"words": str(number)}) for number in range(200)]
        assert {tap.status for tap in taps} == {200}


async def test_a_flood_of_false_tokens_from_the_same_address_holds_up_no_call(database: Database) -> None:
    async with slow_server(database) as house:
        room = await house.room()
        refused = set()
        for number in range(1_300):
            token = f"{number:043d}"
            refused.add((await house.site.ask("GET", "/api/v1/letters", token=token)).status)
        assert 429 in refused
        assert (await house.ask(room.mentor, "GET", "/api/v1/letters")).status == 429  # not seen lately
        assert (await by_http(house, room.mentor)).status == 200


async def test_with_too_many_sockets_it_goes_over_http(house: House) -> None:
    room = await house.room()
    for _ in range(20):
        await house.open(room.mentee)
    with pytest.raises(AssertionError):
        await house.open(room.mentee)
    assert (await by_http(house, room.mentee)).status == 200


async def test_a_server_that_drains_still_takes_it(house: House) -> None:
    room = await house.room()
    lea = await house.open(room.mentee)
    await house.capabilities.drain(10_000)
    assert (await lea.call("help:now", {"words": "un"}))["ok"] is True
    assert (await by_http(house, room.mentee, {"words": "deux"})).status == 200
    assert await calls(house) == [("Claire", "un\ndeux")]


async def test_when_everything_else_waits_for_the_database_the_call_does_not(house: House) -> None:
    """All connections of the pool are taken, and the room must be looked for."""
    room = await house.room()
    lea = await house.open(room.mentee)
    taken = asyncio.Event()
    busy = [asyncio.create_task(_hold(house.bound, taken)) for _ in range(BUSY)]
    try:
        while house.bound.engine.pool.checkedout() < BUSY - 1:  # type: ignore[attr-defined]  # of a queue pool
            await asyncio.sleep(0.01)
        slow = lea.send("chat:history", {"room": room.number})  # stands before it on the same connection
        answer = await asyncio.wait_for(by_http(house, room.mentee, {"room": room.number, "words": "vite"}), 5)
        assert (answer.status, answer.body["informed"]) == (200, ["Claire"])
        assert await calls(house) == [("Claire", "vite")]
        assert not slow.done()
    finally:
        taken.set()
        await asyncio.gather(*busy, return_exceptions=True)
    await asyncio.wait([slow], timeout=10)


async def _hold(database: Database, until: asyncio.Event) -> None:
    async with database.everywhere() as conn:
        await conn.execute(text("select 1"))
        await until.wait()


async def test_a_call_of_the_same_person_that_hangs_holds_up_no_other(house: House) -> None:
    room = await house.room()
    turn = text("select pg_advisory_xact_lock(hashtextextended(cast(:account as text), 0))")
    async with house.database.everywhere() as conn:
        await conn.execute(turn, {"account": str(room.mentee.id)})
        answer = await asyncio.wait_for(by_http(house, room.mentee, {"words": "vite"}), 5)
    assert answer.status == 200
    assert await calls(house) == [("Claire", "vite")]


async def test_the_answer_does_not_wait_until_others_are_told(house: House) -> None:
    room = await house.room()
    await house.open(room.supervisor)
    async with house.database.everywhere() as conn:  # nothing can be read of flags' company: telling hangs
        await conn.execute(text("lock table pair_holds in access exclusive mode"))
        answer = await asyncio.wait_for(by_http(house, room.mentee, {"words": "vite"}), 5)
    assert answer.status == 200
    assert await calls(house) == [("Claire", "vite")]


async def test_without_redis_it_is_taken(database: Database) -> None:
    nowhere: Any = {"BINOME_REDIS_URL": "redis://127.0.0.1:1/0", "BINOME_DATABASE_URL": "postgresql://u@127.0.0.1/d"}
    async with served(database, **nowhere, BINOME_RATE_FACTOR="1") as house:
        room = await house.room()
        lea = await house.open(room.mentee)
        assert (await lea.call("help:now", {"words": "un"}))["ok"] is True
        assert (await by_http(house, room.mentee, {"words": "deux"})).status == 200
        assert await calls(house) == [("Claire", "un\ndeux")]


async def test_with_words_and_rules_that_moderation_cannot_read_it_is_taken(house: House) -> None:
    room = await house.room()
    lea = await house.open(room.mentee)
    await house.sql(
        "insert into own_rules (organisation_id, version, rules, changed_by, changed_at)"
        " values (:org, 1, '{\"policy\": 5}', :who, now())",
        org=house.north.id,
        who=room.supervisor.id,
    )
    await house.told()
    assert (await lea.call("help:now", {"room": room.number, "words": "06 12 34 56 78"}))["ok"] is True
    assert await calls(house) == [("Claire", "06 12 34 56 78")]


async def test_another_site_cannot_call_in_the_name_of_who_is_signed_in(house: House) -> None:
    room = await house.room()
    elsewhere = {"Origin": "https://evil.example"}
    answer = await house.site.ask("POST", "/api/v1/help", {}, cookie=room.mentee.token, headers=elsewhere)
    assert answer.error == ("forbidden", None)
    assert (await house.site.ask("POST", "/api/v1/help", {})).error == ("not_signed_in", None)
    assert await calls(house) == []


async def test_what_belongs_to_others_stays_theirs(house: House) -> None:
    room: Room = await house.room()
    other = await house.room()
    await by_http(house, room.mentee, {"room": str(other.id), "words": str(new_id())})
    rows = await house.sql("select room_id, pair_id from flags")
    assert rows == [(None, room.pair.id)]
