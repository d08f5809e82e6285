"""The time that one assessment may take. Processor time of the thread, so that what a loaded machine does meanwhile
holds nobody's message."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter, thread_time

from server.moderation.verdict import Overtime

LIMIT = 0.050  # seconds: fifty times what an ordinary message may take (issue 4: "timeout of 50 ms")


_prepared = 0.0  # seconds of the process


@contextmanager
def preparing() -> Iterator[None]:
    """What is made ready once, for all messages to come, is not held against the one that first needs it."""
    global _prepared
    start, before = thread_time(), _prepared
    try:
        yield
    finally:
        _prepared = before + thread_time() - start  # what was prepared within it is part of it


class Stopwatch:
    """Runs from when it is made."""

    __slots__ = ("_prepared", "_until", "_until_on_the_wall")

    def __init__(self, limit: float = LIMIT) -> None:
        self._prepared = _prepared
        self._until = thread_time() + limit
        self._until_on_the_wall = perf_counter() + limit

    def check(self) -> None:
        """Raises Overtime when the time is up. No thread spends more than passes on the wall, whose clock costs a
        twentieth to read."""
        if perf_counter() > self._until_on_the_wall and thread_time() > self._until + _prepared - self._prepared:
            raise Overtime
