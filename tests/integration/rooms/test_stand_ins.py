"""Who looks after a grave case of somebody else's pair has a seat in its room, exactly as long as they do."""

import asyncio
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from server.escalation.held import Cases
from server.escalation.opening import NewCase, open_case
from server.escalation.rules import State
from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.rooms.stand_ins import follow_cases
from tests.support.rooms import House, Person, Room, organisation

SUICIDE = "je veux mourir ce soir"
WAITS = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"


async def worried(house: House, words: str = SUICIDE) -> tuple[Room, str]:
    """A case that waits, with the pager in the hands of the test."""
    await house.capabilities.escalation.pager.stop()
    room = await house.room()
    return room, await cried(house, room, words)


async def cried(house: House, room: Room, words: str = SUICIDE) -> str:
    lea = await house.open(room.mentee)
    assert (await lea.say(room, words))["ok"]
    ((case_id,),) = await house.sql("select id from cases order by opened_at desc, id desc limit 1")
    return f"/api/v1/cases/{case_id}"


async def case_about(house: House, room: Room, severity: int = 4, **more: Any) -> str:
    """A case of the house's own, beside any other."""
    parts: Any = [(room.mentee.id, "young"), *more.pop("parts", ())]
    of: dict[str, Any] = {"about_id": room.mentee.id, "pair_id": room.pair.id, "parts": parts, "joins": False, **more}
    async with house.bound.begin(house.north.id) as conn:
        new = NewCase(house.north.id, "help", "help", severity, house.clock.now(), room.mentee.id, **of)
        return f"/api/v1/cases/{await open_case(conn, new)}"


async def act(house: House, who: Person, case: str, what: str, **body: Any) -> Any:
    """Raises AssertionError unless it is done."""
    seen = await house.ask(who, "GET", case)
    assert seen.status == 200, seen.body
    told = {"revision": seen.body["revision"], **body} if what != "acknowledge" else None
    answer = await house.ask(who, "POST", f"{case}/{what}", told)
    assert answer.status == 200, answer.body
    return answer.body


async def close(house: House, who: Person, case: str) -> None:
    await act(house, who, case, "move", to="closed", outcome="resolved", note="vue ce jour")


async def seats(house: House, room: Room) -> list[tuple[str, int]]:
    """Of who has one and is neither of the two."""
    found = await house.sql(
        "select a.name, m.seat from room_members m join accounts a on a.id = m.account_id "
        "where m.room_id = :room and m.left_at is null and m.seat > 2 order by m.seat",
        room=room.id,
    )
    return [(name, seat) for name, seat in found]


async def may_enter(house: House, who: Person, room: Room) -> bool:
    client = await house.open(who)
    answer = await client.call("room:enter", {"room": str(room.id)})
    if answer["ok"]:
        assert (await client.call("room:leave", {"room": str(room.id)}))["ok"]
    else:
        assert answer["error"]["code"] == "not_found"
    return bool(answer["ok"])


async def told(house: House, who: Person) -> list[str]:
    """What their access journal says of stand-ins, the newest first."""
    lines = (await house.ask(who, "GET", "/api/v1/journal")).body["lines"]
    return [f"{line['act']} {line['reader']['name']}" for line in lines if line["act"].startswith("room.stood")]


async def test_a_seat_begins_with_the_case_and_ends_with_it(house: House) -> None:
    samir = await house.person(Role.SUPERVISOR, "Samir")
    room, case = await worried(house)
    assert not await may_enter(house, samir, room)
    await act(house, samir, case, "acknowledge")
    assert await seats(house, room) == [("Claire", 3), ("Samir", 4)]
    await house.told()
    assert await may_enter(house, samir, room)
    assert await may_enter(house, room.supervisor, room)
    await act(house, samir, case, "move", to="in_progress", note="vue")
    assert await seats(house, room) == [("Claire", 3), ("Samir", 4)]
    await close(house, samir, case)
    assert await seats(house, room) == [("Claire", 3)]
    await house.told()
    assert not await may_enter(house, samir, room)
    await act(house, samir, case, "reopen", note="encore")
    assert await seats(house, room) == [("Claire", 3)]  # it waits for a person
    await act(house, samir, case, "acknowledge")
    assert await seats(house, room) == [("Claire", 3), ("Samir", 4)]  # his own of before
    for who in (room.mentee, room.mentor):
        assert await told(house, who) == ["room.stood_in Samir", "room.stood_down Samir", "room.stood_in Samir"]
    entries = await house.sql(
        "select by_id, cast(entry as jsonb) -> 'detail' from audit_entries where act = 'room.stood_in'"
    )
    assert entries == [(samir.id, {"case": case.rpartition("/")[2], "room": str(room.id)})] * 2


