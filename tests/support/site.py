"""A real aiohttp server on a real socket of this machine, and the plain way to ask it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import msgspec
from aiohttp import web

from server.transport import listener


@dataclass(frozen=True)
class Reply:
    """An answer. ``body`` is decoded JSON, or None when there is none."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def error(self) -> tuple[str, str | None]:
        """(code, field) of a refusal in the one shape that refusals have."""
        assert set(self.body) == {"error"}, self.body
        told = self.body["error"]
        assert set(told) <= {"code", "message", "field", "retry_in_ms"}, told
        assert isinstance(told["message"], str)
        assert told["message"]
        return told["code"], told.get("field")


@dataclass
class Site:
    """A served application."""

    url: str
    http: aiohttp.ClientSession

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    async def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        raw: bytes | None = None,
        token: str | None = None,
        cookie: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Sends ``body`` as JSON or ``raw`` as it is. With ``cookie``, as a page of this server would."""
        sent = dict(headers or {})
        data = raw
        if body is not None:
            data = msgspec.json.encode(body)
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        if cookie is not None:
            sent["Cookie"] = f"binome={cookie}"
            sent.setdefault("Origin", self.url)
        async with self.http.request(method, self.url + path, data=data, headers=sent, allow_redirects=False) as got:
            text = await got.read()
            is_json = got.content_type == "application/json" and text
            return Reply(got.status, msgspec.json.decode(text) if is_json else None, got.headers)


@asynccontextmanager
async def serving(app: web.Application, idle_s: float = listener.IDLE_SECONDS) -> AsyncIterator[Site]:
    """Serves ``app`` on a free port of loopback."""
    runner = listener.runner(app, idle_s=idle_s)
    await listener.setup(runner)
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
            yield Site(f"http://127.0.0.1:{port}", http)
    finally:
        await runner.cleanup()
