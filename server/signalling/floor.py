"""Who is heard and seen in the calls of this process: a professional who observes is not, nor the mentor for whom one
leads, nor anybody else while a call is paused (``scene.py`` decides).

``Part.wished`` is what a person switched on, ``Part.state`` what is in force. The engine stops the rest: no client is
trusted with it.
"""

import asyncio
from collections.abc import Callable
from typing import Final
from uuid import UUID

from server.kernel.errors import BinomeError
from server.media.engine import PeerState
from server.rooms.store import Pause
from server.signalling.carried import Carried
from server.signalling.parts import Part, Parts
from server.signalling.rules import HANGS
from server.signalling.scene import Hold, Scene, hush_of, in_force
from server.signalling.telling import Telling

_OPEN: Final = Scene()


class Floor:
    def __init__(self, carried: Carried, parts: Parts, tell: Telling) -> None:
        self._carried = carried
        self._parts = parts
        self._tell = tell
        self._scenes: dict[UUID, Scene] = {}
        self._on_change: list[Callable[[UUID], None]] = []
        self._settling: set[asyncio.Task[None]] = set()

    def on_change(self, changed: Callable[[UUID], None]) -> None:
        """``changed`` is called with each room in whose call somebody is hushed who was not, or the other way round.
        Must not block or raise."""
        self._on_change.append(changed)

    def scene(self, room_id: UUID) -> Scene:
        return self._scenes.get(room_id, _OPEN)

    def place(self, part: Part, pause: Pause | None) -> None:
        """Says what of ``part`` is let through, before it is carried. ``pause``: what is known of the room, where
        nobody is in its call yet."""
        self._scenes.setdefault(part.room_id, Scene(pause))
        self._judge(part)

    def forget(self, room_id: UUID) -> None:
        """Nobody is in this call any more."""
        self._scenes.pop(room_id, None)

    async def pause(self, room_id: UUID, pause: Pause | None) -> None:
        """How the room stands now."""
        await self._show(room_id, Scene(pause, self.scene(room_id).hold))

    async def hold(self, room_id: UUID, hold: Hold | None) -> None:
        """The call waits for an adult, or does not any more."""
        await self._show(room_id, Scene(self.scene(room_id).pause, hold))

    async def observe(self, part: Part, *, observing: bool) -> None:
        """A professional only watches, or takes part."""
        part.observing = observing
        part.leading = part.leading and not observing
        await self.settle(part.room_id, tell=True)

    async def lead(self, part: Part, *, leading: bool) -> None:
        """A professional speaks instead of the mentor, or hands back."""
        part.leading = leading
        part.observing = part.observing and not leading
        await self.settle(part.room_id, tell=True)

    async def settle(self, room_id: UUID, *, tell: bool = False) -> None:
        """Brings to the engine what is another about who is let through, and tells the people, for ``tell`` in any
        case. An engine that hangs is not waited for: it obeys, or is replaced."""
        before = {part: part.hush for part in self._parts.of_room(room_id)}
        changed = [part for part in before if self._judge(part)]
        if any(part.hush != before[part] for part in changed):
            for listener in self._on_change:
                listener(room_id)
        if changed:
            await asyncio.wait([asyncio.ensure_future(self._bring(part)) for part in changed], timeout=HANGS)
        if changed or tell:
            self._tell.people(room_id)

    def settle_soon(self, room_id: UUID) -> None:
        """``settle`` for callers that cannot wait."""
        task = asyncio.get_running_loop().create_task(self.settle(room_id), name="call-floor")
        self._settling.add(task)
        task.add_done_callback(self._settling.discard)

    async def wish(self, part: Part, state: PeerState) -> None:
        """What the person switches on and off themselves. Raises NotFound, TryAgain."""
        part.wished = state
        self._judge(part)
        await self._carried.set_state(part)

    async def stop(self) -> None:
        await asyncio.gather(*self._settling)

    async def _show(self, room_id: UUID, scene: Scene) -> None:
        if scene == self.scene(room_id) or not self._parts.of_room(room_id):
            return
        self._scenes[room_id] = scene
        await self.settle(room_id)
        self._tell.paused(room_id, scene)

    def _judge(self, part: Part) -> bool:
        """Whether what is let through of it is another now, or why."""
        hush = hush_of(
            self.scene(part.room_id),
            part.principal.role,
            staff=part.staff,
            observing=part.observing,
            led=any(other.leading for other in self._parts.of_room(part.room_id)),
            unaware=part.unaware,
        )
        state = in_force(part.wished, hush)
        changed = (hush, state) != (part.hush, part.state)
        part.hush, part.state = hush, state
        return changed

    async def _bring(self, part: Part) -> None:
        try:
            await self._carried.set_state(part)
        except BinomeError:  # it has just left, or is made anew, and is carried as it is then
            return
