"""The time that one assessment may take. Processor time of the thread, so that what a loaded machine does meanwhile
holds nobody's message."""

from time import thread_time

from server.moderation.verdict import Overtime

LIMIT = 0.050  # seconds: fifty times what an ordinary message may take (issue 4: "timeout of 50 ms")


class Stopwatch:
    """Runs from when it is made."""

    __slots__ = ("_until",)

    def __init__(self, limit: float = LIMIT) -> None:
        self._until = thread_time() + limit

    def check(self) -> None:
        """Raises Overtime when the time is up."""
        if thread_time() > self._until:
            raise Overtime
