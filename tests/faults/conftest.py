import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.processes import Server, environment, run, short_folder


@pytest.fixture
def folder() -> Iterator[Path]:
    with short_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def made() -> Iterator[Path]:
    """A data folder with a database in it that is migrated and empty: to be copied, as making one takes seconds."""
    with short_folder() as folder:
        data = folder / "data"
        upgraded = run("db", "upgrade", env=environment(data))
        assert upgraded.returncode == 0, upgraded.stderr
        yield data


@pytest.fixture
def make_server(folder: Path, made: Path) -> Iterator[Callable[..., Server]]:
    """Makes servers, not started, each in a data folder of its own unless told otherwise; ends them after the test.
    ``fresh``: the folder is not there yet, so the server makes it and its database."""
    with ExitStack() as stack:
        count = 0

        def make(data: Path | None = None, *command: str, fresh: bool = False, **settings: object) -> Server:
            nonlocal count
            count += 1
            if data is None:
                data = folder / f"data{count}"
                if not fresh:
                    subprocess.run(["cp", "-a", made, data], check=True)  # whose files are another user's under root
            server = Server(data, *command, **settings)
            stack.callback(server.close)
            return server

        yield make
