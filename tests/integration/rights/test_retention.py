"""Retention over years: what is too old goes, what goes on stays, a legal hold keeps it, a dry run says the same."""

from collections import Counter
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from server.kernel.identifiers import new_id
from server.kernel.permissions import Role
from server.rights import retention
from server.rights.holds import NewHold
from tests.support.rooms import House, Room

DAY = 86_400


async def closed_pair(house: House) -> Room:
    """A pair that talked, and is over today."""
    room = await house.room()
    lea, julien = await house.open(room.mentee), await house.open(room.mentor)
    for body in ("salut", "à bientôt"):
        await lea.say(room, body)
        await julien.say(room, body)
    await house.sql("update pairs set state = 'closed', closed_at = :at where id = :pair", at=house.clock.now(),
                    pair=room.pair.id)  # fmt: skip
    return room


async def plan(house: House) -> dict[str, tuple[int, int]]:
    """(would go, held) of each purpose that has any."""
    lines = await house.capabilities.data.retention.dry_run(house.north.id)
    return {line.purpose.name: (line.count, line.held) for line in lines if line.count or line.held}


async def night(house: House) -> dict[str, int]:
    return dict(await house.capabilities.data.retention.run_for(house.north.id))


async def count(house: House, table: str, where: str = "true", **more: Any) -> int:
    return int((await house.sql(f"select count(*) from {table} where {where}", **more))[0][0])  # noqa: S608 - a test's


async def test_over_the_years(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 3)  # so that it takes several
    over, living = await closed_pair(house), await house.room()
    await (await house.open(living.mentee)).say(living, "encore là")
    assert await plan(house) == {}
    house.clock.advance(729 * DAY)
    assert "conversations" not in await plan(house)
    house.clock.advance(2 * DAY)
    expected = await plan(house)
    assert expected["conversations"] == (4, 0)
    assert expected["people"] == (2, 0)  # the two, and nobody of the living pair
    done = await night(house)
    assert {purpose: rows for purpose, (rows, _) in expected.items()} == done
    assert await count(house, "messages", "room_id = :room", room=over.id) == 0
    assert await count(house, "messages", "room_id = :room", room=living.id) == 1
    forgotten = await house.sql("select id from accounts where erased_at is not null")
    assert {over.mentor.id, over.mentee.id} <= {who for (who,) in forgotten}
    assert not {living.mentor.id, living.mentee.id, over.supervisor.id} & {who for (who,) in forgotten}
    assert await night(house) == {"people": 1}  # whose guardian is a guardian of nobody now
    assert await plan(house) == {}
    assert await night(house) == {}  # again changes nothing
    # In the trail with each batch: a night that is broken off has said what it did.
    told = Counter[str]()
    for (entry,) in await house.sql("select entry from audit_entries where act = 'retention.done'"):
        told.update(msgspec.json.decode(entry)["detail"])
    assert {"people": 2, **told} == done


async def test_a_hold_keeps_it_and_then_it_goes(house: House) -> None:
    room, nora = await closed_pair(house), await house.person(Role.ADMIN, "Nora")
    holds = house.capabilities.data.holds
    until = house.clock.now() + timedelta(days=800)
    await holds.place(nora.principal, NewHold(room.mentee.id, None, "plainte", until))
    house.clock.advance(760 * DAY)
    assert (await plan(house))["conversations"] == (0, 4)
    await night(house)
    assert await count(house, "messages") == 4
    assert await count(house, "accounts", "id = :id and erased_at is null", id=room.mentee.id) == 1
    house.clock.advance(50 * DAY)
    await holds.run({})
    await night(house)
    assert await count(house, "messages") == 0
    assert await count(house, "accounts", "id = :id and erased_at is null", id=room.mentee.id) == 0


async def test_an_admin_sets_periods_within_the_bounds(house: House) -> None:
    room, nora = await closed_pair(house), await house.person(Role.ADMIN, "Nora")
    path = "/api/v1/data/retention"
    for days in (89, 731):
        body = {"purpose": "conversations", "days": days}
        assert (await house.ask(nora, "PUT", path, body)).status == 400
    assert (await house.ask(nora, "PUT", path, {"purpose": "secrets", "days": 100})).status == 400
    assert (await house.ask(nora, "PUT", path, {"purpose": "conversations", "days": 90})).status == 204
    house.clock.advance(91 * DAY)
    await house.sql("update auth_sessions set expires_at = :at", at=house.clock.now() + timedelta(days=1))
    fresh = await house.person(Role.ADMIN, "Omar")
    purposes = {one["purpose"]: one for one in (await house.ask(fresh, "GET", path)).body["purposes"]}
    assert (purposes["conversations"]["days"], purposes["conversations"]["count"]) == (90, 4)
    await night(house)
    assert await count(house, "messages", "room_id = :room", room=room.id) == 0


