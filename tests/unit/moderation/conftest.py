"""The engine's data are loaded before the first assessment, as the server does: an assessment is given 50 ms."""

import pytest

from server.moderation.assess import warm


@pytest.fixture(autouse=True, scope="session")
def _warmed() -> None:
    warm()
