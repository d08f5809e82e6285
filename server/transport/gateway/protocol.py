"""The Socket.IO protocol: python-socketio's server with its four verbs handed to the gateway.

An EVENT on ``/`` is cut here and decoded once, into its own type; any other packet takes the library's way. What the
library cannot read closes that socket.
"""

import json
import logging
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from server.kernel.clock import Clock
from server.kernel.errors import BadRequest, BinomeError, NotFound
from server.transport.gateway.engine import Engine
from server.transport.gateway.engine_socket import Socket
from server.transport.gateway.frames import EVENT, EventText, encode_connect_error, encode_refusal, split_event
from server.transport.gateway.libraries import SocketServer
from server.transport.gateway.limits import Limits
from server.transport.gateway.metrics import Metrics
from server.transport.messages import error_body

log = logging.getLogger(__name__)

_BINARY = (b"45", b"46")  # BINARY_EVENT, BINARY_ACK
_MAX_ATTACHMENTS = 16  # they are thrown away, but a client must not keep us waiting for thousands
_BINARY_EVENT = 5

# python-socketio and python-engineio log payloads and session ids; what is worth logging, we log
_SILENT = logging.getLogger(f"{__name__}.libraries")
_SILENT.disabled = True


class Application(Protocol):
    """The gateway, as the protocol sees it."""

    async def connect(self, socket: Socket, auth: bytes) -> None:
        """A CONNECT on ``/``, with its payload in JSON."""
        ...

    async def disconnect(self, socket: Socket) -> None:
        """A DISCONNECT from ``/``."""
        ...

    async def event(self, socket: Socket, text: EventText) -> None: ...
    def refused(self, socket: Socket) -> None:
        """The socket sent something that is of no use."""
        ...

    def still_welcome(self, socket: Socket) -> bool: ...
    async def parted(self, socket: Socket) -> None: ...
    def ticked(self) -> None: ...


class SocketIo(SocketServer):
    """What sockets receive, packet by packet. See ``engine_socket.Receiver``."""

    def __init__(self, application: Application, clock: Clock, limits: Limits, metrics: Metrics) -> None:
        self._application = application
        self._engine_of = partial(Engine, self, clock, limits, metrics)
        self._metrics = metrics
        super().__init__(
            async_mode="aiohttp",
            async_handlers=False,
            cors_allowed_origins=[],  # the engine has checked the origin; no header invites others
            http_compression=False,
            monitor_clients=False,  # the engine sweeps
            logger=_SILENT,
            engineio_logger=_SILENT,
        )
        self.still_welcome = application.still_welcome
        self.parted = application.parted
        self.ticked = application.ticked
        self.stray = application.refused

    @property
    def engine(self) -> Engine:
        engine: Engine = self.eio
        return engine

    def _engineio_server_class(self) -> Callable[..., Engine]:
        return self._engine_of

    async def received(self, socket: Socket, packet: bytes) -> None:
        """See ``engine_socket.Receiver``."""
        if socket.attachments or len(packet) == 1:  # something else must come first; the library takes "" for an event
            self._fail(socket)
            return
        text = split_event(packet) if packet.startswith(EVENT) else None
        if text is not None:
            await self._application.event(socket, text)
            return
        try:
            if packet.startswith(_BINARY):
                self._expect_attachments(socket, packet[1:].decode())
            else:
                await self._handle_eio_message(socket.sid, packet[1:].decode())
        except (ValueError, TypeError, LookupError, RecursionError):  # UnicodeDecodeError is a ValueError
            self._fail(socket)

    def received_binary(self, socket: Socket) -> None:
        """See ``engine_socket.Receiver``."""
        if not socket.attachments:
            self._fail(socket)
            return
        socket.attachments -= 1
        if not socket.attachments and socket.refusal is not None:
            refusal, socket.refusal = socket.refusal, None
            socket.write(refusal)

    def refuse_event(self, socket: Socket, ack: bytes, error: BinomeError, namespace: str = "/") -> None:
        """Acknowledges an event that cannot be handled."""
        if ack:
            socket.write(encode_refusal(ack, error_body(error, language_of(socket)), namespace))

    def refuse_connect(self, socket: Socket, error: BinomeError, language: str, namespace: str = "/") -> None:
        """Answers a CONNECT with CONNECT_ERROR."""
        socket.write(encode_connect_error(error_body(error, language), namespace))

    def _fail(self, socket: Socket) -> None:
        self._metrics.protocol_errors += 1
        log.info("protocol_error")
        socket.fail()

    def _expect_attachments(self, socket: Socket, text: str) -> None:
        """No event has binary parts. They follow all the same, and are let pass."""
        packet = self.packet_class(encoded_packet=text)
        if packet.attachment_count > _MAX_ATTACHMENTS:
            raise ValueError("too many attachments")
        self._application.refused(socket)
        ack = _ack(packet.id) if packet.packet_type == _BINARY_EVENT else b""
        refusal = error_body(BadRequest(field="payload"), language_of(socket))
        socket.refusal = encode_refusal(ack, refusal, packet.namespace or "/") if ack else None
        socket.attachments = packet.attachment_count + 1
        self.received_binary(socket)

    # python-socketio's hooks: a packet that it has read

    async def _handle_connect(self, eio_sid: str, namespace: str | None, data: Any) -> None:
        socket = self._socket(eio_sid)
        if namespace in (None, "/"):
            await self._application.connect(socket, json.dumps({} if data is None else data).encode())
        else:
            self._application.refused(socket)
            self.refuse_connect(socket, NotFound(), language_of(socket), str(namespace))

    async def _handle_disconnect(self, eio_sid: str, namespace: str | None, reason: Any = None) -> None:  # noqa: ARG002 - its signature
        socket = self._socket(eio_sid)
        if namespace in (None, "/"):
            await self._application.disconnect(socket)
        else:
            self._application.refused(socket)

    async def _handle_event(self, eio_sid: str, namespace: str | None, id: int | None, data: Any) -> None:  # noqa: A002 - its signature
        socket = self._socket(eio_sid)
        ack = _ack(id)
        if namespace not in (None, "/"):
            self._application.refused(socket)
            self.refuse_event(socket, ack, NotFound(), str(namespace))
        elif isinstance(data, list) and data and isinstance(data[0], str):
            name = data[0].encode("utf-8", "replace")
            await self._application.event(socket, EventText(ack, name, json.dumps(data).encode()))
        else:
            self._application.refused(socket)
            self.refuse_event(socket, ack, BadRequest(field="event"))

    async def _handle_ack(self, eio_sid: str, namespace: str | None, id: int | None, data: Any) -> None:  # noqa: A002, ARG002 - its signature
        self._application.refused(self._socket(eio_sid))  # we never ask for one

    def _socket(self, eio_sid: str) -> Socket:
        socket: Socket = self.eio.sockets[eio_sid]
        return socket


def language_of(socket: Socket) -> str:
    """That of the connection, or before sign-in that of the handshake."""
    return socket.connection.language if socket.connection is not None else socket.handshake.language


def _ack(ack: int | None) -> bytes:
    return b"" if ack is None else str(ack).encode()
