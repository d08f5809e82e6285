"""The load client's framing: RFC 6455's own bytes, streams cut anywhere, and what a server must not send."""

import asyncio
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosedError

from load_tests.websocket import CLOSE, PING, TEXT, FrameReader, WebSocketClient, WebSocketError, frame


def server_frame(payload: bytes, opcode: int = TEXT) -> bytes:
    length = len(payload)
    if length < 126:
        return bytes((0x80 | opcode, length)) + payload
    if length < 1 << 16:
        return bytes((0x80 | opcode, 126)) + length.to_bytes(2, "big") + payload
    return bytes((0x80 | opcode, 127)) + length.to_bytes(8, "big") + payload


def test_reads_the_example_of_the_rfc() -> None:
    taken: list[tuple[int, bytes]] = []
    FrameReader(lambda *one: taken.append(one)).feed(bytes.fromhex("810548656c6c6f"))  # section 5.7
    assert taken == [(TEXT, b"Hello")]


@pytest.mark.parametrize(
    ("length", "header"),
    [
        (0, "8180"),
        (125, "81fd"),
        (126, "81fe007e"),
        (65535, "81feffff"),
        (65536, "81ff0000000000010000"),
    ],
)
def test_writes_masked_frames(length: int, header: str) -> None:
    assert frame(bytes(length)) == bytes.fromhex(header) + bytes(4) + bytes(length)


PAYLOADS = st.lists(
    st.tuples(st.sampled_from([TEXT, PING, CLOSE]), st.one_of(st.binary(max_size=300), st.just(bytes(70_000)))),
    max_size=6,
)


@given(PAYLOADS, st.data())
def test_a_stream_cut_anywhere_gives_the_same_frames(frames: list[tuple[int, bytes]], data: st.DataObject) -> None:
    stream = b"".join(server_frame(payload, opcode) for opcode, payload in frames)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    taken: list[tuple[int, bytes]] = []
    reader = FrameReader(lambda *one: taken.append(one))
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        reader.feed(stream[start:end])
    assert taken == frames


@pytest.mark.parametrize("start", ["0105", "c105", "8185", "9185"])
def test_refuses_fragments_reserved_bits_and_masks(start: str) -> None:
    reader = FrameReader(lambda *_: pytest.fail("took it"))
    with pytest.raises(WebSocketError):
        reader.feed(bytes.fromhex(start) + b"Hello")


class Listener(WebSocketClient):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[bytes] = []
        self.all_in = asyncio.Event()
        self.gone = asyncio.Event()

    def text_received(self, payload: bytes) -> None:
        self.texts.append(payload)
        if payload == b"last":
            self.all_in.set()

    def connection_closed(self) -> None:
        self.gone.set()


async def echo(connection: ServerConnection) -> None:
    with contextlib.suppress(ConnectionClosedError):  # the client goes without a word
        async for text in connection:
            if text == "last":
                await connection.ping()
            await connection.send(text)


async def test_talks_with_another_implementation_and_counts_each_byte() -> None:
    async with serve(echo, "127.0.0.1", 0, compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        client = Listener()
        await client.open("127.0.0.1", port, "/")
        before = client.sent
        for text in (b"first", "\N{LATIN SMALL LETTER E WITH ACUTE}".encode() * 100, bytes(70_000), b"last"):
            client.send_text(text)
        async with asyncio.timeout(5):
            await client.all_in.wait()
        assert client.texts == [b"first", "é".encode() * 100, bytes(70_000), b"last"]
        pong = 6 + 4  # header with mask, and the four random bytes of the ping
        assert client.sent - before - pong == (6 + 5) + (8 + 200) + (14 + 70_000) + (6 + 4)
        client.close()
        async with asyncio.timeout(5):
            await client.gone.wait()


async def test_a_refusal_is_told_with_the_servers_words() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 8\r\n\r\ntry late")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with server:
        client = Listener()
        with pytest.raises(WebSocketError, match="503 Service Unavailable try late"):
            await client.open("127.0.0.1", server.sockets[0].getsockname()[1], "/")


async def test_a_wrong_accept_key_is_no_web_socket() -> None:
    async def pretend(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: bm8=\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(pretend, "127.0.0.1", 0)
    async with server:
        client = Listener()
        with pytest.raises(WebSocketError, match="refused"):
            await client.open("127.0.0.1", server.sockets[0].getsockname()[1], "/")
