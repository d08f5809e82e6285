"""The server's role is held by row-level security, or there is no server: on a database of one's own as on the embedded
one, also in a data folder of before there were two roles."""

import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text

from server.doctor import examine
from server.infra import grants, migrate
from server.infra.data_folder import DataFolder
from server.infra.database import Database
from server.infra.embedded_postgres import EmbeddedPostgres
from server.infra.open_database import HOW, open_database
from server.infra.postgres_roles import OWNER, SERVER, Urls
from server.kernel.ground import GroundError
from server.settings import Settings
from tests.conftest import Postgres
from tests.processes import Server, environment, run
from tests.support.roles import bound_url, name

PASSWORD = "postgres.server.password"


@pytest.fixture
def cluster(folder: Path) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL of this test's own, started once and stopped."""
    data = DataFolder(folder / "data")
    data.open()
    runner = EmbeddedPostgres(data)
    runner.start()
    runner.stop()
    yield runner
    runner.stop()
    data.close()


async def answers(urls: Urls) -> list[str]:
    """As whom each of the two connects."""
    names = []
    for url in (urls.owner, urls.server):
        connection = await asyncpg.connect(url)
        names.append(await connection.fetchval("select current_user"))
        await connection.close()
    return names


class TestEmbedded:
    async def test_a_folder_of_when_there_was_one_role_gets_the_other(
        self, cluster: EmbeddedPostgres, folder: Path
    ) -> None:
        cluster._tell_single_user(folder / "data" / "postgres", f"DROP ROLE {SERVER}")
        (folder / "data" / PASSWORD).unlink()
        owners = (folder / "data" / "postgres.password").read_text()
        cluster.start()
        assert await answers(cluster.urls) == [OWNER, SERVER]
        assert (folder / "data" / "postgres.password").read_text() == owners
        assert (folder / "data" / PASSWORD).stat().st_mode & 0o777 == 0o600

    async def test_broken_off_before_its_password_was_kept(self, cluster: EmbeddedPostgres, folder: Path) -> None:
        """The role is there, and so is half a file."""
        file = folder / "data" / PASSWORD
        before = file.read_text()
        file.rename(file.with_name(f"{PASSWORD}.part"))
        cluster.start()
        assert await answers(cluster.urls) == [OWNER, SERVER]
        assert file.read_text() != before
        assert sorted(path.name for path in (folder / "data").glob("postgres.*password*")) == [
            "postgres.password",
            PASSWORD,
        ]

    async def test_what_a_role_may_be_is_seen(self, cluster: EmbeddedPostgres, folder: Path) -> None:
        options = {
            "plain": "",
            "chief": "SUPERUSER",
            "seer": "BYPASSRLS",
            "maker": "CREATEROLE",
            "copier": "REPLICATION",
            "climber": "IN ROLE chief",
            "runner": "IN ROLE pg_execute_server_program",
            "heir": f"IN ROLE {OWNER}",
            "hidden_heir": f"NOINHERIT IN ROLE {OWNER}",
        }
        cluster._tell_single_user(
            folder / "data" / "postgres",
            *(f"CREATE ROLE {role} LOGIN PASSWORD 'x' {option}" for role, option in options.items()),
        )
        cluster.start()
        owner = Database(cluster.urls.owner)
        assert await grants.unbound(owner) == (OWNER, "owns the database")
        await migrate.upgrade(owner)
        found = {OWNER: (await grants.unbound(owner))[1]}
        for role in options:
            url = owner.engine.url.set(drivername="postgresql", username=role, password="x")
            database = Database(url.render_as_string(hide_password=False))
            found[role] = (await grants.unbound(database))[1]
            await database.close()
        await owner.close()
        assert found == {
            OWNER: "owns the tables",
            "plain": None,
            "chief": "is a superuser",
            "seer": "may bypass row-level security",
            "maker": "may make roles",
            "copier": "may copy the whole database",
            "climber": "may become a superuser",
            "runner": "may reach the files of PostgreSQL",
            "heir": "owns the tables",
            "hidden_heir": "owns the tables",
        }


def test_a_server_of_before_is_updated_by_a_start(make_server: Callable[..., Server]) -> None:
    """A kill in the midst of it included."""
    server = make_server()
    server.start()
    made = run("admin", "create", "--organisation", "A", "--login", "chef", "--generate", env=server.env)
    assert made.returncode == 0, made.stderr
    server.signal(signal.SIGTERM)
    server.wait()
    (server.data / PASSWORD).unlink()
    server.start(ready=False)
    server.signal(signal.SIGKILL)
    server.wait()
    server.start()
    again = run("admin", "create", "--organisation", "A", "--login", "chef", "--generate", env=server.env)
    assert (again.returncode, "login" in again.stderr) == (2, True)


@pytest.fixture
async def empty(postgres: Postgres) -> AsyncIterator[str]:
    """A database that no migration has touched, as its owner."""
    url = await postgres.create("template0")
    yield url
    await postgres.drop(url)


async def told(server: str, owner: str | None = None) -> str | None:
    """The line that a start ends with; None when there is nothing to say."""
    async with AsyncExitStack() as running:
        try:
            await open_database(Settings(database_url=server, database_owner_url=owner), running)
        except GroundError as error:
            return str(error)
    return None


