"""A gateway of short messages on a real socket: takes JSON, once for each Idempotency-Key, or refuses as it is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

BODY = '{"to": "{to}", "message": "{text}", "reference": "{id}"}'


@dataclass
class SmsGateway:
    """``status`` answers instead of 200; while ``hangs`` is set, it answers nothing."""

    port: int = 0
    status: int = 200
    hangs: bool = False
    taken: list[dict[str, Any]] = field(default_factory=list)
    asked: int = 0
    keys: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/send"

    async def take(self, request: web.Request) -> web.Response:
        self.asked += 1
        self.keys.append(request.headers["Idempotency-Key"])
        if self.hangs:
            await asyncio.sleep(3600)
        if self.status == 200 and self.keys.count(self.keys[-1]) == 1:
            self.taken.append(await request.json())
        return web.Response(status=self.status)


@asynccontextmanager
async def sms_gateway() -> AsyncIterator[SmsGateway]:
    gateway = SmsGateway()
    app = web.Application()
    app.router.add_post("/send", gateway.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    gateway.port = runner.addresses[0][1]
    try:
        yield gateway
    finally:
        await runner.cleanup()