async def test_a_hold_is_told_unless_that_waits(house: House) -> None:
    room, nora = await house.room(), await house.person(Role.ADMIN, "Nora")
    holds, now = house.capabilities.data.holds, house.clock.now()
    until, later = now + timedelta(days=60), now + timedelta(days=10)
    await holds.place(nora.principal, NewHold(None, room.pair.id, "enquête", until))
    await holds.place(nora.principal, NewHold(room.mentor.id, None, "enquête", until, later, "ne pas prévenir"))
    assert await count(house, "account_notices", "kind = 'hold_placed'") == 2
    await holds.run({})
    assert await count(house, "account_notices", "kind = 'hold_placed'") == 2
    house.clock.advance(11 * DAY)
    await holds.run({})
    await holds.run({})
    assert await count(house, "account_notices", "kind = 'hold_placed'") == 3
    house.clock.advance(60 * DAY)
    await holds.run({})
    assert await count(house, "account_notices", "kind = 'hold_ended'") == 3


async def test_the_end_of_a_hold_is_told_on_the_day_that_it_was_put_off_to(house: House) -> None:
    """Also when it ran out on that very day, or an admin ended it before."""
    room, nora = await house.room(), await house.person(Role.ADMIN, "Nora")
    holds, now = house.capabilities.data.holds, house.clock.now()
    later, why = now + timedelta(days=10), "ne pas prévenir"
    await holds.place(nora.principal, NewHold(room.mentor.id, None, "enquête", later, later, why))
    await holds.place(nora.principal, NewHold(room.mentee.id, None, "enquête", now + timedelta(days=60), later, why))
    house.clock.advance(DAY)
    (early,) = await house.sql("select id from legal_holds where account_id = :id", id=room.mentee.id)
    await holds.end(nora.principal, early[0])
    await holds.run({})
    assert await count(house, "account_notices", "kind like 'hold_%'") == 0
    house.clock.advance(9 * DAY)
    for _ in range(2):
        await holds.run({})
    told = await house.sql("select account_id, kind from account_notices where kind like 'hold_%'")
    assert sorted(told) == sorted([(room.mentor.id, "hold_ended"), (room.mentee.id, "hold_ended")])


async def test_a_hold_on_a_pair_keeps_that_pair_and_its_two_from_being_forgotten(house: House) -> None:
    """And nothing else of them: what they said elsewhere, and what is about one of them alone, goes on its day."""
    room, nora = await closed_pair(house), await house.person(Role.ADMIN, "Nora")
    other = await house.room(mentee=room.mentee)
    await (await house.open(room.mentee)).say(other, "ailleurs")
    await house.sql("update pairs set state = 'closed', closed_at = :at", at=house.clock.now())
    await house.sql(
        "insert into account_notices (id, organisation_id, account_id, kind, facts, at)"
        " values (gen_random_uuid(), :org, :who, 'pair_back', '{}', :at)",
        org=house.north.id,
        who=room.mentee.id,
        at=house.clock.now(),
    )
    holds = house.capabilities.data.holds
    await holds.place(nora.principal, NewHold(None, room.pair.id, "plainte", house.clock.now() + timedelta(days=800)))
    house.clock.advance(760 * DAY)
    assert (await plan(house))["conversations"] == (1, 4)
    await night(house)
    assert await house.sql("select distinct room_id from messages") == [(room.id,)]
    assert await count(house, "account_notices", "account_id = :who", who=room.mentee.id) == 0
    left = await house.sql("select id from accounts where erased_at is null and role in ('mentor', 'mentee')")
    assert {who for (who,) in left} == {room.mentor.id, room.mentee.id}


async def test_what_somebody_asked_to_put_aside_does_not_go(house: House) -> None:
    room = await closed_pair(house)
    body = {"id": str(new_id()), "kind": "restriction"}
    assert (await house.ask(room.mentee, "POST", "/api/v1/data/requests", body)).status == 204
    house.clock.advance(760 * DAY)
    assert (await plan(house))["conversations"] == (0, 4)
    await night(house)
    assert await count(house, "messages") == 4
    assert await count(house, "accounts", "id = :id and erased_at is null", id=room.mentee.id) == 1
    await house.sql("update restrictions set until = :at, ended_by = account_id", at=house.clock.now())
    await night(house)
    assert await count(house, "messages") == 0
