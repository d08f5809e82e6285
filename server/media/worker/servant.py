"""The worker's end of the channel: does what the server asks of the engine, and tells what happens by itself."""

import asyncio
import logging
import socket
from collections.abc import Sequence
from typing import Final, assert_never

from server.kernel.ground import GroundError
from server.media.engine import Measured, Pictures, SlotState
from server.media.errors import MediaError
from server.media.forwarding import ForwardingEngine
from server.media.worker import messages
from server.media.worker.channel import Channel

COUNTED_EVERY: Final = 1.0  # seconds between two snapshots of the counters
GOODBYES: Final = 1.0  # seconds for the ends of calls to be told to browsers

log = logging.getLogger(__name__)


class Servant:
    """Listens to its engine (see ``media.engine.MediaListener``). ``serve`` returns when the server said so or is
    gone."""

    def __init__(self) -> None:
        self._channel: Channel[messages.ToWorker, messages.FromWorker] = Channel(
            messages.ToWorker, self._receive, self._hung_up
        )
        self._engine: ForwardingEngine | None = None
        self._over = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._told: dict[str, int] = {}

    async def serve(self, sock: socket.socket) -> None:
        await self._channel.open(sock)
        counting = asyncio.create_task(self._count())
        await self._over.wait()
        counting.cancel()
        await self._end()
        self._channel.finish()

    # What the server says

    def _receive(self, message: messages.ToWorker) -> None:
        if isinstance(message, messages.Feed):
            if self._engine is not None:
                self._engine.feed(message.room, message.peer, message.timestamp, message.frames)
        elif isinstance(message, messages.Ping):
            self._channel.send(messages.Done(message.id))
        else:
            task = asyncio.get_running_loop().create_task(self._answer(message))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _answer(self, request: messages.Asked) -> None:
        reply: messages.FromWorker
        try:
            reply = await self._do(request)
        except MediaError as error:
            reply = messages.Refused(request.id, type(error).__name__, str(error))
        except Exception:
            log.exception("request_failed")
            reply = messages.Broken(request.id)
        self._channel.send(reply)
        if isinstance(request, messages.Stop):
            self._over.set()

    async def _do(self, request: messages.Asked) -> messages.FromWorker:
        if isinstance(request, messages.Start):
            return await self._start(request)
        if isinstance(request, messages.Stop):
            await self._end()
            return messages.Done(request.id)
        engine, room, peer = self._running, request.room, request.peer
        match request:
            case messages.Join(offer=offer, state=state, video=video, capacity=capacity, replaces=replaces):
                joined = await engine.join(room, peer, offer, state, video=video, capacity=capacity, replaces=replaces)
                return messages.HasJoined(request.id, joined)
            case messages.Restart(offer=offer):
                return messages.HasRestarted(request.id, await engine.restart(room, peer, offer))
            case messages.Answer(answer=answer):
                await engine.answer(room, peer, answer)
            case messages.WasRestarted(up=up, down=down):
                await engine.restarted(room, peer, up, down)
            case messages.SetState(state=state):
                await engine.set_state(room, peer, state)
            case messages.SetShape(shape=shape):
                await engine.shape(room, peer, shape)
            case messages.OpenWeb():
                await engine.open_web(room, peer)
            case messages.CloseWeb():
                await engine.close_web(room, peer)
            case messages.Leave():
                await engine.leave(room, peer)
            case _:
                assert_never(request)
        return messages.Done(request.id)

    async def _start(self, request: messages.Start) -> messages.Started:
        engine = ForwardingEngine(request.host, request.port, request.public_address)
        try:
            await engine.start(self)
        except GroundError as error:
            return messages.Started(request.id, 0, str(error))
        self._engine = engine
        self._tell_counters(engine)
        return messages.Started(request.id, engine.port)

    def _hung_up(self) -> None:
        self._over.set()

    async def _end(self) -> None:
        """Ends all calls. Idempotent."""
        engine, self._engine = self._engine, None
        if engine is not None:
            self._tell_counters(engine)
            try:
                async with asyncio.timeout(GOODBYES):
                    await engine.stop()
            except TimeoutError:
                log.warning("goodbyes_cut_short")

    async def _count(self) -> None:
        while True:
            await asyncio.sleep(COUNTED_EVERY)
            if self._engine is not None:
                self._tell_counters(self._engine)

    def _tell_counters(self, engine: ForwardingEngine) -> None:
        counters = engine.counters()
        if counters != self._told:
            self._told = counters
            self._channel.send(messages.Counted(counters))

    @property
    def _running(self) -> ForwardingEngine:
        if self._engine is None:
            raise MediaError("the engine is not running")
        return self._engine

    # What the engine tells

    def slots_changed(self, room: str, peer: str, slots: tuple[SlotState, ...]) -> None:
        self._channel.send(messages.SlotsChanged(room, peer, slots))

    def connected(self, room: str, peer: str) -> None:
        self._channel.send(messages.Connected(room, peer))

    def quiet(self, room: str, peer: str) -> None:
        self._channel.send(messages.Quiet(room, peer))

    def lost(self, room: str, peer: str, reason: str) -> None:
        self._channel.send(messages.Lost(room, peer, reason))

    def measured(self, room: str, peer: str, measured: Measured) -> None:
        self._channel.send_or_drop(messages.WasMeasured(room, peer, measured))

    def layers(self, room: str, peer: str, wanted: frozenset[Pictures]) -> None:
        self._channel.send(messages.Layers(room, peer, wanted))

    def web_voice(self, room: str, peer: str, source: str, timestamp: int, payload: bytes) -> None:
        self._channel.send_or_drop(messages.WebVoice(room, peer, source, timestamp, payload))

    def failed(self, _rooms: Sequence[str]) -> None:
        raise AssertionError("an engine in this process does not outlive its worker")
