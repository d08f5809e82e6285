"""Promise 3, attacked: whoever said "I look after it" is gone, was given it, or saw something lesser; and each time
somebody is told."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.moderation.flag import NewFlag
from server.people.sessions.tokens import hash_token
from tests.support.rooms import House, Person, Room

NUMBER = "Mon numéro c'est 06 12 34 56 78"
SUICIDE = "je veux mourir ce soir"
PAGES = "select round, rung, people from case_pages order by at, round, step"
GIVEN = "select account_id, kind, urgency from deliveries where key like 'given:%' order by queued_at, id"
WAITS = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"


async def look(house: House) -> None:
    await house.told()
    await house.capabilities.escalation.pager.look()


async def worried(house: House, words: str = SUICIDE) -> tuple[Room, str]:
    """A case that waits, with the pager in the hands of the test."""
    await house.capabilities.escalation.pager.stop()
    room = await house.room()
    author = await house.open(room.mentee if words == SUICIDE else room.mentor)
    assert (await author.say(room, words))["ok"]
    await look(house)
    ((case_id,),) = await house.sql("select id from cases")
    return room, f"/api/v1/cases/{case_id}"


async def taken(house: House, case: str, who: Person) -> Any:
    answer = await house.ask(who, "POST", f"{case}/acknowledge")
    assert answer.status == 200, answer.body
    return answer.body


async def state(house: House) -> list[Any]:
    return await house.sql("select state, round, owner_id from cases order by opened_at, id")


async def test_whose_account_is_closed_looks_after_nothing(house: House) -> None:
    samir, alice = await house.person(Role.SUPERVISOR, "Samir"), await house.person(Role.ADMIN, "Alice")
    room, case = await worried(house)
    await taken(house, case, samir)
    assert (await house.ask(alice, "POST", f"/api/v1/accounts/{samir.id}/close")).status in (200, 204)
    assert await state(house) == [("open", 2, None)]
    await look(house)
    first, again = await house.sql(PAGES)
    assert (first[0], again) == (1, (2, 0, [room.supervisor.id]))
    file = (await house.ask(room.supervisor, "GET", f"{case}/file")).body
    assert [line["act"] for line in file["timeline"]][-2:] == ["left", "paged"]


async def test_whose_account_is_closed_is_paged_no_more_and_what_is_over_stays_so(house: House) -> None:
    samir = await house.person(Role.SUPERVISOR, "Samir")
    room, case = await worried(house)
    accounts, north = house.capabilities.people.accounts, house.north.id
    await accounts.disable(north, room.supervisor.id)  # it waits, and they have been paged
    assert await state(house) == [("open", 2, None)]
    await look(house)
    assert (await house.sql(PAGES))[-1] == (2, 0, [samir.id])
    revision = (await taken(house, case, samir))["revision"]
    closing = {"revision": revision, "to": "closed", "outcome": "resolved", "note": "vue ce jour"}
    assert (await house.ask(samir, "POST", f"{case}/move", closing)).status == 200
    await accounts.disable(north, samir.id)
    assert await state(house) == [("closed", 2, samir.id)]


async def test_who_is_given_a_case_hears_of_it(house: House) -> None:
    samir, alice = await house.person(Role.SUPERVISOR, "Samir"), await house.person(Role.ADMIN, "Alice")
    room, case = await worried(house)
    revision = (await taken(house, case, room.supervisor))["revision"]
    given = await house.ask(room.supervisor, "POST", f"{case}/assign", {"revision": revision, "owner": str(samir.id)})
    assert (given.status, await house.sql(GIVEN)) == (200, [(samir.id, "page", "critical")])
    # What one takes oneself, one knows.
    back = await house.ask(samir, "GET", case)
    lesser = {"revision": back.body["revision"], "severity": 2, "note": "moins grave"}
    revision = (await house.ask(samir, "POST", f"{case}/severity", lesser)).body["revision"]
    mine = await house.ask(
        room.supervisor, "POST", f"{case}/assign", {"revision": revision, "owner": str(room.supervisor.id)}
    )
    assert (mine.status, len(await house.sql(GIVEN))) == (200, 1)
    # A colleague who sees the whole of it says that it is grave after all: whoever has it hears.
    await house.sql("insert into case_parties values (:case, :samir, 'professional')", case=_id(case), samir=samir.id)
    graver = {"revision": mine.body["revision"], "severity": 3, "note": "plus grave"}
    assert (await house.ask(samir, "POST", f"{case}/severity", graver)).status == 200
    body = {"pairs": [str(room.pair.id)], "supervisor": str(samir.id)}
    assert (await house.ask(alice, "POST", "/api/v1/caseload/hand_over", body)).status in (200, 204)
    assert await house.sql(GIVEN) == [
        (samir.id, "page", "critical"),
        (room.supervisor.id, "case", "prompt"),
        (samir.id, "case", "prompt"),
    ]


async def test_a_case_is_not_put_under_a_lesser_one_and_whoever_has_the_other_hears(house: House) -> None:
    room, lesser = await worried(house, NUMBER)
    other = await house.open(room.mentee)
    assert (await other.say(room, SUICIDE))["ok"]
    ((graver,),) = await house.sql("select id from cases where severity = 4")
    samir = await house.person(Role.SUPERVISOR, "Samir")
    revision = (await taken(house, lesser, room.supervisor))["revision"]
    merge = f"/api/v1/cases/{graver}/merge"
    seen = (await house.ask(samir, "GET", f"/api/v1/cases/{graver}")).body
    refused = await house.ask(room.supervisor, "POST", merge, {"revision": seen["revision"], "into": _id(lesser)})
    assert refused.status == 409
    assert "moins grave" in refused.body["error"]["message"]
    raised = {"revision": revision, "severity": 4, "note": "les deux ensemble"}
    assert (await house.ask(room.supervisor, "POST", f"{lesser}/severity", raised)).status == 200
    await house.sql("insert into case_parties values (:case, :samir, 'professional')", case=_id(lesser), samir=samir.id)
    merged = await house.ask(samir, "POST", merge, {"revision": seen["revision"], "into": _id(lesser)})
    assert (merged.status, merged.body["owner"]["name"]) == (200, "Claire")
    assert await house.sql(GIVEN) == [(room.supervisor.id, "page", "critical")]


async def test_a_lesser_flag_that_is_decided_silences_no_graver_one(house: House) -> None:
    room, case = await worried(house, NUMBER)
    julien = await house.open(room.mentor)
    await _graver(house, room)
    assert (await house.sql("select count(*) from cases"))[0] == (1,)
    lesser, graver = (one for (one,) in await house.sql("select id from flags order by severity"))
    assert (await house.decide(room.supervisor, lesser, "refuse", "personal_detail")).status == 200
    assert [row[0] for row in await state(house)] == ["open"]
    await look(house)
    assert (await house.sql(PAGES))[-1][0] == 2  # it rings
    assert (await house.decide(room.supervisor, graver, "acknowledge", "serious")).status == 200
    assert [row[::2] for row in await state(house)] == [("acknowledged", room.supervisor.id)]
    assert (await julien.say(room, "Bonjour"))["ok"]
    assert case


async def test_what_joins_while_a_flag_is_decided_is_not_over_with_it(house: House) -> None:
    """The case is locked by who writes the second flag, so who decides the first did not know of it."""
    room, _ = await worried(house, NUMBER)
    ((first,),) = await house.sql("select id from flags")
    raw = await house.bound.connect_raw()
    try:
        async with raw.transaction():
            await raw.execute("select set_config('binome.organisations', '*', true)")
            await house.capabilities.flags.insert(raw, [_flag(house, room, 3)])
            deciding = asyncio.create_task(house.decide(room.supervisor, first, "refuse", "personal_detail"))
            async with asyncio.timeout(10):
                while not await house.sql(WAITS):
                    await asyncio.sleep(0.01)
    finally:
        await raw.close()
    assert (await deciding).status == 200
    assert [row[0] for row in await state(house)] == ["acknowledged"]  # not closed: one of its flags waits
    ((second,),) = await house.sql("select id from flags where state = 'open'")
    assert (await house.decide(room.supervisor, second, "acknowledge", "other")).status == 200
    assert [row[0] for row in await state(house)] == ["closed"]


async def test_where_nobody_is_outside_the_top_is_the_whole_house(house: House) -> None:
    """One professional, who sleeps; the admin is awake."""
    alice = await house.person(Role.ADMIN, "Alice")
    room, _ = await worried(house)
    for _ in range(3):
        house.clock.advance(300)
        await look(house)
    claire = room.supervisor.id
    assert await house.sql(PAGES) == [
        (1, 0, [claire]),
        (1, 1, [claire]),
        (1, 2, [claire]),
        (1, 3, [claire, alice.id]),
    ]


async def test_a_plan_that_cannot_be_read_silences_nothing(house: House) -> None:
    """It came with a backup from a machine that knew another time zone."""
    alice = await house.person(Role.ADMIN, "Alice")
    room, _ = await worried(house)
    await house.sql("update organisations set zone = 'Europe/Atlantis'")
    house.clock.advance(300)
    await look(house)
    assert await house.sql(PAGES) == [(1, 0, [room.supervisor.id]), (1, 1, [room.supervisor.id, alice.id])]


async def test_who_was_taken_out_stops_no_ladder(house: House) -> None:
    alice = await house.person(Role.ADMIN, "Alice")
    _, case = await worried(house)
    contact, token = new_id(), "of-this-test-alone-" * 2
    await house.sql(
        "insert into outside_contacts (id, organisation_id, name, phone, made_by, made_at)"
        " values (:id, :where, 'Astreinte', '+33600000000', :by, :at)",
        id=contact,
        where=house.north.id,
        by=alice.id,
        at=house.clock.now(),
    )
    await house.sql("update case_pages set outside = :id, link_hash = :hash", id=contact, hash=hash_token(token))
    assert (await house.site.ask("GET", f"/api/v1/heard/{token}", None)).status == 200
    assert (await house.ask(alice, "DELETE", f"/api/v1/reach/contacts/{contact}")).status in (200, 204)
    for method in ("GET", "POST"):
        assert (await house.site.ask(method, f"/api/v1/heard/{token}", None)).status == 404
    assert [row[0] for row in await state(house)] == ["open"]
    assert case


async def test_what_somebody_outside_took_is_in_no_closed_hands(house: House) -> None:
    """The professional of the pair has left, and nobody was put in their place yet."""
    samir = await house.person(Role.SUPERVISOR, "Samir")
    await house.capabilities.escalation.pager.stop()
    room = await house.room()
    await house.capabilities.people.accounts.disable(house.north.id, room.supervisor.id)
    julien = await house.open(room.mentor)
    assert (await julien.say(room, NUMBER))["ok"]
    await look(house)
    token = "of-this-test-alone-" * 2
    await house.sql("update case_pages set outside = :id, link_hash = :hash", id=new_id(), hash=hash_token(token))
    assert (await house.site.ask("POST", f"/api/v1/heard/{token}", None)).status == 200
    assert await state(house) == [("acknowledged", 1, None)]
    (case,) = (await house.ask(samir, "GET", "/api/v1/cases?state=living")).body["cases"]
    assert case["sight"] == "whole"


async def test_a_clock_that_was_ahead_swallows_no_call_for_help(house: House) -> None:
    """The first was taken, by somebody, at a wrong hour; the second is another one."""
    room = await house.room()
    lea = await house.open(room.mentee)
    assert (await lea.call("help:now", {}))["ok"]
    ((case_id,),) = await house.sql("select id from cases")
    await taken(house, f"/api/v1/cases/{case_id}", room.supervisor)
    clock: Any = house.clock
    clock._now -= timedelta(hours=3)
    assert (await lea.call("help:now", {}))["ok"]
    assert sorted(row[0] for row in await state(house)) == ["acknowledged", "open"]


def _id(case: str) -> Any:
    return UUID(case.rpartition("/")[2])


def _flag(house: House, room: Room, severity: int) -> NewFlag:
    return NewFlag(
        id=new_id(),
        organisation_id=house.north.id,
        supervisor_id=room.supervisor.id,
        pair_id=room.pair.id,
        room_id=room.id,
        seq=None,
        author_id=room.mentor.id,
        category="grooming",
        severity=severity,
        action="deliver",
        labels=(),
        excerpt="x",
        engine="test",
        raised_at=house.clock.now(),
        alert=True,
    )


async def _graver(house: House, room: Room) -> None:
    """The same author, in the same pair, says what is graver."""
    raw = await house.bound.connect_raw()
    try:
        async with raw.transaction():
            await raw.execute("select set_config('binome.organisations', '*', true)")
            await house.capabilities.flags.insert(raw, [_flag(house, room, 4)])
    finally:
        await raw.close()
