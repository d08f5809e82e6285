"""Typed messages over a stream socket, bounded both ways: four bytes of length, then msgpack."""

import asyncio
import logging
import socket
from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar, cast

import msgspec

LARGEST: Final = 256 * 1024  # bytes of one message; a description has at most 64 KiB
MOST_WAITING: Final = 8 * 1024 * 1024  # bytes that the other end has not taken; it hangs long before
MOST_BEFORE_VOICE: Final = 128 * 1024  # bytes that wait already when voice is dropped instead: it would come too late
_HEADER: Final = 4

Incoming = TypeVar("Incoming")
Outgoing = TypeVar("Outgoing")

log = logging.getLogger(__name__)


class Channel(asyncio.Protocol, Generic[Incoming, Outgoing]):
    """One end. ``receive`` is given each message; when it answers True, what follows waits until those whom the message
    woke have run. ``closed`` is called once: the other end is gone, has hung up, or said what is no message."""

    def __init__(
        self, incoming: Any, receive: Callable[[Incoming], bool | None], closed: Callable[[], None] | None = None
    ) -> None:
        self._decoder: msgspec.msgpack.Decoder[Incoming] = msgspec.msgpack.Decoder(incoming)
        self._encoder = msgspec.msgpack.Encoder()
        self._receive = receive
        self._closed = closed
        self._buffer = bytearray()
        self._held = False
        self._transport: asyncio.WriteTransport | None = None

    async def open(self, sock: socket.socket) -> None:
        """Takes the socket over."""
        await asyncio.get_running_loop().create_unix_connection(lambda: self, sock=sock)

    def close(self) -> None:
        """Says no more and hears no more; ``closed`` follows."""
        if self._transport is not None:
            self._transport.abort()

    def finish(self) -> None:
        """Likewise, when all that was said has been taken."""
        if self._transport is not None:
            self._transport.close()

    def send(self, message: Outgoing) -> None:
        """Never drops a message: an end that takes none any more is hung up on instead."""
        if self._transport is None or self._transport.is_closing():
            return
        encoded = self._encoder.encode(message)
        if len(encoded) > LARGEST:
            raise ValueError("a message is larger than any can be")
        self._transport.write(len(encoded).to_bytes(_HEADER, "big") + encoded)
        if self._transport.get_write_buffer_size() > MOST_WAITING:
            log.error("channel_stuck")
            self.close()

    def send_or_drop(self, message: Outgoing) -> None:
        """For what is of no use to anybody later."""
        if self._transport is not None and self._transport.get_write_buffer_size() <= MOST_BEFORE_VOICE:
            self.send(message)

    # What the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._held:
            self._deliver()

    def connection_lost(self, _error: Exception | None) -> None:
        self._transport = None
        if self._closed is not None:
            self._closed()

    def _deliver(self) -> None:
        self._held = False
        buffer, start = self._buffer, 0
        try:
            while len(buffer) - start >= _HEADER and self._transport is not None and not self._held:
                end = start + _HEADER + int.from_bytes(buffer[start : start + _HEADER], "big")
                if end - start > LARGEST + _HEADER:
                    raise msgspec.DecodeError("too long")
                if len(buffer) < end:
                    break
                message = self._decoder.decode(buffer[start + _HEADER : end])
                start = end
                if self._receive(message):
                    self._held = True
                    asyncio.get_running_loop().call_soon(self._deliver)
        except msgspec.MsgspecError:
            log.exception("channel_garbled")
            self.close()
        del buffer[:start]
