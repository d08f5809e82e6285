"""Somebody in a call asks for a professional, before everybody in it: a call for help first, and the door knows."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from server.infra.database import Database
from tests.integration.signalling.conftest import Caller, Neighbourhood
from tests.integration.supervision.conftest import Watching, acts, connect, reaches
from tests.support.bare_browser import BareBrowser
from tests.support.rooms import Client, Room, served

AT = "2026-11-22T12:00:00.000Z"


def asking(client: Client) -> Any:
    """The names of those who ask, in the last ``call:summoned``, each with who has seen it."""
    told = client.events("call:summoned")
    return [(one["by"]["name"], one.get("seen", {}).get("name")) for one in told[-1]["summons"]] if told else None


async def summons(caller: Caller) -> dict[str, Any]:
    answer: dict[str, Any] = await caller.client.call("help:now", {"room": caller.room.number, "summon": True})
    assert answer["ok"], answer
    return answer


async def asks(caller: Caller, *listeners: Caller) -> None:
    await summons(caller)
    for listener in (caller, *listeners):
        await listener.client.until(lambda listener=listener: bool(asking(listener.client)), "who asks")  # type: ignore[misc]


async def cases(street: Neighbourhood) -> list[tuple[str, str, int, str, bool]]:
    """(origin, category, severity, state, whether it still pages)"""
    found = await street.house.sql(
        "select origin, category, severity, state, page_at is not null from cases order by opened_at, id"
    )
    return [tuple(row) for row in found]


async def rows(street: Neighbourhood) -> list[str | None]:
    """Why each is over, None while it stands."""
    return [over for (over,) in await street.house.sql("select over from summonses order by at, id")]


async def become(street: Neighbourhood, *expected: str | None) -> None:
    found = None
    for _ in range(200):
        found = await rows(street)
        if found == list(expected):
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"never {expected}, but {found}")


async def knocks(street: Neighbourhood, room: Room) -> tuple[Caller, int]:
    claire = await street.caller(room.supervisor, room)
    told = await claire.client.call("supervise:knock", {"room": room.number})
    assert told["ok"], told
    return claire, told["wait_ms"]


async def joins(caller: Caller) -> str:
    answer = await caller.client.call("call:join", caller.request())
    if answer["ok"]:
        caller.joined, caller.peer = answer, answer["peer"]
        return ""
    return str(answer["error"]["code"])


async def test_everybody_reads_who_asks_and_it_is_a_call_for_help_like_any(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    claire = await street.house.open(room.supervisor)
    answer = await summons(lea)
    assert answer["informed"] == ["Claire"]
    told = {"room": str(room.id), "summons": [{"by": {"id": str(room.mentee.id), "name": "Lea"}, "at": AT}]}
    for caller in (julien, lea):
        assert (await caller.client.wait("call:summoned"))[-1] == told
    (flag,) = await claire.wait("flag:raised")
    assert (flag["category"], flag["severity"], flag["room"]) == ("help", 4, str(room.id))
    assert await cases(street) == [("help", "help", 4, "open", True)]
    assert claire.events("call:summoned") == []  # she has not entered
    assert await acts(street, "call.summon%") == ["call.summoned"]


async def test_a_tap_from_the_help_card_tells_nobody_in_the_call(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    assert (await lea.client.call("help:now", {"room": room.number}))["ok"]
    assert (await lea.client.call("help:now", {"room": room.number, "summon": "yes"}))["ok"]  # unread, so not said
    await street.house.told()
    for caller in (julien, lea):
        await caller.client.quiet()
        assert asking(caller.client) is None
    assert await rows(street) == []
    _, wait_ms = await knocks(street, room)
    assert wait_ms == 10_000


async def test_who_was_asked_for_comes_in_at_once_announced_and_seen(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    await asks(julien, lea)
    claire, wait_ms = await knocks(street, room)
    assert asking(claire.client) == [("Julien", None)]  # she has entered the room
    assert wait_ms == 0
    assert await joins(claire) == ""
    for caller in (julien, lea):
        (announced,) = await caller.client.wait("supervise:announced")
        assert (announced["by"]["name"], announced["wait_ms"]) == ("Claire", 0)
        await caller.client.until(lambda caller=caller: "Claire" in caller.people(), "her, in the call")  # type: ignore[misc]
        await caller.client.until(lambda caller=caller: asking(caller.client) == [], "that nobody asks any more")  # type: ignore[misc]
    assert [act for _, act, _ in await street.journal(room.id)] == ["read", "call"]
    await connect(claire)
    await reaches(lea, claire)
    await become(street, "answered")
    assert await cases(street) == [("help", "help", 4, "acknowledged", False)]  # nobody else is woken for it
    (entry,) = await street.house.sql("select by_id from case_entries where act = 'came'")
    assert entry == (room.supervisor.id,)
    # The next time she knocks as anybody does.
    assert await claire.act("call:leave") == {"ok": True}
    await lea.client.until(lambda: lea.people() == ["Julien", "Lea"], "that she has gone")
    again = await claire.client.call("supervise:knock", {"room": room.number})
    assert again["wait_ms"] == 10_000


async def test_who_asked_sees_who_looks_after_it(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    await asks(lea, julien)
    ((case_id,),) = await street.house.sql("select id from cases")
    path = f"/api/v1/cases/{case_id}"
    revision = (await street.house.ask(room.supervisor, "GET", path)).body["revision"]
    done = await street.house.ask(room.supervisor, "POST", f"{path}/acknowledge", {"revision": revision})
    assert done.status == 200, done.body
    for caller in (julien, lea):
        await caller.client.until(lambda caller=caller: asking(caller.client) == [("Lea", "Claire")], "who saw it")  # type: ignore[misc]
    _, wait_ms = await knocks(street, room)
    assert wait_ms == 0


async def test_it_can_be_taken_back_and_the_case_waits_all_the_same(street: Neighbourhood) -> None:
    """Somebody may be made to take it back: a professional looks at it nevertheless."""
    room, julien, lea = await street.pair()
    await asks(lea, julien)
    assert await julien.client.call("call:unsummon", {"room": room.number}) == {"ok": True}  # it is not his
    assert await rows(street) == [None]
    assert await lea.client.call("call:unsummon", {"room": room.number}) == {"ok": True}
    for caller in (julien, lea):
        await caller.client.until(lambda caller=caller: asking(caller.client) == [], "that she asks no more")  # type: ignore[misc]
    assert await rows(street) == ["withdrawn"]
    assert await cases(street) == [("help", "help", 4, "open", True)]
    found = await street.house.sql("select act from case_entries where act <> 'paged' order by at, id")
    assert [act for (act,) in found] == ["opened", "summoned", "summons_withdrawn"]
    _, wait_ms = await knocks(street, room)
    assert wait_ms == 10_000


async def test_both_may_ask_and_each_takes_back_their_own(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    await asks(lea, julien)
    await summons(julien)
    await lea.client.until(lambda: asking(lea.client) == [("Lea", None), ("Julien", None)], "the two")
    assert await lea.client.call("call:unsummon", {"room": room.number}) == {"ok": True}
    await julien.client.until(lambda: asking(julien.client) == [("Julien", None)], "him alone")
    _, wait_ms = await knocks(street, room)
    assert wait_ms == 0


async def test_it_ends_with_the_call_of_who_asked(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    await asks(lea, julien)
    assert await lea.act("call:leave") == {"ok": True}
    await julien.client.until(lambda: asking(julien.client) == [], "that nobody asks")
    await become(street, "ended")
    _, wait_ms = await knocks(street, room)
    assert wait_ms == 10_000
    lea.browser = BareBrowser()
    street.browsers.append(lea.browser)
    await lea.join()
    assert asking(lea.client) == []
    assert await cases(street) == [("help", "help", 4, "open", True)]


async def test_it_lives_through_a_cut_and_another_tab(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    await asks(lea, julien)
    lea.client = await street.house.open(room.mentee)
    lea.browser = BareBrowser()
    street.browsers.append(lea.browser)
    await lea.join()  # in place of her part
    await lea.client.until(lambda: asking(lea.client) == [("Lea", None)], "that she asks")
    _, wait_ms = await knocks(street, room)
    assert wait_ms == 0
    assert await rows(street) == [None]


async def test_where_a_professional_is_in_the_call_nothing_stands(street: Neighbourhood, watching: Watching) -> None:
    room, _, lea = await street.pair()
    await watching(room)
    await summons(lea)
    await become(street, "answered")
    await lea.client.until(lambda: asking(lea.client) == [], "that nobody asks")


async def test_outside_of_a_call_it_is_a_call_for_help_alone(street: Neighbourhood) -> None:
    room = await street.house.room()
    lea = await street.caller(room.mentee, room)
    await summons(lea)
    assert await cases(street) == [("help", "help", 4, "open", True)]
    await street.house.told()
    assert asking(lea.client) is None
    await lea.join()
    julien = await street.caller(room.mentor, room)
    await julien.join()
    _, wait_ms = await knocks(street, room)
    assert wait_ms == 10_000


async def test_it_is_never_refused_and_one_asks_once(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    for _ in range(40):
        await summons(lea)
    assert await cases(street) == [("help", "help", 4, "open", True)]
    await julien.client.until(lambda: asking(julien.client) == [("Lea", None)], "her, once")
    standing = await street.house.sql("select count(*) from summonses where over is null")
    assert standing == [(1,)]
    answer = await street.house.ask(room.mentor, "POST", "/api/v1/help", {"room": room.number, "summon": True})
    assert answer.status == 200
    await lea.client.until(lambda: asking(lea.client) == [("Lea", None), ("Julien", None)], "the two")


async def test_the_call_for_help_is_answered_whatever_becomes_of_the_rest(
    street: Neighbourhood, database: Database
) -> None:
    """The table of what stands is locked: the case is written, and the answer is there, before that is over."""
    _, _, lea = await street.pair()
    async with database.everywhere() as conn:
        await conn.execute(text("lock table summonses in access exclusive mode"))
        async with asyncio.timeout(5):
            await summons(lea)
        assert await cases(street) == [("help", "help", 4, "open", True)]
        assert asking(lea.client) is None
    await lea.client.until(lambda: asking(lea.client) == [("Lea", None)], "that she asks")


async def test_it_is_on_the_board_with_who_asks(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    board = await street.house.open(room.supervisor)
    assert (await board.call("board:watch", {"watch": True}))["ok"]
    await asks(lea, julien)

    def told() -> Any:
        found = board.events("board:sessions")
        return found[-1]["sessions"][0].get("summons") if found and found[-1]["sessions"] else None

    asked = [{"by": {"id": str(room.mentee.id), "name": "Lea"}, "at": AT}]
    await board.until(lambda: told() == asked, "who asks")
    look = await board.call("supervise:look", {"room": room.number})
    assert look == {"ok": True, "wait_ms": 0, "now": True, "summons": asked}
    assert await lea.client.call("call:unsummon", {"room": room.number}) == {"ok": True}
    await board.until(lambda: told() is None, "that she asks no more")


async def test_asked_through_another_process_the_call_is_told(street: Neighbourhood, database: Database) -> None:
    room, julien, _ = await street.pair()
    async with served(database) as there:
        answer = await there.ask(room.mentee, "POST", "/api/v1/help", {"room": room.number, "summon": True})
        assert answer.status == 200
        await julien.client.until(lambda: asking(julien.client) == [("Lea", None)], "that she asks")
        _, wait_ms = await knocks(street, room)
        assert wait_ms == 0
        away = await there.open(room.mentee)
        assert await away.call("call:unsummon", {"room": room.number}) == {"ok": True}
        await julien.client.until(lambda: asking(julien.client) == [], "that she asks no more")


async def test_what_a_process_left_behind_opens_nothing(street: Neighbourhood, database: Database) -> None:
    """It was killed while somebody asked: the row says that it stands, and no call of today knows of it."""
    room, _, lea = await street.pair()
    await asks(lea)
    async with served(database) as house:
        later = Neighbourhood(house)
        two = [await later.caller(who, room) for who in (room.mentor, room.mentee)]
        for caller in two:
            await caller.join()
        assert await rows(later) == [None]
        _, wait_ms = await knocks(later, room)
        assert wait_ms == 10_000
        await asyncio.gather(*(browser.close() for browser in later.browsers))


@pytest.mark.parametrize("severity", [3, 4])
async def test_the_look_at_the_door_says_what_the_door_does(street: Neighbourhood, severity: int) -> None:
    room, _, lea = await street.pair()
    claire = await street.caller(room.supervisor, room)
    look = {"room": room.number}
    assert await claire.client.call("supervise:look", look) == {
        "ok": True,
        "wait_ms": 10_000,
        "now": False,
        "summons": [],
    }
    refused = await claire.client.call("supervise:knock", {**look, "now": True})
    assert refused["error"]["code"] == "forbidden"
    assert (await lea.client.call("help:now", {"room": room.number}))["ok"]
    await street.house.sql("update cases set severity = :severity", severity=severity)
    assert (await claire.client.call("supervise:look", look))["now"] is (severity == 4)
    assert (await claire.client.call("supervise:knock", {**look, "now": True}))["ok"] is (severity == 4)
    refused = await lea.client.call("supervise:look", look)
    assert refused["error"]["code"] == "forbidden"
