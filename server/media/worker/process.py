"""One worker process, from the server's side: started, asked, watched, ended."""

import asyncio
import itertools
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from typing import Final, TypeVar

from server.kernel.ground import GroundError
from server.media import errors
from server.media.worker import messages
from server.media.worker.channel import Channel

STARTS_WITHIN: Final = 30.0  # seconds, on the slowest machine we think of
ANSWERS_WITHIN: Final = 10.0  # seconds; what is asked takes milliseconds
PING_EVERY: Final = 1.0  # seconds
MOST_UNANSWERED: Final = 4  # pings; then it hangs. Counted by our own steps, so that a stall of ours blames nobody
STOPS_WITHIN: Final = 3.0  # seconds

_REFUSALS: Final = {kind.__name__: kind for kind in errors.MediaError.__subclasses__()}

Told = Callable[[messages.Counted | messages.Event], None]
Answer = TypeVar("Answer", bound=messages.Reply)

log = logging.getLogger(__name__)


class Gone(Exception):
    """The worker ended before it answered, or does not answer."""


class Worker:
    """``told`` is given what the worker says by itself. ``gone`` is set when it has hung up, for whatever reason; then
    ``end`` is still to be called."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._channel: Channel[messages.FromWorker, messages.ToWorker] = Channel(
            messages.FromWorker, self._receive, self._hung_up
        )
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._numbers = itertools.count()
        self._asked: dict[int, asyncio.Future[messages.Reply]] = {}
        self._unanswered = 0
        self._pinging: asyncio.Task[None] | None = None
        self.gone = asyncio.Event()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    @property
    def status(self) -> int | None:
        """The exit status of the process, once it has ended; of a signal, its number below zero."""
        return self._process.returncode if self._process is not None else None

    def spawn(self, log_format: str, log_level: str) -> None:
        """Begins the process, which binds nothing yet. A session of its own: Ctrl-C at the terminal is for us alone."""
        ours, theirs = socket.socketpair()
        with theirs:
            self._socket = ours
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "server.media.worker", str(theirs.fileno()), log_format, log_level],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=_environment(),
                start_new_session=True,
            )

    async def start(self, host: str, port: int, public_address: str | None) -> int:
        """Lets it carry calls on ``port``; returns the port. Raises GroundError, Gone."""
        if self._socket is None:
            raise RuntimeError("the process was not spawned")
        ours, self._socket = self._socket, None
        ours.setblocking(False)
        await self._channel.open(ours)
        request = messages.Start(self.number(), host, port, public_address)
        started = await self.ask(request, messages.Started, STARTS_WITHIN)
        if started.problem is not None:
            raise GroundError(started.problem)
        self._pinging = asyncio.create_task(self._ping(), name="media-ping")
        return started.port

    def number(self) -> int:
        """For the next request."""
        return next(self._numbers)

    async def ask(self, request: messages.Asked, answer: type[Answer], seconds: float = ANSWERS_WITHIN) -> Answer:
        """Raises Gone, and what the engine refuses with (``server.media.errors``)."""
        if self.gone.is_set():
            raise Gone
        future = asyncio.get_running_loop().create_future()
        self._asked[request.id] = future
        try:
            self._channel.send(request)
            async with asyncio.timeout(seconds):
                reply = await future
        except TimeoutError as error:
            raise Gone from error
        finally:
            self._asked.pop(request.id, None)
        if isinstance(reply, messages.Refused):
            raise _REFUSALS.get(reply.error, errors.MediaError)(reply.text)
        if not isinstance(reply, answer):
            raise Gone  # the engine has a fault, which the worker has logged
        return reply

    def feed(self, message: messages.Feed) -> None:
        self._channel.send_or_drop(message)

    def forget(self, room: str, peer: str) -> None:
        """The peer leaves, if it ever came; nobody waits for it."""
        self._channel.send(messages.Leave(self.number(), room, peer))

    async def stop(self) -> None:
        """Ends its calls, then the process."""
        if self._socket is None and not self.gone.is_set():
            try:
                await self.ask(messages.Stop(self.number()), messages.Done, STOPS_WITHIN)
                async with asyncio.timeout(STOPS_WITHIN):
                    await self.gone.wait()
            except (Gone, TimeoutError):
                log.warning("media_worker_hung")
        await self.end()

    async def end(self) -> None:
        """The process is no more when this returns. Idempotent."""
        if self._pinging is not None:
            self._pinging.cancel()
        if self._socket is not None:
            self._socket.close()
        self._channel.close()
        if self._process is not None:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)

    def _receive(self, message: messages.FromWorker) -> bool:
        self._unanswered = 0
        if not isinstance(message, messages.Reply):
            self._told(message)
            return False
        future = self._asked.get(message.id)
        if future is None or future.done():
            return False
        future.set_result(message)
        return True  # whoever joined a call must know of it before they are told what happens in it

    def _hung_up(self) -> None:
        self.gone.set()
        for future in self._asked.values():
            if not future.done():
                future.set_exception(Gone())

    async def _ping(self) -> None:
        while not self.gone.is_set():
            await asyncio.sleep(PING_EVERY)
            if self._unanswered >= MOST_UNANSWERED:
                log.error("media_worker_hung", extra={"pid": self.pid})
                self._channel.close()
                return
            self._unanswered += 1
            self._channel.send(messages.Ping(self.number()))


def _environment() -> dict[str, str]:
    """Ours without our settings, some of which are secrets; and modules are looked for where we found ours, whatever
    lies in the working folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BINOME_", "PG", "PYTHON"))}
    return {**kept, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}
