"""The time that one assessment may take. Processor time of the thread, so that what a loaded machine does meanwhile
holds nobody's message."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import local
from time import perf_counter, thread_time
from typing import Any

from server.moderation.verdict import Overtime

LIMIT = 0.050  # seconds: fifty times what an ordinary message may take (issue 4: "timeout of 50 ms")


class _Apart(local):
    """Time that no message answers for. Of each thread its own: an organisation's rules are made ready in one, while
    messages are assessed in another."""

    seconds = 0.0
    collecting_since = 0.0


_apart = _Apart()


def _collection(phase: str, about: dict[str, Any]) -> None:
    """A full collection walks all that the process holds, whichever message it falls into; others take microseconds."""
    if about["generation"] == 2:
        if phase == "start":
            _apart.collecting_since = thread_time()
        else:
            _apart.seconds += thread_time() - _apart.collecting_since


gc.callbacks.append(_collection)


@contextmanager
def preparing() -> Iterator[None]:
    """What is made ready once, for all messages to come, is not held against the one that first needs it."""
    start, before = thread_time(), _apart.seconds
    try:
        yield
    finally:
        _apart.seconds = before + thread_time() - start  # what was prepared within it is part of it


class Stopwatch:
    """Runs from when it is made."""

    __slots__ = ("_apart", "_until", "_until_on_the_wall")

    def __init__(self, limit: float = LIMIT) -> None:
        self._apart = _apart.seconds
        self._until = thread_time() + limit
        self._until_on_the_wall = perf_counter() + limit

    def check(self) -> None:
        """Raises Overtime when the time is up. No thread spends more than passes on the wall, whose clock costs a
        twentieth to read."""
        if perf_counter() > self._until_on_the_wall:
            apart = _apart.seconds - self._apart
            if thread_time() > self._until + apart:
                raise Overtime
