"""A web socket that sends exactly what a test says, valid or not, and reads only when told to."""

import asyncio
import os
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
TIMEOUT_S = 10


class Closed(Exception):
    """The server closed. ``code`` is that of its Close frame, None without one."""

    def __init__(self, code: int | None) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class RawSocket:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    status: int
    headers: Mapping[str, str]
    received_bytes: int = 0

    @classmethod
    async def open(
        cls,
        port: int,
        *,
        path: str = "/socket.io/?EIO=4&transport=websocket",
        headers: Mapping[str, str] | None = None,
        receive_buffer: int | None = None,
    ) -> "RawSocket":
        """The HTTP upgrade; whatever the answer is. A small ``receive_buffer`` makes a slow consumer quickly."""
        raw = socket.socket()
        if receive_buffer is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        raw.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", port))
        except BaseException:
            raw.close()
            raise
        reader, writer = await asyncio.open_connection(sock=raw, limit=4096 if receive_buffer else 2**16)
        lines = {
            "Host": f"127.0.0.1:{port}",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
            **(headers or {}),
        }
        request = f"GET {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        writer.write(request.encode() + b"\r\n")
        try:
            async with asyncio.timeout(TIMEOUT_S):
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
        except BaseException:
            writer.transport.abort()
            raise
        first, *rest = head.strip().split("\r\n")
        told = {name.lower(): value for name, _, value in (line.partition(": ") for line in rest)}
        return cls(reader, writer, int(first.split()[1]), told, len(head))

    async def __aenter__(self) -> "RawSocket":
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.transport.abort()
        await asyncio.sleep(0)

    def send(self, text: str | bytes) -> None:
        """One text frame."""
        self.send_frame(TEXT, text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text)

    def send_frame(self, opcode: int, payload: bytes, *, fin: bool = True, masked: bool = True, rsv: int = 0) -> None:
        first = (0x80 if fin else 0) | rsv | opcode
        mask_bit = 0x80 if masked else 0
        if len(payload) < 126:
            header = bytes((first, mask_bit | len(payload)))
        elif len(payload) < 65536:
            header = struct.pack("!BBH", first, mask_bit | 126, len(payload))
        else:
            header = struct.pack("!BBQ", first, mask_bit | 127, len(payload))
        if masked:
            mask = os.urandom(4)
            repeated = mask * (len(payload) // 4 + 1)
            number = int.from_bytes(payload, "big") ^ int.from_bytes(repeated[: len(payload)], "big")
            header, payload = header + mask, number.to_bytes(len(payload), "big")
        self.writer.write(header + payload)

    async def receive_frame(self) -> tuple[int, bytes]:
        """(opcode, payload). Raises Closed."""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                first, second = await self.reader.readexactly(2)
                length = second & 0x7F
                assert not second & 0x80, "a server does not mask"
                self.received_bytes += 2
                if length == 126:
                    (length,) = struct.unpack("!H", await self.reader.readexactly(2))
                    self.received_bytes += 2
                elif length == 127:
                    (length,) = struct.unpack("!Q", await self.reader.readexactly(8))
                    self.received_bytes += 8
                payload = await self.reader.readexactly(length)
                self.received_bytes += length
        except (asyncio.IncompleteReadError, ConnectionError):
            raise Closed(None) from None
        opcode = first & 0xF
        if opcode == CLOSE:
            raise Closed(struct.unpack("!H", payload[:2])[0] if payload else None)
        return opcode, payload

    async def receive(self) -> str:
        """The next text frame."""
        while True:
            opcode, payload = await self.receive_frame()
            if opcode == TEXT:
                return payload.decode()

    async def receive_json(self) -> Any:
        """What follows the packet's type and ids: ``43`` and ``7`` off ``437[…]``."""
        return msgspec.json.decode((await self.receive()).lstrip("0123456789"))

    async def connect(self, token: str | None = "A" * 43, **auth: Any) -> Any:
        """Opens the namespace; returns the payload of CONNECT. Raises AssertionError when refused."""
        assert (await self.receive()).startswith("0{")
        auth = {**({"token": token} if token else {}), **auth}
        self.send("40" + msgspec.json.encode(auth).decode())
        answer = await self.receive()
        assert answer.startswith("40{"), answer
        return msgspec.json.decode(answer[2:])

    async def call(self, event: str, payload: Any, ack: int = 1) -> Any:
        """Sends an event and returns its acknowledgement, which must be the next frame."""
        self.send(f"42{ack}" + msgspec.json.encode([event, payload]).decode())
        answer = await self.receive()
        assert answer.startswith(f"43{ack}["), answer
        (told,) = msgspec.json.decode(answer[len(f"43{ack}") :])
        return told

    async def close_code(self) -> int | None:
        """Reads on until the server closes."""
        try:
            while True:
                await self.receive_frame()
        except Closed as closed:
            return closed.code
