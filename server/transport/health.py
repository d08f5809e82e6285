"""``/healthz``: the process lives. ``/readyz``: it can serve now; with the result of each named check. ``/metrics``.

They are for machines that watch the server; they tell nothing about people.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import msgspec
from aiohttp import hdrs, web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from server.kernel.clock import Clock

log = logging.getLogger(__name__)

CHECK_SECONDS = 2.0  # a check that takes longer has failed
FRESH_SECONDS = 0.5  # an answer is given again for so long, so that asking often costs nothing

Check = Callable[[], Awaitable[bool]]


class Ready(msgspec.Struct):
    """The answer of /readyz. A check is ``ok`` or ``failed``."""

    ready: bool
    checks: dict[str, str]


class Health:
    """The named checks of a server. ``draining`` makes it unready for good."""

    def __init__(self, clock: Clock, registry: CollectorRegistry) -> None:
        self._clock = clock
        self._registry = registry
        self._checks: dict[str, Check] = {}
        self._last: tuple[float, Ready] | None = None
        self._asking = asyncio.Lock()
        self.draining = False

    def add(self, name: str, check: Check) -> None:
        """``check`` answers whether the part is in order; one that raises, or takes long, is not."""
        self._checks[name] = check

    async def ready(self) -> Ready:
        async with self._asking:
            now = self._clock.monotonic()
            if self._last is None or now - self._last[0] >= FRESH_SECONDS:
                results = await asyncio.gather(*(_passes(check) for check in self._checks.values()))
                checks = {name: "ok" if ok else "failed" for name, ok in zip(self._checks, results, strict=True)}
                answer = Ready(all(results), checks)
                if self._last is not None and self._last[1].ready != answer.ready:
                    log.warning("readiness_changed", extra={"checks": checks})
                self._last = (self._clock.monotonic(), answer)
            last = self._last[1]
        if self.draining:
            return Ready(False, {**last.checks, "draining": "failed"})
        return last

    def attach(self, app: web.Application) -> None:
        app.router.add_get("/healthz", self._healthz)
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/metrics", self._metrics)

    async def _healthz(self, _request: web.Request) -> web.Response:
        return _answer(200, b'{"alive":true}', "application/json")

    async def _readyz(self, _request: web.Request) -> web.Response:
        ready = await self.ready()
        return _answer(200 if ready.ready else 503, msgspec.json.encode(ready), "application/json")

    async def _metrics(self, _request: web.Request) -> web.Response:
        return _answer(200, generate_latest(self._registry), CONTENT_TYPE_LATEST)


async def _passes(check: Check) -> bool:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await check()
    except Exception:  # whatever it is, the part is not in order; the part itself logs why
        return False


def _answer(status: int, body: bytes, content_type: str) -> web.Response:
    headers = {hdrs.CACHE_CONTROL: "no-store", hdrs.CONTENT_TYPE: content_type}
    return web.Response(status=status, body=body, headers=headers)