async def test_it_goes_with_the_case_to_whom_it_is_given(house: House) -> None:
    samir, anne = await house.person(Role.SUPERVISOR, "Samir"), await house.person(Role.SUPERVISOR, "Anne")
    room, case = await worried(house)
    await act(house, samir, case, "acknowledge")
    await act(house, samir, case, "assign", owner=str(anne.id))
    assert await seats(house, room) == [("Claire", 3), ("Anne", 5)]  # nobody gets the seat of another
    await act(house, room.supervisor, case, "assign", owner=str(room.supervisor.id))
    assert await seats(house, room) == [("Claire", 3)]
    await close(house, room.supervisor, case)
    assert await seats(house, room) == [("Claire", 3)]  # who follows the pair stays


async def test_only_at_the_highest_severity(house: House) -> None:
    samir = await house.person(Role.SUPERVISOR, "Samir")
    room, _ = await worried(house)
    case = await case_about(house, room, 3)
    house.clock.advance(43_200)  # beyond its deadline, every supervisor sees it
    await act(house, samir, case, "acknowledge")
    assert await seats(house, room) == [("Claire", 3)]
    await act(house, samir, case, "severity", severity=4, note="plus grave")
    assert await seats(house, room) == [("Claire", 3), ("Samir", 4)]
    await act(house, samir, case, "severity", severity=2, note="moins grave")
    assert await seats(house, room) == [("Claire", 3)]


async def test_two_cases_are_one_seat_until_the_last_is_over(house: House) -> None:
    samir = await house.person(Role.SUPERVISOR, "Samir")
    room, case = await worried(house)
    other = await case_about(house, room)
    for one in (case, other):
        await act(house, samir, one, "acknowledge")
    await close(house, samir, case)
    assert await seats(house, room) == [("Claire", 3), ("Samir", 4)]
    await close(house, samir, other)
    assert await seats(house, room) == [("Claire", 3)]


async def test_a_case_that_is_put_under_another_takes_its_seat_along(house: House) -> None:
    samir, anne = await house.person(Role.SUPERVISOR, "Samir"), await house.person(Role.SUPERVISOR, "Anne")
    room, case = await worried(house)
    other = await case_about(house, room)
    await act(house, samir, case, "acknowledge")
    await act(house, anne, other, "acknowledge")
    assert await seats(house, room) == [("Claire", 3), ("Samir", 4), ("Anne", 5)]
    await act(house, room.supervisor, case, "merge", into=other.rpartition("/")[2])
    assert await seats(house, room) == [("Claire", 3), ("Anne", 5)]


async def test_whose_account_is_closed_has_none(house: House) -> None:
    samir = await house.person(Role.SUPERVISOR, "Samir")
    room, case = await worried(house)
    await act(house, samir, case, "acknowledge")
    await house.capabilities.people.accounts.disable(house.north.id, samir.id)
    assert await seats(house, room) == [("Claire", 3)]
    assert await told(house, room.mentee) == ["room.stood_down Samir", "room.stood_in Samir"]


async def test_a_pair_that_is_handed_over_to_who_stands_in_is_theirs(house: House) -> None:
    samir, alice = await house.person(Role.SUPERVISOR, "Samir"), await house.person(Role.ADMIN, "Alice")
    room, case = await worried(house)
    await act(house, samir, case, "acknowledge")
    body = {"pairs": [str(room.pair.id)], "supervisor": str(samir.id)}
    assert (await house.ask(alice, "POST", "/api/v1/caseload/hand_over", body)).status in (200, 204)
    assert await seats(house, room) == [("Samir", 4)]
    await close(house, samir, case)
    assert await seats(house, room) == [("Samir", 4)]
    assert await told(house, room.mentee) == ["room.stood_in Samir"]


async def test_who_decides_the_flag_of_a_case_and_so_takes_it_stands_in(house: House) -> None:
    samir = await house.person(Role.SUPERVISOR, "Samir")
    room, _ = await worried(house)
    ((flag_id,),) = await house.sql("select id from flags")
    for _ in range(4):  # the ladder comes to him
        house.clock.advance(900)
        await house.capabilities.escalation.pager.look()
    assert (await house.decide(samir, flag_id, "acknowledge", "serious")).status == 200
    ((owner_id, state),) = await house.sql("select owner_id, state from cases")
    assert (owner_id, state) == (samir.id, "acknowledged")
    assert await seats(house, room) == [("Claire", 3), ("Samir", 4)]


