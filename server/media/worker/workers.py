"""The media engine of the server: its rooms on worker processes, one room always on one."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Final, assert_never

from server.media.engine import Credentials, Joined, MediaListener, PeerState, Restarted, Shape
from server.media.errors import EngineAway, MediaError, NoSuchPeer
from server.media.worker import messages
from server.media.worker.keeper import Duty, Keeper
from server.media.worker.placement import Placement
from server.media.worker.process import Answer, Gone, Worker

COMES_BACK_WITHIN: Final = 6.0  # seconds that who joins waits for a worker, while the last one is being replaced


class WorkersEngine:
    """``workers`` processes; number k binds ``port`` + k. ``spawn`` may be called ahead of ``start``, to have them come
    up while something else does."""

    def __init__(
        self,
        host: str,
        port: int,
        public_address: str | None = None,
        *,
        workers: int = 1,
        log_format: str = "auto",
        log_level: str = "info",
    ) -> None:
        duty = Duty(host, port, public_address, log_format, log_level)
        self._keepers = [Keeper(number, duty, self._tell, self._up, self._down) for number in range(workers)]
        self._placement = Placement(workers)
        self._someone_up = asyncio.Event()
        self._listener: MediaListener | None = None

    @property
    def ports(self) -> list[int]:
        return [keeper.port for keeper in self._keepers]

    def spawn(self) -> None:
        for keeper in self._keepers:
            keeper.spawn()

    async def start(self, listener: MediaListener) -> None:
        """Raises GroundError when a port cannot be had, or the public address is unknown."""
        self._listener = listener
        done = await asyncio.gather(*(keeper.start() for keeper in self._keepers), return_exceptions=True)
        for problem in done:
            if problem is not None:
                await self.stop()
                raise problem

    async def stop(self) -> None:
        await asyncio.gather(*(keeper.stop() for keeper in self._keepers))

    def alive(self) -> bool:
        return all(keeper.worker is not None for keeper in self._keepers)

    async def join(
        self,
        room: str,
        peer: str,
        offer: str,
        state: PeerState,
        *,
        video: bool,
        capacity: int,
        replaces: str | None = None,
    ) -> Joined:
        """Also raises EngineAway."""
        number, worker = await self._choose(room)
        was_there = self._placement.holds(room, peer)
        self._placement.add(room, peer, number)
        request = messages.Join(worker.number(), room, peer, offer, state, video, capacity, replaces)
        try:
            joined = (await _ask(worker, request, messages.HasJoined)).joined
        except BaseException as error:
            if not was_there and self._keepers[number].worker is worker:
                self._placement.remove(room, peer)
                if not isinstance(error, MediaError):
                    worker.forget(room, peer)  # nobody waits for the answer any more
            raise
        if replaces is not None and replaces != peer:
            self._placement.remove(room, replaces)
        return joined

    async def answer(self, room: str, peer: str, answer: str) -> None:
        worker = self._find(room)
        await _ask(worker, messages.Answer(worker.number(), room, peer, answer), messages.Done)

    async def restart(self, room: str, peer: str, offer: str) -> Restarted:
        worker = self._find(room)
        request = messages.Restart(worker.number(), room, peer, offer)
        return (await _ask(worker, request, messages.HasRestarted)).restarted

    async def restarted(self, room: str, peer: str, up: Credentials, down: Credentials) -> None:
        worker = self._find(room)
        await _ask(worker, messages.WasRestarted(worker.number(), room, peer, up, down), messages.Done)

    async def set_state(self, room: str, peer: str, state: PeerState) -> None:
        worker = self._find(room)
        await _ask(worker, messages.SetState(worker.number(), room, peer, state), messages.Done)

    async def shape(self, room: str, peer: str, shape: Shape) -> None:
        worker = self._find(room)
        await _ask(worker, messages.SetShape(worker.number(), room, peer, shape), messages.Done)

    async def open_web(self, room: str, peer: str) -> None:
        worker = self._find(room)
        await _ask(worker, messages.OpenWeb(worker.number(), room, peer), messages.Done)

    async def close_web(self, room: str, peer: str) -> None:
        worker = self._find(room)
        await _ask(worker, messages.CloseWeb(worker.number(), room, peer), messages.Done)

    def feed(self, room: str, peer: str, timestamp: int, frames: Sequence[bytes]) -> None:
        number = self._placement.of(room)
        worker = self._keepers[number].worker if number is not None else None
        if worker is not None:
            worker.feed(messages.Feed(room, peer, timestamp, list(frames)))

    async def leave(self, room: str, peer: str) -> None:
        try:
            worker = self._find(room)
        except NoSuchPeer:
            return
        self._placement.remove(room, peer)
        try:
            await worker.ask(messages.Leave(worker.number(), room, peer), messages.Done)
        except Gone:
            return  # and so is everybody on it

    def counters(self) -> dict[str, int]:
        """As of a second ago."""
        total: Counter[str] = Counter(workers_replaced=0)
        for keeper in self._keepers:
            total.update(keeper.counters())
            total["workers_replaced"] += keeper.replaced
        return dict(total)

    async def _choose(self, room: str) -> tuple[int, Worker]:
        """The worker that is to carry ``room``. Waits for one, if need be. Raises EngineAway."""
        try:
            async with asyncio.timeout(COMES_BACK_WITHIN):
                while True:
                    self._someone_up.clear()
                    running = {k: keeper.worker for k, keeper in enumerate(self._keepers) if keeper.worker is not None}
                    number = self._placement.choose(room, running)
                    if number is not None and number in running:
                        return number, running[number]
                    await self._someone_up.wait()
        except TimeoutError as error:
            raise EngineAway("no worker runs") from error

    def _find(self, room: str) -> Worker:
        """Raises NoSuchPeer."""
        number = self._placement.of(room)
        worker = self._keepers[number].worker if number is not None else None
        if worker is None:
            raise NoSuchPeer("nobody is in this room")
        return worker

    def _up(self) -> None:
        self._someone_up.set()

    def _down(self, number: int) -> None:
        rooms = self._placement.drop(number)
        if rooms and self._listener is not None:
            self._listener.failed(rooms)

    def _tell(self, event: messages.Event) -> None:
        listener = self._listener
        if listener is None:
            return
        match event:
            case messages.SlotsChanged(room, peer, slots):
                listener.slots_changed(room, peer, slots)
            case messages.Connected(room, peer):
                listener.connected(room, peer)
            case messages.Quiet(room, peer):
                listener.quiet(room, peer)
            case messages.Lost(room, peer, reason):
                self._placement.remove(room, peer)
                listener.lost(room, peer, reason)
            case messages.WasMeasured(room, peer, measured):
                listener.measured(room, peer, measured)
            case messages.Layers(room, peer, wanted):
                listener.layers(room, peer, wanted)
            case messages.WebVoice(room, peer, source, timestamp, payload):
                listener.web_voice(room, peer, source, timestamp, payload)
            case _:
                assert_never(event)


async def _ask(worker: Worker, request: messages.Asked, answer: type[Answer]) -> Answer:
    """Raises EngineAway instead of Gone."""
    try:
        return await worker.ask(request, answer)
    except Gone as error:
        raise EngineAway("the worker is gone") from error
