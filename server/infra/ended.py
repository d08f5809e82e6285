"""The end of a task that would go on for ever: a look that is repeated, a queue that is served."""

import asyncio
from typing import Any


async def ended(task: asyncio.Task[Any] | None) -> None:
    """Cancels ``task`` and returns when it is over, whatever it ends with. None is over already."""
    if task is not None:
        task.cancel()
        await asyncio.wait({task})
