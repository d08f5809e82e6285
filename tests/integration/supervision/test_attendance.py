"""Who was in which call is written down, beside the call and never in its way; and read as it was."""

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import DBAPIError

from server.infra.database import Database
from server.kernel.identifiers import new_id
from server.supervision.attendance import store
from server.supervision.attendance.holdings import HOLDINGS
from server.supervision.attendance.rules import Call, calls_of
from tests.integration.signalling.conftest import Neighbourhood
from tests.support.bare_browser import BareBrowser
from tests.support.dispatches import fetch, parts, said, worry
from tests.support.rooms import NOW, House, Room, served

ROWS = (
    "select a.name, p.role, d.why from call_presences p join accounts a on a.id = p.account_id"
    " left join call_departures d on d.presence_id = p.id"
)


async def written(house: House, *rows: tuple[str, str, str | None]) -> None:
    """Exactly these presences stand in the database, in whatever order, with how they ended."""
    found: list[Any] = []
    for _ in range(200):
        found = await house.sql(ROWS)
        if sorted(found, key=repr) == sorted(rows, key=repr):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"never {rows}, but {found}")


async def held(house: House, room: Room) -> list[Call]:
    async with house.database.everywhere() as conn:
        now = await store.clock(conn)
        around = now - timedelta(days=1), now + timedelta(days=1)
        return calls_of(await store.presences_in(conn, [room.id], *around, 100))


async def test_who_comes_and_goes_is_written_with_why(street: Neighbourhood) -> None:
    room, julien, lea = await street.pair()
    await written(street.house, ("Julien", "mentor", None), ("Lea", "mentee", None))
    claire = await street.caller(room.supervisor, room)
    await claire.join()
    assert await lea.act("call:leave") == {"ok": True}
    about = {"room": room.number, "account": str(room.mentor.id), "why": "words"}
    assert await claire.client.call("supervise:remove", about) == {"ok": True}
    assert await julien.ended() == "put_out"
    assert await claire.client.call("supervise:end", {"room": room.number, "why": "safety"}) == {"ok": True}
    await written(
        street.house,
        ("Julien", "mentor", "put_out"),
        ("Lea", "mentee", "left"),
        ("Claire", "supervisor", "stopped"),
    )
    (call,) = await held(street.house, room)
    assert [one.account_id for one in call.presences] == [room.mentor.id, room.mentee.id, room.supervisor.id]
    assert call.ended_at is not None
    assert call.began_at < call.ended_at


async def test_nothing_that_is_written_says_what_was_said_or_from_where(street: Neighbourhood) -> None:
    await street.pair()
    await written(street.house, ("Julien", "mentor", None), ("Lea", "mentee", None))
    columns = await street.house.sql(
        "select column_name from information_schema.columns"
        " where table_name in ('call_presences', 'call_departures') order by 1"
    )
    assert [name for (name,) in columns] == [
        *("account_id", "came_at", "carrier", "id", "organisation_id", "presence_id", "role", "room_id"),
        *("went_at", "why"),
    ]


async def test_who_comes_back_to_their_part_or_from_another_tab_is_one_presence(street: Neighbourhood) -> None:
    room, _, lea = await street.pair()
    await written(street.house, ("Julien", "mentor", None), ("Lea", "mentee", None))
    peer, lea.browser = lea.peer, BareBrowser()
    street.browsers.append(lea.browser)
    assert (await lea.join(peer=peer))["peer"] == peer
    tab = await street.caller(room.mentee, room)
    await tab.join()
    assert await lea.ended() == "replaced"
    assert await tab.act("call:leave") == {"ok": True}
    await written(street.house, ("Julien", "mentor", None), ("Lea", "mentee", "left"))


async def test_a_join_and_a_leave_wait_for_nothing_and_keep_their_instants(street: Neighbourhood) -> None:
    """Nobody can write presences for a while; people call each other all the same."""
    house = street.house
    room = await house.room()
    lea = await street.caller(room.mentee, room)
    async with house.database.engine.connect() as holding:
        await holding.exec_driver_sql("lock table call_presences in share mode")
        await lea.join()
        assert await lea.act("call:leave") == {"ok": True}
        await asyncio.sleep(0.5)  # so that an instant of the end of the lock would show
        ((locked_until,),) = (await holding.exec_driver_sql("select clock_timestamp()")).all()
        assert await house.sql("select count(*) from call_presences") == [(0,)]
        await holding.rollback()
    await written(house, ("Lea", "mentee", "left"))
    ((came, went),) = await house.sql(
        "select came_at, went_at from call_presences p join call_departures d on d.presence_id = p.id"
    )
    assert came < locked_until
    assert came <= went


