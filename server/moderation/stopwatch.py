"""The time that one assessment may take. Processor time of the thread, so that what a loaded machine does meanwhile
holds nobody's message."""

from time import perf_counter, thread_time

from server.moderation.verdict import Overtime

LIMIT = 0.050  # seconds: fifty times what an ordinary message may take (issue 4: "timeout of 50 ms")


class Stopwatch:
    """Runs from when it is made."""

    __slots__ = ("_until", "_until_on_the_wall")

    def __init__(self, limit: float = LIMIT) -> None:
        self._until = thread_time() + limit
        self._until_on_the_wall = perf_counter() + limit

    def check(self) -> None:
        """Raises Overtime when the time is up. No thread spends more than passes on the wall, whose clock costs a
        twentieth to read."""
        if perf_counter() > self._until_on_the_wall and thread_time() > self._until:
            raise Overtime
