"""A media server as the benchmark sees it."""

from collections.abc import Sequence
from typing import Protocol

from load_tests.forwarding.screens import Picture, Screen


class CallFailed(Exception):
    """Media does not flow as it must."""


class MediaEngine(Protocol):
    name: str

    @property
    def roots(self) -> list[int]:
        """The processes whose families are the media server."""
        ...

    async def start(self, people: int) -> None:
        """Raises MissingProgram or DidNotStart."""
        ...

    async def call(self, people: Sequence[Screen], picture: Picture) -> None:
        """Puts all of them into one call; each sends voice and picture to each other."""
        ...

    async def stop(self) -> None:
        """Ends the call and the server."""
        ...
