"""The figures that do not depend on the machine, on a whole server: bytes on the wire, and nothing lost in a crowd."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from load_tests.chat import scenarios
from load_tests.chat.binome import Binome
from load_tests.chat.ledger import check
from load_tests.figures import FIGURES

PEOPLE = 2 * scenarios.RECONNECTS
TARGETS = {figure.key: figure.target for figure in FIGURES if figure.target is not None}


@pytest.fixture
async def system(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Binome]:
    folder: Path = tmp_path_factory.mktemp("binome")
    system = Binome(folder)
    try:
        await system.start(PEOPLE)
        yield system
    finally:
        await system.stop()


async def test_bytes_stay_within_their_targets_and_a_burst_loses_nothing(system: Binome) -> None:
    assert max(await scenarios.message_bytes(system)) <= TARGETS["message.bytes"]
    sizes, _ = await scenarios.reconnect(system)
    assert max(sizes) <= TARGETS["reconnect.bytes"]
    before = await system.kept()
    async with scenarios.connected(system, range(PEOPLE)) as talkers:
        pairs = scenarios.introduce(talkers, acknowledges=True)
        for _ in range(20):
            for talker in talkers:
                talker.say()
        await scenarios.all_through(pairs)
        assert check(pairs) == 20 * PEOPLE
    assert await system.kept() - before == 20 * PEOPLE
