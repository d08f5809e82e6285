"""How HTTP is listened to: the bounds on time and size of what has not become a request yet.

aiohttp closes a connection that sends no whole request in time, so whoever dribbles headers holds it no longer than
one who is idle. Bodies have their own time in ``router.py``, sockets in ``gateway``.
"""

import asyncio
import logging
from functools import partial
from typing import Any, Final

from aiohttp import web
from aiohttp.http import HttpProcessingError
from aiohttp.http_parser import RawRequestMessage

from server.transport.shield import forbid

log = logging.getLogger(__name__)

IDLE_SECONDS: Final = 75.0  # longer than the 60 s that web servers in front keep theirs (nginx, Caddy: less or equal)
LINGERING_SECONDS: Final = 5.0  # for the rest of a body that was refused
LINE_BYTES: Final = 8 * 1024  # of the request line
FIELD_BYTES: Final = 8 * 1024  # of one header
HEADERS: Final = 64  # a browser sends about 20, a proxy adds 10


def runner(site: web.Application, *, idle_s: float = IDLE_SECONDS, stop_s: float = 60.0) -> web.AppRunner:
    """What serves ``site``; to be set up with ``setup``. ``stop_s``: what requests under way get at the end."""
    _library.addFilter(_UNREADABLE)
    return web.AppRunner(
        site,
        access_log=None,
        handle_signals=False,
        shutdown_timeout=stop_s,
        auto_decompress=False,  # no endpoint takes compressed bodies, and a bomb is one
        keepalive_timeout=idle_s,
        lingering_time=LINGERING_SECONDS,
        max_line_size=LINE_BYTES,
        max_field_size=FIELD_BYTES,
        max_headers=HEADERS,
    )


async def setup(made: web.AppRunner) -> None:
    """Sets up what ``runner`` made."""
    await made.setup()
    if made.server is not None:  # it is there once it was set up
        made.server.request_factory = partial(_request, made.server.request_factory)


class _Unreadable(logging.Filter):
    """What anybody can send at any time is no fault of ours: aiohttp writes an error with its trace each time."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, HttpProcessingError):
            log.info("unreadable", extra={"error": type(error).__name__})
            return False
        return True


_UNREADABLE: Final = _Unreadable()
_library = logging.getLogger("aiohttp.server")


class Unreadable(web.Request):
    """Stands for bytes that are no request. They reach no application, so no hook of one sees the answer."""

    async def _prepare_hook(self, response: web.StreamResponse) -> None:
        response.headers.popall("Server", None)
        forbid(response)


def _request(
    make: Any,  # aiohttp's own factory, whose last parameter it does not declare
    message: RawRequestMessage,
    payload: Any,
    protocol: Any,
    writer: Any,
    task: "asyncio.Task[None]",
) -> web.BaseRequest:
    kind = Unreadable if message.method == "UNKNOWN" else web.Request
    request: web.BaseRequest = make(message, payload, protocol, writer, task, _cls=kind)
    return request
