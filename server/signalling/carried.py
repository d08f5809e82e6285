"""The media engine in the words of calls: parts instead of names, and its refusals as the protocol has them."""

from collections.abc import Iterator
from contextlib import contextmanager

from server.kernel.errors import BadSdp, CallFull, NotFound, TryAgain
from server.media.engine import Credentials, Joined, MediaEngine
from server.media.errors import EngineAway, NoSuchPeer, RoomFull, UnusableDescription
from server.signalling import wire
from server.signalling.parts import Part
from server.signalling.rules import CAPACITY


class Carried:
    """Raises BadSdp, CallFull, NotFound, TryAgain; nothing is changed then."""

    def __init__(self, engine: MediaEngine) -> None:
        self._engine = engine

    async def join(self, part: Part, request: wire.Join, replaces: Part | None) -> Joined:
        """Of ``part`` no more is let through than its ``state`` says."""
        with _refusals():
            return await self._engine.join(
                str(part.room_id),
                str(part.peer),
                request.sdp,
                part.state,
                video=request.caps.video,
                capacity=CAPACITY,
                replaces=str(replaces.peer) if replaces is not None else None,
            )

    async def answer(self, part: Part, sdp: str) -> None:
        with _refusals():
            await self._engine.answer(str(part.room_id), str(part.peer), sdp)

    async def restart(self, part: Part, sdp: str) -> wire.RestartAnswer:
        with _refusals():
            restarted = await self._engine.restart(str(part.room_id), str(part.peer), sdp)
        return wire.RestartAnswer(restarted.answer, restarted.offer)

    async def restarted(self, part: Part, up: wire.IceCredentials, down: wire.IceCredentials) -> None:
        ends = (Credentials(end.ufrag, end.pwd) for end in (up, down))
        with _refusals():
            await self._engine.restarted(str(part.room_id), str(part.peer), *ends)

    async def set_state(self, part: Part) -> None:
        """What is switched off in its ``state`` has stopped when this returns."""
        with _refusals():
            await self._engine.set_state(str(part.room_id), str(part.peer), part.state)

    async def leave(self, part: Part) -> None:
        await self._engine.leave(str(part.room_id), str(part.peer))


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except UnusableDescription as error:
        raise BadSdp(field="sdp") from error
    except RoomFull as error:
        raise CallFull from error
    except NoSuchPeer as error:
        raise NotFound from error
    except EngineAway as error:
        raise TryAgain from error
