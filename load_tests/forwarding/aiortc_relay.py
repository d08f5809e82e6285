"""Stock aiortc as a media server: the forwarder of ``relay_server.py`` in a process of its own."""

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from load_tests.cores import MEASURED, on
from load_tests.forwarding.engine import CallFailed
from load_tests.forwarding.relay_server import LARGEST
from load_tests.forwarding.screens import Picture, Screen
from load_tests.machine import ROOT

PATIENCE = 30.0  # seconds for one answer


class AiortcRelay:
    name = "aiortc"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None

    @property
    def roots(self) -> list[int]:
        assert self._process is not None
        return [self._process.pid]

    async def start(self, people: int) -> None:  # noqa: ARG002 - it takes whoever comes
        self._folder.mkdir(parents=True, exist_ok=True)
        with on(MEASURED), (self._folder / "aiortc.out").open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "load_tests.forwarding.relay_server"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=output,
                limit=LARGEST,
                cwd=ROOT,
            )

    async def call(self, people: Sequence[Screen], picture: Picture) -> None:
        for number, person in enumerate(people):
            await person.accept_up(await self._ask("publish", number, await person.offer_up(picture)))
        for number, person in enumerate(people):
            await self._ask("answered", number, await person.answer_down(await self._ask("subscribe", number)))

    async def stop(self) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def _ask(self, do: str, person: int, sdp: str = "") -> str:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps({"do": do, "person": person, "sdp": sdp}).encode() + b"\n")
        async with asyncio.timeout(PATIENCE):
            line = await process.stdout.readline()
        if not line:
            raise CallFailed(f"the relay ended: {(self._folder / 'aiortc.out').read_text()[-1500:]}")
        return str(json.loads(line)["sdp"])