async def test_the_room_that_its_calls_for_help_came_from_counts_too(house: House) -> None:
    """A mentor of two pairs calls from one and then from the other: one case, of the first pair."""
    samir = await house.person(Role.SUPERVISOR, "Samir")
    await house.capabilities.escalation.pager.stop()
    first = await house.room()
    second = await house.room(mentor=first.mentor, supervisor=first.supervisor)
    julien = await house.open(first.mentor)
    for room in (first, second):
        assert (await julien.call("help:now", {"room": str(room.id)}))["ok"]
        house.clock.advance(120)
    ((case_id,),) = await house.sql("select id from cases")
    await act(house, samir, f"/api/v1/cases/{case_id}", "acknowledge")
    for room in (first, second):
        assert await seats(house, room) == [("Claire", 3), ("Samir", 4)]
    await close(house, samir, f"/api/v1/cases/{case_id}")
    for room in (first, second):
        assert await seats(house, room) == [("Claire", 3)]


# Attacks


async def test_nobody_lets_themselves_in(house: House) -> None:
    samir, anne = await house.person(Role.SUPERVISOR, "Samir"), await house.person(Role.SUPERVISOR, "Anne")
    await house.capabilities.escalation.pager.stop()
    room, case_id = await house.room(), new_id()
    body = {"id": str(case_id), "pair": str(room.pair.id), "severity": 4, "category": "other", "note": "vu"}
    assert (await house.ask(samir, "POST", "/api/v1/cases", body)).status == 200
    case = f"/api/v1/cases/{case_id}"
    assert await seats(house, room) == [("Claire", 3)]
    assert not await may_enter(house, samir, room)
    await act(house, samir, case, "assign", owner=str(anne.id))
    assert await seats(house, room) == [("Claire", 3), ("Anne", 4)]  # somebody else was asked to
    await act(house, anne, case, "assign", owner=str(samir.id))
    assert await seats(house, room) == [("Claire", 3)]


async def test_what_somebody_adds_to_their_case_opens_no_other_room(house: House) -> None:
    samir = await house.person(Role.SUPERVISOR, "Samir")
    room, case = await worried(house)
    other = await house.room()
    await act(house, samir, case, "acknowledge")
    case_id, ref = UUID(case.rpartition("/")[2]), new_id()
    values = "(:case, 'flag', :ref, :room, 1, now(), :by), (:case, 'pair', :pair, null, null, now(), null)"
    await house.sql(
        f"insert into case_links (case_id, kind, ref, room_id, seq, added_at, added_by) values {values}",  # noqa: S608
        case=case_id,
        ref=ref,
        room=other.id,
        by=samir.id,
        pair=other.pair.id,
    )
    await act(house, samir, case, "move", to="in_progress", note="vue")
    assert (await seats(house, room), await seats(house, other)) == (
        [("Claire", 3), ("Samir", 4)],
        [("Claire", 3)],
    )
    assert not await may_enter(house, samir, other)


async def test_whom_the_case_is_about_gets_none_and_loses_it(house: House) -> None:
    samir, anne = await house.person(Role.SUPERVISOR, "Samir"), await house.person(Role.SUPERVISOR, "Anne")
    room, case = await worried(house)
    reported = await case_about(house, room, parts=[(anne.id, "reported")])
    assert (await house.ask(anne, "POST", f"{reported}/acknowledge")).status == 404
    assert await seats(house, room) == [("Claire", 3)]
    await act(house, samir, case, "acknowledge")
    person = {"person": str(samir.id), "part": "reported"}
    assert (await house.ask(room.supervisor, "POST", f"{case}/people", person)).status in (200, 204)
    assert await seats(house, room) == [("Claire", 3)]
    await house.told()
    assert not await may_enter(house, samir, room)


async def test_who_was_one_of_the_two_keeps_the_seat_that_they_had(house: House) -> None:
    """A professional who is the mentor of the pair: the case is about them, whatever a row says."""
    await house.capabilities.escalation.pager.stop()
    samir = await house.person(Role.SUPERVISOR, "Samir")
    room = await house.room(mentor=samir)
    case = await case_about(house, room)
    assert (await house.ask(samir, "POST", f"{case}/acknowledge")).status == 404
    claire = room.supervisor
    await act(house, claire, case, "acknowledge")
    await house.sql("update cases set owner_id = :samir", samir=samir.id)
    await act(house, claire, case, "severity", severity=3, note="revu")
    seated = await house.sql("select seat, left_at from room_members where account_id = :samir", samir=samir.id)
    assert (seated, await seats(house, room)) == ([(1, None)], [("Claire", 3)])


