"""The seam to python-engineio and python-socketio, which carry no types: the members that we call or override, and
nothing else of them. docs/decisions/0030 says which of their behaviours we replace, and why."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

Environ = dict[str, Any]  # the part of a WSGI environment that engineio reads, and "aiohttp.request"
HttpAnswer = dict[str, Any]  # {"status", "headers", "response"}

if TYPE_CHECKING:
    from aiohttp import web

    class EngineSocket:
        """engineio.async_socket.AsyncSocket."""

        sid: str
        connected: bool
        upgrading: bool
        upgraded: bool
        closing: bool
        closed: bool

        def __init__(self, server: Any, sid: str) -> None: ...
        async def handle_get_request(self, environ: Environ) -> Any: ...
        async def handle_post_request(self, environ: Environ) -> None: ...
        async def close(self, wait: bool = True, abort: bool = False, reason: Any = None) -> None: ...
        async def _upgrade_websocket(self, environ: Environ) -> Any: ...

    class EngineServer:
        """engineio.AsyncServer."""

        sockets: dict[str, Any]
        _async: Mapping[str, Any]

        def __init__(self, **options: Any) -> None: ...
        def generate_id(self) -> str: ...
        async def handle_request(self, request: web.Request) -> web.StreamResponse: ...
        async def _handle_connect(self, environ: Environ, transport: str, jsonp_index: int | None = None) -> Any: ...

    class SocketServer:
        """socketio.AsyncServer."""

        eio: Any
        packet_class: Any

        def __init__(self, **options: Any) -> None: ...
        def attach(self, app: web.Application, socketio_path: str = "socket.io") -> None: ...
        def _engineio_server_class(self) -> Callable[..., Any]: ...
        async def _handle_eio_message(self, eio_sid: str, data: str) -> None: ...

    class EngineError(Exception):
        """engineio.exceptions.EngineIOError."""

else:
    from engineio import AsyncServer as EngineServer
    from engineio.async_socket import AsyncSocket as EngineSocket
    from engineio.exceptions import EngineIOError as EngineError
    from socketio import AsyncServer as SocketServer

__all__ = ["EngineError", "EngineServer", "EngineSocket", "Environ", "HttpAnswer", "SocketServer"]
