"""A house whose letters go to a folder of the test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.infra.database import Database
from server.kernel.permissions import Role
from tests.support.rooms import House, Person, served


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    async with served(database, BINOME_DATA=str(tmp_path)) as house:
        yield house


@pytest.fixture
async def admin(house: House) -> Person:
    return await house.person(Role.ADMIN, "Alice")