async def test_nobody_else_gets_anything(house: House) -> None:
    samir, anne = await house.person(Role.SUPERVISOR, "Samir"), await house.person(Role.SUPERVISOR, "Anne")
    south = await house.person(Role.SUPERVISOR, "Sam", where=await organisation(house.database, "South"))
    others = [await house.person(role, role.value) for role in Role if role is not Role.SUPERVISOR]
    room, case = await worried(house)
    for who in (south, room.mentor, room.mentee, *(one for one in others if one.role is not Role.ADMIN)):
        assert (await house.ask(who, "POST", f"{case}/acknowledge")).status in (403, 404)
    await act(house, samir, case, "acknowledge")
    assert (await house.ask(anne, "POST", f"{case}/acknowledge")).status in (404, 409)  # she has an outline of it
    assert await seats(house, room) == [("Claire", 3), ("Samir", 4)]
    await house.told()
    assert not await may_enter(house, anne, room)
    # An admin who has it sees the case, and no room.
    alice = next(one for one in others if one.role is Role.ADMIN)
    await house.sql("update cases set owner_id = :alice", alice=alice.id)
    await act(house, alice, case, "move", to="in_progress", note="vue")
    assert await seats(house, room) == [("Claire", 3)]


async def test_whom_such_a_case_is_about_is_not_warned(house: House) -> None:
    """The mentor is who was reported: that a colleague looks after it would tell him so, until they come."""
    samir = await house.person(Role.SUPERVISOR, "Samir")
    await house.capabilities.escalation.pager.stop()
    room = await house.room()
    case = await case_about(house, room, parts=[(room.mentor.id, "reported")])
    await act(house, samir, case, "acknowledge")

    async def named(who: Person) -> list[str]:
        (card,) = (await house.ask(who, "GET", "/api/v1/home")).body["rooms"]
        return [one["name"] for one in card["members"]]

    own = ["Julien", "Lea", "Claire"]
    for who in (room.mentor, room.mentee):
        assert await named(who) == own
    assert await named(room.supervisor) == [*own, "Samir"]
    await house.told()
    assert await may_enter(house, samir, room)
    for who in (room.mentor, room.mentee):
        assert await named(who) == [*own, "Samir"]
    await close(house, samir, case)
    assert await told(house, room.mentor) == []
    assert await told(house, room.mentee) == ["room.stood_down Samir", "room.stood_in Samir"]
    lines = (await house.ask(room.mentor, "GET", "/api/v1/journal")).body["lines"]
    assert [line["act"] for line in lines] == ["room.entered"]


async def test_the_card_names_who_follows_the_pair_before_who_stands_in(house: House) -> None:
    """Also where they have an earlier seat: the pair was theirs once."""
    samir, alice = await house.person(Role.SUPERVISOR, "Samir"), await house.person(Role.ADMIN, "Alice")
    room, case = await worried(house)
    body = {"pairs": [str(room.pair.id)], "supervisor": str(samir.id)}
    assert (await house.ask(alice, "POST", "/api/v1/caseload/hand_over", body)).status in (200, 204)
    await act(house, room.supervisor, case, "acknowledge")
    assert await seats(house, room) == [("Claire", 3), ("Samir", 4)]
    (card,) = (await house.ask(samir, "GET", "/api/v1/home")).body["rooms"]
    assert [one["name"] for one in card["members"]] == ["Julien", "Lea", "Samir", "Claire"]


# Two at once


class Standing:
    """Somebody who has cases and stands still, before their seats or after them, until they go on."""

    def __init__(self, house: House, *, before: bool) -> None:
        self._before = before
        self.here, self.goes_on = asyncio.Event(), asyncio.Event()
        self.cases = Cases(house.bound, house.clock, self._seats)

    async def _seats(self, conn: AsyncConnection, case_ids: Collection[UUID], at: datetime) -> None:
        if not self._before:
            await follow_cases(conn, case_ids, at)
        self.here.set()
        await self.goes_on.wait()
        if self._before:
            await follow_cases(conn, case_ids, at)

    async def change(self, who: Person, case: str, **values: Any) -> None:
        async with self.cases.hold(who.principal, UUID(case.rpartition("/")[2])) as held:
            await held.change(**values)


