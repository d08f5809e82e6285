"""A whole server on a fresh database, for whoever asks for no other."""

from collections.abc import AsyncIterator

import pytest

from server.infra.database import Database
from tests.support.rooms import House, served


@pytest.fixture
async def house(database: Database) -> AsyncIterator[House]:
    async with served(database) as house:
        yield house
