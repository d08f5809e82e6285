"""What happened, told after the commit. A capability publishes its own event types; ``app.py`` wires who listens.

What must happen in the same transaction is a plain downward call instead, never an event.
"""

import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

E = TypeVar("E")
log = logging.getLogger(__name__)


class Bus:
    """Delivers each event to its subscribers in the order of subscription, one after the other."""

    def __init__(self) -> None:
        self._subscribers: dict[type, list[Callable[[Any], Awaitable[None]]]] = defaultdict(list)

    def subscribe(self, event: type[E], subscriber: Callable[[E], Awaitable[None]]) -> None:
        self._subscribers[event].append(subscriber)

    async def publish(self, event: object) -> None:
        """Hands ``event`` to all its subscribers. One that fails is logged and does not keep it from the others:
        the fact is committed already, and no one can undo it by failing to hear of it."""
        for subscriber in self._subscribers[type(event)]:
            try:
                await subscriber(event)
            except Exception:
                log.exception("subscriber_failed", extra={"event_type": type(event).__name__})