async def test_one_person_in_two_processes_is_there_once_until_the_last_goes(
    street: Neighbourhood, database: Database
) -> None:
    house = street.house
    room, _, lea = await street.pair()
    await written(house, ("Julien", "mentor", None), ("Lea", "mentee", None))
    async with served(database) as there:
        elsewhere = Neighbourhood(there)
        tablet = await elsewhere.caller(room.mentee, room)
        await tablet.join()
        await written(house, ("Julien", "mentor", None), ("Lea", "mentee", None), ("Lea", "mentee", None))
        (call,) = await held(house, room)
        assert [(one.account_id, one.went_at) for one in call.presences] == [
            (room.mentor.id, None),
            (room.mentee.id, None),
        ]
        assert await lea.act("call:leave") == {"ok": True}
        await written(house, ("Julien", "mentor", None), ("Lea", "mentee", "left"), ("Lea", "mentee", None))
        (call,) = await held(house, room)
        assert [one.went_at for one in call.presences] == [None, None]
        await tablet.browser.close()
    await written(house, ("Julien", "mentor", None), ("Lea", "mentee", "left"), ("Lea", "mentee", "drained"))
    (call,) = await held(house, room)
    assert [one.why for one in call.presences] == [None, "drained"]
    assert await house.sql("select count(*) from call_carriers") == [(1,)]


async def test_a_process_that_was_given_up_too_early_goes_on_where_it_was_ended(street: Neighbourhood) -> None:
    """As when it stood still for longer than others wait."""
    house = street.house
    room, _, lea = await street.pair()
    await written(house, ("Julien", "mentor", None), ("Lea", "mentee", None))
    async with house.database.everywhere() as conn:
        assert await store.close_lost(conn, timedelta(hours=-1)) == 1
    assert await lea.act("call:leave") == {"ok": True}
    await written(
        house,
        ("Julien", "mentor", "crashed"),
        ("Lea", "mentee", "crashed"),
        ("Julien", "mentor", None),
        ("Lea", "mentee", "left"),
    )
    (call,) = await held(house, room)
    assert [(one.account_id, one.why) for one in call.presences] == [(room.mentor.id, None), (room.mentee.id, "left")]
    gaps = await house.sql(
        "select count(*) from call_presences p where not exists (select from call_presences e"
        " join call_departures d on d.presence_id = e.id"
        " where e.id <> p.id and e.account_id = p.account_id and d.went_at = p.came_at)"
    )
    assert gaps == [(2,)]  # of each the first


async def test_nobody_changes_a_row_and_the_server_only_adds_and_lets_go(street: Neighbourhood) -> None:
    house = street.house
    await street.pair()
    await written(house, ("Julien", "mentor", None), ("Lea", "mentee", None))
    for statement in ("update call_presences set role = 'admin'", "truncate call_presences cascade"):
        with pytest.raises(DBAPIError, match="rows of call_presences are added, and nothing else"):
            await house.sql(statement)
    rights = await house.sql(
        "select privilege_type from information_schema.role_table_grants"
        " where table_name = 'call_presences' and grantee not in (select current_user) order by 1"
    )
    assert [name for (name,) in rights] == ["DELETE", "INSERT", "SELECT"]


# Read in a case

DAY = timedelta(days=1)


async def was(house: House, room: Room, who: Any, came: datetime, went: datetime | None, why: str = "left") -> None:
    presence = new_id()
    await house.sql(
        "insert into call_presences values (:id, :where, :room, :who, :role, gen_random_uuid(), :came)",
        id=presence,
        where=room.pair.organisation_id,
        room=room.id,
        who=who.id,
        role=who.role.value,
        came=came,
    )
    if went is not None:
        await house.sql("insert into call_departures values (:id, :went, :why)", id=presence, went=went, why=why)


async def around(house: House, room: Room) -> None:
    """Calls a week and more before, of the day before, and of another pair."""
    hour, minute = timedelta(hours=1), timedelta(minutes=1)
    await was(house, room, room.mentee, NOW - 8 * DAY, NOW - 8 * DAY + hour)
    yesterday = NOW - DAY
    await was(house, room, room.mentor, yesterday, yesterday + hour)
    await was(house, room, room.mentee, yesterday + minute, yesterday + 10 * minute, "lost")
    await was(house, room, room.mentee, yesterday + 11 * minute, yesterday + hour, "crashed")
    other = await house.room()
    await was(house, other, other.mentee, yesterday, yesterday + hour)


