"""The bad line as the laboratory holds it: starts the shaper, gives it orders, keeps what it tells."""

import asyncio
import json
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from load_tests.machine import ROOT

START_TIMEOUT = 20.0  # seconds


def new_network() -> str:
    """The first three numbers of addresses for a run."""
    return f"10.{secrets.randbelow(200) + 20}.{secrets.randbelow(250) + 1}"


class BadLine:
    """``near`` is the address of this end, where the server is; ``reports`` are the shaper's, one a second."""

    def __init__(self, network: str, seed: int) -> None:
        self._seed = seed
        self.near = f"{network}.1"
        self._network = network
        self._last_host = 2
        self._process: asyncio.subprocess.Process | None = None
        self._listening: asyncio.Task[None] | None = None
        self.reports: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    @property
    def far_namespace(self) -> Path:
        assert self._process is not None
        return Path(f"/proc/{self._process.pid}/ns/net")

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "load_tests.netlab.shaper", self.near, self._far, str(self._seed)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
        )
        assert self._process.stdout is not None
        async with asyncio.timeout(START_TIMEOUT):
            if not await self._process.stdout.readline():
                raise ConnectionError("the shaper ended as it started")
        self._listening = asyncio.create_task(self._listen(self._process.stdout))

    async def order(self, command: Mapping[str, Any]) -> None:
        """See ``Shaper._obey``; ``{"address": "next"}`` is a network change."""
        assert self._process is not None
        assert self._process.stdin is not None
        if command.get("address") == "next":
            self._last_host += 1
            command = {**command, "address": self._far}
        self._process.stdin.write(json.dumps(command).encode() + b"\n")
        await self._process.stdin.drain()

    async def stop(self) -> None:
        if self._process is None:
            return
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            async with asyncio.timeout(5):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        if self._listening is not None:
            await self._listening

    @property
    def _far(self) -> str:
        return f"{self._network}.{self._last_host}"

    async def _listen(self, output: asyncio.StreamReader) -> None:
        while line := await output.readline():
            self.reports.put_nowait(json.loads(line))