class TestElsewhere:
    async def test_the_owner_migrates_and_the_server_serves(self, empty: str) -> None:
        assert await told(bound_url(empty), empty) is None
        assert await told(bound_url(empty), empty) is None
        assert await told(bound_url(empty)) is None  # it needs no owner until the next version

    async def test_the_owner_does_not_serve(self, empty: str) -> None:
        line = (
            "the role binome of BINOME_DATABASE_URL {}, so nothing would keep organisations apart; give the server a "
            f"role of its own, and this one to BINOME_DATABASE_OWNER_URL ({HOW})"
        )
        assert await told(empty) == line.format("owns the database")
        assert await told(empty, empty) == line.format("owns the tables")

    async def test_tables_that_are_not_there_are_the_owners_to_make(self, empty: str, postgres: Postgres) -> None:
        at = f"the database is at nothing, this Binôme wants {migrate.head()}: "
        assert await told(bound_url(empty)) == (
            f"{at}set BINOME_DATABASE_OWNER_URL, and the next start brings it there ({HOW})"
        )
        owner = Database(empty)
        await migrate.upgrade(owner)  # by hand, by somebody who did not give it on
        await owner.close()
        assert await told(bound_url(empty)) == (
            f"the role {name()} of BINOME_DATABASE_URL was given nothing of the database yet: "
            f"set BINOME_DATABASE_OWNER_URL, and the next start sees to it ({HOW})"
        )
        other = await postgres.create("template0")
        blank = await postgres.create("template0")
        assert await told(bound_url(blank), other) == (
            f"{at}BINOME_DATABASE_URL and BINOME_DATABASE_OWNER_URL lead to two databases; let them lead to one"
        )
        await postgres.drop(other)
        await postgres.drop(blank)

    async def test_the_doctor_says_so(self, empty: str) -> None:
        for url, state in ((empty, "fix"), (bound_url(empty), "ok")):
            findings = {finding.what: finding.state for finding in await examine(Settings(database_url=url))}
            assert findings["role"] == state

    async def test_the_doctor_finds_rights_that_went_wrong(self, database: Database) -> None:
        url = bound_url(database.engine.url)
        assert await self._role(url) == "ok"
        async with database.everywhere() as conn:
            await conn.execute(text(f"revoke insert on messages from {name()}"))
        assert await self._role(url) == "fix"
        async with database.everywhere() as conn:
            await conn.execute(text(f"revoke all on all tables in schema public from {name()}"))
        assert await self._role(url) == "fix"

    async def _role(self, url: str) -> str:
        return {finding.what: finding.state for finding in await examine(Settings(database_url=url))}["role"]

    def test_the_command_says_it_in_one_line(self, empty: str, folder: Path) -> None:
        done = run("serve", env=environment(folder / "data", database_url=empty))
        lines = [line for line in done.stderr.splitlines() if not line.startswith("{")]
        assert (done.returncode, done.stdout, len(lines)) == (2, "", 1)
        assert lines[0].startswith("binome: the role binome of BINOME_DATABASE_URL owns the database, so")


async def test_what_was_given_is_made_right_again(database: Database) -> None:
    """Too little or too much, by hand or by a table that came later; and the second time there is nothing to do."""
    role = name()
    at = database.engine.url.database
    assert await grants.grant(database, role) == [f"REVOKE TEMPORARY ON DATABASE {at} FROM PUBLIC, "]  # it is a copy
    async with database.everywhere() as conn:
        await conn.execute(text("create table later (id bigserial primary key)"))
        await conn.execute(text("create function for_all() returns int language sql as 'select 1'"))
        await conn.execute(text("grant execute on function audit_chain() to public"))
        await conn.execute(text(f"grant create on schema jobs to {role}"))
        await conn.execute(text(f"revoke insert on messages from {role}"))
        await conn.execute(text(f"grant truncate, trigger on messages to {role}"))
        await conn.execute(text(f"grant update on alembic_version to {role}"))
    assert sorted(await grants.grant(database, role)) == [
        "GRANT DELETE ON TABLE public.later TO ",
        "GRANT EXECUTE ON FUNCTION for_all() TO ",
        "GRANT INSERT ON TABLE public.later TO ",
        "GRANT INSERT ON TABLE public.messages TO ",
        "GRANT SELECT ON TABLE public.later TO ",
        "GRANT UPDATE ON TABLE public.later TO ",
        "GRANT USAGE ON SEQUENCE public.later_id_seq TO ",
        "REVOKE CREATE ON SCHEMA jobs FROM PUBLIC, ",
        "REVOKE EXECUTE ON FUNCTION audit_chain() FROM PUBLIC, ",
        "REVOKE EXECUTE ON FUNCTION for_all() FROM PUBLIC, ",
        "REVOKE TRIGGER ON TABLE public.messages FROM ",
        "REVOKE TRUNCATE ON TABLE public.messages FROM ",
        "REVOKE UPDATE ON TABLE public.alembic_version FROM ",
    ]
    assert await grants.grant(database, role) == []
    async with database.everywhere() as conn:
        await conn.execute(text("comment on table later is 'append-only'"))
    assert sorted(await grants.grant(database, role)) == [
        "REVOKE DELETE ON TABLE public.later FROM ",
        "REVOKE UPDATE ON TABLE public.later FROM ",
    ]
