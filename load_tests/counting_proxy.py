"""A TCP proxy on loopback that counts what passes: all of it, headers and web sockets included."""

import asyncio
from dataclasses import dataclass

from load_tests.programs import LOOPBACK


@dataclass(slots=True)
class Tally:
    up: int = 0
    down: int = 0
    connections: int = 0

    @property
    def total(self) -> int:
        return self.up + self.down


class CountingProxy:
    """Passes ``port`` (known once started) on to ``target``. ``tally`` may be replaced at any time."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.tally = Tally()

    @property
    def port(self) -> int:
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, LOOPBACK, 0)

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self.tally.connections += 1
        there_reader, there_writer = await asyncio.open_connection(LOOPBACK, self._target)
        try:
            await asyncio.gather(self._pass(reader, there_writer, up=True), self._pass(there_reader, writer, up=False))
        except ConnectionError:
            pass  # one end went away without a word, as browsers do
        finally:
            writer.close()
            there_writer.close()

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, up: bool) -> None:
        while data := await source.read(65536):
            if up:
                self.tally.up += len(data)
            else:
                self.tally.down += len(data)
            sink.write(data)
            await sink.drain()
        if sink.can_write_eof():
            sink.write_eof()
