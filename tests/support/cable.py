"""The line between a server and its PostgreSQL, for tests that cut it: at once, or after a request and before its
answer, which is when nobody knows what was done."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy.engine import URL, make_url


@dataclass
class Cable:
    """Forwards to ``target``. While ``silent``, answers are kept back; while ``down``, nobody gets through."""

    target: URL
    url: str = ""
    silent: bool = False
    down: bool = False
    _kept: list[tuple[asyncio.StreamWriter, bytes]] = field(default_factory=list)
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def cut(self) -> None:
        """Breaks every connection there is; answers that were kept back are lost."""
        self._kept.clear()
        for writer in list(self._writers):
            writer.transport.abort()
        self._writers.clear()

    def release(self) -> None:
        """Sends the answers that were kept back, and keeps none any more."""
        self.silent = False
        for writer, data in self._kept:
            writer.write(data)
        self._kept.clear()

    @property
    def kept(self) -> int:
        """Bytes of answers that are kept back."""
        return sum(len(data) for _, data in self._kept)

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.down:
            writer.transport.abort()
            return
        host = str(self.target.query.get("host", self.target.host))
        port = self.target.port or 5432
        if host.startswith("/"):
            there, back = await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
        else:
            there, back = await asyncio.open_connection(host, port)
        self._writers |= {writer, back}
        for task in (
            asyncio.create_task(self._carry(reader, back, answers=False)),
            asyncio.create_task(self._carry(there, writer, answers=True)),
        ):
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool) -> None:
        try:
            while data := await reader.read(65536):
                if answers and self.silent:
                    self._kept.append((writer, data))
                else:
                    writer.write(data)
        except OSError:
            pass
        finally:
            if not (answers and self.silent):
                writer.transport.abort()
                self._writers.discard(writer)

    async def close(self) -> None:
        self.cut()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@asynccontextmanager
async def cable_to(url: str) -> AsyncIterator[Cable]:
    """A cable to the database at ``url``; its own ``url`` goes through it."""
    cable = Cable(make_url(url))
    server = await asyncio.start_server(cable.accept, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    through = cable.target.set(host="127.0.0.1", port=port, query={"sslmode": "disable"})
    cable.url = through.render_as_string(hide_password=False)
    try:
        yield cable
    finally:
        server.close()
        await cable.close()
        await server.wait_closed()
