"""What every system's load client can do, whatever it speaks on the wire."""

import asyncio
from abc import abstractmethod
from typing import Protocol

from load_tests.chat.ledger import Direction
from load_tests.websocket import WebSocketClient


class Talker(WebSocketClient):
    """One person at one screen, in one pair's conversation. ``outgoing`` is what they say, ``incoming`` what the
    other says; both may be replaced while nothing is under way."""

    def __init__(self) -> None:
        super().__init__()
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.outgoing: Direction | None = None
        self.incoming: Direction | None = None
        self.missed: list[str] = []

    @abstractmethod
    def say(self) -> None:
        """Sends the next text of ``outgoing``."""

    def refuse(self, reason: str) -> None:
        """Something came that breaks the conversation: it ends the wait for ``ready``, or marks the ledger."""
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(reason))
        elif self.outgoing is not None:
            self.outgoing.break_(reason)

    def connection_closed(self) -> None:
        if not self.ready.done():
            self.ready.set_exception(ConnectionError("closed before it was ready"))


class ChatSystem(Protocol):
    """A chat server with its database, seeded with people numbered from 0; 2n and 2n + 1 are a pair."""

    name: str
    acknowledges: bool

    @property
    def server_pid(self) -> int: ...

    @property
    def database_pid(self) -> int:
        """The postmaster. It may be a child of the server."""
        ...

    async def start(self, people: int) -> None:
        """Raises MissingProgram or DidNotStart."""
        ...

    async def connect(self, person: int) -> Talker:
        """A connection that is ready to talk."""
        ...

    async def reconnect(self, person: int, before: Talker) -> Talker:
        """A new connection of the person who held all that ``before`` held when it was closed; returns when all that
        they missed since is in its ``missed``."""
        ...

    async def kept(self) -> int:
        """How many messages the server's database holds."""
        ...

    async def stop(self) -> None: ...
