"""PostgreSQL goes away under a running server and comes back: "try again" meanwhile, then on as before."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.infra import grants, migrate
from server.infra.data_folder import DataFolder
from server.infra.database import Database
from server.infra.embedded_postgres import EmbeddedPostgres
from server.infra.postgres_roles import SERVER
from tests.support.world import PASSWORD, world


@pytest.fixture
def cluster(folder: Path) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL of this test's own, to be stopped and started."""
    data = DataFolder(folder / "data")
    data.open()
    runner = EmbeddedPostgres(data)
    runner.start()
    yield runner
    runner.stop()
    data.close()


async def test_http_says_try_again_and_goes_on_by_itself(cluster: EmbeddedPostgres) -> None:
    database, server = Database(cluster.urls.owner), Database(cluster.urls.server)
    await migrate.upgrade(database)
    await grants.grant(database, SERVER)
    async with world(database, server, sign_in=("alice",)) as here:
        token = here.north.tokens["alice"]
        sign_in = {"login": "lea.north", "password": PASSWORD}
        account = {"login": "zoe", "name": "Zoé", "role": "mentor", "password": "a long enough one"}
        asked = [
            ("GET", "/api/v1/session", None, token),
            ("GET", "/api/v1/accounts", None, token),
            ("POST", "/api/v1/accounts", account, token),
            ("GET", "/api/v1/pairs", None, token),
            ("POST", "/api/v1/session", sign_in, None),
            ("DELETE", "/api/v1/session", None, token),
        ]
        assert (await here.site.ask("GET", "/api/v1/session", token=token)).status == 200
        await asyncio.to_thread(cluster.stop)
        for _ in range(2):
            replies = [await here.site.ask(method, path, body, token=bearer) for method, path, body, bearer in asked]
            assert [(reply.status, reply.error) for reply in replies] == [(503, ("try_again", None))] * len(asked)
            assert {reply.body["error"]["retry_in_ms"] for reply in replies} == {2_000}
        unknown = await here.site.ask("GET", "/api/v1/session")
        assert (unknown.status, unknown.error) == (401, ("not_signed_in", None))
        await asyncio.to_thread(cluster.start)
        statuses = [
            (await here.site.ask(method, path, body, token=bearer)).status for method, path, body, bearer in asked
        ]
        assert statuses == [200, 200, 201, 200, 200, 204]
        gone = await here.site.ask("GET", "/api/v1/session", token=token)
        assert (gone.status, gone.error) == (401, ("not_signed_in", None))
    await database.close()
