"""A client's end of the side web socket: it sends exactly what a test says, and acknowledges only when told to."""

import asyncio
import struct
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from tests.support.raw_socket import BINARY, TEXT, Closed, RawSocket

ACK, VOICE, STILL, BEAT = range(4)
FRAME = 2880
PATIENCE = 10.0


def packet(word: bytes) -> bytes:
    """An Opus packet of 60 ms, as far as its first byte says."""
    return b"\x18" + word


def webp(width: int = 160, height: int = 120, size: int = 2_000) -> bytes:
    """As a browser's canvas makes it, but for what it shows."""
    frame = b"\x10\x00\x00\x9d\x01\x2a" + struct.pack("<HH", width, height) + bytes(size - 30)
    chunk = b"VP8 " + struct.pack("<I", len(frame)) + frame + bytes(len(frame) % 2)
    return b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk


class Heard(NamedTuple):
    peer: str
    timestamp: int
    packets: list[bytes]


@dataclass
class SideClient:
    raw: RawSocket
    told: list[dict[str, Any]] = field(default_factory=list)
    voices: list[Heard] = field(default_factory=list)
    stills: list[tuple[str, bytes]] = field(default_factory=list)
    beats: int = 0
    acknowledged: int = 0
    closed: int | bool | None = False
    acknowledges: bool = True
    heard: int = 0
    said: int = 0  # the last acknowledgement
    _sequence: int = 0
    _reader: asyncio.Task[None] | None = None

    # What it sends

    def ask(self, *, voice: bool) -> None:
        self.raw.send(msgspec.json.encode({"voice": voice}))

    def speak(self, timestamp: int, *packets: bytes) -> None:
        body = b"".join(_length(one) + one for one in packets)
        self.send(VOICE, struct.pack("!I", timestamp) + body)

    def show(self, picture: bytes) -> None:
        self.send(STILL, picture)

    def send(self, kind: int, body: bytes = b"") -> None:
        self._sequence = (self._sequence + 1) & 255
        if self.acknowledges:
            self.said = self.heard
        self.raw.send_frame(BINARY, bytes((kind, self.said, self._sequence)) + body)

    def acknowledge(self) -> None:
        self.said = self.heard
        self.raw.send_frame(BINARY, bytes((ACK, self.said)))

    # What comes

    def words(self, peer: str) -> list[bytes]:
        return [one for heard in self.voices if heard.peer == peer for one in heard.packets]

    async def until(self, done: Callable[[], bool], what: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                while not done():
                    await asyncio.sleep(0.005)
        except TimeoutError:
            raise AssertionError(f"{what} did not come; {self}") from None

    async def close_code(self) -> int | None:
        await self.until(lambda: self.closed is not False, "the end")
        assert self.closed is not True
        return self.closed or None

    async def settled(self) -> None:
        """Returns when the server has taken all that was sent before."""
        self.send(BEAT)
        self.send(BEAT)  # every second message is acknowledged at once
        sequence = self._sequence
        await self.until(lambda: self.acknowledged == sequence, "the acknowledgement")

    async def read(self) -> None:
        try:
            while True:
                try:
                    opcode, payload = await self.raw.receive_frame()
                except TimeoutError:
                    continue
                if opcode == TEXT:
                    self.told.append(msgspec.json.decode(payload))
                else:
                    self._take(payload)
        except Closed as closed:
            self.closed = closed.code

    def _take(self, payload: bytes) -> None:
        self.acknowledged = payload[1]
        if payload[0] == ACK:
            return
        self.heard = payload[2]
        if payload[0] == BEAT:
            self.beats += 1
        else:
            peer = self.told[-1]["sources"][payload[3]]
            if payload[0] == STILL:
                self.stills.append((peer, payload[4:]))
            else:
                self.voices.append(Heard(peer, int.from_bytes(payload[4:8]), _split(payload[8:])))
        if self.acknowledges:
            self.acknowledge()


@asynccontextmanager
async def side_of(
    port: int, peer: str, token: str | None, *, headers: Mapping[str, str] | None = None
) -> AsyncIterator[SideClient]:
    """An open side web socket; whatever the answer to the upgrade is, it is ``raw.status``."""
    lines = {**({"Authorization": f"Bearer {token}"} if token else {}), **(headers or {})}
    raw = await RawSocket.open(port, path=f"/api/v1/calls/{peer}/side", headers=lines)
    async with raw:
        client = SideClient(raw)
        if raw.status == 101:
            client._reader = asyncio.create_task(client.read())
        try:
            yield client
        finally:
            if client._reader is not None:
                client._reader.cancel()
                await asyncio.gather(client._reader, return_exceptions=True)


def _length(one: bytes) -> bytes:
    if len(one) < 252:
        return bytes((len(one),))
    first = 252 + (len(one) & 3)
    return bytes((first, (len(one) - first) >> 2))


def _split(body: bytes) -> list[bytes]:
    packets, at = [], 0
    while at < len(body):
        length = body[at]
        at += 1
        if length > 251:
            length += 4 * body[at]
            at += 1
        packets.append(body[at : at + length])
        at += length
    return packets
