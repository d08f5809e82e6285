from sqlalchemy import text

from server.infra.database import Database


async def test_smoke(database: Database) -> None:
    async with database.begin() as c:
        assert (await c.execute(text("select count(*) from accounts"))).scalar_one() == 0


async def test_smoke2(database: Database) -> None:
    async with database.begin() as c:
        assert (await c.execute(text("select count(*) from jobs.pgqueuer"))).scalar_one() == 0
