"""Whatever packet comes: it is handled, answered, or closes its socket, and nothing is ever raised."""

import asyncio
from datetime import UTC, datetime

from hypothesis import example, given
from hypothesis import strategies as st

from server.kernel.clock import ManualClock
from server.transport.gateway.engine_roles import Handshake
from server.transport.gateway.engine_socket import Socket
from server.transport.gateway.frames import EventText
from server.transport.gateway.limits import Limits
from server.transport.gateway.metrics import Metrics
from server.transport.gateway.protocol import SocketIo


class Recorder:
    """An application that only remembers."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    async def connect(self, _socket: Socket, _auth: bytes) -> None:
        self.calls.append("connect")

    async def disconnect(self, _socket: Socket) -> None:
        self.calls.append("disconnect")

    async def event(self, _socket: Socket, text: EventText) -> None:
        assert text.ack == b"" or text.ack.isdigit()
        self.calls.append("event")

    def refused(self, _socket: Socket) -> None:
        self.calls.append("refused")

    def still_welcome(self, _socket: Socket) -> bool:
        return True

    async def parted(self, _socket: Socket) -> None:
        self.calls.append("parted")

    def ticked(self) -> None:
        pass


pieces = st.sampled_from(
    [
        *"0123456789", "-", "/", ",", "?", "[", "]", "{", "}", '"', ":", "\\", "\\u0000", "\\ud800", "é", "٣", "²",
        "\x00", " ", "null", "NaN", "1e999", '["a:b",{}]', '"chat:send"', "/admin,", '{"_placeholder":true,"num":0}',
        "9" * 101, '{"token":"x"}', "[" * 3000,
    ]
)  # fmt: skip


@given(packets=st.lists(st.lists(pieces, max_size=8).map("".join) | st.text(max_size=30), min_size=1, max_size=4))
@example(packets=["²["])
@example(packets=["51-[", "2[]"])
@example(packets=["2٣[]"])
@example(packets=["0" + "[" * 100_000])
@example(packets=["2/,[" + "[" * 100_000])
def test_no_packet_raises(packets: list[str]) -> None:
    async def send() -> None:
        recorder = Recorder()
        clock = ManualClock(datetime(2026, 11, 22, tzinfo=UTC))
        server = SocketIo(recorder, clock, Limits(), Metrics())
        socket = Socket(server.engine, "sid", Handshake(None, "fr", "127.0.0.1"))
        server.engine.sockets["sid"] = socket
        for packet in packets:
            was_waiting = socket.attachments
            recorder.calls.clear()
            await server.received(socket, b"4" + packet.encode("utf-8", "surrogatepass"))
            if socket.closed:
                break
            assert recorder.calls or was_waiting
        await asyncio.sleep(0)
        assert ("parted" in recorder.calls) == socket.closed

    asyncio.run(send())


@given(st.binary(max_size=60))
def test_no_bytes_raise(packet: bytes) -> None:
    async def send() -> None:
        server = SocketIo(Recorder(), ManualClock(datetime(2026, 11, 22, tzinfo=UTC)), Limits(), Metrics())
        socket = Socket(server.engine, "sid", Handshake(None, "fr", "127.0.0.1"))
        server.engine.sockets["sid"] = socket
        await server.received(socket, b"4" + packet)
        await asyncio.sleep(0)

    asyncio.run(send())
