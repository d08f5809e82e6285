"""Planned sessions: what lies ahead of a pair, and what does not."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from server.agenda.store import MAX_UPCOMING, PlannedSession, plan, upcoming
from server.agenda.tables import planned_sessions
from server.infra.database import Database
from server.kernel.errors import BadRequest
from server.kernel.identifiers import new_id
from server.pairs.rules import Pair, State
from tests.support.world import START, World, world


@pytest.fixture
async def here(database: Database) -> AsyncIterator[World]:
    async with world(database, sign_in=()) as made:
        yield made


@pytest.fixture
async def pair(here: World) -> Pair:
    return await here.pair(here.north, "julien", "lea", "claire", State.ACTIVE)


async def planned(here: World, pair: Pair, starts_at: datetime, minutes: int = 45, **more: Any) -> PlannedSession:
    given: dict[str, Any] = {"title": "Préparer la lettre", "zone": "Europe/Paris", "now": START - timedelta(days=9)}
    async with here.database.everywhere() as conn:
        return await plan(
            conn, pair, starts_at=starts_at, minutes=minutes, created_by=here.north.id("julien"), **(given | more)
        )


async def ahead(here: World, *pairs: Pair) -> list[PlannedSession]:
    async with here.database.everywhere() as conn:
        return await upcoming(conn, [pair.id for pair in pairs], START)


async def test_what_lies_ahead_the_next_first(here: World, pair: Pair) -> None:
    other = await here.pair(here.north, "nadia", "yanis", "claire", State.ACTIVE)
    elsewhere = await here.pair(here.south, "julien", "lea", "claire", State.ACTIVE)
    later = await planned(here, pair, START + timedelta(days=2))
    running = await planned(here, pair, START - timedelta(minutes=44), title="  En cours ")
    soon = await planned(here, other, START + timedelta(hours=1), zone="Indian/Reunion")
    await planned(here, pair, START - timedelta(minutes=45))
    await planned(here, elsewhere, START + timedelta(days=1))
    assert await ahead(here, pair, other) == [running, soon, later]
    assert await ahead(here, pair) == [running, later]
    assert await ahead(here) == []
    assert (running.title, soon.zone, later.starts_at) == ("En cours", "Indian/Reunion", START + timedelta(days=2))


async def test_what_was_cancelled_does_not(here: World, pair: Pair) -> None:
    gone = await planned(here, pair, START + timedelta(days=1))
    kept = await planned(here, pair, START + timedelta(days=1))
    async with here.database.everywhere() as conn:
        await conn.execute(update(planned_sessions).where(planned_sessions.c.id == gone.id).values(cancelled_at=START))
    assert await ahead(here, pair) == [kept]


async def test_an_instant_is_kept_whatever_zone_it_was_given_in(here: World, pair: Pair) -> None:
    given = datetime.fromisoformat("2026-12-24T18:30:00+11:00")
    await planned(here, pair, given, zone="Pacific/Noumea")
    (read,) = await ahead(here, pair)
    assert (read.starts_at, read.starts_at.tzinfo, read.zone) == (given, UTC, "Pacific/Noumea")


async def test_the_list_has_an_end(here: World, pair: Pair) -> None:
    async with here.database.everywhere() as conn:
        for day in range(MAX_UPCOMING + 1):
            await plan(
                conn,
                pair,
                title="x",
                starts_at=START + timedelta(days=day + 1),
                minutes=30,
                zone="UTC",
                created_by=here.north.id("lea"),
                now=START,
            )
    assert len(await ahead(here, pair)) == MAX_UPCOMING


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"zone": "Paris"}, "zone"),
        ({"title": " "}, "title"),
        ({"minutes": 4}, "minutes"),
        ({"minutes": 481}, "minutes"),
        ({"now": START + timedelta(days=3)}, "starts_at"),
    ],
)
async def test_bad_input_plans_nothing(here: World, pair: Pair, fields: dict[str, Any], field: str) -> None:
    with pytest.raises(BadRequest) as refused:
        await planned(here, pair, **({"starts_at": START + timedelta(days=2)} | fields))
    assert refused.value.field == field
    assert await ahead(here, pair) == []


async def test_a_naive_instant_is_refused(here: World, pair: Pair) -> None:
    with pytest.raises((TypeError, BadRequest)):
        await planned(here, pair, datetime(2026, 12, 24, 18, 30))  # noqa: DTZ001 - that is the point


async def test_a_pair_that_is_not_there_plans_nothing(here: World, pair: Pair) -> None:
    ghost = Pair(new_id(), pair.organisation_id, pair.mentor_id, pair.mentee_id, pair.supervisor_id, State.ACTIVE)
    with pytest.raises(Exception, match="planned_sessions_pair_id_fkey"):
        await planned(here, ghost, START + timedelta(days=1))