def expected(room: Room) -> Any:
    def person(who: Any) -> Any:
        return {"id": str(who.id), "name": who.name, "role": who.role.value}

    return [
        {
            "began_at": "2026-11-21T12:00:00.000Z",
            "ended_at": "2026-11-21T13:00:00.000Z",
            "people": [
                {
                    "who": person(room.mentor),
                    "came_at": "2026-11-21T12:00:00.000Z",
                    "went_at": "2026-11-21T13:00:00.000Z",
                    "why": "left",
                },
                {
                    "who": person(room.mentee),
                    "came_at": "2026-11-21T12:01:00.000Z",
                    "went_at": "2026-11-21T13:00:00.000Z",
                    "why": "crashed",
                },
            ],
        }
    ]


async def test_a_case_has_the_calls_of_its_days_for_who_sees_it_whole(house: House) -> None:
    worried = await worry(house)
    room = worried.room
    await around(house, room)
    read = "select count(*) from audit_entries where act = 'case.read'"
    ((before,),) = await house.sql(read)
    answer = await worried.ask(room.supervisor, "GET", f"cases/{worried.case}/calls")
    assert answer.status == 200, answer.body
    shown = answer.body
    assert (shown["since"], shown["until"], shown["more"]) == (
        *("2026-11-15T12:00:00.000Z", "2026-11-29T12:00:00.000Z"),
        False,
    )
    assert [{key: one[key] for key in ("began_at", "ended_at", "people")} for one in shown["calls"]] == expected(room)
    assert await house.sql(read) == [(before + 1,)]
    assert (await worried.ask(room.supervisor, "GET", f"cases/{worried.case}/file")).status == 200
    assert await house.sql(read) == [(before + 1,)]  # one sitting
    assert (await worried.ask(worried.samir, "GET", f"cases/{worried.case}/calls")).status == 404
    for who in (room.mentor, room.mentee):
        assert (await worried.ask(who, "GET", f"cases/{worried.case}/calls")).status == 403


async def test_a_bundle_has_the_same_calls(house: House) -> None:
    worried = await worry(house)
    await around(house, worried.room)
    calls = said(await worried.file(await worried.agreed()))["calls"]
    assert (calls["since"], calls["left_out"]) == ("2026-11-15T12:00:00.000Z", False)
    assert [{key: one[key] for key in ("began_at", "ended_at", "people")} for one in calls["calls"]] == expected(
        worried.room
    )
    assert {one["room"] for one in calls["calls"]} == {str(worried.room.id)}


async def test_ones_own_copy_says_who_was_there_by_role_and_a_parents_says_nothing(house: House) -> None:
    room, other = await house.room(), await house.room()
    await was(house, room, room.mentor, NOW - DAY, NOW, "adult")
    await was(house, room, room.mentee, NOW - DAY, NOW, "crashed")
    await was(house, other, other.mentee, NOW - DAY, NOW)
    status, content = await fetch(house, room.mentee, "data/export")
    assert status == 200
    files = parts(content)
    rows = json.loads(files["data.json"])["sections"]["call_presences"]
    at = {"came_at": "2026-11-21T12:00:00.000Z", "went_at": "2026-11-22T12:00:00.000Z"}
    assert rows == [
        {"room": room.number, "participant": "mentor", **at, "end": "adult_missing"},
        {"room": room.number, "participant": "me", **at, "end": "crashed"},
    ]
    page = files["index.html"].decode()
    for words in ("Appels, et qui y était", "l’adulte attendu n’était pas là", "panne du serveur"):
        assert words in page
    (holding,) = [one for one in HOLDINGS if one.name == "call_presences"]
    assert holding.intimate


async def test_retention_takes_the_old_and_leaves_what_is_held_or_goes_on(house: House) -> None:
    room, other = await house.room(), await house.room()
    for pair in (room, other):
        await was(house, pair, pair.mentee, NOW - 400 * DAY, NOW - 399 * DAY)
        await was(house, pair, pair.mentee, NOW - 300 * DAY, NOW - 299 * DAY)
    await was(house, room, room.mentor, NOW - 400 * DAY, None)
    await house.sql(
        "insert into legal_holds (id, organisation_id, pair_id, reason, by_id, since, until)"
        " values (gen_random_uuid(), :where, :pair, 'x', :by, :at, cast(:at as timestamptz) + interval '9 days')",
        where=house.north.id,
        pair=other.pair.id,
        by=other.supervisor.id,
        at=NOW,
    )
    counts = await house.capabilities.data.retention.run_for(house.north.id)
    assert counts["call_presences"] == 1
    left = await house.sql("select account_id, count(*) from call_presences group by 1")
    expected_left: dict[UUID, int] = {room.mentee.id: 1, room.mentor.id: 1, other.mentee.id: 2}
    assert dict(left) == expected_left
    assert await house.sql("select count(*) from call_departures") == [(3,)]
