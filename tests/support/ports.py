"""Ports for the servers of tests."""

import os
import socket
from contextlib import ExitStack
from itertools import count
from typing import Final

# Below those that systems give to whoever connects (Linux from 32768, macOS from 49152): such a one could be taken
# between the look and the use, or while the server of a test is away for a moment.
_LOWEST: Final = 10_000
_EACH: Final = 2_500  # for each of the processes that the tests are dealt out to (pytest-xdist)
_PROCESS: Final = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 8
_MOST: Final = 4  # ports of one server
_asked = count(os.getpid() * 97)  # another run of the tests begins elsewhere


def free_port(many: int = 1) -> int:
    """A port that nobody uses, for UDP or for TCP, and as many behind it as make ``many``, at most 4. No test that runs
    at the same time is given it, and this process not soon again."""
    assert many <= _MOST
    while True:
        first = _LOWEST + _PROCESS * _EACH + next(_asked) * _MOST % _EACH
        with ExitStack() as stack:
            try:
                for port in range(first, first + many):
                    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                        stack.enter_context(socket.socket(socket.AF_INET, kind)).bind(("127.0.0.1", port))
            except OSError:
                continue
        return first
