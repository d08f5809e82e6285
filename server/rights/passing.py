"""Retention of what is about no organisation: hashes of names that may be nobody's. The period is nobody's to move."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import text

from server.infra.database import Database
from server.infra.holdings import Passing
from server.rights.holdings import PASSING


async def passing(database: Database, now: datetime) -> Mapping[str, int]:
    """How many rows of each purpose would go. Changes nothing."""
    counts = {}
    async with database.everywhere() as conn:
        for one in PASSING:
            statement = text(f"select count(*) from {one.table.name} t where {one.over}")  # noqa: S608 - declared
            counts[one.purpose] = int((await conn.execute(statement, _moments(one, now))).scalar_one())
    return counts


async def let_pass(database: Database, now: datetime) -> Mapping[str, int]:
    """Lets them go; how many there were."""
    counts = {}
    async with database.everywhere() as conn:
        for one in PASSING:
            statement = text(f"delete from {one.table.name} t where {one.over}")  # noqa: S608 - declared
            counts[one.purpose] = (await conn.execute(statement, _moments(one, now))).rowcount
    return counts


def _moments(one: Passing, now: datetime) -> dict[str, datetime]:
    return {"now": now, "before": now - timedelta(days=one.days)}
