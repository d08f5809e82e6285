"""A real PostgreSQL for whoever asks: one cluster a session, one fresh migrated database a test."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from itertools import count

import asyncpg
import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy.engine import make_url

from server.infra import grants, migrate
from server.infra.data_folder import DataFolder
from server.infra.database import Database
from server.infra.embedded_postgres import EmbeddedPostgres
from server.infra.postgres_roles import new_password
from tests.processes import short_folder
from tests.support import roles

# Other tests and other work share the machine, so time says nothing here; load_tests measures it.
settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared")

# Nothing of a test outlives it, so nothing need reach the disk. Fault tests run a server of their own instead.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "autovacuum": "off",
}
# The tests make databases, and end sessions of the server.
OWNER_OPTIONS = "CREATEDB IN ROLE pg_read_all_stats, pg_signal_backend"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """With BINOME_TEST_STRICT, which CI sets, a skipped test is a failure; this says so, and the exit code is set
    below."""
    for report in _skipped(terminalreporter.config):
        terminalreporter.write_line(f"NOT RUN: {report}", red=True)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.exitstatus == pytest.ExitCode.OK and _skipped(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _skipped(config: pytest.Config) -> list[str]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if not os.environ.get("BINOME_TEST_STRICT") or reporter is None:
        return []
    skipped = [report for report in reporter.stats.get("skipped", []) if isinstance(report.longrepr, tuple)]
    return [f"{report.nodeid}: {report.longrepr[2]}" for report in skipped]


@dataclass
class Postgres:
    """The cluster of this test session. ``url`` is its maintenance database; the role may create databases, and owns
    all tables. The server of a test uses another role (``tests/support/roles.py``)."""

    url: str
    template: str
    _numbers: Iterator[int] = field(default_factory=count)

    def url_of(self, name: str) -> str:
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    async def create(self, template: str | None = None) -> str:
        """A new database, a copy of ``template`` (default: the migrated one). Returns its URL."""
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        await self._run(f'create database "{name}" template "{template or self.template}" strategy file_copy')
        return self.url_of(name)

    async def drop(self, url: str) -> None:
        await self._run(f'drop database if exists "{make_url(url).database}" with (force)')

    async def _run(self, sql: str) -> None:
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The cluster: BINOME_TEST_DATABASE_URL, whose role may create databases and roles, or one of its own."""
    given = os.environ.get("BINOME_TEST_DATABASE_URL")
    if given:
        cluster = Postgres(given, f"test_{os.getpid()}_template")
        roles.serve_as(f"test_{os.getpid()}_server", new_password())
        asyncio.run(cluster._run(roles.make()))
        asyncio.run(_make_template(cluster))
        yield cluster
        asyncio.run(cluster.drop(cluster.url_of(cluster.template)))
        asyncio.run(cluster._run(roles.remove()))
        return
    with short_folder() as home:
        folder = DataFolder(home / "data")
        folder.open()
        runner = EmbeddedPostgres(folder, FAST, role_options=OWNER_OPTIONS)
        try:
            runner.start()
            server = make_url(runner.urls.server)
            roles.serve_as(str(server.username), str(server.password))
            cluster = Postgres(runner.urls.owner, "template_migrated")
            asyncio.run(_make_template(cluster))
            yield cluster
        finally:
            runner.stop()
            folder.close()


async def _make_template(cluster: Postgres) -> None:
    await cluster._run(f'create database "{cluster.template}"')
    database = Database(cluster.url_of(cluster.template))
    try:
        await migrate.upgrade(database)
        await grants.grant(database, roles.name())
    finally:
        await database.close()


@pytest.fixture
async def database(postgres: Postgres) -> AsyncIterator[Database]:
    """A fresh, migrated, empty database, as its owner, whom row-level security does not hold; gone after the test,
    whoever is still connected to it. What is served runs on ``bound(database)``."""
    url = await postgres.create()
    database = Database(url)
    yield database
    await database.close()
    await postgres.drop(url)
