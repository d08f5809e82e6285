"""The Engine.IO server: engineio's own, with our sockets, one timer for all of them, and bounds on who may open one."""

import asyncio
import logging
from typing import Any, Literal

import msgspec
from aiohttp import hdrs, web

from server.infra.limits import site_of
from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, BinomeError, TryAgain
from server.transport.gateway.engine_roles import OPEN, Handshake, Receiver
from server.transport.gateway.engine_socket import Socket, polling_answer
from server.transport.gateway.libraries import EngineServer, Environ, HttpAnswer
from server.transport.gateway.limits import Limits
from server.transport.gateway.metrics import Metrics
from server.transport.messages import negotiate
from server.transport.reached import reached
from server.transport.router import refused
from server.transport.web_session import check_origin, token_of

log = logging.getLogger(__name__)

_TICK_S = 0.02
RETRY_IN_MS = 10_000  # told when there is no place: by then the sockets that nobody signed in to are gone


class PreparedWebSocket:
    """engineio's driver class for aiohttp, without compression (RFC 7692 costs 100 kB a connection), with the packets
    left as bytes, and with the closing handshake in our hands."""

    def __init__(self, handler: Any, server: "Engine") -> None:
        self._handler = handler
        self.response: web.WebSocketResponse[Literal[False]] = web.WebSocketResponse(
            compress=False,
            autoping=False,
            autoclose=False,
            decode_text=False,
            timeout=server.limits.close_within_s,
            max_msg_size=server.limits.frame_bytes + 1,  # aiohttp refuses from this size on
        )
        self.tcp: asyncio.Transport

    async def __call__(self, environ: Environ) -> web.StreamResponse:
        request: web.Request = environ["aiohttp.request"]
        await self.response.prepare(request)
        if request.transport is None:
            raise ConnectionResetError
        self.tcp = request.transport
        await self._handler(self)
        return self.response


class Engine(EngineServer):
    """See ``engine_socket.Engine``. Timers run while there are sockets, and only then."""

    def __init__(self, receiver: Receiver, clock: Clock, limits: Limits, metrics: Metrics, **options: Any) -> None:
        super().__init__(**options)
        self._async = {**self._async, "translate_request": environ_of, "websocket": PreparedWebSocket}
        self.receiver = receiver
        self.limits = limits
        self.now = clock.monotonic
        self._metrics = metrics
        self._unsigned: dict[str, int] = {}
        self._sweep: asyncio.TimerHandle | None = None
        self._partings: set[asyncio.Task[None]] = set()
        self._unparted = 0
        self._all_parted = asyncio.Event()
        self._all_parted.set()

    def create_queue(self, *_: Any, **__: Any) -> None:
        """engineio's hook. A socket keeps what waits by itself, bounded."""

    # Who may open a socket

    async def handle_request(self, request: web.Request) -> web.StreamResponse:
        """The entry for every request on ``/socket.io/``."""
        try:
            check_origin(request, required=False)
            if "j" in request.query:  # JSONP, which no client of the last ten years needs
                raise BadRequest(field="j")
            if "sid" not in request.query:
                self._check_place(request)
        except BinomeError as refusal:
            return refused(request, refusal, negotiate(request.headers.get(hdrs.ACCEPT_LANGUAGE)))
        return await super().handle_request(request)

    def _check_place(self, request: web.Request) -> None:
        unsigned = self._unsigned.get(site_of(reached(request).address), 0)
        if len(self.sockets) >= self.limits.connections or unsigned >= self.limits.unsigned_per_address:
            log.warning("no_place_for_socket", extra={"sockets": len(self.sockets)})
            raise TryAgain(retry_in_ms=RETRY_IN_MS)

    async def _handle_connect(
        self,
        environ: Environ,
        transport: str,
        jsonp_index: int | None = None,  # noqa: ARG002 - engineio's signature
    ) -> web.StreamResponse | HttpAnswer:
        """engineio's hook: opens a socket."""
        request: web.Request = environ["aiohttp.request"]
        language = negotiate(request.headers.get(hdrs.ACCEPT_LANGUAGE))
        handshake = Handshake(token_of(request), language, reached(request).address)
        socket = Socket(self, self.generate_id(), handshake)
        self.sockets[socket.sid] = socket
        self._unparted += 1
        self._all_parted.clear()
        self.count_unsigned(socket, 1)
        self._keep_sweeping()
        opening = OPEN + msgspec.json.encode(
            {
                "sid": socket.sid,
                "upgrades": ["websocket"] if transport == "polling" else [],
                "pingInterval": int(self.limits.ping_interval_s * 1000),
                "pingTimeout": int(self.limits.ping_timeout_s * 1000),
                "maxPayload": self.limits.frame_bytes,
            }
        )
        if transport == "polling":
            socket.connected = True
            return polling_answer(opening)
        socket.write(opening)
        try:
            return await socket.serve(environ)
        finally:
            socket.drop()

    # For sockets, see engine_socket.Engine

    def count_unsigned(self, socket: Socket, difference: int) -> None:
        site = site_of(socket.handshake.peer)
        count = self._unsigned.get(site, 0) + difference
        if count > 0:
            self._unsigned[site] = count
        else:
            self._unsigned.pop(site, None)

    def count_slow_consumer(self) -> None:
        self._metrics.slow_consumers += 1
        log.info("slow_consumer")

    def part(self, socket: Socket) -> None:
        task = asyncio.get_running_loop().create_task(self.receiver.parted(socket))
        self._partings.add(task)
        task.add_done_callback(self._parted)

    def _parted(self, task: asyncio.Task[None]) -> None:
        self._partings.discard(task)
        self._unparted -= 1
        if not self._unparted:
            self._all_parted.set()

    def forget(self, socket: Socket) -> None:
        self.sockets.pop(socket.sid, None)

    # Time

    def _keep_sweeping(self) -> None:
        if self._sweep is None:
            self._sweep = asyncio.get_running_loop().call_later(self.limits.sweep_s, self._look_at_all)

    def _look_at_all(self) -> None:
        self._sweep = None
        now = self.now()
        for socket in list(self.sockets.values()):
            socket.tick(now)
        self.receiver.ticked()
        if self.sockets:
            self._keep_sweeping()

    async def close(self) -> None:
        """Closes all sockets, politely first, and returns when the receiver has parted from each: events in hand are
        finished, not cut, unless they take all too long."""
        for socket in list(self.sockets.values()):
            socket.go_away()
        ticks = int(self.limits.close_within_s / _TICK_S)
        while self.sockets and ticks > 0:
            ticks -= 1
            await asyncio.sleep(_TICK_S)
        for socket in list(self.sockets.values()):
            socket.drop()
        try:
            async with asyncio.timeout(self.limits.finish_within_s):
                await self._all_parted.wait()
        except TimeoutError:
            log.warning("events_unfinished", extra={"sockets": self._unparted})
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None


def environ_of(request: web.Request) -> Environ:
    """What engineio reads of a request, and no more: it is kept for as long as the request is served."""
    environ = {
        "REQUEST_METHOD": request.method,
        "QUERY_STRING": request.query_string,
        "aiohttp.request": request,
    }
    upgrade = request.headers.get(hdrs.UPGRADE)
    if upgrade is not None:
        environ["HTTP_UPGRADE"] = upgrade
    return environ
