"""``binome export``, ``erase`` and ``retention`` as an operator types them, beside whatever serves the database."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

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
