"""A client's end of a web socket (RFC 6455), just enough for load: whole text frames, no extension, every byte counted.

The masking key is zero: to the server it is a key like any other (it unmasks all the same), and it costs the load
client nothing.
"""

import asyncio
import base64
import hashlib
import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import cast

TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA  # RFC 6455 section 5.2
_FINAL = 0x80
_MASKED = 0x80
_KEY = bytes(4)
_ACCEPT_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 section 1.3
OPEN_TIMEOUT = 20.0  # seconds
HANDSHAKE_LIMIT = 16 * 1024  # bytes of answer; a server that sends more is not speaking HTTP to us


class WebSocketError(ConnectionError):
    """The other end does not speak as a web socket must, or closed."""


def frame(payload: bytes, opcode: int = TEXT) -> bytes:
    """One final, masked frame from a client."""
    length = len(payload)
    if length < 126:
        return bytes((_FINAL | opcode, _MASKED | length)) + _KEY + payload
    if length < 1 << 16:
        return bytes((_FINAL | opcode, _MASKED | 126)) + length.to_bytes(2, "big") + _KEY + payload
    return bytes((_FINAL | opcode, _MASKED | 127)) + length.to_bytes(8, "big") + _KEY + payload


class FrameReader:
    """Cuts a byte stream into frames. ``feed`` hands each whole frame to ``take(opcode, payload)``, in order."""

    __slots__ = ("_pending", "_take")

    def __init__(self, take: Callable[[int, bytes], None]) -> None:
        self._pending = b""
        self._take = take

    def feed(self, data: bytes) -> None:
        """Raises WebSocketError for what a server must not send: masked frames, fragments, reserved bits."""
        if self._pending:
            data = self._pending + data
            self._pending = b""
        start, end = 0, len(data)
        while end - start >= 2:
            first, length = data[start], data[start + 1]
            if first & 0xF0 != _FINAL or length & _MASKED:
                raise WebSocketError(f"frame starts with {first:#x} {length:#x}")
            body = start + 2
            if length == 126:
                body += 2
                length = int.from_bytes(data[start + 2 : body], "big") if end >= body else end
            elif length == 127:
                body += 8
                length = int.from_bytes(data[start + 2 : body], "big") if end >= body else end
            if end - body < length:
                break
            start = body + length
            self._take(first & 0x0F, data[body:start])
        if start < end:
            self._pending = data[start:]


class WebSocketClient(asyncio.Protocol, ABC):
    """One connection. Subclasses say what to do with a text in ``text_received``; ``received`` and ``sent`` count the
    bytes of the TCP stream, handshake included."""

    def __init__(self) -> None:
        self.received = 0
        self.sent = 0
        self.closed = False
        self.handshake_done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._head = b""
        self._accept = b""
        self._reader = FrameReader(self._frame_received)
        self._transport: asyncio.Transport | None = None

    async def open(self, host: str, port: int, path: str, *, headers: tuple[str, ...] = ()) -> None:
        """Connects and upgrades. Raises WebSocketError with the server's own words when it refuses."""
        key = base64.b64encode(os.urandom(16))
        # RFC 6455 section 1.3 asks for SHA-1; nothing rests on its strength
        self._accept = base64.b64encode(hashlib.sha1(key + _ACCEPT_GUID, usedforsecurity=False).digest())
        request = (
            f"GET {path} HTTP/1.1",
            f"Host: {host}:{port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key.decode()}",
            "Sec-WebSocket-Version: 13",
            *headers,
        )
        async with asyncio.timeout(OPEN_TIMEOUT):
            await asyncio.get_running_loop().create_connection(lambda: self, host, port)
            self._write("\r\n".join((*request, "", "")).encode())
            await self.handshake_done

    @abstractmethod
    def text_received(self, payload: bytes) -> None: ...

    def connection_closed(self) -> None:
        """Called once when the connection is gone."""

    def send_text(self, payload: bytes) -> None:
        self._write(frame(payload))

    def close(self) -> None:
        self.closed = True
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own class is none of asyncio's

    def data_received(self, data: bytes) -> None:
        self.received += len(data)
        if self.handshake_done.done():
            self._feed(data)
            return
        self._head += data
        head, separator, rest = self._head.partition(b"\r\n\r\n")
        if not separator:
            if len(self._head) > HANDSHAKE_LIMIT:
                self._fail("no end of the handshake")
            return
        lines = head.split(b"\r\n")
        fields = (line.partition(b":") for line in lines[1:])
        answers = {name.strip().lower(): value.strip() for name, _, value in fields}
        if b" 101 " not in lines[0] + b" " or answers.get(b"sec-websocket-accept") != self._accept:
            self._fail(f"refused: {(lines[0] + b' ' + rest[:200]).decode(errors='replace')}")
            return
        self.handshake_done.set_result(None)
        if rest:
            self._feed(rest)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self.closed = True
        if not self.handshake_done.done():
            self.handshake_done.set_exception(WebSocketError("closed during the handshake"))
        self.connection_closed()

    def _feed(self, data: bytes) -> None:
        try:
            self._reader.feed(data)
        except WebSocketError:
            self.close()
            raise

    def _frame_received(self, opcode: int, payload: bytes) -> None:
        if opcode == TEXT:
            self.text_received(payload)
        elif opcode == PING:
            self._write(frame(payload, PONG))
        elif opcode == CLOSE:
            self._write(frame(payload[:2], CLOSE))
            self.close()

    def _write(self, data: bytes) -> None:
        assert self._transport is not None
        self.sent += len(data)
        self._transport.write(data)

    def _fail(self, reason: str) -> None:
        self.handshake_done.set_exception(WebSocketError(reason))
        self.close()
