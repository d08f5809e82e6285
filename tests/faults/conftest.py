from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.processes import Server, short_folder


@pytest.fixture
def folder() -> Iterator[Path]:
    with short_folder() as folder:
        yield folder


@pytest.fixture
def make_server(folder: Path) -> Iterator[Callable[..., Server]]:
    """Makes servers, not started, each in a data folder of its own unless told otherwise; ends them after the test."""
    with ExitStack() as stack:
        count = 0

        def make(data: Path | None = None, *command: str, **settings: object) -> Server:
            nonlocal count
            count += 1
            server = Server(data or folder / f"data{count}", *command, **settings)
            stack.callback(server.close)
            return server

        yield make
