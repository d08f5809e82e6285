"""What somebody may do with others has changed: their consent, their age, their papers, a suspension. Whoever writes
such a change says so here in the same transaction; what must follow from it in other capabilities is written in it too.
"""

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

Watcher = Callable[[AsyncConnection, Collection[UUID], datetime], Awaitable[None]]


class Standing:
    """Tells those who watch. One for the whole server, made with the people."""

    def __init__(self) -> None:
        self._watchers: list[Watcher] = []

    def watch(self, watcher: Watcher) -> None:
        """``watcher`` is asked, in the transaction of each change, to write what follows from it."""
        self._watchers.append(watcher)

    async def changed(self, conn: AsyncConnection, accounts: Collection[UUID], at: datetime) -> None:
        """The standing of these people has changed at ``at``, in the transaction of ``conn``. Saying it twice, or of
        somebody whose standing is what it was, does no harm."""
        if accounts:
            for watcher in self._watchers:
                await watcher(conn, accounts, at)
