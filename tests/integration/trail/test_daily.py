"""The head of each day: kept once a day by the organisation's own midnight, in the database and in a file beside it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from server.infra.database import Database
from server.kernel.clock import ManualClock
from server.kernel.ground import GroundError
from server.kernel.identifiers import new_id
from server.people.everyone import all_organisations
from server.people.store import Organisation, insert_organisation
from server.trail import heads
from server.trail.acts import Act
from server.trail.daily import DailyHeads
from server.trail.record import record
from tests.support.roles import bound
from tests.support.trails import chain, faults, organisation, sql

EVENING = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)  # 23:30 in Paris, 02:30 of the next day in Saint-Denis


async def test_each_day_once_by_the_clock_of_the_place(database: Database, tmp_path: Path) -> None:
    paris = await chain(database, 2, "Paris")
    await organisation(database, "Silent")
    reunion = Organisation(new_id(), "Réunion", "RE", "Indian/Reunion")
    async with database.everywhere() as conn:
        await insert_organisation(conn, reunion)
        await record(conn, reunion.id, EVENING, Act.SESSION_OPENED, by=new_id())
    clock, server = ManualClock(EVENING), bound(database)

    async def zones(conn: object) -> dict[UUID, str]:
        async with server.everywhere() as own:
            return {one.id: one.zone for one in await all_organisations(own)}

    daily = DailyHeads(server, clock, zones, tmp_path)

    async def days() -> list[tuple[str, str, int]]:
        rows = await sql(
            database, "select name, day::text, sequence from audit_day_heads join organisations on id = organisation_id"
        )
        return sorted(rows)

    try:
        for _ in range(2):
            await daily.run({})
        assert await days() == [("Paris", "2026-11-21", 2), ("Réunion", "2026-11-22", 1)]
        clock.advance(3600)
        async with database.begin(paris.id) as conn:
            await record(conn, paris.id, clock.now(), Act.SESSION_ENDED, by=new_id())
        await daily.run({})
        assert ("Paris", "2026-11-22", 3) in await days()
        clock.advance(timedelta(days=3).total_seconds())  # nothing ran meanwhile
        await daily.run({})
        assert [row for row in await days() if row[0] == "Paris"][2:] == [("Paris", "2026-11-25", 3)]
    finally:
        await server.close()
    kept = heads.read(tmp_path / heads.FILE)
    assert sorted((head.organisation, head.sequence) for head in kept) == sorted(
        [(paris.id, 2), (paris.id, 3), (paris.id, 3), (reunion.id, 1), (reunion.id, 1)]
    )
    assert await faults(database, paris, *kept, only=True) == []


async def test_a_line_that_was_cut_off_is_written_again(database: Database, tmp_path: Path) -> None:
    north = await chain(database, 1)
    async with database.everywhere() as conn:
        await heads.keep(conn, {north.id: EVENING.date()}, EVENING)
        known = await heads.lines(conn)
    assert heads.append(tmp_path, known) == 1
    path = tmp_path / heads.FILE
    path.write_text(path.read_text()[:-30])
    assert heads.append(tmp_path, known) == 1
    assert heads.append(tmp_path, known) == 0
    assert path.read_text().splitlines()[1:] == known
    assert [head.sequence for head in heads.read(path)] == [1]  # what was cut off hinders nobody who verifies
    path.write_text(path.read_text() + "2026-11-22 nobody")
    with pytest.raises(GroundError, match="line 3 of"):
        heads.read(path)


async def test_a_file_that_could_not_be_written_is_written_later(database: Database, tmp_path: Path) -> None:
    """By the next run, though the database has the heads already; then it is left alone until a day ends."""
    north, clock = await chain(database, 1), ManualClock(EVENING)

    async def zones(_conn: object) -> dict[UUID, str]:
        return {north.id: "Europe/Paris"}

    daily, file = DailyHeads(database, clock, zones, tmp_path), tmp_path / heads.FILE
    file.parent.write_text("in the way of the folder")
    with pytest.raises(OSError, match="audit"):
        await daily.run({})
    file.parent.unlink()
    await daily.run({})
    assert len(heads.read(file)) == 1
    file.unlink()
    await daily.run({})
    assert not file.exists()
    clock.advance(86_400)
    await daily.run({})
    assert len(heads.read(file)) == 2
