"""``binome export``, ``erase`` and ``retention`` as an operator types them, beside whatever serves the database."""

import asyncio
import json
import sys
import zipfile
from asyncio.subprocess import DEVNULL
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from server.infra.database import Database
from tests.processes import environment, run, short_folder
from tests.support.roles import bound_url
from tests.support.rooms import organisation, room, sql


@pytest.fixture
def folder() -> Iterator[Path]:
    with short_folder() as folder:
        yield folder


async def test_from_a_copy_to_nothing(database: Database, folder: Path) -> None:
    pair = await room(database, await organisation(database))
    await sql(database, "update accounts set login = 'lea' where id = :id", id=pair.mentee.id)
    env = environment(folder / "data", database_url=bound_url(database.engine.url))
    out = folder / "lea.zip"

    done = run("export", "--login", "LEA", "--out", str(out), env=env)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(out) as archive:
        assert json.loads(archive.read("data.json"))["sections"]["account"][0]["login"] == "lea"
    assert out.stat().st_mode & 0o777 == 0o600
    read = "select by_id, entry::jsonb #>> '{detail,how}' from audit_entries where act = 'data.read'"
    assert await sql(database, read) == [(None, "operator")]  # it stands in Léa's journal

    unsaid = run("erase", "--login", "lea", env=env)
    assert (unsaid.returncode, unsaid.stderr) == (2, "binome: not done; say --yes, or answer yes\n")
    assert "  accounts: 1 made nobody's" in unsaid.stdout.splitlines()
    assert await sql(database, "select count(*) from accounts where erased_at is not null") == [(0,)]
    gone = run("erase", "--login", "lea", "--yes", env=env)
    assert gone.returncode == 0, gone.stderr
    assert await sql(database, "select id from accounts where erased_at is not null") == [(pair.mentee.id,)]

    dry = run("retention", "--dry-run", env=env)
    assert dry.returncode == 0, dry.stderr
    assert "  conversations: 0 older than 730 days" in dry.stdout.splitlines()
    assert "Of no organisation: guesses: 0 would go" in dry.stdout.splitlines()


async def test_an_erasure_that_is_killed_has_changed_nothing(database: Database, folder: Path) -> None:
    """And is given again. It is held up where all of it but its end is done, by a lock on what comes late."""
    pair = await room(database, await organisation(database))
    await sql(
        database,
        "insert into suspensions (id, organisation_id, account_id, why, since, by_id, lifted_at, lifted_by)"
        " select gen_random_uuid(), organisation_id, mentor_id, 'other', created_at, supervisor_id, now(),"
        " supervisor_id from pairs",
    )
    env = environment(folder / "data", database_url=bound_url(database.engine.url))
    state = (
        "select name, erased_at, (select count(*) from audit_entries), (select count(*) from jobs.pgqueuer),"
        " (select state from pairs), (select why from suspensions) from accounts where id = :id"
    )
    before = await sql(database, state, id=pair.mentor.id)
    erase = ("erase", "--id", str(pair.mentor.id), "--yes")
    async with database.everywhere() as conn:
        await conn.execute(text("select from suspensions for update"))
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "server", *erase), env=env, stdout=DEVNULL, stderr=DEVNULL
        )
        while not (await sql(database, "select count(*) from pg_locks where not granted"))[0][0]:
            assert process.returncode is None
            await asyncio.sleep(0.02)
        process.kill()
        await process.wait()
    assert await sql(database, state, id=pair.mentor.id) == before
    again = run(*erase, env=env)
    assert again.returncode == 0, again.stderr
    ((name, erased, entries, waiting, closed, why),) = await sql(database, state, id=pair.mentor.id)
    assert (name, erased is not None, closed, why) == ("Quelqu’un qui est parti", True, "closed", "")
    assert (entries - before[0][2], waiting) == (2, 1)  # that the pair is over and that they are forgotten; once more