async def waits(house: House) -> None:
    """Returns when somebody waits for what another has locked."""
    for _ in range(500):
        if await house.sql(WAITS):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nobody waits")


def taken(who: Person, at: datetime) -> dict[str, Any]:
    return {
        "state": State.ACKNOWLEDGED.value,
        "owner_id": who.id,
        "acknowledged_by": who.id,
        "acknowledged_at": at,
        "page_at": None,
    }


async def test_two_cases_that_are_closed_at_once_leave_no_seat_behind(house: House) -> None:
    """Neither of the two would see that the other is over."""
    samir = await house.person(Role.SUPERVISOR, "Samir")
    room, case = await worried(house)
    other = await case_about(house, room)
    for one in (case, other):
        await act(house, samir, one, "acknowledge")
    standing, now = Standing(house, before=False), house.clock.now()
    over = {"state": "closed", "outcome": "resolved", "closed_at": now, "closed_by": samir.id}
    first = asyncio.create_task(standing.change(samir, case, **over))
    await standing.here.wait()
    second = asyncio.create_task(close(house, samir, other))
    await waits(house)
    standing.goes_on.set()
    await asyncio.gather(first, second)
    assert await seats(house, room) == [("Claire", 3)]


async def test_two_who_stand_in_at_once_get_a_seat_each(house: House) -> None:
    samir, anne = await house.person(Role.SUPERVISOR, "Samir"), await house.person(Role.SUPERVISOR, "Anne")
    room, case = await worried(house)
    other = await case_about(house, room)
    standing = Standing(house, before=False)
    first = asyncio.create_task(standing.change(samir, case, **taken(samir, house.clock.now())))
    await standing.here.wait()
    second = asyncio.create_task(act(house, anne, other, "acknowledge"))
    await waits(house)
    standing.goes_on.set()
    await asyncio.gather(first, second)
    assert await seats(house, room) == [("Claire", 3), ("Samir", 4), ("Anne", 5)]


async def test_who_takes_a_case_while_its_pair_is_handed_over_waits_for_nobody_in_a_circle(house: House) -> None:
    """The one has the case and wants a seat; the other, who wants the case, has no seat locked yet."""
    samir, alice = await house.person(Role.SUPERVISOR, "Samir"), await house.person(Role.ADMIN, "Alice")
    room, case = await worried(house)
    standing = Standing(house, before=True)
    first = asyncio.create_task(standing.change(samir, case, **taken(samir, house.clock.now())))
    await standing.here.wait()
    body = {"pairs": [str(room.pair.id)], "supervisor": str(samir.id)}
    second = asyncio.create_task(house.ask(alice, "POST", "/api/v1/caseload/hand_over", body))
    await waits(house)
    standing.goes_on.set()
    await first
    assert (await second).status in (200, 204)
    assert await seats(house, room) == [("Samir", 4)]


async def test_a_pair_that_is_handed_over_while_a_case_is_over_keeps_one_professional(house: House) -> None:
    samir, alice = await house.person(Role.SUPERVISOR, "Samir"), await house.person(Role.ADMIN, "Alice")
    room, case = await worried(house)
    await act(house, samir, case, "acknowledge")
    standing, now = Standing(house, before=False), house.clock.now()
    over = {"state": "closed", "outcome": "resolved", "closed_at": now, "closed_by": samir.id}
    first = asyncio.create_task(standing.change(samir, case, **over))
    await standing.here.wait()
    body = {"pairs": [str(room.pair.id)], "supervisor": str(samir.id)}
    second = asyncio.create_task(house.ask(alice, "POST", "/api/v1/caseload/hand_over", body))
    await waits(house)
    standing.goes_on.set()
    await first
    assert (await second).status in (200, 204)
    assert await seats(house, room) == [("Samir", 4)]


async def test_who_writes_meanwhile_waits_for_no_seat(house: House) -> None:
    """A message has its room locked, and then wants the case that it joins: who has that wants a seat in the room."""
    samir = await house.person(Role.SUPERVISOR, "Samir")
    room, case = await worried(house)
    lea = await house.open(room.mentee)
    standing = Standing(house, before=True)
    first = asyncio.create_task(standing.change(samir, case, **taken(samir, house.clock.now())))
    await standing.here.wait()
    second = asyncio.create_task(lea.say(room, "je vais me tuer"))
    await waits(house)
    standing.goes_on.set()
    await first
    assert (await second)["ok"]
    assert await seats(house, room) == [("Claire", 3), ("Samir", 4)]
