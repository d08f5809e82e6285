"""The whole server, put together and never started: what it declares is what the documents must say."""

import pytest

from server.compose import Capabilities
from tests.protocol.composed import composed


@pytest.fixture(scope="session")
def capabilities(tmp_path_factory: pytest.TempPathFactory) -> Capabilities:
    return composed(tmp_path_factory.mktemp("data"))
