"""A real TURN server: coturn, with the secret that a test gives it."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.bare_browser import PATIENCE
from tests.support.ports import free_port

COTURN = shutil.which("turnserver")


@dataclass
class Relay:
    port: int
    secret: str
    log: Path

    @property
    def urls(self) -> tuple[str, ...]:
        return tuple(f"turn:127.0.0.1:{self.port}?transport={transport}" for transport in ("udp", "tcp"))


@asynccontextmanager
async def coturn(folder: Path, secret: str) -> AsyncIterator[Relay]:
    if COTURN is None:
        pytest.skip("coturn is not installed")
    relay = Relay(free_port(), secret, folder / "coturn.log")
    settings = folder / "turnserver.conf"  # not on the command line, which everybody on the machine can read
    settings.write_text(f"use-auth-secret\nstatic-auth-secret={secret}\n")
    process = await asyncio.create_subprocess_exec(
        COTURN,
        *("-c", str(settings), "--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", "--allow-loopback-peers"),
        *(f"--listening-port={relay.port}", "--realm=binome.test", "--no-tls", "--no-dtls", "--no-cli", "--verbose"),
        *("--relay-threads=1", f"--log-file={relay.log}", "--simple-log", f"--pidfile={folder / 'pid'}"),
        *(f"--userdb={folder / 'turndb'}",),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await _listening(relay.port)
        yield relay
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _listening(port: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.05)
